//! Where a value stands in a request, and texts put together from such values.
//!
//! The spelling is that of the signature crate's templates (`{header:X-Event}.{json:action}`), so that a provider file
//! has one language. The places are fewer, because there is no scheme here whose timestamp or id could be meant, and
//! some are added that only recognising needs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use hookbench_signature::JsonPath;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Facts;
use crate::body::Outline;

/// A place in a request.
///
/// | text | value |
/// | --- | --- |
/// | `header:NAME` | the first header of that name, in any case |
/// | `query:NAME` | a parameter of the query, decoded |
/// | `form:NAME` | a field of a url-encoded or multipart body, decoded |
/// | `json:PATH` | a value in the JSON body; keys and array indexes by `.`, `\.` for a dot in a key |
/// | `form-json:NAME.PATH` | a value in the JSON document that a form field holds |
/// | `claim:NAME.PATH` | a claim of the JSON web token that a header holds |
/// | `key-besides:A,B` | the name of the first member of the JSON body that is none of these |
/// | `method`, `path`, `body` | as sent |
/// | `body-sha256` | the digest of the body in hex, for senders without a delivery id |
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[expect(missing_docs, reason = "the table above says what each one is")]
pub enum Place {
    Header(String),
    Query(String),
    Form(String),
    Json(JsonPath),
    FormJson(String, JsonPath),
    Claim(String, JsonPath),
    KeyBesides(Vec<String>),
    Method,
    Path,
    Body,
    BodySha256,
}

/// Why a place or a template could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A place that does not exist.
    #[error(
        "no such place: `{0}` (expected header:…, query:…, form:…, json:…, form-json:…, claim:…, key-besides:…, \
         method, path, body or body-sha256)"
    )]
    Place(String),
    /// A brace without its partner.
    #[error("a brace without its partner in `{0}`; write `{{{{` or `}}}}` for a brace")]
    Brace(String),
}

impl Place {
    /// Whether there is anything at this place, be it an empty text or an object.
    #[must_use]
    pub fn is_in(&self, facts: &Facts<'_>) -> bool {
        match self {
            Self::Header(name) => facts.has_header(name),
            Self::Json(path) => facts.json().is_some_and(|outline| outline.get(path).is_some()),
            Self::Body => !facts.body().is_empty(),
            _ => self.read(facts).is_some(),
        }
    }

    /// The text at this place.
    #[must_use]
    pub fn read<'f>(&self, facts: &'f Facts<'_>) -> Option<Cow<'f, str>> {
        match self {
            Self::Header(name) => facts.header(name).map(Cow::Borrowed),
            Self::Query(name) => facts.query(name).map(Cow::Borrowed),
            Self::Form(name) => facts.form(name).map(Cow::Borrowed),
            Self::Json(path) => facts.json_text(path),
            Self::FormJson(name, path) => {
                Outline::of(facts.form(name)?.as_bytes())?.text(path).map(|text| Cow::Owned(text.into_owned()))
            }
            Self::Claim(name, path) => claim(facts.header(name)?, path).map(Cow::Owned),
            Self::KeyBesides(others) => {
                facts.json()?.keys().find(|key| !others.iter().any(|other| other == key)).map(Cow::Borrowed)
            }
            Self::Method => Some(Cow::Borrowed(facts.method())),
            Self::Path => Some(Cow::Borrowed(facts.path())),
            Self::Body => std::str::from_utf8(facts.body()).ok().map(Cow::Borrowed),
            Self::BodySha256 => Some(Cow::Owned(hex::encode(Sha256::digest(facts.body())))),
        }
    }
}

/// A claim of a token; the token is read and not believed, whether it holds is the scheme's concern.
fn claim(header: &str, path: &JsonPath) -> Option<String> {
    use base64::Engine as _;
    let token = header.rsplit(' ').next().filter(|token| token.len() <= 16 * 1024)?;
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    Outline::of(&claims)?.text(path).map(Cow::into_owned)
}

