//! Where a value stands in a request.
//!
//! The spelling is that of the signature crate's templates (`{header:X-Event}.{json:action}`), so that a provider file
//! has one language. The places are fewer, because there is no scheme here whose timestamp or id could be meant, and
//! some are added that only recognising needs.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use hookbench_signature::JsonPath;
use serde::{Deserialize, Serialize};

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
            Self::FormJson(name, path) => Outline::of(facts.form(name)?.as_bytes())?
                .text(path)
                .map(|text| Cow::Owned(text.into_owned())),
            Self::Claim(name, path) => claim(facts.header(name)?, path).map(Cow::Owned),
            Self::KeyBesides(others) => facts
                .json()?
                .keys()
                .find(|key| !others.iter().any(|other| other == key))
                .map(Cow::Borrowed),
            Self::Method => Some(Cow::Borrowed(facts.method())),
            Self::Path => Some(Cow::Borrowed(facts.path())),
            Self::Body => std::str::from_utf8(facts.readable_body()?)
                .ok()
                .map(Cow::Borrowed),
            Self::BodySha256 => Some(Cow::Owned(hex::encode(facts.digest()))),
        }
    }
}

/// A claim of a token; the token is read and not believed, whether it holds is the scheme's concern.
fn claim(header: &str, path: &JsonPath) -> Option<String> {
    use base64::Engine as _;
    let token = header
        .rsplit(' ')
        .next()
        .filter(|token| token.len() <= 16 * 1024)?;
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(payload.trim_end_matches('='))
        .ok()?;
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
        let inside = || {
            name.split_once('.')
                .map(|(outer, path)| (outer.to_owned(), JsonPath::parse(path)))
        };
        Ok(match place {
            "header" => Self::Header(owned),
            "query" => Self::Query(owned),
            "form" => Self::Form(owned),
            "json" => Self::Json(JsonPath::parse(name)),
            "form-json" => inside()
                .map(|(field, path)| Self::FormJson(field, path))
                .ok_or_else(unknown)?,
            "claim" => inside()
                .map(|(header, path)| Self::Claim(header, path))
                .ok_or_else(unknown)?,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_read_without_being_believed() {
        let headers = [crate::model::Header {
            name: "authorization".into(),
            value: "Bearer e30.eyJpc3MiOiJuZXRsaWZ5In0.x".into(),
        }];
        let facts = Facts::new("POST", "/", &headers, b"");
        let place: Place = "claim:Authorization.iss".parse().unwrap();
        assert_eq!(
            place.read(&facts).as_deref(),
            Some("netlify"),
            "the payload is base64url JSON"
        );
    }

    #[test]
    fn every_place_reads_back_what_it_writes() {
        for text in [
            "header:X-A",
            "query:a",
            "form:a",
            "json:a.0.b\\.c",
            "form-json:payload.type",
            "claim:Authorization.iss",
            "key-besides:a,b",
            "method",
            "path",
            "body",
            "body-sha256",
        ] {
            assert_eq!(
                text.parse::<Place>().unwrap().to_string(),
                text,
                "the text form is stable"
            );
        }
    }
}
