//! Instants as they are stored and sent: microseconds since the Unix epoch, UTC.

use std::fmt;

/// An instant in µs since 1970-01-01T00:00:00Z. Negative before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant that lies `micros` µs after the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// µs since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }
}

/// RFC 3339 in UTC with six decimals, e.g. `2026-11-20T12:04:11.482001Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(instant) => write!(formatter, "{instant:.6}"),
            // Outside the calendar that jiff covers (years -9999 to 9999) the number itself is the honest form.
            Err(_) => write!(formatter, "{}µs", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_prints_as_rfc_3339_with_micros() {
        let instant = Timestamp::from_micros(1_795_176_251_482_001);
        assert_eq!(
            instant.to_string(),
            "2026-11-20T12:04:11.482001Z",
            "six decimals, UTC"
        );
    }

    #[test]
    fn an_instant_outside_the_calendar_prints_its_number() {
        assert_eq!(
            Timestamp::from_micros(i64::MAX).to_string(),
            format!("{}µs", i64::MAX),
            "no panic"
        );
    }
}
