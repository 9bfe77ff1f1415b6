//! The JSON of the terminal. Its names and forms are documented in the README and do not change within a major version.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hookbench_engine::model::{
    Attempt, Delivery, Ending, Endpoint, Forwarded, Framing, Header, Mark, RawHead, Request, SecretRecord,
};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// A request as one object. It borrows what it can: a listener writes one for each request that it captures.
#[derive(Debug, Serialize)]
pub(crate) struct RequestObject<'a> {
    id: String,
    received_at: String,
    method: &'a str,
    target: &'a str,
    http_version: &'static str,
    #[serde(serialize_with = "as_text")]
    headers: Vec<Header>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_base64")]
    headers_base64: Vec<Header>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    header_meanings: Vec<[String; 2]>,
    endpoint: Option<&'a str>,
    provider: Option<&'a str>,
    event: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handshake: Option<Value>,
    verdict: &'static str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    answered: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_milliseconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forwarded: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resent: Option<&'static str>,
    peer: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate_by: Option<&'static str>,
    body_length: u64,
    body_sha256: String,
    starred: bool,
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    imported: Option<ImportedObject<'a>>,
    framing: FramingObject<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    head_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
}

/// Where a request is from that was not captured.
#[derive(Debug, Serialize)]
struct ImportedObject<'a> {
    at: String,
    program: &'a str,
}

/// How a request was framed on the wire.
#[derive(Debug, Serialize)]
struct FramingObject<'a> {
    position: u32,
    declared_length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chunks: Option<ChunksObject<'a>>,
    expect_continue: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    trailers: Vec<[String; 2]>,
    #[serde(skip_serializing_if = "<[Mark]>::is_empty")]
    marks: &'a [Mark],
}

#[derive(Debug, Serialize)]
struct ChunksObject<'a> {
    count: u64,
    smallest: u64,
    largest: u64,
    first: &'a [u64],
}

impl<'a> FramingObject<'a> {
    fn new(framing: &'a Framing) -> Self {
        let sizes = &framing.chunks;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            position: framing.position,
            declared_length: framing.declared_length,
            chunks: framing.chunked.then(|| ChunksObject {
                count: sizes.count,
                smallest: sizes.smallest,
                largest: sizes.largest,
                first: &sizes.first,
            }),
            expect_continue: framing.expect_continue,
            trailers: framing
                .trailers
                .iter()
                .map(|trailer| [text(&trailer.name), text(&trailer.value)])
                .collect(),
            marks: &framing.marks,
        }
    }
}

impl<'a> RequestObject<'a> {
    /// The object without the exact bytes.
    pub(crate) fn new(request: &'a Request) -> Self {
        let summary = &request.summary;
        let known = &summary.recognition;
        let (headers, headers_base64) = request
            .head
            .headers()
            .into_iter()
            .partition(|header| std::str::from_utf8(&header.value).is_ok());
        Self {
            id: summary.id.to_string(),
            received_at: summary.received_at.to_string(),
            method: &summary.method,
            target: &summary.target,
            http_version: summary.version.as_str(),
            headers,
            headers_base64,
            header_meanings: Vec::new(),
            endpoint: known.endpoint_path.as_deref(),
            provider: known.provider.as_deref(),
            event: known.event.as_deref(),
            handshake: known.handshake.as_ref().map(|name| match &request.reply {
                Some(reply) => json!({
                    "name": name,
                    "why": reply.why,
                    "lacks": reply.lacks,
                    "status": reply.status,
                    "headers": reply.headers,
                    "body": reply.body,
                }),
                None => json!({ "name": name, "status": null }),
            }),
            verdict: known.verdict.as_str(),
            state: summary.state.as_str(),
            reason: summary.reason.as_deref(),
            answered: summary.answered,
            answered_by: summary
                .answer_source
                .map(hookbench_engine::model::AnswerSource::as_str),
            #[expect(
                clippy::cast_precision_loss,
                reason = "the time of an answer is far below 2^53 µs"
            )]
            answer_milliseconds: summary.answer_micros.map(|micros| micros as f64 / 1000.0),
            forwarded: summary.forwarded.map(Forwarded::as_str),
            resent: summary.resent.map(Ending::as_str),
            peer: &summary.peer,
            duplicate_of: summary.duplicate_of.map(|id| id.to_string()),
            duplicate_by: summary.duplicate_of.map(|_| summary.repeated_by()),
            body_length: summary.body_length,
            body_sha256: hex::encode(summary.body_sha256),
            starred: summary.starred,
            tags: &summary.tags,
            note: None,
            imported: summary.imported.as_ref().map(|imported| ImportedObject {
                at: imported.at.to_string(),
                program: &imported.program,
            }),
            framing: FramingObject::new(&request.framing),
            head_base64: None,
            body_base64: None,
        }
    }

    /// The same with what the person wrote to it.
    pub(crate) fn with_note(mut self, note: Option<String>) -> Self {
        self.note = note;
        self
    }

    /// The same with what each header line is to its provider.
    pub(crate) fn with_meanings(mut self, head: &RawHead, meanings: Vec<Option<String>>) -> Self {
        self.header_meanings = named_meanings(head, meanings)
            .map(|(name, meaning)| [name, meaning])
            .collect();
        self
    }

    /// The same with the exact bytes of head and body.
    pub(crate) fn with_bytes(mut self, head: &RawHead, body: &[u8]) -> Self {
        self.head_base64 = Some(BASE64.encode(head.bytes()));
        self.body_base64 = Some(BASE64.encode(body));
        self
    }
}

