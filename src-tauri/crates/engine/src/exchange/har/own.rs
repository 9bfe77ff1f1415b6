//! What a HAR file cannot say and Hookbench adds: the bytes of the head, how it was framed, what was answered.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::model::{
    AnswerSource, ChunkSizes, Framing, Header, KeptAnswer, KeptChunks, Mark, RawHead, Request, State,
};

/// The longest head that is taken: no listener keeps one that comes near it.
const LONGEST_HEAD: usize = 1024 * 1024;

/// What is added to an entry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Own {
    /// The exact bytes of the head, as base64.
    head: String,
    /// Something in it was masked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    masked: bool,
    #[serde(default)]
    peer: String,
    #[serde(default)]
    took_micros: u64,
    state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default)]
    framing: OwnFraming,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<OwnAnswer>,
    // For a reader of the file. Whoever takes it in judges for himself.
    #[serde(default)]
    id: String,
    #[serde(default)]
    provider: Option<String>,
    #[serde(default)]
    event: Option<String>,
    #[serde(default)]
    verdict: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OwnFraming {
    #[serde(skip_serializing_if = "Option::is_none")]
    declared_length: Option<u64>,
    chunked: bool,
    chunks: KeptChunks,
    expect_continue: bool,
    position: u32,
    /// Names and values as base64.
    trailers: Vec<(String, String)>,
    marks: Vec<serde_json::Value>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnAnswer {
    source: String,
    #[serde(default)]
    micros: Option<u64>,
    /// The exact bytes, as base64; none where it was the usual answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
}

/// The same, read.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) head: RawHead,
    pub(super) masked: bool,
    pub(super) peer: Option<SocketAddr>,
    pub(super) took_micros: u64,
    pub(super) state: State,
    pub(super) reason: Option<String>,
    pub(super) framing: Framing,
    pub(super) answer: Option<KeptAnswer>,
}

impl Own {
    /// What is added for `request`, of which something may be masked.
    ///
    /// # Errors
    /// A mark cannot be written; a file without it would say less than is known.
    pub(super) fn of(
        request: &Request,
        masked: bool,
        answer: Option<&KeptAnswer>,
    ) -> Result<Self, serde_json::Error> {
        let summary = &request.summary;
        let framing = &request.framing;
        let known = &summary.recognition;
        Ok(Self {
            head: BASE64.encode(request.head.bytes()),
            masked,
            peer: summary.peer.clone(),
            took_micros: summary.took_micros,
            state: summary.state.as_str().to_owned(),
            reason: summary.reason.clone(),
            framing: OwnFraming {
                declared_length: framing.declared_length,
                chunked: framing.chunked,
                chunks: framing.chunks.to_kept(),
                expect_continue: framing.expect_continue,
                position: framing.position,
                trailers: framing
                    .trailers
                    .iter()
                    .map(|trailer| (BASE64.encode(&trailer.name), BASE64.encode(&trailer.value)))
                    .collect(),
                marks: Mark::values_of(&framing.marks)?,
            },
            answer: answer.map(|answer| OwnAnswer {
                source: answer.source.as_str().to_owned(),
                micros: answer.micros,
                bytes: answer.bytes.as_ref().map(|bytes| BASE64.encode(bytes)),
            }),
            id: summary.id.to_string(),
            provider: known.provider.clone(),
            event: known.event.clone(),
            verdict: known.verdict.as_str().to_owned(),
        })
    }

    /// What it says; nothing where it is not of its form, which a later Hookbench may write in another.
    pub(super) fn read(text: &str) -> Option<Told> {
        let own: Self = serde_json::from_str(text).ok()?;
        let head = decoded(&own.head)?;
        let state = State::from_word(&own.state)?;
        let is_whole = head.ends_with(b"\r\n\r\n") || head.ends_with(b"\n\n") || head.ends_with(b"\n\r\n");
        if head.len() > LONGEST_HEAD || state == State::Complete && !is_whole {
            return None;
        }
        let mut trailers = Vec::with_capacity(own.framing.trailers.len());
        for (name, value) in &own.framing.trailers {
            trailers.push(Header {
                name: decoded(name)?,
                value: decoded(value)?,
            });
        }
        Some(Told {
            head: RawHead::new(head),
            masked: own.masked,
            peer: own.peer.parse().ok(),
            took_micros: own.took_micros,
            reason: own.reason.filter(|_| state != State::Complete),
            state,
            framing: Framing {
                declared_length: own.framing.declared_length,
                chunked: own.framing.chunked,
                chunks: ChunkSizes::of_kept(own.framing.chunks),
                expect_continue: own.framing.expect_continue,
                position: own.framing.position,
                trailers,
                marks: Mark::of_values(own.framing.marks),
            },
            answer: own.answer.and_then(answer),
        })
    }
}

fn answer(own: OwnAnswer) -> Option<KeptAnswer> {
    Some(KeptAnswer {
        source: AnswerSource::from_word(&own.source)?,
        micros: own.micros,
        bytes: match own.bytes {
            Some(bytes) => Some(decoded(&bytes)?),
            None => None,
        },
    })
}

fn decoded(text: &str) -> Option<Bytes> {
    BASE64.decode(text).ok().map(Bytes::from)
}
