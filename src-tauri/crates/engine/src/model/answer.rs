//! What a sender gets: what the person set for an endpoint, and what was really given.

use std::time::Duration;

use bytes::Bytes;

use super::Sequence;

/// What the senders of an endpoint get once their request is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRule {
    /// The status, 200 to 599.
    pub status: u16,
    /// Name and value of each header, in order; values may have variables.
    pub headers: Vec<(String, String)>,
    /// The body; may have variables.
    pub body: String,
    /// How long the sender waits for it.
    pub delay: Duration,
}

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerSource {
    /// The short `200` that every sender gets where nothing else is set.
    Usual,
    /// What the person set for the endpoint.
    Set,
    /// What the provider wants to hear to its question.
    Handshake,
    /// A fault that the person ordered.
    Fault,
    /// The target of a forward, through us.
    Target,
    /// We ourselves, because the target of a forward gave no answer in time.
    Gateway,
}

impl AnswerSource {
    const ALL: [Self; 6] = [
        Self::Usual,
        Self::Set,
        Self::Handshake,
        Self::Fault,
        Self::Target,
        Self::Gateway,
    ];

    /// The word for it, e.g. `usual`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Set => "set",
            Self::Handshake => "handshake",
            Self::Fault => "fault",
            Self::Target => "target",
            Self::Gateway => "gateway",
        }
    }

    /// The source that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == word)
    }
}

/// An answer that was given, on its way into the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenAnswer {
    /// The request.
    pub request: Sequence,
    /// Where the answer came from.
    pub source: AnswerSource,
    /// The status, where it was not known when the request was kept.
    pub status: Option<u16>,
    /// µs from the last byte of the request to the last of the answer; `None` where none went.
    pub micros: Option<u64>,
    /// The bytes that went, where they are not the usual ones.
    pub bytes: Option<Bytes>,
}

/// An answer as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Where it came from.
    pub source: AnswerSource,
    /// µs from the last byte of the request to the last of the answer; `None` where none went.
    pub micros: Option<u64>,
    /// The bytes that went, where they are not the usual ones.
    pub bytes: Option<Bytes>,
}
