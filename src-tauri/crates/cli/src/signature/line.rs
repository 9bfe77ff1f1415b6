//! One line of a script's input, read as generously as it can be meant.
//!
//! What has no value may be left out or be null, a number may stand where a text is wanted, and the other way round: a
//! script writes what its language makes of a request. What cannot be meant in one way only is refused with its field.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

/// With padding or without, in either alphabet.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What a line says.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) id: Value,
    pub(super) provider: Option<String>,
    /// `secret` and `secrets`, each once.
    pub(super) secrets: Vec<String>,
    /// Secrets of other endpoints, for `diagnose`.
    pub(super) other_secrets: Vec<String>,
    /// Secrets that were replaced, for `diagnose`.
    pub(super) previous_secrets: Vec<String>,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) method: String,
    pub(super) url: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Unix seconds.
    pub(super) received_at: Option<f64>,
    /// The id that is signed, for `sign`.
    pub(super) message_id: Option<String>,
    /// The value that somebody's code computed, for `diagnose`.
    pub(super) computed: Option<String>,
}

impl Line {
    /// Reads a line; where it cannot be understood, its id and the reason.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, (Value, String)> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|error| (Value::Null, format!("the line is not a JSON object: {error}")))?;
        let Value::Object(mut fields) = value else {
            return Err((Value::Null, "the line is not a JSON object".to_owned()));
        };
        let id = fields.remove("id").unwrap_or_default();
        Self::of(&mut fields).map_or_else(
            |message| Err((id.clone(), message)),
            |line| {
                Ok(Self {
                    id: id.clone(),
                    ..line
                })
            },
        )
    }

    fn of(fields: &mut Map<String, Value>) -> Result<Self, String> {
        let mut take = |names: &[&str]| {
            let mut values = names.iter().filter_map(|name| fields.remove(*name));
            values.find(|value| !value.is_null()).unwrap_or_default()
        };
        let mut secrets = texts(take(&["secret"]), "secret")?;
        for secret in texts(take(&["secrets"]), "secrets")? {
            if !secrets.contains(&secret) {
                secrets.push(secret);
            }
        }
        Ok(Self {
            id: Value::Null,
            provider: text(take(&["provider"]), "provider")?,
            secrets,
            other_secrets: texts(take(&["other_secrets"]), "other_secrets")?,
            previous_secrets: texts(take(&["previous_secrets"]), "previous_secrets")?,
            parameters: parameters(take(&["parameters", "params"]))?,
            method: text(take(&["method"]), "method")?
                .filter(|method| !method.is_empty())
                .unwrap_or_else(|| "POST".to_owned()),
            url: text(take(&["url"]), "url")?.filter(|url| !url.is_empty()),
            headers: headers(take(&["headers"]))?,
            body: body(take(&["body"]), take(&["body_base64", "body_b64"]))?,
            received_at: seconds(&take(&["received_at"]))?,
            message_id: text(take(&["message_id"]), "message_id")?,
            computed: text(take(&["computed"]), "computed")?,
        })
    }

    /// The URL, where it is a whole one and not a path.
    pub(super) fn whole_url(&self) -> Option<&str> {
        self.url.as_deref().filter(|url| after_scheme(url).is_some())
    }

    /// The path and query of the URL, as the request line would have them.
    pub(super) fn target(&self) -> String {
        let url = self.url.as_deref().unwrap_or_default();
        let tail = match after_scheme(url) {
            Some(rest) => &rest[rest.find(['/', '?', '#']).unwrap_or(rest.len())..],
            None => url,
        };
        let tail = tail.split('#').next().unwrap_or(tail);
        if tail.starts_with('/') {
            tail.to_owned()
        } else {
            format!("/{tail}")
        }
    }
}

/// What stands behind `https://`; nothing for a path, though an address may stand in its query.
fn after_scheme(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let mut letters = scheme.bytes();
    let is_scheme = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme.then_some(rest)
}

fn text(value: Value, field: &str) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::Bool(flag) => Ok(Some(flag.to_string())),
        Value::Array(_) | Value::Object(_) => Err(format!("`{field}` is not a text")),
    }
}

/// A text or a list of them, those that have no value left out.
fn texts(value: Value, field: &str) -> Result<Vec<String>, String> {
    let values = match value {
        Value::Array(values) => values,
        value => vec![value],
    };
    values
        .into_iter()
        .filter_map(|value| text(value, field).transpose())
        .collect()
}

fn parameters(value: Value) -> Result<BTreeMap<String, String>, String> {
    let fields = match value {
        Value::Null => return Ok(BTreeMap::new()),
        Value::Object(fields) => fields,
        _ => return Err("`parameters` is not an object".to_owned()),
    };
    fields
        .into_iter()
        .filter_map(|(name, value)| {
            let value = text(value, &format!("parameters.{name}")).transpose()?;
            Some(value.map(|value| (name, value)))
        })
        .collect()
}

/// An object of values or lists of values, or a list of pairs.
fn headers(value: Value) -> Result<Vec<(String, String)>, String> {
    let pairs: Vec<(String, Value)> = match value {
        Value::Null => Vec::new(),
        Value::Object(fields) => fields.into_iter().collect(),
        Value::Array(pairs) => pairs.into_iter().map(pair).collect::<Result<_, _>>()?,
        _ => return Err("`headers` is neither an object nor a list of pairs".to_owned()),
    };
    let mut headers = Vec::new();
    for (name, value) in pairs {
        let values = texts(value, "").map_err(|_| format!("the value of header `{name}` is not a text"))?;
        headers.extend(values.into_iter().map(|value| (name.clone(), value)));
    }
    Ok(headers)
}

