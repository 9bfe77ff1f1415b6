//! Endpoints and their secrets (never the values).

use std::collections::BTreeMap;

use super::{EndpointId, SecretId, Timestamp};

/// A path prefix on the listener with its provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// The path prefix, e.g. `/stripe`: starts with a slash, ends without one (but `/` itself).
    pub path: String,
    /// The provider it is pinned to; `None` recognises each request by itself.
    pub provider: Option<String>,
    /// What the person chose for the provider's scheme, e.g. `header` = `X-Tracktik-Secret`.
    pub parameters: BTreeMap<String, String>,
    /// What its provider asks is answered as the provider requires; without this, as everything else.
    pub answers_handshakes: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its secrets, oldest first.
    pub secrets: Vec<SecretRecord>,
}

/// An endpoint on its way into the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEndpoint {
    /// The path prefix.
    pub path: String,
    /// The provider to pin.
    pub provider: Option<String>,
    /// What the person chose for its scheme.
    pub parameters: BTreeMap<String, String>,
    /// What its provider asks is answered as the provider requires.
    pub answers_handshakes: bool,
}

impl NewEndpoint {
    /// An endpoint on which nothing but its path was chosen.
    #[must_use]
    pub fn at(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            provider: None,
            parameters: BTreeMap::new(),
            answers_handshakes: true,
        }
    }
}

/// That a secret exists, and where its value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRecord {
    /// Its id; the value is kept under it.
    pub id: SecretId,
    /// The name that is shown, e.g. `Stripe test`.
    pub name: String,
    /// Where the value is.
    pub place: SecretPlace,
    /// When it was set.
    pub created_at: Timestamp,
}

/// Where the value of a secret is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretPlace {
    /// The keychain of the operating system.
    Keychain,
    /// A file of its own in the folder `secrets` of the data folder, readable by its owner alone.
    File,
}

impl SecretPlace {
    /// `keychain` or `file`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::File => "file",
        }
    }

    /// The place that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Keychain, Self::File]
            .into_iter()
            .find(|place| place.as_str() == word)
    }
}
