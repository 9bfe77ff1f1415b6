//! Keeps what comes of the steps of a run, as much at a time as has come, and says how far the run may go on.
//!
//! A step begins only once it is on the disk that it may: what a program that ended in the middle left open is then
//! known, and bounded. The slower a run, the fewer steps are let go ahead of what is kept.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinHandle;

use super::ahead::Skipped;
use super::run::Run;
use super::several::RunPlan;
use crate::delivery::count;
use crate::error::EngineError;
use crate::model::{Delivery, RunState, Tally};
use crate::store::{Progress, Store};

/// How many deliveries are kept in one transaction at most …
const BATCH: usize = 512;
/// … and how many KiB may wait to be kept; a single one may be larger.
const WAITING: u32 = 16 * 1024;
/// How many steps at most may begin beyond those of which something is kept.
const FARTHEST: u64 = 2_048;

/// What came of a step.
pub(super) enum Came {
    /// It went.
    Step(Box<Delivery>),
    /// It cannot go.
    Skipped(Skipped),
    /// This step waits until it may begin.
    Waiting {
        /// Its number.
        step: u64,
    },
}

/// The way to the keeper. While too much waits there, nothing more is taken.
#[derive(Clone)]
pub(super) struct Keep {
    room: Arc<Semaphore>,
    came: mpsc::Sender<(Came, Option<OwnedSemaphorePermit>)>,
}

impl Keep {
    /// Hands over what came. Where nobody keeps anything any more it is lost, and the keeper has told why.
    pub(super) async fn send(&self, came: Came) {
        let bytes = match &came {
            Came::Step(delivery) => {
                let answers = delivery.attempts.iter().map(|attempt| attempt.body.len());
                answers.sum::<usize>() + delivery.body.as_ref().map_or(0, bytes::Bytes::len)
            }
            Came::Skipped(_) | Came::Waiting { .. } => 0,
        };
        let size = u32::try_from(bytes / 1024).unwrap_or(WAITING).clamp(1, WAITING);
        let room = Arc::clone(&self.room).acquire_many_owned(size).await.ok();
        let _ = self.came.send((came, room)).await;
    }
}

/// The steps that may begin before anything is kept of any.
pub(super) fn at_first(plan: &RunPlan) -> u64 {
    plan.parallel.get() as u64 * 2
}

/// Keeps what comes.
pub(super) struct Keeper {
    keep: Keep,
    task: JoinHandle<Result<(), EngineError>>,
}

struct Task {
    store: Store,
    state: watch::Sender<RunState>,
    may_begin: watch::Sender<u64>,
    parallel: u64,
    progress: Progress,
    /// The steps that have ended are below this, but for some of those that are under way.
    begun: u64,
    total: u64,
}

impl Keeper {
    /// Keeps what comes of `run`, of which the first `reserved` steps may begin.
    pub(super) fn start(
        store: Store,
        run: &Run,
        plan: &RunPlan,
        reserved: u64,
    ) -> (Self, watch::Receiver<u64>) {
        let (came, comes) = mpsc::channel(BATCH);
        let (told, may_begin) = watch::channel(reserved);
        let (id, total) = {
            let state = run.state.borrow();
            (state.id, state.total)
        };
        let task = Task {
            store,
            state: run.state.clone(),
            may_begin: told,
            parallel: plan.parallel.get() as u64,
            progress: Progress {
                run: id,
                tally: Tally::default(),
                skipped: 0,
                reserved,
            },
            begun: 0,
            total,
        };
        let keep = Keep {
            room: Arc::new(Semaphore::new(WAITING as usize)),
            came,
        };
        let task = tokio::spawn(task.keep(comes));
        (Self { keep, task }, may_begin)
    }

    pub(super) fn sender(&self) -> Keep {
        self.keep.clone()
    }

    /// Ends when all is kept that was handed over, once nobody else has the way here.
    pub(super) async fn finish(self) -> Result<(), EngineError> {
        drop(self.keep);
        self.task.await.unwrap_or_else(|stopped| {
            Err(EngineError::Store(crate::store::StoreError::Internal {
                detail: stopped.to_string(),
            }))
        })
    }
}

impl Task {
    async fn keep(
        mut self,
        mut comes: mpsc::Receiver<(Came, Option<OwnedSemaphorePermit>)>,
    ) -> Result<(), EngineError> {
        let mut batch = Vec::with_capacity(BATCH);
        while comes.recv_many(&mut batch, BATCH).await > 0 {
            let (mut steps, mut room) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
            let mut because = None;
            let mut wanted = 0;
            for (came, taken) in batch.drain(..) {
                room.extend(taken);
                match came {
                    Came::Step(delivery) => {
                        if let Some(attempt) = delivery.attempts.last() {
                            count(&mut self.progress.tally, attempt);
                        }
                        let number = delivery.run.map_or(0, |step| u64::from(step.number));
                        self.begun = self.begun.max(number + 1 + self.parallel);
                        steps.push(*delivery);
                    }
                    Came::Skipped(skipped) => {
                        self.progress.skipped += 1;
                        // It counts among those that may have begun, as long as it is not known which they were.
                        wanted = wanted.max(u64::from(skipped.number) + 1);
                        because.get_or_insert((skipped.request, skipped.why));
                    }
                    Came::Waiting { step } => wanted = wanted.max(step + 1),
                }
            }
            // The more came at once, the quicker the run is, and the farther it may go until something is kept again.
            let ahead = (steps.len() as u64 * 4).clamp(self.parallel, FARTHEST);
            let reserved = (self.begun.max(wanted) + ahead).min(self.total);
            self.progress.reserved = self.progress.reserved.max(reserved);
            self.store.add_steps(steps, self.progress).await?;
            drop(room);
            self.may_begin.send_replace(self.progress.reserved);
            self.state.send_modify(|state| {
                state.tally = self.progress.tally;
                state.skipped = self.progress.skipped;
                if state.skipped_because.is_none() {
                    state.skipped_because = because;
                }
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture_for_tests::bench;
    use crate::model::{Phase, RequestId, RunKind};
    use crate::sending::{Aim, Chosen};

    #[tokio::test]
    async fn what_was_skipped_is_among_what_may_have_begun() {
        let bench = bench().await;
        let core = &bench.engine.core;
        let url = "http://127.0.0.1:9".to_owned();
        let state = RunState::begun(RunKind::Several, url, 100, core.clock.now());
        let plan = RunPlan::new(Chosen::Filter(String::new()), Aim::Url(state.url.clone()));
        let run = bench.engine.begin_run(state.clone(), 8).await.unwrap();
        let (keeper, _may_begin) = Keeper::start(core.store.clone(), &run, &plan, 8);
        // Those before the eighth may be under way meanwhile.
        for number in 8..50 {
            let skipped = Skipped {
                number,
                request: RequestId::generate(),
                why: "it is not there any more".to_owned(),
            };
            keeper.sender().send(Came::Skipped(skipped)).await;
        }
        keeper.finish().await.unwrap();
        let kept = core.store.run(state.id).await.unwrap().unwrap();
        assert_eq!(kept.skipped, 42, "they are counted");
        assert!(
            matches!(kept.phase, Phase::CutOff { unknown } if unknown >= 8),
            "they take nothing away from those that may have gone: {kept:?}"
        );
    }
}
