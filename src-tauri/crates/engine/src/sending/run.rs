//! The runs: those of this program, which can be watched and steered, and those of the past.
//!
//! What is under way or paused is known here; how runs ended and what came of each request is in the store, so that
//! a report of any length needs no memory. A run holds a lock on a file while it goes on: where the store says that it
//! has not ended and nobody holds that, its program ended in the middle of it.

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::changes::Change;
use crate::delivery::Cancel;
use crate::engine::{Core, Engine};
use crate::error::EngineError;
use crate::model::{Delivery, Phase, RunId, RunState, SentStep};

/// A run that can be watched and steered.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) state: watch::Sender<RunState>,
    pub(crate) paused: watch::Sender<bool>,
    pub(crate) cancel: Cancel,
    /// Says to other programs that it goes on.
    going: Mutex<Option<(PathBuf, File)>>,
}

/// The runs of this program that go on, or whose end could not be kept.
#[derive(Debug, Default)]
pub(crate) struct Runs(Mutex<Vec<Arc<Run>>>);

impl Runs {
    fn add(&self, run: Arc<Run>) {
        self.lock().push(run);
    }

    fn remove(&self, id: RunId) {
        self.lock().retain(|run| run.state.borrow().id != id);
    }

    pub(crate) fn get(&self, id: RunId) -> Option<Arc<Run>> {
        self.lock()
            .iter()
            .find(|run| run.state.borrow().id == id)
            .cloned()
    }

    /// How each stands, newest first.
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

impl Core {
    fn run_lock(&self, id: RunId) -> PathBuf {
        self.options.data_dir.join(format!("run-{id}.lock"))
    }

    /// Whether another program is at this run.
    fn is_going_elsewhere(&self, id: RunId) -> bool {
        let path = self.run_lock(id);
        let Ok(file) = File::options().write(true).open(&path) else {
            return false;
        };
        if matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock)) {
            return true;
        }
        // Left over by a program that ended in the middle.
        drop(file);
        let _ = std::fs::remove_file(path);
        false
    }
}

impl Engine {
    /// Keeps a run that begins; its first `reserved` steps may go.
    pub(super) async fn begin_run(&self, state: RunState, reserved: u64) -> Result<Arc<Run>, EngineError> {
        let path = self.core.run_lock(state.id);
        // Where it cannot be locked the run is taken for cut off by others while it goes on, and no worse.
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let going = file
            .ok()
            .filter(|file| file.try_lock().is_ok())
            .map(|file| (path, file));
        self.core.store.add_run(state.clone(), reserved).await?;
        let run = Arc::new(Run {
            state: watch::Sender::new(state),
            paused: watch::Sender::new(false),
            cancel: Cancel::new(),
            going: Mutex::new(going),
        });
        // Added before it is looked: who ends the program between the two finds it.
        self.core.courier.runs().add(Arc::clone(&run));
        if self.core.courier.closing().is_cancelled() {
            run.cancel.cancel();
        }
        Ok(run)
    }

    /// Keeps how a run ended, and tells it.
    pub(super) async fn end_run(&self, run: &Run, phase: Phase) {
        let mut state = run.state.borrow().clone();
        state.phase = phase;
        state.ended_at = Some(self.core.clock.now());
        // What cannot be kept is remembered as long as this program runs; later it is one that was cut off.
        let kept = self.core.store.end_run(state.clone()).await;
        let is_kept = kept.is_ok();
        if let Err(error) = kept
            && !matches!(state.phase, Phase::Failed(_))
        {
            state.phase = Phase::Failed(error.to_string());
        }
        let going = run.going.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((path, file)) = going {
            drop(file);
            let _ = std::fs::remove_file(path);
        }
        let id = state.id;
        run.state.send_replace(state);
        if is_kept {
            self.core.courier.runs().remove(id);
        }
        self.core.changes.tell(Change::Everything);
    }

