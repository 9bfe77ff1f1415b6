//! Endpoints and their secrets. The value of a secret goes in and never comes out.

use std::collections::BTreeMap;

use super::{AnswerRuleView, FaultView, ForwardView};

/// An endpoint as it is shown.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct EndpointView {
    /// Its id.
    pub id: String,
    /// Its path, e.g. `/stripe`.
    pub path: String,
    /// The id of the provider it is pinned to.
    pub provider: Option<String>,
    /// What was chosen for the provider's scheme.
    pub parameters: BTreeMap<String, String>,
    /// The URL that its sender sends to, where that is not the listener's.
    pub public_url: Option<String>,
    /// The greatest age of a signature, seconds; `null` leaves it to the scheme.
    pub past: Option<u32>,
    /// The greatest lead, seconds; `null` leaves it to the scheme.
    pub future: Option<u32>,
    /// Whether its provider's questions are answered as the provider requires.
    pub answers_handshakes: bool,
    /// Its secrets, oldest first.
    pub secrets: Vec<SecretView>,
    /// Secrets that were replaced: nothing is checked with them, they explain what was signed with them.
    pub replaced: Vec<SecretView>,
    /// How many requests it has.
    pub requests: u64,
    /// What its senders get; `null` for the usual answer.
    pub answer: Option<AnswerRuleView>,
    /// What goes wrong with its answers on purpose.
    pub fault: Option<FaultView>,
    /// Where its requests go by themselves.
    pub forwards: Vec<ForwardView>,
}

/// A secret as it is shown: never its value.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SecretView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where its value is: `keychain` or `file`.
    pub place: String,
    /// When it was set, µs.
    pub created_at: i64,
}

/// Makes an endpoint.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase", default)]
pub struct AddEndpoint {
    /// Its path; a missing first slash is added.
    pub path: String,
    /// The id of the provider to pin.
    pub provider: Option<String>,
    /// What is chosen for the provider's scheme.
    pub parameters: BTreeMap<String, String>,
    /// The URL that its sender sends to.
    pub public_url: Option<String>,
    /// The greatest age of a signature, seconds.
    pub past: Option<u32>,
    /// The greatest lead, seconds.
    pub future: Option<u32>,
    /// Whether its provider's questions are answered as the provider requires.
    pub answers_handshakes: bool,
}

impl Default for AddEndpoint {
    fn default() -> Self {
        Self {
            path: String::new(),
            provider: None,
            parameters: BTreeMap::new(),
            public_url: None,
            past: None,
            future: None,
            answers_handshakes: true,
        }
    }
}

/// Changes an endpoint.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase", default)]
pub struct UpdateEndpoint {
    /// Its id.
    pub id: String,
    /// Its path from now on.
    pub path: String,
    /// The provider from now on.
    pub provider: Option<String>,
    /// The scheme's parameters from now on.
    pub parameters: BTreeMap<String, String>,
    /// The URL that its sender sends to from now on.
    pub public_url: Option<String>,
    /// The greatest age of a signature from now on, seconds.
    pub past: Option<u32>,
    /// The greatest lead from now on, seconds.
    pub future: Option<u32>,
    /// Whether its provider's questions are answered as the provider requires from now on.
    pub answers_handshakes: bool,
}

impl Default for UpdateEndpoint {
    fn default() -> Self {
        Self {
            id: String::new(),
            path: String::new(),
            provider: None,
            parameters: BTreeMap::new(),
            public_url: None,
            past: None,
            future: None,
            answers_handshakes: true,
        }
    }
}

/// Names an endpoint.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct EndpointRef {
    /// Its id.
    pub id: String,
}

/// Sets a secret of an endpoint; one of the same name is replaced.
#[derive(Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SetSecret {
    /// The id of the endpoint.
    pub endpoint: String,
    /// The name that is shown.
    pub name: String,
    /// The value as the provider gave it.
    pub value: String,
}

impl std::fmt::Debug for SetSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "SetSecret {{ endpoint: {:?}, name: {:?}, value: [redacted] }}",
            self.endpoint, self.name
        )
    }
}

/// Removes a secret.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RemoveSecret {
    /// Its id.
    pub id: String,
}
