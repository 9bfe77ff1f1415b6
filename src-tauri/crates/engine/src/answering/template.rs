//! Variables in the answers that a person sets: `{{id}}`, `{{json:/data/id}}` and a few more.
//!
//! What the person wrote is taken apart once, when it is set. What a sender sent is only ever put in, never taken
//! apart: a value that looks like a variable stays as it is.

use std::fmt::Write as _;

use uuid::Uuid;

use crate::filter::value_at;
use crate::model::{Header, Recognition, RequestId, Timestamp};

/// The variables with what they stand for, in the order in which they are offered.
pub const VARIABLES: [(&str, &str); 10] = [
    ("id", "the id of the request here"),
    ("event", "the event, in the provider's words"),
    ("provider", "the id of the provider"),
    ("delivery", "what the provider calls the delivery"),
    ("method", "the method"),
    ("path", "the path, without the query"),
    ("now", "the present instant, RFC 3339"),
    ("timestamp", "the present instant, seconds since 1970"),
    ("uuid", "a new random UUID"),
    (
        "json:/pointer",
        "the value at a JSON pointer into the body; `header:name` is that of a header",
    ),
];

/// Why a text with variables is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// There is no such variable.
    #[error("there is no variable `{{{{{name}}}}}`")]
    Unknown {
        /// What stands between the braces.
        name: String,
    },
    /// What follows `json:` is no pointer.
    #[error("`{pointer}` is no JSON pointer")]
    Pointer {
        /// What stands there.
        pointer: String,
    },
}

impl TemplateError {
    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => {
                "there are id, event, provider, delivery, method, path, now, timestamp, uuid, json:/pointer and header:name"
            }
            Self::Pointer { .. } => "a pointer begins with a slash, e.g. `{{json:/data/object/id}}`",
        }
    }
}

/// How a value is written so that it cannot end the text it is put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escaping {
    /// As it is.
    None,
    /// As the inside of a JSON string; numbers, objects and lists of the body as they stand.
    Json,
    /// As text of HTML or XML.
    Markup,
}

impl Escaping {
    /// What a body of this content type wants.
    pub(crate) fn of(content_type: &str) -> Self {
        let essence = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if essence.ends_with("json") {
            Self::Json
        } else if essence.ends_with("html") || essence.ends_with("xml") {
            Self::Markup
        } else {
            Self::None
        }
    }

    pub(crate) fn push(self, text: &str, into: &mut String) {
        match self {
            Self::None => into.push_str(text),
            Self::Json => {
                let quoted = serde_json::Value::from(text).to_string();
                into.push_str(&quoted[1..quoted.len() - 1]);
            }
            Self::Markup => {
                for character in text.chars() {
                    match character {
                        '<' | '>' | '&' | '"' | '\'' => {
                            // Writing into a String cannot fail.
                            let _ = write!(into, "&#{};", u32::from(character));
                        }
                        other => into.push(other),
                    }
                }
            }
        }
    }
}

/// One request, as far as an answer may speak of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) id: RequestId,
    pub(crate) recognition: &'a Recognition,
    pub(crate) method: &'a str,
    pub(crate) target: &'a str,
    pub(crate) headers: &'a [Header],
    /// Empty where it is in a file.
    pub(crate) body: &'a [u8],
    pub(crate) now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Id,
    Event,
    Provider,
    Delivery,
    Method,
    Path,
    Now,
    Seconds,
    Uuid,
    Json(String),
    Header(String),
}

/// A text with variables, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

impl Template {
    pub(super) fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, behind)) = after.split_once("}}") else {
                break;
            };
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(variable(name.trim())?);
            rest = behind;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    pub(super) fn render(&self, subject: &Subject<'_>, escaping: Escaping) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(own) => text.push_str(own),
                Piece::Json(pointer) => {
                    let Some(value) = value_at(subject.body, pointer) else {
                        continue;
                    };
                    match serde_json::from_str::<String>(value.get()) {
                        Ok(string) => escaping.push(&string, &mut text),
                        Err(_) if escaping == Escaping::Json => text.push_str(value.get()),
                        Err(_) => escaping.push(value.get(), &mut text),
                    }
                }
                value => escaping.push(&value.of(subject), &mut text),
            }
        }
        text
    }
}

