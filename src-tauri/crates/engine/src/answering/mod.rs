//! What the senders of an endpoint get where the person set it: made ready when it is set, put together for each
//! request. Pure: the instant and the ids are passed in, nothing here sends.

mod template;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};

pub(crate) use template::{Escaping, Subject};
pub use template::{TemplateError, VARIABLES};

use crate::capture::Answer;
use crate::error::EngineError;
use crate::model::AnswerRule;
use template::Template;

/// The longest an answer can be held back: senders have given up long before.
pub const LONGEST_DELAY: std::time::Duration = std::time::Duration::from_secs(120);

/// The longest body that can be set.
const LONGEST_BODY: usize = 1024 * 1024;

/// Headers that the listener sets itself, or that would contradict what it does.
const OWN: [&str; 6] = [
    "content-length",
    "transfer-encoding",
    "connection",
    "trailer",
    "upgrade",
    "keep-alive",
];

/// An answer that was set, taken apart.
#[derive(Debug)]
pub(crate) struct SetAnswer {
    rule: AnswerRule,
    headers: Vec<(HeaderName, Template)>,
    body: Template,
    escaping: Escaping,
}

impl SetAnswer {
    /// Takes `rule` apart.
    ///
    /// # Errors
    /// When a status, a header or a variable is none.
    pub(crate) fn new(rule: AnswerRule) -> Result<Self, EngineError> {
        if !(200..600).contains(&rule.status) {
            return Err(EngineError::bad_input(
                format!("`{}` is no status that ends an exchange", rule.status),
                "choose 200 to 599",
            ));
        }
        if rule.delay > LONGEST_DELAY {
            return Err(EngineError::bad_input(
                format!("an answer cannot be held back for {} s", rule.delay.as_secs()),
                format!("choose {} s at the most", LONGEST_DELAY.as_secs()),
            ));
        }
        if rule.body.len() > LONGEST_BODY {
            return Err(EngineError::bad_input(
                format!("the body of the answer has {} bytes", rule.body.len()),
                "an answer may have a body of 1 MiB",
            ));
        }
        let mut headers = Vec::with_capacity(rule.headers.len());
        for (name, value) in &rule.headers {
            headers.push((header_name(name)?, header_value(name, value)?));
        }
        let content_type = rule
            .headers
            .iter()
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("content-type"))
            .map_or("", |(_, value)| value.as_str());
        Ok(Self {
            escaping: Escaping::of(content_type),
            body: Template::parse(&rule.body)?,
            headers,
            rule,
        })
    }

    /// How long the sender waits for it.
    pub(crate) const fn delay(&self) -> std::time::Duration {
        self.rule.delay
    }

    /// The answer to one request. A header whose value cannot stand in a header is left out.
    pub(crate) fn for_request(&self, subject: &Subject<'_>) -> Answer {
        let mut headers: Vec<(HeaderName, HeaderValue)> = self
            .headers
            .iter()
            .filter_map(|(name, value)| {
                let value = value.render(subject, Escaping::None);
                Some((name.clone(), HeaderValue::from_str(&value).ok()?))
            })
            .collect();
        if !self.rule.body.is_empty() && !headers.iter().any(|(name, _)| *name == header::CONTENT_TYPE) {
            headers.push((
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/plain; charset=utf-8"),
            ));
        }
        Answer {
            headers,
            body: Bytes::from(self.body.render(subject, self.escaping)),
            ..Answer::empty(self.rule.status)
        }
    }
}

fn header_name(name: &str) -> Result<HeaderName, EngineError> {
    let parsed = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| {
        EngineError::bad_input(
            format!("`{}` is no name of a header", name.escape_debug()),
            "a name has letters, digits and hyphens",
        )
    })?;
    if OWN.contains(&parsed.as_str()) {
        return Err(EngineError::bad_input(
            format!("`{parsed}` is set by the listener itself"),
            "leave it out",
        ));
    }
    Ok(parsed)
}

fn header_value(name: &str, value: &str) -> Result<Template, EngineError> {
    if HeaderValue::from_str(value).is_err() {
        return Err(EngineError::bad_input(
            format!("the value of `{name}` has a character that no header may have"),
            "leave line breaks and control characters out",
        ));
    }
    Ok(Template::parse(value)?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::template::tests::subject;
    use super::*;

    fn rule(headers: &[(&str, &str)], body: &str) -> AnswerRule {
        AnswerRule {
            status: 202,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: body.to_owned(),
            delay: Duration::ZERO,
        }
    }

    #[test]
    fn what_no_answer_can_be_is_refused_when_it_is_set() {
        for (wrong, why) in [
            (
                AnswerRule {
                    status: 101,
                    ..rule(&[], "")
                },
                "no final status",
            ),
            (
                AnswerRule {
                    status: 600,
                    ..rule(&[], "")
                },
                "no status at all",
            ),
            (
                AnswerRule {
                    delay: Duration::from_secs(121),
                    ..rule(&[], "")
                },
                "too late for everybody",
            ),
            (rule(&[("a b", "1")], ""), "no header name"),
            (rule(&[("x", "a\r\ny: b")], ""), "a second header"),
            (rule(&[("Content-Length", "9")], ""), "the listener's own"),
            (rule(&[], "{{nonsense}}"), "an unknown variable"),
            (rule(&[], "{{json:id}}"), "no JSON pointer"),
        ] {
            assert!(SetAnswer::new(wrong).is_err(), "{why}");
        }
    }

    #[test]
    fn a_captured_line_break_cannot_make_a_second_header() {
        let answer = SetAnswer::new(rule(&[("X-Note", "{{json:/note}}"), ("X-Own", "1")], "")).unwrap();
        let given = answer.for_request(&subject(br#"{"note":"a\r\nSet-Cookie: b=c"}"#));
        let names: Vec<&str> = given.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            ["x-own"],
            "the header that would break the answer is left out"
        );
    }

    #[test]
    fn a_body_without_a_type_is_plain_text_and_an_empty_one_has_none() {
        let typed = |body: &str| {
            let answer = SetAnswer::new(rule(&[], body)).unwrap();
            answer.for_request(&subject(b"")).headers.len()
        };
        assert_eq!((typed("thanks"), typed("")), (1, 0), "no type is left to guess");
    }
}
