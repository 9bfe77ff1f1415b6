//! Variables in templates: `{{uuid}}`, `{{now}}`, `{{json:/data/id}}` and names that the person gives a value to.
//!
//! Only a template is ever taken apart, never what was captured and never a value that was put in: a value that looks
//! like a variable stays as it is. Pure: the instant and the ids are passed in.

use std::collections::{BTreeMap, HashMap, HashSet};

use bytes::Bytes;
use uuid::Uuid;

use crate::answering::Escaping;
use crate::error::EngineError;
use crate::filter::value_at;
use crate::model::{Header, Timestamp, Written};

/// The most names in one template: each is asked for in a field of its own, or looked up in the original.
pub(super) const MOST_NAMES: usize = 100;

/// The longest text between braces that is taken for a variable, in bytes.
const LONGEST_VARIABLE: usize = 256;

/// The variables that have a value by themselves, with what they stand for.
pub const TEMPLATE_VARIABLES: [(&str, &str); 8] = [
    (
        "uuid",
        "a random UUID, the same wherever it stands in one sending",
    ),
    ("uuid:name", "another one, for each name"),
    ("now", "the present instant, RFC 3339; `now_iso` is the same"),
    ("timestamp", "the present instant, seconds since 1970"),
    ("timestamp_ms", "the present instant, milliseconds since 1970"),
    (
        "counter",
        "1 for the first sending of the template, then one more each time",
    ),
    (
        "json:/pointer",
        "the value at a JSON pointer into the body of the original",
    ),
    ("header:name", "a header of the original"),
];

/// What the variables are filled in from.
#[derive(Debug)]
pub(super) struct Values<'a> {
    pub(super) now: Timestamp,
    pub(super) counter: u64,
    /// The body of the original; `None` where it is gone.
    pub(super) original: Option<(&'a [Header], &'a [u8])>,
    /// What the person gave.
    pub(super) given: &'a BTreeMap<String, String>,
}

/// What came of filling in.
#[derive(Debug, Default)]
pub(super) struct Filling {
    uuids: BTreeMap<String, Uuid>,
    /// Values that were looked up: one may stand in a thousand places, and the original is large.
    known: HashMap<String, Option<Value>>,
    /// Names without a value, in the order in which they stand.
    pub(super) missing: Vec<String>,
}

/// What a variable stands for.
#[derive(Debug, Clone)]
enum Value {
    Text(String),
    /// A number, a list or an object of JSON, which stands for itself where JSON is written.
    Json(String),
}

/// The names in a template that the person gives values to, in the order in which they stand; where there are too many,
/// one more than there may be.
pub(super) fn names_in(written: &Written) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut known: HashSet<&str> = HashSet::new();
    let body = written
        .body
        .as_deref()
        .and_then(|body| std::str::from_utf8(body).ok());
    let headers = written.headers.iter().flat_map(|(name, value)| [name, value]);
    let texts = std::iter::once(&written.url).chain(headers).map(String::as_str);
    for text in texts.chain(body) {
        for name in variables_of(text) {
            if is_own_name(name) && known.insert(name) {
                names.push(name.to_owned());
            }
            if names.len() > MOST_NAMES {
                return names;
            }
        }
    }
    names
}

/// `written` with all variables filled in. The body is one of text only where it is UTF-8; other bytes stay.
///
/// # Errors
/// When more than `longest` bytes would come of the body or of what stands before it, or it has too many variables.
pub(super) fn filled(
    written: &Written,
    values: &Values<'_>,
    filling: &mut Filling,
    longest: usize,
) -> Result<Written, EngineError> {
    let content_type = written
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map_or("", |(_, value)| value.as_str());
    let mut room = longest;
    let mut fill = |text: &str| {
        let filled = filling.fill(text, values, Escaping::None, room)?;
        room = room.saturating_sub(filled.len());
        Ok::<_, EngineError>(filled)
    };
    let url = fill(&written.url)?;
    let mut headers = Vec::with_capacity(written.headers.len());
    for (name, value) in &written.headers {
        headers.push((fill(name)?, fill(value)?));
    }
    let body = match &written.body {
        Some(body) => Some(match std::str::from_utf8(body) {
            Ok(text) => Bytes::from(filling.fill(text, values, Escaping::of(content_type), longest)?),
            Err(_) => body.clone(),
        }),
        None => None,
    };
    Ok(Written {
        method: written.method.clone(),
        url,
        headers,
        body,
        ..written.clone()
    })
}

