//! What a filter looks for in text, for those who show the text and mark it there.

use super::{Condition, Filter, Pattern};

/// What must be in a request for it to pass; what must not be there is nowhere to be marked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sought {
    /// Anywhere: method, target, headers, body.
    pub anywhere: Vec<Pattern>,
    /// In the body only.
    pub body: Vec<Pattern>,
    /// JSON pointers into the body.
    pub pointers: Vec<String>,
}

impl Filter {
    /// What it looks for in text.
    #[must_use]
    pub fn sought(&self) -> Sought {
        let mut sought = Sought::default();
        for term in self.terms.iter().filter(|term| !term.negated) {
            match &term.condition {
                Condition::Text(pattern) => sought.anywhere.push(pattern.clone()),
                Condition::Body(patterns) => sought.body.extend(patterns.iter().cloned()),
                Condition::Json { pointer, .. } => sought.pointers.push(pointer.clone()),
                _ => {}
            }
        }
        sought
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Moment;
    use crate::model::Timestamp;

    #[test]
    fn what_is_looked_for_in_text_is_told_and_what_must_not_be_there_is_not() {
        let filter = Filter::parse(
            "paid -draft body:eur,\"a b\" json:/data/id=1 provider:stripe",
            &Moment::utc(Timestamp::from_micros(0)),
        )
        .unwrap();
        let sought = filter.sought();
        let parts = |patterns: &[Pattern]| -> Vec<String> {
            patterns.iter().map(|pattern| pattern.parts().join("*")).collect()
        };
        assert_eq!(parts(&sought.anywhere), ["paid"]);
        assert_eq!(parts(&sought.body), ["eur", "a b"]);
        assert_eq!(sought.pointers, ["/data/id"]);
    }
}
