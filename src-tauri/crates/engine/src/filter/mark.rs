//! What a filter would mark in the requests it finds: which letters, and where they may stand.

use super::{Condition, Filter, Pattern};

/// Letters to mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where they may stand.
    pub place: Place,
    /// What stands between the stars, in lower case, one after the other; none is empty.
    pub parts: Vec<String>,
    /// They need not begin a word.
    pub anywhere: bool,
}

/// Where marked letters may stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In method, target, headers and body.
    Text,
    /// In the body.
    Body,
    /// In the value of a header that this pattern names.
    Header(Pattern),
    /// In a value of the body's JSON.
    Json,
    /// In what the row says of this.
    Row(RowPart),
}

/// A part of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowPart {
    /// The event.
    Event,
    /// The path.
    Path,
    /// The method.
    Method,
    /// A tag.
    Tag,
}

impl Filter {
    /// What it would mark in the requests it finds. What must not be there is not marked.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        let terms = self.terms.iter().filter(|term| !term.negated);
        terms.flat_map(|term| marks_of(&term.condition)).collect()
    }
}

fn marks_of(condition: &Condition) -> Vec<Mark> {
    let whole = |place: Place, any: &[Pattern]| {
        let mark = |pattern| mark(place.clone(), pattern, true);
        any.iter().filter_map(mark).collect()
    };
    let word = |place: Place, pattern: &Pattern| mark(place, pattern, pattern.begins_anywhere());
    match condition {
        Condition::Text(pattern) => word(Place::Text, pattern).into_iter().collect(),
        Condition::Body(any) => any
            .iter()
            .filter_map(|pattern| word(Place::Body, pattern))
            .collect(),
        Condition::Header { name, values } => whole(Place::Header(name.clone()), values),
        Condition::Json { values, .. } => whole(Place::Json, values),
        Condition::Event(any) => whole(Place::Row(RowPart::Event), any),
        Condition::Path(any) => whole(Place::Row(RowPart::Path), any),
        Condition::Method(any) => whole(Place::Row(RowPart::Method), any),
        Condition::Tag(any) => whole(Place::Row(RowPart::Tag), any),
        _ => Vec::new(),
    }
}

fn mark(place: Place, pattern: &Pattern, anywhere: bool) -> Option<Mark> {
    let parts: Vec<String> = pattern
        .parts()
        .iter()
        .filter(|part| !part.is_empty())
        .cloned()
        .collect();
    (!parts.is_empty()).then_some(Mark {
        place,
        parts,
        anywhere,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Moment;
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn what_is_looked_for_is_marked_where_it_may_stand() {
        let filter = Filter::parse(
            "Inv *past*due -gone event:a*b,c header:x-*=v size:>1 tag:*",
            &Moment::utc(Timestamp::from_micros(0)),
        )
        .unwrap();
        let marks: Vec<_> = filter
            .marks()
            .into_iter()
            .map(|mark| (mark.place, mark.parts.join("|"), mark.anywhere))
            .collect();
        let header = marks.get(4).map(|mark| mark.0.clone());
        assert!(
            matches!(&header, Some(Place::Header(name)) if name.matches("X-Anything")),
            "by its name: {header:?}"
        );
        let marks: Vec<_> = marks
            .iter()
            .map(|(_, parts, anywhere)| (parts.as_str(), *anywhere))
            .collect();
        assert_eq!(
            marks,
            [
                ("inv", false),
                ("past|due", true),
                ("a|b", true),
                ("c", true),
                ("v", true)
            ],
            "nothing negated, no number, no star alone"
        );
    }
}
