//! A screen that others see: what is masked on it, in bytes and in words.
//!
//! What is masked is decided as for a copy, with two differences. Marks are as long as what they hide, so that ranges
//! of bytes, places of matches and marked parts hold on. And where what is secret in a request cannot all be known, such
//! as in a body that cannot be read to its end, all is hidden that might repeat it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use memchr::memmem;

use super::DOT;
use super::address;
use super::body::{Unreadable, each_span};
use super::head::{behind_endpoint, blind_places, may_repeat, places_of, target_places, value_places};
use super::knowing::Known;
use super::learned::Secrets;
use super::names::SigningPlaces;
use super::packed::Inside;
use super::path::MaskPath;
use super::rules::{Chosen, Rules};
use crate::model::{Header, RawHead, RequestId, RequestSummary};
use crate::unpacking::header;

/// A body that is longer is hidden whole rather than looked through.
pub(crate) const LONGEST_SEARCHED: usize = 64 * 1024 * 1024;

/// What is masked on a screen that others see.
#[derive(Clone, Default)]
pub struct Screen {
    rules: Arc<Rules>,
    /// What is masked in what this is about: every pointer, until that is known.
    chosen: Arc<Chosen>,
    /// Where is signed, beside where any provider does.
    places: Arc<SigningPlaces>,
    /// What is secret in the requests that this is about.
    secrets: Secrets,
    /// What is masked in each row of a list, whose requests have nothing to do with each other.
    rows: HashMap<RequestId, Arc<Known>>,
}

/// What it hides is not told.
impl std::fmt::Debug for Screen {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Screen")
            .field("paths", &self.chosen.paths)
            .finish_non_exhaustive()
    }
}

impl Screen {
    pub(super) fn by(rules: Arc<Rules>) -> Self {
        Self {
            chosen: Arc::clone(rules.all()),
            places: Arc::clone(&rules.places),
            rules,
            secrets: Secrets::default(),
            rows: HashMap::new(),
        }
    }

    pub(super) const fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    fn paths(&self) -> &[MaskPath] {
        &self.chosen.paths
    }

    /// It is about these requests: hides what is secret in them wherever it comes up.
    pub(super) fn knows(&mut self, requests: &[Arc<Known>]) {
        for (at, known) in requests.iter().enumerate() {
            self.places = SigningPlaces::with(&self.places, &known.places);
            if at == 0 {
                self.chosen = Arc::clone(&known.chosen);
            } else if !Arc::ptr_eq(&self.chosen, &known.chosen) {
                self.chosen = Arc::clone(self.rules.all());
            }
            self.secrets.learn_all(&known.secrets);
        }
    }

    /// A row of it is about this request.
    pub(super) fn knows_row(&mut self, id: RequestId, known: Arc<Known>) {
        self.rows.insert(id, known);
    }

    /// What is masked in the row of a request; where nothing is known of it, what is masked in all.
    #[must_use]
    pub fn of_row(&self, id: &str) -> Self {
        let mut row = Self::by(Arc::clone(&self.rules));
        if let Some(known) = id.parse().ok().and_then(|id: RequestId| self.rows.get(&id)) {
            row.knows(std::slice::from_ref(known));
        }
        row
    }

    /// Not all is known that is secret in what it is about: what might repeat it is hidden.
    #[must_use]
    pub fn is_blind(&self) -> bool {
        self.secrets.is_blind()
    }

    /// More is covered in what it is about than was chosen: it is blind, or a body is hidden whole.
    #[must_use]
    pub fn covers_more(&self) -> bool {
        self.is_blind() || self.secrets.hide_a_body()
    }

    /// There is more that it is about than can be looked through.
    pub const fn blind(&mut self) {
        self.secrets.blind();
    }

    /// Makes what finds the secrets that it knows, which takes long where they are many.
    pub(super) fn prepare(&self) {
        self.secrets.prepare();
    }

    pub(super) fn learn_head(&mut self, head: &RawHead) {
        self.secrets.learn_head(head, &self.places);
    }

