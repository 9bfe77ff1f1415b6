//! Where something is sent to: a URL as it is, or a target with its rules.

use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::delivery::{
    ClientSettings, Destination, Origin, Outgoing, Reach, Reuse, Route, Timeouts, Trust, credentials,
};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Credentials, Delivery, RawHead, Target, TargetId, TargetRules, TimeoutRules, TrustRule};

/// Where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// A URL, with nothing done to anything.
    Url(String),
    /// A target, with its rules.
    Target(TargetId),
}

/// The way there, ready to be gone.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) target: Option<TargetId>,
    pub(crate) route: Route,
    pub(crate) rules: TargetRules,
    /// How far away it may lead.
    pub(crate) farthest: Reach,
}

impl Way {
    /// The same, leading no farther than that. Beyond a private network the credentials that a captured request came with
    /// stay here.
    pub(crate) fn with_farthest(mut self, farthest: Reach) -> Self {
        self.farthest = farthest;
        if farthest == Reach::Other {
            return self.withholding();
        }
        self
    }

    /// The same, on which captured credentials stay here, unless the target's rules let them go.
    fn withholding(mut self) -> Self {
        if self.rules.credentials == Credentials::Withheld {
            self.route = self.route.withholding();
        }
        self
    }

    /// Whether the target's rules let captured credentials go to this host.
    fn lets_go_to(&self, origin: &Origin) -> bool {
        self.rules.credentials == Credentials::Sent && self.route.origin() == origin
    }

    /// Where a URL leads, with nothing done to anything; no farther than a private network.
    pub(crate) fn to_url(url: &str) -> Result<Self, EngineError> {
        Ok(Self {
            target: None,
            route: Route::to(Destination::parse(url)?),
            rules: TargetRules::default(),
            farthest: Reach::Private,
        })
    }

    /// The way to a target; no farther than a private network.
    pub(crate) fn to_target(target: Target) -> Result<Self, EngineError> {
        Ok(Self {
            target: Some(target.id),
            route: Route::new(&target.url, &target.rules)?,
            rules: target.rules,
            farthest: Reach::Private,
        })
    }
}

