//! A run: many requests sent one after the other or several at once, with its progress.
//!
//! What is under way, paused or just ended is known here; what came of each request is in the store, so that a report
//! of any length needs no memory.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::delivery::{Cancel, Tally};
use crate::model::{RequestId, RunId, Timestamp};

/// How a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunState {
    /// Its id.
    pub id: RunId,
    /// Where it goes.
    pub url: String,
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
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How far it is.
    pub phase: Phase,
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
}

impl Phase {
    /// `running`, `paused`, `done`, `cancelled` or `failed`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed(_) => "failed",
        }
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed(_))
    }
}

/// A run that can be watched and steered.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) state: watch::Sender<RunState>,
    pub(crate) paused: watch::Sender<bool>,
    pub(crate) cancel: Cancel,
}

/// How many runs are remembered after their end.
const REMEMBERED: usize = 20;

/// The runs of this program.
#[derive(Debug, Default)]
pub(crate) struct Runs(Mutex<Vec<Arc<Run>>>);

impl Runs {
    pub(crate) fn add(&self, run: Arc<Run>) {
        let mut runs = self.lock();
        if runs.len() >= REMEMBERED
            && let Some(over) = runs.iter().position(|run| run.state.borrow().phase.is_over())
        {
            runs.remove(over);
        }
        runs.push(run);
    }

    pub(crate) fn get(&self, id: RunId) -> Option<Arc<Run>> {
        self.lock()
            .iter()
            .find(|run| run.state.borrow().id == id)
            .cloned()
    }

    pub(crate) fn states(&self) -> Vec<RunState> {
        self.lock()
            .iter()
            .rev()
            .map(|run| run.state.borrow().clone())
            .collect()
    }

    /// Ends all of them.
    pub(crate) fn cancel_all(&self) -> Vec<Arc<Run>> {
        let runs: Vec<Arc<Run>> = self.lock().clone();
        for run in &runs {
            run.cancel.cancel();
        }
        runs
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Run>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
