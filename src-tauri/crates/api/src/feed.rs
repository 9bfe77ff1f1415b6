//! The live feed: the engine's changes, numbered.

use hookbench_engine::Engine;
use hookbench_engine::changes::Subscription;

use crate::commands::recheck_view;
use crate::types::{FeedEvent, Wish};

/// One view's feed.
#[derive(Debug)]
pub struct Feed {
    engine: Engine,
    subscription: Subscription,
    number: u64,
}

impl Feed {
    /// Hears of every change from now on.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            subscription: engine.changes().subscribe(),
            number: 0,
        }
    }

    /// The next event. Safe to cancel.
    pub async fn next(&mut self) -> FeedEvent {
        let batch = self.subscription.next().await;
        self.number += 1;
        FeedEvent {
            number: self.number,
            arrived: batch.arrived,
            requests: batch.requests.iter().map(ToString::to_string).collect(),
            more_requests: batch.more_requests,
            endpoints: batch.endpoints,
            status: batch.status,
            counts: batch.counts,
            recheck: recheck_view(&self.engine),
            refetch: batch.everything,
            wishes: Vec::new(),
        }
    }

    /// An event that tells nothing but what the desktop wants.
    pub fn wishing(&mut self, wishes: Vec<Wish>) -> FeedEvent {
        self.number += 1;
        FeedEvent {
            number: self.number,
            recheck: recheck_view(&self.engine),
            wishes,
            ..FeedEvent::default()
        }
    }
}
