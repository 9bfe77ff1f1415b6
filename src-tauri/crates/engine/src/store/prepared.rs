//! A request made ready for its transaction: everything that costs CPU is done here, in the task that captured it,
//! so that the one writer only binds and commits.

use std::io::Read;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::StoreError;
use super::dictionary::Dictionary;
use super::pack::{Packed, pack, pack_with};
use crate::model::{
    Body, ChunkSizes, Framing, HandshakeReply, Header, HttpVersion, Imported, KeptChunks, Mark, NewRequest,
    RequestId, State, TargetId,
};

/// How much of a body one part holds.
pub(super) const PART: usize = 1024 * 1024;
/// Parts a body may have: `place` keeps 16 bits for the number of the part.
pub(super) const PARTS: i64 = 65_536;
/// Above this, packing is moved off the threads that serve connections.
const HEAVY: u64 = 128 * 1024;

/// A request as the writer binds it.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub id: RequestId,
    pub received_at: i64,
    pub took_micros: i64,
    pub method: String,
    pub target: String,
    pub version: HttpVersion,
    pub peer: String,
    pub endpoint: Option<[u8; 16]>,
    pub endpoint_path: Option<String>,
    pub provider: Option<String>,
    pub event: Option<String>,
    pub delivery_key: Option<String>,
    pub handshake: Option<String>,
    pub verdict: &'static str,
    pub state: State,
    pub reason: Option<String>,
    pub answered: Option<u16>,
    pub forwards: Vec<TargetId>,
    pub imported: Option<Imported>,
    pub reply: Option<String>,
    pub body_length: u64,
    pub body_sha256: [u8; 32],
    pub framing: Option<String>,
    pub head_length: i64,
    pub first: Packed,
    /// The body again, where it goes on after the first part.
    pub rest: Option<Body>,
}

impl Prepared {
    /// Makes `new` ready, packed with a dictionary where there is one.
    pub(super) async fn new(
        new: NewRequest,
        dictionary: Option<Arc<Dictionary>>,
    ) -> Result<Self, StoreError> {
        if new.arrival.body.len() < HEAVY && new.arrival.body.file().is_none() {
            return Self::build(new, dictionary.as_ref());
        }
        tokio::task::spawn_blocking(move || Self::build(new, dictionary.as_ref()))
            .await
            .map_err(|error| StoreError::Internal {
                detail: error.to_string(),
            })?
    }

    fn build(new: NewRequest, dictionary: Option<&Arc<Dictionary>>) -> Result<Self, StoreError> {
        let NewRequest {
            id,
            arrival,
            recognition,
            answered,
            forwards,
            reply,
            imported,
        } = new;
        let line = arrival.head.request_line();
        let head = arrival.head.bytes();
        let body_length = arrival.body.len();
        if body_length > PARTS.unsigned_abs() * PART as u64 {
            return Err(StoreError::Refused {
                detail: format!("a body of {body_length} bytes has too many parts"),
            });
        }
        let mut bytes =
            Vec::with_capacity(head.len() + PART.min(usize::try_from(body_length).unwrap_or(PART)));
        bytes.extend_from_slice(head);
        bytes.extend_from_slice(&read_part(&arrival.body, 0)?);
        Ok(Self {
            id,
            received_at: arrival.received_at.as_micros(),
            took_micros: whole(arrival.took_micros),
            method: String::from_utf8_lossy(&line.method).into_owned(),
            target: String::from_utf8_lossy(&line.target).into_owned(),
            version: arrival.version,
            peer: match &imported {
                Some(_) if arrival.peer.ip().is_unspecified() => String::new(),
                _ => arrival.peer.to_string(),
            },
            endpoint: recognition.endpoint.map(|id| *id.as_bytes()),
            endpoint_path: recognition.endpoint_path,
            provider: recognition.provider,
            event: recognition.event,
            delivery_key: recognition.delivery_key,
            handshake: recognition.handshake,
            verdict: recognition.verdict.as_str(),
            state: arrival.state,
            reason: arrival.reason,
            answered,
            forwards,
            imported,
            reply: reply.as_ref().map(reply_text).transpose()?,
            body_length,
            body_sha256: arrival.body_sha256,
            framing: framing_text(&arrival.framing)?,
            head_length: i64::try_from(head.len()).unwrap_or(i64::MAX),
            first: match dictionary {
                Some(dictionary) => pack_with(bytes, dictionary),
                None => pack(bytes),
            },
            rest: (body_length > PART as u64).then_some(arrival.body),
        })
    }
}

