//! Deleting requests, and bringing them back while that is possible.

use crate::changes::Change;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::filter::{Filter, Moment};
use crate::model::RequestId;
use crate::store::DeletionId;

/// What a deletion did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// Names it, to undo it.
    pub id: DeletionId,
    /// How many requests are gone.
    pub requests: u64,
}

impl Engine {
    /// Deletes these requests with their deliveries. It can be undone for ten minutes.
    ///
    /// # Errors
    /// When the store cannot write; what was deleted by then can be brought back.
    pub async fn delete(&self, ids: &[RequestId]) -> Result<Deleted, EngineError> {
        let id = self.core.store.begin_deletion(self.core.clock.now()).await?;
        let requests = self.core.store.delete(id, ids).await?;
        self.tell_of_deletion();
        Ok(Deleted { id, requests })
    }

    /// Deletes all requests that match a filter; an empty one matches all. What arrives meanwhile stays. It can be
    /// undone for ten minutes.
    ///
    /// # Errors
    /// When the filter cannot be understood or the store cannot write; what was deleted by then can be brought back.
    pub async fn delete_matching(&self, filter: &str) -> Result<Deleted, EngineError> {
        let filter = Filter::parse(filter, &Moment::local(self.core.clock.now()))?;
        let store = &self.core.store;
        let id = store.begin_deletion(self.core.clock.now()).await?;
        let mut requests = 0;
        let mut next = Some(store.newest_sequence().await?);
        while let Some(from) = next {
            let step = store.delete_next(id, &filter, from).await?;
            requests += step.requests;
            next = step.next;
            self.tell_of_deletion();
        }
        Ok(Deleted { id, requests })
    }

    /// Brings back what a deletion took away, and tells how many requests.
    ///
    /// # Errors
    /// When it cannot be undone any more or the store cannot write.
    pub async fn undo_deletion(&self, id: DeletionId) -> Result<u64, EngineError> {
        let mut requests = 0;
        loop {
            let step = self.core.store.undo_next(id).await?;
            requests += step.requests;
            self.tell_of_deletion();
            if step.next.is_none() {
                return Ok(requests);
            }
        }
    }

    fn tell_of_deletion(&self) {
        self.core.changes.tell(Change::Everything);
    }
}
