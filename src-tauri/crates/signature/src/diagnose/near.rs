//! Values and texts that are nearly right: a signature that was cut, a byte that changed, a secret copied badly.
//!
//! What is nearly right is proved like everything else here: a cut signature by so many equal characters that chance
//! is out of the question, a changed byte by the digest that comes out once it is changed back.

use crate::digest::Edit;

/// Fewer equal characters than this prove nothing: sixteen of hex are 64 bits.
const PROVING: usize = 16;

/// In which way `text` is nearly `right`.
pub(super) fn signature(text: &str, right: &str) -> Option<String> {
    if text == right || text.len() < PROVING || right.len() < PROVING {
        return None;
    }
    if right.starts_with(text) {
        return Some(format!(
            "only the first {} of its {} characters came",
            text.len(),
            right.len()
        ));
    }
    if right.ends_with(text) {
        return Some(format!(
            "only the last {} of its {} characters came",
            text.len(),
            right.len()
        ));
    }
    if text.contains(right) {
        return Some("something stands before or after it that is no part of it".to_owned());
    }
    let differing: Vec<usize> = text
        .bytes()
        .zip(right.bytes())
        .enumerate()
        .filter(|(_, (text, right))| text != right)
        .map(|(at, _)| at)
        .collect();
    let enough = right.len() >= PROVING + differing.len() && text.len() == right.len();
    match differing.as_slice() {
        [only] if enough => Some(format!("its character {} is another", only + 1)),
        [first, second] if enough => Some(format!(
            "its characters {} and {} are others",
            first + 1,
            second + 1
        )),
        _ => None,
    }
}

/// How thoroughly the neighbours of a text are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Every printable character everywhere, and every bit.
    Every,
    /// What happens most: a byte lost, two swapped, a digit or the case changed.
    Usual,
}

/// The most bytes that are hashed for all edits of one content, as if each try cost this much beside its content.
const WORK: usize = 32 << 20;
const EACH: usize = 192;

/// How far the edits of a content of this length may reach; `None` where it is too long for any.
pub(super) fn reach(length: usize) -> Option<Reach> {
    let work = |edits: usize| length.saturating_mul(edits).saturating_mul(length / 2 + EACH);
    if work(202) <= WORK {
        Some(Reach::Every)
    } else if work(5) <= WORK {
        Some(Reach::Usual)
    } else {
        None
    }
}

/// The edits at one place of a content.
pub(super) fn edits(content: &[u8], at: usize, reach: Reach) -> Vec<Edit> {
    let mut edits = Vec::new();
    let here = content.get(at).copied();
    if let Some(here) = here {
        edits.push(Edit::new(at, 1, b""));
        if let Some(next) = content.get(at + 1).copied().filter(|next| *next != here) {
            edits.push(Edit::new(at, 2, &[next, here]));
        }
    }
    match reach {
        Reach::Every => {
            for byte in (b' '..=b'~').chain([b'\n', b'\r', b'\t']) {
                edits.push(Edit::new(at, 0, &[byte]));
                if here.is_some_and(|here| here != byte) {
                    edits.push(Edit::new(at, 1, &[byte]));
                }
            }
            edits.extend(
                here.into_iter()
                    .flat_map(|here| (0..8).map(move |bit| Edit::new(at, 1, &[here ^ (1 << bit)]))),
            );
        }
        Reach::Usual => match here {
            Some(here @ b'0'..=b'9') => edits.extend(
                (b'0'..=b'9')
                    .filter(|digit| *digit != here)
                    .map(|digit| Edit::new(at, 1, &[digit])),
            ),
            Some(here) if here.is_ascii_alphabetic() => edits.push(Edit::new(at, 1, &[here ^ 0x20])),
            _ => {}
        },
    }
    edits
}

/// An edit in words, as what happened to ours: it takes what came back to what was signed.
pub(super) fn told(edit: Edit, at: usize, content: &[u8]) -> String {
    let written = |bytes: &[u8]| {
        let text: String = bytes.iter().map(|byte| byte.escape_ascii().to_string()).collect();
        format!("`{text}`")
    };
    let came = content.get(edit.at..edit.at + edit.left_out).unwrap_or_default();
    match (came, edit.put()) {
        ([], put) => format!("{} is missing at byte {at}", written(put)),
        (came, []) => format!("{} at byte {at} is too many", written(came)),
        (came @ [_, _], _) => format!("{} at byte {at} stands the wrong way round", written(came)),
        (came, put) => format!("byte {at} is {} and was {}", written(came), written(put)),
    }
}

