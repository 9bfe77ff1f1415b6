//! Values as people write them: lengths of time, sizes, limits, pairs.

use std::time::Duration;

/// A limit as it was typed: a number, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AtMost(pub(crate) Option<u64>);

pub(super) fn limit(text: &str) -> Result<AtMost, String> {
    measured(text, &[("", 1)], "write a number, or `none`")
}

/// Seconds.
pub(super) fn age(text: &str) -> Result<AtMost, String> {
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    measured(text, &units, "write for example `30d`, `12h` or `90m`, or `none`")
}

pub(super) fn bytes(text: &str) -> Result<AtMost, String> {
    let units = [
        ("kib", 1 << 10),
        ("mib", 1 << 20),
        ("gib", 1 << 30),
        ("tib", 1 << 40),
        ("kb", 1_000),
        ("mb", 1_000_000),
        ("gb", 1_000_000_000),
        ("tb", 1_000_000_000_000),
        ("b", 1),
        ("", 1),
    ];
    measured(text, &units, "write for example `2GiB` or `500MB`, or `none`")
}

fn measured(text: &str, units: &[(&str, u64)], hint: &str) -> Result<AtMost, String> {
    let text = text.trim().to_ascii_lowercase();
    if text == "none" {
        return Ok(AtMost(None));
    }
    let found = units.iter().find_map(|(unit, factor)| {
        let number: u64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
        number.checked_mul(*factor)
    });
    found
        .map(|number| AtMost(Some(number)))
        .ok_or_else(|| hint.to_owned())
}

pub(super) fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("write NAME: VALUE".to_owned()),
    }
}

/// `250ms`, `4s`, `2m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let wrong = || "write a number with `ms`, `s` or `m`".to_owned();
    let number: u64 = text[..digits].parse().map_err(|_| wrong())?;
    let millis = match &text[digits..] {
        "ms" => Some(number),
        "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        _ => None,
    };
    millis.map(Duration::from_millis).ok_or_else(wrong)
}

pub(super) fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// A JSON pointer by which values are masked.
pub(super) fn mask_path(text: &str) -> Result<hookbench_engine::MaskPath, String> {
    text.parse()
        .map_err(|bad: hookbench_engine::BadMaskPath| format!("{bad}; {}", bad.hint()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_their_unit() {
        for (text, millis) in [("250ms", 250), ("4s", 4_000), ("2m", 120_000), ("0s", 0)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "`{text}`");
        }
        for text in [
            "",
            "4",
            "s",
            "4h",
            "-1s",
            "99999999999999999999s",
            "18446744073709551615m",
        ] {
            assert!(duration(text).is_err(), "`{text}`");
        }
    }

    #[test]
    fn limits_are_understood_with_their_units() {
        assert_eq!(bytes("2GiB"), Ok(AtMost(Some(2 << 30))), "1024s");
        assert_eq!(bytes("500 MB"), Ok(AtMost(Some(500_000_000))), "thousands");
        assert_eq!(age("30d"), Ok(AtMost(Some(2_592_000))), "days");
        assert_eq!(limit("none"), Ok(AtMost(None)), "no limit");
        for wrong in ["", "-1", "1.5d", "99999999999999999999", "12x"] {
            assert!(age(wrong).is_err(), "`{wrong}` is no age");
        }
    }
}
