//! Age against tolerance, at the time of receipt.

use std::borrow::Cow;

use crate::jwt::Token;
use crate::message::Micros;
use crate::read::time;
use crate::scheme::{Timestamp, TimestampUnit};
use crate::view::View;

/// What is known of the time of signing.
#[derive(Debug, Clone)]
pub(crate) struct Judged<'j> {
    pub(crate) text: Cow<'j, [u8]>,
    pub(crate) signed_at: Option<Micros>,
    pub(crate) rule: &'j Timestamp,
    pub(crate) outcome: Outcome,
}

/// What the rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Within the tolerance, or there is none.
    Within,
    /// The time of receipt is not known.
    NotJudged,
    TooOld,
    TooEarly,
    /// A tolerance is to be kept and the time cannot be read.
    Unreadable,
}

/// Judges the age; nothing if the scheme has no time or the message none.
pub(crate) fn judge<'j>(view: &View<'j, '_>, token: Option<&Token>) -> Option<Judged<'j>> {
    let way: &'j crate::scheme::Scheme = view.scene.way;
    let rule = way.timestamp.as_ref()?;
    let text = rule.from.iter().find_map(|source| match (source, token) {
        (crate::template::Source::Claim(name), Some(token)) => {
            token.claim(name).map(|text| Cow::Owned(text.into_bytes()))
        }
        _ => view.get(source).filter(|text| !text.is_empty()),
    })?;
    let signed_at = time::parse(&text, rule.unit);
    let outcome = outcome(rule, signed_at, view.scene.message.received_at);
    Some(Judged {
        text,
        signed_at,
        rule,
        outcome,
    })
}

fn outcome(rule: &Timestamp, signed_at: Option<Micros>, received_at: Option<Micros>) -> Outcome {
    let Some(received_at) = received_at else {
        return Outcome::NotJudged;
    };
    if rule.past.is_none() && rule.future.is_none() {
        return Outcome::Within;
    }
    let Some(signed_at) = signed_at else {
        return Outcome::Unreadable;
    };
    // SDKs compare in the unit of the timestamp: 300.9 s are 300 s where times are in seconds.
    let millis = match rule.unit {
        TimestampUnit::Milliseconds => received_at.millis().saturating_sub(signed_at.millis()),
        TimestampUnit::Seconds | TimestampUnit::Rfc3339 => received_at
            .seconds()
            .saturating_sub(signed_at.seconds())
            .saturating_mul(1000),
    };
    let limit = |seconds: u32| i64::from(seconds) * 1000;
    if rule.past.is_some_and(|past| millis > limit(past)) {
        Outcome::TooOld
    } else if rule
        .future
        .is_some_and(|future| millis.saturating_neg() > limit(future))
    {
        Outcome::TooEarly
    } else {
        Outcome::Within
    }
}
