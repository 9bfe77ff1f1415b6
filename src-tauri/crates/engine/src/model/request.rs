//! A request as it is kept and as the list shows it.

use serde::{Deserialize, Serialize};

use super::{
    AnswerSource, Arrival, Ending, EndpointId, Forwarded, Framing, HttpVersion, Imported, RawHead, RequestId,
    State, TargetId, Timestamp, Verdict,
};

/// The order in which requests were kept: 1, 2, 3 … Order by this, never by time: clocks jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sequence(pub i64);

/// What is known of a request beyond its bytes: who sent it, what it is about, whether its signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognition {
    /// The endpoint whose path it came to.
    pub endpoint: Option<EndpointId>,
    /// The path of that endpoint, kept with the request because endpoints can go.
    pub endpoint_path: Option<String>,
    /// The id of the provider that sent it, e.g. `stripe`.
    pub provider: Option<String>,
    /// What happened, in the provider's words, e.g. `invoice.paid`.
    pub event: Option<String>,
    /// What the provider calls this delivery; equal for a repetition.
    pub delivery_key: Option<String>,
    /// Whether its signature held at the time of receipt.
    pub verdict: Verdict,
    /// The provider's name for the question, where it is a question and no event, e.g. `url_verification`.
    pub handshake: Option<String>,
}

impl Recognition {
    /// Nothing is known.
    #[must_use]
    pub const fn unknown() -> Self {
        Self {
            endpoint: None,
            endpoint_path: None,
            provider: None,
            event: None,
            delivery_key: None,
            verdict: Verdict::Unknown,
            handshake: None,
        }
    }
}

/// What was answered to a question, and why: a fact that stays what it was when providers or secrets change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandshakeReply {
    /// The provider's name for the question.
    pub name: String,
    /// Why it was answered so.
    pub why: String,
    /// What kept this from being the answer that the provider wants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacks: Option<String>,
    /// The status.
    pub status: u16,
    /// The headers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The body.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
}

/// A request on its way into the store.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// Its id.
    pub id: RequestId,
    /// As it came.
    pub arrival: Arrival,
    /// What is known of it.
    pub recognition: Recognition,
    /// The status the sender gets once it is kept; `None` where the connection ended first.
    pub answered: Option<u16>,
    /// The targets that it goes to by itself.
    pub forwards: Vec<TargetId>,
    /// What is answered to it as to a question.
    pub reply: Option<HandshakeReply>,
    /// It was taken from a file and not captured; its peer is then unspecified where the file does not tell it.
    pub imported: Option<Imported>,
}

/// A row of the list: what can be told at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSummary {
    /// Its id.
    pub id: RequestId,
    /// Its place in the order of arrival.
    pub sequence: Sequence,
    /// When its first byte came.
    pub received_at: Timestamp,
    /// µs from its first byte to its last.
    pub took_micros: u64,
    /// The method as sent, bytes that are not UTF-8 replaced.
    pub method: String,
    /// The target as sent, bytes that are not UTF-8 replaced.
    pub target: String,
    /// The version in the request line.
    pub version: HttpVersion,
    /// Who sent it, `address:port`; empty where a file that it was taken from does not say.
    pub peer: String,
    /// What is known of it.
    pub recognition: Recognition,
    /// How far it came.
    pub state: State,
    /// Why it is not complete.
    pub reason: Option<String>,
    /// The status we answered.
    pub answered: Option<u16>,
    /// Where our answer came from; `None` where that is not known (yet).
    pub answer_source: Option<AnswerSource>,
    /// µs from its last byte to the last of our answer.
    pub answer_micros: Option<u64>,
    /// The length of the kept body in bytes.
    pub body_length: u64,
    /// SHA-256 over the kept body.
    pub body_sha256: [u8; 32],
    /// The first request with the same delivery key and provider, or without a key the same bytes, if this repeats one.
    pub duplicate_of: Option<RequestId>,
    /// How many requests repeat that one, or this one where it is the first, counted no further than 1000.
    pub repeats: u32,
    /// How many deliveries it has.
    pub deliveries: u32,
    /// How its forwards stand, where it has any.
    pub forwarded: Option<Forwarded>,
    /// What came of the newest time it was sent again by hand or in a run; none where it never was, or is
    /// still being tried.
    pub resent: Option<Ending>,
    /// Marked by the person.
    pub starred: bool,
    /// The person wrote a note to it.
    pub noted: bool,
    /// The tags the person gave it, by name.
    pub tags: Vec<String>,
    /// It was framed in two ways at once: [`super::Mark::AmbiguousFraming`].
    pub ambiguous: bool,
    /// It was taken from a file and not captured.
    pub imported: Option<Imported>,
}

impl RequestSummary {
    /// What it is called in a line; `event` is its event's name where that is said.
    #[must_use]
    pub fn called(&self, event: Option<&str>) -> String {
        let event = event.map(|event| format!(" · {event}")).unwrap_or_default();
        format!("{} {}{event}", self.method, self.target)
    }

    /// By what a repetition of it is known: `delivery_id` where it has one, else `bytes`.
    #[must_use]
    pub const fn repeated_by(&self) -> &'static str {
        match self.recognition.delivery_key {
            Some(_) => "delivery_id",
            None => "bytes",
        }
    }
}

/// One request whole, but for its body, which is read by range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What the list shows.
    pub summary: RequestSummary,
    /// The head as the bytes on the wire.
    pub head: RawHead,
    /// How it was framed.
    pub framing: Framing,
    /// What was answered to it as to a question.
    pub reply: Option<HandshakeReply>,
}
