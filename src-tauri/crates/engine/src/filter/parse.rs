//! From letters to terms. Every error says where it is.

use std::ops::Range;

use super::field::{FIELDS, HAS, IS};
use super::lex::{Letter, RawTerm, cut, split, text_of};
use super::{Condition, Delivered, Field, Filter, FilterError, Flag, Moment, Pattern, Term, range};
use crate::model::{Outcome, Timestamp, Verdict};

/// The most terms and alternatives together: SQLite's expressions have a limited depth.
const MOST: usize = 200;

pub(super) fn parse(text: &str, moment: &Moment) -> Result<Filter, FilterError> {
    let mut terms = Vec::new();
    let mut values = 0;
    for raw in cut(text)? {
        values += 1 + raw.letters.iter().filter(|letter| letter.means(',')).count();
        if values > MOST {
            return Err(FilterError::new(
                raw.at,
                format!("a filter has at most {MOST} terms and alternatives"),
            ));
        }
        terms.push(term(&raw, moment)?);
    }
    Ok(Filter { terms })
}

fn term(raw: &RawTerm, moment: &Moment) -> Result<Term, FilterError> {
    let negated =
        raw.letters.first().is_some_and(|letter| letter.means('-')) && (raw.letters.len() > 1 || raw.quoted);
    let letters = if negated {
        &raw.letters[1..]
    } else {
        &raw.letters[..]
    };
    let condition = match field(letters, raw)? {
        Some((field, value)) => Value {
            letters: value,
            field,
            raw,
        }
        .condition(moment)?,
        None => Condition::Text(word(letters, raw)?),
    };
    Ok(Term { negated, condition })
}

fn word(letters: &[Letter], raw: &RawTerm) -> Result<Pattern, FilterError> {
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

/// The field before the first colon, and what comes after it.
fn field<'a>(letters: &'a [Letter], raw: &RawTerm) -> Result<Option<(Field, &'a [Letter])>, FilterError> {
    let Some(colon) = letters.iter().position(|letter| letter.means(':')) else {
        return Ok(None);
    };
    let (name, value) = (&letters[..colon], &letters[colon + 1..]);
    if name.is_empty()
        || name
            .iter()
            .any(|letter| letter.quoted || !letter.letter.is_ascii_alphabetic())
    {
        return Ok(None);
    }
    // `http://…` is an address that somebody looks for, not a field.
    if value.len() > 1 && value[..2].iter().all(|letter| letter.letter == '/') {
        return Ok(None);
    }
    let text = text_of(name);
    let Some(field) = Field::from_name(&text) else {
        let near = nearest(&text.to_ascii_lowercase());
        let hint = near.map_or_else(
            || "put it in quotes to search for it as it is".to_owned(),
            |near| format!("did you mean `{near}:`? Put it in quotes to search for it as it is"),
        );
        let start = name.first().map_or(raw.at.start, |letter| letter.at);
        return Err(
            FilterError::new(start..start + name.len(), format!("there is no field `{text}`")).hint(hint),
        );
    };
    Ok(Some((field, value)))
}

/// The field whose name differs from `name` in at most two letters.
fn nearest(name: &str) -> Option<&'static str> {
    let distances = FIELDS.iter().map(|info| (distance(name, info.name), info.name));
    distances
        .filter(|(distance, known)| *distance <= 2 && *distance < known.len())
        .min()
        .map(|(_, name)| name)
}

fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, letter) in left.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, other) in right.bytes().enumerate() {
            let changed = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

/// What stands after the colon.
struct Value<'a> {
    letters: &'a [Letter],
    field: Field,
    raw: &'a RawTerm,
}