/// The header lines that matter to the provider, in their order: their names as they came, and what they are.
pub(crate) fn named_meanings(
    head: &RawHead,
    meanings: Vec<Option<String>>,
) -> impl Iterator<Item = (String, String)> {
    let lines = head.headers().into_iter().zip(meanings);
    lines.filter_map(|(header, meaning)| Some((String::from_utf8_lossy(&header.name).into_owned(), meaning?)))
}

fn as_text<S: Serializer>(headers: &[Header], serializer: S) -> Result<S::Ok, S::Error> {
    let text = |bytes| String::from_utf8_lossy(bytes);
    serializer.collect_seq(
        headers
            .iter()
            .map(|header| [text(&header.name), text(&header.value)]),
    )
}

fn as_base64<S: Serializer>(headers: &[Header], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(headers.iter().map(|header| {
        let name = String::from_utf8_lossy(&header.name);
        [name, BASE64.encode(&header.value).into()]
    }))
}

/// Headers as text, and those that are not UTF-8 as base64 of the value's bytes (and the name as far as it is text).
fn headers(head: &RawHead) -> (Vec<[String; 2]>, Vec<[String; 2]>) {
    let mut text = Vec::new();
    let mut bytes = Vec::new();
    for header in head.headers() {
        let name = String::from_utf8_lossy(&header.name).into_owned();
        match std::str::from_utf8(&header.value) {
            Ok(value) => text.push([name, value.to_owned()]),
            Err(_) => bytes.push([name, BASE64.encode(&header.value)]),
        }
    }
    (text, bytes)
}

/// A delivery as one object.
#[derive(Debug, Serialize)]
pub(crate) struct DeliveryObject {
    id: String,
    request: String,
    kind: &'static str,
    url: String,
    created_at: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    withheld: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    again: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retries: Option<RetriesObject>,
    attempts: Vec<AttemptObject>,
}

/// When a delivery is tried again.
#[derive(Debug, Serialize)]
struct RetriesObject {
    state: &'static str,
    used: u32,
    of: usize,
    next_at: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct AttemptObject {
    id: String,
    started_at: String,
    outcome: &'static str,
    message: Option<String>,
    hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    status: Option<u16>,
    headers: Vec<[String; 2]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    headers_base64: Vec<[String; 2]>,
    body_length: u64,
    body_cut: bool,
    body_base64: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_text: Option<String>,
    milliseconds: f64,
}

impl DeliveryObject {
    pub(crate) fn new(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id.to_string(),
            request: delivery.request.to_string(),
            kind: delivery.kind.as_str(),
            url: delivery.url.clone(),
            created_at: delivery.created_at.to_string(),
            withheld: delivery.withheld.clone(),
            target: delivery.target.map(|id| id.to_string()),
            again: delivery.again.map(|id| id.to_string()),
            run: delivery.run.map(|step| step.run.to_string()),
            retries: delivery.schedule.as_ref().map(|schedule| RetriesObject {
                state: schedule.state.as_str(),
                used: schedule.used,
                of: schedule.waits.len(),
                next_at: schedule.next_at.map(|at| at.to_string()),
            }),
            attempts: delivery.attempts.iter().map(attempt).collect(),
        }
    }
}

/// An attempt as one object.
pub(crate) fn attempt(attempt: &Attempt) -> AttemptObject {
    let (headers, headers_base64) = headers(&RawHead::new(attempt.head.clone()));
    AttemptObject {
        id: attempt.id.to_string(),
        started_at: attempt.started_at.to_string(),
        outcome: attempt.outcome.as_str(),
        message: attempt.message.clone(),
        hint: attempt.hint.clone(),
        url: attempt.url.clone(),
        status: attempt.status,
        headers,
        headers_base64,
        body_length: attempt.body.len() as u64,
        body_cut: attempt.body_cut,
        body_text: std::str::from_utf8(&attempt.body).ok().map(str::to_owned),
        body_base64: BASE64.encode(&attempt.body),
        #[expect(
            clippy::cast_precision_loss,
            reason = "a duration of an exchange is far below 2^53 µs"
        )]
        milliseconds: attempt.timings.total as f64 / 1000.0,
    }
}

/// An endpoint as one object.
#[derive(Debug, Serialize)]
pub(crate) struct EndpointObject<'a> {
    id: String,
    path: &'a str,
    provider: Option<&'a str>,
    parameters: &'a std::collections::BTreeMap<String, String>,
    public_url: Option<&'a str>,
    past: Option<u32>,
    future: Option<u32>,
    answers_handshakes: bool,
    created_at: String,
    secrets: Vec<SecretObject<'a>>,
}

/// A secret as one object: never its value.
#[derive(Debug, Serialize)]
pub(crate) struct SecretObject<'a> {
    id: String,
    name: &'a str,
    place: &'static str,
    created_at: String,
}

impl<'a> EndpointObject<'a> {
    pub(crate) fn new(endpoint: &'a Endpoint) -> Self {
        Self {
            id: endpoint.id.to_string(),
            path: &endpoint.path,
            provider: endpoint.provider.as_deref(),
            parameters: &endpoint.parameters,
            public_url: endpoint.public_url.as_deref(),
            past: endpoint.tolerance.past,
            future: endpoint.tolerance.future,
            answers_handshakes: endpoint.answers_handshakes,
            created_at: endpoint.created_at.to_string(),
            secrets: endpoint.current_secrets().map(SecretObject::new).collect(),
        }
    }
}

impl<'a> SecretObject<'a> {
    pub(crate) fn new(secret: &'a SecretRecord) -> Self {
        Self {
            id: secret.id.to_string(),
            name: &secret.name,
            place: secret.place.as_str(),
            created_at: secret.created_at.to_string(),
        }
    }
}
