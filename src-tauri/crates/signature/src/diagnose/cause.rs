//! The causes there are. Their codes are stable and documented here; programs may branch on them.

use serde::{Serialize, Serializer};

/// Why a signature does not hold.
///
/// | code | what happened |
/// | --- | --- |
/// | `nothing-wrong` | the signature is right |
/// | `expired` | it is right and was too old when it was received |
/// | `from-the-future` | it is right and its time was ahead of the time of receipt |
/// | `missing` | there is no signature |
/// | `unsigned-by-design` | there is no signature, and the provider sends none with this request |
/// | `no-secret` | there is no secret to check with |
/// | `not-a-signature` | what stands in its place cannot be a signature of this scheme |
/// | `header-renamed` | it is there under a name that something changed |
/// | `header-mangled` | it is there, but blanks, quotes or joined lines were put in |
/// | `signature-altered` | the signature itself was cut short or changed |
/// | `wrong-item` | the right signature is in the header, under a version or key that does not count |
/// | `encoding` | the bytes are right and written in another encoding |
/// | `letter-case` | the text is right but for upper and lower case |
/// | `other-secret` | made with another stored secret |
/// | `previous-secret` | made with a secret that was replaced |
/// | `wrong-kind-of-secret` | the secret looks like another kind of key (not proved) |
/// | `secret-blanks` | blanks, line ends or invisible characters in the secret |
/// | `secret-quotes` | quotes around the secret |
/// | `secret-escaped` | the secret is percent-encoded or holds a written `\n` |
/// | `secret-encoding` | the secret is decoded and should not be, or the other way round |
/// | `secret-prefix` | a prefix such as `whsec_` is kept and should not be, or the other way round |
/// | `secret-hashed` | a digest of the secret is the key |
/// | `secret-miscopied` | characters of the secret are missing, too many or others |
/// | `empty-key` | made with an empty key: anybody could have made it |
/// | `body-reserialised` | the JSON was parsed and written again |
/// | `body-escapes` | `/`, `<`, `>`, `&` or line separators are escaped differently |
/// | `body-unicode` | non-ASCII characters are escaped, decoded or composed differently |
/// | `body-charset` | the body was read or written in another charset |
/// | `body-byte-order-mark` | a byte order mark was added or removed |
/// | `body-newline` | a line end or blanks at the ends were added, removed or changed |
/// | `body-base64` | the body was base64-encoded on the way |
/// | `body-compression` | the signature is over the other of compressed and decompressed |
/// | `body-quoted` | the JSON was put into a JSON string, or taken out |
/// | `body-duplicated` | the body is there twice |
/// | `body-altered` | one byte of the body is another, missing or too many |
/// | `body-incomplete` | the body is shorter or longer than was announced (not proved) |
/// | `body-destroyed` | characters were replaced before the message came here (not proved, but certain) |
/// | `body-empty` | an empty body was signed: it had been read already |
/// | `body-object` | `[object Object]` was signed in place of the body |
/// | `form-payload` | the JSON inside a form was signed, or the form around it |
/// | `form-encoding` | the form was written again |
/// | `url-scheme`, `url-host`, `url-port`, `url-path`, `url-query` | that part of the URL was another |
/// | `url` | several parts of the URL were others |
/// | `wrong-hash` | another hash function |
/// | `plain-hash` | a digest in place of an HMAC |
/// | `timestamp-omitted` | the time was left out of what is signed |
/// | `timestamp-unit` | the time was signed in another unit |
/// | `timestamp-altered` | the time that came is not the one that was signed |
/// | `content-altered` | one byte of something else that is signed (an id, a header, the URL) is another |
/// | `wrong-content` | something else was signed |
/// | `requirement` | a fact beside the signature does not hold: a digest, an audience, a key's id, a certificate's host, a whole document |
/// | `deliberate` | the provider sends a wrong signature on purpose, to see it refused (not proved) |
/// | `changed-on-the-way` | something on the way rewrites bodies (not proved) |
/// | `comparison` | the value is right: the fault is in how it is compared |
/// | `unreadable-key` | no key can be made of the secret |
/// | `unknown` | nothing that was tried fits |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table above says what each one is")]
pub enum Cause {
    NothingWrong,
    Expired,
    FromTheFuture,
    Missing,
    UnsignedByDesign,
    NoSecret,
    NotASignature,
    HeaderRenamed,
    HeaderMangled,
    SignatureAltered,
    WrongItem,
    Encoding,
    LetterCase,
    OtherSecret,
    PreviousSecret,
    WrongKindOfSecret,
    SecretBlanks,
    SecretQuotes,
    SecretEscaped,
    SecretEncoding,
    SecretPrefix,
    SecretHashed,
    SecretMiscopied,
    EmptyKey,
    BodyReserialised,
    BodyEscapes,
    BodyUnicode,
    BodyCharset,
    BodyByteOrderMark,
    BodyNewline,
    BodyBase64,
    BodyCompression,
    BodyQuoted,
    BodyDuplicated,
    BodyAltered,
    BodyIncomplete,
    BodyDestroyed,
    BodyEmpty,
    BodyObject,
    FormPayload,
    FormEncoding,
    UrlScheme,
    UrlHost,
    UrlPort,
    UrlPath,
    UrlQuery,
    Url,
    WrongHash,
    PlainHash,
    TimestampOmitted,
    TimestampUnit,
    TimestampAltered,
    ContentAltered,
    WrongContent,
    Requirement,
    Deliberate,
    ChangedOnTheWay,
    Comparison,
    UnreadableKey,
    Unknown,
}

