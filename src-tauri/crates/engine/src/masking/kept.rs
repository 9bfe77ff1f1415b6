//! What is known of the requests that were looked at last, since every page of the list asks for its rows. It has a bound in
//! requests and in bytes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::knowing::Known;
use super::rules::{Chosen, Rules};
use crate::judge::Judge;
use crate::model::RequestId;

/// So many requests are kept, and so many bytes of what is known of them.
const KEPT: usize = 2_000;
const BYTES_KEPT: usize = 64 * 1024 * 1024;

/// By what it is known what is secret: by others it would be something else.
#[derive(Clone, Default)]
pub(super) struct Grounds {
    pub(super) rules: Arc<Rules>,
    /// What it knew may be secret itself, and is not kept for this.
    pub(super) judge: Weak<Judge>,
}

impl PartialEq for Grounds {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rules, &other.rules) && self.judge.ptr_eq(&other.judge)
    }
}

/// What is known of the requests that were looked at last, and on what grounds.
#[derive(Default)]
pub(crate) struct LastKnown(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    on: Grounds,
    /// With the bytes that each takes.
    requests: HashMap<RequestId, (Arc<Known>, usize)>,
    bytes: usize,
}

impl LastKnown {
    pub(super) fn get(&self, id: RequestId, grounds: &Grounds, chosen: &Arc<Chosen>) -> Option<Arc<Known>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, _) = last.requests.get(&id).filter(|_| last.on == *grounds)?;
        // It may be of another endpoint since.
        Arc::ptr_eq(&known.chosen, chosen).then(|| Arc::clone(known))
    }

    pub(super) fn keep(&self, id: RequestId, grounds: &Grounds, known: &Arc<Known>) {
        let size = known.size_beside(&grounds.rules);
        if size > BYTES_KEPT {
            return;
        }
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, before)) = last.requests.remove(&id) {
            last.bytes -= before;
        }
        let is_full = last.requests.len() >= KEPT || last.bytes + size > BYTES_KEPT;
        if is_full || last.on != *grounds {
            *last = Kept {
                on: grounds.clone(),
                ..Kept::default()
            };
        }
        last.bytes += size;
        last.requests.insert(id, (Arc::clone(known), size));
    }

    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }

    #[cfg(test)]
    pub(super) fn number_kept(&self) -> usize {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .requests
            .len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masking::{Secrets, SigningPlaces};
    use crate::provider::Catalogue;

    #[test]
    fn what_is_kept_has_a_bound_in_bytes() {
        let last = LastKnown::default();
        let grounds = Grounds {
            rules: Arc::new(Rules::of(&Catalogue::embedded().unwrap(), &[])),
            ..Grounds::default()
        };
        let known = |length: usize| {
            let mut secrets = Secrets::default();
            secrets.learn(&vec![b'a'; length]);
            Arc::new(Known {
                places: Arc::clone(&grounds.rules.places),
                chosen: Arc::default(),
                secrets,
            })
        };
        let kept = || {
            let last = last.0.lock().unwrap();
            let sum: usize = last.requests.values().map(|(_, size)| size).sum();
            assert_eq!(last.bytes, sum, "the total is that of what is there");
            (last.requests.len(), last.bytes)
        };
        last.keep(RequestId::generate(), &grounds, &known(BYTES_KEPT));
        assert_eq!(kept(), (0, 0), "one that is longer than all may be is not kept");
        let large = known(BYTES_KEPT / 4);
        for _ in 0..10 {
            last.keep(RequestId::generate(), &grounds, &large);
            let (number, bytes) = kept();
            assert!(
                (1..=3).contains(&number) && bytes <= BYTES_KEPT,
                "{number}, {bytes}"
            );
        }
        let id = RequestId::generate();
        for _ in 0..10 {
            last.keep(id, &grounds, &known(64));
        }
        let (number, _) = kept();
        assert!(
            (2..=4).contains(&number),
            "one that is kept again takes its own place: {number}"
        );
        last.forget();
        for _ in 0..KEPT {
            last.keep(RequestId::generate(), &grounds, &known(64));
        }
        let (number, bytes) = kept();
        assert_eq!(
            number, KEPT,
            "ordinary requests meet the other bound first: {bytes}"
        );
        let names = grounds.rules.places.size();
        assert!(
            bytes < KEPT * names,
            "the names of all providers are there once, not with each: {bytes}"
        );
    }

    #[test]
    fn names_that_a_request_alone_has_are_counted_with_it() {
        let rules = Rules::of(&Catalogue::embedded().unwrap(), &[]);
        let own = SigningPlaces {
            headers: vec!["X-My-Proof".to_owned()],
            ..SigningPlaces::default()
        };
        let known = |places| Known {
            places,
            chosen: Arc::default(),
            secrets: Secrets::default(),
        };
        let shared = known(SigningPlaces::with(&rules.places, &rules.places));
        assert!(Arc::ptr_eq(&shared.places, &rules.places), "nothing is added");
        assert_eq!(shared.size_beside(&rules), 0, "so it takes nothing");
        let more = known(SigningPlaces::with(&rules.places, &Arc::new(own)));
        assert!(
            more.size_beside(&rules) > rules.places.size(),
            "these are no others' names"
        );
    }
}
