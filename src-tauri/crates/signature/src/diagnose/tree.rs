//! JSON as a tree that keeps order and numbers.

use std::collections::HashMap;

use super::number::Numbers;
use super::style::Style;
use crate::read::json;

/// Deeper documents are not written again.
const DEPTH: usize = 100;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Object(Vec<(String, Node)>),
    Array(Vec<Node>),
    Text(String),
    /// A number or a word, as written.
    Plain(String),
}

impl Node {
    /// Reads a whole document.
    pub(super) fn read(text: &str) -> Option<Self> {
        json::find(text.trim(), &[]).and_then(|whole| Self::from_raw(whole, DEPTH))
    }

    fn from_raw(raw: &str, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        match raw.as_bytes().first()? {
            b'{' => {
                let mut members: Vec<(String, Self)> = Vec::new();
                let mut places = HashMap::new();
                let mut is_whole = true;
                json::walk(raw, &mut |key, value| {
                    let key = json::unescape(key.unwrap_or_default()).into_owned();
                    let Some(value) = Self::from_raw(value, depth) else {
                        is_whole = false;
                        return;
                    };
                    // Parsers keep the first place and the last value of repeated keys.
                    let place = *places.entry(key.clone()).or_insert(members.len());
                    match members.get_mut(place) {
                        Some(old) => old.1 = value,
                        None => members.push((key, value)),
                    }
                });
                is_whole.then_some(Self::Object(members))
            }
            b'[' => {
                let mut elements = Vec::new();
                json::walk(raw, &mut |_, value| elements.push(Self::from_raw(value, depth)));
                elements.into_iter().collect::<Option<_>>().map(Self::Array)
            }
            b'"' => Some(Self::Text(json::unescape(raw).into_owned())),
            _ => Some(Self::Plain(raw.to_owned())),
        }
    }

    /// With the members of every object sorted.
    pub(super) fn sorted(&self) -> Self {
        match self {
            Self::Object(members) => {
                let mut members: Vec<(String, Self)> = members
                    .iter()
                    .map(|(key, value)| (key.clone(), value.sorted()))
                    .collect();
                members.sort_by(|one, other| one.0.cmp(&other.0));
                Self::Object(members)
            }
            Self::Array(elements) => Self::Array(elements.iter().map(Self::sorted).collect()),
            other => other.clone(),
        }
    }

    /// As JavaScript keeps it: keys that are array indexes come first, in order.
    pub(super) fn in_script_order(&self) -> Self {
        let index = |key: &str| key.parse::<u32>().ok().filter(|number| number.to_string() == key);
        match self {
            Self::Object(members) => {
                let mut members: Vec<(String, Self)> = members
                    .iter()
                    .map(|(key, value)| (key.clone(), value.in_script_order()))
                    .collect();
                members.sort_by_key(|(key, _)| index(key).map_or(u64::MAX, u64::from));
                Self::Object(members)
            }
            Self::Array(elements) => Self::Array(elements.iter().map(Self::in_script_order).collect()),
            other => other.clone(),
        }
    }

    /// Writes it in a style.
    pub(super) fn write(&self, style: &Style) -> String {
        let mut text = String::new();
        self.write_to(&mut text, style, 0);
        text
    }

    fn write_to(&self, text: &mut String, style: &Style, depth: usize) {
        match self {
            Self::Object(members) if members.is_empty() => text.push_str(style.empty_object),
            Self::Array(elements) if elements.is_empty() => text.push_str(style.empty_array),
            Self::Object(members) => {
                text.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    style.separate(text, index, depth + 1);
                    style.write_text(text, key);
                    text.push_str(style.colon);
                    value.write_to(text, style, depth + 1);
                }
                style.line(text, depth);
                text.push('}');
            }
            Self::Array(elements) if style.inline_arrays => {
                for (index, value) in elements.iter().enumerate() {
                    text.push_str(if index == 0 { "[ " } else { ", " });
                    value.write_to(text, style, depth);
                }
                text.push_str(" ]");
            }
            Self::Array(elements) => {
                text.push('[');
                for (index, value) in elements.iter().enumerate() {
                    style.separate(text, index, depth + 1);
                    value.write_to(text, style, depth + 1);
                }
                style.line(text, depth);
                text.push(']');
            }
            Self::Text(value) => style.write_text(text, value),
            Self::Plain(raw) if style.numbers == Numbers::AsWritten => text.push_str(raw),
            Self::Plain(raw) => text.push_str(&style.numbers.write(raw)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::style::COMPACT;
    use super::super::writers::WRITERS;
    use super::*;

    fn written(name: &str, text: &str) -> String {
        let (_, style) = WRITERS
            .into_iter()
            .find(|(style, _)| style.starts_with(name))
            .unwrap();
        Node::read(text).unwrap().write(&style)
    }

    const TEXT: &str = r#"{ "b": [1.0, 1e3, 12345678901234567890], "a/<é>": "\u00e9\ud83d\ude00", "e": {} }"#;

    #[test]
    fn writers_write_as_their_languages_do() {
        assert_eq!(
            written("JSON.stringify (Node)", TEXT),
            r#"{"b":[1,1000,12345678901234567000],"a/<é>":"é😀","e":{}}"#,
            "Node knows doubles only"
        );
        assert_eq!(
            written("json.dumps (Python)", TEXT),
            r#"{"b": [1.0, 1000.0, 12345678901234567890], "a/<\u00e9>": "\u00e9\ud83d\ude00", "e": {}}"#,
            "Python puts blanks and escapes"
        );
        assert_eq!(
            written("json_encode of an associative", TEXT),
            r#"{"b":[1,1000,1.2345678901234567e+19],"a\/<\u00e9>":"\u00e9\ud83d\ude00","e":[]}"#,
            "PHP escapes slashes, loses empty objects and shortens doubles"
        );
        assert_eq!(
            written("System.Text.Json", r#"{"a":"<é'>"}"#),
            r#"{"a":"\u003C\u00E9\u0027\u003E"}"#,
            "upper case"
        );
        assert_eq!(
            written("JSON.stringify with 2", r#"{"a":[1,{}],"b":[]}"#),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}",
            "indented"
        );
        assert_eq!(
            written("Jackson's", r#"{"a":[1,{"b":2},[]],"c":{}}"#),
            "{\n  \"a\" : [ 1, {\n    \"b\" : 2\n  }, [ ] ],\n  \"c\" : { }\n}",
            "arrays stay on their line"
        );
    }

    #[test]
    fn order_can_be_sorted_or_scripted() {
        let node = Node::read(r#"{"b":1,"10":2,"a":3,"2":4,"b":5}"#).unwrap();
        assert_eq!(
            node.write(&COMPACT),
            r#"{"b":5,"10":2,"a":3,"2":4}"#,
            "the last value at the first place"
        );
        assert_eq!(
            node.sorted().write(&COMPACT),
            r#"{"10":2,"2":4,"a":3,"b":5}"#,
            "sorted by text"
        );
        assert_eq!(
            node.in_script_order().write(&COMPACT),
            r#"{"2":4,"10":2,"b":5,"a":3}"#,
            "indexes first"
        );
    }
}
