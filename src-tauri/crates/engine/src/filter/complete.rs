//! What may come next while a filter is typed.

use std::ops::Range;

use super::field::{HAS, IS};
use super::{FIELDS, Field, FieldInfo};
use crate::model::{Outcome, Verdict};

/// What is being typed at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The characters that a chosen suggestion replaces.
    pub replaces: Range<usize>,
    /// What is wanted there.
    pub wanted: Wanted,
}

/// What is wanted at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A field, one of these.
    Field(Vec<FieldInfo>),
    /// A value of a field.
    Value {
        /// The field.
        field: Field,
        /// What was typed of it so far.
        typed: String,
        /// The values that are known without looking at the data; the store knows the others.
        known: Vec<String>,
    },
}

/// What may be typed at `cursor`, counted in characters.
#[must_use]
pub fn complete(text: &str, cursor: usize) -> Completion {
    let letters: Vec<char> = text.chars().collect();
    let cursor = cursor.min(letters.len());
    let mut start = 0;
    let mut quoted = false;
    for (at, letter) in letters[..cursor].iter().enumerate() {
        match letter {
            '"' => quoted = !quoted,
            letter if letter.is_whitespace() && !quoted => start = at + 1,
            _ => {}
        }
    }
    if letters.get(start) == Some(&'-') && start < cursor {
        start += 1;
    }
    let end = letters[cursor..]
        .iter()
        .position(|letter| letter.is_whitespace())
        .map_or(letters.len(), |at| cursor + at);
    let typed = &letters[start..cursor];
    let field = typed.iter().position(|letter| *letter == ':').and_then(|colon| {
        let name: String = typed[..colon].iter().collect();
        Field::from_name(&name).map(|field| (field, start + colon + 1))
    });
    let Some((field, mut from)) = field else {
        let typed = typed.iter().collect::<String>().to_lowercase();
        let fields = FIELDS
            .into_iter()
            .filter(|info| info.name.starts_with(&typed))
            .collect();
        return Completion {
            replaces: start..end,
            wanted: Wanted::Field(fields),
        };
    };
    // Only the alternative under the cursor is replaced.
    if let Some(comma) = letters[from..cursor].iter().rposition(|letter| *letter == ',') {
        from += comma + 1;
    }
    let end = letters[cursor..end]
        .iter()
        .position(|letter| *letter == ',')
        .map_or(end, |at| cursor + at);
    let typed: String = letters[from..cursor]
        .iter()
        .filter(|letter| **letter != '"')
        .collect();
    let lower = typed.to_lowercase();
    let known = known(field)
        .into_iter()
        .filter(|value| value.starts_with(&lower))
        .collect();
    Completion {
        replaces: from..end,
        wanted: Wanted::Value { field, typed, known },
    }
}

fn known(field: Field) -> Vec<String> {
    let words: Vec<&str> = match field {
        Field::Is => IS.iter().map(|(word, _)| *word).collect(),
        Field::Has => HAS.iter().map(|(word, _)| *word).collect(),
        Field::Sig => {
            return Verdict::ALL
                .iter()
                .map(|it| it.as_str().replace(' ', "-"))
                .collect();
        }
        Field::Status => vec!["2xx", "3xx", "4xx", "5xx", "none"],
        Field::Delivered => ["yes", "no", "held"]
            .into_iter()
            .chain(Outcome::ALL.iter().map(|it| it.as_str()))
            .collect(),
        Field::After | Field::Before => vec!["-10m", "-1h", "-1d", "-7d", "today", "yesterday"],
        Field::Size => vec![">1kb", ">10kb", ">100kb", ">1mb"],
        _ => Vec::new(),
    };
    words.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_offered_by_their_beginning() {
        let offered = |text: &str, cursor| match complete(text, cursor) {
            Completion {
                replaces,
                wanted: Wanted::Field(fields),
            } => (replaces, fields.iter().map(|info| info.name).collect::<Vec<_>>()),
            other => panic!("{other:?} offers no fields"),
        };
        assert_eq!(offered("a -pa b", 5), (3..5, vec!["path"]), "after the dash");
        assert_eq!(offered("", 0).1.len(), FIELDS.len(), "all of them at the start");
        assert_eq!(offered("\"a pro", 99), (0..6, vec![]), "not inside quotes");
        assert_eq!(offered("-", 1).0, 1..1, "after a dash alone");
    }

    #[test]
    fn values_are_offered_for_the_alternative_under_the_cursor() {
        let offered = complete("é sig:valid,in,x is:", 14);
        let wanted = Wanted::Value {
            field: Field::Sig,
            typed: "in".to_owned(),
            known: vec!["invalid".to_owned()],
        };
        assert_eq!(
            offered,
            Completion {
                replaces: 12..14,
                wanted
            },
            "between its commas"
        );
        let Wanted::Value { known, .. } = complete("is:", 3).wanted else {
            panic!("a value is wanted")
        };
        assert!(known.contains(&"starred".to_owned()), "all flags: {known:?}");
    }
}