/// A number as SQLite holds it.
pub(super) fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The bytes of part `part` of `body`; empty beyond its end.
pub(super) fn read_part(body: &Body, part: usize) -> Result<Vec<u8>, StoreError> {
    let start = part * PART;
    match body {
        Body::Memory(bytes) => {
            let end = bytes.len().min(start + PART);
            Ok(bytes.get(start..end).unwrap_or_default().to_vec())
        }
        Body::Spooled { file, length } => {
            let broken = |error: std::io::Error| StoreError::Disk {
                detail: format!("the spool file: {error}"),
            };
            let left = length.saturating_sub(start as u64).min(PART as u64);
            let mut bytes = Vec::with_capacity(usize::try_from(left).unwrap_or(PART));
            let mut reader = std::fs::File::open(file.as_ref() as &std::path::Path).map_err(broken)?;
            std::io::Seek::seek(&mut reader, std::io::SeekFrom::Start(start as u64)).map_err(broken)?;
            reader.take(left).read_to_end(&mut bytes).map_err(broken)?;
            if bytes.len() as u64 != left {
                return Err(StoreError::Disk {
                    detail: "the spool file is shorter than what was received".to_owned(),
                });
            }
            Ok(bytes)
        }
    }
}

/// Framing as it lies in the file. Names are short because there is one with each request.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct FramingText {
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    declared_length: Option<u64>,
    #[serde(rename = "c", skip_serializing_if = "is_default")]
    chunked: bool,
    #[serde(rename = "k", skip_serializing_if = "is_default")]
    chunks: KeptChunks,
    #[serde(rename = "e", skip_serializing_if = "is_default")]
    expect_continue: bool,
    #[serde(rename = "p", skip_serializing_if = "is_default")]
    position: u32,
    #[serde(rename = "t", skip_serializing_if = "Vec::is_empty")]
    trailers: Vec<(String, String)>,
    #[serde(rename = "m", skip_serializing_if = "Vec::is_empty")]
    marks: Vec<serde_json::Value>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn reply_text(reply: &HandshakeReply) -> Result<String, StoreError> {
    serde_json::to_string(reply).map_err(|error| StoreError::Internal {
        detail: error.to_string(),
    })
}

/// The reply of its text.
pub(super) fn reply_of(text: Option<&str>) -> Result<Option<HandshakeReply>, StoreError> {
    let read = |text: &str| {
        serde_json::from_str(text).map_err(|error| StoreError::Corrupt {
            detail: format!("what was answered to a question: {error}"),
        })
    };
    text.map(read).transpose()
}

fn framing_text(framing: &Framing) -> Result<Option<String>, StoreError> {
    if *framing == Framing::default() {
        return Ok(None);
    }
    let fault = |error: serde_json::Error| StoreError::Internal {
        detail: error.to_string(),
    };
    let text = FramingText {
        declared_length: framing.declared_length,
        chunked: framing.chunked,
        chunks: framing.chunks.to_kept(),
        expect_continue: framing.expect_continue,
        position: framing.position,
        // Hexadecimal, since a trailer is bytes and JSON is text.
        trailers: framing
            .trailers
            .iter()
            .map(|header| (hex::encode(&header.name), hex::encode(&header.value)))
            .collect(),
        marks: Mark::values_of(&framing.marks).map_err(fault)?,
    };
    serde_json::to_string(&text).map(Some).map_err(fault)
}

/// The framing of its text. A mark that a later version invented is left out.
pub(super) fn framing_of(text: Option<&str>) -> Result<Framing, StoreError> {
    let Some(text) = text else {
        return Ok(Framing::default());
    };
    let damaged = |detail: String| StoreError::Corrupt { detail };
    let text: FramingText = serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
    let bytes = |hexadecimal: &str| hex::decode(hexadecimal).map_err(|error| damaged(error.to_string()));
    let mut trailers = Vec::with_capacity(text.trailers.len());
    for (name, value) in &text.trailers {
        trailers.push(Header {
            name: bytes(name)?.into(),
            value: bytes(value)?.into(),
        });
    }
    Ok(Framing {
        declared_length: text.declared_length,
        chunked: text.chunked,
        chunks: ChunkSizes::of_kept(text.chunks),
        expect_continue: text.expect_continue,
        position: text.position,
        trailers,
        marks: Mark::of_values(text.marks),
    })
}
