//! One entry of a HAR file as a request that can be kept: byte for byte where we wrote it, else put together.

use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::body::{self, Found, PostData};
use super::head::{Parts, shortened};
use super::own::{Own, Told};
use crate::model::{Arrival, Body, Framing, HttpVersion, KeptAnswer, Mark, RawHead, State, Timestamp};

/// Why a request is not whole that has no body in the file.
const NO_BODY: &str = "the HAR file does not have its body";

/// The longest reason, in letters.
const REASON: usize = 200;

/// Why an entry cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// It is no entry of a HAR file.
    #[error("it is not of the form of an entry: {reason}")]
    Form {
        /// What is missing or of another type.
        reason: String,
    },
    /// When it began is not to be understood.
    #[error("`startedDateTime` is no instant: `{text}`")]
    Time {
        /// What stands there.
        text: String,
    },
    /// Its method is none.
    #[error("`{method}` is no method")]
    Method {
        /// What stands there.
        method: String,
    },
    /// It went by something else than HTTP.
    #[error("`{url}` is no URL of HTTP")]
    Url {
        /// What stands there.
        url: String,
    },
    /// A header has a name that none can have.
    #[error("`{name}` is no name of a header")]
    HeaderName {
        /// The name.
        name: String,
    },
    /// A header would be several.
    #[error("the value of the header `{name}` has a line break")]
    HeaderValue {
        /// Its name.
        name: String,
    },
    /// Its head is too long.
    #[error("its head has {length} bytes")]
    LongHead {
        /// Bytes.
        length: usize,
    },
    /// Its body says that it is base64 and is not.
    #[error("its body is no base64")]
    Base64,
    /// Its body is longer than a captured one may be.
    #[error("its body has {length} bytes, and {most} are kept at most")]
    LongBody {
        /// Bytes.
        length: u64,
        /// The limit of the listener.
        most: u64,
    },
}

/// An entry, as far as it is read. What is not of the expected form and not needed does not matter.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'e> {
    started_date_time: String,
    request: Request,
    #[serde(borrow)]
    response: Option<&'e RawValue>,
    #[serde(borrow, rename = "_hookbench")]
    own: Option<&'e RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    #[serde(default)]
    http_version: Option<String>,
    #[serde(default)]
    headers: Option<Vec<HeaderForm>>,
    #[serde(default)]
    post_data: Option<PostData>,
    #[serde(default)]
    body_size: serde_json::Value,
}

/// Nearly everybody writes an object; some write a pair.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum HeaderForm {
    Object {
        name: String,
        #[serde(default)]
        value: Option<String>,
    },
    Pair(String, String),
}

#[derive(Debug, Deserialize)]
struct Response {
    #[serde(default)]
    status: serde_json::Value,
}

/// A request out of a file.
#[derive(Debug)]
pub(crate) struct Taken {
    /// As the listener would have handed it on. Its peer is unspecified where the file does not tell it.
    pub(crate) arrival: Arrival,
    /// The status of the answer that the file tells of.
    pub(crate) status: Option<u16>,
    /// The answer itself, where we wrote the file.
    pub(crate) answer: Option<KeptAnswer>,
}

