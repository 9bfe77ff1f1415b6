//! Checking: one judgement, told briefly ([`check`]) or in full ([`verify`]).

use crate::message::Message;
use crate::report::Report;
use crate::scheme::Scheme;
use crate::secret::Secret;
use crate::verdict::Verdict;

/// The short answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// The outcome.
    pub verdict: Verdict,
    /// The index of the secret that matched.
    pub secret: Option<usize>,
}

/// Judges a message without telling the story: the form for the path on which a sender waits.
#[must_use]
pub fn check(_scheme: &Scheme, _message: &Message<'_>, _secrets: &[Secret]) -> Checked {
    Checked {
        verdict: Verdict::Unknown,
        secret: None,
    }
}

/// Judges a message and tells the story.
#[must_use]
pub fn verify(_scheme: &Scheme, _message: &Message<'_>, _secrets: &[Secret]) -> Report {
    Report {
        verdict: Verdict::Unknown,
        sentence: String::new(),
        way: None,
        algorithm: None,
        found: Vec::new(),
        candidates: Vec::new(),
        key: None,
        content: None,
        digests: None,
        age: None,
        checks: Vec::new(),
        notes: Vec::new(),
    }
}
