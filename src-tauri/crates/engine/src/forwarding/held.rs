//! What waits, as the person sees it and steers it.

use crate::changes::Change;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Held, Move, Queue, TargetId};
use crate::store::Standing;

impl Engine {
    /// What waits for each target, and how the target stands.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn queues(&self) -> Result<Vec<Queue>, EngineError> {
        Ok(self.core.store.queues().await?)
    }

    /// What waits for a target, in its order.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn held(&self, target: TargetId, skip: u32, limit: u32) -> Result<Vec<Held>, EngineError> {
        Ok(self.core.store.held(target, skip, limit).await?)
    }

    /// Lets what waits for a target wait on, or go.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn pause_queue(&self, target: TargetId, paused: bool) -> Result<(), EngineError> {
        self.core.store.pause_queue(target, paused).await?;
        self.queues_changed();
        Ok(())
    }

    /// Tries a target now, whatever its backoff says.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn drain_now(&self, target: TargetId) -> Result<(), EngineError> {
        self.core.store.set_standing(target, Standing::Up).await?;
        self.queues_changed();
        Ok(())
    }

    /// Moves a held request within its queue.
    ///
    /// # Errors
    /// When it is gone or the store cannot write.
    pub async fn move_held(&self, number: i64, to: Move) -> Result<(), EngineError> {
        self.core.store.move_held(number, to).await?;
        self.queues_changed();
        Ok(())
    }

    pub(crate) fn queues_changed(&self) {
        self.core.drain.wake();
        self.core.changes.tell(Change::Everything);
    }
}
