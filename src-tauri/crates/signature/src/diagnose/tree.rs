//! JSON as a tree that keeps order and numbers, and the ways in which programs write it.

use std::collections::HashMap;

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
            Self::Array(elements) if elements.is_empty() => text.push_str("[]"),
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

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    AsWritten,
    /// `1.0` is `1`, `1e3` is `1000`.
    Script,
    /// `1e3` is `1000.0`.
    Python,
}

impl Numbers {
    fn write(self, raw: &str) -> String {
        let is_float = raw.contains(['.', 'e', 'E'])
            && raw.starts_with(|first: char| first.is_ascii_digit() || first == '-');
        let parsed = raw
            .parse::<f64>()
            .ok()
            .filter(|number| is_float && number.is_finite() && number.abs() < 1e16);
        match (self, parsed) {
            (Self::Script, Some(number)) => format!("{number}"),
            (Self::Python, Some(number)) => format!("{number:?}"),
            _ => raw.to_owned(),
        }
    }
}

/// Which characters beyond ASCII are escaped, and in which case the digits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    None,
    Lower,
    Upper,
}

/// How a program writes JSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) comma: &'static str,
    pub(super) colon: &'static str,
    pub(super) indent: Option<&'static str>,
    pub(super) line_end: &'static str,
    pub(super) beyond_ascii: Escapes,
    /// ASCII characters that are escaped though they need not be.
    pub(super) escaped: &'static str,
    /// Whether U+2028 and U+2029 are escaped.
    pub(super) line_separators: bool,
    pub(super) numbers: Numbers,
    pub(super) empty_object: &'static str,
}

/// No blanks, nothing escaped that need not be: `JSON.stringify`.
pub(super) const COMPACT: Style = Style {
    comma: ",",
    colon: ":",
    indent: None,
    line_end: "\n",
    beyond_ascii: Escapes::None,
    escaped: "",
    line_separators: false,
    numbers: Numbers::AsWritten,
    empty_object: "{}",
};

impl Style {
    fn separate(&self, text: &mut String, index: usize, depth: usize) {
        if index > 0 {
            text.push_str(self.comma);
        }
        self.line(text, depth);
    }

    fn line(&self, text: &mut String, depth: usize) {
        if let Some(indent) = self.indent {
            text.push_str(self.line_end);
            for _ in 0..depth {
                text.push_str(indent);
            }
        }
    }

    fn write_text(&self, text: &mut String, value: &str) {
        text.push('"');
        let mut rest = value;
        // Most characters stand for themselves, so they are copied in runs.
        while let Some(at) = rest.bytes().position(|byte| self.may_be_escaped(byte)) {
            let (run, special) = rest.split_at(at);
            text.push_str(run);
            let mut characters = special.chars();
            if let Some(character) = characters.next() {
                self.write_special(text, character);
            }
            rest = characters.as_str();
        }
        text.push_str(rest);
        text.push('"');
    }

    fn may_be_escaped(&self, byte: u8) -> bool {
        match byte {
            b'"' | b'\\' | 0..0x20 => true,
            // The first byte of a character beyond ASCII; the others follow it.
            0xC0.. => self.beyond_ascii != Escapes::None || self.line_separators,
            other => !self.escaped.is_empty() && self.escaped.as_bytes().contains(&other),
        }
    }

    fn write_special(&self, text: &mut String, character: char) {
        match character {
            '/' if self.escaped.contains('/') => text.push_str("\\/"),
            '"' if self.escaped.contains('"') => text.push_str("\\u0022"),
            other if other.is_ascii() && self.escaped.contains(other) => self.escape(text, other),
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            control if u32::from(control) < 0x20 => self.escape(text, control),
            '\u{2028}' | '\u{2029}' if self.line_separators => self.escape(text, character),
            beyond if !beyond.is_ascii() && self.beyond_ascii != Escapes::None => self.escape(text, beyond),
            other => text.push(other),
        }
    }

    fn escape(&self, text: &mut String, character: char) {
        escape(text, character, self.beyond_ascii);
    }
}

/// Writes a character as `\u` escapes.
pub(super) fn escape(text: &mut String, character: char, case: Escapes) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        let digits = format!("{unit:04x}");
        text.push_str("\\u");
        text.push_str(&if case == Escapes::Upper {
            digits.to_ascii_uppercase()
        } else {
            digits
        });
    }
}

