//! A provider file tried on what was captured, without being kept.
//!
//! One request is told as a story; many are only counted, in steps that each end within a bound, so that the asker
//! shows progress, goes on from where a step ended, or does not.

use std::sync::Arc;

use bytes::Bytes;
use hookbench_signature::{Message, Micros, Report, Scheme, Secret, Verdict, check, verify};

use super::path;
use crate::engine::Engine;
use crate::error::{EngineError, Kind};
use crate::examining::blocking;
use crate::judge::Judge;
use crate::model::{Request, RequestId, RequestSummary, SecretId, Sequence, State, Timestamp};
use crate::provider::{Facts, Provider, UnpackedBody};
use crate::store::{From, PageRequest};

/// A scheme tried on a captured request.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// The check.
    pub report: Report,
    /// What the verdict would be if the request came now.
    pub verdict_now: Verdict,
    /// What the request would be about.
    pub event: Option<String>,
    /// What would tell its repetitions.
    pub delivery_key: Option<String>,
    /// Whether its rules of detection hold for the request.
    pub recognised: bool,
}

/// A scheme tried on requests that are like one, as far as a step came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TriedOn {
    /// How many it makes valid; expired ones count, their signature is right.
    pub valid: usize,
    /// How many there were.
    pub of: usize,
    /// Those that it does not make valid, newest first, at most as many as a step names.
    pub others: Vec<(RequestId, Verdict)>,
    /// How many requests were looked through for them.
    pub looked: usize,
    /// Where the next step begins; `None` where nothing is left.
    pub next: Option<Sequence>,
}

/// The secrets that a scheme is tried with.
#[derive(Debug, Clone, Default)]
pub enum TrialSecrets {
    /// Those of the endpoint that a request came to.
    #[default]
    OfEndpoint,
    /// One that was typed and is kept nowhere.
    Typed(Secret),
    /// One that is stored, be it of another endpoint.
    Stored(SecretId),
}

/// How many rows a step looks through, how many bytes of bodies it reads, and how many of the others it names.
const STEP: u32 = 500;
const READ: u64 = 16 * 1024 * 1024;
const NAMED: usize = 20;

/// How many rows are looked through, and how many bytes there may be, where requests confirm something.
const LOOKED_THROUGH: usize = 5_000;
const CONFIRMED: u64 = 64 * 1024 * 1024;

impl Engine {
    /// What a provider file says of a captured request.
    ///
    /// # Errors
    /// When the file is not right, there is no such request or secret, or the store cannot be read.
    pub async fn try_scheme(
        &self,
        toml: &str,
        id: RequestId,
        secrets: TrialSecrets,
    ) -> Result<Tried, EngineError> {
        let provider = Provider::read("the scheme", toml)?;
        self.ready().await;
        let request = self.request(id).await?;
        let body = self.whole_body(id).await?;
        let judge = self.core.judge.load_full();
        let secrets = chosen(&judge, secrets)?;
        let now = self.now();
        blocking(move || {
            Case {
                request: &request,
                body: &body,
            }
            .tried(&provider, &judge, &secrets, now)
        })
        .await?
    }

    /// How many of the requests that came to the same endpoint as this one a provider file makes valid, from the newest
    /// or from where the last step ended.
    ///
    /// # Errors
    /// As [`Engine::try_scheme`].
    pub async fn try_scheme_on(
        &self,
        toml: &str,
        like: RequestId,
        secrets: TrialSecrets,
        from: Option<Sequence>,
    ) -> Result<TriedOn, EngineError> {
        let provider = Arc::new(Provider::read("the scheme", toml)?);
        self.ready().await;
        let judge = self.core.judge.load_full();
        let secrets = Arc::new(chosen(&judge, secrets)?);
        let like = self.request(like).await?.summary;
        let from = from.map_or(From::Newest, From::Before);
        let page = self
            .core
            .store
            .page(&PageRequest::newest(STEP).from(from))
            .await?;
        let mut tried = TriedOn::default();
        let mut bytes = 0;
        for row in page.rows {
            if bytes >= READ {
                return Ok(tried);
            }
            tried.looked += 1;
            tried.next = Some(row.sequence);
            if !is_like(&row, &like) {
                continue;
            }
            // A request that was deleted since the page was read is no reason to stop.
            let Some((request, body)) = self.whole_if_there(row.id).await? else {
                continue;
            };
            bytes += row.body_length;
            let (provider, judge, secrets) =
                (Arc::clone(&provider), Arc::clone(&judge), Arc::clone(&secrets));
            let verdict = blocking(move || {
                Case {
                    request: &request,
                    body: &body,
                }
                .verdict(&provider, &judge, &secrets)
            })
            .await??;
            tried.of += 1;
            if matches!(verdict, Verdict::Valid | Verdict::Expired) {
                tried.valid += 1;
            } else if tried.others.len() < NAMED {
                tried.others.push((row.id, verdict));
            }
        }
        if !page.more {
            tried.next = None;
        }
        Ok(tried)
    }

