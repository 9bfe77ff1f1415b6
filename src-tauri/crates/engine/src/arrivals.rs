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
