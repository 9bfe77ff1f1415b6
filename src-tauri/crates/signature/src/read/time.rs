//! Times as senders write them. No clock is read here.

use crate::message::Micros;
use crate::scheme::TimestampUnit;

/// Reads a time. Fractions are allowed and cut to microseconds; anything else that is not the unit's form is none.
pub(crate) fn parse(text: &[u8], unit: TimestampUnit) -> Option<Micros> {
    let text = std::str::from_utf8(text).ok()?.trim();
    match unit {
        TimestampUnit::Seconds => number(text, 1_000_000),
        TimestampUnit::Milliseconds => number(text, 1_000),
        TimestampUnit::Rfc3339 => rfc3339(text),
    }
}

fn number(text: &str, scale: i64) -> Option<Micros> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    if digits.is_empty()
        || !digits
            .bytes()
            .chain(fraction.bytes())
            .all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    whole.parse::<i64>().ok()?.checked_mul(scale).map(Micros)
}

fn rfc3339(text: &str) -> Option<Micros> {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| -> Option<i64> {
        let part = text.get(from..to)?;
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse().ok())?
    };
    let marks = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if !marks.iter().all(|(at, mark)| bytes.get(*at) == Some(mark))
        || !matches!(bytes.get(10)?, b'T' | b't' | b' ')
    {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut rest = text.get(19..)?;
    let mut micros = 0;
    if let Some(tail) = rest.strip_prefix('.') {
        let length = tail.bytes().take_while(u8::is_ascii_digit).count();
        let fraction = format!("{:0<6}", tail.get(..length)?);
        micros = fraction.get(..6)?.parse::<i64>().ok()?;
        rest = tail.get(length..)?;
    }
    let offset = match rest {
        "Z" | "z" => 0,
        zone => {
            let sign = match zone.as_bytes().first()? {
                b'+' => 1,
                b'-' => -1,
                _ => return None,
            };
            let zone = zone[1..].replace(':', "");
            if zone.len() != 4 || !zone.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            sign * (zone[..2].parse::<i64>().ok()? * 3600 + zone[2..].parse::<i64>().ok()? * 60)
        }
    };
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Some(Micros(seconds * 1_000_000 + micros))
}

/// Days since 1970-01-01 of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Writes a time in a unit.
pub(crate) fn format(time: Micros, unit: TimestampUnit) -> String {
    match unit {
        TimestampUnit::Seconds => time.seconds().to_string(),
        TimestampUnit::Milliseconds => time.millis().to_string(),
        TimestampUnit::Rfc3339 => {
            let days = time.seconds().div_euclid(86_400);
            let in_day = time.seconds().rem_euclid(86_400);
            let shifted = days + 719_468;
            let era = shifted.div_euclid(146_097);
            let day_of_era = shifted.rem_euclid(146_097);
            let year_of_era =
                (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
            let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
            let shifted_month = (5 * day_of_year + 2) / 153;
            let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
            let month = if shifted_month < 10 {
                shifted_month + 3
            } else {
                shifted_month - 9
            };
            let year = year_of_era + era * 400 + i64::from(month <= 2);
            format!(
                "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
                in_day / 3600,
                in_day / 60 % 60,
                in_day % 60
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_in_their_units() {
        let read = |text: &str, unit| parse(text.as_bytes(), unit).map(|time| time.0);
        assert_eq!(
            read("1700000000", TimestampUnit::Seconds),
            Some(1_700_000_000_000_000),
            "seconds"
        );
        assert_eq!(
            read("1700000000.0", TimestampUnit::Seconds),
            Some(1_700_000_000_000_000),
            "with a fraction"
        );
        assert_eq!(
            read("1700000000123", TimestampUnit::Milliseconds),
            Some(1_700_000_000_123_000),
            "milliseconds"
        );
        assert_eq!(
            read("2023-11-14T22:13:20.123456789Z", TimestampUnit::Rfc3339),
            Some(1_700_000_000_123_456),
            "nanoseconds are cut"
        );
        assert_eq!(
            read("2020-01-01T00:00:00-07:00", TimestampUnit::Rfc3339),
            Some(1_577_862_000_000_000),
            "offsets count"
        );
        for bad in [
            "",
            "-",
            "1e308",
            "0x10",
            "99999999999999999999",
            "12a",
            "1700000000 1",
        ] {
            assert_eq!(
                read(bad, TimestampUnit::Seconds),
                None,
                "`{bad}` is no number of seconds"
            );
        }
        for bad in [
            "2020-13-01T00:00:00Z",
            "2020-01-01",
            "2020-01-01T00:00:00",
            "2020-01-01T00:00:00+é0:0",
        ] {
            assert_eq!(read(bad, TimestampUnit::Rfc3339), None, "`{bad}` is no time");
        }
    }

    #[test]
    fn written_times_read_back() {
        for seconds in [0, 951_782_400, 1_700_000_000, 4_102_444_799] {
            for unit in [
                TimestampUnit::Seconds,
                TimestampUnit::Milliseconds,
                TimestampUnit::Rfc3339,
            ] {
                let time = Micros::from_seconds(seconds);
                assert_eq!(
                    parse(format(time, unit).as_bytes(), unit),
                    Some(time),
                    "{unit:?} is lossless here"
                );
            }
        }
    }
}
