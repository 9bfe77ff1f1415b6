//! A screen that others see: what is masked on it, in bytes and in words.
//!
//! What is masked is decided as for a copy, with two differences. Marks are as long as what they hide, so that ranges
//! of bytes, places of matches and marked parts hold on. And what was found to be secret in a request is hidden wherever
//! it comes up again, such as in the answer of a server that repeats what it was sent. In doubt more is hidden.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use memchr::memmem;

use super::body::{Span, spans};
use super::head::{SigningPlaces, is_secret_name, query_spans, within};
use super::path::MaskPath;
use crate::body::coding::{self, LONGEST};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{AttemptId, DeliveryId, Header, RawHead, RequestId};
use crate::provider::{Place, Provider};
use crate::unpacking::header;

/// What hides a byte.
const DOT: u8 = b'*';
/// A body that is longer is hidden whole rather than looked through.
const LONGEST_SEARCHED: usize = 64 * 1024 * 1024;
/// A value that is shorter is hidden in its place and not looked for elsewhere: it would be found by chance.
const SHORTEST_VALUE: usize = 6;
/// A piece of a header's value, such as the digest behind `sha256=`, is looked for from this length on.
const SHORTEST_PIECE: usize = 8;
/// So many values of one request are looked for elsewhere.
const MOST_VALUES: usize = 1_000;

/// What is masked on a screen that others see.
#[derive(Clone, Default)]
pub struct Screen {
    places: SigningPlaces,
    paths: Vec<MaskPath>,
    /// Of which providers the event's name and the delivery id are read where something is masked.
    hidden: HashMap<String, (bool, bool)>,
    /// What is secret in the requests that this is about.
    values: Vec<Vec<u8>>,
}

/// Bytes that are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum Stretch {
    RequestHead(RequestId),
    RequestBody(RequestId),
    RequestUnpacked(RequestId),
    RequestAnswer(RequestId),
    DeliveryHead(DeliveryId),
    DeliveryBody(DeliveryId),
    AttemptHead(AttemptId),
    AttemptBody(AttemptId),
}

/// The bytes that were covered last, since a view reads them piece by piece.
#[derive(Default)]
pub(crate) struct LastCovered(Mutex<Option<(Stretch, Vec<MaskPath>, Bytes)>>);

