//! What changed, told to whoever shows it: numbers and ids, never contents.
//!
//! Each subscriber has one pending batch that later changes are folded into, so that a burst costs a slow subscriber
//! memory for one batch and no more. A batch that would name too many requests says "ask for the rows again" instead.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use crate::model::RequestId;

/// How long changes are gathered before a subscriber is told. A person sees no delay, and a burst becomes few batches.
const GATHER: Duration = Duration::from_millis(40);

/// How many changed requests a batch names before it says "the rows".
const NAMED_AT_MOST: usize = 500;

/// One change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A request was kept.
    Arrived,
    /// Something beside a request changed: its star, its deliveries, its existence.
    Request(RequestId),
    /// The same for more requests than can be named.
    Requests,
    /// Endpoints, secrets or targets changed.
    Endpoints,
    /// The listener, the store's health or the settings changed.
    Status,
    /// Nothing but numbers are others: how far the search index is, how many have which verdict.
    Counts,
    /// Judging again began, went on or ended.
    Recheck,
    /// Another process wrote, or what changed cannot be told.
    Everything,
}

/// All changes since the batch before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// How many requests were kept.
    pub arrived: u32,
    /// Requests that changed beside.
    pub requests: BTreeSet<RequestId>,
    /// So did others, too many to be named.
    pub more_requests: bool,
    /// Endpoints, secrets or targets changed.
    pub endpoints: bool,
    /// The listener, the store's health or the settings changed.
    pub status: bool,
    /// Numbers are others.
    pub counts: bool,
    /// Judging again began, went on or ended.
    pub recheck: bool,
    /// Ask for everything again.
    pub everything: bool,
}

impl Batch {
    fn fold(&mut self, change: Change) {
        match change {
            Change::Arrived => self.arrived = self.arrived.saturating_add(1),
            Change::Request(id) => {
                self.requests.insert(id);
                if self.requests.len() > NAMED_AT_MOST {
                    self.requests.clear();
                    self.more_requests = true;
                }
            }
            Change::Requests => self.more_requests = true,
            Change::Endpoints => self.endpoints = true,
            Change::Status => self.status = true,
            Change::Counts => self.counts = true,
            Change::Recheck => self.recheck = true,
            Change::Everything => self.everything = true,
        }
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Default)]
struct Mailbox {
    pending: Mutex<Batch>,
    filled: Notify,
}

/// Where changes are told and listened for.
#[derive(Clone, Default)]
pub struct Changes {
    mailboxes: Arc<Mutex<Vec<Weak<Mailbox>>>>,
}

impl Changes {
    /// Tells every subscriber.
    pub fn tell(&self, change: Change) {
        let mut mailboxes = self.mailboxes.lock().unwrap_or_else(PoisonError::into_inner);
        mailboxes.retain(|mailbox| {
            let Some(mailbox) = mailbox.upgrade() else {
                return false;
            };
            mailbox
                .pending
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .fold(change);
            mailbox.filled.notify_one();
            true
        });
    }

    /// Hears of every change from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        let mailbox = Arc::new(Mailbox::default());
        self.mailboxes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::downgrade(&mailbox));
        Subscription { mailbox }
    }
}

impl std::fmt::Debug for Changes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Changes")
    }
}

/// One listener's side. Dropping it ends the subscription.
pub struct Subscription {
    mailbox: Arc<Mailbox>,
}

impl Subscription {
    /// Waits until something changed, gathers what follows closely, and gives it all. Safe to cancel: what was
    /// gathered stays for the next call.
    pub async fn next(&mut self) -> Batch {
        loop {
            self.mailbox.filled.notified().await;
            tokio::time::sleep(GATHER).await;
            let batch = std::mem::take(
                &mut *self
                    .mailbox
                    .pending
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner),
            );
            if !batch.is_empty() {
                return batch;
            }
        }
    }
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Subscription")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_one_batch_with_a_count() {
        let changes = Changes::default();
        let mut subscription = changes.subscribe();
        for _ in 0..10_000 {
            changes.tell(Change::Arrived);
        }
        changes.tell(Change::Status);
        let batch = subscription.next().await;
        assert_eq!(
            (batch.arrived, batch.status),
            (10_000, true),
            "nothing is lost by gathering"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_number_that_is_another_is_a_batch_and_tells_of_nothing_else() {
        let changes = Changes::default();
        let mut subscription = changes.subscribe();
        changes.tell(Change::Counts);
        let expected = Batch {
            counts: true,
            ..Batch::default()
        };
        assert_eq!(subscription.next().await, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_that_would_name_too_many_asks_for_the_rows_and_for_nothing_else() {
        let changes = Changes::default();
        let mut subscription = changes.subscribe();
        for _ in 0..=NAMED_AT_MOST {
            changes.tell(Change::Request(RequestId::generate()));
        }
        let batch = subscription.next().await;
        assert!(
            batch.more_requests && batch.requests.is_empty(),
            "memory is bounded whatever happens"
        );
        assert!(
            !batch.everything && !batch.endpoints && !batch.status,
            "a flood of marks is no reason to read the settings again"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_wait_loses_nothing() {
        let changes = Changes::default();
        let mut subscription = changes.subscribe();
        changes.tell(Change::Arrived);
        let cut_short = tokio::time::timeout(GATHER / 2, subscription.next()).await;
        assert!(cut_short.is_err(), "the batch was still being gathered");
        changes.tell(Change::Endpoints);
        let batch = subscription.next().await;
        assert_eq!(
            (batch.arrived, batch.endpoints),
            (1, true),
            "both changes are there"
        );
    }

    #[test]
    fn a_dropped_subscription_is_forgotten() {
        let changes = Changes::default();
        drop(changes.subscribe());
        changes.tell(Change::Arrived);
        assert!(
            changes.mailboxes.lock().unwrap().is_empty(),
            "no mailbox is kept for nobody"
        );
    }
}
