//! The story of a check: what was found, which key was used, what was signed, what came out.
//!
//! A report holds no secret and no key. It may be stored, shown and exported.

use serde::{Serialize, Serializer};

use crate::message::Micros;
use crate::verdict::Verdict;

/// The most of the signed content that a report carries; lengths and spans are exact beyond it.
pub const CONTENT_CAP: usize = 64 * 1024;

/// Bytes from `start` up to and without `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// The whole story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The outcome.
    pub verdict: Verdict,
    /// The outcome in one sentence, for a person.
    pub sentence: String,
    /// The title of the alternative that was taken, where the scheme has several.
    pub way: Option<String>,
    /// The algorithm as people write it.
    pub algorithm: Option<&'static str>,
    /// The places where signatures were found, taken apart.
    pub found: Vec<Found>,
    /// The signatures taken out of them.
    pub candidates: Vec<Candidate>,
    /// The secret that matched; where none did, the first that could be used.
    pub key: Option<KeyUsed>,
    /// What was signed.
    pub content: Option<Content>,
    /// What was computed and what came.
    pub digests: Option<Digests>,
    /// The age at the time of receipt.
    pub age: Option<Age>,
    /// The token's header and claims, where the signature is a JWT.
    pub token: Option<TokenParts>,
    /// The facts that had to hold beside the signature.
    pub checks: Vec<Check>,
    /// What is worth knowing though it does not change the verdict.
    pub notes: Vec<Note>,
}

impl Report {
    /// The report of a message that there was nothing to check by: no scheme, an incomplete one, or no whole message.
    #[must_use]
    pub fn without_check(verdict: Verdict, sentence: impl Into<String>) -> Self {
        Self {
            verdict,
            sentence: sentence.into(),
            way: None,
            algorithm: None,
            found: Vec::new(),
            candidates: Vec::new(),
            key: None,
            content: None,
            token: None,
            digests: None,
            age: None,
            checks: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// A place that holds a signature, and how its text was taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The place, as a person reads it: `X-Hub-Signature-256`.
    pub place: String,
    /// Its index among the header lines, if it is one.
    pub header_index: Option<usize>,
    /// Its text; masked where the text is itself the secret.
    pub text: String,
    /// Which bytes of `text` are what, in order.
    pub parts: Vec<Part>,
}

/// A stretch of text or content, and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Its name, where it has one: a header, a field, a key.
    pub label: Option<String>,
    /// Where it is.
    pub span: Span,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum PartKind {
    Literal,
    Body,
    Timestamp,
    Id,
    Method,
    Url,
    Header,
    Query,
    Form,
    Json,
    Claim,
    /// A digest of something.
    Digest,
    /// The secret; its bytes are replaced.
    Secret,
    /// A prefix such as `sha256=`.
    Prefix,
    /// An item that is a signature.
    Signature,
    /// Any other item of a list.
    Other,
}

/// One signature taken out of the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Its text; masked where it is itself the secret.
    pub text: String,
    /// The index of its place in `found`.
    pub found: usize,
    /// Whether it is the one that matched.
    pub matched: bool,
}

/// The secret that was used: never its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyUsed {
    /// Its index among the secrets given.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// A form that may be shown: `whsec_••••••••`.
    pub masked: String,
    /// How it became a key: `the text as pasted`, `base64 after whsec_`.
    pub form: String,
    /// The key's length in bytes.
    pub key_length: usize,
}

/// What was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Content {
    /// The template it was made by.
    pub template: String,
    /// Its bytes without what is left out, at most [`CONTENT_CAP`]; base64 when serialised.
    #[serde(serialize_with = "as_base64", rename = "base64")]
    pub bytes: Vec<u8>,
    /// Its whole length.
    pub length: usize,
    /// The middle that is left out of `bytes`, where it is long: what stands before and after the body is there.
    pub left_out: Option<Span>,
    /// Its parts, in order, without gaps, over the whole length.
    pub parts: Vec<Part>,
}