impl Taken {
    /// Reads an entry. `longest_body` is what the listener keeps.
    pub(crate) fn of(text: &str, longest_body: u64) -> Result<Self, EntryError> {
        let entry: Entry<'_> = serde_json::from_str(text).map_err(|error| EntryError::Form {
            // It may quote a value that is as long as the entry.
            reason: hookbench_signature::shortened(&error.to_string(), REASON),
        })?;
        let received_at = instant(&entry.started_date_time)?;
        let status = entry.response.and_then(|response| status(response.get()));
        let own = entry.own.and_then(|own| Own::read(own.get()));
        let request = entry.request;
        let headers: Vec<(String, String)> = (request.headers.unwrap_or_default().into_iter())
            .map(|header| match header {
                HeaderForm::Object { name, value } => (name, value.unwrap_or_default()),
                HeaderForm::Pair(name, value) => (name, value),
            })
            .collect();
        let parts = Parts {
            method: &request.method,
            url: &request.url,
            version: request.http_version.as_deref().unwrap_or_default(),
            headers: &headers,
        };
        let length = parts
            .header("content-length")
            .and_then(|value| value.trim().parse().ok());
        let declared = request.body_size.as_u64().or(length);
        // Chrome has no size for what it did not send itself.
        let found = match request.post_data {
            Some(data) => data.bytes(declared)?,
            None => body::none(declared),
        };
        let framing = Framing {
            declared_length: length,
            chunked: parts.header("transfer-encoding").is_some_and(is_chunked),
            ..Framing::default()
        };
        let taken = match own {
            Some(told) => Self::exact(received_at, told, found),
            None => Self::rebuilt(received_at, parts.head()?, framing, found),
        };
        let length = taken.arrival.body.len();
        if length > longest_body {
            return Err(EntryError::LongBody {
                length,
                most: longest_body,
            });
        }
        Ok(Self { status, ..taken })
    }

    fn exact(received_at: Timestamp, told: Told, found: Found) -> Self {
        let Told { mut framing, .. } = told;
        if told.masked && !framing.marks.contains(&Mark::MaskedExport) {
            framing.marks.push(Mark::MaskedExport);
        }
        let (mut state, mut reason) = (told.state, told.reason);
        let body = match found {
            Found::Bytes(bytes) => bytes,
            Found::Rebuilt(bytes) => {
                if !framing.marks.contains(&Mark::BodyFromHar) {
                    framing.marks.push(Mark::BodyFromHar);
                }
                bytes
            }
            Found::Missing => {
                // Of one that was cut off nothing may have come, and the length speaks of all of it. A whole one was here:
                // somebody took it out.
                if state == State::Complete {
                    state = State::Cut;
                    reason = Some(NO_BODY.to_owned());
                }
                Bytes::new()
            }
        };
        Self {
            arrival: Arrival {
                took_micros: told.took_micros,
                peer: told.peer.unwrap_or(unknown_peer()),
                state,
                reason,
                ..arrival(received_at, told.head, body, framing)
            },
            status: None,
            answer: told.answer,
        }
    }

    fn rebuilt(received_at: Timestamp, head: Vec<u8>, mut framing: Framing, found: Found) -> Self {
        framing.marks.push(Mark::HeadFromHar);
        let (body, missing) = match found {
            Found::Bytes(bytes) => (bytes, false),
            Found::Rebuilt(bytes) => {
                framing.marks.push(Mark::BodyFromHar);
                (bytes, false)
            }
            Found::Missing => (Bytes::new(), true),
        };
        let mut arrival = arrival(received_at, RawHead::new(head.into()), body, framing);
        if missing {
            // Its signature covers what is not there.
            arrival.state = State::Cut;
            arrival.reason = Some(NO_BODY.to_owned());
        }
        Self {
            arrival,
            status: None,
            answer: None,
        }
    }
}

fn arrival(received_at: Timestamp, head: RawHead, body: Bytes, framing: Framing) -> Arrival {
    Arrival {
        received_at,
        took_micros: 0,
        peer: unknown_peer(),
        version: HttpVersion::from_word(&head.request_line().version),
        head,
        body_sha256: Sha256::digest(&body).into(),
        body: Body::Memory(body),
        state: State::Complete,
        reason: None,
        framing,
    }
}

const fn unknown_peer() -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0)
}

fn is_chunked(value: &str) -> bool {
    let last = value.rsplit(',').next().unwrap_or_default();
    last.trim().eq_ignore_ascii_case("chunked")
}

fn instant(text: &str) -> Result<Timestamp, EntryError> {
    let instant: jiff::Timestamp = text.trim().parse().map_err(|_| EntryError::Time {
        text: shortened(text),
    })?;
    Ok(Timestamp::from_micros(instant.as_microsecond()))
}

/// A status that an answer can have; 0 stands for none.
fn status(text: &str) -> Option<u16> {
    let response: Response = serde_json::from_str(text).ok()?;
    let status = response.status.as_u64()?;
    u16::try_from(status)
        .ok()
        .filter(|status| (100..1000).contains(status))
}