impl Piece {
    fn of(&self, subject: &Subject<'_>) -> String {
        let known = subject.recognition;
        match self {
            Self::Id => subject.id.to_string(),
            Self::Event => known.event.clone().unwrap_or_default(),
            Self::Provider => known.provider.clone().unwrap_or_default(),
            Self::Delivery => known.delivery_key.clone().unwrap_or_default(),
            Self::Method => subject.method.to_owned(),
            Self::Path => subject
                .target
                .split(['?', '#'])
                .next()
                .unwrap_or_default()
                .to_owned(),
            Self::Now => subject.now.to_string(),
            Self::Seconds => subject.now.as_micros().div_euclid(1_000_000).to_string(),
            Self::Uuid => Uuid::new_v4().to_string(),
            Self::Header(name) => subject
                .headers
                .iter()
                .find(|header| header.is(name))
                .map(|header| String::from_utf8_lossy(header.value.trim_ascii()).into_owned())
                .unwrap_or_default(),
            Self::Text(_) | Self::Json(_) => String::new(),
        }
    }
}

fn variable(name: &str) -> Result<Piece, TemplateError> {
    Ok(match name {
        "id" => Piece::Id,
        "event" => Piece::Event,
        "provider" => Piece::Provider,
        "delivery" => Piece::Delivery,
        "method" => Piece::Method,
        "path" => Piece::Path,
        "now" => Piece::Now,
        "timestamp" => Piece::Seconds,
        "uuid" => Piece::Uuid,
        _ => match name.split_once(':') {
            Some(("json", pointer)) if pointer.is_empty() || pointer.starts_with('/') => {
                Piece::Json(pointer.to_owned())
            }
            Some(("json", pointer)) => {
                return Err(TemplateError::Pointer {
                    pointer: pointer.to_owned(),
                });
            }
            Some(("header", header)) if !header.trim().is_empty() => Piece::Header(header.trim().to_owned()),
            _ => {
                return Err(TemplateError::Unknown {
                    name: name.to_owned(),
                });
            }
        },
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::answering) fn subject(body: &[u8]) -> Subject<'_> {
        static KNOWN: std::sync::LazyLock<Recognition> = std::sync::LazyLock::new(|| Recognition {
            event: Some("invoice.paid".to_owned()),
            provider: Some("stripe".to_owned()),
            ..Recognition::unknown()
        });
        Subject {
            id: RequestId::from_bytes([7; 16]),
            recognition: &KNOWN,
            method: "POST",
            target: "/stripe?x=1",
            headers: &[],
            body,
            now: Timestamp::from_micros(1_795_176_251_482_001),
        }
    }

    fn render(text: &str, body: &[u8], escaping: Escaping) -> String {
        Template::parse(text).unwrap().render(&subject(body), escaping)
    }

    #[test]
    fn each_variable_is_replaced_once() {
        let text = "{{id}} {{ event }} {{provider}} {{method}} {{path}} {{now}} {{timestamp}}|{{delivery}}|{{json:/a/1}}";
        assert_eq!(
            render(text, br#"{"a":[1,"two"]}"#, Escaping::None),
            "07070707-0707-0707-0707-070707070707 invoice.paid stripe POST /stripe 2026-11-20T12:04:11.482001Z \
             1795176251||two",
            "what is not known is empty"
        );
    }

    #[test]
    fn a_captured_text_that_looks_like_a_variable_stays_a_text() {
        for captured in ["{{id}}", "{{json:/note}}", "${id}", "{{secret}}", "}}{{event"] {
            let body = serde_json::json!({ "note": captured }).to_string();
            assert_eq!(
                render("<{{json:/note}}>", body.as_bytes(), Escaping::None),
                format!("<{captured}>"),
                "captured data is never evaluated"
            );
        }
    }

    #[test]
    fn braces_without_an_end_and_json_of_ones_own_stay_as_they_are() {
        for text in ["{{", "a {{ b", r#"{"a":{"b":{}}}"#, "}}"] {
            assert_eq!(render(text, b"", Escaping::None), text, "no variable is in it");
        }
    }

    #[test]
    fn a_value_cannot_end_the_text_that_it_is_put_in() {
        let body = br#"{"challenge":"a\"b\\c\n<i>","n":12345678901234567890,"o":{"x":1}}"#;
        assert_eq!(
            render(
                r#"{"c":"{{json:/challenge}}","n":{{json:/n}},"o":{{json:/o}}}"#,
                body,
                Escaping::Json
            ),
            r#"{"c":"a\"b\\c\n<i>","n":12345678901234567890,"o":{"x":1}}"#,
            "JSON stays JSON"
        );
        assert_eq!(
            render("<p>{{json:/challenge}}</p>", body, Escaping::Markup),
            "<p>a&#34;b\\c\n&#60;i&#62;</p>",
            "a page stays a page"
        );
    }

    #[test]
    fn every_variable_that_is_offered_is_understood() {
        for (name, _) in VARIABLES {
            assert!(variable(name).is_ok(), "`{name}`");
        }
    }
}
