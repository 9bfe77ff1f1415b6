//! The sender gets the target's answer, through us, within a deadline; a clear `502` or `504` of ours if there is none.
//! The request is kept before anything goes; what came of it is kept beside the answer, which does not wait for that.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};

use super::Prepared;
use crate::capture::Answer;
use crate::changes::Change;
use crate::delivery::{Cancel, Outgoing, is_delivered, marker, resend_by};
use crate::engine::Core;
use crate::error::EngineError;
use crate::model::{
    AnswerSource, Arrival, Attempt, Body, DeliveryId, DeliveryKind, Forwarded, Outcome, RawHead, RequestId,
};
use crate::sending::courier::{Parcel, Way};

/// Headers of an answer that speak of the connection to the target, not of the one to the sender.
const OF_THE_CONNECTION: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "content-length",
    "trailer",
    "te",
    "upgrade",
];

/// A request that goes through, with what is needed of it once it is kept.
pub(crate) struct Through {
    forward: Arc<Prepared>,
    head: RawHead,
    body: Body,
}

impl Through {
    pub(crate) fn new(forward: Arc<Prepared>, arrival: &Arrival) -> Self {
        Self {
            forward,
            head: arrival.head.clone(),
            body: arrival.body.clone(),
        }
    }

    /// Sends it and gives what the sender gets.
    pub(crate) async fn answer(self, core: &Arc<Core>, request: RequestId) -> (Answer, AnswerSource) {
        let way = self.forward.to.clone();
        let outgoing = match self.outgoing(core, &way).await {
            Ok(outgoing) => outgoing,
            Err(error) => {
                return (
                    gateway(502, &format!("it cannot be sent on: {error}")),
                    AnswerSource::Gateway,
                );
            }
        };
        let created_at = core.clock.now();
        let cancel = Cancel::new();
        let id = DeliveryId::generate();
        let deadline = self.forward.deadline;
        let sending = async {
            let _under_way = core.courier.begin(None, id, &cancel);
            let mut tried = std::pin::pin!(core.exchange(&outgoing, &way, &cancel));
            tokio::select! {
                tried = &mut tried => (tried, false),
                () = tokio::time::sleep(deadline) => {
                    cancel.cancel();
                    (tried.await, true)
                }
            }
        };
        let (tried, late) = sending.await;
        let attempts = match tried {
            Ok(attempts) => attempts,
            Err(error) => return (gateway(502, &error.to_string()), AnswerSource::Gateway),
        };
        let (answer, source) = match attempts.last() {
            Some(attempt) => answer_from(attempt, late.then_some(deadline), &outgoing.url),
            None => (gateway(502, "nothing was sent"), AnswerSource::Gateway),
        };
        let how = match attempts.last() {
            Some(attempt) if source == AnswerSource::Target && is_delivered(attempt) => Forwarded::Delivered,
            _ => Forwarded::Failed,
        };
        let delivery = Parcel {
            kind: DeliveryKind::Forward,
            ..Parcel::new(request, outgoing, way)
        }
        .into_delivery(id, created_at, attempts);
        let core = Arc::clone(core);
        tokio::spawn(async move {
            if let Err(error) = core.store.add_forwarded(delivery, how).await {
                tracing::warn!(%error, "what a target answered cannot be kept");
            }
            core.changes.tell(Change::Request(request));
        });
        (answer, source)
    }

    async fn outgoing(&self, core: &Core, way: &Way) -> Result<Outgoing, EngineError> {
        let body = match &self.body {
            Body::Memory(bytes) => bytes.clone(),
            Body::Spooled { file, .. } => {
                let read = tokio::fs::read(file.as_ref() as &std::path::Path).await;
                Bytes::from(read.map_err(|error| {
                    EngineError::bad_input(format!("the body cannot be read back: {error}"), "send it again")
                })?)
            }
        };
        let outgoing = resend_by(&self.head, body, &way.route)?;
        Ok(marker::marked(outgoing, core.store.marker()))
    }
}

/// The target's answer as the sender gets it, or ours where there is none.
fn answer_from(attempt: &Attempt, late: Option<Duration>, url: &str) -> (Answer, AnswerSource) {
    let whole = attempt.outcome == Outcome::Answered && !attempt.body_cut;
    let status = attempt.status.filter(|status| (200..600).contains(status));
    if let (true, Some(status), None) = (whole, status, late) {
        let headers = RawHead::new(attempt.head.clone()).headers();
        let headers = headers
            .iter()
            .filter(|header| !OF_THE_CONNECTION.iter().any(|name| header.is(name)))
            .filter_map(|header| {
                Some((
                    HeaderName::from_bytes(&header.name).ok()?,
                    HeaderValue::from_bytes(header.value.trim_ascii()).ok()?,
                ))
            });
        let answer = Answer {
            headers: headers.collect(),
            body: attempt.body.clone(),
            ..Answer::empty(status)
        };
        return (answer, AnswerSource::Target);
    }
    let (status, why) = match (late, &attempt.message) {
        (Some(deadline), _) => (504, format!("`{url}` gave no answer within {deadline:?}")),
        (None, _) if attempt.body_cut => (502, format!("the answer of `{url}` is too large to be passed on")),
        (None, Some(message)) if attempt.outcome == Outcome::TimedOut => (504, message.clone()),
        (None, Some(message)) => (502, message.clone()),
        (None, None) => (502, format!("`{url}` gave no answer that could be passed on")),
    };
    (gateway(status, &why), AnswerSource::Gateway)
}

/// Our own answer where the target has none.
fn gateway(status: u16, why: &str) -> Answer {
    Answer {
        headers: vec![(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        )],
        body: Bytes::from(format!(
            "Hookbench kept this request and could not pass it on: {why}\n"
        )),
        ..Answer::empty(status)
    }
}
