//! Which values of bodies are masked: a JSON pointer in which a star stands for every key and every element.

use std::fmt;
use std::str::FromStr;

use hookbench_signature::JsonPath;

/// The longest pointer, in characters.
const LONGEST: usize = 1_000;
/// The most steps of one.
const STEPS: usize = 64;

/// A JSON pointer (RFC 6901) such as `/customer/email`, with `*` for every key or element and `~2` for a key that is a
/// star.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MaskPath {
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Step {
    Any,
    Named(String),
}

impl Step {
    pub(super) fn fits(&self, key: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Named(name) => name == key,
        }
    }
}

/// A text is no pointer that values can be masked by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pointer}` is no JSON pointer: {problem}")]
pub struct BadMaskPath {
    pointer: String,
    problem: String,
    /// The character at which it goes wrong, from 1.
    pub at: usize,
}

impl BadMaskPath {
    /// What to write instead.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        "write it like `/customer/email` or `/items/*/token`: `~1` stands for a slash, `~0` for a tilde, `~2` for a \
         key that is a star"
    }
}

impl FromStr for MaskPath {
    type Err = BadMaskPath;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = |at: usize, problem: String| BadMaskPath {
            pointer: text.chars().take(80).collect(),
            problem,
            at,
        };
        let Some(rest) = text.strip_prefix('/') else {
            return Err(bad(1, "a `/` must stand at character 1".to_owned()));
        };
        if text.chars().count() > LONGEST {
            let at = LONGEST + 1;
            return Err(bad(at, format!("it goes on after character {LONGEST}")));
        }
        let mut steps = Vec::new();
        let mut at = 2;
        for word in rest.split('/') {
            if steps.len() == STEPS {
                return Err(bad(
                    at,
                    format!("at character {at} begins step {} of at most {STEPS}", STEPS + 1),
                ));
            }
            steps.push(match word {
                "*" => Step::Any,
                word => Step::Named(unescaped(word).map_err(|place| {
                    let at = at + place;
                    bad(
                        at,
                        format!("`0`, `1` or `2` must follow the `~` at character {at}"),
                    )
                })?),
            });
            at += word.chars().count() + 1;
        }
        Ok(Self {
            text: text.to_owned(),
            steps,
        })
    }
}

/// The name that a step writes; else the place of the tilde that means nothing, in characters.
fn unescaped(word: &str) -> Result<String, usize> {
    let mut name = String::with_capacity(word.len());
    let mut characters = word.chars().enumerate();
    while let Some((at, character)) = characters.next() {
        if character != '~' {
            name.push(character);
            continue;
        }
        name.push(match characters.next() {
            Some((_, '0')) => '~',
            Some((_, '1')) => '/',
            Some((_, '2')) => '*',
            _ => return Err(at),
        });
    }
    Ok(name)
}

impl fmt::Display for MaskPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl MaskPath {
    /// The pointer as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether the value at `path`, or what it is in, or something within it, is masked.
    pub(super) fn touches(&self, path: &JsonPath) -> bool {
        let pairs = self.steps.iter().zip(path.steps());
        pairs.into_iter().all(|(step, key)| key == "*" || step.fits(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_taken_apart_by_its_slashes() {
        let path: MaskPath = "/a~1b/*/~2/~0/".parse().unwrap();
        let named = |name: &str| Step::Named(name.to_owned());
        assert_eq!(
            path.steps(),
            [named("a/b"), Step::Any, named("*"), named("~"), named("")],
            "escapes, a star, and a key that is empty"
        );
        assert_eq!(path.to_string(), "/a~1b/*/~2/~0/", "it is told as it was written");
    }

    #[test]
    fn a_bad_pointer_says_where_it_is_bad() {
        for (text, at) in [
            ("", 1),
            ("customer/email", 1),
            ("/a/~x", 4),
            ("/é~", 3),
            ("/a~", 3),
            ("$.a", 1),
        ] {
            let bad = text.parse::<MaskPath>().unwrap_err();
            assert_eq!(bad.at, at, "`{text}`: {bad}");
            assert!(
                bad.to_string().contains(&format!("character {at}")),
                "it says so: {bad}"
            );
        }
        assert!("/a".repeat(65).parse::<MaskPath>().is_err(), "depth is bounded");
        assert!(
            format!("/{}", "a".repeat(1_000)).parse::<MaskPath>().is_err(),
            "length is bounded"
        );
    }

    #[test]
    fn a_place_is_touched_from_above_and_from_within() {
        let path: MaskPath = "/data/*/id".parse().unwrap();
        for (other, touched) in [
            ("data.0.id", true),
            ("data", true),
            ("data.x.id.y", true),
            ("data.*.id", true),
            ("data.0.name", false),
            ("id", false),
        ] {
            assert_eq!(path.touches(&JsonPath::parse(other)), touched, "`{other}`");
        }
    }
}
