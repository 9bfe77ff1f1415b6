//! Where in a body the chosen values are, and what stands there instead.
//!
//! The document is read for its places only ([`crate::body::json::walk`]): digits, order, escapes, repeated keys and
//! every byte between the values stay as they came. What looks like JSON and cannot be read as it is never taken for
//! free of what was chosen, nor is what has no values that a pointer could name: that is one value whole.

use std::ops::Range;

use super::DOT;
use super::head::MASKED;
use super::learned::Secrets;
use super::path::{MaskPath, Step};
use crate::body::{form, json};

/// What stands where a text was.
const TEXT: &[u8] = b"\"[masked]\"";
/// What stands where the value of a form's field was.
const FIELD: &[u8] = b"masked";

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
    /// A whole body in which a pointer means nothing.
    Body,
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

/// Calls back with the chosen values of a body, in their order; none of them lies within another. Where it is found to be
/// unreadable only at its end, some may have been given.
pub(super) fn each_span(
    body: &[u8],
    content_type: Option<&[u8]>,
    paths: &[MaskPath],
    found: &mut dyn FnMut(Span),
) -> Result<(), Unreadable> {
    if paths.is_empty() || body.is_empty() {
        return Ok(());
    }
    let mut in_field = |name: &str, range: Range<usize>| {
        if paths.iter().any(|path| names(path, name)) {
            let kind = Kind::Field;
            found(Span { range, kind });
        }
    };
    match Known::of(body, content_type)? {
        Known::Json => return in_json(body, paths, found),
        Known::Fields => each_field(body, &mut in_field),
        Known::Parts(parts) => {
            for (name, range) in parts {
                in_field(&name, range);
            }
        }
        Known::Other => found(Span {
            range: 0..body.len(),
            kind: Kind::Body,
        }),
    }
    Ok(())
}

/// Whether a body has no values that a pointer could name, so that all of it is masked where one is chosen.
pub(super) fn is_one_value(body: &[u8], content_type: Option<&[u8]>) -> bool {
    !body.is_empty() && matches!(Known::of(body, content_type), Ok(Known::Other))
}

/// Which of these pointers lead to a value of a body; none where it cannot be read.
pub(crate) fn there<'p>(
    body: &[u8],
    content_type: Option<&[u8]>,
    paths: &'p [MaskPath],
) -> Vec<&'p MaskPath> {
    if paths.is_empty() || body.is_empty() {
        return Vec::new();
    }
    let mut is_there = vec![false; paths.len()];
    match Known::of(body, content_type) {
        Ok(Known::Json) => {
            let Some((_, text)) = json_text(body) else {
                return Vec::new();
            };
            let all: Vec<(usize, &[Step])> = paths.iter().map(MaskPath::steps).enumerate().collect();
            for document in json::documents(text) {
                let Some(document) = document else {
                    return Vec::new();
                };
                mark(document, &all, &mut is_there);
            }
        }
        Ok(Known::Fields) => each_field(body, &mut |name, _| mark_field(name, paths, &mut is_there)),
        Ok(Known::Parts(parts)) => {
            for (name, _) in parts {
                mark_field(&name, paths, &mut is_there);
            }
        }
        Ok(Known::Other) | Err(Unreadable) => {}
    }
    let found = paths.iter().zip(is_there).filter(|(_, is_there)| *is_there);
    found.map(|(path, _)| path).collect()
}

/// What values are looked for in.
enum Known {
    Json,
    /// A form in a line.
    Fields,
    /// The parts of a form, with the places of their values.
    Parts(Vec<(String, Range<usize>)>),
    /// It has no values that a pointer could name: XML, a text, a picture.
    Other,
}

impl Known {
    fn of(body: &[u8], content_type: Option<&[u8]>) -> Result<Self, Unreadable> {
        let lower = content_type.unwrap_or_default().to_ascii_lowercase();
        if lower.starts_with(b"multipart/form-data") {
            let given = String::from_utf8_lossy(content_type.unwrap_or_default());
            return form::parts(&given, body).map(Self::Parts).ok_or(Unreadable);
        }
        if lower.windows(4).any(|window| window == b"json") || looks_like_json(body) {
            return Ok(Self::Json);
        }
        if lower.starts_with(b"application/x-www-form-urlencoded") {
            return Ok(Self::Fields);
        }
        Ok(Self::Other)
    }
}

/// Whether a pointer's first step names a field: what lies deeper in one is within its value.
fn names(path: &MaskPath, field: &str) -> bool {
    path.steps().first().is_some_and(|step| step.fits(field))
}

