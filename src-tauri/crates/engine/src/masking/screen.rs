//! A screen that others see: what is masked on it, in bytes and in words.
//!
//! What is masked is decided as for a copy, with two differences. Marks are as long as what they hide, so that ranges
//! of bytes, places of matches and marked parts hold on. And what was found to be secret in a request is hidden wherever
//! it comes up again, such as in the answer of a server that repeats what it was sent. In doubt more is hidden.

use std::sync::Arc;

use bytes::Bytes;
use memchr::memmem;

use super::body::{Span, spans};
use super::head::{is_secret_name, query_spans, within};
use super::packed::Inside;
use super::path::MaskPath;
use super::rules::Rules;
use crate::model::{Header, RawHead, RequestSummary};
use crate::unpacking::header;

/// What hides a byte.
const DOT: u8 = b'*';
/// A body that is longer is hidden whole rather than looked through.
pub(super) const LONGEST_SEARCHED: usize = 64 * 1024 * 1024;
/// A value that is shorter is hidden in its place and not looked for elsewhere: it would be found by chance.
const SHORTEST_VALUE: usize = 6;
/// A piece of a header's value, such as the digest behind `sha256=`, is looked for from this length on.
const SHORTEST_PIECE: usize = 8;
/// So many values of one request are looked for elsewhere.
const MOST_VALUES: usize = 1_000;

/// What is masked on a screen that others see.
#[derive(Clone, Default)]
pub struct Screen {
    rules: Arc<Rules>,
    /// What is secret in the requests that this is about.
    values: Vec<Vec<u8>>,
}

/// What it hides is not told.
impl std::fmt::Debug for Screen {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Screen")
            .field("paths", &self.rules.paths)
            .finish_non_exhaustive()
    }
}

impl Screen {
    pub(super) fn by(rules: Arc<Rules>) -> Self {
        Self {
            rules,
            values: Vec::new(),
        }
    }

    pub(super) const fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    pub(super) fn paths(&self) -> &[MaskPath] {
        &self.rules.paths
    }

    /// Whether the value of a header line of this name is masked.
    #[must_use]
    pub fn hides_header(&self, name: &str) -> bool {
        super::head::is_meant(name.as_bytes(), &self.rules.places.headers) || is_secret_name(name.as_bytes())
    }

    /// Whether the name of an event of this provider, and its delivery id, are read where something is masked.
    #[must_use]
    pub fn hidden_facts(&self, provider: Option<&str>) -> (bool, bool) {
        self.rules.hidden_facts(provider)
    }

    pub(super) fn called(&self, row: &RequestSummary) -> String {
        let known = &row.recognition;
        let (is_hidden, _) = self.hidden_facts(known.provider.as_deref());
        let event = known.event.as_deref().filter(|_| !is_hidden);
        let name = row.called(event);
        self.text(&name).unwrap_or(name)
    }

    /// Marks as long as `text`.
    #[must_use]
    pub fn dots(text: &str) -> String {
        "*".repeat(text.len())
    }

    /// A text for people with credentials in addresses, the value of a header line, and what is known to be secret
    /// masked; `None` where nothing of that is in it. It is as long as before, in bytes.
    #[must_use]
    pub fn text(&self, text: &str) -> Option<String> {
        let mut bytes = text.as_bytes().to_vec();
        self.cover_line(&mut bytes);
        self.cover_addresses(&mut bytes);
        self.cover_values(&mut bytes);
        if bytes == text.as_bytes() {
            return None;
        }
        // Whole values are hidden and marks are ASCII, so that it stays text.
        Some(String::from_utf8(bytes).unwrap_or_else(|_| Self::dots(text)))
    }

    /// A body that is there as text.
    #[must_use]
    pub fn body_text(&self, text: &str) -> String {
        let covered = self.plain_body(text.as_bytes(), None);
        String::from_utf8(covered.to_vec()).unwrap_or_else(|_| Self::dots(text))
    }

    /// Whether a body has anything in it that is masked.
    #[must_use]
    pub fn touches_body(&self, body: &[u8]) -> bool {
        self.plain_body(body, None) != body
    }

    /// Bytes with what is known to be secret hidden in them.
    pub(crate) fn without_values(&self, bytes: &[u8]) -> Vec<u8> {
        let mut covered = bytes.to_vec();
        self.cover_values(&mut covered);
        covered
    }

    pub(super) fn head(&self, head: &Bytes) -> Bytes {
        let raw = RawHead::new(head.clone());
        let mut covered = head.to_vec();
        let target = raw.request_line().target;
        let at = within(head, &target).start;
        for (_, value) in query_spans(&target, &self.rules.places.parameters) {
            fill(&mut covered, at + value.start..at + value.end);
        }
        for header in raw
            .headers()
            .iter()
            .filter(|header| self.rules.places.hides(header))
        {
            fill(&mut covered, within(head, &header.value));
        }
        // `Referer` and `Location` hold addresses too.
        self.cover_addresses(&mut covered);
        self.cover_values(&mut covered);
        covered.into()
    }

    /// Head and body in one piece.
    pub(super) fn message(&self, bytes: &Bytes) -> Bytes {
        let end = memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
        let (head, body) = (bytes.slice(..end), bytes.slice(end..));
        let headers = RawHead::new(head.clone()).headers();
        [self.head(&head), self.body(&body, &headers)].concat().into()
    }

