//! What was kept, in the order in which it came: for those who show each request once, as soon as all is known of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::changes::{Change, Subscription};
use crate::engine::{Core, Engine};
use crate::error::EngineError;
use crate::model::{Request, RequestId, Sequence};
use crate::recent::Follower;
use crate::store::{Known, Marked};

/// How long is waited for what a request repeats to be found; then it is shown without.
const MARKS: Duration = Duration::from_millis(500);

/// Requests that are given at once.
const AT_ONCE: usize = 200;

/// In a burst, reading what is not in memory any more rests so many times as long as it took: capturing has the
/// processor, and what was not shown yet waits on the disk.
const REST: u32 = 3;

/// Marks of requests that were not shown yet; beyond that the rows are asked.
const MARKS_AT_MOST: usize = 16 * 1024;

/// A search looks through so many requests that the index does not have at once.
const NOTICEABLE: u64 = 300;
/// How often the progress of the index is told.
const PROGRESS: Duration = Duration::from_secs(1);

/// Each request that is captured from some moment on, once, in the order of arrival, whoever captured it. What is
/// imported is none of them.
///
/// What this program captured comes from memory as long as the taker keeps up; all else is read from the store, and so
/// is what lies between, so that nothing is left out.
pub struct Arrivals {
    core: Arc<Core>,
    subscription: Subscription,
    follower: Follower,
    marked: broadcast::Receiver<Marked>,
    /// Marks of requests that were not given yet.
    marks: HashMap<RequestId, Option<RequestId>>,
    /// Given so far.
    given: Sequence,
    /// What is known to have been kept.
    newest: Sequence,
    known: Known,
    /// How long the last reading took, where it was a reading.
    rest: Option<Duration>,
}

impl Engine {
    /// What is kept from now on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn arrivals(&self) -> Result<Arrivals, EngineError> {
        let core = Arc::clone(&self.core);
        // All three before the number is asked for: what comes meanwhile is in them.
        let (subscription, follower) = (core.changes.subscribe(), core.recent.follow());
        let marked = core.store.watch_marks();
        let given = core.store.newest_sequence().await?;
        Ok(Arrivals {
            core,
            subscription,
            follower,
            marked,
            marks: HashMap::new(),
            given,
            newest: given,
            known: Known::NotYet,
            rest: None,
        })
    }
}

impl Arrivals {
    /// Waits for the next requests; at least one, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next(&mut self) -> Result<Vec<Arc<Request>>, EngineError> {
        loop {
            self.wait_for_more().await?;
            let Known::Here(here) = self.known else {
                let to = match self.known {
                    Known::Elsewhere(to) => to.min(self.newest),
                    _ => self.newest,
                };
                let read = self.read(to).await?;
                if read.is_empty() {
                    continue;
                }
                return Ok(read);
            };
            self.hear_of_marks();
            let to = here.min(self.newest);
            match self.follower.take(self.given, to, AT_ONCE) {
                Ok(mut taken) => {
                    self.mark(&mut taken);
                    self.given = taken
                        .last()
                        .map_or(self.given, |request| request.summary.sequence);
                    // Others have a turn on this thread between two handfuls.
                    tokio::task::yield_now().await;
                    return Ok(taken);
                }
                Err(to) => {
                    let read = self.read(to).await?;
                    if !read.is_empty() {
                        return Ok(read);
                    }
                }
            }
        }
    }

    /// Ends when something was kept that was not given yet, and it is known what it repeats, or that is not to be known.
    async fn wait_for_more(&mut self) -> Result<(), EngineError> {
        while self.given >= self.newest {
            let batch = self.subscription.next().await;
            if batch.arrived > 0 || batch.everything {
                self.newest = self.core.store.newest_sequence().await?;
                self.known = Known::NotYet;
                self.rest = None;
            }
        }
        let next = Sequence(self.given.0 + 1);
        let is_known = match self.known {
            Known::Here(to) | Known::Elsewhere(to) => to >= next,
            // Waited for once, at the beginning of what came together.
            Known::NotYet => self.rest.is_some(),
        };
        if !is_known {
            self.known = self.core.store.marked(next, MARKS).await;
        }
        Ok(())
    }

    /// Reads the next requests up to `to` from the store; none where what was there is gone.
    async fn read(&mut self, to: Sequence) -> Result<Vec<Arc<Request>>, EngineError> {
        if let Some(took) = self.rest {
            tokio::time::sleep(took * REST).await;
        }
        let begun = Instant::now();
        let limit = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
        let read = self.core.store.between(self.given, to, limit).await?;
        self.rest = Some(begun.elapsed());
        self.given = read.last().map_or(to, |request| request.summary.sequence);
        if !self.marks.is_empty() {
            // The rows have them.
            for request in &read {
                self.marks.remove(&request.summary.id);
            }
        }
        // What was taken from a file did not arrive.
        let arrived = read
            .into_iter()
            .filter(|request| request.summary.imported.is_none());
        Ok(arrived.map(Arc::new).collect())
    }

    fn hear_of_marks(&mut self) {
        loop {
            match self.marked.try_recv() {
                Ok(marks) => self.marks.extend(marks.iter().copied()),
                Err(TryRecvError::Lagged(_)) => {
                    // Which of them are marked is known by the rows only.
                    self.follower.forget_all();
                    self.marks.clear();
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        if self.marks.len() > MARKS_AT_MOST {
            self.follower.forget_all();
            self.marks.clear();
        }
    }

    fn mark(&mut self, requests: &mut [Arc<Request>]) {
        if self.marks.is_empty() {
            return;
        }
        for request in requests {
            if let Some(first) = self.marks.remove(&request.summary.id) {
                Arc::make_mut(request).summary.duplicate_of = first;
            }
        }
    }
}

impl std::fmt::Debug for Arrivals {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Arrivals")
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// How many requests the search index does not have yet; a search looks through those one by one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn search_backlog(&self) -> Result<u64, EngineError> {
        Ok(self.core.store.search_state().await?.backlog)
    }
}

/// Tells now and then how far the search index is, as long as it is behind noticeably.
pub(crate) async fn tell_of_backlog(core: Arc<Core>) {
    let mut progress = core.store.watch_search();
    let mut behind = false;
    while progress.changed().await.is_ok() {
        let Ok(state) = core.store.search_state().await else {
            continue;
        };
        let was_behind = std::mem::replace(&mut behind, state.backlog > NOTICEABLE);
        if behind || was_behind {
            core.changes.tell(Change::Counts);
        }
        tokio::time::sleep(PROGRESS).await;
    }
}

/// Tells of requests that turned out to repeat an earlier one, until the store is closed.
pub(crate) async fn tell_of_marks(core: Arc<Core>) {
    let mut marks = core.store.watch_marks();
    loop {
        match marks.recv().await {
            Ok(changed) => {
                for (id, first) in changed.iter() {
                    core.changes.tell(Change::Request(*id));
                    // It is repeated once more than before.
                    if let Some(first) = first {
                        core.changes.tell(Change::Request(*first));
                    }
                }
            }
            Err(RecvError::Lagged(_)) => core.changes.tell(Change::Requests),
            Err(RecvError::Closed) => return,
        }
    }
}

#[cfg(test)]
mod tests;
