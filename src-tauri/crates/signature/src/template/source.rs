//! Where a value is found in a message, as a short text: `header:X-Signature`, `json:data.id`, `item:t`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::TemplateError;

/// A path into a JSON document: keys and array indexes by `.`, `*` for every element, `\.` for a dot in a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct JsonPath(Vec<String>);

impl From<String> for JsonPath {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

impl From<JsonPath> for String {
    fn from(path: JsonPath) -> Self {
        path.to_string()
    }
}

impl JsonPath {
    /// Reads a path; the empty text is the document itself.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut steps = Vec::new();
        let mut step = String::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => step.extend(characters.next()),
                '.' => steps.push(std::mem::take(&mut step)),
                other => step.push(other),
            }
        }
        if !text.is_empty() {
            steps.push(step);
        }
        Self(steps)
    }

    /// The steps, outermost first.
    #[must_use]
    pub fn steps(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str(".")?;
            }
            formatter.write_str(&step.replace('\\', "\\\\").replace('.', "\\."))?;
        }
        Ok(())
    }
}

/// A place a value is read from.
///
/// | text | value |
/// | --- | --- |
/// | `header:NAME` | the header of that name in any case; `NAME*` takes every header that starts so (`X-Signature-*`) |
/// | `query:NAME` | a parameter of the query, decoded |
/// | `form:NAME` | a field of a url-encoded or multipart body, decoded |
/// | `json:PATH` | a field of the JSON document; text as it reads, numbers exactly as sent, `*` for every element |
/// | `claim:NAME` | a claim of the JWT; `claim-header:NAME` a member of its header |
/// | `item:KEY` | an item of the signature header's list, by key (`t`) or by place (`0`) |
/// | `body` | the body's bytes |
/// | `timestamp`, `id` | what the scheme's `timestamp` and `id` name, exactly as sent |
/// | `method`, `target` | as sent |
/// | `url`, `path`, `query`, `host` | of the URL the sender used |
/// | `secret` | the key's bytes (for a plain digest over secret and body) |
/// | `form-sorted` | names and values of the form, sorted by name, each value once; empty for other bodies |
/// | `signed-headers:NAME` | the headers listed in that header, as `name:value` in lower-cased, sorted order, by `;` |
/// | `form-php:NAME` | the form without that field, sorted, in PHP's `serialize` form |
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[expect(missing_docs, reason = "the table above says what each one is")]
pub enum Source {
    Header(String),
    Query(String),
    Form(String),
    Json(JsonPath),
    Claim(String),
    ClaimHeader(String),
    Item(String),
    Body,
    Timestamp,
    Id,
    Method,
    Target,
    Url,
    Path,
    QueryString,
    Host,
    Secret,
    FormSorted,
    SignedHeaders(String),
    FormPhp(String),
}

impl FromStr for Source {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some((place, name)) = text.split_once(':') {
            let name_owned = name.to_owned();
            return Ok(match place {
                _ if name.is_empty() => return Err(TemplateError::Source(text.to_owned())),
                "header" => Self::Header(name_owned),
                "query" => Self::Query(name_owned),
                "form" => Self::Form(name_owned),
                "json" => Self::Json(JsonPath::parse(name)),
                "claim" => Self::Claim(name_owned),
                "claim-header" => Self::ClaimHeader(name_owned),
                "item" => Self::Item(name_owned),
                "signed-headers" => Self::SignedHeaders(name_owned),
                "form-php" => Self::FormPhp(name_owned),
                _ => return Err(TemplateError::Source(text.to_owned())),
            });
        }
        Ok(match text {
            "body" => Self::Body,
            "timestamp" => Self::Timestamp,
            "id" => Self::Id,
            "method" => Self::Method,
            "target" => Self::Target,
            "url" => Self::Url,
            "path" => Self::Path,
            "query" => Self::QueryString,
            "host" => Self::Host,
            "secret" => Self::Secret,
            "form-sorted" => Self::FormSorted,
            _ => return Err(TemplateError::Source(text.to_owned())),
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(formatter, "header:{name}"),
            Self::Query(name) => write!(formatter, "query:{name}"),
            Self::Form(name) => write!(formatter, "form:{name}"),
            Self::Json(path) => write!(formatter, "json:{path}"),
            Self::Claim(name) => write!(formatter, "claim:{name}"),
            Self::ClaimHeader(name) => write!(formatter, "claim-header:{name}"),
            Self::Item(name) => write!(formatter, "item:{name}"),
            Self::SignedHeaders(name) => write!(formatter, "signed-headers:{name}"),
            Self::FormPhp(name) => write!(formatter, "form-php:{name}"),
            Self::Body => formatter.write_str("body"),
            Self::Timestamp => formatter.write_str("timestamp"),
            Self::Id => formatter.write_str("id"),
            Self::Method => formatter.write_str("method"),
            Self::Target => formatter.write_str("target"),
            Self::Url => formatter.write_str("url"),
            Self::Path => formatter.write_str("path"),
            Self::QueryString => formatter.write_str("query"),
            Self::Host => formatter.write_str("host"),
            Self::Secret => formatter.write_str("secret"),
            Self::FormSorted => formatter.write_str("form-sorted"),
        }
    }
}

impl TryFrom<String> for Source {
    type Error = TemplateError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_reads_back_what_it_writes() {
        for text in [
            "header:X-A",
            "query:a",
            "form:a",
            "json:a.0.b\\.c",
            "claim:sub",
            "claim-header:kid",
            "item:t",
            "signed-headers:X",
            "form-php:p",
            "body",
            "timestamp",
            "id",
            "method",
            "target",
            "url",
            "path",
            "query",
            "host",
            "secret",
            "form-sorted",
        ] {
            assert_eq!(
                text.parse::<Source>().unwrap().to_string(),
                text,
                "text form is stable"
            );
        }
    }

    #[test]
    fn a_dot_in_a_key_can_be_written() {
        assert_eq!(
            JsonPath::parse("a\\.b.c").steps(),
            ["a.b", "c"],
            "escaped dots stay in the key"
        );
    }
}
