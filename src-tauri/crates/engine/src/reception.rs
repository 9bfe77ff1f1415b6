//! What happens to a request between its last byte and the answer: judged, kept, answered.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use tokio::sync::Semaphore;

use crate::capture::{Answer, Intake};
use crate::changes::Change;
use crate::delivery::marker;
use crate::engine::Core;
use crate::judge::Case;
use crate::model::{Arrival, Body, NewRequest, Recognition, RequestId};
use crate::provider::HandshakeAnswer;
use crate::store::StoreError;

/// How many spooled bodies are read back into memory at once to be judged.
const LARGE_AT_ONCE: usize = 2;

/// How long a request waits for secrets that are still being read at the start: a locked keychain asks the person.
const SECRETS_WAIT: Duration = Duration::from_secs(2);

/// The status that tells a sender that its request is kept.
const ACCEPTED: u16 = 200;

/// The status that tells a sender that its request went round in a circle (RFC 5842 section 7.2).
const LOOP_DETECTED: u16 = 508;

/// How long a sender should wait before it tries again when the store cannot write, seconds.
const RETRY_AFTER: &str = "10";

/// The engine's side of the listener.
pub(crate) struct Reception {
    core: Arc<Core>,
    large: Semaphore,
}

impl Reception {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self {
            core,
            large: Semaphore::new(LARGE_AT_ONCE),
        }
    }

    async fn keep(
        &self,
        arrival: Arrival,
        recognition: Recognition,
        answered: Option<u16>,
    ) -> Result<(), StoreError> {
        let new = NewRequest {
            id: RequestId::generate(),
            arrival,
            recognition,
            answered,
        };
        let kept = self.core.store.insert_request(new).await;
        let trouble = kept.as_ref().err().cloned();
        // Asked first: a swap for every request would be paid by all of them.
        if trouble.is_some() || self.core.trouble.load().is_some() {
            self.core.trouble.store(trouble.map(Arc::new));
            self.core.changes.tell(Change::Status);
        }
        kept?;
        self.core.changes.tell(Change::Arrived);
        Ok(())
    }

    /// What is known of a request, and what its sender wants to hear if it asks something. No question is so long that
    /// it would be in a file.
    async fn judge(&self, arrival: &Arrival) -> (Recognition, Option<HandshakeAnswer>) {
        self.wait_for_secrets().await;
        match &arrival.body {
            Body::Memory(body) => self.core.judge.load().judge(case(arrival, body)),
            Body::Spooled { file, .. } => (self.recognise_spooled(arrival, file).await, None),
        }
    }

    async fn recognise(&self, arrival: &Arrival) -> Recognition {
        self.wait_for_secrets().await;
        match &arrival.body {
            Body::Memory(body) => self.core.judge.load().recognise(case(arrival, body)),
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
                tokio::task::block_in_place(|| judge.recognise(case(arrival, &body)))
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
        let answer = if marker::has_passed(&arrival.head, self.core.store.marker()) {
            looped()
        } else {
            handshake.map_or_else(accepted, answer_to)
        };
        match self.keep(arrival, recognition, Some(answer.status)).await {
            Ok(()) => answer,
            Err(error) => {
                tracing::error!(%error, "a request could not be kept and was refused");
                unavailable(&error)
            }
        }
    }

    async fn record(&self, arrival: Arrival, answered: Option<u16>) {
        let recognition = self.recognise(&arrival).await;
        if let Err(error) = self.keep(arrival, recognition, answered).await {
            tracing::error!(%error, "a refused or unfinished request could not be kept");
        }
    }
}

fn case<'a>(arrival: &'a Arrival, body: &'a [u8]) -> Case<'a> {
    Case {
        head: &arrival.head,
        body,
        body_sha256: arrival.body_sha256,
        state: arrival.state,
        received_at: arrival.received_at,
    }
}

/// What a sender that asks something gets once its request is kept.
fn answer_to(handshake: HandshakeAnswer) -> Answer {
    let headers = handshake.headers.iter().filter_map(|(name, value)| {
        Some((
            HeaderName::from_bytes(name.as_bytes()).ok()?,
            HeaderValue::from_str(value).ok()?,
        ))
    });
    Answer {
        status: handshake.status,
        headers: headers.collect(),
        body: Bytes::from(handshake.body),
        close: false,
    }
}

/// What every other sender gets.
fn accepted() -> Answer {
    Answer {
        status: ACCEPTED,
        headers: vec![(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        )],
        body: Bytes::from_static(b"ok\n"),
        close: false,
    }
}

/// What a request gets that this Hookbench sent itself and that came back: it is kept like any other, and whoever
/// passed it on is told to stop.
fn looped() -> Answer {
    Answer {
        status: LOOP_DETECTED,
        body: Bytes::from_static(b"this request was sent by the Hookbench that it came back to\n"),
        ..accepted()
    }
}

/// The sender is told that nothing was kept and when to try again.
fn unavailable(error: &StoreError) -> Answer {
    Answer {
        headers: vec![(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER))],
        ..Answer::empty(if *error == StoreError::Full { 507 } else { 503 })
    }
}
