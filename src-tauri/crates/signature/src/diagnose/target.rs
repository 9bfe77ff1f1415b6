//! What is looked for: every value that the signature may be, as bytes.

use crate::encoding;
use crate::scheme::{Encoding, Hash};

/// A value that came, or that a server computed, read as bytes in one of the encodings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// As it was written.
    pub(crate) text: String,
    /// How it reads.
    pub(crate) encoding: Encoding,
    /// Whether the bytes are themselves hex that was encoded once more.
    pub(crate) is_twice: bool,
    pub(crate) bytes: Vec<u8>,
}

const LENGTHS: [usize; 5] = [16, 20, 32, 48, 64];
/// More values than these are not looked for.
const MOST: usize = 64;

/// Every value in a text: the whole of it, and its items by comma, semicolon and blank, with and without key.
pub(crate) fn targets(text: &str) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    let mut add = |piece: &str| {
        for target in readings(piece.trim().trim_matches(['"', '\''])) {
            if targets.len() < MOST && !targets.contains(&target) {
                targets.push(target);
            }
        }
    };
    add(text);
    for item in text.split([',', ';', ' ', '&']).filter(|item| !item.is_empty()) {
        add(item);
        for mark in ['=', '|', ':'] {
            if let Some((_, value)) = item.split_once(mark) {
                add(value);
            }
        }
    }
    targets
}

/// What a piece of text can be read as.
fn readings(piece: &str) -> Vec<Target> {
    let target = |encoding, is_twice, bytes: Vec<u8>| Target {
        text: piece.to_owned(),
        encoding,
        is_twice,
        bytes,
    };
    let mut readings = Vec::new();
    if let Some(bytes) = encoding::hex_any(piece.as_bytes()).filter(|bytes| LENGTHS.contains(&bytes.len())) {
        readings.push(target(Encoding::Hex, false, bytes));
    }
    if let Some(bytes) = encoding::base64_any(piece.as_bytes()) {
        let written = if piece.contains(['-', '_']) {
            Encoding::Base64url
        } else {
            Encoding::Base64
        };
        if let Some(inner) = encoding::hex_any(&bytes).filter(|inner| LENGTHS.contains(&inner.len())) {
            readings.push(target(written, true, inner));
        }
        if LENGTHS.contains(&bytes.len()) {
            readings.push(target(written, false, bytes));
        }
    }
    readings
}

/// The hash functions whose digests have the length of some target.
pub(crate) fn hashes(targets: &[Target]) -> Vec<Hash> {
    Hash::ALL
        .into_iter()
        .filter(|hash| targets.iter().any(|target| target.bytes.len() == hash.length()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_under_prefixes_and_in_lists() {
        let hex = "ab".repeat(32);
        for text in [
            hex.clone(),
            format!("sha256={hex}"),
            format!("t=1, v1={hex}"),
            format!("\"{}\"", hex.to_uppercase()),
        ] {
            assert!(
                targets(&text).iter().any(|target| target.bytes == [0xab; 32]),
                "`{text}` holds the value"
            );
        }
        let twice = encoding::encode_bytes(hex.as_bytes(), Encoding::Base64);
        assert!(
            targets(&twice)
                .iter()
                .any(|target| target.is_twice && target.bytes == [0xab; 32]),
            "hex in base64"
        );
        assert!(targets("not a signature").is_empty(), "words are none");
    }
}
