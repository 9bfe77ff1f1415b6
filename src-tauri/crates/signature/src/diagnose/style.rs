//! The ways in which programs write JSON.

use super::number::Numbers;

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
    /// Whether U+007F is escaped.
    pub(super) delete: bool,
    pub(super) numbers: Numbers,
    pub(super) empty_object: &'static str,
    pub(super) empty_array: &'static str,
    /// Whether the elements of an array stay on one line where objects are indented.
    pub(super) inline_arrays: bool,
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
    delete: false,
    numbers: Numbers::AsWritten,
    empty_object: "{}",
    empty_array: "[]",
    inline_arrays: false,
};

impl Style {
    pub(super) fn separate(&self, text: &mut String, index: usize, depth: usize) {
        if index > 0 {
            text.push_str(self.comma);
        }
        self.line(text, depth);
    }

    pub(super) fn line(&self, text: &mut String, depth: usize) {
        if let Some(indent) = self.indent {
            text.push_str(self.line_end);
            for _ in 0..depth {
                text.push_str(indent);
            }
        }
    }

    pub(super) fn write_text(&self, text: &mut String, value: &str) {
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
            0x7F => self.delete,
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
            control if u32::from(control) < 0x20 || control == '\u{7f}' => self.escape(text, control),
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
