//! A run: many requests sent one after the other or several at once, or one of them several times, and how it stands.

use super::{DeliveryId, Outcome, RequestId, RunId, Timestamp};

/// How many ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Answered with a status from 200 to 299.
    pub delivered: u64,
    /// Answered with another status.
    pub refused: u64,
    /// Without a whole answer.
    pub failed: u64,
    /// Under way when the run was cancelled.
    pub cancelled: u64,
}

impl Tally {
    /// How many have ended.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.delivered + self.refused + self.failed + self.cancelled
    }
}

/// What a run is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunKind {
    /// Several requests.
    Several,
    /// One request several times, to compare the answers.
    Idempotency {
        /// How many went at once, after the two in a row.
        at_once: u32,
        /// Why none went under a new id, where none did.
        no_control: Option<String>,
        /// Whether repetitions were taken well; unknown before its end.
        passed: Option<bool>,
    },
}

impl RunKind {
    /// `several` or `idempotency`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Several => "several",
            Self::Idempotency { .. } => "idempotency",
        }
    }
}

/// How a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunState {
    /// Its id.
    pub id: RunId,
    /// What it is for.
    pub kind: RunKind,
    /// Where it goes.
    pub url: String,
    /// How it goes, in words, e.g. `16 at once, shuffled`; empty where there is nothing to say.
    pub how: String,
    /// How many sendings there are in all.
    pub total: u64,
    /// How those that ended have ended.
    pub tally: Tally,
    /// Requests that could not be sent, the first of them with the reason.
    pub skipped: u64,
    /// Why the first of them could not.
    pub skipped_because: Option<(RequestId, String)>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; unknown for one that was cut off.
    pub ended_at: Option<Timestamp>,
    /// How far it is.
    pub phase: Phase,
}

impl RunState {
    /// A run of which nothing has ended yet, with nothing to say of how it goes.
    pub(crate) fn begun(kind: RunKind, url: String, total: u64, at: Timestamp) -> Self {
        Self {
            id: RunId::generate(),
            kind,
            url,
            how: String::new(),
            total,
            tally: Tally::default(),
            skipped: 0,
            skipped_because: None,
            started_at: at,
            ended_at: None,
            phase: Phase::Running,
        }
    }
}

/// What came of one step of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentStep {
    /// Its number, from 0 on.
    pub number: u32,
    /// What was sent.
    pub delivery: DeliveryId,
    /// The request that was sent again.
    pub request: RequestId,
    /// The method of the request.
    pub method: String,
    /// The target of the request.
    pub target: String,
    /// The path of the endpoint that the request came to.
    pub endpoint_path: Option<String>,
    /// The id of the request's provider.
    pub provider: Option<String>,
    /// The request's event.
    pub event: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// The status that came back.
    pub status: Option<u16>,
    /// How long it took, µs.
    pub micros: u64,
    /// Why there was no answer.
    pub message: Option<String>,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Under way.
    Running,
    /// Held by the person; what was under way goes on to its end.
    Paused,
    /// Everything was sent.
    Done,
    /// Ended by the person or the program.
    Cancelled,
    /// What came of it could not be kept.
    Failed(String),
    /// The program ended in the middle of it.
    CutOff {
        /// Steps that may have reached the target, though nothing is known of them, at the most.
        unknown: u64,
    },
}

impl Phase {
    /// `running`, `paused`, `done`, `cancelled`, `failed` or `cut_off`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed(_) => "failed",
            Self::CutOff { .. } => "cut_off",
        }
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        !matches!(self, Self::Running | Self::Paused)
    }
}
