//! Literals of languages: every byte or letter that could end one, or that a person could not see, is escaped.

use std::fmt::Write as _;

use super::super::words::plain_text;

/// Whether a letter can stand in a source file as it is.
fn is_shown(letter: char) -> bool {
    letter != '\n' && plain_text(letter.encode_utf8(&mut [0; 4]).as_bytes()).is_some()
}

/// `text` between quotes, each letter that cannot stand as it is written by `escape`.
fn text(text: &str, quote: char, escape: impl Fn(&mut String, char)) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for letter in text.chars() {
        match letter {
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            letter if letter == quote || letter == '\\' => literal.extend(['\\', letter]),
            letter if is_shown(letter) => literal.push(letter),
            letter => escape(&mut literal, letter),
        }
    }
    literal.push(quote);
    literal
}

/// `bytes` between quotes, all that is not printable ASCII as `\xNN`, which Go, Python and Rust read alike.
pub(super) fn bytes(bytes: &[u8], quote: char) -> String {
    let mut literal = String::with_capacity(bytes.len() + 2);
    literal.push(quote);
    for byte in bytes {
        match byte {
            b'\n' => literal.push_str("\\n"),
            b'\r' => literal.push_str("\\r"),
            b'\t' => literal.push_str("\\t"),
            b' '..=b'~' => {
                let letter = char::from(*byte);
                if letter == quote || letter == '\\' {
                    literal.push('\\');
                }
                literal.push(letter);
            }
            // Writing to a String cannot fail.
            _ => _ = write!(literal, "\\x{byte:02x}"),
        }
    }
    literal.push(quote);
    literal
}

/// A string of JavaScript.
pub(super) fn javascript(value: &str) -> String {
    text(value, '\'', |literal, letter| {
        _ = write!(literal, "\\u{{{:x}}}", u32::from(letter));
    })
}

/// A string of JavaScript with a letter for each byte, as it wants header values.
pub(super) fn javascript_bytes(value: &[u8]) -> String {
    bytes(value, '\'')
}

/// A string of Python.
pub(super) fn python(value: &str) -> String {
    text(value, '\'', |literal, letter| {
        _ = write!(literal, "\\U{:08x}", u32::from(letter));
    })
}

/// A raw string of Rust, where `value` can stand in one.
pub(super) fn rust_raw(value: &str) -> Option<String> {
    plain_text(value.as_bytes())?;
    let mut fence = String::new();
    while value.contains(&format!("\"{fence}")) {
        fence.push('#');
    }
    Some(format!("r{fence}\"{value}\"{fence}"))
}

/// A raw string of Go, where `value` can stand in one.
pub(super) fn go_raw(value: &str) -> Option<String> {
    plain_text(value.as_bytes())?;
    (!value.contains('`')).then(|| format!("`{value}`"))
}