/// A body with short marks in place of the chosen values, and stars where `secrets` come up. Both are looked for in the
/// body as it came: a mark would break up what is looked for.
pub(super) fn masked_body(
    body: &[u8],
    content_type: Option<&[u8]>,
    paths: &[MaskPath],
    secrets: &Secrets,
) -> Result<Option<Vec<u8>>, Unreadable> {
    let covered = secrets.covered(body);
    let hidden = covered.as_deref().unwrap_or(body);
    // It is made as the values are found: a list of many short ones takes more than they.
    let (mut given, mut at) = (Vec::new(), 0);
    each_span(body, content_type, paths, &mut |span| {
        if at == 0 {
            given.reserve(hidden.len());
        }
        given.extend_from_slice(&hidden[at..span.range.start]);
        given.extend_from_slice(match span.kind {
            Kind::Text => TEXT,
            Kind::Number => b"0",
            Kind::Truth => b"false",
            Kind::Null => b"null",
            Kind::Object => b"{}",
            Kind::Array => b"[]",
            Kind::Field => FIELD,
            Kind::Body => MASKED,
        });
        at = span.range.end;
    })?;
    if at == 0 {
        // No value ends where the body begins.
        return Ok(covered);
    }
    given.extend_from_slice(&hidden[at..]);
    Ok(Some(given))
}

impl Span {
    /// Whether it is a whole body in which a pointer means nothing.
    pub(super) const fn is_body(&self) -> bool {
        matches!(self.kind, Kind::Body)
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
            Kind::Field | Kind::Body => {
                value.fill(DOT);
                return;
            }
            Kind::Number => b"0",
            Kind::Truth | Kind::Null => b"null",
            Kind::Object => b"{",
            Kind::Array => b"[",
        };
        // A bracket that opens has its partner at the end; what lies between them is blank.
        let last = match self.kind {
            Kind::Object => Some(b'}'),
            Kind::Array => Some(b']'),
            _ => None,
        };
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

/// The text of JSON and where it begins: behind the mark of its encoding.
fn json_text(body: &[u8]) -> Option<(usize, &str)> {
    let start = if body.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    Some((start, std::str::from_utf8(&body[start..]).ok()?))
}

/// The values of a document, or of several one after the other.
fn in_json(body: &[u8], paths: &[MaskPath], found: &mut dyn FnMut(Span)) -> Result<(), Unreadable> {
    let (start, text) = json_text(body).ok_or(Unreadable)?;
    let all: Vec<&[Step]> = paths.iter().map(MaskPath::steps).collect();
    for document in json::documents(text) {
        collect(document.ok_or(Unreadable)?, &all, &mut |value| {
            let from = value.as_ptr() as usize - text.as_ptr() as usize + start;
            found(Span {
                range: from..from + value.len(),
                kind: kind(value),
            });
        });
    }
    Ok(())
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

/// Marks the pointers that lead to `value` or into it.
fn mark(value: &str, paths: &[(usize, &[Step])], is_there: &mut [bool]) {
    let mut deeper = Vec::with_capacity(paths.len());
    for (place, steps) in paths {
        match steps.split_first() {
            Some((step, rest)) => deeper.push((*place, step, rest)),
            None => {
                if let Some(mark) = is_there.get_mut(*place) {
                    *mark = true;
                }
            }
        }
    }
    if deeper.is_empty() {
        return;
    }
    json::walk(value, &mut |key, child| {
        let within: Vec<(usize, &[Step])> = deeper
            .iter()
            .filter(|(_, step, _)| step.fits(key))
            .map(|(place, _, rest)| (*place, *rest))
            .collect();
        if !within.is_empty() {
            mark(child, &within, is_there);
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

/// Marks the pointers that name this field.
fn mark_field(name: &str, paths: &[MaskPath], is_there: &mut [bool]) {
    for (path, is_there) in paths.iter().zip(is_there) {
        *is_there |= names(path, name);
    }
}

/// Calls back with the fields of a form in a line, with the places of their values.
fn each_field(body: &[u8], found: &mut dyn FnMut(&str, Range<usize>)) {
    let mut at = 0;
    for pair in body.split(|byte| *byte == b'&') {
        let name = url::form_urlencoded::parse(pair).next().map(|(name, _)| name);
        let equals = pair.iter().position(|byte| *byte == b'=');
        if let (Some(name), Some(equals)) = (name, equals) {
            found(&name, at + equals + 1..at + pair.len());
        }
        at += pair.len() + 1;
    }
}
