//! One thing that is so or not so about a request.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::{Facts, Place};

/// Something at a [`Place`]: written as the place alone (`"header:Stripe-Signature"`: it is there) or as a table.
///
/// ```toml
/// when = [
///   "header:X-Hub-Signature",
///   { from = "json:type", is = "notification_event" },
///   { from = "header:User-Agent", starts_with = "Svix-Webhooks/" },
/// ]
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What is looked at.
    pub from: Place,
    /// What is asked of it; all of these. Without any it need only be there.
    pub tests: Vec<Test>,
}

/// What can be asked of the text at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// It is one of these, exactly.
    Is(Vec<String>),
    /// It starts with one of these, upper and lower case being the same.
    StartsWith(Vec<String>),
    /// It holds this, upper and lower case being the same.
    Contains(String),
    /// It is an `https` URL of this host; `*` stands for one label.
    Host(String),
    /// It is hexadecimal digits, this many.
    Hex(usize),
}

impl Condition {
    /// Whether it is so.
    #[must_use]
    pub fn holds(&self, facts: &Facts<'_>) -> bool {
        if self.tests.is_empty() {
            return self.from.is_in(facts);
        }
        self.from
            .read(facts)
            .is_some_and(|text| self.tests.iter().all(|test| test.passes(&text)))
    }

    /// The header that must be there for this to hold, if it looks at one.
    #[must_use]
    pub fn header(&self) -> Option<&str> {
        match &self.from {
            Place::Header(name) | Place::Claim(name, _) => Some(name),
            _ => None,
        }
    }
}

impl Test {
    fn passes(&self, text: &str) -> bool {
        match self {
            Self::Is(texts) => texts.iter().any(|wanted| wanted == text),
            Self::StartsWith(starts) => starts.iter().any(|start| {
                text.get(..start.len())
                    .is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))
            }),
            Self::Contains(part) => text.to_ascii_lowercase().contains(&part.to_ascii_lowercase()),
            Self::Host(pattern) => is_https_of(text, pattern),
            Self::Hex(digits) => text.len() == *digits && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        }
    }
}

/// Whether a URL is `https` and its host matches label by label.
fn is_https_of(text: &str, pattern: &str) -> bool {
    let Ok(url) = url::Url::parse(text) else {
        return false;
    };
    let Some(host) = url.host_str().filter(|_| url.scheme() == "https") else {
        return false;
    };
    host.split('.').count() == pattern.split('.').count()
        && host
            .split('.')
            .zip(pattern.split('.'))
            .all(|(label, wanted)| wanted == "*" || label == wanted)
}

/// The table form.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Table {
    from: Place,
    #[serde(default, with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    is: Vec<String>,
    #[serde(default, with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    starts_with: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contains: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hex: Option<usize>,
}

impl From<Table> for Condition {
    fn from(table: Table) -> Self {
        let mut tests = Vec::new();
        if !table.is.is_empty() {
            tests.push(Test::Is(table.is));
        }
        if !table.starts_with.is_empty() {
            tests.push(Test::StartsWith(table.starts_with));
        }
        tests.extend(table.contains.map(Test::Contains));
        tests.extend(table.host.map(Test::Host));
        tests.extend(table.hex.map(Test::Hex));
        Self {
            from: table.from,
            tests,
        }
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Condition;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a place, or a table with `from`")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Condition, E> {
                text.parse()
                    .map(|from| Condition {
                        from,
                        tests: Vec::new(),
                    })
                    .map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Condition, A::Error> {
                Table::deserialize(MapAccessDeserializer::new(map)).map(Condition::from)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.tests.is_empty() {
            return self.from.serialize(serializer);
        }
        let mut table = Table {
            from: self.from.clone(),
            is: Vec::new(),
            starts_with: Vec::new(),
            contains: None,
            host: None,
            hex: None,
        };
        for test in &self.tests {
            match test.clone() {
                Test::Is(texts) => table.is = texts,
                Test::StartsWith(starts) => table.starts_with = starts,
                Test::Contains(part) => table.contains = Some(part),
                Test::Host(pattern) => table.host = Some(pattern),
                Test::Hex(digits) => table.hex = Some(digits),
            }
        }
        table.serialize(serializer)
    }
}

/// Reads one text or a list of them; writes a list of one as the text.
pub(super) mod one_or_many {
    use std::fmt;

    use serde::de::{Deserializer, SeqAccess, Visitor};
    use serde::{Serialize, Serializer};

    pub(in crate::provider) fn serialize<S: Serializer>(
        values: &[String],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match values {
            [value] => value.serialize(serializer),
            values => values.serialize(serializer),
        }
    }

    pub(in crate::provider) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<String>, D::Error> {
        struct OneOrMany;

        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Vec<String>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text or a list of them")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(vec![text.to_owned()])
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = sequence.next_element()? {
                    values.push(value);
                }
                Ok(values)
            }
        }

        deserializer.deserialize_any(OneOrMany)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(condition: &str, body: &str) -> bool {
        #[derive(Deserialize)]
        struct File {
            when: Condition,
        }
        let file: File = toml::from_str(&format!("when = {condition}")).unwrap();
        file.when.holds(&Facts::new("POST", "/", &[], body.as_bytes()))
    }

    #[test]
    fn a_place_alone_asks_whether_it_is_there() {
        assert!(holds("\"json:a\"", r#"{"a":{}}"#), "an object is something");
        assert!(!holds("\"json:b\"", r#"{"a":{}}"#), "what is missing is not");
        assert!(!holds("\"header:A\"", ""), "nor is a header that was not sent");
    }

    #[test]
    fn tests_ask_about_the_text() {
        assert!(
            holds(r#"{ from = "json:a", is = ["x", "y"] }"#, r#"{"a":"y"}"#),
            "one of several"
        );
        assert!(
            !holds(r#"{ from = "json:a", is = "x" }"#, r#"{"a":"X"}"#),
            "`is` is exact"
        );
        assert!(
            holds(r#"{ from = "json:a", starts_with = "ab" }"#, r#"{"a":"ABc"}"#),
            "a start in any case"
        );
        assert!(
            holds(r#"{ from = "json:a", contains = "b" }"#, r#"{"a":"ABC"}"#),
            "a part in any case"
        );
        assert!(
            holds(r#"{ from = "json:a", hex = 4 }"#, r#"{"a":"00fF"}"#),
            "hex digits"
        );
        assert!(
            !holds(
                r#"{ from = "json:a", starts_with = "é" }"#,
                "{\"a\":\"\u{20ac}\"}"
            ),
            "no cut inside a letter"
        );
    }

    #[test]
    fn a_host_is_compared_label_by_label() {
        let condition = r#"{ from = "json:a", host = "sns.*.amazonaws.com" }"#;
        assert!(
            holds(condition, r#"{"a":"https://sns.eu-west-1.amazonaws.com/x"}"#),
            "the right host"
        );
        for url in [
            "http://sns.eu-west-1.amazonaws.com/",
            "https://sns.evil.example/sns.eu-west-1.amazonaws.com",
            "https://sns.eu-west-1.amazonaws.com.evil.example/",
            "https://sns.eu-west-1.amazonaws.com@evil.example/",
            "sns.eu-west-1.amazonaws.com",
        ] {
            assert!(
                !holds(condition, &format!("{{\"a\":\"{url}\"}}")),
                "`{url}` is somebody else"
            );
        }
    }
}
