//! What is looked at when a filter asks for text: words for the index, and the last say over each request.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use super::lower::push_lower;
use super::pattern::in_word;
use super::{Condition, Pattern, Term};
use crate::model::RawHead;

/// Longer runs of letters are indexed by their beginning: what tells one id from another stands in it, and the rest of
/// all digests and signatures would be half of the index. The document itself has the last say.
const LONGEST_TOKEN: usize = 24;

/// A request as text.
#[derive(Debug, Clone)]
pub struct Document {
    head: RawHead,
    /// Head and body in lower case, each header on a line.
    all: String,
    /// Where the body begins in `all`.
    body_at: usize,
    /// The body as it is, for JSON; empty where it is no text.
    body: Vec<u8>,
}

impl Document {
    /// The text of `head` and of `body`, which is the body with its content coding undone.
    #[must_use]
    pub fn new(head: RawHead, body: &[u8]) -> Self {
        let body = if is_text(body) { body } else { &[] };
        let mut all = String::new();
        push_lower(&mut all, &String::from_utf8_lossy(head.bytes()));
        let body_at = all.len();
        let text = String::from_utf8_lossy(body);
        push_lower(&mut all, &text);
        if memchr::memchr(b'\\', text.as_bytes()).is_some() {
            // What JSON writes as `\u00e9` is looked for as `é`.
            all.push('\n');
            push_lower(&mut all, &unescape(&text));
        }
        Self {
            head,
            all,
            body_at,
            body: body.to_vec(),
        }
    }

    /// The different words in it, for the index.
    #[must_use]
    pub fn tokens(&self) -> BTreeSet<&str> {
        tokens(&self.all).collect()
    }

    /// Whether a term about text holds; terms about anything else do.
    #[must_use]
    pub fn satisfies(&self, term: &Term) -> bool {
        let holds = match &term.condition {
            Condition::Text(pattern) => pattern.found_in(&self.all),
            Condition::Body(any) => any
                .iter()
                .any(|pattern| pattern.found_in(&self.all[self.body_at..])),
            Condition::Header { name, values } => self.has_header(name, values),
            Condition::Json { pointer, values } => self.has_value(pointer, values),
            _ => return true,
        };
        holds != term.negated
    }

    fn has_header(&self, name: &Pattern, values: &[Pattern]) -> bool {
        self.head.headers().iter().any(|header| {
            name.matches(&String::from_utf8_lossy(&header.name)) && {
                let value = String::from_utf8_lossy(&header.value);
                values.is_empty() || values.iter().any(|pattern| pattern.matches(&value))
            }
        })
    }

    fn has_value(&self, pointer: &str, values: &[Pattern]) -> bool {
        let Some(value) = at_pointer(&self.body, pointer) else {
            return false;
        };
        values.is_empty() || values.iter().any(|pattern| pattern.matches(&value))
    }
}

impl Condition {
    /// Whether it is decided by the bytes of a request, not by its row.
    #[must_use]
    pub const fn is_text(&self) -> bool {
        matches!(
            self,
            Self::Text(_) | Self::Body(_) | Self::Header { .. } | Self::Json { .. }
        )
    }
}

impl Term {
    /// What every request that satisfies this term has in the index: for each inner list one of its entries, where
    /// an entry is words that must all be there. The last word of an entry may be the beginning of one.
    /// `None` where the index cannot help.
    #[must_use]
    pub fn index_words(&self) -> Option<Vec<IndexWords>> {
        if self.negated {
            return None;
        }
        let any = match &self.condition {
            Condition::Text(pattern) => vec![IndexWords::of_found(pattern)],
            Condition::Body(any) => any.iter().map(IndexWords::of_found).collect(),
            Condition::Header { values, .. } | Condition::Json { values, .. } => {
                values.iter().map(IndexWords::of_whole).collect()
            }
            _ => return None,
        };
        let usable = !any.is_empty() && any.iter().all(|words| !words.is_empty());
        usable.then_some(any)
    }
}

/// Words of the index that must all be there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexWords {
    /// Whole words.
    pub words: Vec<String>,
    /// Beginnings of words.
    pub beginnings: Vec<String>,
}

