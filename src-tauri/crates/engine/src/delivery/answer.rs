//! Reads an answer out of bytes as they come, however they are cut up.
//!
//! No socket and no clock here: what came is put into [`AnswerReader::buffer`], then [`AnswerReader::advance`] says
//! whether the answer is whole. Whatever has come so far is always there to be kept.

use bytes::{Bytes, BytesMut};

use super::chunked::{Chunks, excerpt};
use super::failure::Broken;

/// How much of an answer is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerLimits {
    /// Bytes of the head, interim answers included.
    pub head: usize,
    /// Bytes of the body that are kept; what goes on beyond is cut and marked.
    pub body: usize,
    /// Interim answers (1xx) before the final one.
    pub interim: usize,
}

impl Default for AnswerLimits {
    fn default() -> Self {
        Self {
            head: 256 * 1024,
            body: 10 * 1024 * 1024,
            interim: 100,
        }
    }
}

/// What is wrong with an answer; each message goes on from "answered with".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAnswer {
    /// It does not begin like HTTP/1.
    #[error("something that is not HTTP: `{beginning}`")]
    NotHttp {
        /// How it begins.
        beginning: String,
    },
    /// It begins like a TLS record.
    #[error("TLS, but was spoken to in plain HTTP")]
    Tls,
    /// It begins like an HTTP/2 frame.
    #[error("HTTP/2, but was spoken to in HTTP/1.1")]
    Http2,
    /// The head cannot be parsed.
    #[error("a head that is not HTTP ({reason}): `{beginning}`")]
    Head {
        /// What the parser says.
        reason: String,
        /// How it begins.
        beginning: String,
    },
    /// The head goes on and on.
    #[error("a head of more than `{limit}` bytes")]
    HeadTooLong {
        /// The limit.
        limit: usize,
    },
    /// Interim answers go on and on.
    #[error("`{count}` interim answers and no final one")]
    InterimFlood {
        /// How many came.
        count: usize,
    },
    /// `101`, though nothing asked for it.
    #[error("`101`, a switch of protocols that was not asked for")]
    Switched,
    /// `Content-Length` is no number.
    #[error("a `Content-Length` that is not a number: `{value}`")]
    Length {
        /// What it says.
        value: String,
    },
    /// Two lengths.
    #[error("two `Content-Length` that differ: `{first}` and `{second}`")]
    Lengths {
        /// The first.
        first: u64,
        /// The other.
        second: u64,
    },
    /// A chunk does not begin with its size.
    #[error("a bad chunk: `{found}` stands where its size should")]
    ChunkSize {
        /// What stands there.
        found: String,
    },
    /// What follows the last chunk is no header line, or too much.
    #[error("bad lines after the last chunk: `{found}`")]
    Trailer {
        /// What stands there.
        found: String,
    },
    /// A chunk is longer than it said.
    #[error("a bad chunk: `{found}` stands where it should end")]
    ChunkEnd {
        /// What stands there.
        found: String,
    },
}

impl InvalidAnswer {
    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NotHttp { .. } => "check the port: another kind of server listens there",
            Self::Tls => "use `https://`",
            Self::Http2 => "the target must speak HTTP/1.1",
            Self::Switched => "the target took this for a WebSocket or an upgrade; look at its routes",
            Self::Head { .. }
            | Self::HeadTooLong { .. }
            | Self::InterimFlood { .. }
            | Self::Length { .. }
            | Self::Lengths { .. }
            | Self::ChunkSize { .. }
            | Self::ChunkEnd { .. }
            | Self::Trailer { .. } => {
                "the target's server writes its answer wrongly; the bytes are kept as they came"
            }
        }
    }
}

/// Whether the answer is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// Something is still to come.
    More,
    /// Nothing is.
    Whole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Head,
    Length { left: u64, total: u64 },
    Chunked(Chunks),
    UntilClose,
    Whole,
}

/// An answer as far as it came.
#[derive(Debug)]
pub(super) struct AnswerReader {
    limits: AnswerLimits,
    asked_for_head: bool,
    buffer: BytesMut,
    part: Part,
    interim: usize,
    interim_bytes: usize,
    head: Bytes,
    status: Option<u16>,
    body: BytesMut,
    body_cut: bool,
    persistent: bool,
}

impl AnswerReader {
    /// `asked_for_head` says that the request was a `HEAD`, whose answer has no body.
    pub(super) fn new(limits: AnswerLimits, asked_for_head: bool) -> Self {
        Self {
            limits,
            asked_for_head,
            buffer: BytesMut::new(),
            part: Part::Head,
            interim: 0,
            interim_bytes: 0,
            head: Bytes::new(),
            status: None,
            body: BytesMut::new(),
            body_cut: false,
            persistent: false,
        }
    }

