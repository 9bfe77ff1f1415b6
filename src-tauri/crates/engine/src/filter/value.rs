//! What stands after the colon of a field, read as that field wants it.

use std::ops::Range;

use super::field::{HAS, IS};
use super::lex::{Letter, RawTerm, split, text_of};
use super::{Bounds, Condition, Delivered, Field, FilterError, Flag, Moment, Pattern, range};
use crate::model::{Outcome, Timestamp, Verdict};

/// A text that is looked for.
pub(super) fn word(letters: &[Letter], raw: &RawTerm) -> Result<Pattern, FilterError> {
    let pattern = Pattern::from_letters(letters);
    if letters.is_empty() {
        return Err(FilterError::new(
            raw.at.clone(),
            "there is nothing between these quotes",
        ));
    }
    if pattern.is_anything() {
        return Err(FilterError::new(raw.at.clone(), "a star alone finds everything")
            .hint("add letters before or after it"));
    }
    Ok(pattern)
}

/// What stands after the colon.
pub(super) struct Value<'a> {
    pub letters: &'a [Letter],
    pub field: Field,
    pub raw: &'a RawTerm,
}

impl Value<'_> {
    /// What it says of the field.
    pub(super) fn condition(&self, moment: &Moment) -> Result<Condition, FilterError> {
        if self.letters.is_empty() && !self.raw.quoted {
            let info = self.field.info();
            return Err(
                FilterError::new(self.raw.at.clone(), format!("`{}:` has no value", info.name))
                    .hint(format!("write for example `{}`", info.example)),
            );
        }
        Ok(match self.field {
            Field::Provider => Condition::Provider(self.patterns()?),
            Field::Event => Condition::Event(self.patterns()?),
            Field::Endpoint => Condition::Endpoint(self.patterns()?),
            Field::Method => Condition::Method(self.patterns()?),
            Field::Path => Condition::Path(self.patterns()?),
            Field::Key => Condition::Key(self.patterns()?),
            Field::Tag => Condition::Tag(self.patterns()?),
            Field::Target => Condition::Target(self.patterns()?),
            Field::Body => Condition::Body(self.words()?),
            Field::Header => self.header()?,
            Field::Json => self.json()?,
            Field::Id => Condition::Id(self.each(id)?),
            Field::Status => Condition::Status(self.each(status)?),
            Field::Sig => Condition::Signature(self.each(verdict)?),
            Field::Delivered => Condition::Delivered(self.each(delivered)?),
            Field::Size => {
                Condition::Size(self.each(|text, at| {
                    range::read(text, range::size).ok_or_else(|| range::bad_size(text, at))
                })?)
            }
            Field::After => Condition::After(self.time(moment)?),
            Field::Before => Condition::Before(self.time(moment)?),
            Field::Is => Condition::Is(self.each(|text, at| flag(&IS, text, at))?),
            Field::Has => Condition::Is(self.each(|text, at| flag(&HAS, text, at))?),
        })
    }

    /// Where `letters`, a part of the value, stand.
    fn at(&self, letters: &[Letter]) -> Range<usize> {
        match (letters.first(), letters.last()) {
            (Some(first), Some(last)) => first.at..last.at + 1,
            _ => self.raw.at.clone(),
        }
    }

    fn alternatives<'v>(&self, letters: &'v [Letter]) -> Result<Vec<&'v [Letter]>, FilterError> {
        let alternatives = split(letters, ',');
        if alternatives.len() > 1 && !self.raw.quoted && alternatives.iter().any(|it| it.is_empty()) {
            return Err(
                FilterError::new(self.at(letters), "there is nothing between these commas")
                    .hint("put a comma that is meant literally in quotes"),
            );
        }
        Ok(alternatives)
    }

    fn patterns(&self) -> Result<Vec<Pattern>, FilterError> {
        Ok(self
            .alternatives(self.letters)?
            .into_iter()
            .map(Pattern::from_letters)
            .collect())
    }

    fn words(&self) -> Result<Vec<Pattern>, FilterError> {
        self.alternatives(self.letters)?
            .into_iter()
            .map(|letters| word(letters, self.raw))
            .collect()
    }

    fn each<T>(
        &self,
        read: impl Fn(&str, Range<usize>) -> Result<T, FilterError>,
    ) -> Result<Vec<T>, FilterError> {
        let alternatives = self.alternatives(self.letters)?;
        alternatives
            .into_iter()
            .map(|letters| read(&text_of(letters), self.at(letters)))
            .collect()
    }

    /// The name before `=` and the alternatives after it; none where there is no `=`.
    fn named(&self) -> Result<(&[Letter], Vec<Pattern>), FilterError> {
        let Some(equals) = self.letters.iter().position(|letter| letter.means('=')) else {
            return Ok((self.letters, Vec::new()));
        };
        let values = self.alternatives(&self.letters[equals + 1..])?;
        Ok((
            &self.letters[..equals],
            values.into_iter().map(Pattern::from_letters).collect(),
        ))
    }

    fn header(&self) -> Result<Condition, FilterError> {
        let (name, values) = self.named()?;
        if name.is_empty() {
            return Err(
                FilterError::new(self.raw.at.clone(), "the name of the header is missing")
                    .hint("write for example `header:content-type=*json*`"),
            );
        }
        Ok(Condition::Header {
            name: Pattern::from_letters(name),
            values,
        })
    }

    fn json(&self) -> Result<Condition, FilterError> {
        let (pointer, values) = self.named()?;
        let text = text_of(pointer);
        if !text.is_empty() && !text.starts_with('/') {
            return Err(
                FilterError::new(self.at(pointer), format!("`{text}` is no JSON pointer"))
                    .hint("begin it with a slash, as in `json:/data/id=5`"),
            );
        }
        Ok(Condition::Json {
            pointer: text,
            values,
        })
    }

    fn time(&self, moment: &Moment) -> Result<Timestamp, FilterError> {
        let text = text_of(self.letters);
        moment.read(&text).ok_or_else(|| {
            FilterError::new(self.at(self.letters), format!("`{text}` is no time"))
                .hint("write for example `-10m`, `-2d`, `12:30`, `today`, `2026-11-20` or `2026-11-20T12:30`")
        })
    }
}

