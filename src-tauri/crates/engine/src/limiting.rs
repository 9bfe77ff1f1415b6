//! What senders may take of this machine, as the person sets it: one table that the settings, the terminal and the
//! window read, so that no limit can be forgotten by one of them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::capture::Limits;
use crate::changes::Change;
use crate::engine::{Core, Engine};
use crate::error::EngineError;

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitUnit {
    /// Bytes.
    Bytes,
    /// Bytes a second.
    BytesPerSecond,
    /// Seconds.
    Seconds,
    /// Things.
    Count,
}

/// A limit that can be set.
pub struct LimitInfo {
    /// Names it, in settings and on the command line.
    pub name: &'static str,
    /// The same for a person.
    pub title: &'static str,
    /// What it does, and what a sender gets that goes over it.
    pub meaning: &'static str,
    /// What it counts.
    pub unit: LimitUnit,
    /// The least that can be set.
    pub least: u64,
    /// The most.
    pub most: u64,
    get: fn(&Limits) -> u64,
    set: fn(&mut Limits, u64),
}

impl std::fmt::Debug for LimitInfo {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("LimitInfo").field(&self.name).finish()
    }
}

/// A limit and what it is now.
#[derive(Debug)]
pub struct LimitState {
    /// Which.
    pub info: &'static LimitInfo,
    /// What it is now.
    pub value: u64,
    /// What it is unless it is set.
    pub usual: u64,
}

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const HOUR: u64 = 3_600;

/// Whole seconds as a duration, and back.
macro_rules! seconds {
    ($field:ident) => {
        (
            |limits| limits.$field.as_secs(),
            |limits, value| limits.$field = Duration::from_secs(value),
        )
    };
}

/// How a limit is read and set.
type Field = (fn(&Limits) -> u64, fn(&mut Limits, u64));

const fn limit(
    name: &'static str,
    title: &'static str,
    unit: LimitUnit,
    (least, most): (u64, u64),
    (get, set): Field,
    meaning: &'static str,
) -> LimitInfo {
    LimitInfo {
        name,
        title,
        meaning,
        unit,
        least,
        most,
        get,
        set,
    }
}

