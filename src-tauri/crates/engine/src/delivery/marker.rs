//! A header that says through which Hookbench a request has passed, so that a loop is known however long its chain is.
//!
//! It goes where a request could come back unseen: along with what is forwarded by itself, and to targets that are
//! neither on this machine nor in a private network. Each data file has its own word, and each adds its own line.

use super::plan::Outgoing;
use super::{Change, header_rule};
use crate::model::{HeaderRule, RawHead};

/// The name of the header.
pub const MARKER: &str = "Hookbench-Passed";

/// `outgoing` with the line of the data file called `word`, unless it has it already.
#[must_use]
pub fn marked(outgoing: Outgoing, word: &str) -> Outgoing {
    if has_passed(&RawHead::new(outgoing.head.clone()), word) {
        return outgoing;
    }
    let line = HeaderRule::Add {
        name: MARKER.to_owned(),
        value: word.to_owned(),
    };
    header_rule::apply(outgoing, &[line])
}

/// Whether a request with this head has passed through the data file called `word` before.
#[must_use]
pub fn has_passed(head: &RawHead, word: &str) -> bool {
    head.headers()
        .iter()
        .any(|header| header.is(MARKER) && header.value.trim_ascii() == word.as_bytes())
}

/// Whether `change` is the marker's line.
#[must_use]
pub fn is_marker(change: &Change) -> bool {
    matches!(change, Change::Added { line } if line.starts_with(MARKER.as_bytes()))
}
