//! What the desktop wants of the window, kept until the window hears of it: a link may be opened before the page is
//! there to show anything.

use std::sync::{Arc, Mutex, PoisonError};

use hookbench_api::types::Wish;
use tokio::sync::{Notify, watch};

/// So many wait at the most; the oldest is then forgotten.
const WAITING: usize = 20;

/// Wishes on their way to the page. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: Mutex<Vec<Wish>>,
    filled: Notify,
    hearers: watch::Sender<u64>,
}

/// The one who hears them: the page that asked last. A page that was reloaded never says that it is gone.
#[derive(Debug)]
pub(crate) struct Hearer {
    wishes: Wishes,
    turn: u64,
    hearers: watch::Receiver<u64>,
}

impl Wishes {
    pub(crate) fn wish(&self, wish: Wish) {
        let mut waiting = self.lock();
        if waiting.len() == WAITING {
            waiting.remove(0);
        }
        waiting.push(wish);
        drop(waiting);
        self.inner.filled.notify_one();
    }

    /// From now on the caller hears them, and nobody who asked before.
    pub(crate) fn hear(&self) -> Hearer {
        let mut turn = 0;
        self.inner.hearers.send_modify(|hearers| {
            *hearers += 1;
            turn = *hearers;
        });
        Hearer {
            wishes: self.clone(),
            turn,
            hearers: self.inner.hearers.subscribe(),
        }
    }

    /// Whether any page ever asked.
    pub(crate) fn are_heard(&self) -> bool {
        *self.inner.hearers.borrow() > 0
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Wish>> {
        self.inner.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hearer {
    /// Waits for wishes; nothing once another page hears them. Safe to cancel.
    pub(crate) async fn next(&mut self) -> Option<Vec<Wish>> {
        loop {
            if *self.hearers.borrow_and_update() != self.turn {
                // What woke this one may have been meant for the other.
                self.wishes.inner.filled.notify_one();
                return None;
            }
            let wishes = std::mem::take(&mut *self.wishes.lock());
            if !wishes.is_empty() {
                return Some(wishes);
            }
            tokio::select! {
                () = self.wishes.inner.filled.notified() => {}
                _ = self.hearers.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(id: &str) -> Wish {
        Wish::Action { id: id.to_owned() }
    }

    #[tokio::test]
    async fn a_wish_waits_for_the_page() {
        let wishes = Wishes::default();
        assert!(!wishes.are_heard(), "nobody asked yet");
        wishes.wish(action("a"));
        wishes.wish(action("b"));
        let mut hearer = wishes.hear();
        assert_eq!(hearer.next().await, Some(vec![action("a"), action("b")]));
    }

    #[tokio::test]
    async fn only_the_page_that_asked_last_hears() {
        let wishes = Wishes::default();
        let mut old = wishes.hear();
        let mut new = wishes.hear();
        wishes.wish(action("a"));
        assert_eq!(
            old.next().await,
            None,
            "a page that was reloaded takes nothing away"
        );
        assert_eq!(new.next().await, Some(vec![action("a")]));
    }

    #[test]
    fn what_nobody_hears_does_not_grow() {
        let wishes = Wishes::default();
        for number in 0..WAITING + 5 {
            wishes.wish(action(&number.to_string()));
        }
        assert_eq!(wishes.lock().len(), WAITING);
        assert_eq!(wishes.lock().first(), Some(&action("5")), "the oldest go first");
    }
}
