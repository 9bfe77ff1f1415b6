//! What else may have been signed.

use super::cause::Cause;
use super::variant::Variant;
use crate::message::Micros;
use crate::read::time;
use crate::scheme::{Scheme, TimestampUnit};
use crate::template::{Source, Template};

/// Contents in use, most used first: with time and id, with the URL, and what is often forgotten.
const CONTENTS: [&str; 30] = [
    "{body}",
    "{timestamp}.{body}",
    "{timestamp}:{body}",
    "{timestamp}{body}",
    "{body}{timestamp}",
    "{body}.{timestamp}",
    "{id}.{timestamp}.{body}",
    "v0:{timestamp}:{body}",
    "{id}{timestamp}{body}",
    "{timestamp}.{id}.{body}",
    "{id}.{body}",
    "{timestamp},{body}",
    "{timestamp}\n{body}",
    "{timestamp}|{body}",
    "{timestamp}_{body}",
    "{timestamp}-{body}",
    "{timestamp};{body}",
    "[{timestamp};{body}]",
    "{body}:{timestamp}",
    "v1:{timestamp}:{body}",
    "{url}{body}",
    "{body}{url}",
    "{method}{url}{body}",
    "{method}{url}{body}{timestamp}",
    "{method}{path}{body}",
    "{method}\n{path}\n{body}",
    "{timestamp}{method}{path}{body}",
    "{url}{form-sorted}",
    "{timestamp}",
    "{url}",
];

/// Contents with the secret in them, for plain digests.
const PLAIN: [&str; 7] = [
    "{body}",
    "{secret}{body}",
    "{body}{secret}",
    "{secret}.{body}",
    "{secret}:{body}",
    "{body}.{secret}",
    "{timestamp}{secret}{body}",
];

/// The contents that may be signed, for an HMAC.
pub(crate) fn candidates() -> Vec<Template> {
    CONTENTS
        .iter()
        .filter_map(|text| Template::parse(text).ok())
        .collect()
}

/// The same for a plain digest.
pub(crate) fn plain_candidates() -> Vec<Template> {
    PLAIN
        .iter()
        .filter_map(|text| Template::parse(text).ok())
        .collect()
}

/// The scheme with another content.
pub(super) fn with_content(way: &Scheme, template: Template) -> Scheme {
    Scheme {
        content: vec![template],
        ..way.clone()
    }
}

/// What a content means beside the documented one.
pub(super) fn cause_of(way: &Scheme, template: &Template) -> (Cause, String) {
    let documented = way.content.first().map(Template::as_str).unwrap_or_default();
    let leaves_out_time = way
        .content
        .iter()
        .any(|content| content.reads(&Source::Timestamp))
        && !template.reads(&Source::Timestamp);
    let change = format!("`{}` signed in place of `{documented}`", template.as_str());
    let cause = if leaves_out_time {
        Cause::TimestampOmitted
    } else {
        Cause::WrongContent
    };
    (cause, change)
}

/// The time of a message, written in other units.
pub(super) fn times(text: &str) -> Vec<Variant<String>> {
    let units = [
        TimestampUnit::Seconds,
        TimestampUnit::Milliseconds,
        TimestampUnit::Rfc3339,
    ];
    let Some((time, _)) = read_time(text) else {
        return Vec::new();
    };
    units
        .into_iter()
        .map(|unit| time::format(time, unit))
        .chain([format!("{}.0", time.seconds())])
        .filter(|written| written != text)
        .map(|written| {
            Variant::new(
                Cause::TimestampUnit,
                format!("the time signed as `{written}`"),
                written,
            )
        })
        .collect()
}

/// The times around one that came, in its own form, nearest first, with how many seconds they are apart.
///
/// Those around the time of receipt come after: something on the way may have put its own time in.
pub(super) fn near_times(text: &str, received_at: Option<Micros>, reach: i64) -> Vec<(String, i64)> {
    let Some((came, unit)) = read_time(text) else {
        return Vec::new();
    };
    let mut times: Vec<(String, i64)> = Vec::new();
    let mut seen = std::collections::HashSet::from([text.to_owned()]);
    let mut add = |time: Micros| {
        let written = time::format(time, unit);
        if seen.insert(written.clone()) {
            times.push((written, (time.0 - came.0).div_euclid(1_000_000)));
        }
    };
    // Milliseconds that were cut, or rounded, on the way.
    add(Micros(came.0 - came.0.rem_euclid(1_000_000)));
    for seconds in (1..=reach).flat_map(|seconds| [-seconds, seconds]) {
        add(Micros(came.0.saturating_add(seconds * 1_000_000)));
    }
    if let Some(received) = received_at.filter(|received| (received.0 - came.0).abs() > reach * 1_000_000) {
        let whole = received.0 - received.0.rem_euclid(1_000_000);
        for seconds in (0..=reach / 3).flat_map(|seconds| [-seconds, seconds]) {
            add(Micros(whole.saturating_add(seconds * 1_000_000)));
        }
    }
    times
}

/// A time and the unit it is written in.
fn read_time(text: &str) -> Option<(Micros, TimestampUnit)> {
    // A number of seconds with thirteen digits would be far in the future: it is milliseconds.
    let is_long = text.len() >= 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let units: &[TimestampUnit] = if is_long {
        &[TimestampUnit::Milliseconds]
    } else {
        &[TimestampUnit::Seconds, TimestampUnit::Rfc3339]
    };
    units
        .iter()
        .find_map(|unit| Some((time::parse(text.as_bytes(), *unit)?, *unit)))
}
