//! Where in a body the chosen values are, and what stands there instead.
//!
//! The document is read for its places only ([`crate::body::json::walk`]): digits, order, escapes, repeated keys and
//! every byte between the values stay as they came. What looks like JSON and cannot be read as it is never taken for
//! free of what was chosen.

use std::ops::Range;

use super::path::{MaskPath, Step};
use crate::body::json;

/// What stands where a text was.
const TEXT: &[u8] = b"\"[masked]\"";
/// What stands where the value of a form's field was.
const FIELD: &[u8] = b"masked";
/// What hides a byte where the length is to stay.
const DOT: u8 = b'*';

/// What a value is; it is still that when it is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Truth,
    Null,
    Object,
    Array,
    /// Of a form: no quotes.
    Field,
    /// Nobody knows where in it the value would be.
    Everything,
}

/// A value that is masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    range: Range<usize>,
    kind: Kind,
}

/// It looks like JSON and is not: where the chosen values are cannot be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// The chosen values of a body, in their order; none of them lies within another.
pub(crate) fn spans(
    body: &[u8],
    content_type: Option<&[u8]>,
    paths: &[MaskPath],
) -> Result<Vec<Span>, Unreadable> {
    if paths.is_empty() || body.is_empty() {
        return Ok(Vec::new());
    }
    let is = |wanted: &[u8]| {
        content_type.is_some_and(|given| {
            given.len() >= wanted.len() && given[..wanted.len()].eq_ignore_ascii_case(wanted)
        })
    };
    let names_json = content_type.is_some_and(|given| {
        given
            .to_ascii_lowercase()
            .windows(4)
            .any(|window| window == b"json")
    });
    if names_json || looks_like_json(body) {
        return in_json(body, paths).ok_or(Unreadable);
    }
    if is(b"application/x-www-form-urlencoded") {
        return Ok(in_form(body, paths));
    }
    Ok(Vec::new())
}

/// A body with short marks in place of the chosen values.
pub(crate) fn masked_body(
    body: &[u8],
    content_type: Option<&[u8]>,
    paths: &[MaskPath],
) -> Result<Option<Vec<u8>>, Unreadable> {
    let spans = spans(body, content_type, paths)?;
    if spans.is_empty() {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(body.len());
    let mut at = 0;
    for span in &spans {
        bytes.extend_from_slice(&body[at..span.range.start]);
        bytes.extend_from_slice(match span.kind {
            Kind::Text => TEXT,
            Kind::Number => b"0",
            Kind::Truth => b"false",
            Kind::Null => b"null",
            Kind::Object => b"{}",
            Kind::Array => b"[]",
            Kind::Field | Kind::Everything => FIELD,
        });
        at = span.range.end;
    }
    bytes.extend_from_slice(&body[at..]);
    Ok(Some(bytes))
}

impl Span {
    /// All of a body.
    pub(super) fn everything(length: usize) -> Self {
        Self {
            range: 0..length,
            kind: Kind::Everything,
        }
    }

    /// What stands between the quotes of a text, or the value of a field; a number or a word means nothing elsewhere.
    pub(super) fn text<'b>(&self, body: &'b [u8]) -> Option<&'b [u8]> {
        let value = body.get(self.range.clone())?;
        match self.kind {
            Kind::Text => value.get(1..value.len().checked_sub(1)?),
            Kind::Field => Some(value),
            _ => None,
        }
    }

    /// Puts marks of the same length in its place; JSON stays JSON.
    pub(super) fn cover(&self, body: &mut [u8]) {
        let Some(value) = body.get_mut(self.range.clone()) else {
            return;
        };
        let word: &[u8] = match self.kind {
            Kind::Text => {
                let last = value.len().saturating_sub(1);
                if let Some(inside) = value.get_mut(1..last) {
                    inside.fill(DOT);
                }
                return;
            }
            Kind::Field | Kind::Everything => {
                value.fill(DOT);
                return;
            }
            Kind::Number => b"0",
            Kind::Truth | Kind::Null => b"null",
            Kind::Object => b"{",
            Kind::Array => b"[",
        };
        // A bracket that opens has its partner at the end; what lies between them is blank.
        let last = value
            .last()
            .copied()
            .filter(|_| matches!(self.kind, Kind::Object | Kind::Array));
        value.fill(b' ');
        for (place, byte) in value.iter_mut().zip(word) {
            *place = *byte;
        }
        if let (Some(place), Some(bracket)) = (value.last_mut(), last) {
            *place = bracket;
        }
    }
}

/// Whether it begins as JSON does, in whatever encoding of letters.
fn looks_like_json(body: &[u8]) -> bool {
    let first = body
        .iter()
        .find(|byte| !matches!(byte, 0 | 0xef | 0xbb | 0xbf | 0xfe | 0xff) && !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}

/// The values of a document, or of several one after the other; `None` where it is no JSON.
fn in_json(body: &[u8], paths: &[MaskPath]) -> Option<Vec<Span>> {
    let start = if body.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let text = std::str::from_utf8(&body[start..]).ok()?;
    let mut found = Vec::new();
    let all: Vec<&[Step]> = paths.iter().map(MaskPath::steps).collect();
    for document in json::documents(text) {
        collect(document?, &all, &mut |value| {
            let from = value.as_ptr() as usize - text.as_ptr() as usize + start;
            found.push(Span {
                range: from..from + value.len(),
                kind: kind(value),
            });
        });
    }
    Some(found)
}

fn collect(value: &str, paths: &[&[Step]], found: &mut dyn FnMut(&str)) {
    if paths.iter().any(|steps| steps.is_empty()) {
        found(value);
        return;
    }
    json::walk(value, &mut |key, child| {
        let within: Vec<&[Step]> = paths
            .iter()
            .filter_map(|steps| steps.split_first())
            .filter(|(step, _)| step.fits(key))
            .map(|(_, rest)| rest)
            .collect();
        if !within.is_empty() {
            collect(child, &within, found);
        }
    });
}

fn kind(value: &str) -> Kind {
    match value.as_bytes().first() {
        Some(b'"') => Kind::Text,
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::Array,
        Some(b't' | b'f') => Kind::Truth,
        Some(b'n') => Kind::Null,
        _ => Kind::Number,
    }
}

/// The fields that a pointer's first step names: what lies deeper in one is within its value.
fn in_form(body: &[u8], paths: &[MaskPath]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    for pair in body.split(|byte| *byte == b'&') {
        let name = url::form_urlencoded::parse(pair).next().map(|(name, _)| name);
        let equals = pair.iter().position(|byte| *byte == b'=');
        if let (Some(name), Some(equals)) = (name, equals)
            && paths
                .iter()
                .any(|path| path.steps().first().is_some_and(|step| step.fits(&name)))
        {
            found.push(Span {
                range: at + equals + 1..at + pair.len(),
                kind: Kind::Field,
            });
        }
        at += pair.len() + 1;
    }
    found
}
