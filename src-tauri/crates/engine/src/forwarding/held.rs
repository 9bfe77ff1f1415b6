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

    /// Takes a held request out of its queue; the request itself stays.
    ///
    /// # Errors
    /// When it is gone or the store cannot write.
    pub async fn drop_held(&self, number: i64) -> Result<(), EngineError> {
        if !self.core.store.drop_held(number).await? {
            return Err(EngineError::NotFound {
                kind: "held request",
                name: number.to_string(),
            });
        }
        self.queues_changed();
        Ok(())
    }

    /// Takes all that waits for a target out of its queue; the requests themselves stay. Says how many there were.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn drop_queue(&self, target: TargetId) -> Result<u64, EngineError> {
        let dropped = self.core.store.drop_queue(target).await?;
        self.queues_changed();
        Ok(dropped)
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

    fn queues_changed(&self) {
        self.core.drain.wake();
        self.core.changes.tell(Change::Everything);
    }
}
