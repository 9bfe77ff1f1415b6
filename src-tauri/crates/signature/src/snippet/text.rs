//! Texts of a scheme within code: as literals and as comments. Schemes come out of files that people share, and no
//! language may act on what they say.

use std::fmt::Write as _;

use crate::literal::literal;

/// A text between double quotes. What is no printable ASCII is written as its number in the language's own way, so that
/// no line end, no mark that reorders text and no other encoding of the file changes what the code means; `more` have a
/// meaning of their own in the language's quotes.
pub(super) fn quoted(text: &str, more: &[char], numbered: impl Fn(&mut String, char)) -> String {
    let stands_for_itself = |letter| matches!(letter, ' '..='~') && !more.contains(&letter);
    literal(text.chars(), '"', stands_for_itself, |written, letter| {
        if more.contains(&letter) {
            written.extend(['\\', letter]);
        } else {
            numbered(written, letter);
        }
    })
}

/// `\u{e9}`, as JavaScript, PHP, Ruby and Rust write a character by its number.
pub(super) fn braced(written: &mut String, character: char) {
    _ = write!(written, "\\u{{{:x}}}", u32::from(character));
}

/// `\u00e9` or `\U0001f600`, as C#, Go and Python write a character by its number.
pub(super) fn of_fixed_length(written: &mut String, character: char) {
    _ = match u32::from(character) {
        number @ ..=0xffff => write!(written, "\\u{number:04x}"),
        number => write!(written, "\\U{number:08x}"),
    };
}

/// `\x0b`, as Python, Ruby and Rust write a byte by its number.
pub(super) fn in_hex(written: &mut String, character: char) {
    _ = write!(written, "\\x{:02x}", u32::from(character));
}

/// A text as a comment of one line. Schemes come out of files that people share: no language may find the end of the
/// comment in them, nor anything else that it acts on there.
pub(super) fn comment(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            _ if ends_or_reorders(character) => written.push(' '),
            // `?>` ends PHP within a comment, and Java reads `\u000a` there before it looks for comments.
            '>' if written.ends_with('?') => written.push_str(" >"),
            'u' if written.ends_with('\\') => written.push_str(" u"),
            // `coding: utf-7` at the head of a file says to Python and Ruby how the rest is to be read.
            ':' | '=' if names_an_encoding(&written) => written.push(','),
            other => written.push(other),
        }
    }
    written
}

/// Whether a character may end a line, reorders what is read, or is not seen at all.
fn ends_or_reorders(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn names_an_encoding(written: &str) -> bool {
    const WORD: &[u8] = b"coding";
    let bytes = written.trim_end().as_bytes();
    let end = bytes
        .len()
        .checked_sub(WORD.len())
        .and_then(|start| bytes.get(start..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(WORD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_quoted_so_that_no_language_reads_more_into_it() {
        assert_eq!(
            quoted("a\"\n\\$", &['$'], braced),
            r#""a\"\n\\\$""#,
            "quotes, line ends and dollars"
        );
        assert_eq!(
            quoted("\0é😀", &[], braced),
            r#""\u{0}\u{e9}\u{1f600}""#,
            "by number"
        );
        assert_eq!(
            quoted("\u{85}\u{2028}😀", &[], of_fixed_length),
            r#""\u0085\u2028\U0001f600""#,
            "by a number of fixed length"
        );
    }
}
