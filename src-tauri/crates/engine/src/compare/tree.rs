//! A JSON document as a flat list of its values, each a range of the text: digits, order and repeated keys stay.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher as _, RandomState};
use std::ops::Range;

use serde::de::IgnoredAny;

/// The most values of a document that is compared.
const MOST_VALUES: usize = 500_000;
/// The deepest document that is compared.
const DEEPEST: usize = 1_000;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Text,
    Number,
    /// `true`, `false` or `null`.
    Word,
}

/// A value.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Its key with the quotes, where it is a member.
    pub(super) key: Option<Range<u32>>,
    /// The value itself.
    pub(super) range: Range<u32>,
    /// The value it is in; its own number at the root.
    pub(super) parent: usize,
    /// Which of its siblings it is, from 0.
    pub(super) place: u32,
    /// One after the last value within it.
    pub(super) end: usize,
    /// The same for values that are written the same but for blanks.
    pub(super) hash: u64,
}

/// All values of a document, each before those within it.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) nodes: Vec<Node>,
}

/// Why a document is not compared as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoTree {
    NotJson,
    TooMany,
    TooDeep,
}

impl NoTree {
    /// What a person should know.
    pub(super) fn note(self) -> Option<String> {
        match self {
            Self::NotJson => None,
            Self::TooMany => Some(format!(
                "a body of more than {MOST_VALUES} values is not compared as JSON"
            )),
            Self::TooDeep => Some(format!(
                "a body nested deeper than {DEEPEST} is not compared as JSON"
            )),
        }
    }
}

/// A quick look at the beginning: whether it is worth reading as JSON.
pub(super) fn looks_like_json(body: &[u8]) -> bool {
    let text = body.strip_prefix(BOM).unwrap_or(body).trim_ascii_start();
    matches!(text.first(), Some(b'{' | b'['))
}

const BOM: &[u8] = b"\xef\xbb\xbf";

thread_local! {
    /// Both documents of a comparison are hashed alike, and nobody outside can find two values of one hash.
    static HASHING: RandomState = RandomState::new();
}

impl<'a> Tree<'a> {
    /// Reads a document.
    pub(super) fn of(bytes: &'a [u8]) -> Result<Self, NoTree> {
        let start = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        let text = std::str::from_utf8(&bytes[start..]).map_err(|_| NoTree::NotJson)?;
        serde_json::from_str::<IgnoredAny>(text).map_err(|_| NoTree::NotJson)?;
        let mut tree = Self {
            bytes,
            nodes: Vec::new(),
        };
        // From here on the document is known to be JSON, so that a look at each token is enough.
        let mut open: Vec<(usize, u32)> = Vec::new();
        let mut key = None;
        let mut at = start;
        while let Some(byte) = bytes.get(at).copied() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' => at += 1,
                b'"' => {
                    let end = string_end(bytes, at);
                    let in_object = open
                        .last()
                        .is_some_and(|(node, _)| tree.nodes[*node].kind == Kind::Object);
                    if in_object && key.is_none() {
                        key = Some(range(at, end));
                    } else {
                        tree.leaf(Kind::Text, at, end, key.take(), &mut open)?;
                    }
                    at = end;
                }
                b'{' | b'[' => {
                    let kind = if byte == b'{' { Kind::Object } else { Kind::Array };
                    if open.len() >= DEEPEST {
                        return Err(NoTree::TooDeep);
                    }
                    let node = tree.add(kind, at, at + 1, key.take(), &mut open)?;
                    open.push((node, 0));
                    at += 1;
                }
                b'}' | b']' => {
                    at += 1;
                    if let Some((node, _)) = open.pop() {
                        tree.close(node, at);
                    }
                }
                _ => {
                    let rest = &bytes[at..];
                    let length = rest
                        .iter()
                        .position(|byte| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n'))
                        .unwrap_or(rest.len());
                    let kind = if matches!(byte, b't' | b'f' | b'n') {
                        Kind::Word
                    } else {
                        Kind::Number
                    };
                    tree.leaf(kind, at, at + length, key.take(), &mut open)?;
                    at += length;
                }
            }
        }
        Ok(tree)
    }

    fn add(
        &mut self,
        kind: Kind,
        start: usize,
        end: usize,
        key: Option<Range<u32>>,
        open: &mut [(usize, u32)],
    ) -> Result<usize, NoTree> {
        let number = self.nodes.len();
        if number >= MOST_VALUES {
            return Err(NoTree::TooMany);
        }
        let (parent, place) = match open.last_mut() {
            Some((parent, children)) => {
                *children += 1;
                (*parent, *children - 1)
            }
            None => (number, 0),
        };
        self.nodes.push(Node {
            kind,
            key,
            range: range(start, end),
            parent,
            place,
            end: number + 1,
            hash: 0,
        });
        Ok(number)
    }

    fn leaf(
        &mut self,
        kind: Kind,
        start: usize,
        end: usize,
        key: Option<Range<u32>>,
        open: &mut [(usize, u32)],
    ) -> Result<(), NoTree> {
        let number = self.add(kind, start, end, key, open)?;
        self.nodes[number].hash = hashed(|hasher| hasher.write(&self.bytes[start..end]));
        Ok(())
    }

    /// A container ends: what is within it is known.
    fn close(&mut self, node: usize, end: usize) {
        self.nodes[node].range.end = number(end);
        self.nodes[node].end = self.nodes.len();
        let hash = hashed(|hasher| {
            hasher.write_u8(if self.nodes[node].kind == Kind::Object {
                b'{'
            } else {
                b'['
            });
            for child in self.children(node) {
                if let Some(key) = &self.nodes[child].key {
                    hasher.write(self.slice(key));
                }
                hasher.write_u64(self.nodes[child].hash);
            }
        });
        self.nodes[node].hash = hash;
    }

    /// The values directly within one.
    pub(super) fn children(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.nodes[node].end;
        let mut next = node + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let child = next;
                next = self.nodes[child].end;
                child
            })
        })
    }

    pub(super) fn slice(&self, range: &Range<u32>) -> &'a [u8] {
        self.bytes
            .get(range.start as usize..range.end as usize)
            .unwrap_or_default()
    }

    /// The key of a member, decoded.
    pub(super) fn key(&self, node: usize) -> Option<Cow<'a, str>> {
        Some(decoded(self.slice(self.nodes[node].key.as_ref()?)))
    }

    /// A value as text: a string decoded, anything else as written.
    pub(super) fn text(&self, node: usize) -> Cow<'a, str> {
        let found = &self.nodes[node];
        match found.kind {
            Kind::Text => decoded(self.slice(&found.range)),
            _ => String::from_utf8_lossy(self.slice(&found.range)),
        }
    }
}

