//! Points in time as people write them, seen from one moment in one time zone.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan, Zoned};

use crate::model::Timestamp;

/// When and where a filter is read.
#[derive(Debug, Clone)]
pub struct Moment {
    now: Timestamp,
    zone: TimeZone,
}

impl Moment {
    /// This instant, in the time zone of this machine.
    #[must_use]
    pub fn local(now: Timestamp) -> Self {
        Self {
            now,
            zone: TimeZone::system(),
        }
    }

    /// This instant, in UTC.
    #[must_use]
    pub const fn utc(now: Timestamp) -> Self {
        Self {
            now,
            zone: TimeZone::UTC,
        }
    }

    /// The instant that `text` names: `-10m` (before now), `2026-11-20`, `2026-11-20T12:30`, with an offset or `Z`,
    /// `12:30` (today), `today`, `yesterday` or `now`.
    pub(super) fn read(&self, text: &str) -> Option<Timestamp> {
        let text = text.trim();
        if let Some(ago) = text.strip_prefix('-') {
            let micros = span_micros(ago)?;
            return self
                .now
                .as_micros()
                .checked_sub(micros)
                .map(Timestamp::from_micros);
        }
        let now = self.zoned()?;
        let start_of = |date: Date| micros(&date.to_zoned(self.zone.clone()).ok()?);
        match text.to_lowercase().as_str() {
            "now" => return Some(self.now),
            "today" => return start_of(now.date()),
            "yesterday" => return start_of(now.date().checked_sub(1.day()).ok()?),
            _ => {}
        }
        if let Ok(instant) = text.parse::<jiff::Timestamp>() {
            return Some(Timestamp::from_micros(instant.as_microsecond()));
        }
        if let Ok(date_time) = text.parse::<DateTime>() {
            return micros(&date_time.to_zoned(self.zone.clone()).ok()?);
        }
        let time = text.parse::<Time>().ok()?;
        micros(&now.date().to_datetime(time).to_zoned(self.zone.clone()).ok()?)
    }

    fn zoned(&self) -> Option<Zoned> {
        Some(
            jiff::Timestamp::from_microsecond(self.now.as_micros())
                .ok()?
                .to_zoned(self.zone.clone()),
        )
    }
}

fn micros(zoned: &Zoned) -> Option<Timestamp> {
    Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
}

/// The µs of `90s`, `10m`, `2h`, `3d`, `1w`.
fn span_micros(text: &str) -> Option<i64> {
    let unit = text.char_indices().next_back()?;
    let seconds: i64 = match unit.1 {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let number: i64 = text[..unit.0].parse().ok().filter(|number| *number >= 0)?;
    // Through a span, so that what the calendar cannot hold is refused here.
    let span = Span::new().try_seconds(number.checked_mul(seconds)?).ok()?;
    span.get_seconds().checked_mul(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let now: jiff::Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let moment = Moment {
            now: Timestamp::from_micros(now.as_microsecond()),
            zone,
        };
        for (text, wanted) in [
            ("-10m", "2026-11-20T11:50:00.000000Z"),
            ("-2w", "2026-11-06T12:00:00.000000Z"),
            ("now", "2026-11-20T12:00:00.000000Z"),
            ("today", "2026-11-19T22:00:00.000000Z"),
            ("Yesterday", "2026-11-18T22:00:00.000000Z"),
            ("2026-11-01", "2026-10-31T22:00:00.000000Z"),
            ("2026-11-01T08:30", "2026-11-01T06:30:00.000000Z"),
            ("2026-11-01T08:30:05Z", "2026-11-01T08:30:05.000000Z"),
            ("13:45", "2026-11-20T11:45:00.000000Z"),
        ] {
            assert_eq!(
                moment.read(text).map(|at| at.to_string()).as_deref(),
                Some(wanted),
                "`{text}`"
            );
        }
        for text in [
            "",
            "-",
            "-m",
            "10m",
            "-1x",
            "--1m",
            "-99999999999999999m",
            "2026-13-01",
            "25:00",
            "é",
            "-é",
        ] {
            assert_eq!(moment.read(text), None, "`{text}` is no time");
        }
    }
}
