//! The exact bytes that will go, worked out before anything goes.
//!
//! Pure: nothing here resolves, connects, reads a clock or knows where the request is kept, so that what a person
//! is shown before a delivery is what the socket gets. A captured head is copied line by line, with its order,
//! case, spacing and line breaks; the only lines that may differ are
//!
//! - those in [`LEFT_OUT`] and those that a `Connection` header names: they speak of one connection, which was
//!   another one, or ask for an answer in the middle of the request (`Expect`);
//! - `Host`: the target's, in the place of the first one;
//! - `Content-Length`: the length of the body, in the place of the first one or of `Transfer-Encoding`, and at the
//!   end where there was neither and there is a body. A line that already says the right length stays as it is;
//! - where the route withholds them, `Cookie` and `Authorization` that came for another host.
//!
//! No `Connection` header is ever added: whether the connection is used again is decided after the answer.

use bytes::Bytes;

use super::credentials;
use super::destination::{Destination, Origin};
use super::route::Route;
use crate::model::{Framing, Mark, RawHead, State};

/// The headers that are never sent on (RFC 9110 section 7.6.1, and `Expect`, `Proxy-Authorization`).
pub const LEFT_OUT: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
    "proxy-authorization",
];

/// One request as it will go over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The whole URL, for people; bytes of the target that are not UTF-8 are replaced.
    pub url: String,
    /// What the connection is made to.
    pub origin: Origin,
    /// The head, its blank line included.
    pub head: Bytes,
    /// The body.
    pub body: Bytes,
    /// How the header lines differ from those it was made from, in the order of the head.
    pub changes: Vec<Change>,
    /// The names of captured header lines that stay here: credentials that were meant for another host.
    pub withheld: Vec<String>,
}

/// A header line that was not copied as it stood; lines are without their line break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It does not go.
    Removed {
        /// As it stood.
        line: Bytes,
    },
    /// Another goes in its place.
    Replaced {
        /// As it stood.
        before: Bytes,
        /// As it goes.
        after: Bytes,
    },
    /// It was not there.
    Added {
        /// As it goes.
        line: Bytes,
    },
}

impl Change {
    /// The name of the header.
    #[must_use]
    pub fn name(&self) -> String {
        let (Self::Removed { line } | Self::Replaced { before: line, .. } | Self::Added { line }) = self;
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        String::from_utf8_lossy(name.trim_ascii()).into_owned()
    }

    /// Why it is not as it stood, by the rules of sending.
    #[must_use]
    pub fn why(&self) -> &'static str {
        let name = self.name();
        match (name.to_ascii_lowercase().as_str(), self) {
            ("host", Self::Removed { .. }) => "a request has one host",
            ("host", _) => "the host of the target",
            ("content-length", Self::Removed { .. }) => "a request has one length",
            ("content-length", _) => "the length of the body that goes",
            ("transfer-encoding", Self::Replaced { .. }) => "the body goes in one piece, with its length",
            ("expect", _) => "it asks for an answer in the middle of the request",
            ("proxy-authorization", _) => "it was meant for a proxy on the way here",
            ("authorization" | "cookie", Self::Removed { .. }) => {
                "it was meant for the host that the request came to, or a rule of the target takes it away"
            }
            ("hookbench-passed", _) => "it tells a request that comes back",
            (name, Self::Removed { .. }) if LEFT_OUT.contains(&name) => {
                "it speaks of the connection on which it came"
            }
            (_, Self::Removed { .. }) => "`Connection` names it, or a rule of the target",
            _ => "a rule of the target",
        }
    }
}

/// Why there is nothing that could be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// What is kept is not all that was sent.
    #[error("the request was kept only in part (`{}`), so it cannot be sent again unchanged", state.as_str())]
    NotWhole {
        /// How far it came.
        state: State,
    },
    /// The head that is kept is not the one that came.
    #[error("the head of the request could not be recorded exactly, so it cannot be sent again unchanged")]
    RebuiltHead,
    /// The head is no head of HTTP/1.
    #[error("the captured head is not HTTP/1 ({reason}), so it cannot be sent again unchanged")]
    NotHttp {
        /// What is wrong with it.
        reason: String,
    },
    /// `CONNECT` has no answer in the usual sense.
    #[error("`CONNECT` asks for a tunnel, which is not made")]
    Tunnel,
}

impl PlanError {
    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NotWhole { .. } | Self::RebuiltHead | Self::NotHttp { .. } => {
                "edit it and send the edited copy"
            }
            Self::Tunnel => "choose another method",
        }
    }
}

/// Whether a request that came as far as `state`, framed like this, can be sent again unchanged.
///
/// # Errors
/// If what is kept is only its beginning, it was no request at all, or its head is not the one that came.
pub fn check_whole(state: State, framing: &Framing) -> Result<(), PlanError> {
    match state {
        State::Cut | State::Aborted | State::Refused => Err(PlanError::NotWhole { state }),
        State::Complete if framing.marks.contains(&Mark::RebuiltHead) => Err(PlanError::RebuiltHead),
        State::Complete => Ok(()),
    }
}

