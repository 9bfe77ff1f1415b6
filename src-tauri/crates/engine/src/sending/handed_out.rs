//! The heads by which captured credentials are known in copies of templates that were given out while this program runs.
//!
//! A draft remembers them itself, but only once it is kept, and the template may be removed before that. An end of the
//! program takes such a copy with it, so that nothing of this has to be on the disk: who forgets a template wants its
//! credentials gone from there.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::model::RawHead;

/// The most heads that are remembered; of more the oldest are forgotten.
const MOST: usize = 1_000;

/// The heads, each once.
#[derive(Default)]
pub(crate) struct HandedOut(Mutex<Vec<RawHead>>);

impl HandedOut {
    /// Remembers those of a template that was given out.
    pub(super) fn add(&self, captured: Vec<RawHead>) {
        let mut heads = self.lock();
        for head in captured {
            heads.retain(|known| *known != head);
            heads.push(head);
        }
        let too_many = heads.len().saturating_sub(MOST);
        heads.drain(..too_many);
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<RawHead> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<RawHead>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
