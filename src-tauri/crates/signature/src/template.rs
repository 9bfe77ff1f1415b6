//! The two small languages a scheme is written in: where a value is ([`Source`]) and what is signed ([`Template`]).
//!
//! Both are parsed once, when the scheme is read, so that checking a request parses nothing.

mod filter;
mod part;
mod source;

pub use filter::Filter;
pub use part::{TemplatePart, fill_parameters};
pub use source::{JsonPath, Source};

use serde::{Deserialize, Serialize};

/// Why a source, a filter or a template could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A place that does not exist.
    #[error(
        "no such source: `{0}` (expected body, timestamp, id, method, target, url, path, query, host, secret, \
         form-sorted, header:…, query:…, form:…, json:…, claim:…, item:…, signed-headers:… or form-php:…)"
    )]
    Source(String),
    /// A filter that does not exist.
    #[error("no such filter: `{0}`")]
    Filter(String),
    /// A `{` without its `}`.
    #[error("`{{` at byte {0} is not closed; write `{{{{` for a brace")]
    Unclosed(usize),
    /// A `}` without its `{`.
    #[error("`}}` at byte {0} is not opened; write `}}}}` for a brace")]
    Unopened(usize),
    /// `{?…}` without `{/}`, or the other way round.
    #[error("`{{?…}}` and `{{/}}` do not pair")]
    Unpaired,
}

/// One piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    Parameter(String),
    Value {
        source: Source,
        optional: bool,
        filters: Vec<Filter>,
    },
    IfPresent(Source),
    End,
}

/// What is signed, as text with places: `{timestamp}.{body}`.
///
/// * `{source}` puts in what the [`Source`] holds; without it there is nothing to check and the verdict is `missing`.
/// * `{source?}` puts in nothing where the source is absent.
/// * `{source|filter|filter}` passes it through [`Filter`]s.
/// * `{?source}…{/}` is kept only where the source is present.
/// * `${name}` is a parameter of the scheme; `{{` and `}}` are braces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template {
    text: String,
    pieces: Vec<Piece>,
}

impl Template {
    /// The template that is the body alone.
    #[must_use]
    pub fn body() -> Self {
        Self {
            text: "{body}".to_owned(),
            pieces: vec![Piece::Value {
                source: Source::Body,
                optional: false,
                filters: vec![],
            }],
        }
    }

    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut open = false;
        let pieces = TemplatePart::split(text)?
            .into_iter()
            .map(|part| match part {
                TemplatePart::Literal(literal) => Ok(Piece::Literal(literal)),
                TemplatePart::Parameter(name) => Ok(Piece::Parameter(name.to_owned())),
                TemplatePart::Place(inner) => Self::piece(inner, &mut open),
            })
            .collect::<Result<_, _>>()?;
        if open {
            return Err(TemplateError::Unpaired);
        }
        Ok(Self {
            text: text.to_owned(),
            pieces,
        })
    }

    fn piece(inner: &str, open: &mut bool) -> Result<Piece, TemplateError> {
        if inner == "/" {
            return if std::mem::replace(open, false) {
                Ok(Piece::End)
            } else {
                Err(TemplateError::Unpaired)
            };
        }
        if let Some(source) = inner.strip_prefix('?') {
            return if std::mem::replace(open, true) {
                Err(TemplateError::Unpaired)
            } else {
                Ok(Piece::IfPresent(source.parse()?))
            };
        }
        let mut parts = inner.split('|');
        let named = parts.next().unwrap_or_default();
        let (named, optional) = named
            .strip_suffix('?')
            .map_or((named, false), |named| (named, true));
        let source = named.parse()?;
        let filters = parts.map(str::parse).collect::<Result<_, _>>()?;
        Ok(Piece::Value {
            source,
            optional,
            filters,
        })
    }

    /// The template as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether any piece reads this source.
    #[must_use]
    pub fn reads(&self, wanted: &Source) -> bool {
        self.reads_any(|source| source == wanted)
    }

    /// Whether any piece reads such a source.
    pub(crate) fn reads_any(&self, is_such: impl Fn(&Source) -> bool) -> bool {
        self.pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Value { source, .. } if is_such(source)))
    }
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

    #[test]
    fn pieces_are_told_apart() {
        let template = Template::parse("v0:{timestamp}:{json:a.b?|lower}{?id}.{id}{/}${x}{{}}$").unwrap();
        assert_eq!(
            template.pieces().len(),
            10,
            "literal, value, literal, value, if, literal, value, end, parameter, literal"
        );
        assert!(template.reads(&Source::Timestamp), "the timestamp is read");
        assert!(!template.reads(&Source::Body), "the body is not");
    }

    #[test]
    fn broken_templates_say_what_is_wrong() {
        assert_eq!(
            Template::parse("a{body"),
            Err(TemplateError::Unclosed(1)),
            "an open brace has a place"
        );
        assert_eq!(
            Template::parse("a}"),
            Err(TemplateError::Unopened(1)),
            "so has a stray one"
        );
        assert_eq!(
            Template::parse("{?id}x"),
            Err(TemplateError::Unpaired),
            "blocks are closed"
        );
        assert_eq!(
            Template::parse("{bod}"),
            Err(TemplateError::Source("bod".into())),
            "places have names"
        );
        assert_eq!(
            Template::parse("{body|rot13}"),
            Err(TemplateError::Filter("rot13".into())),
            "so have filters"
        );
    }
}
