//! Searches that are under way: how far they are, and a way to end them from elsewhere.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::Engine;

/// A search that is under way, to be watched and stopped from elsewhere.
#[derive(Debug, Default)]
pub struct Searching {
    steps: AtomicU32,
    stopped: AtomicBool,
}

impl Searching {
    /// Ends the search soon; what was found so far is given.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether it was stopped.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// How many steps it has made: a number that rises while there is progress. Each is sixteen computations, or one
    /// over a long body.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.steps.load(Ordering::Relaxed)
    }

    /// A search looks up and asks whether to go on.
    pub(super) fn asked(&self) -> bool {
        self.steps.fetch_add(1, Ordering::Relaxed);
        self.is_stopped()
    }
}

/// Those that are under way, by the ticket that the asker gave.
#[derive(Debug, Default)]
pub(crate) struct Searches(Mutex<HashMap<String, Arc<Searching>>>);

impl Searches {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Searching>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A search that can be found by its ticket until this is dropped.
#[derive(Debug)]
pub struct Ticketed {
    engine: Engine,
    ticket: String,
    searching: Arc<Searching>,
}

impl Ticketed {
    /// The search.
    #[must_use]
    pub fn searching(&self) -> Arc<Searching> {
        Arc::clone(&self.searching)
    }
}

impl Drop for Ticketed {
    fn drop(&mut self) {
        let mut searches = self.engine.core.searches.lock();
        // Another search may go by the same ticket by now.
        let is_own = searches
            .get(&self.ticket)
            .is_some_and(|other| Arc::ptr_eq(other, &self.searching));
        if is_own {
            searches.remove(&self.ticket);
        }
    }
}

impl Engine {
    /// Begins a search that others can find by this ticket.
    #[must_use]
    pub fn begin_search(&self, ticket: &str) -> Ticketed {
        let searching = Arc::<Searching>::default();
        self.core
            .searches
            .lock()
            .insert(ticket.to_owned(), Arc::clone(&searching));
        Ticketed {
            engine: self.clone(),
            ticket: ticket.to_owned(),
            searching,
        }
    }

    /// The search with this ticket, while it is under way.
    #[must_use]
    pub fn search(&self, ticket: &str) -> Option<Arc<Searching>> {
        self.core.searches.lock().get(ticket).cloned()
    }
}