impl Value<'_> {
    fn condition(&self, moment: &Moment) -> Result<Condition, FilterError> {
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

fn status(text: &str, at: Range<usize>) -> Result<Option<super::Bounds>, FilterError> {
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

#[cfg(test)]
mod tests {
    use super::super::Bounds;
    use super::*;

    fn moment() -> Moment {
        Moment::utc(Timestamp::from_micros(1_000_000_000))
    }

    fn conditions(text: &str) -> Vec<(bool, Condition)> {
        let filter = Filter::parse(text, &moment()).unwrap();
        filter
            .terms
            .into_iter()
            .map(|term| (term.negated, term.condition))
            .collect()
    }

    fn literal(text: &str) -> Pattern {
        Pattern::literal(text)
    }

    #[test]
    fn terms_are_told_apart() {
        assert_eq!(
            conditions("  paid -provider:stripe,GitHub \"two words\" -\"x y\" "),
            [
                (false, Condition::Text(literal("paid"))),
                (
                    true,
                    Condition::Provider(vec![literal("stripe"), literal("github")])
                ),
                (false, Condition::Text(literal("two words"))),
                (true, Condition::Text(literal("x y"))),
            ],
            "words, fields, negation, alternatives and quotes"
        );
        assert_eq!(conditions(""), [], "nothing filters nothing");
        assert_eq!(
            conditions("-"),
            [(false, Condition::Text(literal("-")))],
            "a dash alone is a text"
        );
    }

    #[test]
    fn fields_take_their_kind_of_value() {
        assert_eq!(
            conditions(
                "status:5xx,404,none size:>1k is:starred,cut has:note sig:no-secret,\"no secret\" after:-10s"
            ),
            [
                (
                    false,
                    Condition::Status(vec![
                        Some(Bounds {
                            first: 500,
                            last: 599
                        }),
                        Some(Bounds {
                            first: 404,
                            last: 404
                        }),
                        None
                    ])
                ),
                (
                    false,
                    Condition::Size(vec![Bounds {
                        first: 1_001,
                        last: u64::MAX
                    }])
                ),
                (false, Condition::Is(vec![Flag::Starred, Flag::Cut])),
                (false, Condition::Is(vec![Flag::Note])),
                (
                    false,
                    Condition::Signature(vec![Verdict::NoSecret, Verdict::NoSecret])
                ),
                (false, Condition::After(Timestamp::from_micros(990_000_000))),
            ],
            "each as it is meant"
        );
    }

    #[test]
    fn headers_and_pointers_have_names_and_values() {
        assert_eq!(
            conditions("header:X-A=\"b=c, d\" header:x-b json:/a/0=1,2 json:/a~1b"),
            [
                (
                    false,
                    Condition::Header {
                        name: literal("x-a"),
                        values: vec![literal("b=c, d")]
                    }
                ),
                (
                    false,
                    Condition::Header {
                        name: literal("x-b"),
                        values: vec![]
                    }
                ),
                (
                    false,
                    Condition::Json {
                        pointer: "/a/0".to_owned(),
                        values: vec![literal("1"), literal("2")]
                    }
                ),
                (
                    false,
                    Condition::Json {
                        pointer: "/a~1b".to_owned(),
                        values: vec![]
                    }
                ),
            ],
            "with and without a value"
        );
    }

    #[test]
    fn what_looks_like_a_field_and_is_none_is_text() {
        for text in [
            "http://localhost:3000/a",
            "12:30",
            "\"foo:bar\"",
            ":x",
            "x-y:z",
            "fo\"o\":bar",
        ] {
            assert!(
                matches!(conditions(text)[0].1, Condition::Text(_)),
                "`{text}` is searched for"
            );
        }
    }

    #[test]
    fn errors_say_where_and_what_to_do() {
        for (text, at, says) in [
            ("a provder:x", 2..9, "there is no field `provder`"),
            ("a \"b c", 2..6, "this quote is not closed"),
            ("é status:200,9x9", 13..16, "`9x9` is no status"),
            ("is:shiny", 3..8, "`shiny` is not known here"),
            ("provider:", 0..9, "`provider:` has no value"),
            ("provider:a,,b", 9..13, "there is nothing between these commas"),
            ("size:big", 5..8, "`big` is no size"),
            ("before:soon", 7..11, "`soon` is no time"),
            ("json:a=1", 5..6, "`a` is no JSON pointer"),
            ("header:=1", 0..9, "the name of the header is missing"),
            ("sig:good", 4..8, "`good` is no verdict"),
            ("delivered:maybe", 10..15, "`maybe` is no end of a delivery"),
            ("id:xyz", 3..6, "`xyz` begins no id"),
            ("**", 0..2, "a star alone finds everything"),
            ("\"\"", 0..2, "there is nothing between these quotes"),
        ] {
            let error = Filter::parse(text, &moment()).unwrap_err();
            assert_eq!((error.at.clone(), error.message.as_str()), (at, says), "`{text}`");
        }
        let error = Filter::parse("provder:x", &moment()).unwrap_err();
        assert!(
            error.hint.unwrap().contains("`provider:`"),
            "the nearest field is offered"
        );
    }

    #[test]
    fn a_filter_is_bounded() {
        assert!(
            Filter::parse(&"a ".repeat(201), &moment()).is_err(),
            "in its terms"
        );
        assert!(
            Filter::parse(&format!("event:{}a", "a,".repeat(200)), &moment()).is_err(),
            "in its alternatives"
        );
        assert!(
            Filter::parse(&"a".repeat(5_000), &moment()).is_err(),
            "in its length"
        );
    }
}
