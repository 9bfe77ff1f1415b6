//! From letters to terms. Every error says where it is.

use super::field::FIELDS;
use super::lex::{Letter, RawTerm, cut, text_of};
use super::value::{Value, word};
use super::{Condition, Field, Filter, FilterError, Moment, Term};

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

#[cfg(test)]
mod tests {
    use super::super::{Bounds, Flag, Pattern};
    use super::*;
    use crate::model::{Timestamp, Verdict};

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
