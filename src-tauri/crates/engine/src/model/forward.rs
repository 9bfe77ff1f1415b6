//! Forwards: requests that go to a target by themselves as they come, and what is held while a target is down.

use std::time::Duration;

use super::{EndpointId, ForwardId, RequestId, TargetId, Timestamp};

/// The most targets to which the requests of one endpoint go by themselves.
pub const MOST_FORWARDS: usize = 16;

/// When the sender gets its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ForwardWay {
    /// At once, ours; the request goes to the target beside that, and is held while the target is down.
    AtOnce,
    /// The target's, through us.
    Through,
}

impl ForwardWay {
    /// `at_once` or `through`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::Through => "through",
        }
    }

    /// The way that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::AtOnce, Self::Through]
            .into_iter()
            .find(|way| way.as_str() == word)
    }
}

/// Requests of an endpoint go to a target by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// Its id.
    pub id: ForwardId,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Where it goes, and how.
    pub rule: ForwardRule,
}

/// Where requests go by themselves, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardRule {
    /// The target.
    pub target: TargetId,
    /// Only requests that match, in the filter language; empty for all.
    pub filter: String,
    /// When the sender gets its answer.
    pub way: ForwardWay,
    /// How long the target has for its answer where the sender waits for it.
    pub deadline: Duration,
}

/// A request that waits to go to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Names it.
    pub number: i64,
    /// The request.
    pub request: RequestId,
    /// The target.
    pub target: TargetId,
    /// When the request came.
    pub received_at: Timestamp,
    /// Its method.
    pub method: String,
    /// Its path and query.
    pub path: String,
    /// Its event.
    pub event: Option<String>,
    /// How many attempts were made.
    pub attempts: u32,
    /// How many of those came to no end: they were broken off, or what came of them could not be kept.
    pub broken_off: u32,
    /// Since when an attempt is under way.
    pub trying_since: Option<Timestamp>,
}

/// What waits for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The target.
    pub target: TargetId,
    /// How many requests wait.
    pub count: u64,
    /// When the oldest of them came.
    pub oldest: Option<Timestamp>,
    /// The person let it wait.
    pub paused: bool,
    /// When the target is tried next, where it is down.
    pub next_at: Option<Timestamp>,
    /// How often it was found down one after the other.
    pub tries: u32,
    /// Why it is taken for down.
    pub why: Option<String>,
    /// How many requests were removed with the history before they could go.
    pub lost: u64,
}

/// How the forwards of one request stand, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Forwarded {
    /// It waits for a target.
    Held,
    /// A target did not take it.
    Failed,
    /// Every target took it.
    Delivered,
}

impl Forwarded {
    /// `held`, `failed` or `delivered`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Delivered => "delivered",
        }
    }

    /// What `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Held, Self::Failed, Self::Delivered]
            .into_iter()
            .find(|stand| stand.as_str() == word)
    }
}

/// Where a held request is moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Before all others.
    First,
    /// One place towards the front.
    Earlier,
    /// One place towards the end.
    Later,
}
