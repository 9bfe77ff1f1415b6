//! A flag that ends what is under way: raised once, seen by all who hold it.

use std::sync::Arc;

use tokio::sync::watch;

/// Raised by the person, or when the program ends. Clones are the same flag.
#[derive(Debug, Clone)]
pub struct Cancel(Arc<watch::Sender<bool>>);

impl Cancel {
    /// A flag that is not raised.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Raises it.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    /// Whether it is raised.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Ends when it is raised.
    pub async fn cancelled(&self) {
        // The sender lives as long as `self`, so this waits for nothing but the flag.
        let _ = self.0.subscribe().wait_for(|raised| *raised).await;
    }
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}
