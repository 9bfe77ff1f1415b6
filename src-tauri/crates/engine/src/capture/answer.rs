//! What goes back to a sender.
//!
//! The listener gives nothing away: no CORS headers, nothing of the request reflected, no type to guess.

use axum::body::Body;
use bytes::Bytes;
use http::header::{
    ALLOW, CONNECTION, CONTENT_LENGTH, TRAILER, TRANSFER_ENCODING, UPGRADE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Response, StatusCode};

/// What the sender of a captured request gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status, 200 to 599.
    pub status: u16,
    /// Headers beside those that the listener sets itself (length, date, connection).
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body; not sent in answer to `HEAD`.
    pub body: Bytes,
    /// Whether the connection ends with this answer.
    pub close: bool,
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
        }
    }
}

/// Framing is hyper's business: a header that contradicts it would let two parties disagree on what was answered.
const FRAMING: [HeaderName; 5] = [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, TRAILER, UPGRADE];

pub(super) fn response(answer: Answer, close: bool) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
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
