//! Checking: one judgement, told briefly ([`check`]) or in full ([`verify`]).

use crate::judge::judge;
use crate::message::Message;
use crate::report::Report;
use crate::scheme::Scheme;
use crate::secret::Secret;
use crate::tell::{Asked, tell};
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
pub fn check(scheme: &Scheme, message: &Message<'_>, secrets: &[Secret]) -> Checked {
    judge(scheme, message, secrets, |judgement| {
        let attempt = judgement.attempt.as_ref().filter(|_| judgement.matched);
        let key = attempt.and_then(|attempt| judgement.keys.get(attempt.key));
        Checked {
            verdict: judgement.verdict,
            secret: key.map(|key| key.secret),
        }
    })
}

/// Judges a message and tells the story.
#[must_use]
pub fn verify(scheme: &Scheme, message: &Message<'_>, secrets: &[Secret]) -> Report {
    judge(scheme, message, secrets, |judgement| {
        tell(
            judgement,
            &Asked {
                scheme,
                message,
                secrets,
            },
        )
    })
}
