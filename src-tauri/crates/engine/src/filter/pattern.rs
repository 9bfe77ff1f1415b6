//! Texts with `*` in them.

use memchr::memmem;

use super::lex::{Letter, split, text_of};
use super::lower::lower;

/// A text in which `*` stands for any run of letters. Upper and lower case are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// What stands between the stars, in lower case; one part where there is no star.
    parts: Vec<String>,
}

impl Pattern {
    /// The text itself, whatever is in it.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self {
            parts: vec![lower(text)],
        }
    }

    pub(super) fn from_letters(letters: &[Letter]) -> Self {
        Self {
            parts: split(letters, '*')
                .into_iter()
                .map(|part| lower(&text_of(part)))
                .collect(),
        }
    }

    /// The text, if there is no star in it.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match &self.parts[..] {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Whether nothing but stars is in it.
    #[must_use]
    pub fn is_anything(&self) -> bool {
        self.parts.len() > 1 && self.parts.iter().all(String::is_empty)
    }

    /// What stands between the stars, in lower case.
    #[must_use]
    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    /// Whether it begins with a star, so that it may match inside of a word.
    #[must_use]
    pub fn begins_anywhere(&self) -> bool {
        self.parts.len() > 1 && self.parts.first().is_some_and(String::is_empty)
    }

    /// The pattern for `LIKE … ESCAPE '\'` that matches the same whole texts. Of letters beyond ASCII SQLite does not
    /// know which are the same in upper and lower case: there it matches more, and [`Pattern::matches`] decides.
    #[must_use]
    pub fn to_like(&self) -> String {
        let escape = |part: &String| {
            let mut like = String::with_capacity(part.len());
            for letter in part.chars() {
                match letter {
                    '\\' | '%' | '_' => like.extend(['\\', letter]),
                    letter if letter.is_alphabetic() && !letter.is_ascii() => like.push('%'),
                    letter => like.push(letter),
                }
            }
            like
        };
        self.parts.iter().map(escape).collect::<Vec<_>>().join("%")
    }

    /// Whether it matches the whole of `text`.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let text = lower(text);
        let [first, middle @ .., last] = &self.parts[..] else {
            return self.parts.first().is_some_and(|only| *only == text);
        };
        let Some(rest) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        let Some(mut rest) = rest.strip_suffix(last.as_str()) else {
            return false;
        };
        for part in middle {
            let Some(at) = rest.find(part.as_str()) else {
                return false;
            };
            rest = &rest[at + part.len()..];
        }
        true
    }

    /// Whether it is found in `text`, which is in lower case: at the beginning of a word, unless it begins with a
    /// star; on one line, unless it has no star.
    #[must_use]
    pub fn found_in(&self, text: &str) -> bool {
        let [first, rest @ ..] = &self.parts[..] else {
            return false;
        };
        let mut from = 0;
        // Most texts are looked through to their end: this finder skips what cannot be.
        let finder = memmem::Finder::new(first);
        while let Some(at) = finder.find(&text.as_bytes()[from..]) {
            let start = from + at;
            let end = start + first.len();
            let begins = self.begins_anywhere() || begins_word(text, start);
            if begins && follows(&text[end..], rest) {
                return true;
            }
            let next = if begins && !first.contains('\n') {
                // What does not follow here does not follow further on in the same line, where less of it is left.
                memchr::memchr(b'\n', &text.as_bytes()[end..]).map(|line| end + line + 1)
            } else {
                text[start..]
                    .chars()
                    .next()
                    .map(|letter| start + letter.len_utf8())
            };
            let Some(next) = next else { return false };
            from = next;
        }
        false
    }
}

/// Whether `parts` follow one another on the line with which `text` begins.
fn follows(text: &str, parts: &[String]) -> bool {
    let mut rest = if parts.is_empty() {
        text
    } else {
        text.split('\n').next().unwrap_or_default()
    };
    for part in parts {
        let Some(at) = memmem::find(rest.as_bytes(), part.as_bytes()) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    true
}

/// Whether a letter belongs to a word.
pub(super) fn in_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn begins_word(text: &str, at: usize) -> bool {
    let first = text[at..].chars().next();
    let before = text[..at].chars().next_back();
    !(first.is_some_and(in_word) && before.is_some_and(in_word))
}

#[cfg(test)]
mod tests {
    use super::super::lex::cut;
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::from_letters(&cut(text).unwrap()[0].letters)
    }

    #[test]
    fn a_star_stands_for_any_run_of_letters() {
        for (text, whole) in [
            ("invoice.*", "Invoice.Paid"),
            ("*", ""),
            ("a*b*c", "a-b-b-c"),
            ("*.paid", "invoice.paid"),
            ("in*ce", "invoice"),
            ("\"a*\"", "A*"),
        ] {
            assert!(pattern(text).matches(whole), "`{text}` is `{whole}`");
        }
        for (text, whole) in [
            ("invoice", "invoice.paid"),
            ("aa*aa", "aaa"),
            ("a*b", "ab c"),
            ("\"a*\"", "ab"),
            ("a", ""),
        ] {
            assert!(!pattern(text).matches(whole), "`{text}` is not `{whole}`");
        }
    }

    #[test]
    fn a_word_is_found_where_a_word_begins_and_with_a_star_anywhere() {
        let text = "post /stripe {\"id\": \"evt_1nk\", \"status\": \"unpaid\"}\nnext";
        for word in [
            "evt_",
            "EVT_1Nk",
            "stripe",
            "/str",
            "\"\\\"id\\\": \"",
            "st*1nk",
            "*paid",
            "*tripe*evt",
            "unpaid",
            "i",
        ] {
            assert!(pattern(word).found_in(text), "`{word}` is found");
        }
        for word in ["paid", "1nk", "tripe", "unpaid*next", "nk", "_1nk"] {
            assert!(!pattern(word).found_in(text), "`{word}` is not found");
        }
    }

    /// What [`Pattern::found_in`] means, said as plainly as can be.
    fn is_found(pattern: &Pattern, text: &str) -> bool {
        let [first, rest @ ..] = &pattern.parts[..] else {
            return false;
        };
        let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        starts
            .filter(|at| text[*at..].starts_with(first.as_str()))
            .filter(|at| pattern.begins_anywhere() || begins_word(text, *at))
            .any(|at| follows(&text[at + first.len()..], rest))
    }

    proptest::proptest! {
        #[test]
        fn it_is_found_as_by_trying_every_place(word in "[*ab_é\n ]{0,6}", text in "[ab_é\n ]{0,30}") {
            let letters: Vec<_> = word.split('*').map(lower).collect();
            let pattern = Pattern { parts: letters };
            proptest::prop_assert_eq!(pattern.found_in(&text), is_found(&pattern, &text));
        }
    }

    #[test]
    fn a_part_of_a_word_that_is_nowhere_takes_one_look_at_a_long_line() {
        let line = "onningsv".repeat(50_000);
        let begin = std::time::Instant::now();
        assert!(!pattern("*onningsx*a*").found_in(&line), "it is nowhere");
        let once = begin.elapsed();
        assert!(
            once < std::time::Duration::from_secs(20),
            "400 KB are looked through once, and not from every letter on: {once:?}"
        );
    }

    #[test]
    fn what_means_something_in_like_is_escaped() {
        assert_eq!(
            pattern("50%_a*\"\\\\\"").to_like(),
            "50\\%\\_a%\\\\",
            "only the star is a wildcard"
        );
    }
}
