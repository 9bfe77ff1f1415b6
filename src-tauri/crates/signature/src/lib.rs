//! Webhook signatures: making, checking and explaining them.
//!
//! The boundary is here so that the same judgement can be asked for at capture, again from the history, from a
//! terminal and from a test, and always comes out the same. Bytes and times go in, an explanation comes out. What is
//! absent on purpose: no clock, no files, no network, no async, no knowledge of any one provider. Providers are
//! [`Scheme`]s, and schemes are data.
//!
//! * [`check`] answers with a [`Verdict`] only; it is what runs while a sender waits.
//! * [`verify`] tells the whole story as a [`Report`].
//! * [`sign`] is the inverse.
//! * [`diagnose`] proves why a signature does not hold, [`explain`] which mistake gives a value.
//! * [`snippet`] writes the check in a language of the person's own.
//! * [`discover`] finds the scheme of a sender nobody has described; [`likely`] says what it looks like.

mod answer;
mod asymmetric;
mod content;
mod diagnose;
mod digest;
mod discover;
mod encoding;
mod examine;
mod grammar;
mod judge;
mod jwt;
mod key;
mod literal;
mod message;
mod read;
mod report;
mod role;
mod scheme;
mod secret;
mod shortened;
mod sign;
mod snippet;
mod tell;
mod template;
mod test_key;
mod verdict;
mod verify;
mod view;

pub use answer::keyed_digest;
pub use diagnose::{
    Action, Budget, Cause, Context, Diagnosis, Difference, Excluded, Hint, Proof, Question, Remedy, diagnose,
    explain,
};
pub use discover::{Discovered, discover, likely};
pub use literal::literal;
pub use message::{Draft, HeaderLine, Message, Micros};
pub use report::{
    Age, CONTENT_CAP, Candidate, Check, Content, Digests, Found, KeyUsed, Note, NoteCode, Part, PartKind,
    Report, Span, TokenParts,
};
pub use role::{HeaderRole, header_roles};
pub use scheme::{
    Algorithm, Condition, Encoding, Hash, Id, Parameter, Requirement, ResolveError, Scheme, SecretDecoding,
    SecretForm, Setting, Signature, Timestamp, TimestampUnit,
};
pub use secret::Secret;
pub use shortened::shortened;
pub use sign::{SignError, Signed, sign};
pub use snippet::{Language, NotExpressible, UnknownLanguage, snippet};
pub use template::{Filter, JsonPath, Source, Template, TemplateError, TemplatePart, fill_parameters};
pub use test_key::{TestKey, sign_with_test_key};
pub use verdict::{UnknownVerdict, Verdict};
pub use verify::{Checked, check, verify};
