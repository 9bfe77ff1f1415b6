//! What the capture path hands on: one request as it came from the socket, before anybody judged it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use super::{Framing, RawHead, Timestamp};

/// How far a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Head and body came whole.
    Complete,
    /// The body went over the limit; what is kept is its beginning.
    Cut,
    /// The sender ended the connection, or fell silent, before the request was whole.
    Aborted,
    /// It was no request that HTTP/1.1 allows, or over a limit of the head; the bytes are kept as they came.
    Refused,
}

impl State {
    /// The word for it: `complete`, `cut`, `aborted` or `refused`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Cut => "cut",
            Self::Aborted => "aborted",
            Self::Refused => "refused",
        }
    }

    /// The state that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Complete, Self::Cut, Self::Aborted, Self::Refused]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// The version that a request line claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HttpVersion {
    /// `HTTP/1.0`
    Http10,
    /// `HTTP/1.1`
    Http11,
    /// Something else, or nothing: only refused requests have it.
    Unknown,
}

impl HttpVersion {
    /// `HTTP/1.0`, `HTTP/1.1` or the empty text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
            Self::Unknown => "",
        }
    }

    /// The version that stands in a request line.
    #[must_use]
    pub fn from_word(word: &[u8]) -> Self {
        match word {
            b"HTTP/1.0" => Self::Http10,
            b"HTTP/1.1" => Self::Http11,
            _ => Self::Unknown,
        }
    }
}

/// The bytes of a body after transfer framing, in memory or, above the spool threshold, in a file.
#[derive(Debug, Clone)]
pub enum Body {
    /// All of it.
    Memory(Bytes),
    /// A spool file, removed when the last holder lets go of it.
    Spooled {
        /// Where it lies; the drop of this handle deletes the file.
        file: Arc<tempfile::TempPath>,
        /// Its length in bytes.
        length: u64,
    },
}

impl Body {
    /// The length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Spooled { length, .. } => *length,
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The spool file, where it is in one.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        match self {
            Self::Memory(_) => None,
            Self::Spooled { file, .. } => Some(file.to_path_buf()),
        }
    }
}

/// One request as it came from the socket.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// When its first byte came.
    pub received_at: Timestamp,
    /// µs from the first byte to the last.
    pub took_micros: u64,
    /// Who sent it.
    pub peer: SocketAddr,
    /// The head as the bytes on the wire.
    pub head: RawHead,
    /// The version in the request line.
    pub version: HttpVersion,
    /// The body, as far as it came and was kept.
    pub body: Body,
    /// SHA-256 over the kept body.
    pub body_sha256: [u8; 32],
    /// How far it came.
    pub state: State,
    /// Why it is not complete, in a sentence without a full stop; `None` when it is.
    pub reason: Option<String>,
    /// How it was framed.
    pub framing: Framing,
}
