//! Why a request cannot be said in some format: it is refused rather than said as something else.

/// Why a format cannot say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotExpressible {
    /// The command prompt of Windows: a line break, a control character or anything outside ASCII.
    #[error("the {part} has characters that the command prompt cannot pass on")]
    Characters {
        /// `target`, `headers` or `body`.
        part: &'static str,
    },
    /// More than the command prompt takes, 8191 characters.
    #[error("the command would be longer than the `8191` characters that the command prompt takes")]
    TooLong,
    /// The client writes the target in another way: it takes `.` and `..` out, or encodes a character.
    #[error("{client} would send another path or query than this one")]
    Target {
        /// Which client.
        client: &'static str,
    },
    /// The client has no such method, or changes its case.
    #[error("{client} cannot send this method")]
    Method {
        /// Which client.
        client: &'static str,
    },
    /// The client sends no body with this method.
    #[error("{client} sends no body with this method")]
    Body {
        /// Which client.
        client: &'static str,
    },
    /// Bytes that are no text, where there is only text.
    #[error("the request has bytes that cannot be shown as text")]
    NoText,
    /// The client refuses the name, or a control character in the value.
    #[error("{client} cannot send one of the headers")]
    Header {
        /// Which client.
        client: &'static str,
    },
}

impl NotExpressible {
    /// What to do about it.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Characters { .. } | Self::TooLong => "copy it for PowerShell instead",
            Self::Target { .. }
            | Self::Method { .. }
            | Self::Body { .. }
            | Self::Header { .. }
            | Self::NoText => "copy it as cURL, which sends every byte as it is",
        }
    }
}
