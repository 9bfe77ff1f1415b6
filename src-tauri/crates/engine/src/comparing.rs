//! What is kept, held against each other: requests, what deliveries sent, and the answers to them.

use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::compare::{self, Comparison, Form, Ignoring, LONGEST, Side};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{
    Attempt, AttemptId, Delivery, DeliveryId, DeliveryKind, Header, RawHead, RequestId, RequestSummary,
    Timestamp,
};
use crate::store::StoreError;

/// How long differences are searched for; what is found until then is told.
const LONGEST_SEARCH: Duration = Duration::from_secs(2);

/// What can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A request as it came.
    Request(RequestId),
    /// What a delivery sent.
    Sent(DeliveryId),
    /// What came back to an attempt.
    Answer(AttemptId),
}

/// Where the bytes of a body are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyPlace {
    /// The body of a request.
    Request(RequestId),
    /// That with its content coding undone.
    Unpacked(RequestId),
    /// The body that a delivery sent.
    Delivery(DeliveryId),
    /// The body of an answer.
    Attempt(AttemptId),
}

/// What was compared, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What it is.
    pub subject: Subject,
    /// The request it belongs to.
    pub request: RequestId,
    /// What it is called, e.g. `POST /stripe`.
    pub title: String,
    /// When it came or was sent.
    pub at: Timestamp,
    /// Where its body is.
    pub body: BodyPlace,
    /// The body as far as it was at hand to be compared.
    pub bytes: Bytes,
    /// The length of that body.
    pub length: u64,
}

/// Two of them and how they differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideBySide {
    /// The one that is taken as the earlier.
    pub before: Told,
    /// The other.
    pub after: Told,
    /// How they differ.
    pub comparison: Comparison,
}

impl Engine {
    /// Compares two requests, deliveries or answers.
    ///
    /// # Errors
    /// When one is not there or the store cannot be read.
    pub async fn compare(
        &self,
        before: Subject,
        after: Subject,
        ignoring: Ignoring,
        form: Form,
    ) -> Result<SideBySide, EngineError> {
        let (before, one) = self.side(before).await?;
        let (after, other) = self.side(after).await?;
        let work = move || {
            let deadline = Instant::now() + LONGEST_SEARCH;
            compare::compare(&one, &other, &ignoring, form, deadline)
        };
        let comparison = match tokio::task::spawn_blocking(work).await {
            Ok(comparison) => comparison,
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        };
        Ok(SideBySide {
            before,
            after,
            comparison,
        })
    }

    /// The request before this one that is about the same: of the same endpoint, provider and event, and of the same
    /// path where it has no event.
    ///
    /// # Errors
    /// When there is no such request or the store cannot be read.
    pub async fn previous_alike(&self, id: RequestId) -> Result<Option<RequestSummary>, EngineError> {
        let summary = self.request(id).await?.summary;
        let Some(found) = self.core.store.previous_alike(&summary).await? else {
            return Ok(None);
        };
        Ok(self.core.store.summaries(&[found]).await?.pop())
    }

    /// The request, delivery or attempt whose id is `text` or, for the first two, begins with it.
    ///
    /// # Errors
    /// When there is none, when there are several, or the store cannot be read.
    pub async fn find_subject(&self, text: &str) -> Result<Subject, EngineError> {
        let none = match self.find_request(text).await {
            Ok(request) => return Ok(Subject::Request(request)),
            Err(error) => error,
        };
        if let Ok(delivery) = self.find_delivery(text).await {
            return Ok(Subject::Sent(delivery));
        }
        if let Ok(id) = text.parse::<AttemptId>()
            && self.attempt(id).await.is_ok()
        {
            return Ok(Subject::Answer(id));
        }
        Err(match none {
            EngineError::Store(StoreError::NotFound { .. }) => EngineError::NotFound {
                kind: "request, delivery or attempt",
                name: text.to_owned(),
            },
            other => other,
        })
    }

    async fn side(&self, subject: Subject) -> Result<(Told, Side), EngineError> {
        match subject {
            Subject::Request(id) => self.request_side(id).await,
            Subject::Sent(id) => {
                let delivery = self.delivery(id).await?;
                self.sent_side(&delivery).await
            }
            Subject::Answer(id) => {
                let attempt = self.attempt(id).await?;
                let delivery = match self.core.store.delivery_of(id).await? {
                    Some(delivery) => self.delivery(delivery).await?,
                    None => {
                        return Err(EngineError::NotFound {
                            kind: "attempt",
                            name: id.to_string(),
                        });
                    }
                };
                Ok(answer_side(&delivery, attempt))
            }
        }
    }

