//! Texts put together from places of a request: event names, delivery ids, answers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::convert::Infallible;

use hookbench_signature::{TemplatePart, fill_parameters};
use serde::{Deserialize, Serialize};

use super::{Facts, Place, TemplateError};

/// A text with places: `{header:X-GitHub-Event}.{json:action}`.
///
/// `${name}` is a parameter that the person chose, also inside a place (`{json:${id_path}}`); `{{` and `}}` are
/// braces. A template has a value only where all of its places do, so alternatives are written as a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template {
    text: String,
    pieces: Vec<Piece>,
    /// The text names parameters: it is taken apart when they are known.
    open: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Place(Place),
    /// `{signed}`, `{public-key}`: values that a handshake works out.
    Extra(&'static str),
}

/// Names that a handshake gives beside the places of the request.
pub(super) const EXTRAS: [&str; 2] = ["signed", "public-key"];

impl Template {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        // With parameters still open only the balance of the braces can be judged; `1` fits wherever a name or a
        // path does.
        let open = text.contains("${");
        let Ok(filled) = fill_parameters(text, |_| Ok::<_, Infallible>("1"));
        let pieces = pieces(&filled)?;
        Ok(Self {
            text: text.to_owned(),
            pieces: if open { Vec::new() } else { pieces },
            open,
        })
    }

    /// The template as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text for a request; `None` where a place is empty or a parameter has no value.
    #[must_use]
    pub fn render(&self, facts: &Facts<'_>, parameters: &BTreeMap<String, String>) -> Option<String> {
        self.render_with(facts, parameters, &BTreeMap::new())
    }

    /// The place, where the template is that place and nothing beside it.
    pub(super) fn only_place(&self, parameters: &BTreeMap<String, String>) -> Option<Place> {
        match &self.pieces_with(parameters)?[..] {
            [Piece::Place(place)] => Some(place.clone()),
            _ => None,
        }
    }

    /// The places that it reads; none while a parameter has no value.
    pub(super) fn places(&self, parameters: &BTreeMap<String, String>) -> Vec<Place> {
        let pieces = self.pieces_with(parameters).unwrap_or_default();
        let places = pieces.iter().filter_map(|piece| match piece {
            Piece::Place(place) => Some(place.clone()),
            Piece::Literal(_) | Piece::Extra(_) => None,
        });
        places.collect()
    }

    /// Whether it reads a place for which `is_meant` holds; while parameters are open, whether it may read a body.
    pub(crate) fn reads(&self, is_meant: &dyn Fn(&Place) -> bool) -> bool {
        if self.open {
            return ["{json:", "{form", "{body"]
                .iter()
                .any(|place| self.text.contains(place));
        }
        self.pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Place(place) if is_meant(place)))
    }

    fn pieces_with(&self, parameters: &BTreeMap<String, String>) -> Option<Cow<'_, [Piece]>> {
        if !self.open {
            return Some(Cow::Borrowed(&self.pieces));
        }
        let value = |name: &str| parameters.get(name).filter(|value| !value.is_empty()).ok_or(());
        let text = fill_parameters(&self.text, value).ok()?;
        pieces(&text).ok().map(Cow::Owned)
    }

    pub(super) fn render_with(
        &self,
        facts: &Facts<'_>,
        parameters: &BTreeMap<String, String>,
        extras: &BTreeMap<&'static str, String>,
    ) -> Option<String> {
        let mut text = String::new();
        for piece in self.pieces_with(parameters)?.iter() {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Place(place) => {
                    let value = place.read(facts).filter(|value| !value.is_empty())?;
                    text.push_str(&value);
                }
                Piece::Extra(name) => text.push_str(extras.get(name)?),
            }
        }
        Some(text)
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, TemplateError> {
    let unpaired = || TemplateError::Brace(text.to_owned());
    TemplatePart::split(text)
        .map_err(|_| unpaired())?
        .into_iter()
        .map(|part| match part {
            TemplatePart::Literal(literal) => Ok(Piece::Literal(literal)),
            TemplatePart::Place(inner) => match EXTRAS.into_iter().find(|name| *name == inner) {
                Some(name) => Ok(Piece::Extra(name)),
                None => inner.parse().map(Piece::Place),
            },
            // They are filled in: this one came with a value.
            TemplatePart::Parameter(_) => Err(unpaired()),
        })
        .collect()
}

impl TryFrom<String> for Template {
    type Error = TemplateError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(template: &str, body: &str) -> Option<String> {
        let facts = Facts::new("POST", "/a?q=1", &[], body.as_bytes());
        let parameters = BTreeMap::from([("path".to_owned(), "meta.id".to_owned())]);
        Template::parse(template).unwrap().render(&facts, &parameters)
    }

    #[test]
    fn a_template_has_a_value_only_where_all_its_places_do() {
        let body = r#"{"type":"a","action":"b","empty":"","meta":{"id":7}}"#;
        assert_eq!(
            render("{json:type}.{json:action}", body).as_deref(),
            Some("a.b"),
            "both are there"
        );
        assert_eq!(render("{json:type}.{json:other}", body), None, "one is not");
        assert_eq!(render("{json:empty}", body), None, "an empty text says nothing");
        assert_eq!(
            render("{{{query:q}}}", body).as_deref(),
            Some("{1}"),
            "doubled braces are braces"
        );
        assert_eq!(
            render("{key-besides:type,action}", body).as_deref(),
            Some("empty"),
            "the first other member"
        );
    }

    #[test]
    fn a_parameter_may_name_a_path() {
        assert_eq!(
            render("{json:${path}}", r#"{"meta":{"id":7}}"#).as_deref(),
            Some("7"),
            "the person's own path"
        );
        assert_eq!(
            render("{json:${other}}", "{}"),
            None,
            "without a value there is none"
        );
        let facts = Facts::new("POST", "/", &[], b"{}");
        let nested = BTreeMap::from([("path".to_owned(), "${path}".to_owned())]);
        assert_eq!(
            Template::parse("${path}").unwrap().render(&facts, &nested),
            None,
            "a value is no parameter again"
        );
    }

    #[test]
    fn wrong_templates_say_what_is_wrong() {
        assert_eq!(
            Template::parse("{json:a"),
            Err(TemplateError::Brace("{json:a".into())),
            "an open brace"
        );
        assert_eq!(
            Template::parse("a}"),
            Err(TemplateError::Brace("a}".into())),
            "a stray brace"
        );
        assert_eq!(
            Template::parse("{jsn:a}"),
            Err(TemplateError::Place("jsn:a".into())),
            "a misspelt place"
        );
        assert_eq!(
            "json:".parse::<Place>(),
            Err(TemplateError::Place("json:".into())),
            "a place without a name"
        );
    }
}
