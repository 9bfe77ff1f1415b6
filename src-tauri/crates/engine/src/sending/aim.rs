//! Where something is sent to: a URL as it is, or a target with its rules.

use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::delivery::{ClientSettings, Destination, Reach, Reuse, Route, Timeouts, Trust};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Delivery, Target, TargetId, TargetRules, TimeoutRules, TrustRule};

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
    pub(crate) const fn with_farthest(mut self, farthest: Reach) -> Self {
        self.farthest = farthest;
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
        match aim {
            Aim::Url(url) => Way::to_url(url),
            Aim::Target(id) => Way::to_target(self.target(*id).await?),
        }
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
