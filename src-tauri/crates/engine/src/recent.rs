//! What was just captured, kept in memory for a moment for those who show each request once: all that they show is
//! known when it is committed, and reading it back from the file would cost as much again as keeping it.
//!
//! Nothing depends on what lies here. What finds no room, was captured by another program or had forwards to wait for
//! is read from the store by whoever misses it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bytes::Bytes;

use crate::model::{Mark, NewRequest, RawHead, Request, RequestSummary, Sequence};

/// Bytes that wait for one follower; what comes beyond them is read from the store.
const BYTES: usize = 4 * 1024 * 1024;

/// A longer head is no usual one: it is read from the store.
const LONGEST_HEAD: usize = 8 * 1024;

/// What a request costs beside its bytes.
const OVERHEAD: usize = 512;

/// Where requests are put once they are committed.
#[derive(Default)]
pub(crate) struct Recent {
    followers: Mutex<Vec<Weak<Mutex<Shelf>>>>,
    /// Asked for every request, so that nobody pays where nobody follows.
    followed: AtomicBool,
}

/// What waits for one follower.
#[derive(Default)]
struct Shelf {
    requests: BTreeMap<Sequence, Arc<Request>>,
    bytes: usize,
    /// The follower has had everything up to here.
    taken: Option<Sequence>,
}

impl Recent {
    /// A copy of what is worth keeping of `new`, where somebody follows.
    pub(crate) fn copy(&self, new: &NewRequest) -> Option<Request> {
        // How a forward stands, and the answer of a target that is waited for, are known by the rows only.
        let is_settled = new.forwards.is_empty() && new.answered.is_some();
        let is_short = new.arrival.head.bytes().len() <= LONGEST_HEAD;
        (self.followed.load(Ordering::Relaxed) && is_settled && is_short).then(|| request(new))
    }

    /// Puts a copy where followers find it, now that the request is committed.
    pub(crate) fn put(&self, mut request: Request, sequence: Sequence) {
        request.summary.sequence = sequence;
        let request = Arc::new(request);
        let mut followers = self.lock();
        followers.retain(|follower| {
            let Some(shelf) = follower.upgrade() else {
                return false;
            };
            lock(&shelf).put(&request);
            true
        });
        if followers.is_empty() {
            self.followed.store(false, Ordering::Relaxed);
        }
    }

    /// Follows from now on, until the returned end is dropped.
    pub(crate) fn follow(&self) -> Follower {
        let shelf = Arc::default();
        let mut followers = self.lock();
        followers.push(Arc::downgrade(&shelf));
        self.followed.store(true, Ordering::Relaxed);
        Follower { shelf }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Mutex<Shelf>>>> {
        self.followers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn put(&mut self, request: &Arc<Request>) {
        let sequence = request.summary.sequence;
        let weight = weight(request);
        // The oldest stay: they are wanted next. What was taken already was read from the store.
        if self.bytes + weight <= BYTES && self.taken.is_none_or(|taken| taken < sequence) {
            self.bytes += weight;
            self.requests.insert(sequence, Arc::clone(request));
        }
    }
}

/// One who shows what comes.
pub(crate) struct Follower {
    shelf: Arc<Mutex<Shelf>>,
}

impl Follower {
    /// The requests that follow on `after` without a gap, none newer than `to`, at most `limit`.
    ///
    /// # Errors
    /// Up to where they are missing, where the first one is.
    pub(crate) fn take(
        &self,
        after: Sequence,
        to: Sequence,
        limit: usize,
    ) -> Result<Vec<Arc<Request>>, Sequence> {
        let mut shelf = lock(&self.shelf);
        shelf.forget(after);
        let mut taken = Vec::new();
        let mut next = after.0 + 1;
        while taken.len() < limit
            && next <= to.0
            && let Some(request) = shelf.requests.remove(&Sequence(next))
        {
            shelf.bytes -= weight(&request);
            taken.push(request);
            next += 1;
        }
        if taken.is_empty() {
            let first = shelf.requests.first_key_value();
            return Err(first.map_or(to, |(first, _)| Sequence(first.0 - 1).min(to)));
        }
        shelf.taken = Some(Sequence(next - 1));
        Ok(taken)
    }

    /// Forgets all that waits: it is then read from the store.
    pub(crate) fn forget_all(&self) {
        let mut shelf = lock(&self.shelf);
        shelf.requests.clear();
        shelf.bytes = 0;
    }
}

impl Shelf {
    /// Forgets what lies up to `to` and takes no more of it.
    fn forget(&mut self, to: Sequence) {
        while let Some(entry) = self.requests.first_entry()
            && *entry.key() <= to
        {
            let request = entry.remove();
            self.bytes -= weight(&request);
        }
        self.taken = self.taken.max(Some(to));
    }
}

fn lock(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

fn weight(request: &Request) -> usize {
    request.head.bytes().len() + request.summary.target.len() + OVERHEAD
}

/// The request as a reader of the store would get it.
fn request(new: &NewRequest) -> Request {
    let NewRequest {
        id,
        arrival,
        recognition,
        answered,
        forwards: _,
        reply,
        imported,
    } = new;
    let line = arrival.head.request_line();
    Request {
        summary: RequestSummary {
            id: *id,
            sequence: Sequence(0),
            received_at: arrival.received_at,
            took_micros: arrival.took_micros,
            method: String::from_utf8_lossy(&line.method).into_owned(),
            target: String::from_utf8_lossy(&line.target).into_owned(),
            version: arrival.version,
            peer: arrival.peer.to_string(),
            recognition: recognition.clone(),
            state: arrival.state,
            reason: arrival.reason.clone(),
            answered: *answered,
            answer_source: None,
            answer_micros: None,
            body_length: arrival.body.len(),
            body_sha256: arrival.body_sha256,
            duplicate_of: None,
            repeats: 0,
            deliveries: 0,
            forwarded: None,
            resent: None,
            starred: false,
            noted: false,
            tags: Vec::new(),
            ambiguous: arrival.framing.marks.contains(&Mark::AmbiguousFraming),
            imported: imported.clone(),
        },
        // A copy, so that it does not hold what was read together with it.
        head: RawHead::new(Bytes::copy_from_slice(arrival.head.bytes())),
        framing: arrival.framing.clone(),
        reply: reply.clone(),
    }
}
