//! What differs from one event to the next and says nothing: times, ids, signatures, and what the person names.

/// What is not counted as a difference.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ignoring {
    /// Values that are points in time on both sides.
    pub times: bool,
    /// Values that are ids on both sides.
    pub ids: bool,
    /// Headers that carry a signature.
    pub signatures: bool,
    /// Headers and query parameters of these names, upper and lower case being the same.
    pub names: Vec<String>,
    /// JSON pointers to values, with all below them; a step `*` stands for any.
    pub pointers: Vec<String>,
}

impl Ignoring {
    /// Whether a header or parameter of this name is ignored whatever its values.
    pub(super) fn name(&self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        let signs = || {
            ["signature", "hmac", "-sign"]
                .iter()
                .any(|part| lower.contains(part))
        };
        self.names.iter().any(|known| known.eq_ignore_ascii_case(name)) || (self.signatures && signs())
    }

    /// Whether it does not matter that the value called `name` is another.
    pub(super) fn value(&self, name: &str, before: &str, after: &str) -> bool {
        (self.times && is_time(before) && is_time(after))
            || (self.ids
                && (is_id_name(name)
                    || (kind_of_id(before).is_some() && kind_of_id(before) == kind_of_id(after))))
    }

    /// The pointers, taken apart once for all the values they are held against.
    pub(super) fn patterns(&self) -> Patterns<'_> {
        Patterns(self.pointers.iter().filter_map(|text| steps_of(text)).collect())
    }
}

/// Pointers to values as their steps, each written as in a pointer.
pub(super) struct Patterns<'p>(Vec<Vec<&'p str>>);

impl Patterns<'_> {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a value so many steps deep is ignored; `is` says whether its step at a place is this one. The value's
    /// own pointer, which may be long, is never put together for that.
    pub(super) fn covers(&self, depth: usize, is: impl Fn(usize, &str) -> bool) -> bool {
        self.0.iter().any(|steps| {
            steps.len() <= depth
                && (steps.iter().enumerate()).all(|(at, wanted)| *wanted == "*" || is(at, wanted))
        })
    }
}

/// Nothing for a text that points nowhere.
fn steps_of(pattern: &str) -> Option<Vec<&str>> {
    let mut steps = pattern.trim_end_matches('/').split('/');
    matches!(steps.next(), Some("" | "*")).then(|| steps.collect())
}

/// `2026-11-21…`, `Sat, 21 Nov 2026 06:45:07 GMT`, or seconds, ms, µs or ns since 1970 in the years 2001 to 2096.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    if digits(0..4) && is(4, b'-') && digits(5..7) && is(7, b'-') && digits(8..10) {
        return true;
    }
    if is(3, b',') && is(4, b' ') && text.len() >= 20 && text.contains(':') {
        return true;
    }
    let whole = text.split_once('.').map_or(text, |(whole, rest)| {
        if rest.bytes().all(|byte| byte.is_ascii_digit()) {
            whole
        } else {
            ""
        }
    });
    matches!(whole.len(), 10 | 13 | 16 | 19)
        && whole.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(bytes.first(), Some(b'1'..=b'3'))
}

fn is_id_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower == "id"
        || lower == "uuid"
        || lower == "guid"
        || ["_id", "-id", "_uuid"].iter().any(|end| lower.ends_with(end))
        || name.ends_with("Id")
}

/// What kind of id a text looks like, so that only ids of one kind stand for each other.
fn kind_of_id(text: &str) -> Option<&str> {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    if parts == [8, 4, 4, 4, 12] && hex(&text.replace('-', "")) {
        return Some("uuid");
    }
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    // Digits alone are a number.
    let has_letter = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    if text.len() >= 16 && hex(text) && has_digit && has_letter {
        return Some("hex");
    }
    if text.len() == 26
        && has_digit
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    {
        return Some("ulid");
    }
    // `evt_1NkQ…`: what stands before the last underscore tells what it names.
    let (kind, rest) = text.rsplit_once('_')?;
    let named = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    // A word is no id: letters and digits are mixed in one, or small and capital letters.
    let mixed = rest
        .bytes()
        .any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let random = rest.len() >= 8 && mixed && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (named && random).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_known_in_every_usual_form() {
        for text in [
            "2026-11-21T06:45:07Z",
            "2026-11-21",
            "Sat, 21 Nov 2026 06:45:07 GMT",
            "1795243507",
            "1795243507123",
            "1795243507.25",
        ] {
            assert!(is_time(text), "`{text}` is a time");
        }
        for text in [
            "",
            "100",
            "9999999999",
            "invoice.paid",
            "12345678901",
            "2026/11/21",
            "1795243507.x",
        ] {
            assert!(!is_time(text), "`{text}` is none");
        }
    }

    #[test]
    fn ids_stand_only_for_ids_of_their_kind() {
        let ids = Ignoring {
            ids: true,
            ..Ignoring::default()
        };
        let uuid = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
        assert!(ids.value("x", uuid, &uuid.replace('7', "8")), "two UUIDs");
        assert!(ids.value("x", "evt_1NkQabcdef", "evt_2NkQabcdef"), "two events");
        assert!(
            !ids.value("x", "evt_1NkQabcdef", "cus_2NkQabcdef"),
            "an event and a customer"
        );
        assert!(ids.value("customer_id", "1", "2"), "what is called an id");
        assert!(!ids.value("amount", "100", "200"), "an amount is none");
        assert!(
            !ids.value("x", "12345678901234567890", "12345678901234567891"),
            "nor a long number"
        );
        assert!(!ids.value("x", "in_progress", "in_delivered"), "nor is a word");
        assert!(
            !Ignoring::default().value("id", "1", "2"),
            "and only where it is asked for"
        );
    }

    #[test]
    fn a_pointer_covers_what_is_below_it() {
        for (pattern, pointer, wanted) in [
            ("/data", "/data/id", true),
            ("/data/*/id", "/data/0/id", true),
            ("/data/id", "/data", false),
            ("/dat", "/data", false),
            ("", "/data", true),
            ("data", "/data", false),
        ] {
            let ignoring = Ignoring {
                pointers: vec![pattern.to_owned()],
                ..Ignoring::default()
            };
            let steps: Vec<&str> = pointer.split('/').skip(1).collect();
            let covers = ignoring
                .patterns()
                .covers(steps.len(), |at, step| steps[at] == step);
            assert_eq!(covers, wanted, "`{pattern}` on `{pointer}`");
        }
    }

    #[test]
    fn headers_that_carry_signatures_are_known_by_name() {
        let signatures = Ignoring {
            signatures: true,
            names: vec!["Date".to_owned()],
            ..Ignoring::default()
        };
        for name in [
            "Stripe-Signature",
            "x-shopify-hmac-sha256",
            "X-Hub-Signature-256",
            "date",
        ] {
            assert!(signatures.name(name), "`{name}`");
        }
        assert!(!signatures.name("Content-Type"), "others are not");
    }
}