fn pair(value: Value) -> Result<(String, Value), String> {
    match value {
        Value::Array(parts) => match <[Value; 2]>::try_from(parts) {
            Ok([Value::String(name), value]) => Ok((name, value)),
            _ => Err("a pair of `headers` is not a name and a value".to_owned()),
        },
        _ => Err("a pair of `headers` is not a name and a value".to_owned()),
    }
}

fn body(as_text: Value, as_base64: Value) -> Result<Vec<u8>, String> {
    if let Some(coded) = text(as_base64, "body_base64")? {
        let coded: String = coded
            .chars()
            .filter(|character| !character.is_ascii_whitespace())
            .map(|character| match character {
                '-' => '+',
                '_' => '/',
                other => other,
            })
            .collect();
        return LENIENT
            .decode(coded)
            .map_err(|error| format!("`body_base64` is not base64: {error}"));
    }
    match as_text {
        Value::Array(_) | Value::Object(_) => Err(
            "`body` is JSON and not a text: a signature is over bytes, so give them as a text or as `body_base64`"
                .to_owned(),
        ),
        value => Ok(text(value, "body")?.unwrap_or_default().into_bytes()),
    }
}

fn seconds(value: &Value) -> Result<Option<f64>, String> {
    let read = match value {
        Value::Null => return Ok(None),
        Value::Number(number) => number.as_f64(),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    match read.filter(|seconds: &f64| seconds.is_finite()) {
        Some(seconds) => Ok(Some(seconds)),
        None => Err("`received_at` is not a number of seconds since 1970".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Line {
        Line::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_has_no_value_is_as_if_it_were_left_out() {
        let line = read(
            r#"{"id":1,"provider":"github","secret":null,"secrets":[null,"a"],"method":null,"url":null,
                "headers":null,"parameters":{"a":null,"b":2},"body":null,"received_at":null}"#,
        );
        assert_eq!(line.secrets, ["a"], "a list without its nothings");
        assert_eq!(
            (line.method.as_str(), line.target().as_str()),
            ("POST", "/"),
            "the usual ones"
        );
        assert_eq!(
            line.parameters,
            BTreeMap::from([("b".to_owned(), "2".to_owned())]),
            "a number is its text"
        );
        assert!(
            line.headers.is_empty() && line.body.is_empty() && line.received_at.is_none(),
            "nothing"
        );
    }

    #[test]
    fn both_fields_of_secrets_count_once_each() {
        let line = read(r#"{"provider":"p","secret":"a","secrets":["b","a"]}"#);
        assert_eq!(line.secrets, ["a", "b"], "neither is dropped in silence");
    }

    #[test]
    fn headers_are_read_in_every_form() {
        let expected =
            [("A", "1"), ("B", "2"), ("B", "true")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        for headers in [
            r#"{"A":1,"B":["2",true],"C":null}"#,
            r#"[["A",1],["B","2"],["B",true],["C",null]]"#,
            r#"[["A","1"],["B",["2",true]]]"#,
        ] {
            assert_eq!(
                read(&format!(r#"{{"headers":{headers}}}"#)).headers,
                expected,
                "{headers}"
            );
        }
        for headers in ["\"a\"", "[[\"A\"]]", r#"{"A":{"b":1}}"#, "[1]"] {
            let refused = Line::read(format!(r#"{{"id":7,"headers":{headers}}}"#).as_bytes());
            assert_eq!(refused.unwrap_err().0, 7, "{headers}: it can mean nothing");
        }
    }

    #[test]
    fn bodies_and_times_are_read_as_they_are_written() {
        assert_eq!(read(r#"{"body_base64":"aGk"}"#).body, b"hi", "without padding");
        assert_eq!(
            read(r#"{"body_b64":"-_8="}"#).body,
            [0xfb, 0xff],
            "in the other alphabet"
        );
        assert_eq!(
            read(r#"{"received_at":"1700000000.5"}"#).received_at,
            Some(1_700_000_000.5),
            "as a text"
        );
        assert_eq!(
            read("\u{feff}{\"provider\":\"p\"}").provider.as_deref(),
            Some("p"),
            "after a mark"
        );
        for refused in [
            r#"{"body":{"a":1}}"#,
            r#"{"received_at":"noon"}"#,
            r#"{"body_base64":"?"}"#,
            "[]",
            "\u{1}",
        ] {
            assert!(Line::read(refused.as_bytes()).is_err(), "`{refused}`");
        }
        assert!(
            Line::read(b"{\"id\":1,\"body\":\"\xff\"}").is_err(),
            "bytes that are no text"
        );
    }

    #[test]
    fn an_address_ends_where_its_path_or_query_begins() {
        for (url, target, is_whole) in [
            ("https://h/a?b=c#d", "/a?b=c", true),
            ("https://h?x=/a", "/?x=/a", true),
            ("https://h?x", "/?x", true),
            ("https://h", "/", true),
            (
                "/h?next=https://q/z&signature=s",
                "/h?next=https://q/z&signature=s",
                false,
            ),
            ("h?x", "/h?x", false),
            ("", "/", false),
        ] {
            let line = read(&format!(r#"{{"url":"{url}"}}"#));
            assert_eq!(
                (line.target().as_str(), line.whole_url().is_some()),
                (target, is_whole),
                "`{url}`"
            );
        }
    }
}