impl Filling {
    fn fill(
        &mut self,
        text: &str,
        values: &Values<'_>,
        escaping: Escaping,
        room: usize,
    ) -> Result<String, EngineError> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, name, behind)) = next_variable(rest) {
            filled.push_str(before);
            match self.looked_up(name, values)? {
                Some(Value::Text(text)) => escaping.push(text, &mut filled),
                Some(Value::Json(json)) => filled.push_str(json),
                None => self.lacks(name),
            }
            // Looked at each time: a few bytes of a template can ask for a large value very often.
            if filled.len() > room {
                return Err(too_long(room));
            }
            rest = behind;
        }
        if filled.len() + rest.len() > room {
            return Err(too_long(room));
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn looked_up(&mut self, name: &str, values: &Values<'_>) -> Result<Option<&Value>, EngineError> {
        if !self.known.contains_key(name) {
            // Ids cost nothing and may be many.
            let others = || self.known.len() - self.uuids.len();
            if !is_uuid(name) && others() >= MOST_NAMES {
                return Err(too_many_names());
            }
            let value = match name.strip_prefix("json:") {
                Some(pointer) => values
                    .original
                    .and_then(|(_, body)| value_at(body, pointer))
                    .map(|value| match serde_json::from_str::<String>(value.get()) {
                        Ok(string) => Value::Text(string),
                        Err(_) => Value::Json(value.get().to_owned()),
                    }),
                None => self.value(name, values).map(Value::Text),
            };
            self.known.insert(name.to_owned(), value);
        }
        Ok(self.known.get(name).and_then(Option::as_ref))
    }

    fn lacks(&mut self, name: &str) {
        // There are never more than there may be names.
        if !self.missing.iter().any(|known| known == name) {
            self.missing.push(name.to_owned());
        }
    }

    fn value(&mut self, name: &str, values: &Values<'_>) -> Option<String> {
        let micros = values.now.as_micros();
        Some(match name {
            "uuid" => self.uuid(""),
            "now" | "now_iso" => values.now.to_string(),
            "timestamp" => micros.div_euclid(1_000_000).to_string(),
            "timestamp_ms" => micros.div_euclid(1000).to_string(),
            "counter" => values.counter.to_string(),
            _ => match name.split_once(':') {
                Some(("uuid", which)) => self.uuid(which),
                Some(("header", wanted)) => {
                    let (headers, _) = values.original?;
                    let header = headers.iter().find(|header| header.is(wanted.trim()))?;
                    String::from_utf8_lossy(header.value.trim_ascii()).into_owned()
                }
                _ => values.given.get(name)?.clone(),
            },
        })
    }

    fn uuid(&mut self, which: &str) -> String {
        let made = self.uuids.entry(which.to_owned()).or_insert_with(Uuid::new_v4);
        made.to_string()
    }
}

fn too_long(longest: usize) -> EngineError {
    EngineError::bad_input(
        format!("with its variables filled in it would be longer than {longest} bytes"),
        "take large values out of the template, or send them from a file",
    )
}

pub(super) fn too_many_names() -> EngineError {
    EngineError::bad_input(
        format!("it has more than {MOST_NAMES} different variables"),
        "write values that never change into the template itself",
    )
}

fn is_uuid(name: &str) -> bool {
    name == "uuid" || name.starts_with("uuid:")
}

/// A name that the person gives a value to.
fn is_own_name(name: &str) -> bool {
    !matches!(
        name,
        "uuid" | "now" | "now_iso" | "timestamp" | "timestamp_ms" | "counter"
    ) && !name.contains(':')
}

