//! Notices what other programs commit to the same file.

use std::time::Duration;

use tokio::sync::watch;

use super::Store;

/// How often is asked. The question costs microseconds.
const PERIOD: Duration = Duration::from_millis(300);

impl Store {
    /// A number that changes after another program has committed to the data file. It may change once too often,
    /// never too seldom. The watch ends when its last receiver is dropped.
    #[must_use]
    pub fn watch_foreign_changes(&self) -> watch::Receiver<u64> {
        let (changes, receiver) = watch::channel(0);
        let writer = self.inner.writer.downgrade();
        tokio::spawn(async move {
            let mut last = None;
            loop {
                let Some(writer) = writer.upgrade() else { break };
                if let Ok(version) = writer.version().await
                    && last.replace(version).is_some_and(|last| last != version)
                {
                    changes.send_modify(|count| *count += 1);
                }
                drop(writer);
                tokio::select! {
                    () = changes.closed() => break,
                    () = tokio::time::sleep(PERIOD) => {}
                }
            }
        });
        receiver
    }
}
