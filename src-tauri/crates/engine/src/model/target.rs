//! Targets: where requests are sent again, and what is done to them on the way.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::TargetId;

/// Where requests are sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its id.
    pub id: TargetId,
    /// The name that is shown, e.g. `dev`.
    pub name: String,
    /// The base URL, e.g. `http://localhost:3000`.
    pub url: String,
    /// What is done to what goes there, and how it is spoken to.
    pub rules: TargetRules,
}

/// What is done to what goes to a target, and how it is spoken to. The default changes nothing but
/// that captured credentials stay where the target is far away.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetRules {
    /// Which path a request gets there.
    pub path: PathRule,
    /// What happens to header lines, in this order.
    pub headers: Vec<HeaderRule>,
    /// How long it is waited for; `None` is the usual.
    pub timeouts: TimeoutRules,
    /// Whose certificates are believed.
    pub trust: TrustRule,
    /// What is done about redirects.
    pub redirects: Redirects,
    /// What is done about credentials that a request came with, where the target is far away.
    pub credentials: Credentials,
}

/// Which path a request gets at a target. The query of the request goes along, unless the URL or the fixed path has
/// one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathRule {
    /// The path of the URL where it has one, the path of the request where it has none.
    #[default]
    Url,
    /// The path of the URL, followed by the path of the request.
    Keep,
    /// As [`PathRule::Keep`], with the beginning of the request's path replaced where it is `from`.
    Prefix {
        /// What is replaced, e.g. `/stripe`.
        from: String,
        /// What comes in its place, e.g. `/webhooks/stripe`; may be empty.
        to: String,
    },
    /// Always this path, whatever came; may have a query.
    Fixed(String),
}

/// What happens to header lines.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderRule {
    /// A line is added at the end.
    Add {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// All lines of this name go.
    Remove {
        /// The name, in any case.
        name: String,
    },
    /// The first line of this name gets the value, its others go; it is added where there is none.
    Replace {
        /// The name, in any case.
        name: String,
        /// Its value.
        value: String,
    },
}

impl HeaderRule {
    /// The name of the lines it is about.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Add { name, .. } | Self::Remove { name } | Self::Replace { name, .. } => name,
        }
    }
}

/// How long a target is waited for; `None` is the usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TimeoutRules {
    /// Resolving, connecting and the TLS handshake together.
    pub connect: Option<Duration>,
    /// From the last byte that went to the first that comes.
    pub first_byte: Option<Duration>,
    /// The whole attempt.
    pub total: Option<Duration>,
}

/// Whose certificates are believed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustRule {
    /// Those that the roots of the operating system vouch for.
    #[default]
    System,
    /// Those, and the ones in this PEM text: a certificate authority of one's own, or the target's own certificate.
    Certificate(String),
    /// Any. Who sits in between reads and changes everything.
    Anything,
}

/// What is done about `Cookie` and `Authorization` of a captured request, where the target is neither on this machine nor
/// in a private network, and not the host that the request came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credentials {
    /// They stay here.
    #[default]
    Withheld,
    /// They go.
    Sent,
}

/// What is done about redirects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redirects {
    /// They are the answer.
    #[default]
    Shown,
    /// They are followed, each hop an attempt of its own.
    Followed,
}