impl FromStr for Place {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || TemplateError::Place(text.to_owned());
        let Some((place, name)) = text.split_once(':') else {
            return Ok(match text {
                "method" => Self::Method,
                "path" => Self::Path,
                "body" => Self::Body,
                "body-sha256" => Self::BodySha256,
                _ => return Err(unknown()),
            });
        };
        if name.is_empty() {
            return Err(unknown());
        }
        let owned = name.to_owned();
        let inside = || name.split_once('.').map(|(outer, path)| (outer.to_owned(), JsonPath::parse(path)));
        Ok(match place {
            "header" => Self::Header(owned),
            "query" => Self::Query(owned),
            "form" => Self::Form(owned),
            "json" => Self::Json(JsonPath::parse(name)),
            "form-json" => inside().map(|(field, path)| Self::FormJson(field, path)).ok_or_else(unknown)?,
            "claim" => inside().map(|(header, path)| Self::Claim(header, path)).ok_or_else(unknown)?,
            "key-besides" => Self::KeyBesides(name.split(',').map(|key| key.trim().to_owned()).collect()),
            _ => return Err(unknown()),
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(formatter, "header:{name}"),
            Self::Query(name) => write!(formatter, "query:{name}"),
            Self::Form(name) => write!(formatter, "form:{name}"),
            Self::Json(path) => write!(formatter, "json:{path}"),
            Self::FormJson(name, path) => write!(formatter, "form-json:{name}.{path}"),
            Self::Claim(name, path) => write!(formatter, "claim:{name}.{path}"),
            Self::KeyBesides(others) => write!(formatter, "key-besides:{}", others.join(",")),
            Self::Method => formatter.write_str("method"),
            Self::Path => formatter.write_str("path"),
            Self::Body => formatter.write_str("body"),
            Self::BodySha256 => formatter.write_str("body-sha256"),
        }
    }
}

impl TryFrom<String> for Place {
    type Error = TemplateError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

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
        let pieces = pieces(&if open { fill(text, |_| Some("1".to_owned())) } else { text.to_owned() })?;
        Ok(Self { text: text.to_owned(), pieces: if open { Vec::new() } else { pieces }, open })
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

    pub(super) fn render_with(
        &self,
        facts: &Facts<'_>,
        parameters: &BTreeMap<String, String>,
        extras: &BTreeMap<&'static str, String>,
    ) -> Option<String> {
        let filled;
        let pieces = if self.open {
            let mut complete = true;
            let text = fill(&self.text, |name| {
                let value = parameters.get(name).filter(|value| !value.is_empty());
                complete &= value.is_some();
                value.cloned()
            });
            filled = pieces(&text).ok().filter(|_| complete)?;
            &filled
        } else {
            &self.pieces
        };
        let mut text = String::new();
        for piece in pieces {
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

/// Puts values in for `${name}`; a name without a value gives nothing.
pub(super) fn fill(text: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, tail)) = after.split_once('}') else { break };
        filled.push_str(before);
        filled.push_str(&value(name).unwrap_or_default());
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

fn pieces(text: &str) -> Result<Vec<Piece>, TemplateError> {
    let unpaired = || TemplateError::Brace(text.to_owned());
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(next) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(next);
        literal.push_str(before);
        if let Some(tail) = after.strip_prefix("{{") {
            literal.push('{');
            rest = tail;
        } else if let Some(tail) = after.strip_prefix("}}") {
            literal.push('}');
            rest = tail;
        } else {
            let (inner, tail) = after.strip_prefix('{').and_then(|inner| inner.split_once('}')).ok_or_else(unpaired)?;
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(match EXTRAS.into_iter().find(|name| *name == inner) {
                Some(name) => Piece::Extra(name),
                None => Piece::Place(inner.parse()?),
            });
            rest = tail;
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
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
        assert_eq!(render("{json:type}.{json:action}", body).as_deref(), Some("a.b"), "both are there");
        assert_eq!(render("{json:type}.{json:other}", body), None, "one is not");
        assert_eq!(render("{json:empty}", body), None, "an empty text says nothing");
        assert_eq!(render("{{{query:q}}}", body).as_deref(), Some("{1}"), "doubled braces are braces");
        assert_eq!(render("{key-besides:type,action}", body).as_deref(), Some("empty"), "the first other member");
    }

    #[test]
    fn a_parameter_may_name_a_path() {
        assert_eq!(render("{json:${path}}", r#"{"meta":{"id":7}}"#).as_deref(), Some("7"), "the person's own path");
        assert_eq!(render("{json:${other}}", "{}"), None, "without a value there is none");
    }

    #[test]
    fn a_claim_is_read_without_being_believed() {
        let headers = [crate::model::Header {
            name: "authorization".into(),
            value: "Bearer e30.eyJpc3MiOiJuZXRsaWZ5In0.x".into(),
        }];
        let facts = Facts::new("POST", "/", &headers, b"");
        let place: Place = "claim:Authorization.iss".parse().unwrap();
        assert_eq!(place.read(&facts).as_deref(), Some("netlify"), "the payload is base64url JSON");
    }

    #[test]
    fn wrong_templates_say_what_is_wrong() {
        assert_eq!(Template::parse("{json:a"), Err(TemplateError::Brace("{json:a".into())), "an open brace");
        assert_eq!(Template::parse("a}"), Err(TemplateError::Brace("a}".into())), "a stray brace");
        assert_eq!(Template::parse("{jsn:a}"), Err(TemplateError::Place("jsn:a".into())), "a misspelt place");
        assert_eq!("json:".parse::<Place>(), Err(TemplateError::Place("json:".into())), "a place without a name");
    }
}
