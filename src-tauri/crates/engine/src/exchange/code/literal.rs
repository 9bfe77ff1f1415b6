//! Literals of languages: every byte or letter that could end one, or that a person could not see, is escaped.

use std::fmt::Write as _;

use hookbench_signature::literal;

use super::super::words::plain_text;

/// Whether a letter can stand in a source file as it is.
fn is_shown(letter: char) -> bool {
    letter != '\n' && plain_text(letter.encode_utf8(&mut [0; 4]).as_bytes()).is_some()
}

/// `bytes` between quotes, all that is not printable ASCII as `\xNN`, which Go, Python and Rust read alike.
pub(super) fn bytes(bytes: &[u8], quote: char) -> String {
    let letters = bytes.iter().copied().map(char::from);
    let is_printable = |letter| matches!(letter, ' '..='~');
    literal(letters, quote, is_printable, |literal, letter| {
        _ = write!(literal, "\\x{:02x}", u32::from(letter));
    })
}

/// A string of JavaScript.
pub(super) fn javascript(value: &str) -> String {
    literal(value.chars(), '\'', is_shown, |literal, letter| {
        _ = write!(literal, "\\u{{{:x}}}", u32::from(letter));
    })
}

/// A string of JavaScript with a letter for each byte, as it wants header values.
pub(super) fn javascript_bytes(value: &[u8]) -> String {
    bytes(value, '\'')
}

/// A string of Python.
pub(super) fn python(value: &str) -> String {
    literal(value.chars(), '\'', is_shown, |literal, letter| {
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
