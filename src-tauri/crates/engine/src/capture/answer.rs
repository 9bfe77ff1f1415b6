//! What goes back to a sender.
//!
//! The listener gives nothing away: no CORS headers, nothing of the request reflected, no type to guess.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::header::{
    ALLOW, CONNECTION, CONTENT_LENGTH, TRAILER, TRANSFER_ENCODING, UPGRADE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use hyper::body::{Frame, SizeHint};

/// How far an answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Extent {
    /// All of it.
    #[default]
    Whole,
    /// Its head and half of its body, then the connection ends.
    Half,
    /// Nothing: the connection ends without an answer.
    Nothing,
}

/// What went, when it had gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// From the last byte of the request to the last of the answer that the system took.
    pub after: Duration,
    /// The bytes that went, as far as they were asked for.
    pub bytes: Bytes,
}

/// Hears when an answer has gone.
#[derive(Clone)]
pub struct Witness {
    /// How many of its bytes are wanted.
    pub wanted: usize,
    /// Is told, once, and must not take long: the sender's connection waits.
    pub tell: Arc<dyn Fn(Sent) + Send + Sync>,
}

impl fmt::Debug for Witness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Witness")
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}

/// What the sender of a captured request gets.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status, 200 to 599.
    pub status: u16,
    /// Headers beside those that the listener sets itself (length, date, connection).
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body; not sent in answer to `HEAD`.
    pub body: Bytes,
    /// Whether the connection ends with this answer.
    pub close: bool,
    /// How far it goes.
    pub extent: Extent,
    /// Who wants to know when it has gone.
    pub witness: Option<Witness>,
}

impl Answer {
    /// An answer with `status` and nothing else.
    #[must_use]
    pub const fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
            close: false,
            extent: Extent::Whole,
            witness: None,
        }
    }
}

/// Framing is hyper's business: a header that contradicts it would let two parties disagree on what was answered.
const FRAMING: [HeaderName; 5] = [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, TRAILER, UPGRADE];

pub(super) fn response(answer: Answer, close: bool) -> Response<Body> {
    let body = match answer.extent {
        Extent::Whole | Extent::Nothing => Body::from(answer.body),
        Extent::Half => Body::new(Half::of(&answer.body)),
    };
    let mut response = Response::new(body);
    // A status below 200 is no answer, and none above 599 has a meaning.
    *response.status_mut() = StatusCode::from_u16(answer.status)
        .ok()
        .filter(|_| (200..600).contains(&answer.status))
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        if !FRAMING.contains(&name) {
            headers.append(name, value);
        }
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if close || answer.close {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// How long half an answer is left with the sender before the connection ends, so that it has gone out by then.
const BEFORE_THE_END: Duration = Duration::from_millis(30);

/// A body that ends in the middle of what it promised.
struct Half {
    promised: u64,
    bytes: Option<Bytes>,
    end: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Half {
    fn of(body: &Bytes) -> Self {
        Self {
            promised: (body.len() as u64).max(1),
            bytes: Some(body.slice(..body.len() / 2)),
            end: None,
        }
    }
}

impl hyper::body::Body for Half {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let Some(bytes) = self.bytes.take().filter(|bytes| !bytes.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        let end = self
            .end
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(BEFORE_THE_END)));
        ready!(end.as_mut().poll(context));
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionAborted.into())))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}

/// An answer that the listener gives by itself; the connection ends with it.
pub(super) fn refusal(status: u16) -> Response<Body> {
    response(Answer::empty(status), true)
}

/// The answer to a method that is captured but not served.
pub(super) fn not_allowed() -> Response<Body> {
    let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED.as_u16());
    let methods = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    response.headers_mut().insert(ALLOW, methods);
    response
}

/// The bytes of an answer to a sender that hyper is not talking to any more.
pub(super) fn last_words(status: u16) -> String {
    let phrase = StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    format!(
        "HTTP/1.1 {status} {phrase}\r\nx-content-type-options: nosniff\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_cannot_contradict_its_own_framing() {
        let answer = Answer {
            headers: vec![
                (CONTENT_LENGTH, HeaderValue::from_static("99")),
                (TRANSFER_ENCODING, HeaderValue::from_static("chunked")),
                (HeaderName::from_static("x-own"), HeaderValue::from_static("1")),
            ],
            ..Answer::empty(200)
        };
        let response = response(answer, false);
        assert!(
            response.headers().get(CONTENT_LENGTH).is_none(),
            "hyper says how long it is"
        );
        assert!(
            response.headers().get(TRANSFER_ENCODING).is_none(),
            "and how it is framed"
        );
        assert_eq!(response.headers()["x-own"], "1", "the rest is the user's");
    }

    #[test]
    fn a_status_that_is_no_final_answer_becomes_an_error() {
        for status in [0, 100, 101, 199, 600, 999, 1000] {
            assert_eq!(
                response(Answer::empty(status), false).status(),
                500,
                "{status} ends no exchange"
            );
        }
    }
}
