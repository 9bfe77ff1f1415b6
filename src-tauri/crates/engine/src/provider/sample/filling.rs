//! What is put in for `${…}` in a sample.

use std::collections::BTreeMap;

use super::RenderError;
use crate::model::Timestamp;

/// Fills in the placeholders of one sample; they are listed at [`super::Sample`].
pub(super) struct Filling<'p, R> {
    now: Timestamp,
    parameters: &'p BTreeMap<String, String>,
    remembered: BTreeMap<String, String>,
    random: R,
}

const DIGITS: &[u8] = b"0123456789";
const HEX: &[u8] = b"0123456789abcdef";
const UPPER: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

impl<'p, R: FnMut(&mut [u8])> Filling<'p, R> {
    pub(super) const fn new(now: Timestamp, parameters: &'p BTreeMap<String, String>, random: R) -> Self {
        Self {
            now,
            parameters,
            remembered: BTreeMap::new(),
            random,
        }
    }

    /// The text with every placeholder filled in.
    pub(super) fn fill(&mut self, text: &str) -> Result<String, RenderError> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (placeholder, tail) = after
                .split_once('}')
                .ok_or_else(|| RenderError::Placeholder(after.to_owned()))?;
            filled.push_str(before);
            filled.push_str(&self.value(placeholder)?);
            rest = tail;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn value(&mut self, placeholder: &str) -> Result<String, RenderError> {
        let unknown = || RenderError::Placeholder(placeholder.to_owned());
        if let Some((name, kind)) = placeholder.split_once('=') {
            let value = self.made(kind).ok_or_else(unknown)?;
            self.remembered.insert(name.to_owned(), value.clone());
            return Ok(value);
        }
        if let Some(value) = self
            .remembered
            .get(placeholder)
            .or_else(|| self.parameters.get(placeholder))
        {
            return Ok(value.clone());
        }
        self.made(placeholder).ok_or_else(unknown)
    }

    fn made(&mut self, kind: &str) -> Option<String> {
        if kind == "uuid" {
            let mut bytes = [0; 16];
            (self.random)(&mut bytes);
            return Some(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string());
        }
        let (kind, form) = kind.split_once(':')?;
        match kind {
            "hex" => self.letters(HEX, form),
            "alnum" => self.letters(ALPHANUMERIC, form),
            "upper" => self.letters(UPPER, form),
            "digits" => {
                let mut digits = self.letters(DIGITS, form)?;
                if digits.starts_with('0') {
                    digits.replace_range(..1, "7");
                }
                Some(digits)
            }
            _ => instant(self.now, kind.strip_prefix("now")?, form),
        }
    }

    fn letters(&mut self, alphabet: &[u8], length: &str) -> Option<String> {
        let mut bytes = vec![0; length.parse::<u8>().ok()?.into()];
        (self.random)(&mut bytes);
        // The alphabet is no power of two: a little uneven, and no secret is made this way.
        Some(
            bytes
                .iter()
                .map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()]))
                .collect(),
        )
    }
}

fn instant(now: Timestamp, shift: &str, form: &str) -> Option<String> {
    let shifted = now.as_micros().checked_add(micros(shift)?)?;
    let instant = jiff::Timestamp::from_microsecond(shifted).ok()?;
    Some(match form {
        "unix" => instant.as_second().to_string(),
        "millis" => instant.as_millisecond().to_string(),
        "rfc3339" => format!("{instant:.0}"),
        "rfc3339-millis" => format!("{instant:.3}"),
        form if form.starts_with('%') => instant.strftime(form).to_string(),
        _ => return None,
    })
}

/// µs of `-2d`, `+30m` or nothing.
fn micros(shift: &str) -> Option<i64> {
    if shift.is_empty() {
        return Some(0);
    }
    let unit = shift.chars().next_back()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    shift
        .strip_suffix(unit)?
        .parse::<i64>()
        .ok()?
        .checked_mul(seconds * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str) -> Result<String, RenderError> {
        let parameters = BTreeMap::from([("token".to_owned(), "chosen".to_owned())]);
        let mut next = 0_u8;
        let mut filling = Filling::new(
            Timestamp::from_micros(1_795_176_251_482_001),
            &parameters,
            |bytes| {
                for byte in bytes {
                    *byte = next;
                    next = next.wrapping_add(1);
                }
            },
        );
        filling.fill(text)
    }

    #[test]
    fn times_are_those_of_the_given_clock() {
        assert_eq!(
            fill("${now:unix} ${now:millis}").unwrap(),
            "1795176251 1795176251482",
            "as numbers"
        );
        assert_eq!(
            fill("${now:rfc3339}").unwrap(),
            "2026-11-20T12:04:11Z",
            "as RFC 3339"
        );
        assert_eq!(
            fill("${now-1d:rfc3339-millis}").unwrap(),
            "2026-11-19T12:04:11.482Z",
            "a day earlier"
        );
        assert_eq!(
            fill("${now+30m:%H:%M}").unwrap(),
            "12:34",
            "half an hour later, in a form of one's own"
        );
    }

    #[test]
    fn what_is_remembered_is_the_same_twice() {
        assert_eq!(
            fill("${id=hex:4} ${id} ${token}").unwrap(),
            "0123 0123 chosen",
            "ids recur, parameters are known"
        );
        assert_eq!(
            fill("${digits:2}").unwrap(),
            "71",
            "a number does not start with a nought"
        );
    }

    #[test]
    fn an_unknown_placeholder_is_named() {
        for placeholder in ["who", "hex:x", "now:", "now-2y:unix", "hex:"] {
            let wanted = Err(RenderError::Placeholder(placeholder.to_owned()));
            assert_eq!(
                fill(&format!("${{{placeholder}}}")),
                wanted,
                "`{placeholder}` is no placeholder"
            );
        }
    }
}