fn id(text: &str, at: Range<usize>) -> Result<String, FilterError> {
    let digits: String = text
        .chars()
        .filter(|letter| *letter != '-')
        .collect::<String>()
        .to_ascii_lowercase();
    let right = (1..=32).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    right.then_some(digits).ok_or_else(|| {
        FilterError::new(at, format!("`{text}` begins no id"))
            .hint("an id has 32 hexadecimal digits; give the first of them")
    })
}

fn status(text: &str, at: Range<usize>) -> Result<Option<Bounds>, FilterError> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    range::read(text, range::status)
        .map(Some)
        .ok_or_else(|| range::bad_status(text, at))
}

fn verdict(text: &str, at: Range<usize>) -> Result<Verdict, FilterError> {
    let word = text.to_lowercase().replace(['-', '_'], " ");
    word.parse().map_err(|_| {
        let known: Vec<_> = Verdict::ALL
            .iter()
            .map(|it| it.as_str().replace(' ', "-"))
            .collect();
        FilterError::new(at, format!("`{text}` is no verdict")).hint(format!("one of {}", known.join(", ")))
    })
}

fn delivered(text: &str, at: Range<usize>) -> Result<Delivered, FilterError> {
    let word = text.to_lowercase().replace('-', "_");
    match word.as_str() {
        "yes" => return Ok(Delivered::Yes),
        "no" => return Ok(Delivered::No),
        "held" => return Ok(Delivered::Held),
        _ => {}
    }
    if let Some(outcome) = Outcome::from_word(&word) {
        return Ok(Delivered::Outcome(outcome));
    }
    range::read(text, range::status)
        .map(Delivered::Status)
        .ok_or_else(|| {
            let known: Vec<_> = Outcome::ALL.iter().map(|outcome| outcome.as_str()).collect();
            FilterError::new(at, format!("`{text}` is no end of a delivery")).hint(format!(
                "yes, no, a status such as 5xx, or one of {}",
                known.join(", ")
            ))
        })
}

fn flag(known: &[(&str, Flag)], text: &str, at: Range<usize>) -> Result<Flag, FilterError> {
    known
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(text))
        .map(|(_, flag)| *flag)
        .ok_or_else(|| {
            let words: Vec<_> = known.iter().map(|(word, _)| *word).collect();
            FilterError::new(at, format!("`{text}` is not known here"))
                .hint(format!("one of {}", words.join(", ")))
        })
}
