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
