//! Where in a provider file something stands, so that what makes no sense is named with its line like what cannot be
//! read.

use toml::de::{DeTable, DeValue};

/// One step on the way to a value in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<'s> {
    Key(&'s str),
    Index(usize),
}

/// Line and column, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Position {
    /// Of a byte.
    pub(super) fn of(text: &str, at: usize) -> Self {
        let before = &text.as_bytes()[..at.min(text.len())];
        let line_start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |newline| newline + 1);
        Self {
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
            column: String::from_utf8_lossy(&before[line_start..]).chars().count() + 1,
        }
    }

    /// Of a value; where it is not there, of what it would stand in.
    pub(super) fn of_value(text: &str, way: &[Step<'_>]) -> Option<Self> {
        let file = DeTable::parse(text).ok()?;
        let (first, rest) = way.split_first()?;
        let Step::Key(name) = first else { return None };
        let mut value = file.get_ref().get(*name)?;
        for step in rest {
            let inner = match (step, value.get_ref()) {
                (Step::Key(name), DeValue::Table(table)) => table.get(*name),
                (Step::Index(index), DeValue::Array(array)) => array.get(*index),
                _ => None,
            };
            match inner {
                Some(inner) => value = inner,
                None => break,
            }
        }
        Some(Self::of(text, value.span().start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_in_each_way_of_writing_it() {
        let text = "a = 1\n[[b]]\nc = [\"é\", 2]\n[[b]]\n d.e = 3\n";
        let position = |way: &[Step<'_>]| Position::of_value(text, way).map(|at| (at.line, at.column));
        assert_eq!(position(&[Step::Key("a")]), Some((1, 5)), "a member");
        let second = [Step::Key("b"), Step::Index(0), Step::Key("c"), Step::Index(1)];
        assert_eq!(position(&second), Some((3, 11)), "columns are letters, not bytes");
        let dotted = [Step::Key("b"), Step::Index(1), Step::Key("d"), Step::Key("e")];
        assert_eq!(position(&dotted), Some((5, 8)), "a dotted key");
        let lacking = [Step::Key("b"), Step::Index(1), Step::Key("x")];
        assert_eq!(
            position(&lacking),
            Some((4, 1)),
            "what lacks is where it would stand"
        );
        assert_eq!(position(&[Step::Key("x")]), None, "nothing is nowhere");
    }
}
