//! Where something is sent to: a URL as it is, or a target with its rules.

use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::delivery::{ClientSettings, Destination, Reach, Reuse, Route, Timeouts, Trust};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Credentials, Delivery, Target, TargetId, TargetRules, TimeoutRules, TrustRule};

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
        let is_far = self.core.is_far(way.route.origin()).await;
        let is_agreed = self.core.farthest(&way.route.origin().authority()).await? == Reach::Other;
        Ok(if is_far || is_agreed {
            way.withholding()
        } else {
            way
        })
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
    use crate::capture_for_tests::bench;
    use crate::sending::{Edited, EditedBody, Renewal, Sending};

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
                assert_eq!(preview.withheld, wanted, "{to:?}: and it is told");
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
        let bench = bench().await;
        let headers = [("Authorization".to_owned(), "Bearer secret".to_owned())];
        let id = bench.post("/hook", &headers, "{}").await;
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
            head.contains("Bearer staging") && preview.withheld.is_empty(),
            "it is theirs: {head}"
        );
    }
}