    /// A request with its body; `None` where it is gone.
    pub(super) async fn whole_if_there(
        &self,
        id: RequestId,
    ) -> Result<Option<(Request, Bytes)>, EngineError> {
        let read = async { Ok::<_, EngineError>((self.request(id).await?, self.whole_body(id).await?)) };
        match read.await {
            Ok(whole) => Ok(Some(whole)),
            Err(error) if error.kind() == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whole requests that came to the same endpoint as this one, or to the same path where there is none, newest
    /// first; that one is among them.
    pub(crate) async fn requests_like(
        &self,
        id: RequestId,
        most: usize,
    ) -> Result<Vec<RequestSummary>, EngineError> {
        let like = self.request(id).await?.summary;
        let mut found = Vec::new();
        let mut bytes = 0_u64;
        let mut looked = 0;
        let mut from = From::Newest;
        while looked < LOOKED_THROUGH {
            let page = self
                .core
                .store
                .page(&PageRequest::newest(STEP).from(from))
                .await?;
            let Some(oldest) = page.rows.last() else { break };
            from = From::Before(oldest.sequence);
            looked += page.rows.len();
            for row in page.rows {
                let goes_in = bytes + row.body_length <= CONFIRMED || row.id == id;
                if is_like(&row, &like) && goes_in && found.len() < most {
                    bytes += row.body_length;
                    found.push(row);
                }
            }
            if !page.more || found.len() >= most {
                break;
            }
        }
        if !found.iter().any(|row| row.id == id) {
            found.push(like);
        }
        Ok(found)
    }
}

/// Whether a request is whole and came where another one did.
fn is_like(other: &RequestSummary, like: &RequestSummary) -> bool {
    other.state == State::Complete
        && match &like.recognition.endpoint_path {
            Some(path) => other.recognition.endpoint_path.as_ref() == Some(path),
            None => path(&other.target) == path(&like.target),
        }
}

/// The secrets that were chosen; none for those of the endpoint.
fn chosen(judge: &Judge, secrets: TrialSecrets) -> Result<Vec<Secret>, EngineError> {
    Ok(match secrets {
        TrialSecrets::OfEndpoint => Vec::new(),
        TrialSecrets::Typed(secret) => vec![secret],
        TrialSecrets::Stored(id) => {
            let stored = judge.value_of(id).cloned();
            vec![stored.ok_or_else(|| EngineError::NotFound {
                kind: "secret",
                name: id.to_string(),
            })?]
        }
    })
}

/// A captured request that a file is tried on.
struct Case<'c> {
    request: &'c Request,
    body: &'c Bytes,
}

impl Case<'_> {
    fn verdict(
        &self,
        provider: &Provider,
        judge: &Judge,
        secrets: &[Secret],
    ) -> Result<Verdict, EngineError> {
        self.with(
            provider,
            judge,
            secrets,
            |_, scheme, message, secrets| match scheme {
                Some(scheme) => check(scheme, message, secrets).verdict,
                None => Verdict::Unsigned,
            },
        )
    }

    fn tried(
        &self,
        provider: &Provider,
        judge: &Judge,
        secrets: &[Secret],
        now: Timestamp,
    ) -> Result<Tried, EngineError> {
        let parameters = provider.with_defaults(&Default::default());
        self.with(provider, judge, secrets, |facts, scheme, message, secrets| {
            let present = Message {
                received_at: Some(Micros(now.as_micros())),
                ..*message
            };
            Tried {
                verdict_now: scheme.map_or(Verdict::Unsigned, |scheme| {
                    check(scheme, &present, secrets).verdict
                }),
                report: match scheme {
                    Some(scheme) => verify(scheme, message, secrets),
                    None => Report::without_check(Verdict::Unsigned, provider.signs_nothing()),
                },
                event: provider.event_with(facts, &parameters),
                delivery_key: provider.delivery_key_with(facts, &parameters),
                recognised: provider.recognises(facts),
            }
        })
    }

    fn with<T>(
        &self,
        provider: &Provider,
        judge: &Judge,
        secrets: &[Secret],
        look: impl FnOnce(&Facts<'_>, Option<&Scheme>, &Message<'_>, &[Secret]) -> T,
    ) -> Result<T, EngineError> {
        let parameters = provider.with_defaults(&Default::default());
        let scheme = provider.scheme(&parameters).map_err(|error| {
            EngineError::bad_input(
                format!("the scheme is not complete: {error}"),
                "give each parameter a default to try it",
            )
        })?;
        let head = &self.request.head;
        let line = head.request_line();
        let method = String::from_utf8_lossy(&line.method);
        let target = String::from_utf8_lossy(&line.target);
        let headers = head.headers();
        let unpacked = UnpackedBody::default();
        let facts = Facts::new(&method, &target, &headers, self.body).unpacking_into(&unpacked);
        let endpoint = judge.endpoint_of(&target);
        let url = endpoint.and_then(|endpoint| endpoint.url_of(&target));
        let received_at = Micros(self.request.summary.received_at.as_micros());
        let own = endpoint.map_or(&[][..], |endpoint| judge.secrets_of(endpoint.id));
        let secrets = if secrets.is_empty() { own } else { secrets };
        let message = facts.message(url.as_deref(), Some(received_at));
        Ok(look(&facts, scheme.as_ref(), &message, secrets))
    }
}