fn size(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// Every limit, in the order in which they are shown.
pub static LIMITS: [LimitInfo; 14] = [
    // A body must fit into memory to be checked.
    limit(
        "body",
        "Body",
        LimitUnit::Bytes,
        (1, 1024 * MIB),
        (|limits| limits.body, |limits, value| limits.body = value),
        "The longest body that is kept whole. A longer one is cut there, kept as its beginning and answered 413.",
    ),
    limit(
        "head",
        "Head",
        LimitUnit::Bytes,
        (KIB, 16 * MIB),
        (
            |limits| limits.head as u64,
            |limits, value| limits.head = size(value),
        ),
        "Request line and headers together. A longer head is refused with 431 and kept up to here.",
    ),
    limit(
        "headers",
        "Header lines",
        LimitUnit::Count,
        (1, 10_000),
        (
            |limits| limits.headers as u64,
            |limits, value| limits.headers = size(value),
        ),
        "A request with more of them is refused with 431.",
    ),
    limit(
        "connections",
        "Connections",
        LimitUnit::Count,
        (1, 65_536),
        (
            |limits| limits.connections as u64,
            |limits, value| limits.connections = size(value),
        ),
        "At a time. Over it the one that has waited longest without a whole head is dropped; nobody who is being served is.",
    ),
    limit(
        "first-byte",
        "Wait for the first byte",
        LimitUnit::Seconds,
        (1, HOUR),
        seconds!(first_byte),
        "How long a new connection may stay silent before it is closed.",
    ),
    limit(
        "head-time",
        "Time for the head",
        LimitUnit::Seconds,
        (1, HOUR),
        seconds!(head_time),
        "From its first byte to its last. A slower head is answered 408.",
    ),
    limit(
        "idle",
        "Between two requests",
        LimitUnit::Seconds,
        (1, 24 * HOUR),
        seconds!(idle),
        "How long a connection may stay open for its next request. Tunnels keep theirs for 90 seconds.",
    ),
    limit(
        "body-gap",
        "Silence in a body",
        LimitUnit::Seconds,
        (1, HOUR),
        seconds!(body_gap),
        "How long the next bytes of a body may take. After that it is answered 408 and kept as far as it came.",
    ),
    limit(
        "body-rate",
        "Slowest body",
        LimitUnit::BytesPerSecond,
        (1, 1024 * MIB),
        (
            |limits| limits.body_rate.into(),
            |limits, value| limits.body_rate = u32::try_from(value).unwrap_or(u32::MAX),
        ),
        "Measured from its beginning. A slower body is answered 408 and kept as far as it came.",
    ),
    limit(
        "body-rate-after",
        "Grace for a slow body",
        LimitUnit::Seconds,
        (1, HOUR),
        seconds!(body_rate_after),
        "For so long a body may come as slowly as it likes.",
    ),
    limit(
        "body-time",
        "Time for the body",
        LimitUnit::Seconds,
        (1, 24 * HOUR),
        seconds!(body_time),
        "From its first byte to its last, however fast it comes. A longer one is answered 408 and kept as far as it came.",
    ),
    limit(
        "answer-gap",
        "Wait for the sender to read",
        LimitUnit::Seconds,
        (1, HOUR),
        seconds!(answer_gap),
        "How long an answer may wait for a sender that does not read it.",
    ),
    limit(
        "spool",
        "Body in memory",
        LimitUnit::Bytes,
        (KIB, 64 * MIB),
        (
            |limits| limits.spool_above,
            |limits, value| limits.spool_above = value,
        ),
        "A longer body goes to a file of the data folder while it is received.",
    ),
    limit(
        "memory",
        "All bodies in memory",
        LimitUnit::Bytes,
        (MIB, 4096 * MIB),
        (
            |limits| limits.bodies_in_memory,
            |limits, value| limits.bodies_in_memory = value,
        ),
        "Over all connections. When they hold as much, every body above 64 KiB goes to a file.",
    ),
];

/// The limit of this name.
#[must_use]
pub fn limit_of(name: &str) -> Option<&'static LimitInfo> {
    LIMITS.iter().find(|info| info.name == name)
}

impl LimitInfo {
    /// The key of its setting.
    fn key(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }

    /// The number that `text` names: digits, and a unit where it has one (`25MiB`, `10s`, `2m`).
    ///
    /// # Errors
    /// When it is none, or over the bounds of this limit.
    pub fn parse(&self, text: &str) -> Result<u64, EngineError> {
        let text = text.trim();
        let digits = text.len()
            - text
                .trim_start_matches(|letter: char| letter.is_ascii_digit())
                .len();
        let (number, unit) = text.split_at(digits);
        let times = match (self.unit, unit.trim().to_ascii_lowercase().as_str()) {
            (_, "") | (LimitUnit::Bytes | LimitUnit::BytesPerSecond, "b") | (LimitUnit::Seconds, "s") => {
                Some(1)
            }
            (LimitUnit::Bytes | LimitUnit::BytesPerSecond, "kb") => Some(1_000),
            (LimitUnit::Bytes | LimitUnit::BytesPerSecond, "kib") => Some(KIB),
            (LimitUnit::Bytes | LimitUnit::BytesPerSecond, "mb") => Some(1_000_000),
            (LimitUnit::Bytes | LimitUnit::BytesPerSecond, "mib") => Some(MIB),
            (LimitUnit::Bytes | LimitUnit::BytesPerSecond, "gib") => Some(1024 * MIB),
            (LimitUnit::Seconds, "m" | "min") => Some(60),
            (LimitUnit::Seconds, "h") => Some(HOUR),
            _ => None,
        };
        let value = times
            .zip(number.parse::<u64>().ok())
            .and_then(|(times, number)| number.checked_mul(times));
        let Some(value) = value else {
            return Err(EngineError::bad_input(
                format!("`{text}` is no number of {}", self.counted()),
                format!("give {} to {} {}", self.least, self.most, self.counted()),
            ));
        };
        self.check(value).map(|()| value)
    }