/// Which hash a value gets; also for lines and identities, so that they can be told apart from nothing else.
pub(super) fn hashed(write: impl FnOnce(&mut <RandomState as BuildHasher>::Hasher)) -> u64 {
    let mut hasher = HASHING.with(BuildHasher::build_hasher);
    write(&mut hasher);
    hasher.finish()
}

fn decoded(literal: &[u8]) -> Cow<'_, str> {
    let inside = literal
        .get(1..literal.len().saturating_sub(1))
        .unwrap_or_default();
    if !inside.contains(&b'\\') {
        return String::from_utf8_lossy(inside);
    }
    // A lone half of a pair of surrogates has no text: it stays as it is written.
    serde_json::from_slice::<String>(literal).map_or_else(|_| String::from_utf8_lossy(inside), Cow::Owned)
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn range(start: usize, end: usize) -> Range<u32> {
    number(start)..number(end)
}

/// What is compared is far shorter than 4 GiB.
pub(super) fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_ranges_of_the_text() {
        let bytes = b"\xef\xbb\xbf{ \"a\" : [1.0, \"x\\\"]\"], \"a\":{}, \"\\u0062\": null }";
        let tree = Tree::of(bytes).unwrap();
        let shown: Vec<_> = tree
            .nodes
            .iter()
            .skip(1)
            .map(|node| String::from_utf8_lossy(tree.slice(&node.range)).into_owned())
            .collect();
        assert_eq!(
            shown,
            ["[1.0, \"x\\\"]\"]", "1.0", "\"x\\\"]\"", "{}", "null"],
            "as they stand"
        );
        assert_eq!(
            tree.key(5).as_deref(),
            Some("b"),
            "keys are decoded to be compared"
        );
        assert_eq!(
            tree.children(0).collect::<Vec<_>>(),
            [1, 4, 5],
            "repeated keys are both there"
        );
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        assert_eq!(Tree::of(b"{\"a\":").err(), Some(NoTree::NotJson), "not whole");
        assert_eq!(Tree::of(b"[\"\xff\"]").err(), Some(NoTree::NotJson), "not UTF-8");
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(
            Tree::of(deep.as_bytes()).err(),
            Some(NoTree::TooDeep),
            "no stack is used up"
        );
        let many = format!("[{}1]", "1,".repeat(MOST_VALUES));
        assert_eq!(
            Tree::of(many.as_bytes()).err(),
            Some(NoTree::TooMany),
            "memory is bounded"
        );
    }
}
