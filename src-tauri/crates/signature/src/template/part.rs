//! What all templates have in common, whichever places they know.
//!
//! Provider files hold two kinds: what is signed, and texts that are put together from a request. They are taken apart
//! here, so that braces and parameters mean the same in both.

use super::TemplateError;

/// A part of a text with places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart<'t> {
    /// Text as it stands; a doubled brace is one.
    Literal(String),
    /// What stands between braces.
    Place(&'t str),
    /// The name in `${name}`.
    Parameter(&'t str),
}

impl<'t> TemplatePart<'t> {
    /// Takes a text apart.
    ///
    /// # Errors
    /// If a brace has no partner.
    pub fn split(text: &'t str) -> Result<Vec<Self>, TemplateError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(next) = rest.find(['{', '}', '$']) {
            let (before, after) = rest.split_at(next);
            literal.push_str(before);
            let at = text.len() - after.len();
            if let Some(tail) = after.strip_prefix("{{") {
                literal.push('{');
                rest = tail;
            } else if let Some(tail) = after.strip_prefix("}}") {
                literal.push('}');
                rest = tail;
            } else if after.starts_with('}') {
                return Err(TemplateError::Unopened(at));
            } else if after.starts_with('$') && !after.starts_with("${") {
                literal.push('$');
                rest = &after[1..];
            } else {
                let (opened, tail) = after.split_once('}').ok_or(TemplateError::Unclosed(at))?;
                if !literal.is_empty() {
                    parts.push(Self::Literal(std::mem::take(&mut literal)));
                }
                parts.push(match opened.strip_prefix("${") {
                    Some(name) => Self::Parameter(name),
                    None => Self::Place(&opened[1..]),
                });
                rest = tail;
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Self::Literal(literal));
        }
        Ok(parts)
    }
}

/// Puts values in for `${name}`, wherever it stands; `{json:${path}}` has one within a place.
///
/// # Errors
/// If there is no value for a name.
pub fn fill_parameters<V: AsRef<str>, E>(
    text: &str,
    mut value: impl FnMut(&str) -> Result<V, E>,
) -> Result<String, E> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        filled.push_str(before);
        filled.push_str(value(name)?.as_ref());
        rest = tail;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_taken_apart_at_its_braces() {
        use TemplatePart::{Literal, Parameter, Place};
        assert_eq!(
            TemplatePart::split("a$ {b}{{c}}${d}{e"),
            Err(TemplateError::Unclosed(15)),
            "the brace without a partner has its place"
        );
        assert_eq!(
            TemplatePart::split("a$ {b}{{c}}${d}").unwrap(),
            [
                Literal("a$ ".into()),
                Place("b"),
                Literal("{c}".into()),
                Parameter("d")
            ],
            "texts, places and parameters"
        );
    }

    #[test]
    fn parameters_are_filled_in_or_named() {
        let value = |name: &str| match name {
            "a" => Ok("1"),
            other => Err(other.to_owned()),
        };
        assert_eq!(
            fill_parameters("{json:${a}}-${a", value).as_deref(),
            Ok("{json:1}-${a"),
            "also within a place; what is not closed stays"
        );
        assert_eq!(
            fill_parameters("${a}${b}", value),
            Err("b".to_owned()),
            "no value"
        );
    }
}
