//! What the tape and the service tell each other about the request at hand.
//!
//! hyper stands between them and passes none of this on. Both run in the task of the connection, one after the
//! other, so the lock is never contended and never held across an await.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::time::Instant;

use super::answer::{Sent, Witness};
use crate::model::{ChunkSizes, Timestamp};

/// A head as it stood on the wire.
#[derive(Debug, Clone)]
pub(super) struct RecordedHead {
    pub(super) bytes: Bytes,
    /// When its first byte came.
    pub(super) begun: Instant,
    /// The same by the wall clock.
    pub(super) received_at: Timestamp,
    /// Its place on the connection, from 0.
    pub(super) position: u32,
}

/// How long the body is, by hyper's decoding of the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyLength {
    Exactly(u64),
    Chunked,
}

/// Why a connection gives no more bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The sender closed its side.
    Closed,
    /// The connection broke.
    Reset,
    /// Nothing came for too long.
    Silent,
    /// It came too slowly.
    TooSlow,
    /// It took too long, fast or slow.
    TooLate,
    /// The head is over the limit.
    TooLong,
    /// Others needed the place.
    MadeRoom,
    /// The listener was closed.
    Stopped,
}

/// An answer on its way out.
#[derive(Debug)]
struct Leaving {
    witness: Witness,
    /// When the request was whole.
    since: Instant,
    bytes: Vec<u8>,
    begun: bool,
}

#[derive(Debug, Default)]
pub(super) struct Reel {
    request: Mutex<Inner>,
    answer: Mutex<Option<Leaving>>,
}

#[derive(Debug, Default)]
struct Inner {
    head: Option<RecordedHead>,
    lost: bool,
    body: Option<BodyLength>,
    chunks: ChunkSizes,
    trailers: Vec<u8>,
    fault: Option<&'static str>,
    ending: Option<Ending>,
}

impl Reel {
    /// The tape has a whole head, and hyper is about to see it.
    pub(super) fn wind_on(&self, head: RecordedHead) {
        *self.lock() = Inner {
            head: Some(head),
            ..Inner::default()
        };
    }

    /// The service was called: it takes the head and says how long the body is.
    pub(super) fn take_head(&self, body: BodyLength) -> Option<RecordedHead> {
        let mut inner = self.lock();
        inner.body = Some(body);
        inner.head.take().filter(|_| !inner.lost)
    }

    /// hyper read past the recorded head: what was recorded is not what it will call the service with.
    pub(super) fn lose(&self) {
        self.lock().lost = true;
    }

    /// How long the body is; `None` as long as the service was not called.
    pub(super) fn take_body(&self) -> Option<BodyLength> {
        self.lock().body.take()
    }

    /// The head that no service was called for.
    pub(super) fn take_refused(&self) -> Option<RecordedHead> {
        self.lock().head.take()
    }

    pub(super) fn set_chunks(&self, chunks: &ChunkSizes) {
        self.lock().chunks.clone_from(chunks);
    }

    pub(super) fn take_chunks(&self) -> ChunkSizes {
        std::mem::take(&mut self.lock().chunks)
    }

    pub(super) fn set_trailers(&self, trailers: Vec<u8>) {
        self.lock().trailers = trailers;
    }

    pub(super) fn take_trailers(&self) -> Vec<u8> {
        std::mem::take(&mut self.lock().trailers)
    }

    pub(super) fn set_fault(&self, fault: &'static str) {
        self.lock().fault = Some(fault);
    }

    pub(super) fn fault(&self) -> Option<&'static str> {
        self.lock().fault
    }

    pub(super) fn set_ending(&self, ending: Ending) {
        self.lock().ending.get_or_insert(ending);
    }

    pub(super) fn ending(&self) -> Option<Ending> {
        self.lock().ending
    }

    /// From now on what is written is the answer to a request that was whole at `since`.
    pub(super) fn answer(&self, witness: Witness, since: Instant) {
        *self.leaving() = Some(Leaving {
            witness,
            since,
            bytes: Vec::new(),
            begun: false,
        });
    }

    /// The system took these bytes of the answer.
    pub(super) fn wrote<'a>(&self, slices: impl Iterator<Item = &'a [u8]>, mut count: usize) {
        if let Some(leaving) = &mut *self.leaving() {
            leaving.begun = true;
            for slice in slices {
                let slice = &slice[..slice.len().min(count)];
                count -= slice.len();
                let room = leaving.witness.wanted - leaving.bytes.len();
                leaving.bytes.extend_from_slice(&slice[..slice.len().min(room)]);
            }
        }
    }

    /// All that was written has gone.
    pub(super) fn flushed(&self) {
        let gone = self.leaving().take_if(|leaving| leaving.begun);
        if let Some(leaving) = gone {
            (leaving.witness.tell)(Sent {
                after: leaving.since.elapsed(),
                bytes: leaving.bytes.into(),
            });
        }
    }

    fn leaving(&self) -> MutexGuard<'_, Option<Leaving>> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
