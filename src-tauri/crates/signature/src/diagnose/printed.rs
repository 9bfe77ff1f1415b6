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
        let is_ruby = self.quotes == Quotes::Ruby;
        text.push(quote);
        let mut characters = value.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                // What would be put in if it stood in code.
                '#' if is_ruby && matches!(characters.peek(), Some('{' | '$' | '@')) => text.push_str("\\#"),
                other if other == quote => text.extend(['\\', other]),
                other if is_ruby => write_for_ruby(other, text),
                other => write_for_python(other, text),
            }
        }
        text.push(quote);
    }
}

/// As `repr` writes it: what cannot be seen, and every blank but the usual one, by its number.
fn write_for_python(character: char, text: &mut String) {
    let code = u32::from(character);
    match code {
        _ if is_seen(character) => text.push(character),
        ..=0xFF => text.push_str(&format!("\\x{code:02x}")),
        0x100..=0xFFFF => text.push_str(&format!("\\u{code:04x}")),
        _ => text.push_str(&format!("\\U{code:08x}")),
    }
}

/// As `inspect` writes what is in UTF-8: seven controls by a letter, the others and what is not assigned by number.
fn write_for_ruby(character: char, text: &mut String) {
    let code = u32::from(character);
    let letter = match character {
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\u{B}' => 'v',
        '\u{C}' => 'f',
        '\u{1B}' => 'e',
        '\u{7F}' => return text.push_str("\\x7F"),
        _ if is_seen(character) || is_blank_format_or_private(character) => return text.push(character),
        _ if code > 0xFFFF => return text.push_str(&format!("\\u{{{code:X}}}")),
        _ => return text.push_str(&format!("\\u{code:04X}")),
    };
    text.extend(['\\', letter]);
}

/// Whether a character is printable by its category: no control, format, private, unassigned or separator but the
/// blank. Python asks the same, and so does what the standard library writes for debugging, after a first character.
fn is_seen(character: char) -> bool {
    if character.is_ascii() {
        return !character.is_ascii_control();
    }
    let written = ['x', character];
    String::from_iter(written).escape_debug().eq(written)
}

/// What Ruby prints though it is not seen: blanks (Zs), marks of format (Cf), and characters for private use (Co).
const fn is_blank_format_or_private(character: char) -> bool {
    matches!(character,
        '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
        | '\u{AD}' | '\u{600}'..='\u{605}' | '\u{61C}' | '\u{6DD}' | '\u{70F}' | '\u{890}'..='\u{891}'
        | '\u{8E2}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{110BD}' | '\u{110CD}'
        | '\u{13430}'..='\u{1343F}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0001}'
        | '\u{E0020}'..='\u{E007F}'
        | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(way: Way, value: &str) -> String {
        let mut text = String::new();
        way.write_text(value, &mut text);
        text
    }

    /// What Python 3.11 says of `repr` of each.
    #[test]
    fn a_text_is_written_as_repr_writes_it() {
        for (value, repr) in [
            (
                "\u{0}\u{1}\u{1F}\u{7F}\u{80}\u{85}\u{9F}",
                r#"'\x00\x01\x1f\x7f\x80\x85\x9f'"#,
            ),
            (
                "\u{7}\u{8}\u{9}\u{A}\u{B}\u{C}\u{D}\u{1B}",
                r#"'\x07\x08\t\n\x0b\x0c\r\x1b'"#,
            ),
            ("#{a}", r#"'#{a}'"#),
            ("it's", r#""it's""#),
            ("say \"it's\" \\", r#"'say "it\'s" \\'"#),
            (
                "caf\u{E9} \u{2713} \u{1F600} e\u{301}",
                "'caf\u{E9} \u{2713} \u{1F600} e\u{301}'",
            ),
            ("\u{A0}\u{AD}\u{2003}\u{3000}", r#"'\xa0\xad\u2003\u3000'"#),
            (
                "\u{200B}\u{200D}\u{FEFF}\u{2028}\u{2029}",
                r#"'\u200b\u200d\ufeff\u2028\u2029'"#,
            ),
            (
                "\u{E000}\u{FFFF}\u{E0001}\u{F0000}",
                r#"'\ue000\uffff\U000e0001\U000f0000'"#,
            ),
        ] {
            assert_eq!(written(PYTHON, value), repr, "{value:?}");
        }
    }

    /// By `rb_str_inspect` in Ruby's `string.c`, for a text in UTF-8.
    #[test]
    fn a_text_is_written_as_inspect_writes_it() {
        for (value, inspected) in [
            ("\0\u{1}\u{1F}", r#""\u0000\u0001\u001F""#),
            ("\u{7}\u{8}\t\n\u{B}\u{C}\r\u{1B}", r#""\a\b\t\n\v\f\r\e""#),
            ("\u{7F}\u{80}\u{85}\u{9F}", r#""\x7F\u0080\u0085\u009F""#),
            ("#{a} #$a #@a #a #", r##""\#{a} \#$a \#@a #a #""##),
            ("it's \"\\", r#""it's \"\\""#),
            (
                "caf\u{e9} \u{2713} \u{1F600} e\u{301}",
                "\"caf\u{e9} \u{2713} \u{1F600} e\u{301}\"",
            ),
            (
                "\u{A0}\u{AD}\u{200B}\u{FEFF}\u{E000}",
                "\"\u{A0}\u{AD}\u{200B}\u{FEFF}\u{E000}\"",
            ),
            (
                "\u{2028}\u{2029}\u{FFFF}\u{E0080}",
                r#""\u2028\u2029\uFFFF\u{E0080}""#,
            ),
        ] {
            assert_eq!(written(RUBY, value), inspected, "{value:?}");
        }
    }
}
