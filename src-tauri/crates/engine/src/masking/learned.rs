//! What was found to be secret in requests, to be hidden wherever it comes up again: in another header line, in a body,
//! in the answer of a server that repeats what it was sent.
//!
//! Nothing is left out in silence: where there is more than can be looked for, or what holds it cannot be looked through,
//! that is known ([`Secrets::is_blind`]), and who asks hides whatever might be it.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::DOT;
use super::body::each_span;
use super::head::{places_of, value_places};
use super::names::{OVERHEAD, SigningPlaces};
use super::packed::Inside;
use super::path::MaskPath;
use crate::model::{Header, RawHead};
use crate::unpacking::header;

/// A value that is shorter is hidden in its place and not looked for elsewhere: it would be found by chance.
const SHORTEST_VALUE: usize = 6;
/// A piece of a header's value, such as the digest behind `sha256=`, is looked for from this length on.
const SHORTEST_PIECE: usize = 8;
/// No word is as long.
const LONG_WORD: usize = 20;
/// So many values are looked for at the most; a list of ten thousand customers has fewer.
const MOST_VALUES: usize = 50_000;
/// A longer value is known by its beginning.
const TOLD_BY: usize = 64;

/// Values that are secret. A copy shares them, and what finds them, until it learns more.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    values: Arc<HashSet<Vec<u8>>>,
    /// There are others that are not known.
    blind: bool,
    /// They are of a body that is masked whole, since a pointer means nothing in it. What is in it is no value, and not
    /// looked for elsewhere.
    body: bool,
    /// Made when it is first asked for; nothing where it cannot be made.
    matcher: Arc<OnceLock<Option<Matcher>>>,
}

/// Finds the values, or the beginnings of long ones.
struct Matcher {
    beginnings: AhoCorasick,
    /// How much is hidden from each of them on: the longest value that begins so.
    lengths: Vec<usize>,
}

impl Secrets {
    /// Whether there may be secrets that are not known: whatever might be one is to be hidden.
    pub(crate) fn is_blind(&self) -> bool {
        self.blind || self.matcher().is_none() && !self.values.is_empty()
    }

    /// Whether they are of a body that is masked whole, since a pointer means nothing in it.
    pub(super) const fn hide_a_body(&self) -> bool {
        self.body
    }

    /// From now on there may be secrets that are not known.
    pub(super) const fn blind(&mut self) {
        self.blind = true;
    }

    /// Makes what finds them, which takes long where they are many.
    pub(super) fn prepare(&self) {
        self.matcher();
    }

    #[cfg(test)]
    pub(super) fn is_prepared(&self) -> bool {
        self.matcher.get().is_some()
    }

    /// How many bytes they take, with what finds them, which is made for that.
    pub(super) fn size(&self) -> usize {
        let values: usize = self.values.iter().map(|value| value.len() + OVERHEAD).sum();
        let matcher = self.matcher();
        values
            + matcher.map_or(0, |matcher| {
                matcher.beginnings.memory_usage() + matcher.lengths.len() * 8
            })
    }