impl Content {
    /// Its beginning and its end, at most so many bytes, and what of the whole is left out between them.
    #[must_use]
    pub fn ends(&self, most: usize) -> (Vec<u8>, Option<Span>) {
        if self.bytes.len() <= most {
            return (self.bytes.clone(), self.left_out);
        }
        let tail = most / 4;
        let head = most - tail;
        let bytes = [&self.bytes[..head], &self.bytes[self.bytes.len() - tail..]].concat();
        let left_out = Span {
            start: head,
            end: self.length - tail,
        };
        (bytes, Some(left_out))
    }
}

fn as_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    use base64::Engine as _;
    serializer.serialize_str(&base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// What was computed and what came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Digests {
    /// What was computed, in the scheme's encoding. Absent for public-key signatures: only the sender can make them.
    pub expected: Option<String>,
    /// The same in hex.
    pub expected_hex: Option<String>,
    /// What came, as text.
    pub received: String,
    /// The same in hex, if it can be decoded.
    pub received_hex: Option<String>,
    /// The first character in which `expected` and `received` differ; none if they are equal.
    pub first_difference: Option<usize>,
}

/// Age against tolerance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Age {
    /// The time of signing.
    pub signed_at: Micros,
    /// As it was written.
    pub text: String,
    /// Time of receipt minus time of signing, in microseconds; negative if the sender was ahead. Absent if the time
    /// of receipt is not known.
    pub age_micros: Option<i64>,
    /// The greatest age in seconds.
    pub past: Option<u32>,
    /// The greatest lead in seconds.
    pub future: Option<u32>,
    /// Whether it was within both when received (true where it is not judged).
    pub within: bool,
}

impl Age {
    /// Whether it would be within the tolerance at another time: now, say.
    #[must_use]
    pub fn within_at(&self, time: Micros) -> bool {
        let age = time.0.saturating_sub(self.signed_at.0);
        let micros = |seconds: u32| i64::from(seconds) * 1_000_000;
        self.past.is_none_or(|past| age <= micros(past))
            && self
                .future
                .is_none_or(|future| age.saturating_neg() <= micros(future))
    }
}

/// A token's readable parts, as JSON text. They are to be believed only if the verdict says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenParts {
    /// Its header.
    pub header: String,
    /// Its claims.
    pub claims: String,
}

/// A fact that had to hold, and whether it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at: `claim:aud`.
    pub subject: String,
    /// What was asked, in words.
    pub asked: String,
    /// What was there.
    pub found: Option<String>,
    /// Whether it holds.
    pub holds: bool,
}

/// Something worth knowing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Its kind, stable.
    pub code: NoteCode,
    /// In a sentence.
    pub text: String,
}

/// The kinds of notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteCode {
    /// Some of the message is not protected by the signature.
    NotCovered,
    /// The body is not UTF-8: receivers that decode it to text will refuse it.
    BodyNotText,
    /// The body is empty: some SDKs refuse that.
    BodyEmpty,
    /// The body starts with a byte order mark.
    ByteOrderMark,
    /// Bytes were already replaced by U+FFFD before the message came here.
    ReplacementCharacters,
    /// MD5 or SHA-1.
    WeakHash,
    /// The key has no bytes or next to none.
    EmptyKey,
    /// A secret could not be turned into a key.
    SecretUnusable,
    /// The secret has blanks around it.
    SecretBlanks,
    /// Several signatures came, and one matched that is not the first.
    NotFirst,
    /// The time could not be read, or is not there, so the age was not judged.
    AgeNotJudged,
    /// The sender's clock was ahead.
    FromTheFuture,
    /// The URL the sender used is not known and was put together from headers.
    UrlAssumed,
    /// A weaker signature came too and was not used.
    OtherSignature,
    /// A key or certificate that the provider would have fetched was given by hand.
    KeyByHand,
    /// It was made with a key pair of our own, not by the provider.
    TestKey,
    /// A certificate was outside its validity when the message was received.
    CertificateDates,
}