    async fn request_side(&self, id: RequestId) -> Result<(Told, Side), EngineError> {
        let request = self.request(id).await?;
        let (place, body, length, sha256) = self.body_of(id).await?;
        let summary = &request.summary;
        let known = &summary.recognition;
        let (path, query) = target(&request.head.request_line().target);
        let told = Told {
            subject: Subject::Request(id),
            request: id,
            title: format!("{} {}", summary.method, summary.target),
            at: summary.received_at,
            body: place,
            bytes: body.clone(),
            length,
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let side = Side {
            facts: vec![
                ("Method", summary.method.clone()),
                ("Path", path),
                ("HTTP", summary.version.as_str().to_owned()),
                ("Endpoint", text(&known.endpoint_path)),
                ("Provider", text(&known.provider)),
                ("Event", text(&known.event)),
                ("Signature", known.verdict.as_str().to_owned()),
            ],
            headers: pairs(request.head.headers()),
            query,
            body,
            length,
            sha256,
        };
        Ok((told, side))
    }

    /// A request's body as it is looked at: with its content coding undone where it has one.
    async fn body_of(&self, id: RequestId) -> Result<(BodyPlace, Bytes, u64, Option<[u8; 32]>), EngineError> {
        if let Some(unpacked) = self.unpacked_body(id).await?
            && !unpacked.bytes.is_empty()
        {
            let length = unpacked.bytes.len() as u64;
            // Where there is more, it is not known how much.
            let whole = if unpacked.cut { length + 1 } else { length };
            return Ok((BodyPlace::Unpacked(id), unpacked.bytes.clone(), whole, None));
        }
        let summary = self.request(id).await?.summary;
        let body = self.read_body(id, 0, LONGEST as u64).await?;
        let sha256 = Some(summary.body_sha256);
        Ok((BodyPlace::Request(id), body, summary.body_length, sha256))
    }

    async fn sent_side(&self, delivery: &Delivery) -> Result<(Told, Side), EngineError> {
        let head = RawHead::new(delivery.head.clone());
        let line = head.request_line();
        let (place, body, length, sha256) = match &delivery.body {
            Some(body) => (
                BodyPlace::Delivery(delivery.id),
                body.slice(..body.len().min(LONGEST)),
                body.len() as u64,
                None,
            ),
            None => self.body_of(delivery.request).await?,
        };
        let method = String::from_utf8_lossy(&line.method).into_owned();
        let (path, query) = target(&line.target);
        let told = Told {
            subject: Subject::Sent(delivery.id),
            request: delivery.request,
            title: match delivery.kind {
                DeliveryKind::Edited => format!("edited copy, {method} {}", delivery.url),
                DeliveryKind::Resend => format!("resend, {method} {}", delivery.url),
                DeliveryKind::Forward => format!("forward, {method} {}", delivery.url),
            },
            at: delivery.created_at,
            body: place,
            bytes: body.clone(),
            length,
        };
        let side = Side {
            facts: vec![
                ("Method", method),
                ("Path", path),
                ("HTTP", String::from_utf8_lossy(&line.version).into_owned()),
                ("URL", delivery.url.clone()),
            ],
            headers: pairs(head.headers()),
            query,
            body,
            length,
            sha256,
        };
        Ok((told, side))
    }
}

fn answer_side(delivery: &Delivery, attempt: Attempt) -> (Told, Side) {
    let number = delivery.attempts.iter().position(|known| known.id == attempt.id);
    let status = attempt
        .status
        .map_or_else(String::new, |status| status.to_string());
    let outcome = attempt.outcome.as_str();
    let told = Told {
        subject: Subject::Answer(attempt.id),
        request: delivery.request,
        title: format!(
            "answer {} to attempt {}, {}",
            if status.is_empty() { outcome } else { &status },
            number.unwrap_or_default() + 1,
            attempt.url.as_ref().unwrap_or(&delivery.url)
        ),
        at: attempt.started_at,
        body: BodyPlace::Attempt(attempt.id),
        bytes: attempt.body.clone(),
        length: attempt.body.len() as u64,
    };
    let side = Side {
        facts: vec![
            ("Status", status),
            ("Outcome", outcome.replace('_', " ")),
            ("Problem", attempt.message.unwrap_or_default()),
        ],
        headers: pairs(RawHead::new(attempt.head).headers()),
        query: None,
        // What was cut off is as long as nobody knows.
        length: attempt.body.len() as u64 + u64::from(attempt.body_cut),
        body: attempt.body,
        sha256: None,
    };
    (told, side)
}

/// Path and query of a request's target, each as sent.
fn target(target: &Bytes) -> (String, Option<Bytes>) {
    let question = target.iter().position(|byte| *byte == b'?');
    let path = target.slice(..question.unwrap_or(target.len()));
    (
        String::from_utf8_lossy(&path).into_owned(),
        question.map(|at| target.slice(at + 1..)),
    )
}

fn pairs(headers: Vec<Header>) -> Vec<(Bytes, Bytes)> {
    headers
        .into_iter()
        .map(|header| (header.name, header.value))
        .collect()
}
