//! The words that stand in the file for what the model says in types.

use crate::model::{HttpVersion, State, Verdict};

/// Every verdict with its word, as the terminal prints it too.
pub(crate) const VERDICTS: [(Verdict, &str); 8] = [
    (Verdict::Valid, "valid"),
    (Verdict::Invalid, "invalid"),
    (Verdict::Expired, "expired"),
    (Verdict::Missing, "missing"),
    (Verdict::Malformed, "malformed"),
    (Verdict::NoSecret, "no secret"),
    (Verdict::Unsigned, "unsigned"),
    (Verdict::Unknown, "unknown"),
];

pub(super) fn verdict_word(verdict: Verdict) -> &'static str {
    VERDICTS
        .iter()
        .find(|(known, _)| *known == verdict)
        .map_or("unknown", |(_, word)| word)
}

/// The verdict of a word; one that a later version invented is unknown here.
pub(super) fn verdict_of(word: &str) -> Verdict {
    VERDICTS
        .iter()
        .find(|(_, known)| *known == word)
        .map_or(Verdict::Unknown, |(verdict, _)| *verdict)
}

pub(super) fn state_of(word: &str) -> State {
    State::from_word(word).unwrap_or(State::Refused)
}

pub(super) fn version_of(word: &str) -> HttpVersion {
    HttpVersion::from_word(word.as_bytes())
}
