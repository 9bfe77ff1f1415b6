//! What was kept, in the order in which it came: for those who show each request once, as soon as all is known of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;

use crate::changes::Change;
use crate::engine::{Core, Engine};
use crate::error::EngineError;
use crate::model::{Request, Sequence};

/// How long is waited for what a request repeats to be found; then it is shown without.
const MARKS: Duration = Duration::from_millis(500);

/// A search looks through so many requests that the index does not have at once.
const NOTICEABLE: u64 = 300;
/// How often the progress of the index is told.
const PROGRESS: Duration = Duration::from_secs(1);

impl Engine {
    /// The newest request of which all is known, also what it repeats.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest(&self) -> Result<Sequence, EngineError> {
        let newest = self.core.store.newest_sequence().await?;
        self.core.store.marked(newest, MARKS).await;
        Ok(newest)
    }

    /// At most `limit` requests with their heads, newer than `after`, none newer than `to`, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn between(
        &self,
        after: Sequence,
        to: Sequence,
        limit: u32,
    ) -> Result<Vec<Request>, EngineError> {
        Ok(self.core.store.between(after, to, limit).await?)
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
            core.changes.tell(Change::Status);
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
                for id in changed.iter() {
                    core.changes.tell(Change::Request(*id));
                }
            }
            Err(RecvError::Lagged(_)) => core.changes.tell(Change::Everything),
            Err(RecvError::Closed) => return,
        }
    }
}