/// The styles of the writers in use, by name.
pub(super) fn styles() -> Vec<(&'static str, Style)> {
    let python = Style {
        comma: ", ",
        colon: ": ",
        numbers: Numbers::Python,
        ..COMPACT
    };
    let indented = |indent| Style {
        colon: ": ",
        indent: Some(indent),
        ..COMPACT
    };
    let script = |style| Style {
        numbers: Numbers::Script,
        ..style
    };
    let php = Style {
        beyond_ascii: Escapes::Lower,
        escaped: "/",
        ..COMPACT
    };
    let html = Style {
        escaped: "<>&",
        line_separators: true,
        ..COMPACT
    };
    vec![
        ("JSON.stringify (Node)", script(COMPACT)),
        (
            "a compact writer that keeps numbers (Jackson, Newtonsoft, Ruby)",
            COMPACT,
        ),
        (
            "json.dumps (Python)",
            Style {
                beyond_ascii: Escapes::Lower,
                ..python
            },
        ),
        ("json.dumps with ensure_ascii=False (Python)", python),
        (
            "json.dumps with compact separators (Python)",
            Style {
                comma: ",",
                colon: ":",
                beyond_ascii: Escapes::Lower,
                ..python
            },
        ),
        (
            "json.dumps with compact separators and ensure_ascii=False (Python)",
            Style {
                comma: ",",
                colon: ":",
                ..python
            },
        ),
        ("json_encode (PHP)", php),
        (
            "json_encode of an associative array (PHP)",
            Style {
                empty_object: "[]",
                ..php
            },
        ),
        (
            "json_encode with JSON_UNESCAPED_UNICODE (PHP)",
            Style {
                beyond_ascii: Escapes::None,
                ..php
            },
        ),
        (
            "json_encode with JSON_UNESCAPED_SLASHES (PHP)",
            Style { escaped: "", ..php },
        ),
        (
            "json_encode with JSON_PRETTY_PRINT (PHP)",
            Style {
                colon: ": ",
                indent: Some("    "),
                ..php
            },
        ),
        ("to_json (Rails) or json.Marshal (Go)", html),
        (
            "Gson (Java)",
            Style {
                escaped: "<>&='",
                ..html
            },
        ),
        (
            "System.Text.Json (.NET)",
            Style {
                beyond_ascii: Escapes::Upper,
                escaped: "<>&'+\"`",
                line_separators: true,
                ..COMPACT
            },
        ),
        ("JSON.stringify with 2 spaces (Node)", script(indented("  "))),
        ("a writer that indents by 2 spaces", indented("  ")),
        ("JSON.stringify with 4 spaces (Node)", script(indented("    "))),
        ("a writer that indents by 4 spaces", indented("    ")),
        ("a writer that indents by a tab", indented("\t")),
        (
            "json.dumps with indent=2 (Python)",
            Style {
                beyond_ascii: Escapes::Lower,
                numbers: Numbers::Python,
                ..indented("  ")
            },
        ),
        (
            "json.dumps with indent=4 (Python)",
            Style {
                beyond_ascii: Escapes::Lower,
                numbers: Numbers::Python,
                ..indented("    ")
            },
        ),
        (
            "a writer that indents by 2 spaces with CR LF (.NET)",
            Style {
                line_end: "\r\n",
                ..indented("  ")
            },
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str, text: &str) -> String {
        let (_, style) = styles()
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
            r#"{"b":[1,1000,12345678901234567890],"a/<é>":"é😀","e":{}}"#,
            "Node shortens floats"
        );
        assert_eq!(
            written("json.dumps (Python)", TEXT),
            r#"{"b": [1.0, 1000.0, 12345678901234567890], "a/<\u00e9>": "\u00e9\ud83d\ude00", "e": {}}"#,
            "Python puts blanks and escapes"
        );
        assert_eq!(
            written("json_encode of an associative", TEXT),
            r#"{"b":[1.0,1e3,12345678901234567890],"a\/<\u00e9>":"\u00e9\ud83d\ude00","e":[]}"#,
            "PHP escapes slashes and loses empty objects"
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
