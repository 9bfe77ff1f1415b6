//! Looking into a signature on demand: checked with another provider or secret, diagnosed, or its scheme discovered.
//!
//! All of it may take long on large bodies, so it runs on threads that serve nobody else, and within a budget.

mod searches;
mod signing;

pub(crate) use searches::Searches;
pub use searches::{Searching, Ticketed};
pub use signing::SignedAnew;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hookbench_signature::{
    Budget, Diagnosis, Discovered, HeaderLine, Language, Message, Micros, NotExpressible, Report, Secret,
    Verdict, check, diagnose, discover, explain, snippet, verify,
};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::judge::Case;
use crate::model::{Request, RequestId};

/// What a request is looked at with; what is left out is taken from its endpoint.
#[derive(Debug, Clone, Default)]
pub struct Examination {
    /// The id of the provider whose scheme is used.
    pub provider: Option<String>,
    /// What the person chose for that scheme.
    pub parameters: BTreeMap<String, String>,
    /// The secrets.
    pub secrets: Vec<Secret>,
    /// The URL that the sender used, where it is not the one that the request shows.
    pub url: Option<String>,
}

/// The most computations of one search.
const TRIES: u32 = 200_000;

/// The most bytes that are hashed in one search.
const HASHED: u64 = 1 << 30;

/// How many further requests confirm a scheme that was found.
const CONFIRMING: usize = 10;

/// The longest search.
const PATIENCE: Duration = Duration::from_secs(5);

impl Engine {
    /// The check of a request's signature as a story, with what is wanted in place of what its endpoint has.
    ///
    /// # Errors
    /// When there is no such request, nothing to check by, or the store cannot be read.
    pub async fn verify(&self, id: RequestId, wanted: Examination) -> Result<Report, EngineError> {
        self.examine(id, wanted, |_, scheme, message, secrets, _| {
            verify(scheme, message, secrets)
        })
        .await
    }

    /// As [`Engine::verify`], with what the verdict would be if the same request came now.
    ///
    /// # Errors
    /// As [`Engine::verify`].
    pub async fn verify_and_now(
        &self,
        id: RequestId,
        wanted: Examination,
    ) -> Result<(Report, Verdict), EngineError> {
        let now = Micros(self.now().as_micros());
        self.examine(id, wanted, move |_, scheme, message, secrets, _| {
            let present = Message {
                received_at: Some(now),
                ..*message
            };
            (
                verify(scheme, message, secrets),
                check(scheme, &present, secrets).verdict,
            )
        })
        .await
    }

    /// Why a request's signature does not hold, proved by computing it again.
    ///
    /// # Errors
    /// As [`Engine::verify`].
    pub async fn diagnose(&self, id: RequestId, wanted: Examination) -> Result<Diagnosis, EngineError> {
        self.examine(id, wanted, |_, scheme, message, secrets, context| {
            within_patience(|budget| diagnose(scheme, message, secrets, &context, budget))
        })
        .await
    }

    /// Which mistake in a receiver's code gives the value that it computed.
    ///
    /// # Errors
    /// As [`Engine::verify`].
    pub async fn explain(
        &self,
        id: RequestId,
        computed: String,
        wanted: Examination,
    ) -> Result<Diagnosis, EngineError> {
        self.examine(id, wanted, move |_, scheme, message, secrets, context| {
            within_patience(|budget| explain(scheme, message, secrets, &computed, &context, budget))
        })
        .await
    }

    /// How the sender of this request signs, confirmed by further requests that came to the same endpoint.
    ///
    /// # Errors
    /// When the request is not there or the store cannot be read.
    pub async fn discover_for(
        &self,
        id: RequestId,
        secrets: Vec<Secret>,
        searching: Arc<Searching>,
    ) -> Result<Vec<Discovered>, EngineError> {
        let like = self.requests_like(id, CONFIRMING).await?;
        let others = like
            .into_iter()
            .map(|other| other.id)
            .filter(|other| *other != id);
        let ids: Vec<RequestId> = std::iter::once(id).chain(others).collect();
        self.discover_watched(&ids, secrets, searching).await
    }

