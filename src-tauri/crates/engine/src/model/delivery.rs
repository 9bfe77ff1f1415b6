//! Sending again: a delivery and its attempts, as they are kept.

use bytes::Bytes;

use super::{AttemptId, DeliveryId, RequestId, Timestamp};

/// What was sent, against what was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryKind {
    /// The captured bytes, unchanged.
    Resend,
    /// An edited copy.
    Edited,
}

impl DeliveryKind {
    /// `resend` or `edited`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resend => "resend",
            Self::Edited => "edited",
        }
    }

    /// The kind that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Resend, Self::Edited]
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
    /// Its attempts, first to last.
    pub attempts: Vec<Attempt>,
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
