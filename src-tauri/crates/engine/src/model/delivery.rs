//! Sending again: a delivery and its attempts, as they are kept.

use std::time::Duration;

use bytes::Bytes;

use super::{AttemptId, DeliveryId, RequestId, RunId, TargetId, Timestamp};

/// What was sent, against what was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryKind {
    /// The captured bytes, unchanged.
    Resend,
    /// An edited copy.
    Edited,
    /// By itself as the request came.
    Forward,
}

impl DeliveryKind {
    /// `resend`, `edited` or `forward`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resend => "resend",
            Self::Edited => "edited",
            Self::Forward => "forward",
        }
    }

    /// The kind that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Resend, Self::Edited, Self::Forward]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// One sending of a request to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The request it was made from.
    pub request: RequestId,
    /// What was sent.
    pub kind: DeliveryKind,
    /// The whole URL it was sent to.
    pub url: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// The head that was sent, byte for byte.
    pub head: Bytes,
    /// The body that was sent, where it is not the captured one.
    pub body: Option<Bytes>,
    /// The names of captured header lines that stayed here: credentials that were meant for another host.
    pub withheld: Vec<String>,
    /// The target it went by, where it was one with a name.
    pub target: Option<TargetId>,
    /// The delivery whose bytes it sends once more.
    pub again: Option<DeliveryId>,
    /// The run it is a step of.
    pub run: Option<RunStep>,
    /// When it is tried again, where it is.
    pub schedule: Option<Schedule>,
    /// Its attempts, first to last.
    pub attempts: Vec<Attempt>,
}

/// A place in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunStep {
    /// The run.
    pub run: RunId,
    /// Which step of it, from 0.
    pub number: u32,
}

/// When a delivery that failed is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The wait before each retry.
    pub waits: Vec<Duration>,
    /// How many of them have been used.
    pub used: u32,
    /// How it stands.
    pub state: ScheduleState,
    /// When the next attempt is due.
    pub next_at: Option<Timestamp>,
    /// Since when an attempt is under way.
    pub trying_since: Option<Timestamp>,
}

/// How a schedule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleState {
    /// There will be another attempt.
    Waiting,
    /// An attempt was answered with a status from 200 to 299.
    Delivered,
    /// All waits were used.
    Exhausted,
    /// The person stopped it.
    Stopped,
}

impl ScheduleState {
    /// `waiting`, `delivered`, `exhausted` or `stopped`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Exhausted => "exhausted",
            Self::Stopped => "stopped",
        }
    }

    /// The state that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Delivered, Self::Exhausted, Self::Stopped]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A whole answer came.
    Answered,
    /// The name of the target does not resolve.
    Unresolved,
    /// Nobody listens there, or it was refused on the way.
    Refused,
    /// The connection, the first byte or the whole answer took too long.
    TimedOut,
    /// The TLS handshake failed.
    TlsFailed,
    /// The connection was closed or reset before the answer was whole.
    Closed,
    /// What came was no HTTP/1.1 answer.
    InvalidAnswer,
    /// The person stopped it.
    Cancelled,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Answered,
        Self::Unresolved,
        Self::Refused,
        Self::TimedOut,
        Self::TlsFailed,
        Self::Closed,
        Self::InvalidAnswer,
        Self::Cancelled,
    ];

    /// The word for it, e.g. `timed_out`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Unresolved => "unresolved",
            Self::Refused => "refused",
            Self::TimedOut => "timed_out",
            Self::TlsFailed => "tls_failed",
            Self::Closed => "closed",
            Self::InvalidAnswer => "invalid_answer",
            Self::Cancelled => "cancelled",
        }
    }

    /// The outcome that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// What came of an attempt for whom it was made: the four words that a [`Tally`](super::Tally) counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Answered with a status from 200 to 299.
    Delivered,
    /// Answered with another status.
    Refused,
    /// Without a whole answer.
    Failed,
    /// Stopped by the person, or broken off when its program ended.
    Cancelled,
}

impl Ending {
    /// Of an attempt that ended by `outcome`; `status` is that of its answer, where one began to come.
    #[must_use]
    pub fn of(outcome: Outcome, status: Option<u16>) -> Self {
        match outcome {
            Outcome::Answered if status.is_some_and(|status| (200..300).contains(&status)) => Self::Delivered,
            Outcome::Answered => Self::Refused,
            Outcome::Cancelled => Self::Cancelled,
            Outcome::Unresolved
            | Outcome::Refused
            | Outcome::TimedOut
            | Outcome::TlsFailed
            | Outcome::Closed
            | Outcome::InvalidAnswer => Self::Failed,
        }
    }

    /// `delivered`, `refused`, `failed` or `cancelled`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// How long each stage took, in µs; `None` for a stage that was not reached or not needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timings {
    /// Resolving the name.
    pub resolve: Option<u64>,
    /// Connecting.
    pub connect: Option<u64>,
    /// The TLS handshake.
    pub tls: Option<u64>,
    /// From the last byte sent to the first byte of the answer.
    pub first_byte: Option<u64>,
    /// From the start to the end, whatever the end was.
    pub total: u64,
}

/// One HTTP exchange of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// When it began.
    pub started_at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// What happened, where it was not answered: lower case, no full stop, with the datum in backticks.
    pub message: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Where it went, where a redirect led elsewhere than the delivery was to go.
    pub url: Option<String>,
    /// The head that was sent there.
    pub sent: Option<Bytes>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// The head of the answer as the bytes on the wire.
    pub head: Bytes,
    /// The body of the answer after transfer framing, up to the limit.
    pub body: Bytes,
    /// The answer went on beyond what is kept.
    pub body_cut: bool,
    /// How long each stage took.
    pub timings: Timings,
}