impl IndexWords {
    fn is_empty(&self) -> bool {
        self.words.is_empty() && self.beginnings.is_empty()
    }

    /// For a pattern that is found somewhere, from the beginning of a word on.
    fn of_found(pattern: &Pattern) -> Self {
        let mut found = Self::default();
        for (at, part) in pattern.parts().iter().enumerate() {
            // What comes after a star, and what does not begin where a word does, may be the end of a longer word.
            found.add(part, at == 0 && !pattern.begins_anywhere(), false);
        }
        found
    }

    /// For a pattern that is the whole of a value.
    fn of_whole(pattern: &Pattern) -> Self {
        let mut found = Self::default();
        let last = pattern.parts().len() - 1;
        for (at, part) in pattern.parts().iter().enumerate() {
            found.add(part, at == 0, at == last);
        }
        found
    }

    /// Adds the words of `part`; whether its first one begins, and its last one ends, where a word of the text does.
    fn add(&mut self, part: &str, begins: bool, ends: bool) {
        let words: Vec<&str> = tokens(part).collect();
        for (at, word) in words.iter().enumerate() {
            let begins = begins || at > 0 || !part.starts_with(in_word);
            let ends = ends || at + 1 < words.len() || !part.ends_with(in_word);
            match (begins, ends) {
                (true, true) if word.len() < LONGEST_TOKEN => self.words.push((*word).to_owned()),
                (true, _) => self.beginnings.push((*word).to_owned()),
                (false, _) => {}
            }
        }
    }
}

/// The words of a text in lower case: runs of letters, digits and `_`, so that `evt_1Nk` is one.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !in_word(letter))
        .filter(|token| !token.is_empty())
        .map(|token| {
            let mut end = token.len().min(LONGEST_TOKEN);
            while !token.is_char_boundary(end) {
                end -= 1;
            }
            &token[..end]
        })
}

/// Whether bytes are text that a person could read: hardly any control characters or broken UTF-8 at the start.
fn is_text(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(4_096)];
    let strange = start
        .iter()
        .filter(|byte| **byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r'))
        .count();
    let broken = start
        .utf8_chunks()
        .filter(|chunk| chunk.invalid().len() > 1 || !chunk.invalid().is_empty())
        .count();
    (strange + broken) * 20 <= start.len()
}

/// The text with JSON's escapes undone, wherever they stand.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    // UTF-16 units that wait for their second half.
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        if at > 0 {
            flush(&mut units, &mut plain);
            plain.push_str(&rest[..at]);
        }
        let mut letters = rest[at + 1..].chars();
        match letters.next() {
            Some('u') => {
                let digits = letters.as_str();
                if let Some(unit) = digits
                    .get(..4)
                    .and_then(|digits| u16::from_str_radix(digits, 16).ok())
                {
                    units.push(unit);
                    letters = digits[4..].chars();
                }
            }
            Some(escaped) => {
                flush(&mut units, &mut plain);
                plain.push(match escaped {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'b' | 'f' => ' ',
                    other => other,
                });
            }
            None => {}
        }
        rest = letters.as_str();
    }
    flush(&mut units, &mut plain);
    plain.push_str(rest);
    plain
}

fn flush(units: &mut Vec<u16>, plain: &mut String) {
    plain.push_str(&String::from_utf16_lossy(units));
    units.clear();
}

/// The value at a JSON pointer (RFC 6901) into `body`, as it stands there.
pub(crate) fn value_at<'a>(body: &'a [u8], pointer: &str) -> Option<&'a RawValue> {
    let mut at: &RawValue = serde_json::from_slice(body).ok()?;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let text = at.get();
        if text.starts_with('{') {
            // Of two equal keys the last one counts, as in every common parser.
            let mut object: std::collections::HashMap<std::borrow::Cow<'_, str>, &RawValue> =
                serde_json::from_str(text).ok()?;
            at = object.remove(step.as_str())?;
        } else {
            let array: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            at = array.get(step.parse::<usize>().ok()?)?;
        }
    }
    Some(at)
}