    /// Where what comes is put.
    pub(super) const fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// Reads on in what was put into the buffer.
    pub(super) fn advance(&mut self) -> Result<Progress, InvalidAnswer> {
        while self.part == Part::Head {
            if !self.read_head()? {
                return Ok(Progress::More);
            }
        }
        match self.part {
            Part::Head => {}
            Part::Length { left, total } => {
                let now = usize::try_from(left).unwrap_or(usize::MAX).min(self.buffer.len());
                let kept = self.keep(now);
                let left = left - now as u64;
                self.part = if left == 0 || kept == Progress::Whole {
                    Part::Whole
                } else {
                    Part::Length { left, total }
                };
            }
            Part::Chunked(mut chunks) => {
                let Self {
                    buffer,
                    body,
                    body_cut,
                    limits,
                    ..
                } = self;
                let taken = chunks.take(buffer, limits.head, |buffer, length| {
                    keep(buffer, length, body, limits.body, body_cut) == Progress::More
                });
                let whole = chunks == Chunks::Done || self.body_cut;
                self.part = if whole { Part::Whole } else { Part::Chunked(chunks) };
                taken?;
            }
            Part::UntilClose => {
                if self.keep(self.buffer.len()) == Progress::Whole {
                    self.part = Part::Whole;
                }
            }
            Part::Whole => {}
        }
        Ok(if self.part == Part::Whole {
            Progress::Whole
        } else {
            Progress::More
        })
    }

    /// The connection ended: is the answer whole?
    pub(super) fn end(&mut self) -> Result<(), Broken> {
        match self.part {
            Part::Whole => Ok(()),
            Part::UntilClose => {
                self.part = Part::Whole;
                Ok(())
            }
            Part::Head if !self.buffer.is_empty() => Err(Broken::InHead {
                received: self.buffer.len(),
            }),
            Part::Head if self.interim > 0 => Err(Broken::AfterInterim),
            Part::Head => Err(Broken::BeforeAnswer),
            Part::Length { .. } | Part::Chunked(_) => {
                let (received, expected) = self.body_progress();
                Err(Broken::InBody { received, expected })
            }
        }
    }

    /// The answer ends where the connection does.
    pub(super) fn ends_with_connection(&self) -> bool {
        self.part == Part::UntilClose
    }

    /// Bytes of an unfinished head; `None` once the head is whole.
    pub(super) fn head_progress(&self) -> Option<usize> {
        (self.part == Part::Head).then_some(self.buffer.len())
    }

    /// Bytes of the body that came, and how many were announced.
    pub(super) fn body_progress(&self) -> (u64, Option<u64>) {
        match self.part {
            Part::Length { left, total } => (total - left, Some(total)),
            _ => (self.body.len() as u64, None),
        }
    }

    /// Whether anything of any answer came.
    pub(super) fn has_begun(&self) -> bool {
        self.part != Part::Head || self.interim > 0 || !self.buffer.is_empty()
    }

    /// Bytes that came after the end of the answer.
    pub(super) fn surplus(&self) -> usize {
        if self.part == Part::Whole && !self.body_cut {
            self.buffer.len()
        } else {
            0
        }
    }

    /// Whether another request may follow on the connection.
    pub(super) fn may_follow(&self) -> bool {
        self.persistent && self.part == Part::Whole && !self.body_cut && self.buffer.is_empty()
    }

    /// Status, head and body so far, whether it was cut, and the buffer for another answer.
    pub(super) fn into_parts(mut self) -> (Option<u16>, Bytes, Bytes, bool) {
        if self.part == Part::Head {
            // No head was made out, so the raw bytes are what there is to look at.
            self.buffer.truncate(self.limits.head);
            self.head = self.buffer.freeze();
        }
        (self.status, self.head, self.body.freeze(), self.body_cut)
    }

    fn keep(&mut self, length: usize) -> Progress {
        keep(
            &mut self.buffer,
            length,
            &mut self.body,
            self.limits.body,
            &mut self.body_cut,
        )
    }

    /// Reads one head, interim or final; false if it is not all there yet.
    fn read_head(&mut self) -> Result<bool, InvalidAnswer> {
        if self.buffer.is_empty() {
            return Ok(false);
        }
        let Some(head) = parse(&self.buffer)? else {
            if self.interim_bytes + self.buffer.len() > self.limits.head {
                return Err(InvalidAnswer::HeadTooLong {
                    limit: self.limits.head,
                });
            }
            return Ok(false);
        };
        if self.interim_bytes + head.length > self.limits.head {
            return Err(InvalidAnswer::HeadTooLong {
                limit: self.limits.head,
            });
        }
        if head.status / 100 == 1 && head.status != 101 {
            if self.interim == self.limits.interim {
                return Err(InvalidAnswer::InterimFlood {
                    count: self.interim + 1,
                });
            }
            self.interim += 1;
            self.interim_bytes += head.length;
            bytes::Buf::advance(&mut self.buffer, head.length);
            return Ok(true);
        }
        self.status = Some(head.status);
        // Copied, so that a short head does not hold a whole read buffer in memory.
        self.head = Bytes::copy_from_slice(&self.buffer[..head.length]);
        bytes::Buf::advance(&mut self.buffer, head.length);
        self.part = Part::UntilClose;
        if head.status == 101 {
            return Err(InvalidAnswer::Switched);
        }
        self.persistent = head.persistent;
        self.part = if self.asked_for_head || matches!(head.status, 204 | 304) {
            Part::Whole
        } else {
            match head.framing? {
                Framing::Chunked => Part::Chunked(Chunks::Size),
                Framing::Length(0) => Part::Whole,
                Framing::Length(total) => Part::Length { left: total, total },
                Framing::UntilClose => Part::UntilClose,
            }
        };
        Ok(true)
    }
}