    pub(super) fn learn_body(&mut self, body: &[u8], headers: &[Header]) {
        let chosen = Arc::clone(&self.chosen);
        self.secrets.learn_body(body, headers, &chosen.paths);
    }

    /// Whether the value of a header line of this name is masked.
    #[must_use]
    pub fn hides_header(&self, name: &str) -> bool {
        self.places.hides_name(name.as_bytes()) || self.is_blind() && may_repeat(name.as_bytes())
    }

    /// Whether the name of an event of this provider, and its delivery id, are read where something is masked.
    #[must_use]
    pub fn hidden_facts(&self, provider: Option<&str>) -> (bool, bool) {
        if self.is_blind() {
            return (true, true);
        }
        self.chosen.hidden_facts(provider)
    }

    pub(super) fn called(&self, row: &RequestSummary) -> String {
        let known = &row.recognition;
        let (is_hidden, _) = self.hidden_facts(known.provider.as_deref());
        let event = known.event.as_deref().filter(|_| !is_hidden);
        let target = self.target(&row.target, known.endpoint_path.as_deref());
        let row = RequestSummary {
            target: target.unwrap_or_else(|| row.target.clone()),
            ..row.clone()
        };
        let name = row.called(event);
        self.text(&name).unwrap_or(name)
    }

    /// Marks as long as `text`.
    #[must_use]
    pub fn dots(text: &str) -> String {
        "*".repeat(text.len())
    }

    /// The target of a request that came to an endpoint of this path, masked; `None` where nothing is.
    #[must_use]
    pub fn target(&self, target: &str, endpoint: Option<&str>) -> Option<String> {
        if !self.is_blind() {
            let found = target_places(target.as_bytes(), &self.places);
            return self.text_with(target, found.into_iter().map(|place| place.range).collect());
        }
        let open = behind_endpoint(target.as_bytes(), endpoint);
        let hidden = target.get(open..).filter(|rest| !rest.is_empty())?;
        Some(format!("{}{}", &target[..open], Self::dots(hidden)))
    }

    /// A text for people with credentials in addresses, the value of a header line, and what is known to be secret
    /// masked; `None` where nothing of that is in it. It is as long as before, in bytes.
    #[must_use]
    pub fn text(&self, text: &str) -> Option<String> {
        self.text_with(text, Vec::new())
    }

    /// The same where it is known what of it is secret by its place. All of that is looked for in the text as it came: a
    /// mark would break up what is looked for.
    fn text_with(&self, text: &str, mut found: Vec<Range<usize>>) -> Option<String> {
        found.extend(self.in_line(text.as_bytes()));
        found.extend(self.in_addresses(text.as_bytes()));
        let mut bytes = self.covered_by_secrets(text.as_bytes());
        for range in found {
            fill(&mut bytes, range);
        }
        if bytes == text.as_bytes() {
            return None;
        }
        // Whole values are hidden and marks are ASCII, so that it stays text.
        Some(String::from_utf8(bytes).unwrap_or_else(|_| Self::dots(text)))
    }