    /// Whether these are the values of `other`, and what finds them is made once for both.
    #[cfg(test)]
    pub(super) fn shares_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.values, &other.values) && Arc::ptr_eq(&self.matcher, &other.matcher)
    }

    pub(super) fn learn(&mut self, value: &[u8]) {
        if value.len() < SHORTEST_VALUE || self.values.contains(value) {
            return;
        }
        if self.values.len() >= MOST_VALUES {
            self.blind = true;
            return;
        }
        Arc::make_mut(&mut self.values).insert(value.to_vec());
        self.matcher = Arc::default();
    }

    /// What others know too.
    pub(super) fn learn_all(&mut self, others: &Self) {
        self.blind |= others.blind;
        self.body |= others.body;
        if self.values.is_empty() {
            self.values = Arc::clone(&others.values);
            self.matcher = Arc::clone(&others.matcher);
            return;
        }
        for value in &*others.values {
            self.learn(value);
        }
    }

    /// What is secret in a head by its place.
    pub(crate) fn learn_head(&mut self, head: &RawHead, places: &SigningPlaces) {
        for place in places_of(head, places) {
            self.learn_place(&head.bytes()[place.range], place.is_value);
        }
    }

    /// What is secret in lines that came behind the body.
    pub(crate) fn learn_lines(&mut self, lines: &[Header], places: &SigningPlaces) {
        for line in lines {
            for place in value_places(line, places) {
                self.learn_place(&line.value[place.range], place.is_value);
            }
        }
    }

    fn learn_place(&mut self, value: &[u8], is_header: bool) {
        self.learn(value);
        if is_header {
            for piece in telling_pieces(value) {
                self.learn(piece);
            }
            return;
        }
        let decoded: Vec<u8> = percent_encoding::percent_decode(value).collect();
        self.learn(&decoded);
        // The password alone.
        if let Some(colon) = memchr::memchr(b':', value) {
            self.learn(&value[colon + 1..]);
        }
    }

    /// The chosen values of a body, which may be packed.
    pub(crate) fn learn_body(&mut self, body: &[u8], headers: &[Header], paths: &[MaskPath]) {
        if paths.is_empty() || body.is_empty() {
            return;
        }
        let content_type = header(headers, "content-type").map(str::as_bytes);
        match Inside::of(body, headers) {
            Inside::Plain => self.learn_plain(body, content_type, paths),
            Inside::Packed(inside) => self.learn_plain(&inside, content_type, paths),
            Inside::Unknown(inside, _) => {
                self.learn_plain(&inside, content_type, paths);
                self.blind = true;
            }
        }
    }

    /// The texts that are masked in a body, however they are written.
    pub(super) fn learn_plain(&mut self, body: &[u8], content_type: Option<&[u8]>, paths: &[MaskPath]) {
        let found = each_span(body, content_type, paths, &mut |span| {
            self.body |= span.is_body();
            let Some(inside) = span.text(body) else { return };
            self.learn(inside);
            if inside.contains(&b'\\')
                && let Ok(decoded) = serde_json::from_slice::<String>(&[b"\"", inside, b"\""].concat())
            {
                self.learn(decoded.as_bytes());
            }
        });
        self.blind |= found.is_err();
    }

    /// Those that tell something by themselves. A copy is to be worked with: a chosen value that is a common word stays
    /// where it means something else.
    pub(crate) fn telling(&self) -> Self {
        let is_telling = |value: &&Vec<u8>| {
            let has_sign = value.iter().any(|byte| byte.is_ascii_digit() || *byte == b'@');
            value.len() >= SHORTEST_PIECE && has_sign && !value.iter().all(u8::is_ascii_digit)
                || value.len() >= LONG_WORD && !value.contains(&b' ')
        };
        Self {
            values: Arc::new(self.values.iter().filter(is_telling).cloned().collect()),
            blind: self.is_blind(),
            body: self.body,
            matcher: Arc::default(),
        }
    }

    /// None is known.
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether one of them is in `bytes`.
    pub(crate) fn are_in(&self, bytes: &[u8]) -> bool {
        let matcher = self.matcher();
        matcher.is_some_and(|matcher| matcher.beginnings.find_overlapping_iter(bytes).next().is_some())
    }

    /// `bytes` with them hidden; `None` where none of them is there.
    pub(crate) fn covered(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut covered: Option<Vec<u8>> = None;
        self.each(bytes, &mut |range| {
            let covered = covered.get_or_insert_with(|| bytes.to_vec());
            covered[range].fill(DOT);
        });
        covered
    }

    /// Calls back with each place of `bytes` where they are. A value that overlaps itself may be at every byte: what
    /// overlaps is one place, but for the few bytes in which a longer beginning goes back behind a gap.
    fn each(&self, bytes: &[u8], place: &mut dyn FnMut(Range<usize>)) {
        let Some(matcher) = self.matcher() else { return };
        let mut last: Option<Range<usize>> = None;
        // The beginning of each ends where that of the one before does, or behind it.
        for found in matcher.beginnings.find_overlapping_iter(bytes) {
            let length = matcher.lengths.get(found.pattern().as_usize());
            let start = found.start();
            let end = start
                .saturating_add(length.copied().unwrap_or_default())
                .min(bytes.len());
            match &mut last {
                Some(last) if start <= last.end => *last = start.min(last.start)..end.max(last.end),
                last => {
                    if let Some(before) = last.replace(start..end) {
                        place(before);
                    }
                }
            }
        }
        if let Some(last) = last {
            place(last);
        }
    }

    fn matcher(&self) -> Option<&Matcher> {
        self.matcher
            .get_or_init(|| {
                if self.values.is_empty() {
                    return None;
                }
                let mut values: Vec<&[u8]> = self.values.iter().map(Vec::as_slice).collect();
                values.sort_unstable();
                let (mut beginnings, mut lengths) = (Vec::new(), Vec::<usize>::new());
                for value in values {
                    let beginning = &value[..value.len().min(TOLD_BY)];
                    match lengths.last_mut() {
                        Some(length) if beginnings.last() == Some(&beginning) => {
                            *length = (*length).max(value.len());
                        }
                        _ => {
                            beginnings.push(beginning);
                            lengths.push(value.len());
                        }
                    }
                }
                // It is kept for many requests, and what is searched is short: small before fast.
                let kind = Some(AhoCorasickKind::ContiguousNFA);
                let beginnings = AhoCorasick::builder().kind(kind).build(beginnings).ok()?;
                Some(Matcher { beginnings, lengths })
            })
            .as_ref()
    }
}