/// Moves `length` bytes of the buffer into the body, up to the limit.
fn keep(buffer: &mut BytesMut, length: usize, body: &mut BytesMut, limit: usize, cut: &mut bool) -> Progress {
    let room = limit - body.len();
    let kept = length.min(room);
    body.extend_from_slice(&buffer[..kept]);
    bytes::Buf::advance(buffer, length);
    if length > room {
        *cut = true;
        return Progress::Whole;
    }
    Progress::More
}

enum Framing {
    Chunked,
    Length(u64),
    UntilClose,
}

struct Head {
    length: usize,
    status: u16,
    persistent: bool,
    framing: Result<Framing, InvalidAnswer>,
}

/// One head at the beginning of `bytes`, if it is whole.
fn parse(bytes: &[u8]) -> Result<Option<Head>, InvalidAnswer> {
    let mut few = [httparse::EMPTY_HEADER; 64];
    match parse_into(bytes, &mut few) {
        Err(httparse::Error::TooManyHeaders) => {
            // A head of n bytes has fewer than n / 3 headers, so this room is always enough.
            let mut many = vec![httparse::EMPTY_HEADER; bytes.len() / 3 + 1];
            parse_into(bytes, &mut many).map_err(|error| invalid_head(bytes, error))
        }
        parsed => parsed.map_err(|error| invalid_head(bytes, error)),
    }
}

fn parse_into<'b>(
    bytes: &'b [u8],
    headers: &mut [httparse::Header<'b>],
) -> Result<Option<Head>, httparse::Error> {
    let mut response = httparse::Response::new(headers);
    let httparse::Status::Complete(length) = response.parse(bytes)? else {
        return Ok(None);
    };
    let (status, minor) = (
        response.code.unwrap_or_default(),
        response.version.unwrap_or_default(),
    );
    let values = |name: &'static str| {
        response
            .headers
            .iter()
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .flat_map(|header| header.value.split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
    };
    let says = |word: &str| values("connection").any(|value| value.eq_ignore_ascii_case(word.as_bytes()));
    let persistent = if minor == 1 {
        !says("close")
    } else {
        says("keep-alive")
    };
    let framing = match values("transfer-encoding").next_back() {
        Some(coding) if coding.eq_ignore_ascii_case(b"chunked") => Ok(Framing::Chunked),
        // RFC 9112 section 6.3: another last coding ends with the connection.
        Some(_) => Ok(Framing::UntilClose),
        None => content_length(values("content-length")),
    };
    // Both a length and a coding: the coding counts, but nothing more is believed of this connection.
    let ambiguous = values("transfer-encoding").next().is_some()
        && (minor == 0 || values("content-length").next().is_some());
    Ok(Some(Head {
        length,
        status,
        persistent: persistent && !ambiguous,
        framing,
    }))
}

fn content_length<'v>(values: impl Iterator<Item = &'v [u8]>) -> Result<Framing, InvalidAnswer> {
    let mut length = None;
    for value in values {
        let digits = std::str::from_utf8(value)
            .ok()
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let Some(number) = digits.and_then(|digits| digits.parse::<u64>().ok()) else {
            return Err(InvalidAnswer::Length {
                value: excerpt(value),
            });
        };
        match length {
            Some(first) if first != number => {
                return Err(InvalidAnswer::Lengths {
                    first,
                    second: number,
                });
            }
            _ => length = Some(number),
        }
    }
    Ok(length.map_or(Framing::UntilClose, Framing::Length))
}

fn invalid_head(bytes: &[u8], error: httparse::Error) -> InvalidAnswer {
    let beginning = excerpt(bytes);
    let known = bytes.len().min(7);
    if bytes[..known] == b"HTTP/1."[..known] {
        return InvalidAnswer::Head {
            reason: error.to_string(),
            beginning,
        };
    }
    match bytes {
        // A TLS alert or handshake record.
        [0x15 | 0x16, 0x03, ..] => InvalidAnswer::Tls,
        // A SETTINGS frame on stream 0, with which an HTTP/2 server begins.
        [0, _, _, 4, _, 0, 0, 0, 0, ..] => InvalidAnswer::Http2,
        _ => InvalidAnswer::NotHttp { beginning },
    }
}

#[cfg(test)]
#[path = "tests/answer.rs"]
mod tests;