    /// How a run stands or ended.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub async fn run_state(&self, id: RunId) -> Result<RunState, EngineError> {
        if let Ok(run) = self.known_run(id) {
            return Ok(run.state.borrow().clone());
        }
        let kept = self.core.store.run(id).await?;
        let kept = kept.ok_or_else(|| no_run(id))?;
        Ok(self.as_it_stands(kept))
    }

    /// The newest runs of all programs, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn runs(&self, limit: u32) -> Result<Vec<RunState>, EngineError> {
        let kept = self.core.store.runs(limit).await?;
        Ok(kept.into_iter().map(|run| self.as_it_stands(run)).collect())
    }

    /// The run whose id is `text` or begins with it.
    ///
    /// # Errors
    /// When there is none, when there are several, or the store cannot be read.
    pub async fn find_run(&self, text: &str) -> Result<RunId, EngineError> {
        Ok(self.core.store.find_run(text).await?)
    }

    /// So many steps of a run after `skip`, those that were not delivered first, and how many there are. Steps whose
    /// request was deleted are left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sent_steps(
        &self,
        id: RunId,
        skip: u32,
        limit: u32,
    ) -> Result<(Vec<SentStep>, u64), EngineError> {
        Ok(self.core.store.sent_steps(id, skip, limit).await?)
    }

    /// What came of each step of a run, from step `from` on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn deliveries_of_run(
        &self,
        id: RunId,
        from: u32,
        limit: u32,
    ) -> Result<Vec<Delivery>, EngineError> {
        Ok(self.core.store.deliveries_of_run(id, from, limit).await?)
    }

    /// A run as the store tells it, or as it is known here or elsewhere to go on.
    fn as_it_stands(&self, kept: RunState) -> RunState {
        if !matches!(kept.phase, Phase::CutOff { .. }) {
            return kept;
        }
        match self.known_run(kept.id) {
            Ok(run) => run.state.borrow().clone(),
            Err(_) if self.core.is_going_elsewhere(kept.id) => RunState {
                phase: Phase::Running,
                ..kept
            },
            Err(_) => kept,
        }
    }

    /// Ends when the run has ended.
    ///
    /// # Errors
    /// When there is no such run, or the store cannot be read.
    pub async fn run_ended(&self, id: RunId) -> Result<RunState, EngineError> {
        let Ok(run) = self.known_run(id) else {
            return self.run_state(id).await;
        };
        let mut state = run.state.subscribe();
        let ended = state.wait_for(|state| state.phase.is_over()).await;
        Ok(ended.map_or_else(|_| run.state.borrow().clone(), |state| state.clone()))
    }

    /// Holds a run, or lets it go on. What is under way goes on to its end.
    ///
    /// # Errors
    /// When this program is at no such run.
    pub fn pause_run(&self, id: RunId, paused: bool) -> Result<RunState, EngineError> {
        let run = self.known_run(id)?;
        run.paused.send_replace(paused);
        run.state.send_if_modified(|state| {
            let phase = if paused { Phase::Paused } else { Phase::Running };
            let changes = !state.phase.is_over() && state.phase != phase;
            if changes {
                state.phase = phase;
            }
            changes
        });
        let state = run.state.borrow().clone();
        Ok(state)
    }

    /// Ends a run: nothing more begins, and what is under way is broken off.
    ///
    /// # Errors
    /// When this program is at no such run.
    pub fn cancel_run(&self, id: RunId) -> Result<RunState, EngineError> {
        let run = self.known_run(id)?;
        run.cancel.cancel();
        let state = run.state.borrow().clone();
        Ok(state)
    }

    fn known_run(&self, id: RunId) -> Result<Arc<Run>, EngineError> {
        self.core.courier.runs().get(id).ok_or_else(|| no_run(id))
    }
}

fn no_run(id: RunId) -> EngineError {
    EngineError::NotFound {
        kind: "run",
        name: id.to_string(),
    }
}

#[cfg(test)]
#[path = "tests/run.rs"]
mod tests;
