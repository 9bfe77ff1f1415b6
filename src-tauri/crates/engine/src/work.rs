//! What is under way and would be broken off if the program ended now. What waits on the disk (held requests, retries)
//! is not among it: that goes on with the next start.

use std::time::Instant;

use crate::engine::Engine;
use crate::rejudging::Recheck;

/// What is under way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Work {
    /// Deliveries that wait for their answer: resends, edited copies, forwards, steps of runs.
    pub sendings: u64,
    /// Runs that have not ended.
    pub runs: Vec<RunLeft>,
    /// Exports that are gone on with: nothing would be left of them.
    pub exports: u64,
    /// Imports that are gone on with: what was taken by then would stay.
    pub imports: u64,
    /// How far judging again is.
    pub recheck: Option<Recheck>,
}

/// A run that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunLeft {
    /// How many of its sendings have ended.
    pub done: u64,
    /// How many there are in all.
    pub total: u64,
}

impl Work {
    /// Whether nothing would be broken off.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl Engine {
    /// What is under way in this program.
    #[must_use]
    pub fn work(&self) -> Work {
        let runs = self.core.courier.runs().states();
        let moving = self.core.carrying.moving(Instant::now());
        Work {
            sendings: u64::try_from(self.core.courier.number_under_way()).unwrap_or(u64::MAX),
            runs: runs
                .iter()
                .filter(|run| !run.phase.is_over())
                .map(|run| RunLeft {
                    done: run.tally.ended() + run.skipped,
                    total: run.total,
                })
                .collect(),
            exports: moving.exports,
            imports: moving.imports,
            recheck: self.recheck(),
        }
    }
}