impl Cause {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 60] = [
        Self::NothingWrong,
        Self::Expired,
        Self::FromTheFuture,
        Self::Missing,
        Self::UnsignedByDesign,
        Self::NoSecret,
        Self::NotASignature,
        Self::HeaderRenamed,
        Self::HeaderMangled,
        Self::SignatureAltered,
        Self::WrongItem,
        Self::Encoding,
        Self::LetterCase,
        Self::OtherSecret,
        Self::PreviousSecret,
        Self::WrongKindOfSecret,
        Self::SecretBlanks,
        Self::SecretQuotes,
        Self::SecretEscaped,
        Self::SecretEncoding,
        Self::SecretPrefix,
        Self::SecretHashed,
        Self::SecretMiscopied,
        Self::EmptyKey,
        Self::BodyReserialised,
        Self::BodyEscapes,
        Self::BodyUnicode,
        Self::BodyCharset,
        Self::BodyByteOrderMark,
        Self::BodyNewline,
        Self::BodyBase64,
        Self::BodyCompression,
        Self::BodyQuoted,
        Self::BodyDuplicated,
        Self::BodyAltered,
        Self::BodyIncomplete,
        Self::BodyDestroyed,
        Self::BodyEmpty,
        Self::BodyObject,
        Self::FormPayload,
        Self::FormEncoding,
        Self::UrlScheme,
        Self::UrlHost,
        Self::UrlPort,
        Self::UrlPath,
        Self::UrlQuery,
        Self::Url,
        Self::WrongHash,
        Self::PlainHash,
        Self::TimestampOmitted,
        Self::TimestampUnit,
        Self::TimestampAltered,
        Self::ContentAltered,
        Self::WrongContent,
        Self::Requirement,
        Self::Deliberate,
        Self::ChangedOnTheWay,
        Self::Comparison,
        Self::UnreadableKey,
        Self::Unknown,
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NothingWrong => "nothing-wrong",
            Self::Expired => "expired",
            Self::FromTheFuture => "from-the-future",
            Self::Missing => "missing",
            Self::UnsignedByDesign => "unsigned-by-design",
            Self::NoSecret => "no-secret",
            Self::NotASignature => "not-a-signature",
            Self::HeaderRenamed => "header-renamed",
            Self::HeaderMangled => "header-mangled",
            Self::SignatureAltered => "signature-altered",
            Self::WrongItem => "wrong-item",
            Self::Encoding => "encoding",
            Self::LetterCase => "letter-case",
            Self::OtherSecret => "other-secret",
            Self::PreviousSecret => "previous-secret",
            Self::WrongKindOfSecret => "wrong-kind-of-secret",
            Self::SecretBlanks => "secret-blanks",
            Self::SecretQuotes => "secret-quotes",
            Self::SecretEscaped => "secret-escaped",
            Self::SecretEncoding => "secret-encoding",
            Self::SecretPrefix => "secret-prefix",
            Self::SecretHashed => "secret-hashed",
            Self::SecretMiscopied => "secret-miscopied",
            Self::EmptyKey => "empty-key",
            Self::BodyReserialised => "body-reserialised",
            Self::BodyEscapes => "body-escapes",
            Self::BodyUnicode => "body-unicode",
            Self::BodyCharset => "body-charset",
            Self::BodyByteOrderMark => "body-byte-order-mark",
            Self::BodyNewline => "body-newline",
            Self::BodyBase64 => "body-base64",
            Self::BodyCompression => "body-compression",
            Self::BodyQuoted => "body-quoted",
            Self::BodyDuplicated => "body-duplicated",
            Self::BodyAltered => "body-altered",
            Self::BodyIncomplete => "body-incomplete",
            Self::BodyDestroyed => "body-destroyed",
            Self::BodyEmpty => "body-empty",
            Self::BodyObject => "body-object",
            Self::FormPayload => "form-payload",
            Self::FormEncoding => "form-encoding",
            Self::UrlScheme => "url-scheme",
            Self::UrlHost => "url-host",
            Self::UrlPort => "url-port",
            Self::UrlPath => "url-path",
            Self::UrlQuery => "url-query",
            Self::Url => "url",
            Self::WrongHash => "wrong-hash",
            Self::PlainHash => "plain-hash",
            Self::TimestampOmitted => "timestamp-omitted",
            Self::TimestampUnit => "timestamp-unit",
            Self::TimestampAltered => "timestamp-altered",
            Self::ContentAltered => "content-altered",
            Self::WrongContent => "wrong-content",
            Self::Requirement => "requirement",
            Self::Deliberate => "deliberate",
            Self::ChangedOnTheWay => "changed-on-the-way",
            Self::Comparison => "comparison",
            Self::UnreadableKey => "unreadable-key",
            Self::Unknown => "unknown",
        }
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.code())
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
