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
    // A number of seconds with thirteen digits would be far in the future: it is milliseconds.
    let is_long = text.len() >= 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let time: Option<Micros> = if is_long {
        time::parse(text.as_bytes(), TimestampUnit::Milliseconds)
    } else {
        time::parse(text.as_bytes(), TimestampUnit::Seconds)
            .or_else(|| time::parse(text.as_bytes(), TimestampUnit::Rfc3339))
    };
    let Some(time) = time else { return Vec::new() };
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