/// What is likely to be secret in the value of a header, and not a word, a time or the name of something.
fn telling_pieces(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value
        .split(|byte| b" ,;=\"".contains(byte))
        .filter(|piece| piece.len() >= SHORTEST_PIECE && !piece.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(secrets: &Secrets, text: &str) -> String {
        let covered = secrets.covered(text.as_bytes());
        assert_eq!(covered.is_some(), secrets.are_in(text.as_bytes()), "both say so");
        covered.map_or_else(|| text.to_owned(), |bytes| String::from_utf8(bytes).unwrap())
    }

    fn found(secrets: &Secrets, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        secrets.each(bytes, &mut |range| found.push(range));
        found
    }

    #[test]
    fn values_are_hidden_wherever_they_come_up_also_where_they_overlap() {
        let mut secrets = Secrets::default();
        for value in ["abcdef", "cdefgh", "short"] {
            secrets.learn(value.as_bytes());
        }
        assert_eq!(
            hidden(&secrets, "abcdefgh short xabcdefx"),
            "******** short x******x"
        );
        assert!(!secrets.is_blind(), "all of them are looked for");
    }

    #[test]
    fn words_that_mean_something_elsewhere_stay_in_a_copy() {
        let mut secrets = Secrets::default();
        for value in [
            "customer",
            "ann@host.test",
            "tok-1234567",
            "hunterhunterhunterhunter",
            "12345678",
        ] {
            secrets.learn(value.as_bytes());
        }
        assert_eq!(
            hidden(
                &secrets.telling(),
                "customer ann@host.test tok-1234567 hunterhunterhunterhunter 12345678"
            ),
            "customer ************* *********** ************************ 12345678"
        );
    }

    #[test]
    fn long_values_with_one_beginning_are_hidden_to_their_end() {
        let mut secrets = Secrets::default();
        let (one, other) = ("k".repeat(100), "k".repeat(64) + &"l".repeat(100));
        secrets.learn(one.as_bytes());
        secrets.learn(other.as_bytes());
        for value in [one, other] {
            assert!(
                hidden(&secrets, &format!("<{value}>"))
                    .bytes()
                    .all(|byte| b"<*>".contains(&byte))
            );
        }
    }

    #[test]
    fn a_value_that_overlaps_itself_is_hidden_at_once() {
        for (value, bytes) in [(6, 1 << 20), (1 << 20, 1 << 21)] {
            let mut secrets = Secrets::default();
            secrets.learn(&vec![b'0'; value]);
            let found = found(&secrets, &vec![b'0'; bytes]);
            assert_eq!(
                (found.len(), found.first()),
                (1, Some(&(0..bytes))),
                "{value} bytes, and not at each byte of {bytes}"
            );
        }
        let mut secrets = Secrets::default();
        for value in ["bcdefg", "abcdefghij", "ijklmn", "uvwxyz"] {
            secrets.learn(value.as_bytes());
        }
        assert_eq!(
            found(&secrets, b".abcdefghijklmn.uvwxyz.bcdefg"),
            [1..15, 16..22, 23..29],
            "one that begins before the last and ends behind it takes it in"
        );
        let mut secrets = Secrets::default();
        for value in ["aaaaaa", "bbbbbb", "a-bbbbbb-cccccc"] {
            secrets.learn(value.as_bytes());
        }
        assert_eq!(
            hidden(&secrets, "aaaaaa-bbbbbb-cccccc-aaaaaa-bbbbbb"),
            "********************-******-******",
            "one that goes back behind a gap"
        );
    }

    #[test]
    fn what_finds_values_is_made_once_for_all_who_know_just_these() {
        let mut known = Secrets::default();
        known.learn(b"5ecret-token");
        let mut row = Secrets::default();
        row.learn_all(&known);
        assert!(row.shares_with(&known), "a row of a list knows nothing else");
        row.learn(b"another-token");
        assert_eq!(
            hidden(&row, "5ecret-token another-token"),
            "************ *************"
        );
        assert_eq!(
            hidden(&known, "5ecret-token another-token"),
            "************ another-token",
            "what one of them learns the other does not know"
        );
    }

    #[test]
    fn thousands_of_values_are_known_and_what_is_beyond_that_is_said() {
        let mut secrets = Secrets::default();
        let paths = ["/*/mail".parse().unwrap()];
        let body = |number: usize| {
            let all: Vec<String> = (0..number)
                .map(|at| format!(r#"{{"mail":"ann{at}@host.test"}}"#))
                .collect();
            format!("[{}]", all.join(","))
        };
        secrets.learn_body(body(20_000).as_bytes(), &[], &paths);
        assert!(!secrets.is_blind(), "ordinary use does not meet the bound");
        assert_eq!(hidden(&secrets, "to ann19999@host.test"), "to ******************");
        secrets.learn_body(body(MOST_VALUES + 1).as_bytes(), &[], &paths);
        assert!(
            secrets.is_blind(),
            "what is not looked for any more is not passed over in silence"
        );
    }

    #[test]
    fn a_body_that_cannot_be_looked_through_is_known_to_hold_more() {
        let paths = ["/a".parse::<MaskPath>().unwrap()];
        for (body, is_blind) in [
            (&br#"{"a":"secret"}"#[..], false),
            (br#"{"a":"secret""#, true),
            (b"plain text", false),
        ] {
            let mut secrets = Secrets::default();
            secrets.learn_body(body, &[], &paths);
            assert_eq!(secrets.is_blind(), is_blind, "{}", body.escape_ascii());
            let mut secrets = Secrets::default();
            secrets.learn_body(body, &[], &[]);
            assert!(!secrets.is_blind(), "nothing is chosen");
        }
    }
}
