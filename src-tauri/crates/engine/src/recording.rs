//! Writes down what was answered and how long it took. That is known only once the answer has gone, so it is gathered
//! for a moment and written together, beside the path on which senders wait. What a crash takes of it is how long an
//! answer took, never a request.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

use crate::changes::Change;
use crate::engine::Core;
use crate::model::{GivenAnswer, RequestId};

/// How long is gathered.
const GATHER: Duration = Duration::from_millis(120);
/// How many notes may wait; beyond that the times of further answers are not kept.
const WAITING: usize = 16 * 1024;
/// How many requests are named to those who look; beyond that they look at everything again once it is quiet.
const NAMED: usize = 64;

/// When it is quiet.
const QUIET: Duration = Duration::from_secs(1);

/// How long the last notes are waited for at the end.
const LAST_NOTES: Duration = Duration::from_secs(2);

/// Something to write down.
#[derive(Debug)]
pub(crate) enum Note {
    /// An answer went.
    Given(RequestId, GivenAnswer),
    /// The fault of this number struck a request.
    Struck(i64),
}

/// Where notes are given.
pub(crate) struct Recorder {
    notes: std::sync::Mutex<Option<mpsc::Sender<Note>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Recorder {
    pub(crate) const fn new() -> Self {
        Self {
            notes: std::sync::Mutex::new(None),
            task: Mutex::const_new(None),
        }
    }

    /// Begins to write, unless it is under way.
    pub(crate) async fn start(&self, core: &Arc<Core>) {
        let mut task = self.task.lock().await;
        if task.is_none() {
            let (notes, waiting) = mpsc::channel(WAITING);
            *self.slot() = Some(notes);
            *task = Some(tokio::spawn(write(Arc::downgrade(core), waiting)));
        }
    }

    /// Writes what was given and ends.
    pub(crate) async fn stop(&self) {
        *self.slot() = None;
        if let Some(task) = self.task.lock().await.take() {
            // It ends by itself once nobody can give it anything; a connection that does not end keeps it no longer.
            let _ = tokio::time::timeout(LAST_NOTES, task).await;
        }
    }

    /// The way to give notes; `None` where nobody writes.
    pub(crate) fn notes(&self) -> Option<mpsc::Sender<Note>> {
        self.slot().clone()
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<mpsc::Sender<Note>>> {
        self.notes
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

async fn write(core: std::sync::Weak<Core>, mut waiting: mpsc::Receiver<Note>) {
    let mut unnamed = false;
    loop {
        let first = match tokio::time::timeout(QUIET, waiting.recv()).await {
            Ok(Some(first)) => first,
            Ok(None) => return,
            Err(_) => {
                // Told once a flood is over: whoever looks is busy enough while it lasts.
                if std::mem::take(&mut unnamed)
                    && let Some(core) = core.upgrade()
                {
                    core.changes.tell(Change::Requests);
                }
                continue;
            }
        };
        tokio::time::sleep(GATHER).await;
        let Some(core) = core.upgrade() else { return };
        let mut notes = vec![first];
        while let Ok(note) = waiting.try_recv() {
            notes.push(note);
        }
        unnamed |= !write_down(&core, notes).await;
    }
}

/// Writes notes down. `false` where the requests were too many to be named.
async fn write_down(core: &Core, notes: Vec<Note>) -> bool {
    let (mut ids, mut answers, mut strikes) = (Vec::new(), Vec::new(), HashMap::new());
    for note in notes {
        match note {
            Note::Given(id, answer) => {
                ids.push(id);
                answers.push(answer);
            }
            Note::Struck(number) => *strikes.entry(number).or_default() += 1,
        }
    }
    let named = ids.len() <= NAMED;
    if !answers.is_empty() {
        match core.store.record_answers(answers).await {
            Ok(()) if named => {
                for id in ids {
                    core.changes.tell(Change::Request(id));
                }
            }
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "what was answered cannot be written down"),
        }
    }
    if strikes.is_empty() {
        return named;
    }
    match core.store.record_strikes(strikes).await {
        Ok(over) => {
            if over && let Err(error) = core.renew_conducts().await {
                tracing::warn!(%error, "the faults cannot be read");
            }
            core.changes.tell(Change::Endpoints);
        }
        Err(error) => tracing::warn!(%error, "the strikes of a fault cannot be written down"),
    }
    named
}