    /// A body as it came, which may be packed.
    pub(super) fn body(&self, body: &Bytes, headers: &[Header]) -> Bytes {
        let content_type = header(headers, "content-type");
        let inside = match Inside::of(body, headers) {
            Inside::Plain => return self.plain_body(body, content_type),
            // What cannot be looked through to its end may have it there.
            Inside::Unknown(_) if !self.paths().is_empty() => return dots(body.len()),
            Inside::Unknown(inside) | Inside::Packed(inside) => inside,
        };
        if self.plain_body(&inside, content_type) != inside {
            return dots(body.len());
        }
        // It may not be packed, whatever it says.
        self.without_values(body).into()
    }

    pub(super) fn plain_body(&self, body: &[u8], content_type: Option<&str>) -> Bytes {
        if body.len() > LONGEST_SEARCHED {
            return dots(body.len());
        }
        let mut covered = body.to_vec();
        let found = spans(body, content_type.map(str::as_bytes), &self.rules.paths)
            .unwrap_or_else(|_| vec![Span::everything(body.len())]);
        for span in found {
            span.cover(&mut covered);
        }
        self.cover_values(&mut covered);
        covered.into()
    }

    pub(super) fn learn_head(&mut self, head: &RawHead) {
        let target = head.request_line().target;
        for (_, value) in query_spans(&target, &self.rules.places.parameters) {
            self.learn(&target[value]);
        }
        for header in head.headers() {
            if !self.rules.places.hides(&header) {
                continue;
            }
            self.learn(&header.value);
            let pieces = header.value.split(|byte| b" ,;=\"".contains(byte));
            for piece in pieces.filter(|piece| is_telling(piece)) {
                self.learn(piece);
            }
        }
    }

    pub(super) fn learn(&mut self, value: &[u8]) {
        if value.len() >= SHORTEST_VALUE
            && self.values.len() < MOST_VALUES
            && !self.values.iter().any(|known| known == value)
        {
            self.values.push(value.to_vec());
        }
    }

    /// `Name: value`, where a header of that name is masked.
    fn cover_line(&self, bytes: &mut [u8]) {
        let Some(colon) = memmem::find(bytes, b": ") else {
            return;
        };
        let name = &bytes[..colon];
        let is_name = !name.is_empty()
            && name
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
        if is_name && (super::head::is_meant(name, &self.rules.places.headers) || is_secret_name(name)) {
            let end = bytes.len();
            fill(bytes, colon + 2..end);
        }
    }

    /// Credentials in addresses: parameters of a query, and what stands before an `@`.
    fn cover_addresses(&self, bytes: &mut [u8]) {
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'<>`".contains(byte);
        let mut at = 0;
        while let Some(place) = memchr::memchr(b'?', &bytes[at..]) {
            let start = at + place;
            let length = bytes[start..]
                .iter()
                .position(ends)
                .unwrap_or(bytes.len() - start);
            let found = query_spans(&bytes[start..start + length], &self.rules.places.parameters);
            for (_, value) in found {
                fill(bytes, start + value.start..start + value.end);
            }
            at = start + length.max(1);
        }
        at = 0;
        while let Some(place) = memmem::find(&bytes[at..], b"://") {
            let start = at + place + 3;
            let rest = &bytes[start..];
            let length = rest
                .iter()
                .position(|byte| ends(byte) || b"/?#".contains(byte))
                .unwrap_or(rest.len());
            if let Some(sign) = rest[..length].iter().rposition(|byte| *byte == b'@') {
                fill(bytes, start..start + sign);
            }
            at = start + length;
        }
    }

    fn cover_values(&self, bytes: &mut [u8]) {
        for value in &self.values {
            let found: Vec<usize> = memmem::find_iter(bytes, value).collect();
            for at in found {
                fill(bytes, at..at + value.len());
            }
        }
    }
}

/// The texts that are masked in a body, however they are written.
pub(super) fn values_of(body: &[u8], content_type: Option<&[u8]>, paths: &[MaskPath]) -> Vec<Vec<u8>> {
    let mut values = Vec::new();
    for span in spans(body, content_type, paths).unwrap_or_default() {
        let Some(inside) = span.text(body) else { continue };
        values.push(inside.to_vec());
        let quoted = [b"\"", inside, b"\""].concat();
        if let Ok(decoded) = serde_json::from_slice::<String>(&quoted) {
            values.push(decoded.into_bytes());
        }
    }
    values
}

/// Whether a piece of a header's value is likely to be what is secret in it, and not a word or a time.
fn is_telling(piece: &[u8]) -> bool {
    piece.len() >= SHORTEST_PIECE && !piece.iter().all(u8::is_ascii_digit)
}

fn fill(bytes: &mut [u8], range: std::ops::Range<usize>) {
    if let Some(hidden) = bytes.get_mut(range) {
        hidden.fill(DOT);
    }
}

fn dots(length: usize) -> Bytes {
    vec![DOT; length].into()
}

#[cfg(test)]
impl Screen {
    pub(super) fn for_tests(paths: Vec<MaskPath>) -> Self {
        Self::by(Arc::new(Rules {
            paths,
            ..Rules::default()
        }))
    }

    pub(super) fn learn_for_tests(&mut self, head: &Bytes, body: &[u8]) {
        self.learn_head(&RawHead::new(head.clone()));
        for value in values_of(body, None, &Arc::clone(&self.rules).paths) {
            self.learn(&value);
        }
    }

    pub(super) fn cover_for_tests(&self, body: &Bytes, content_type: &str) -> Bytes {
        self.plain_body(body, Some(content_type))
    }

    pub(super) fn cover_packed_for_tests(&self, body: &Bytes) -> Bytes {
        let header = Header {
            name: Bytes::from_static(b"Content-Encoding"),
            value: Bytes::from_static(b"gzip"),
        };
        self.body(body, &[header])
    }
}
