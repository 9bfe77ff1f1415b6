//! The same event under another delivery id: a target that has seen the old one takes it for a new event.

use bytes::Bytes;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::delivery::plan::without_break;
use crate::delivery::{Change, Outgoing};

/// An id of the same form: its last letters and digits are others.
pub(super) fn other_id(key: &str) -> String {
    let mut dice = [0; 16];
    if SystemRandom::new().fill(&mut dice).is_err() {
        dice = [7; 16];
    }
    let mut dice = dice.into_iter();
    let mut changed: Vec<char> = key
        .chars()
        .rev()
        .map(|letter| {
            let set: &[u8] = match letter {
                '0'..='9' => b"0123456789",
                'a'..='f' => b"abcdef",
                'g'..='z' => b"ghijklmnopqrstuvwxyz",
                'A'..='Z' => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                _ => return letter,
            };
            match dice.next() {
                // Never the same letter, so that the id is another one whatever the dice say.
                Some(roll) => {
                    let place = set
                        .iter()
                        .position(|other| char::from(*other) == letter)
                        .unwrap_or(0);
                    let step = 1 + usize::from(roll) % (set.len() - 1);
                    char::from(set[(place + step) % set.len()])
                }
                None => letter,
            }
        })
        .collect();
    changed.reverse();
    changed.into_iter().collect()
}

/// `outgoing` with `before` replaced by `after`, which is as long, in its header values and its body.
pub(super) fn renamed(outgoing: &Outgoing, before: &str, after: &str) -> Option<Outgoing> {
    let line_end = memchr::memchr(b'\n', &outgoing.head)? + 1;
    let (line, headers) = outgoing.head.split_at(line_end);
    let headers_after = replaced(headers, before, after);
    let body = replaced(&outgoing.body, before, after);
    if headers_after.is_none() && body.is_none() {
        return None;
    }
    let headers_after = headers_after.unwrap_or_else(|| headers.to_vec());
    let mut changes = outgoing.changes.clone();
    changes.extend(changed_lines(headers, &headers_after));
    Some(Outgoing {
        head: [line, &headers_after].concat().into(),
        body: body.map_or_else(|| outgoing.body.clone(), Bytes::from),
        changes,
        ..outgoing.clone()
    })
}

/// The lines that are not the same in two heads of as many lines.
fn changed_lines(before: &[u8], after: &[u8]) -> Vec<Change> {
    let lines = |head: &[u8]| -> Vec<Bytes> {
        head.split_inclusive(|byte| *byte == b'\n')
            .map(|line| Bytes::copy_from_slice(without_break(line)))
            .collect()
    };
    lines(before)
        .into_iter()
        .zip(lines(after))
        .filter(|(before, after)| before != after)
        .map(|(before, after)| Change::Replaced { before, after })
        .collect()
}

fn replaced(bytes: &[u8], before: &str, after: &str) -> Option<Vec<u8>> {
    let mut changed = bytes.to_vec();
    let mut found = false;
    for at in memchr::memmem::find_iter(bytes, before) {
        changed[at..at + before.len()].copy_from_slice(after.as_bytes());
        found = true;
    }
    found.then_some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_id_has_the_same_form() {
        for key in ["evt_1Nk9ZZ", "0b5c7f0e-8d1d-4a3c-9b8e-2f6b0c1d2e3f", "12345", "a"] {
            let other = other_id(key);
            assert_ne!(other, key, "another one");
            let form = |id: &str| -> Vec<bool> { id.chars().map(char::is_alphanumeric).collect() };
            assert_eq!(form(&other), form(key), "`{other}`");
            assert_eq!(other.len(), key.len(), "as long, so that no length changes");
        }
        assert!(
            other_id("evt_1NkABCDEFGHIJKLMNOP").starts_with("evt_1Nk"),
            "only its end changes"
        );
    }
}