fn counted(characters: usize) -> String {
    match characters {
        1 => "character".to_owned(),
        many => format!("{many} characters"),
    }
}

/// What a secret may have been before it was copied badly, told without a character of it; most likely first.
pub(super) fn secrets(text: &str, reach: Reach) -> Vec<(String, String)> {
    let characters: Vec<char> = text.chars().collect();
    let count = characters.len();
    let joined = |parts: &[&[char]]| parts.iter().copied().flatten().collect::<String>();
    let mut slips = Vec::new();
    for length in (4..count).rev() {
        slips.push((
            format!("the secret without its first {}", counted(count - length)),
            joined(&[&characters[count - length..]]),
        ));
        slips.push((
            format!("the secret without its last {}", counted(count - length)),
            joined(&[&characters[..length]]),
        ));
    }
    for at in 0..count {
        let (before, after) = (&characters[..at], &characters[at + 1..]);
        slips.push((
            format!("the secret without its character {}", at + 1),
            joined(&[before, after]),
        ));
        if let Some(next) = after.first().filter(|next| **next != characters[at]) {
            slips.push((
                format!("the secret with its characters {} and {} swapped", at + 1, at + 2),
                joined(&[before, &[*next, characters[at]], &after[1..]]),
            ));
        }
    }
    if reach == Reach::Usual {
        return slips;
    }
    let alphabet: Vec<char> = ('0'..='9')
        .chain('a'..='z')
        .chain('A'..='Z')
        .chain("_-+/=.".chars())
        .collect();
    for at in 0..=count {
        for character in &alphabet {
            slips.push((
                format!(
                    "the secret with one more character before its character {}",
                    at + 1
                ),
                joined(&[&characters[..at], &[*character], &characters[at..]]),
            ));
            if at < count && characters[at] != *character {
                slips.push((
                    format!("the secret with another character {} of {count}", at + 1),
                    joined(&[&characters[..at], &[*character], &characters[at + 1..]]),
                ));
            }
        }
    }
    slips
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_nearly_right_only_where_chance_is_out_of_the_question() {
        let right = "0123456789abcdef0123456789abcdef";
        for (text, told) in [
            (&right[..28], "only the first 28 of its 32 characters came"),
            (&right[4..], "only the last 28 of its 32 characters came"),
            ("0123456789abcdef0123456789abcdeg", "its character 32 is another"),
            (
                "1023456789abcdef0123456789abcdef",
                "its characters 1 and 2 are others",
            ),
        ] {
            assert_eq!(signature(text, right).as_deref(), Some(told), "`{text}`");
        }
        assert_eq!(
            signature(&right[..12], right),
            None,
            "twelve characters prove nothing"
        );
        assert_eq!(signature(right, right), None, "the right one is not nearly right");
        assert_eq!(
            signature("3210456789abcdef0123456789abcdef", right),
            None,
            "four changes are another signature"
        );
    }

    #[test]
    fn the_longer_a_content_is_the_less_is_tried() {
        assert_eq!(reach(100), Some(Reach::Every), "a small event");
        assert_eq!(reach(2_000), Some(Reach::Usual), "a usual one");
        assert_eq!(reach(100_000), None, "a large one");
    }

    #[test]
    fn no_character_of_a_secret_is_told() {
        for (told, _) in secrets("Q1Z2X3", Reach::Every) {
            assert!(
                !told.contains(['Q', 'Z', 'X']),
                "`{told}` names places, not characters"
            );
        }
    }

    #[test]
    fn an_edit_is_told_from_what_came() {
        let content = b"a=9050";
        let told = |edit: Edit| told(edit, edit.at, content);
        assert_eq!(
            told(Edit::new(2, 1, b"1")),
            "byte 2 is `9` and was `1`",
            "another"
        );
        assert_eq!(told(Edit::new(2, 0, b"1")), "`1` is missing at byte 2", "lost");
        assert_eq!(told(Edit::new(2, 1, b"")), "`9` at byte 2 is too many", "added");
        assert_eq!(
            told(Edit::new(2, 2, b"09")),
            "`90` at byte 2 stands the wrong way round",
            "swapped"
        );
    }
}
