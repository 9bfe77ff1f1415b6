//! One request as a judge looks at it, wherever it stands.

use crate::model::{Arrival, RawHead, Request, State, Timestamp};

/// What is judged: the request without anything that is known beside it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) head: &'a RawHead,
    pub(crate) body: &'a [u8],
    /// SHA-256 of the body, which is known since it came.
    pub(crate) body_sha256: [u8; 32],
    pub(crate) state: State,
    pub(crate) received_at: Timestamp,
}

impl<'a> Case<'a> {
    /// A request that has just come, or was read from a file.
    pub(crate) fn of_arrival(arrival: &'a Arrival, body: &'a [u8]) -> Self {
        Self {
            head: &arrival.head,
            body,
            body_sha256: arrival.body_sha256,
            state: arrival.state,
            received_at: arrival.received_at,
        }
    }

    /// A request of the history.
    pub(crate) fn of_request(request: &'a Request, body: &'a [u8]) -> Self {
        Self {
            head: &request.head,
            body,
            body_sha256: request.summary.body_sha256,
            state: request.summary.state,
            received_at: request.summary.received_at,
        }
    }
}
