//! Texts as literals of programming languages.
//!
//! Code that is written for a person holds texts of strangers, out of schemes here and out of requests elsewhere. One
//! place writes them, so that one place has to see to it that none ends its literal.

/// Letters between quotes. Line ends, tabs, quotes and backslashes are written as every language reads them; any other
/// letter that does not stand for itself is left to `escape`.
pub fn literal(
    letters: impl IntoIterator<Item = char>,
    quote: char,
    stands_for_itself: impl Fn(char) -> bool,
    escape: impl Fn(&mut String, char),
) -> String {
    let mut written = String::from(quote);
    for letter in letters {
        match letter {
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            _ if letter == quote || letter == '\\' => written.extend(['\\', letter]),
            _ if stands_for_itself(letter) => written.push(letter),
            _ => escape(&mut written, letter),
        }
    }
    written.push(quote);
    written
}
