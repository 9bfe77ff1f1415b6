//! What languages print of a parsed document where no JSON was asked for: `str()` of a dict, `inspect` of a hash, a
//! map put into a string.

use super::number::Numbers;
use super::tree::Node;

/// Each way of printing, by name.
pub(super) fn printed(node: &Node) -> Vec<(&'static str, String)> {
    let ways = [
        ("str() of the dict (Python)", PYTHON),
        ("inspect of the hash (Ruby)", RUBY),
        (
            "inspect of the hash (Ruby 3.4)",
            Way {
                colon: " => ",
                ..RUBY
            },
        ),
        ("toString of the map (Java)", JAVA),
    ];
    let write = |way: &Way| {
        let mut text = String::new();
        way.write(node, &mut text);
        text
    };
    ways.iter().map(|(name, way)| (*name, write(way))).collect()
}

/// How a language prints.
#[derive(Clone, Copy)]
struct Way {
    colon: &'static str,
    numbers: Numbers,
    /// `true`, `false` and `null`.
    words: [&'static str; 3],
    quotes: Quotes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// Single ones, double ones where only single ones are in the text.
    Python,
    /// Double ones.
    Ruby,
    None,
}

const PYTHON: Way = Way {
    colon: ": ",
    numbers: Numbers::Python,
    words: ["True", "False", "None"],
    quotes: Quotes::Python,
};

const RUBY: Way = Way {
    colon: "=>",
    numbers: Numbers::Ruby,
    words: ["true", "false", "nil"],
    quotes: Quotes::Ruby,
};

const JAVA: Way = Way {
    colon: "=",
    numbers: Numbers::Java,
    words: ["true", "false", "null"],
    quotes: Quotes::None,
};

impl Way {
    fn write(&self, node: &Node, text: &mut String) {
        match node {
            Node::Object(members) => {
                text.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        text.push_str(", ");
                    }
                    self.write_text(key, text);
                    text.push_str(self.colon);
                    self.write(value, text);
                }
                text.push('}');
            }
            Node::Array(elements) => {
                text.push('[');
                for (index, value) in elements.iter().enumerate() {
                    if index > 0 {
                        text.push_str(", ");
                    }
                    self.write(value, text);
                }
                text.push(']');
            }
            Node::Text(value) => self.write_text(value, text),
            Node::Plain(raw) => match raw.as_str() {
                "true" => text.push_str(self.words[0]),
                "false" => text.push_str(self.words[1]),
                "null" => text.push_str(self.words[2]),
                number => text.push_str(&self.numbers.write(number)),
            },
        }
    }

    fn write_text(&self, value: &str, text: &mut String) {
        let quote = match self.quotes {
            Quotes::None => return text.push_str(value),
            Quotes::Ruby => '"',
            Quotes::Python if value.contains('\'') && !value.contains('"') => '"',
            Quotes::Python => '\'',
        };
        text.push(quote);
        for character in value.chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                '\u{1b}' if self.quotes == Quotes::Ruby => text.push_str("\\e"),
                other if other == quote => {
                    text.push('\\');
                    text.push(other);
                }
                other => self.write_character(other, text),
            }
        }
        text.push(quote);
    }

    /// What cannot be seen is written as its number.
    fn write_character(&self, character: char, text: &mut String) {
        let code = u32::from(character);
        let is_unseen = character.is_control()
            || (character.is_whitespace() && character != ' ')
            || character == '\u{AD}';
        if !is_unseen {
            text.push(character);
        } else if code < 0x100 && (self.quotes == Quotes::Python || code < 0x80) {
            let digits = match self.quotes {
                Quotes::Ruby => format!("\\x{code:02X}"),
                _ => format!("\\x{code:02x}"),
            };
            text.push_str(&digits);
        } else if self.quotes == Quotes::Ruby {
            text.push_str(&format!("\\u{code:04X}"));
        } else {
            text.push_str(&format!("\\u{code:04x}"));
        }
    }
}
