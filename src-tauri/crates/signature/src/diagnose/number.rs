//! How programs write a number that they have read.
//!
//! Only what a parser makes of it comes out again: a double has lost what came after its seventeenth digit, an integer
//! beyond 64 bits may have become a double, and each language has its own bounds beyond which it writes an exponent.

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// As they came: a writer that keeps the text, or values that look the same either way.
    AsWritten,
    /// Doubles, all of them: `1.0` is `1`, `12345678901234567890` is `12345678901234567000`.
    Script,
    /// As `Script`, and `-0` keeps its sign.
    Go,
    /// Integers of any length; `1e3` is `1000.0`, `1e16` is `1e+16`.
    Python,
    /// Integers up to 64 bits; `10.50` is `10.5`, `1.0` is `1`, `1e25` is `1.0e+25`.
    Php,
    /// As `Php`, and `1.0` keeps its `.0`.
    PhpZeros,
    /// Integers of any length; `1e3` is `1000.0`, `1e16` is `1.0e+16`.
    Ruby,
    /// Integers of any length; `1e7` is `1.0E7`.
    Java,
    /// As `Java` with doubles only: `1` is `1.0`.
    JavaDoubles,
    /// Integers of any length; `1e3` is `1000.0`, `1e15` is `1E+15`.
    Newtonsoft,
}

/// What becomes of an integer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Integers {
    /// It stays one, however long it is; `-0` is `0`.
    Kept,
    /// It stays one within 64 bits, else it is a double; so is `-0`.
    KeptTo64Bits,
    /// It is a double.
    Doubles,
}

/// The form of a double. The point is counted from the first digit: in `12.5` it is at 2, in `0.05` at -1.
#[derive(Clone, Copy)]
struct Form {
    integers: Integers,
    /// Without an exponent from this place of the point on.
    from: i32,
    /// And up to this one; where the digits themselves are more, up to their end if `grows`.
    to: i32,
    grows: bool,
    /// Whether a whole number gets `.0`.
    zero: bool,
    /// Whether the one digit before an exponent gets `.0`.
    exponent_zero: bool,
    /// `e`, `e+`, `E`, as it stands before an exponent that is not negative.
    exponent: &'static str,
    /// The fewest digits of the exponent.
    width: usize,
    /// Whether a zero keeps its sign.
    signed_zero: bool,
    /// What is written in place of a number that is too large.
    infinite: Option<&'static str>,
}

impl Numbers {
    fn form(self) -> Option<Form> {
        let script = Form {
            integers: Integers::Doubles,
            from: -5,
            to: 21,
            grows: false,
            zero: false,
            exponent_zero: false,
            exponent: "e+",
            width: 1,
            signed_zero: false,
            infinite: Some("null"),
        };
        let python = Form {
            integers: Integers::Kept,
            from: -3,
            to: 16,
            zero: true,
            width: 2,
            signed_zero: true,
            infinite: Some("Infinity"),
            ..script
        };
        let java = Form {
            from: -2,
            to: 7,
            exponent_zero: true,
            exponent: "E",
            width: 1,
            infinite: None,
            ..python
        };
        let php = Form {
            integers: Integers::KeptTo64Bits,
            to: 17,
            zero: false,
            exponent_zero: true,
            width: 1,
            infinite: None,
            ..python
        };
        Some(match self {
            Self::AsWritten => return None,
            Self::Script => script,
            Self::Go => Form {
                signed_zero: true,
                infinite: None,
                ..script
            },
            Self::Python => python,
            Self::Php => php,
            Self::PhpZeros => Form { zero: true, ..php },
            Self::Ruby => Form {
                exponent_zero: true,
                infinite: None,
                ..python
            },
            Self::Java => java,
            Self::JavaDoubles => Form {
                integers: Integers::Doubles,
                ..java
            },
            Self::Newtonsoft => Form {
                to: 15,
                grows: true,
                exponent: "E+",
                infinite: None,
                ..python
            },
        })
    }

    /// The number, or the word, as it is written; as it came where the writer would refuse it.
    pub(super) fn write(self, raw: &str) -> String {
        let is_number = raw.starts_with(|first: char| first.is_ascii_digit() || first == '-');
        self.form()
            .filter(|_| is_number)
            .and_then(|form| form.write(raw))
            .unwrap_or_else(|| raw.to_owned())
    }
}