/// What goes when the captured `head` and `body` are sent to `destination` unchanged.
///
/// A destination without a path keeps the captured path and query exactly as sent; one with a path is used as it
/// is, with the captured query unless it has its own.
///
/// # Errors
/// If the head is not one that HTTP/1 allows: it could not be sent so that the target sees the same.
pub fn resend(head: &RawHead, body: Bytes, destination: &Destination) -> Result<Outgoing, PlanError> {
    resend_by(head, body, &Route::to(destination.clone()))
}

/// What goes when the captured `head` and `body` are sent by `route`: with its path and its header rules.
///
/// # Errors
/// As [`resend`].
pub fn resend_by(head: &RawHead, body: Bytes, route: &Route) -> Result<Outgoing, PlanError> {
    check_head(head.bytes())?;
    let line = head.request_line();
    if &line.method[..] == b"CONNECT" {
        return Err(PlanError::Tunnel);
    }
    let target = target(&line.target, route);
    let mut lines = lines(head.bytes()).skip_while(|line| without_break(line).is_empty());
    let request_line = lines.next().unwrap_or_default();

    let mut first = Vec::with_capacity(request_line.len() + target.len());
    first.extend_from_slice(&line.method);
    first.push(b' ');
    first.extend_from_slice(&target);
    first.push(b' ');
    first.extend_from_slice(&line.version);
    first.extend_from_slice(line_break(&request_line));
    let headers = lines.take_while(|line| !without_break(line).is_empty());
    let mut outgoing = assemble(first, headers, &target, body, route.origin());
    if route.withholds() {
        outgoing = credentials::withheld(outgoing, head);
    }
    Ok(route.with_headers(outgoing))
}

/// Puts a head together from its first line and the header `lines`, each with its line break.
pub(super) fn assemble(
    first: Vec<u8>,
    lines: impl Iterator<Item = Bytes>,
    target: &[u8],
    body: Bytes,
    origin: &Origin,
) -> Outgoing {
    let lines = headers(lines);
    let named = named_by_connection(&lines);
    let first_of = |name: &str| lines.iter().position(|line| line.is(name));
    let host_at = first_of("host");
    let length_at = first_of("content-length");
    let lone_length = lines.iter().filter(|line| line.is("content-length")).count() == 1;
    let chunked_at = first_of("transfer-encoding");
    let host = origin.host_header();
    let length = body.len().to_string();

    let mut head = first;
    let mut changes = Vec::new();
    if host_at.is_none() {
        push_added(&mut head, &mut changes, format!("Host: {host}").into_bytes());
    }
    for (index, line) in lines.iter().enumerate() {
        let after = if Some(index) == host_at {
            Some(line.with_value(host.as_bytes()))
        } else if Some(index) == length_at {
            let right = lone_length && says_length(line.value(), body.len());
            Some(if right {
                line.raw.clone()
            } else {
                line.with_value(length.as_bytes())
            })
        } else if Some(index) == chunked_at && length_at.is_none() {
            Some(
                [b"Content-Length: ", length.as_bytes(), line_break(&line.raw)]
                    .concat()
                    .into(),
            )
        } else if line.is("host") || line.is("content-length") || is_left_out(line, &named) {
            None
        } else {
            head.extend_from_slice(&line.raw);
            continue;
        };
        let before = line.raw.slice(..without_break(&line.raw).len());
        match after {
            None => changes.push(Change::Removed { line: before }),
            Some(after) => {
                head.extend_from_slice(&after);
                if after != line.raw {
                    let after = after.slice(..without_break(&after).len());
                    changes.push(Change::Replaced { before, after });
                }
            }
        }
    }
    if length_at.is_none() && chunked_at.is_none() && !body.is_empty() {
        push_added(
            &mut head,
            &mut changes,
            format!("Content-Length: {length}").into_bytes(),
        );
    }
    head.extend_from_slice(b"\r\n");
    let url = format!("{origin}{}", String::from_utf8_lossy(target));
    Outgoing {
        url,
        origin: origin.clone(),
        head: head.into(),
        body,
        changes,
        withheld: Vec::new(),
    }
}

/// `outgoing` with another target in its request line, another body, or both.
pub(crate) fn with_target_and_body(
    outgoing: Outgoing,
    target: Option<&[u8]>,
    body: Option<Bytes>,
) -> Outgoing {
    if target.is_none() && body.is_none() {
        return outgoing;
    }
    let mut all = lines(&outgoing.head);
    let first = all.next().unwrap_or_default();
    let headers = all.take_while(|line| !without_break(line).is_empty());
    let mut words = without_break(&first).splitn(3, |byte| *byte == b' ');
    let (method, old, version) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let target = target.unwrap_or(old).to_vec();
    let line = [method, b" ", &target, b" ", version, line_break(&first)].concat();
    let body = body.unwrap_or_else(|| outgoing.body.clone());
    let mut changed = assemble(line, headers, &target, body, &outgoing.origin);
    let added = std::mem::take(&mut changed.changes);
    changed.changes = outgoing.changes.into_iter().chain(added).collect();
    changed.withheld = outgoing.withheld;
    changed
}

