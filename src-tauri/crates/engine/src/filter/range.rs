//! Numbers with `>`, `<` and `..`: sizes and statuses.

use std::ops::Range;

use super::FilterError;

/// Numbers from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The smallest.
    pub first: u64,
    /// The largest.
    pub last: u64,
}

impl Bounds {
    /// Whether `number` is one of them.
    #[must_use]
    pub const fn contain(self, number: u64) -> bool {
        self.first <= number && number <= self.last
    }
}

/// Reads `10`, `>10`, `>=10`, `<10`, `<=10`, `10..20`, `10..` and `..20`, each number by `one`, which gives the
/// bounds that a single word stands for.
pub(super) fn read(text: &str, one: impl Fn(&str) -> Option<Bounds>) -> Option<Bounds> {
    let everything = Bounds {
        first: 0,
        last: u64::MAX,
    };
    if let Some((from, to)) = text.split_once("..") {
        let first = if from.is_empty() { 0 } else { one(from)?.first };
        let last = if to.is_empty() { u64::MAX } else { one(to)?.last };
        return (!(from.is_empty() && to.is_empty()) && first <= last).then_some(Bounds { first, last });
    }
    type Apply = fn(Bounds) -> Option<Bounds>;
    let comparisons: [(&str, Apply); 5] = [
        (">=", |it| {
            Some(Bounds {
                first: it.first,
                last: u64::MAX,
            })
        }),
        ("<=", |it| {
            Some(Bounds {
                first: 0,
                last: it.last,
            })
        }),
        (">", |it| {
            Some(Bounds {
                first: it.last.checked_add(1)?,
                last: u64::MAX,
            })
        }),
        ("<", |it| {
            Some(Bounds {
                first: 0,
                last: it.first.checked_sub(1)?,
            })
        }),
        ("=", Some),
    ];
    for (sign, apply) in comparisons {
        if let Some(rest) = text.strip_prefix(sign) {
            return apply(one(rest)?);
        }
    }
    if text == "*" { Some(everything) } else { one(text) }
}

/// A size such as `10kb`: `k`, `m`, `g` are thousands, `kib`, `mib`, `gib` are 1024s.
pub(super) fn size(text: &str) -> Option<Bounds> {
    let lower = text.trim().to_ascii_lowercase();
    let end = lower
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(lower.len());
    let (number, unit) = lower.split_at(end);
    let factor: u32 = match unit.trim_start() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    let bytes = number * f64::from(factor);
    // Beyond 2^53 a float no longer counts single bytes, and no body is that large.
    if !(0.0..9_007_199_254_740_992.0).contains(&bytes) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range was checked above"
    )]
    let bytes = bytes.round() as u64;
    Some(Bounds {
        first: bytes,
        last: bytes,
    })
}

/// A status such as `404` or `5xx`.
pub(super) fn status(text: &str) -> Option<Bounds> {
    let lower = text.to_ascii_lowercase();
    if let Some(digit) = lower.strip_suffix("xx") {
        let digit: u64 = digit.parse().ok().filter(|digit| (1..=9).contains(digit))?;
        return Some(Bounds {
            first: digit * 100,
            last: digit * 100 + 99,
        });
    }
    let status: u64 = lower.parse().ok().filter(|status| (100..=999).contains(status))?;
    Some(Bounds {
        first: status,
        last: status,
    })
}

pub(super) fn bad_size(text: &str, at: Range<usize>) -> FilterError {
    FilterError::new(at, format!("`{text}` is no size"))
        .hint("write for example `size:>10kb` or `size:1kb..2mb`")
}

pub(super) fn bad_status(text: &str, at: Range<usize>) -> FilterError {
    FilterError::new(at, format!("`{text}` is no status"))
        .hint("write for example `status:404`, `status:5xx`, `status:>=400` or `status:none`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_statuses_are_read() {
        let bounds = |first, last| Some(Bounds { first, last });
        assert_eq!(read(">10kb", size), bounds(10_001, u64::MAX), "more than");
        assert_eq!(read("<=1.5KiB", size), bounds(0, 1_536), "at most");
        assert_eq!(read("1k..2mb", size), bounds(1_000, 2_000_000), "from to");
        assert_eq!(read("7", size), bounds(7, 7), "exactly");
        assert_eq!(read("5xx", status), bounds(500, 599), "a class");
        assert_eq!(read(">4xx", status), bounds(500, u64::MAX), "beyond a class");
        assert_eq!(read("..399", status), bounds(0, 399), "up to");
        for text in [
            "",
            ">",
            "..",
            "kb",
            "1xx0",
            "9..1",
            "-1",
            "1e9kb",
            "<0",
            "99999999999999999999gb",
        ] {
            assert_eq!(read(text, size), None, "`{text}` is no size");
        }
        for text in ["20", "0xx", "xx", "2x", "٣٠٠"] {
            assert_eq!(read(text, status), None, "`{text}` is no status");
        }
    }
}
