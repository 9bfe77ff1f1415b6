//! What happens to a request between its last byte and the answer: judged, kept, answered.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, header};
use tokio::sync::Semaphore;

use crate::capture::{Answer, Intake};
use crate::changes::Change;
use crate::course::Course;
use crate::engine::Core;
use crate::judge::Case;
use crate::model::{Arrival, Body, HandshakeReply, NewRequest, Recognition, RequestId};
use crate::provider::HandshakeAnswer;
use crate::store::{Kept, StoreError};

/// How many spooled bodies are read back into memory at once to be judged.
const LARGE_AT_ONCE: usize = 2;

/// How many spooled bodies are made ready for the store at once: each is read into memory part by part.
const KEPT_AT_ONCE: usize = 2;

/// How long a request waits for secrets that are still being read at the start: a locked keychain asks the person.
const SECRETS_WAIT: Duration = Duration::from_secs(2);

/// How long a sender should wait before it tries again when the store cannot write, seconds.
const RETRY_AFTER: &str = "10";

/// The engine's side of the listener.
pub(crate) struct Reception {
    core: Arc<Core>,
    large: Semaphore,
    kept: Semaphore,
}

impl Reception {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self {
            core,
            large: Semaphore::new(LARGE_AT_ONCE),
            kept: Semaphore::new(KEPT_AT_ONCE),
        }
    }

    async fn keep(&self, new: NewRequest) -> Result<Kept, StoreError> {
        let copy = self.core.recent.copy(&new);
        let _permit = match new.arrival.body.file() {
            Some(_) => self.kept.acquire().await.ok(),
            None => None,
        };
        let kept = self.core.store.insert_request(new).await;
        let trouble = kept.as_ref().err().cloned();
        // Asked first: a swap for every request would be paid by all of them.
        if trouble.is_some() || self.core.trouble.load().is_some() {
            self.core.trouble.store(trouble.map(Arc::new));
            self.core.changes.tell(Change::Status);
        }
        let kept = kept?;
        if let Some(copy) = copy {
            self.core.recent.put(copy, kept.sequence);
        }
        self.core.changes.tell(Change::Arrived);
        Ok(kept)
    }

    /// What is known of a request, and what its sender wants to hear if it asks something. No question is so long that
    /// it would be in a file.
    async fn judge(&self, arrival: &Arrival) -> (Recognition, Option<HandshakeAnswer>) {
        self.wait_for_secrets().await;
        match &arrival.body {
            Body::Memory(body) => self.core.judge.load().judge(Case::of_arrival(arrival, body)),
            Body::Spooled { file, .. } => (self.recognise_spooled(arrival, file).await, None),
        }
    }

    async fn recognise(&self, arrival: &Arrival) -> Recognition {
        self.wait_for_secrets().await;
        match &arrival.body {
            Body::Memory(body) => self.core.judge.load().recognise(Case::of_arrival(arrival, body)),
            Body::Spooled { file, .. } => self.recognise_spooled(arrival, file).await,
        }
    }

    async fn wait_for_secrets(&self) {
        // Asked first: once they are there, no request pays for a wait.
        if *self.core.ready.borrow() {
            return;
        }
        let mut ready = self.core.ready.subscribe();
        // The wait ends with the time-out too: a request is kept and answered even if its secret cannot be read.
        let _ = tokio::time::timeout(SECRETS_WAIT, ready.wait_for(|ready| *ready)).await;
    }

    async fn recognise_spooled(&self, arrival: &Arrival, file: &Path) -> Recognition {
        let Ok(_permit) = self.large.acquire().await else {
            return Recognition::unknown();
        };
        match tokio::fs::read(file).await {
            Ok(body) => {
                let judge = self.core.judge.load_full();
                tokio::task::block_in_place(|| judge.recognise(Case::of_arrival(arrival, &body)))
            }
            Err(error) => {
                tracing::warn!(%error, "a spooled body cannot be read back to be judged");
                Recognition::unknown()
            }
        }
    }
}

impl Intake for Reception {
    async fn take(&self, arrival: Arrival) -> Answer {
        let (recognition, handshake) = self.judge(&arrival).await;
        let id = RequestId::generate();
        let now = self.core.clock.now();
        let asked = handshake.as_ref().and_then(reply);
        let course = Course::of(&self.core, id, now, &arrival, &recognition, handshake);
        let new = NewRequest {
            id,
            arrival,
            recognition,
            answered: course.answered(),
            forwards: course.held_for(),
            reply: asked.filter(|_| course.is_handshake()),
            imported: None,
        };
        match self.keep(new).await {
            Ok(kept) => course.run(&self.core, id, kept.sequence).await,
            Err(error) => {
                tracing::error!(%error, "a request could not be kept and was refused");
                unavailable(&error)
            }
        }
    }

    async fn record(&self, arrival: Arrival, answered: Option<u16>) {
        let recognition = self.recognise(&arrival).await;
        let new = NewRequest {
            id: RequestId::generate(),
            arrival,
            recognition,
            answered,
            forwards: Vec::new(),
            reply: None,
            imported: None,
        };
        if let Err(error) = self.keep(new).await {
            tracing::error!(%error, "a refused or unfinished request could not be kept");
        }
    }
}

/// What is kept of an answer to a question; a delivery like any other is none.
fn reply(handshake: &HandshakeAnswer) -> Option<HandshakeReply> {
    (!handshake.acknowledgement).then(|| HandshakeReply {
        name: handshake.name.clone(),
        why: handshake.why.clone(),
        lacks: handshake.lacks.clone(),
        status: handshake.status,
        headers: handshake.headers.clone(),
        body: handshake.body.clone(),
    })
}

/// The sender is told that nothing was kept and when to try again.
fn unavailable(error: &StoreError) -> Answer {
    Answer {
        headers: vec![(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER))],
        ..Answer::empty(if error.is_about_room() { 507 } else { 503 })
    }
}
