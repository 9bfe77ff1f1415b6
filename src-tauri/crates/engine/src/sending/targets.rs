//! The targets: kept, changed, and looked at whether anybody is there.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures_util::StreamExt as _;
use futures_util::stream;
use sha2::{Digest as _, Sha256};

use super::aim::{self, LONGEST};
use crate::changes::Change;
use crate::delivery::{Destination, Reach, Route};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Target, TargetId, TargetRules, TrustRule};

/// How long a target may take to accept a connection before it counts as unreachable.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether somebody accepts connections at a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reachability {
    /// The target.
    pub target: TargetId,
    /// `None` where it was not looked at: the person has not agreed to go there.
    pub reachable: Option<bool>,
    /// How long it took, or why it is not.
    pub told: Result<Duration, String>,
}

/// The certificate that a target shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCertificate {
    /// In PEM form.
    pub pem: String,
    /// SHA-256 over it, in hexadecimal.
    pub sha256: String,
}

impl Engine {
    /// All targets, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn targets(&self) -> Result<Vec<Target>, EngineError> {
        let mut targets = self.core.store.targets().await?;
        targets.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(targets)
    }

    /// Makes a target, or changes the one with this id.
    ///
    /// # Errors
    /// When it has no name, its URL or a rule cannot be followed, the name is taken, or the store cannot write.
    pub async fn save_target(
        &self,
        id: Option<TargetId>,
        name: &str,
        url: &str,
        rules: TargetRules,
    ) -> Result<Target, EngineError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(EngineError::bad_input(
                "the target has no name",
                "give it a name such as `dev`",
            ));
        }
        Route::new(url, &rules)?;
        if let TrustRule::Certificate(pem) = &rules.trust {
            aim::certificates(pem)?;
        }
        let limits = [
            rules.timeouts.connect,
            rules.timeouts.first_byte,
            rules.timeouts.total,
        ];
        if limits
            .iter()
            .flatten()
            .any(|limit| limit.is_zero() || *limit > LONGEST)
        {
            return Err(EngineError::bad_input(
                "a time limit is not between 1 ms and 10 minutes",
                "leave it empty for the usual one",
            ));
        }
        let target = Target {
            id: id.unwrap_or_else(TargetId::generate),
            name: name.to_owned(),
            url: url.trim().to_owned(),
            rules,
        };
        self.core.store.put_target(target.clone()).await?;
        // Forwards and queues that lead there go to what it is now.
        self.core.forwards_changed().await;
        self.core.changes.tell(Change::Endpoints);
        Ok(target)
    }

    /// Knocks at each target: a connection is opened and closed, nothing is sent. Hosts far away that the person has
    /// not agreed to are left alone.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn check_targets(&self) -> Result<Vec<Reachability>, EngineError> {
        let targets = self.targets().await?;
        Ok(stream::iter(targets)
            .map(|target| self.knock(target))
            .buffered(8)
            .collect()
            .await)
    }

    async fn knock(&self, target: Target) -> Reachability {
        let told = |reachable, told| Reachability {
            target: target.id,
            reachable,
            told,
        };
        let Ok(destination) = Destination::parse(&target.url) else {
            return told(Some(false), Err("its URL cannot be understood".to_owned()));
        };
        let origin = destination.origin();
        let farthest = self
            .core
            .farthest(&origin.authority())
            .await
            .unwrap_or(Reach::Private);
        match self.core.courier.plain().knock(origin, farthest, PATIENCE).await {
            Ok(took) => told(Some(true), Ok(took)),
            Err(crate::delivery::Failure::TooFar { .. }) => told(
                None,
                Err("it is looked at once you have agreed to send there".to_owned()),
            ),
            Err(failure) => told(Some(false), Err(failure.to_string())),
        }
    }

    /// The certificate that the host of `url` shows, whoever vouches for it.
    ///
    /// # Errors
    /// When it cannot be reached, does not speak TLS, or the person has not agreed to go there.
    pub async fn shown_certificate(&self, url: &str) -> Result<ShownCertificate, EngineError> {
        let destination = Destination::parse(url)?;
        let origin = destination.origin();
        let farthest = self.core.farthest(&origin.authority()).await?;
        let shown = self
            .core
            .courier
            .plain()
            .certificates(origin, farthest, PATIENCE * 3)
            .await;
        let failed = |message: String, hint: Option<String>| EngineError::BadInput { message, hint };
        let shown = shown.map_err(|failure| failed(failure.to_string(), failure.hint()))?;
        let Some(own) = shown.first() else {
            return Err(failed(
                format!("`{}` shows no certificate", origin.authority()),
                None,
            ));
        };
        let lines: Vec<String> = BASE64
            .encode(own)
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        Ok(ShownCertificate {
            pem: format!(
                "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                lines.join("\n")
            ),
            sha256: hex::encode(Sha256::digest(own)),
        })
    }
}