    /// The value of a header line as text.
    #[must_use]
    pub fn header_value(&self, name: &str, value: &str) -> Option<String> {
        if self.is_blind() && may_repeat(name.as_bytes()) {
            return Some(Self::dots(value));
        }
        let header = Header {
            name: name.as_bytes().to_vec().into(),
            value: value.as_bytes().to_vec().into(),
        };
        let found = value_places(&header, &self.places);
        self.text_with(value, found.into_iter().map(|place| place.range).collect())
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

    pub(super) fn head(&self, head: &Bytes) -> Bytes {
        let raw = RawHead::new(head.clone());
        let mut covered = self.covered_by_secrets(head);
        for place in places_of(&raw, &self.places) {
            fill(&mut covered, place.range);
        }
        if self.is_blind() {
            for place in blind_places(&raw, None) {
                fill(&mut covered, place.range);
            }
        }
        covered.into()
    }

    /// Head and body in one piece.
    pub(super) fn message(&self, bytes: &Bytes) -> Bytes {
        let end = memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
        let (head, body) = (bytes.slice(..end), bytes.slice(end..));
        let raw = RawHead::new(head.clone());
        let headers = raw.headers();
        let mut screen = self.clone();
        // What it gives in one place it may say again in another.
        screen.learn_head(&raw);
        screen.learn_body(&body, &headers);
        [screen.head(&head), screen.body(&body, &headers)].concat().into()
    }

    /// A body as it came, which may be packed.
    pub(super) fn body(&self, body: &Bytes, headers: &[Header]) -> Bytes {
        let content_type = header(headers, "content-type");
        let inside = match Inside::of(body, headers) {
            Inside::Plain => return self.plain_body(body, content_type),
            // What cannot be looked through to its end may have it there.
            Inside::Unknown(..) if self.has_something_to_hide() => return dots(body.len()),
            Inside::Unknown(..) => return body.clone(),
            Inside::Packed(inside) => inside,
        };
        if self.plain_body(&inside, content_type) != inside {
            return dots(body.len());
        }
        // It may not be packed, whatever it says.
        self.covered_by_secrets(body).into()
    }

    /// Whether there are values of bodies that are masked in what it is about.
    pub(super) fn has_chosen(&self) -> bool {
        !self.paths().is_empty()
    }

    fn has_something_to_hide(&self) -> bool {
        self.is_blind() || !self.paths().is_empty() || !self.secrets.is_empty()
    }

    pub(super) fn plain_body(&self, body: &[u8], content_type: Option<&str>) -> Bytes {
        if body.len() > LONGEST_SEARCHED || self.is_blind() {
            return dots(body.len());
        }
        let mut covered = self.covered_by_secrets(body);
        let content_type = content_type.map(str::as_bytes);
        let found = each_span(body, content_type, self.paths(), &mut |span| {
            span.cover(&mut covered);
        });
        match found {
            Ok(()) => covered.into(),
            // Nobody knows where in it the value would be.
            Err(Unreadable) => dots(body.len()),
        }
    }

    fn covered_by_secrets(&self, bytes: &[u8]) -> Vec<u8> {
        self.secrets.covered(bytes).unwrap_or_else(|| bytes.to_vec())
    }

    /// The value of `Name: value`, where a header of that name is masked.
    fn in_line(&self, text: &[u8]) -> Option<Range<usize>> {
        let colon = memmem::find(text, b": ")?;
        let name = &text[..colon];
        let is_name = !name.is_empty()
            && name
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
        let header = Header {
            name: name.to_vec().into(),
            value: text[colon + 2..].trim_ascii().to_vec().into(),
        };
        (is_name && self.places.hides(&header)).then(|| colon + 2..text.len())
    }

    /// Credentials in addresses: parameters of a query, and what stands before an `@`.
    fn in_addresses(&self, text: &[u8]) -> impl Iterator<Item = Range<usize>> {
        // What is an address and nothing else goes on behind a quote.
        let is_address = ["/", "http://", "https://"]
            .iter()
            .any(|start| text.starts_with(start.as_bytes()));
        let is_address = is_address && !text.iter().any(u8::is_ascii_whitespace);
        let whole = is_address.then(|| address::in_address(text, &self.places));
        let within = address::in_text(text, &self.places);
        (whole.into_iter().flatten().chain(within)).map(|secret| secret.range)
    }
}

fn fill(bytes: &mut [u8], range: Range<usize>) {
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
        Self::by(Arc::new(Rules::everywhere_for_tests(paths)))
    }

    pub(super) fn shares_with(&self, known: &Known) -> bool {
        self.secrets.shares_with(&known.secrets)
    }

    pub(super) fn is_prepared(&self) -> bool {
        self.secrets.is_prepared()
    }

    pub(super) fn learn(&mut self, value: &[u8]) {
        self.secrets.learn(value);
    }

    pub(super) fn learn_for_tests(&mut self, head: &Bytes, body: &[u8]) {
        self.learn_head(&RawHead::new(head.clone()));
        let chosen = Arc::clone(&self.chosen);
        self.secrets.learn_plain(body, None, &chosen.paths);
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