/// The value at `pointer`: a string as it is meant, anything else as it is written.
fn at_pointer(body: &[u8], pointer: &str) -> Option<String> {
    let text = value_at(body, pointer)?.get();
    if text.starts_with('"') {
        serde_json::from_str(text).ok()
    } else {
        Some(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::{Filter, Moment};
    use super::*;
    use crate::model::Timestamp;

    fn document(body: &'static str) -> Document {
        let head = "POST /Stripe?x=1 HTTP/1.1\r\nStripe-Signature: t=1,v1=ab\r\nX-A: b\r\n\r\n";
        Document::new(RawHead::new(Bytes::from_static(head.as_bytes())), body.as_bytes())
    }

    fn holds(document: &Document, text: &str) -> bool {
        let filter = Filter::parse(text, &Moment::utc(Timestamp::from_micros(0))).unwrap();
        filter.terms.iter().all(|term| document.satisfies(term))
    }

    #[test]
    fn text_headers_and_values_are_found() {
        let document = document(
            r#"{"id":"evt_1NkA","n":12345678901234567890,"data":{"a/b":[{"ok":true}]},"t":"é\u0041"}"#,
        );
        for text in [
            "evt_1nk",
            "stripe-signature",
            "POST",
            "/stripe?x",
            "*NkA",
            "-missing",
            "body:evt_",
            "-body:stripe",
            "header:stripe-signature=t=1*",
            "header:\"Stripe-Signature\"=\"t=1,v1=ab\"",
            "header:x-*=b,c",
            "-header:x-b",
            "json:/id=evt_*",
            "json:/n=12345678901234567890",
            "json:/data/a~1b/0/ok=true",
            "json:/t=éa",
            "-json:/none",
            "json:/data",
        ] {
            assert!(holds(&document, text), "`{text}` holds");
        }
        for text in [
            "nka",
            "json:/id=evt",
            "header:x-a=c",
            "json:/data/a~1b/1",
            "-evt_1nk",
            "header:x",
            "json:/n/x",
        ] {
            assert!(!holds(&document, text), "`{text}` does not hold");
        }
    }

    #[test]
    fn what_is_no_text_is_not_searched() {
        let head = RawHead::new(Bytes::from_static(b"POST / HTTP/1.1\r\n\r\n"));
        let image: Vec<u8> = (0..=255).cycle().take(4_000).collect();
        assert!(
            !Document::new(head.clone(), &image)
                .tokens()
                .contains("abcdefghijklmnopqrstuvwxyz"),
            "an image"
        );
        assert!(
            Document::new(head, "caf\u{e9} 1\tb\n".as_bytes())
                .tokens()
                .contains("café"),
            "a text"
        );
    }

    #[test]
    fn the_index_never_hides_what_the_document_has() {
        // Whatever a filter finds in a document, the words it asks the index for are among the document's tokens.
        let document = document(r#"{"id":"evt_1NkA","note":"past due, 2nd_try","street":"stra\u00dfe\nx1"}"#);
        let tokens = document.tokens();
        for text in [
            "evt_1",
            "\"past due\"",
            "past*due",
            "*due",
            "\"ast due\"",
            "2nd",
            "straß",
            "/stripe?x=1",
            "body:2nd_try,none",
            "json:/id=evt_1nka",
            "json:/id=evt_*",
            "json:/note=*2nd*",
            "header:x-a=b",
            "\"due, 2\"",
            "json:/street=straße*",
            "json:/street=*x1",
            "x1",
        ] {
            let filter = Filter::parse(text, &Moment::utc(Timestamp::from_micros(0))).unwrap();
            let term = &filter.terms[0];
            if !document.satisfies(term) {
                assert_eq!(text, "\"ast due\"", "only this one does not hold");
                continue;
            }
            let Some(any) = term.index_words() else { continue };
            let found = any.iter().any(|words| {
                words.words.iter().all(|word| tokens.contains(word.as_str()))
                    && words
                        .beginnings
                        .iter()
                        .all(|start| tokens.iter().any(|token| token.starts_with(start.as_str())))
            });
            assert!(found, "`{text}` asks the index for {any:?}");
        }
    }
}