    /// What its number counts, in words.
    #[must_use]
    pub const fn counted(&self) -> &'static str {
        match self.unit {
            LimitUnit::Bytes => "bytes",
            LimitUnit::BytesPerSecond => "bytes a second",
            LimitUnit::Seconds => "seconds",
            LimitUnit::Count => "of them",
        }
    }

    fn check(&self, value: u64) -> Result<(), EngineError> {
        if (self.least..=self.most).contains(&value) {
            return Ok(());
        }
        Err(EngineError::bad_input(
            format!("`{value}` cannot be the limit `{}`", self.name),
            format!("choose {} to {} {}", self.least, self.most, self.counted()),
        ))
    }
}

const PREFIX: &str = "limit.";

impl Engine {
    /// All limits as they are now.
    #[must_use]
    pub fn limits(&self) -> Vec<LimitState> {
        let now = self.core.limits.load();
        let usual = &self.core.options.limits;
        LIMITS
            .iter()
            .map(|info| LimitState {
                info,
                value: (info.get)(&now),
                usual: (info.get)(usual),
            })
            .collect()
    }

    /// Sets limits by name; `None` is back to the usual. They hold for connections that are opened afterwards. All
    /// are set, or none.
    ///
    /// # Errors
    /// When there is no limit of a name, a value is out of bounds, or the store cannot write.
    pub async fn set_limits(&self, wanted: &[(String, Option<u64>)]) -> Result<(), EngineError> {
        let mut changes = Vec::with_capacity(wanted.len());
        for (name, value) in wanted {
            let info = limit_of(name).ok_or_else(|| EngineError::NotFound {
                kind: "limit",
                name: name.clone(),
            })?;
            if let Some(value) = value {
                info.check(*value)?;
            }
            changes.push((info, *value));
        }
        let store = &self.core.store;
        for (info, value) in changes {
            match value {
                Some(value) => store.set_setting(&info.key(), &value.into()).await?,
                None => store.remove_setting(&info.key()).await?,
            }
        }
        self.core.renew_limits().await?;
        self.core.changes.tell(Change::Status);
        Ok(())
    }
}

impl Core {
    /// New connections get the limits that were set, here or by another program on the same data.
    pub(crate) async fn renew_limits(&self) -> Result<(), EngineError> {
        let mut limits = self.options.limits.clone();
        for (key, value) in self.store.settings(PREFIX).await? {
            let info = key.strip_prefix(PREFIX).and_then(limit_of);
            // One that is not known, or out of bounds, was set by another version: the usual holds.
            if let Some((info, value)) = info.zip(as_limit(&value))
                && info.check(value).is_ok()
            {
                (info.set)(&mut limits, value);
            }
        }
        if limits != **self.limits.load() {
            self.limits.store(Arc::new(limits));
        }
        Ok(())
    }
}

fn as_limit(value: &Value) -> Option<u64> {
    value.as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_can_be_set_to_its_bounds_and_is_usual_within_them() {
        let usual = Limits::default();
        for info in &LIMITS {
            assert!(info.check((info.get)(&usual)).is_ok(), "{}", info.name);
            for value in [info.least, info.most] {
                let mut limits = usual.clone();
                (info.set)(&mut limits, value);
                assert_eq!((info.get)(&limits), value, "{} is the field it names", info.name);
                let changed = LIMITS
                    .iter()
                    .filter(|other| (other.get)(&limits) != (other.get)(&usual));
                assert!(changed.count() <= 1, "{} changes no other", info.name);
            }
            assert!(
                info.check(info.least - 1).is_err() && info.check(info.most + 1).is_err(),
                "{}",
                info.name
            );
        }
    }

    #[test]
    fn a_limit_is_read_as_people_write_it() {
        let body = limit_of("body").unwrap();
        let time = limit_of("head-time").unwrap();
        for (info, text, wanted) in [
            (body, "25MiB", Some(25 * MIB)),
            (body, "10 mb", Some(10_000_000)),
            (body, "4096", Some(4096)),
            (time, "2m", Some(120)),
            (time, "10s", Some(10)),
            (time, "10kb", None),
            (body, "10s", None),
            (body, "0", None),
            (body, "", None),
            (body, "-1", None),
            (body, "99999999999999999999", None),
            (time, "9h", None),
        ] {
            assert_eq!(info.parse(text).ok(), wanted, "{text}");
        }
    }
}
