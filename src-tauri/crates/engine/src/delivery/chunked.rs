//! Takes chunked transfer coding off a body (RFC 9112 section 7.1), naming the first thing that is wrong with it.
//!
//! Strict where hyper is strict: a bench that shrugs at bad framing would hide the fault it is used to find.

use bytes::{Buf, BytesMut};

use super::answer::InvalidAnswer;

/// A chunk-size line may carry extensions, but not a novel.
const SIZE_LINE_LIMIT: usize = 4 * 1024;

/// How far into the coding we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunks {
    /// Before a size line.
    Size,
    /// In the data of a chunk.
    Data {
        /// Bytes of it still to come.
        left: u64,
    },
    /// Before the line break after the data.
    DataEnd,
    /// In the trailer section.
    Trailers {
        /// Bytes of it that came.
        seen: usize,
    },
    /// The whole body came.
    Done,
}

impl Chunks {
    /// Takes what can be taken from `buffer` and hands data to `keep`, which says whether it wants more.
    pub(super) fn take(
        &mut self,
        buffer: &mut BytesMut,
        trailer_limit: usize,
        mut keep: impl FnMut(&mut BytesMut, usize) -> bool,
    ) -> Result<(), InvalidAnswer> {
        loop {
            match *self {
                Self::Size => {
                    let wrong = |found| InvalidAnswer::ChunkSize { found };
                    let Some(line) = line(buffer, SIZE_LINE_LIMIT, wrong)? else {
                        return Ok(());
                    };
                    let size = size(&line)?;
                    *self = if size == 0 {
                        Self::Trailers { seen: 0 }
                    } else {
                        Self::Data { left: size }
                    };
                }
                Self::Data { left } => {
                    if buffer.is_empty() {
                        return Ok(());
                    }
                    let now = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
                    let more = keep(buffer, now);
                    let left = left - now as u64;
                    *self = if left == 0 {
                        Self::DataEnd
                    } else {
                        Self::Data { left }
                    };
                    if !more {
                        return Ok(());
                    }
                }
                Self::DataEnd => {
                    let known = buffer.len().min(2);
                    if buffer[..known] != b"\r\n"[..known] {
                        return Err(InvalidAnswer::ChunkEnd {
                            found: excerpt(buffer),
                        });
                    }
                    if known < 2 {
                        return Ok(());
                    }
                    buffer.advance(2);
                    *self = Self::Size;
                }
                Self::Trailers { seen } => {
                    let wrong = |found| InvalidAnswer::Trailer { found };
                    let Some(line) = line(buffer, trailer_limit.saturating_sub(seen), wrong)? else {
                        return Ok(());
                    };
                    *self = if line.is_empty() {
                        Self::Done
                    } else {
                        Self::Trailers {
                            seen: seen + line.len(),
                        }
                    };
                }
                Self::Done => return Ok(()),
            }
        }
    }
}

/// The next whole line without its break, if it is there; `wrong` says what it is if it is no line.
fn line(
    buffer: &mut BytesMut,
    limit: usize,
    wrong: impl Fn(String) -> InvalidAnswer,
) -> Result<Option<BytesMut>, InvalidAnswer> {
    match buffer.iter().take(limit + 2).position(|byte| *byte == b'\n') {
        Some(end) if end > 0 && buffer[end - 1] == b'\r' => {
            let line = buffer.split_to(end - 1);
            buffer.advance(2);
            Ok(Some(line))
        }
        Some(end) => Err(wrong(excerpt(&buffer[..=end]))),
        None if buffer.len() > limit + 2 => Err(wrong(excerpt(buffer))),
        None => Ok(None),
    }
}

fn size(line: &[u8]) -> Result<u64, InvalidAnswer> {
    let wrong = || InvalidAnswer::ChunkSize { found: excerpt(line) };
    let digits = line
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default()
        .trim_ascii_end();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(wrong());
    }
    let digits = std::str::from_utf8(digits).map_err(|_| wrong())?;
    u64::from_str_radix(digits, 16).map_err(|_| wrong())
}

/// The beginning of what came, printable whatever it is.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    const LENGTH: usize = 60;
    let shown = bytes[..bytes.len().min(LENGTH)].escape_ascii().to_string();
    if bytes.len() > LENGTH {
        format!("{shown}…")
    } else {
        shown
    }
}