    /// How an unknown sender signs: schemes that make these requests valid with one of the secrets, best first.
    ///
    /// # Errors
    /// When a request is not there or the store cannot be read.
    pub async fn discover(
        &self,
        ids: &[RequestId],
        secrets: Vec<Secret>,
    ) -> Result<Vec<Discovered>, EngineError> {
        self.discover_watched(ids, secrets, Arc::default()).await
    }

    async fn discover_watched(
        &self,
        ids: &[RequestId],
        secrets: Vec<Secret>,
        searching: Arc<Searching>,
    ) -> Result<Vec<Discovered>, EngineError> {
        let mut requests = Vec::with_capacity(ids.len());
        for id in ids {
            requests.push((self.request(*id).await?, self.whole_body(*id).await?));
        }
        blocking(move || {
            let parts: Vec<Parts> = requests
                .iter()
                .map(|(request, body)| Parts::of(request, body))
                .collect();
            let lines: Vec<Vec<HeaderLine<'_>>> = parts.iter().map(Parts::lines).collect();
            let messages: Vec<Message<'_>> = parts
                .iter()
                .zip(&lines)
                .map(|(parts, lines)| parts.message(lines))
                .collect();
            watched(&searching, |budget| discover(&messages, &secrets, budget))
        })
        .await
    }

    /// The code that verifies what this request's scheme signs, or why a few lines cannot say it.
    ///
    /// # Errors
    /// As [`Engine::verify`].
    pub async fn snippet(
        &self,
        id: RequestId,
        language: Language,
    ) -> Result<Result<String, NotExpressible>, EngineError> {
        self.examine(id, Examination::default(), move |_, scheme, _, _, _| {
            snippet(scheme, language)
        })
        .await
    }

    pub(crate) async fn examine<T: Send + 'static>(
        &self,
        id: RequestId,
        wanted: Examination,
        look: impl FnOnce(
            &crate::provider::Provider,
            &hookbench_signature::Scheme,
            &Message<'_>,
            &[Secret],
            hookbench_signature::Context,
        ) -> T
        + Send
        + 'static,
    ) -> Result<T, EngineError> {
        // A command may come before the secrets were read at the start.
        self.ready().await;
        let request = self.request(id).await?;
        let body = self.whole_body(id).await?;
        let judge = self.core.judge.load_full();
        let looked =
            blocking(move || judge.examine(Case::of_request(&request, &body), &wanted, look)).await?;
        looked.map_err(|message| EngineError::BadInput {
            message,
            hint: Some("name the provider, or set it on the endpoint".to_owned()),
        })
    }
}

/// A request in the pieces that a message borrows.
struct Parts {
    method: String,
    target: String,
    headers: Vec<crate::model::Header>,
    body: Bytes,
    received_at: Micros,
}

impl Parts {
    fn of(request: &Request, body: &Bytes) -> Self {
        let line = request.head.request_line();
        Self {
            method: String::from_utf8_lossy(&line.method).into_owned(),
            target: String::from_utf8_lossy(&line.target).into_owned(),
            headers: request.head.headers(),
            body: body.clone(),
            received_at: Micros(request.summary.received_at.as_micros()),
        }
    }

    fn lines(&self) -> Vec<HeaderLine<'_>> {
        self.headers
            .iter()
            .map(|header| (&header.name[..], &header.value[..]))
            .collect()
    }

    fn message<'m>(&'m self, lines: &'m [HeaderLine<'m>]) -> Message<'m> {
        Message {
            method: &self.method,
            target: &self.target,
            url: None,
            headers: lines,
            body: &self.body,
            received_at: Some(self.received_at),
        }
    }
}

fn within_patience<T>(search: impl FnOnce(&Budget<'_>) -> T) -> T {
    watched(&Searching::default(), search)
}

/// Searches within the patience, unless it is stopped.
fn watched<T>(searching: &Searching, search: impl FnOnce(&Budget<'_>) -> T) -> T {
    let until = Instant::now() + PATIENCE;
    search(&Budget {
        tries: TRIES,
        bytes: HASHED,
        should_stop: &|| searching.asked() || Instant::now() >= until,
    })
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, EngineError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done),
        Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
    }
}
