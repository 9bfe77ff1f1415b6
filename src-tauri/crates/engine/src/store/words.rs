//! The words that stand in the file for what the model says in types.

use crate::model::{HttpVersion, State, Verdict};

/// The verdict of a word; one that a later version invented is unknown here.
pub(super) fn verdict_of(word: &str) -> Verdict {
    word.parse().unwrap_or(Verdict::Unknown)
}

pub(super) fn state_of(word: &str) -> State {
    State::from_word(word).unwrap_or(State::Refused)
}

pub(super) fn version_of(word: &str) -> HttpVersion {
    HttpVersion::from_word(word.as_bytes())
}