fn variables_of(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, name, behind) = next_variable(rest)?;
        rest = behind;
        Some(name)
    })
}

/// What stands before the first variable, its name, and what stands behind it. Braces around anything that is no name
/// are text: `{{}}` and `{{"a":1}}` are not asked for.
///
/// Each byte is looked at a bounded number of times, whatever stands there: of a run of braces only the last two can
/// open a variable, and its end is looked for no farther than one can reach.
fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let at = from + memchr::memmem::find(bytes.get(from..)?, b"{{")?;
        let run = bytes[at..].iter().take_while(|byte| **byte == b'{').count();
        let (open, inside) = (at + run - 2, at + run);
        let reach = bytes.len().min(inside + LONGEST_VARIABLE + 2);
        if let Some(length) = memchr::memmem::find(&bytes[inside..reach], b"}}") {
            let end = inside + length;
            let name = text.get(inside..end)?.trim();
            if is_name(name) {
                return Some((text.get(..open)?, name, text.get(end + 2..)?));
            }
        }
        from = inside;
    }
}

fn is_name(name: &str) -> bool {
    if let Some(pointer) = name.strip_prefix("json:") {
        return pointer.starts_with('/') && !pointer.contains(['{', '}', '"']);
    }
    name.len() <= 80
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "_-.:".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(body: &str) -> Written {
        Written {
            method: "POST".to_owned(),
            url: "http://t/{{tenant}}".to_owned(),
            headers: vec![
                ("Content-Type".to_owned(), "application/json".to_owned()),
                ("X-Id".to_owned(), "{{uuid}}".to_owned()),
            ],
            body: Some(Bytes::from(body.to_owned())),
            signature: "kept".to_owned(),
            new_id: false,
        }
    }

    fn fill(template: &Written, given: &[(&str, &str)], original: Option<&[u8]>) -> (Written, Vec<String>) {
        let given = given
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let values = Values {
            now: Timestamp::from_micros(1_795_176_251_482_001),
            counter: 7,
            original: original.map(|body| (&[][..], body)),
            given: &given,
        };
        let mut filling = Filling::default();
        let written = filled(template, &values, &mut filling, 1024 * 1024).unwrap();
        (written, filling.missing)
    }

    fn body(written: &Written) -> &str {
        std::str::from_utf8(written.body.as_deref().unwrap()).unwrap()
    }

    #[test]
    fn each_variable_has_its_value() {
        let template = template(
            r#"{"id":"{{uuid}}","other":"{{uuid:b}}","n":{{counter}},"at":"{{ now }}","s":{{timestamp}},"t":"{{tenant}}","big":{{json:/n}}}"#,
        );
        let (written, missing) = fill(
            &template,
            &[("tenant", "a\"b")],
            Some(br#"{"n":12345678901234567890}"#),
        );
        assert_eq!(missing, Vec::<String>::new(), "all have one");
        let parsed: serde_json::Value = serde_json::from_str(body(&written)).unwrap();
        assert_eq!(
            parsed["id"], written.headers[1].1,
            "one id a sending, wherever it stands"
        );
        assert_ne!(parsed["id"], parsed["other"], "and others by name");
        assert_eq!(parsed["n"], 7, "the counter");
        assert_eq!(parsed["at"], "2026-11-20T12:04:11.482001Z", "the instant");
        assert_eq!(parsed["s"], 1_795_176_251, "in seconds");
        assert_eq!(
            parsed["t"], "a\"b",
            "a value cannot end the text that it is put in"
        );
        assert!(
            body(&written).contains(r#""big":12345678901234567890"#),
            "digits stay"
        );
        assert_eq!(written.url, "http://t/a\"b", "and in the URL");
    }

    #[test]
    fn a_value_that_looks_like_a_variable_stays_a_text() {
        let (written, missing) = fill(
            &template(r#""{{tenant}}{{json:/note}}""#),
            &[("tenant", "{{uuid}}")],
            Some(br#"{"note":"{{secret}}"}"#),
        );
        assert_eq!(
            body(&written),
            r#""{{uuid}}{{secret}}""#,
            "values are never taken apart"
        );
        assert_eq!(missing, Vec::<String>::new(), "so that nothing is asked for them");
    }

    #[test]
    fn names_without_a_value_are_told() {
        let template = template("{{amount}} {{tenant}} {{json:/gone}}");
        let (_, missing) = fill(&template, &[], Some(b"{}"));
        assert_eq!(
            missing,
            ["tenant", "amount", "json:/gone"],
            "in the order in which they stand"
        );
        assert_eq!(
            names_in(&template),
            ["tenant", "amount"],
            "those that can be given"
        );
    }

    #[test]
    fn json_and_bytes_that_hold_no_variable_stay_as_they_are() {
        for text in [
            r#"{"a":{"b":{}}}"#,
            "{{",
            "{{}}",
            r#"[[{{"a":1}}]]"#,
            "}}",
            "{{ two words }}",
        ] {
            let (written, _) = fill(&template(text), &[("tenant", "t")], None);
            assert_eq!(body(&written), text, "no variable is in it");
        }
        let bytes = Written {
            body: Some(Bytes::from_static(b"\xff{{tenant}}")),
            ..template("")
        };
        let (written, _) = fill(&bytes, &[("tenant", "t")], None);
        assert_eq!(written.body, bytes.body, "what is no text is not looked into");
    }

    #[test]
    fn a_long_run_of_braces_is_looked_through_once() {
        let many = 1024 * 1024;
        for piece in ["{", "{{a ", "{{json:/"] {
            let text = piece.repeat(many / piece.len());
            assert_eq!(next_variable(&text), None, "it ends, and none is in it");
        }
        let text = format!("{}tenant}}}}", "{".repeat(many));
        let (before, name, behind) = next_variable(&text).unwrap();
        assert_eq!(
            (before.len(), name, behind),
            (many - 2, "tenant", ""),
            "the last two open it"
        );
        let long = format!("{{{{json:/{}}}}}", "a".repeat(LONGEST_VARIABLE));
        assert_eq!(next_variable(&long), None, "too long for a name");
    }

    #[test]
    fn different_names_are_bounded() {
        let names =
            |many: usize| -> String { (0..many).map(|number| format!("{{{{v{number}}}}}")).collect() };
        assert_eq!(names_in(&template(&names(100_000))).len(), MOST_NAMES + 1);
        let given = BTreeMap::new();
        let values = Values {
            now: Timestamp::from_micros(0),
            counter: 1,
            original: None,
            given: &given,
        };
        let fill = |text: &str| filled(&template(text), &values, &mut Filling::default(), 1024 * 1024);
        let refused = fill(&names(MOST_NAMES)).unwrap_err();
        assert!(
            refused.to_string().contains("different variables"),
            "with that of the URL it is one too many: {refused}"
        );
        let ids: String = (0..1_000)
            .map(|number| format!("{{{{uuid:{number}}}}}"))
            .collect();
        assert!(fill(&ids).is_ok(), "ids are as many as are wanted");
    }

    #[test]
    fn what_comes_out_is_bounded() {
        let large = format!(r#"{{"a":"{}"}}"#, "x".repeat(1024 * 1024));
        let given = BTreeMap::from([("tenant".to_owned(), "t".to_owned())]);
        let values = Values {
            now: Timestamp::from_micros(0),
            counter: 1,
            original: Some((&[], large.as_bytes())),
            given: &given,
        };
        let longest = 4 * 1024 * 1024;
        let fill = |times: usize| {
            let text = "{{json:/a}}".repeat(times);
            filled(&template(&text), &values, &mut Filling::default(), longest)
        };
        assert_eq!(
            fill(4).unwrap().body.unwrap().len(),
            longest,
            "as long as it may be"
        );
        for times in [5, 300_000] {
            let refused = fill(times).unwrap_err();
            assert!(refused.to_string().contains("longer than"), "{refused}");
        }
    }
}
