//! What the capture path hands on: one request as it came from the socket, before anybody judged it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use super::{Header, RawHead, Timestamp};

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

/// Something about the form of a request that a reader should know, though it did not stop it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Both `Content-Length` and `Transfer-Encoding`: a proxy and a server may disagree on where it ends.
    AmbiguousFraming,
    /// `Content-Length` came more than once.
    RepeatedContentLength,
    /// No `Host` header in an HTTP/1.1 request (RFC 9112 section 3.2 wants exactly one).
    NoHost,
    /// More than one `Host` header.
    SeveralHosts,
    /// Lines end in a bare line feed.
    BareLineFeed,
    /// The head could not be recorded exactly and was rebuilt from what the parser saw.
    RebuiltHead,
    /// The sender asked to switch protocols; it was answered as plain HTTP.
    UpgradeAsked,
    /// The target is a whole URL, as a proxy would get it.
    AbsoluteTarget,
    /// A header value or the target has bytes that are not UTF-8.
    NotUtf8,
    /// `Transfer-Encoding` names more than `chunked`: the body is kept in that coding, as it was sent.
    TransferCoded,
}

/// How the request was framed on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Framing {
    /// `Content-Length` as declared, in bytes.
    pub declared_length: Option<u64>,
    /// The body came in chunks.
    pub chunked: bool,
    /// The sender waited for `100 Continue`.
    pub expect_continue: bool,
    /// The place of the request on its connection, from 0.
    pub position: u32,
    /// Trailer fields that came after a chunked body.
    pub trailers: Vec<Header>,
    /// What a reader should know of its form.
    pub marks: Vec<Mark>,
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