impl Engine {
    /// What is masked on the screen; `None` while it is not shared.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn screen(&self) -> Result<Option<Screen>, EngineError> {
        if !self.presenting().await? {
            return Ok(None);
        }
        let paths = self.mask_paths().await?;
        let catalogue = self.core.catalogue.load_full();
        let mut places = SigningPlaces::default();
        let mut hidden = HashMap::new();
        for provider in catalogue.all() {
            if let Some(scheme) = &provider.scheme {
                places.add(scheme);
            }
            hidden.insert(provider.id.clone(), hidden_facts(provider, &paths));
        }
        Ok(Some(Screen {
            places,
            paths,
            hidden,
            values: Vec::new(),
        }))
    }

    /// Lets `screen` hide what is secret in a request wherever it comes up; a request that is gone has nothing.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn screen_request(&self, screen: &mut Screen, id: RequestId) -> Result<(), EngineError> {
        let request = match self.request(id).await {
            Ok(request) => request,
            Err(EngineError::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        screen.learn_head(&request.head);
        if screen.paths.is_empty() || request.summary.body_length > LONGEST_SEARCHED as u64 {
            return Ok(());
        }
        let body = match self.unpacked_body(id).await? {
            Some(unpacked) => unpacked.bytes.clone(),
            None => self.whole_body(id).await?,
        };
        screen.learn_body(&body, request.head.header("content-type").as_deref());
        Ok(())
    }

    /// Bytes as a screen that others see may show them: as many as there are.
    ///
    /// # Errors
    /// When there are none, or the store cannot be read.
    pub async fn covered(&self, mut screen: Screen, stretch: Stretch) -> Result<Bytes, EngineError> {
        if let Some(known) = self.core.covered.get(stretch, &screen.paths) {
            return Ok(known);
        }
        let request = match stretch {
            Stretch::RequestHead(id)
            | Stretch::RequestBody(id)
            | Stretch::RequestUnpacked(id)
            | Stretch::RequestAnswer(id) => Some(id),
            Stretch::DeliveryHead(id) | Stretch::DeliveryBody(id) => {
                Some(self.learn_delivery(&mut screen, id).await?)
            }
            Stretch::AttemptHead(id) | Stretch::AttemptBody(id) => {
                match self.core.store.delivery_of(id).await? {
                    Some(delivery) => Some(self.learn_delivery(&mut screen, delivery).await?),
                    None => None,
                }
            }
        };
        if let Some(request) = request {
            self.screen_request(&mut screen, request).await?;
        }
        let bytes = match stretch {
            Stretch::RequestHead(id) => screen.head(self.request(id).await?.head.bytes()),
            Stretch::RequestBody(id) => {
                let head = self.request(id).await?.head;
                screen.body(&self.whole_body(id).await?, &head.headers())
            }
            Stretch::RequestUnpacked(id) => {
                let headers = self.request(id).await?.head.headers();
                let unpacked = self.unpacked_body(id).await?;
                let bytes = unpacked
                    .map(|unpacked| unpacked.bytes.clone())
                    .unwrap_or_default();
                screen.plain_body(&bytes, header(&headers, "content-type"))
            }
            Stretch::RequestAnswer(id) => {
                let answer = self.given_answer(id).await?.and_then(|answer| answer.bytes);
                screen.message(&answer.unwrap_or_default())
            }
            Stretch::DeliveryHead(id) => screen.head(&self.delivery(id).await?.head),
            Stretch::DeliveryBody(id) => {
                let delivery = self.delivery(id).await?;
                let body = match delivery.body {
                    Some(body) => body,
                    // It sent the captured bytes.
                    None => self.whole_body(delivery.request).await?,
                };
                screen.body(&body, &RawHead::new(delivery.head).headers())
            }
            Stretch::AttemptHead(id) => screen.head(&self.attempt(id).await?.head),
            Stretch::AttemptBody(id) => {
                let attempt = self.attempt(id).await?;
                screen.body(&attempt.body, &RawHead::new(attempt.head).headers())
            }
        };
        self.core.covered.keep(stretch, screen.paths, &bytes);
        Ok(bytes)
    }

    /// Lets `screen` hide what a delivery sent, which may have been signed anew; tells what request it is of.
    async fn learn_delivery(&self, screen: &mut Screen, id: DeliveryId) -> Result<RequestId, EngineError> {
        let delivery = self.delivery(id).await?;
        let head = RawHead::new(delivery.head);
        screen.learn_head(&head);
        if let Some(body) = &delivery.body {
            screen.learn_body(body, head.header("content-type").as_deref());
        }
        Ok(delivery.request)
    }
}

/// What it hides is not told.
impl std::fmt::Debug for Screen {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Screen")
            .field("paths", &self.paths)
            .finish_non_exhaustive()
    }
}

impl LastCovered {
    fn get(&self, stretch: Stretch, paths: &[MaskPath]) -> Option<Bytes> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, under, bytes) = last.as_ref()?;
        (*known == stretch && under == paths).then(|| bytes.clone())
    }

    fn keep(&self, stretch: Stretch, paths: Vec<MaskPath>, bytes: &Bytes) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((stretch, paths, bytes.clone()));
    }
}

impl Screen {
    /// Whether the value of a header line of this name is masked.
    #[must_use]
    pub fn hides_header(&self, name: &str) -> bool {
        super::head::is_meant(name.as_bytes(), &self.places.headers) || is_secret_name(name.as_bytes())
    }