impl Form {
    fn write(self, raw: &str) -> Option<String> {
        if !raw.contains(['.', 'e', 'E']) {
            match self.integers {
                Integers::Kept => return Some(if raw == "-0" { "0" } else { raw }.to_owned()),
                Integers::KeptTo64Bits if raw != "-0" && raw.parse::<i64>().is_ok() => {
                    return Some(raw.to_owned());
                }
                Integers::KeptTo64Bits | Integers::Doubles => {}
            }
        }
        let number: f64 = raw.parse().ok()?;
        let sign = if number.is_sign_negative() && (number != 0.0 || self.signed_zero) {
            "-"
        } else {
            ""
        };
        if !number.is_finite() {
            let word = self.infinite?;
            let sign = if word == "null" { "" } else { sign };
            return Some(format!("{sign}{word}"));
        }
        // The shortest digits that give this double again, as all of these writers take them.
        let written = format!("{:e}", number.abs());
        let (mantissa, exponent) = written.split_once('e')?;
        let exponent: i32 = exponent.parse().ok()?;
        let digits = mantissa.replace('.', "");
        let point = exponent + 1;
        let length = i32::try_from(digits.len()).ok()?;
        let to = if self.grows { self.to.max(length) } else { self.to };
        let text = if (self.from..=to).contains(&point) || number == 0.0 {
            self.plain(&digits, point)
        } else {
            self.with_exponent(&digits, exponent)
        };
        Some(format!("{sign}{text}"))
    }

    fn plain(self, digits: &str, point: i32) -> String {
        let Some(before) = usize::try_from(point).ok().filter(|before| *before > 0) else {
            let zeros = usize::try_from(point.unsigned_abs()).unwrap_or_default();
            return format!("0.{}{digits}", "0".repeat(zeros));
        };
        match digits.split_at_checked(before) {
            Some((whole, fraction)) if !fraction.is_empty() => format!("{whole}.{fraction}"),
            _ => {
                let zero = if self.zero { ".0" } else { "" };
                format!("{digits:0<before$}{zero}")
            }
        }
    }

    fn with_exponent(self, digits: &str, exponent: i32) -> String {
        let (first, rest) = digits.split_at(1);
        let point = match rest {
            "" if self.exponent_zero => ".0".to_owned(),
            "" => String::new(),
            rest => format!(".{rest}"),
        };
        let letter = self.exponent;
        let sign = if exponent < 0 {
            format!("{}-", letter.trim_end_matches('+'))
        } else {
            letter.to_owned()
        };
        format!(
            "{first}{point}{sign}{:0>width$}",
            exponent.unsigned_abs(),
            width = self.width
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_bounds_and_exponents() {
        let cases = [
            (Numbers::Script, "1234567890123456789", "1234567890123456800"),
            (Numbers::Script, "12345678901234567890", "12345678901234567000"),
            (Numbers::Script, "1e21", "1e+21"),
            (Numbers::Script, "0.0000001", "1e-7"),
            (Numbers::Script, "0.000001", "0.000001"),
            (Numbers::Script, "-0", "0"),
            (Numbers::Script, "1e400", "null"),
            (Numbers::Go, "-0", "-0"),
            (Numbers::Go, "10.50", "10.5"),
            (Numbers::Python, "12345678901234567890", "12345678901234567890"),
            (Numbers::Python, "1e16", "1e+16"),
            (Numbers::Python, "0.00001", "1e-05"),
            (Numbers::Python, "-0", "0"),
            (Numbers::Php, "10.50", "10.5"),
            (Numbers::Php, "1.0", "1"),
            (Numbers::Php, "1e3", "1000"),
            (Numbers::Php, "9223372036854775807", "9223372036854775807"),
            (Numbers::Php, "12345678901234567890", "1.2345678901234567e+19"),
            (Numbers::Php, "0.00001", "1.0e-5"),
            (Numbers::Php, "-0", "-0"),
            (Numbers::Ruby, "1e16", "1.0e+16"),
            (Numbers::Ruby, "1e15", "1000000000000000.0"),
            (Numbers::Ruby, "0.00001", "1.0e-05"),
            (Numbers::Java, "1e7", "1.0E7"),
            (Numbers::Java, "9999999.5", "9999999.5"),
            (Numbers::Java, "0.0001", "1.0E-4"),
            (Numbers::Java, "7", "7"),
            (Numbers::JavaDoubles, "7", "7.0"),
            (Numbers::Newtonsoft, "1e15", "1E+15"),
            (Numbers::Newtonsoft, "1234567890123456.0", "1234567890123456.0"),
            (Numbers::Newtonsoft, "0.00001", "1E-05"),
            (Numbers::Newtonsoft, "10.50", "10.5"),
            (Numbers::AsWritten, "10.50", "10.50"),
            (Numbers::Script, "true", "true"),
        ];
        for (numbers, raw, written) in cases {
            assert_eq!(numbers.write(raw), written, "`{raw}` as {numbers:?}");
        }
    }

    #[test]
    fn nothing_that_looks_like_a_number_is_refused() {
        for raw in ["-", "1e", "--1", "0x10", "1.2.3", "1e99999999999", "-1e400"] {
            for numbers in [
                Numbers::Script,
                Numbers::Php,
                Numbers::JavaDoubles,
                Numbers::Python,
            ] {
                assert!(!numbers.write(raw).is_empty(), "`{raw}` as {numbers:?}");
            }
        }
    }
}
