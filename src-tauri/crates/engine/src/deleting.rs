//! Deleting requests, and bringing them back while that is possible.
//!
//! A long deletion is a row of short calls that the asker makes one after the other: so there is progress to show, and
//! not asking any more is how it is cancelled. What was deleted by then can be brought back like all of it.

use std::time::{Duration, Instant};

use crate::changes::Change;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::filter::{Filter, Moment};
use crate::model::{RequestId, Sequence, Timestamp};
use crate::store::{Counted, Deletion, DeletionId, UNDO_FOR};

/// How long one call works on a long deletion.
const BUDGET: Duration = Duration::from_millis(400);

/// Counting stops here: that it is more is all a person wants to know.
pub const COUNTED_AT_MOST: u64 = 10_000;

/// What a call of a deletion did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// Names the deletion, to go on with it or to undo it.
    pub id: DeletionId,
    /// How many requests this call dealt with.
    pub requests: u64,
    /// Where to go on; `None` when it is done.
    pub next: Option<Sequence>,
}

impl Engine {
    /// How many requests match a filter, counted for a short time from `from` on, or from the newest.
    ///
    /// # Errors
    /// When the filter cannot be understood or the store cannot be read.
    pub async fn count_matching(&self, filter: &str, from: Option<Sequence>) -> Result<Counted, EngineError> {
        let filter = Filter::parse(filter, &Moment::local(self.core.clock.now()))?;
        let count = self.core.store.count_next(&filter, from, COUNTED_AT_MOST, BUDGET);
        Ok(count.await?)
    }

    /// Deletes these requests with their deliveries. It can be undone for ten minutes.
    ///
    /// # Errors
    /// When the store cannot write; what was deleted by then can be brought back.
    pub async fn delete(&self, ids: &[RequestId]) -> Result<Deleted, EngineError> {
        let id = self
            .core
            .store
            .begin_deletion(self.core.clock.now(), None)
            .await?;
        let deleted = self.core.store.delete(id, ids).await;
        self.tell_of_deletion();
        Ok(Deleted {
            id,
            requests: deleted?,
            next: None,
        })
    }

    /// Deletes the next requests that match a filter; an empty one matches all. `goes_on` is what the call before gave,
    /// if this is not the first. What arrives after the first call stays. It can be undone for ten minutes.
    ///
    /// # Errors
    /// When the filter cannot be understood, when the deletion was undone meanwhile or the store cannot write; what was
    /// deleted by then can be brought back.
    pub async fn delete_matching(
        &self,
        filter: &str,
        goes_on: Option<(DeletionId, Sequence)>,
    ) -> Result<Deleted, EngineError> {
        let deadline = Instant::now() + BUDGET;
        let store = &self.core.store;
        // Relative times mean the same in all calls: they count from the beginning.
        let begun = match goes_on {
            Some((id, _)) => store.deletion_begun(id).await?.ok_or_else(|| gone(id))?,
            None => self.core.clock.now(),
        };
        let parsed = Filter::parse(filter, &Moment::local(begun))?;
        let (id, mut from) = match goes_on {
            Some(place) => place,
            None => {
                let newest = store.newest_sequence().await?;
                (store.begin_deletion(begun, Some(filter.trim())).await?, newest)
            }
        };
        let mut requests = 0;
        loop {
            let step = store.delete_next(id, &parsed, from).await?;
            requests += step.requests;
            let next = step.next;
            match next {
                Some(next) if Instant::now() < deadline => from = next,
                _ => {
                    self.tell_of_deletion();
                    return Ok(Deleted { id, requests, next });
                }
            }
        }
    }

    /// Brings back the next requests that a deletion took away, and tells how many and whether there are more.
    ///
    /// # Errors
    /// When it cannot be undone any more or the store cannot write.
    pub async fn undo_deletion(&self, id: DeletionId) -> Result<Deleted, EngineError> {
        let deadline = Instant::now() + BUDGET;
        if self.core.store.deletion_begun(id).await?.is_none() {
            return Err(gone(id));
        }
        let mut requests = 0;
        loop {
            let step = self.core.store.undo_next(id).await?;
            requests += step.requests;
            if step.next.is_none() || Instant::now() >= deadline {
                self.tell_of_deletion();
                return Ok(Deleted {
                    id,
                    requests,
                    next: step.next,
                });
            }
        }
    }

    /// The deletions that can still be undone, newest first, each with the instant until when.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn deletions(&self) -> Result<Vec<(Deletion, Timestamp)>, EngineError> {
        let undo = i64::try_from(UNDO_FOR.as_micros()).unwrap_or(i64::MAX);
        let now = self.core.clock.now();
        let until = |at: Timestamp| Timestamp::from_micros(at.as_micros().saturating_add(undo));
        let all = self.core.store.deletions().await?.into_iter();
        let all = all.map(|deletion| (until(deletion.at), deletion));
        Ok(all
            .filter(|(until, _)| *until > now)
            .map(|(until, deletion)| (deletion, until))
            .collect())
    }

    /// Removes for good the next requests that were deleted, so that their space can be used again. Tells how many; 0
    /// when none are left.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn purge_deletions(&self) -> Result<u64, EngineError> {
        let deadline = Instant::now() + BUDGET;
        let before = Timestamp::from_micros(self.core.clock.now().as_micros().saturating_add(1));
        let mut purged = 0;
        loop {
            let step = self.core.store.purge_next(before).await?;
            purged += step;
            if step == 0 || Instant::now() >= deadline {
                self.core.forget_what_was_shown();
                self.core.changes.tell(Change::Status);
                return Ok(purged);
            }
        }
    }

    fn tell_of_deletion(&self) {
        self.core.forget_what_was_shown();
        self.core.changes.tell(Change::Everything);
    }
}

fn gone(id: DeletionId) -> EngineError {
    EngineError::NotFound {
        kind: "deletion that can be undone",
        name: id.0.to_string(),
    }
}