    /// Whether the name of an event of this provider, and its delivery id, are read where something is masked.
    #[must_use]
    pub fn hidden_facts(&self, provider: Option<&str>) -> (bool, bool) {
        let known = provider.and_then(|id| self.hidden.get(id));
        known
            .copied()
            .unwrap_or((!self.paths.is_empty(), !self.paths.is_empty()))
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

    fn head(&self, head: &Bytes) -> Bytes {
        let raw = RawHead::new(head.clone());
        let mut covered = head.to_vec();
        let target = raw.request_line().target;
        let at = within(head, &target).start;
        for (_, value) in query_spans(&target, &self.places.parameters) {
            fill(&mut covered, at + value.start..at + value.end);
        }
        for header in raw.headers().iter().filter(|header| self.places.hides(header)) {
            fill(&mut covered, within(head, &header.value));
        }
        // `Referer` and `Location` hold addresses too.
        self.cover_addresses(&mut covered);
        self.cover_values(&mut covered);
        covered.into()
    }

    /// Head and body in one piece.
    fn message(&self, bytes: &Bytes) -> Bytes {
        let end = memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
        let (head, body) = (bytes.slice(..end), bytes.slice(end..));
        let headers = RawHead::new(head.clone()).headers();
        [self.head(&head), self.body(&body, &headers)].concat().into()
    }

    /// A body as it came, which may be packed.
    fn body(&self, body: &Bytes, headers: &[Header]) -> Bytes {
        let content_type = header(headers, "content-type");
        let codings = coding::codings(header(headers, "content-encoding"), content_type, body);
        if body.is_empty() || codings.is_empty() {
            return self.plain_body(body, content_type);
        }
        let Some(unpacked) = coding::unpack(&codings, body, LONGEST) else {
            return self.plain_body(body, content_type);
        };
        // What cannot be looked through to its end may have it there.
        let unknown = (unpacked.cut || unpacked.problem.is_some()) && !self.paths.is_empty();
        if unknown || self.plain_body(&unpacked.bytes, content_type) != unpacked.bytes {
            return dots(body.len());
        }
        body.clone()
    }

    fn plain_body(&self, body: &[u8], content_type: Option<&str>) -> Bytes {
        if body.len() > LONGEST_SEARCHED {
            return dots(body.len());
        }
        let mut covered = body.to_vec();
        let found = spans(body, content_type.map(str::as_bytes), &self.paths)
            .unwrap_or_else(|_| vec![Span::everything(body.len())]);
        for span in found {
            span.cover(&mut covered);
        }
        self.cover_values(&mut covered);
        covered.into()
    }

    fn learn_head(&mut self, head: &RawHead) {
        let target = head.request_line().target;
        for (_, value) in query_spans(&target, &self.places.parameters) {
            self.learn(&target[value]);
        }
        for header in head.headers() {
            if !self.places.hides(&header) {
                continue;
            }
            self.learn(&header.value);
            let pieces = header.value.split(|byte| b" ,;=\"".contains(byte));
            for piece in pieces.filter(|piece| is_telling(piece)) {
                self.learn(piece);
            }
        }
    }

    fn learn_body(&mut self, body: &[u8], content_type: Option<&[u8]>) {
        for span in spans(body, content_type, &self.paths).unwrap_or_default() {
            let Some(inside) = span.text(body) else { continue };
            self.learn(inside);
            let quoted = [b"\"", inside, b"\""].concat();
            if let Ok(decoded) = serde_json::from_slice::<String>(&quoted) {
                self.learn(decoded.as_bytes());
            }
        }
    }

    fn learn(&mut self, value: &[u8]) {
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
        if is_name && (super::head::is_meant(name, &self.places.headers) || is_secret_name(name)) {
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
            let found = query_spans(&bytes[start..start + length], &self.places.parameters);
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

#[cfg(test)]
impl Screen {
    pub(super) fn for_tests(paths: Vec<MaskPath>) -> Self {
        Self {
            paths,
            ..Self::default()
        }
    }

    pub(super) fn learn_for_tests(&mut self, head: &Bytes, body: &[u8]) {
        self.learn_head(&RawHead::new(head.clone()));
        self.learn_body(body, None);
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

/// Whether a piece of a header's value is likely to be what is secret in it, and not a word or a time.
fn is_telling(piece: &[u8]) -> bool {
    piece.len() >= SHORTEST_PIECE && !piece.iter().all(u8::is_ascii_digit)
}

fn hidden_facts(provider: &Provider, paths: &[MaskPath]) -> (bool, bool) {
    let is_hidden = |place: &Place| match place {
        Place::Json(path) => paths.iter().any(|masked| masked.touches(path)),
        Place::Form(name) | Place::FormJson(name, _) => paths
            .iter()
            .any(|masked| masked.steps().first().is_some_and(|step| step.fits(name))),
        Place::Header(name) | Place::Query(name) => is_secret_name(name.as_bytes()),
        Place::Body => !paths.is_empty(),
        _ => false,
    };
    let any = |from: &[crate::provider::Template]| from.iter().any(|template| template.reads(&is_hidden));
    (any(&provider.event.from), any(&provider.delivery_id.from))
}

fn fill(bytes: &mut [u8], range: std::ops::Range<usize>) {
    if let Some(hidden) = bytes.get_mut(range) {
        hidden.fill(DOT);
    }
}

fn dots(length: usize) -> Bytes {
    vec![DOT; length].into()
}
