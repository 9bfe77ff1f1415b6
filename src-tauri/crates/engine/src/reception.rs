//! What happens to a request between its last byte and the answer: judged, kept, answered.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use tokio::sync::Semaphore;

use crate::capture::{Answer, Intake};
use crate::changes::Change;
use crate::engine::Core;
use crate::judge::Case;
use crate::model::{Arrival, Body, NewRequest, Recognition, RequestId};
use crate::store::StoreError;

/// How many spooled bodies are read back into memory at once to be judged.
const LARGE_AT_ONCE: usize = 2;

/// How long a request waits for secrets that are still being read at the start: a locked keychain asks the person.
const SECRETS_WAIT: Duration = Duration::from_secs(2);

/// The status that tells a sender that its request is kept.
const ACCEPTED: u16 = 200;

/// How long a sender should wait before it tries again when the store cannot write, seconds.
const RETRY_AFTER: &str = "10";

/// The engine's side of the listener.
pub(crate) struct Reception {
    core: Arc<Core>,
    large: Semaphore,
}

impl Reception {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core, large: Semaphore::new(LARGE_AT_ONCE) }
    }

    async fn keep(
        &self,
        arrival: Arrival,
        recognition: Recognition,
        answered: Option<u16>,
    ) -> Result<(), StoreError> {
        let new = NewRequest { id: RequestId::generate(), arrival, recognition, answered };
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

    /// What the sender gets once its request is kept: an answer to what it asks, where it asks something.
    fn answer(&self, arrival: &Arrival, recognition: &mut Recognition) -> Answer {
        let Body::Memory(body) = &arrival.body else { return accepted() };
        let case = Case { head: &arrival.head, body, state: arrival.state, received_at: arrival.received_at };
        let Some(handshake) = self.core.judge.load().handshake(case) else { return accepted() };
        if !handshake.acknowledgement {
            recognition.event = Some(format!("handshake: {}", handshake.name));
        }
        let headers = handshake.headers.iter().filter_map(|(name, value)| {
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
        });
        Answer {
            status: handshake.status,
            headers: headers.collect(),
            body: Bytes::from(handshake.body),
            close: false,
        }
    }

    async fn recognise(&self, arrival: &Arrival) -> Recognition {
        let mut ready = self.core.ready.subscribe();
        // The wait ends with the time-out too: a request is kept and answered even if its secret cannot be read.
        let _ = tokio::time::timeout(SECRETS_WAIT, ready.wait_for(|ready| *ready)).await;
        let case = |body| Case { head: &arrival.head, body, state: arrival.state, received_at: arrival.received_at };
        match &arrival.body {
            Body::Memory(body) => self.core.judge.load().recognise(case(body)),
            Body::Spooled { file, .. } => {
                let Ok(_permit) = self.large.acquire().await else { return Recognition::unknown() };
                match tokio::fs::read(&**file).await {
                    Ok(body) => {
                        let judge = self.core.judge.load_full();
                        tokio::task::block_in_place(|| judge.recognise(case(&body)))
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a spooled body cannot be read back to be judged");
                        Recognition::unknown()
                    }
                }
            }
        }
    }
}

impl Intake for Reception {
    async fn take(&self, arrival: Arrival) -> Answer {
        let mut recognition = self.recognise(&arrival).await;
        let answer = self.answer(&arrival, &mut recognition);
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

fn accepted() -> Answer {
    Answer {
        status: ACCEPTED,
        headers: vec![(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))],
        body: Bytes::from_static(b"ok\n"),
        close: false,
    }
}

/// The sender is told that nothing was kept and when to try again.
fn unavailable(error: &StoreError) -> Answer {
    Answer {
        headers: vec![(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER))],
        ..Answer::empty(if *error == StoreError::Full { 507 } else { 503 })
    }
}