impl Engine {
    /// What `text` means: the name or id of a target, or a URL.
    ///
    /// # Errors
    /// When it is none of them, or the store cannot be read.
    pub async fn find_aim(&self, text: &str) -> Result<Aim, EngineError> {
        let text = text.trim();
        let targets = self.targets().await?;
        let named = targets
            .iter()
            .find(|target| target.name == text || target.id.to_string() == text);
        if let Some(target) = named {
            return Ok(Aim::Target(target.id));
        }
        match Destination::parse(text) {
            Ok(_) => Ok(Aim::Url(text.to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) async fn way(&self, aim: &Aim) -> Result<Way, EngineError> {
        let way = match aim {
            Aim::Url(url) => Way::to_url(url),
            Aim::Target(id) => Way::to_target(self.target(*id).await?),
        }?;
        // Before anybody was asked too, so that a preview shows what would go.
        Ok(if self.core.leads_outside(way.route.origin()).await? {
            way.withholding()
        } else {
            way
        })
    }

    /// Whether credentials that captured requests came with stay here on the way to `aim`.
    ///
    /// # Errors
    /// When there is no such target, the URL cannot be understood, or the store cannot be read.
    pub async fn keeps_credentials(&self, aim: &Aim) -> Result<bool, EngineError> {
        Ok(self.way(aim).await?.route.withholds())
    }

    /// An edited copy without the credentials that are as they came with `captured`, where they do not go that way.
    pub(super) async fn without_captured(
        &self,
        outgoing: Outgoing,
        captured: &[RawHead],
        way: &Way,
    ) -> Result<Outgoing, EngineError> {
        // Most copies have no such line, and nobody is asked where those lead.
        let nothing_stays =
            credentials::sent_on(&outgoing, captured).is_empty() || way.lets_go_to(&outgoing.origin);
        if nothing_stays || !self.core.leads_outside(&outgoing.origin).await? {
            return Ok(outgoing);
        }
        Ok(credentials::unchanged_withheld(outgoing, captured))
    }

    /// The names of credentials that leave the private network as they came with `captured`.
    pub(super) async fn sent_on(
        &self,
        outgoing: &Outgoing,
        captured: &[RawHead],
    ) -> Result<Vec<String>, EngineError> {
        let names = credentials::sent_on(outgoing, captured);
        let all_stays = names.is_empty() || !self.core.leads_outside(&outgoing.origin).await?;
        Ok(if all_stays { Vec::new() } else { names })
    }

    /// The way that a delivery went: its target's as it is now, or that of its URL.
    pub(crate) async fn way_of(&self, delivery: &Delivery) -> Result<Way, EngineError> {
        self.core.way_of(delivery).await
    }

    /// One target.
    ///
    /// # Errors
    /// When there is none or the store cannot be read.
    pub async fn target(&self, id: TargetId) -> Result<Target, EngineError> {
        let targets = self.targets().await?;
        let found = targets.into_iter().find(|target| target.id == id);
        found.ok_or_else(|| EngineError::NotFound {
            kind: "target",
            name: id.to_string(),
        })
    }
}

impl crate::engine::Core {
    /// Whether `origin` lies beyond the private network, or may do so by what was agreed to.
    async fn leads_outside(&self, origin: &Origin) -> Result<bool, EngineError> {
        // What was agreed to is known here; the network is asked last.
        Ok(self.farthest(&origin.authority()).await? == Reach::Other || self.is_far(origin).await)
    }

    pub(crate) async fn way_of(&self, delivery: &Delivery) -> Result<Way, EngineError> {
        if let Some(id) = delivery.target {
            let targets = self.store.targets().await?;
            if let Some(target) = targets.into_iter().find(|target| target.id == id) {
                return Way::to_target(target);
            }
        }
        Way::to_url(&delivery.url)
    }
}

/// The longest time limit that can be set.
pub(super) const LONGEST: Duration = Duration::from_secs(600);

/// The settings of the client that speaks to targets with these rules.
pub(super) fn settings(timeouts: TimeoutRules, trust: &TrustRule) -> Result<ClientSettings, EngineError> {
    let usual = Timeouts::default();
    Ok(ClientSettings {
        timeouts: Timeouts {
            connect: timeouts.connect.unwrap_or(usual.connect),
            first_byte: timeouts.first_byte.unwrap_or(usual.first_byte),
            total: timeouts.total.unwrap_or(usual.total),
        },
        trust: match trust {
            TrustRule::System => Trust::System,
            TrustRule::Certificate(pem) => Trust::Also(certificates(pem)?),
            TrustRule::Anything => Trust::Anything,
        },
        reuse: Reuse::Always,
        ..ClientSettings::default()
    })
}

/// The certificates in a PEM text.
pub(super) fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, EngineError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(EngineError::bad_input(
            "the text holds no certificate in PEM form",
            "paste it from `-----BEGIN CERTIFICATE-----` to `-----END CERTIFICATE-----`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture_for_tests::{Bench, bench};
    use crate::delivery::scripted::Target;
    use crate::model::{RequestId, Written};
    use crate::sending::{Edited, EditedBody, Filler, Renewal, Sending, TemplateSent};

    /// An address of documentation: far away, and nobody is asked for it.
    const FAR: &str = "https://203.0.113.7";

    #[tokio::test]
    async fn captured_credentials_stay_here_where_it_leads_far_away() {
        let bench = bench().await;
        let headers = [("Authorization", "Bearer secret"), ("Cookie", "a=1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let id = bench.post("/hook", &headers, "{}").await;
        let target = async |url: &str, credentials: Credentials| {
            let rules = TargetRules {
                credentials,
                ..TargetRules::default()
            };
            let name = format!("{url} {credentials:?}");
            Aim::Target(
                bench
                    .engine
                    .save_target(None, &name, url, rules)
                    .await
                    .unwrap()
                    .id,
            )
        };
        let both = ["Authorization".to_owned(), "Cookie".to_owned()];
        for agreed in [false, true] {
            for (to, stays) in [
                (Aim::Url(FAR.to_owned()), true),
                (target(FAR, Credentials::Withheld).await, true),
                (target(FAR, Credentials::Sent).await, false),
                (Aim::Url("http://127.0.0.1:9".to_owned()), false),
                (target("http://10.0.0.9", Credentials::Withheld).await, false),
            ] {
                let preview = bench
                    .engine
                    .preview(id, None, &Sending::to(to.clone()))
                    .await
                    .unwrap();
                let head = String::from_utf8_lossy(&preview.outgoing.head).into_owned();
                assert_eq!(
                    head.contains("Bearer secret") || head.contains("a=1"),
                    !stays,
                    "{to:?}, agreed to: {agreed}: {head}"
                );
                let wanted: &[String] = if stays { &both } else { &[] };
                assert_eq!(preview.outgoing.withheld, wanted, "{to:?}: and it is told");
                let way = bench.engine.way(&to).await.unwrap();
                assert_eq!(way.route.withholds(), stays, "{to:?}: runs go the same way");
                if let Aim::Target(id) = to {
                    let target = bench.engine.target(id).await.unwrap();
                    bench.engine.remove_target(id).await.unwrap();
                    // As a forward goes to one that was agreed to.
                    let far = Way::to_target(target).unwrap().with_farthest(Reach::Other);
                    let lets_go = far.rules.credentials == Credentials::Sent;
                    assert_eq!(far.route.withholds(), !lets_go, "forwards too");
                }
            }
            bench.engine.allow_host(FAR).await.unwrap();
        }
    }

    #[tokio::test]
    async fn what_a_person_writes_into_a_copy_goes_wherever_it_is_sent() {
        let (bench, id) = captured().await;
        let edited = Edited {
            url: format!("{FAR}/hook"),
            method: "POST".to_owned(),
            headers: vec![("Authorization".to_owned(), b"Bearer staging".to_vec())],
            body: EditedBody::Bytes(Bytes::from_static(b"{}")),
            renewal: Renewal::default(),
        };
        let sending = Sending::to(Aim::Url(FAR.to_owned()));
        let preview = bench.engine.preview(id, Some(edited), &sending).await.unwrap();
        let head = String::from_utf8_lossy(&preview.outgoing.head).into_owned();
        assert!(
            head.contains("Bearer staging") && preview.outgoing.withheld.is_empty(),
            "it is theirs: {head}"
        );
    }

    /// A copy as the editor opens it, with this credential.
    /// A request that came with a credential.
    async fn captured() -> (Bench, RequestId) {
        let bench = bench().await;
        let headers = [("Authorization".to_owned(), "Bearer secret".to_owned())];
        let id = bench.post("/hook", &headers, "{}").await;
        (bench, id)
    }

    /// A target that was agreed to, which counts as being outside wherever it leads now; and its address.
    async fn agreed(bench: &Bench) -> (Target, String) {
        let target = Target::answering("ok").await;
        let url = target.url("");
        bench.engine.allow_host(&url).await.unwrap();
        (target, url)
    }

    fn copy(url: &str, credential: &str) -> Edited {
        Edited {
            url: format!("{url}/hook"),
            method: "POST".to_owned(),
            headers: vec![
                ("Authorization".to_owned(), credential.as_bytes().to_vec()),
                ("X-Other".to_owned(), b"1".to_vec()),
            ],
            body: EditedBody::Captured,
            renewal: Renewal::default(),
        }
    }

    #[tokio::test]
    async fn what_was_left_in_a_copy_as_it_came_stays_here_unless_the_target_lets_it_go() {
        let (bench, id) = captured().await;
        let rules = |credentials| TargetRules {
            credentials,
            ..TargetRules::default()
        };
        let save = async |name: &str, url: &str, credentials| {
            let target = bench
                .engine
                .save_target(None, name, url, rules(credentials))
                .await;
            Aim::Target(target.unwrap().id)
        };
        let closed = save("closed", FAR, Credentials::Withheld).await;
        let open = save("open", FAR, Credentials::Sent).await;
        let elsewhere = save("elsewhere", "https://203.0.113.8", Credentials::Sent).await;
        for (url, to, goes) in [
            (FAR, Aim::Url(FAR.to_owned()), false),
            (FAR, closed, false),
            (FAR, open, true),
            // Its switch is for its own host.
            (FAR, elsewhere, false),
            (
                "http://127.0.0.1:9",
                Aim::Url("http://127.0.0.1:9".to_owned()),
                true,
            ),
        ] {
            let sending = Sending::to(to.clone());
            let edited = copy(url, "Bearer secret");
            let preview = bench.engine.preview(id, Some(edited), &sending).await.unwrap();
            let head = String::from_utf8_lossy(&preview.outgoing.head).into_owned();
            assert_eq!(head.contains("Bearer secret"), goes, "{to:?}: {head}");
            assert!(head.contains("X-Other: 1"), "the rest goes: {head}");
            assert_eq!(
                preview.outgoing.withheld.is_empty(),
                goes,
                "{to:?}: and it is told"
            );
            let told = goes && url == FAR;
            assert_eq!(
                preview.sent_on.is_empty(),
                !told,
                "{to:?}: where it goes outside, that is told too"
            );
            let edited = copy(url, "Bearer mine");
            let preview = bench.engine.preview(id, Some(edited), &sending).await.unwrap();
            let head = String::from_utf8_lossy(&preview.outgoing.head).into_owned();
            assert!(
                head.contains("Bearer mine") && preview.outgoing.withheld.is_empty(),
                "{to:?}: what was typed goes: {head}"
            );
            assert!(preview.sent_on.is_empty(), "and is nobody else's");
        }
    }

    #[tokio::test]
    async fn a_delivery_tells_what_stayed_here() {
        let (bench, id) = captured().await;
        let (_target, url) = agreed(&bench).await;
        let sending = Sending::to(Aim::Url(url.clone()));
        let edited = copy(&url, "Bearer secret");
        let sent = [
            bench.engine.resend(id, &sending).await.unwrap(),
            bench.engine.replay(id, edited, &sending).await.unwrap(),
        ];
        for delivery in &sent {
            let again = bench.engine.send_again(delivery.id, &sending).await.unwrap();
            for id in [delivery.id, again.id] {
                let kept = bench.engine.delivery(id).await.unwrap();
                assert_eq!(kept.withheld, ["Authorization"], "{kept:?}");
                assert!(
                    !String::from_utf8_lossy(&kept.head).contains("Bearer"),
                    "it did not go"
                );
            }
        }
    }

    #[tokio::test]
    async fn a_template_keeps_captured_credentials_here_even_once_its_request_is_gone() {
        let (bench, id) = captured().await;
        let (_target, url) = agreed(&bench).await;
        for (name, credential) in [("captured", "Bearer secret"), ("own", "Bearer mine")] {
            let edited = copy(&url, credential);
            let written = Written {
                method: edited.method,
                url: edited.url,
                headers: vec![("Authorization".to_owned(), credential.to_owned())],
                body: None,
                signature: "kept".to_owned(),
                new_id: false,
            };
            bench.engine.save_template(name, id, written).await.unwrap();
        }
        let stays = async |name: &str| {
            let sending = Sending::to(Aim::Url(url.clone()));
            let sent = bench
                .engine
                .send_template(name, None, Filler::default(), sending)
                .await;
            match sent.unwrap() {
                TemplateSent::Kept(delivery) => delivery.withheld,
                TemplateSent::Unkept { withheld, .. } => withheld,
            }
        };
        for gone in [false, true] {
            assert_eq!(stays("captured").await, ["Authorization"], "gone: {gone}");
            assert!(
                stays("own").await.is_empty(),
                "what was written into it goes, gone: {gone}"
            );
            bench.engine.delete(&[id]).await.unwrap();
        }
    }
}