fn push_added(head: &mut Vec<u8>, changes: &mut Vec<Change>, line: Vec<u8>) {
    head.extend_from_slice(&line);
    head.extend_from_slice(b"\r\n");
    changes.push(Change::Added { line: line.into() });
}

/// The request target that goes: see [`resend`].
fn target(captured: &Bytes, route: &Route) -> Bytes {
    route.target_of(&origin_form(captured))
}

/// `http://host/a?b`, as a proxy gets it, becomes `/a?b`; `/a?b` and `*` stay.
fn origin_form(target: &Bytes) -> Bytes {
    let Some(scheme) = target.windows(3).position(|window| window == b"://") else {
        return target.clone();
    };
    if target.starts_with(b"/") || !target[..scheme].iter().all(u8::is_ascii_alphanumeric) {
        return target.clone();
    }
    let rest = target.slice(scheme + 3..);
    match rest.iter().position(|byte| matches!(byte, b'/' | b'?')) {
        Some(at) if rest[at] == b'/' => rest.slice(at..),
        Some(at) => [b"/", &rest[at..]].concat().into(),
        None => Bytes::from_static(b"/"),
    }
}

/// One header line as it stands, a fold and the line break included.
pub(super) struct Line {
    pub(super) raw: Bytes,
    name_end: usize,
}

impl Line {
    pub(super) fn new(raw: Bytes) -> Self {
        let name_end = raw.iter().position(|byte| *byte == b':').unwrap_or(0);
        Self { raw, name_end }
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.raw[..self.name_end]
            .trim_ascii_end()
            .eq_ignore_ascii_case(name.as_bytes())
    }

    pub(super) fn name(&self) -> String {
        String::from_utf8_lossy(self.raw[..self.name_end].trim_ascii()).into_owned()
    }

    pub(super) fn value(&self) -> &[u8] {
        self.raw.get(self.name_end + 1..).unwrap_or_default().trim_ascii()
    }

    /// The same line with another value: name, spacing and line break stay.
    pub(super) fn with_value(&self, value: &[u8]) -> Bytes {
        let after_colon = &self.raw[(self.name_end + 1).min(self.raw.len())..];
        let spacing = after_colon
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let kept = &self.raw[..(self.name_end + 1 + spacing).min(self.raw.len())];
        [kept, value, line_break(&self.raw)].concat().into()
    }
}

pub(super) fn headers(lines: impl Iterator<Item = Bytes>) -> Vec<Line> {
    lines.map(Line::new).collect()
}

/// The header names that `Connection` lists, `Host` and `Content-Length` aside: those are ours to set.
fn named_by_connection(lines: &[Line]) -> Vec<Vec<u8>> {
    lines
        .iter()
        .filter(|line| line.is("connection"))
        .flat_map(|line| line.value().split(|byte| *byte == b','))
        .map(|word| word.trim_ascii().to_ascii_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

fn is_left_out(line: &Line, named: &[Vec<u8>]) -> bool {
    let name = line.raw[..line.name_end].trim_ascii_end();
    LEFT_OUT
        .iter()
        .any(|left_out| name.eq_ignore_ascii_case(left_out.as_bytes()))
        || named.iter().any(|named| name.eq_ignore_ascii_case(named))
}

fn says_length(value: &[u8], length: usize) -> bool {
    value.iter().all(u8::is_ascii_digit)
        && std::str::from_utf8(value).is_ok_and(|digits| digits.parse() == Ok(length))
}

/// The lines of a head, each with its break.
pub(super) fn lines(head: &Bytes) -> impl Iterator<Item = Bytes> + '_ {
    let mut next = 0;
    std::iter::from_fn(move || {
        let start = next;
        let rest = head.get(start..).filter(|rest| !rest.is_empty())?;
        next = start
            + rest
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(rest.len(), |at| at + 1);
        Some(head.slice(start..next))
    })
}

pub(crate) fn without_break(line: &[u8]) -> &[u8] {
    &line[..line.len() - line_break(line).len()]
}

fn line_break(line: &[u8]) -> &[u8] {
    let length = if line.ends_with(b"\r\n") {
        2
    } else {
        usize::from(line.ends_with(b"\n"))
    };
    &line[line.len() - length..]
}

/// Judges the head as the listener does, by the same parser.
fn check_head(head: &[u8]) -> Result<(), PlanError> {
    let mut room = 64;
    loop {
        let mut headers = vec![httparse::EMPTY_HEADER; room];
        let reason = match httparse::Request::new(&mut headers).parse(head) {
            Ok(httparse::Status::Complete(_)) => return Ok(()),
            Ok(httparse::Status::Partial) => "it does not end".to_owned(),
            // A head of n bytes has fewer than n headers, so this ends.
            Err(httparse::Error::TooManyHeaders) if room < head.len() => {
                room *= 4;
                continue;
            }
            Err(error) => error.to_string(),
        };
        return Err(PlanError::NotHttp { reason });
    }
}

#[cfg(test)]
#[path = "tests/plan.rs"]
mod tests;
