//! How a language spells the steps that [`super::walk`] goes through.
//!
//! A dialect is a table, an entry for each thing that is said differently. What comes out of a scheme reaches it as a
//! literal already, made by its `text`: no entry can forget to quote.

use super::plan::{List, Plan, Time};
use crate::scheme::{Hash, TimestampUnit};

/// A spelling of one thing.
type Of = fn(&str) -> String;

/// A spelling of two things together.
type OfTwo = fn(&str, &str) -> String;

/// A language's spellings: names and values are expressions, tests are conditions without an `if`, and statements are
/// whole lines.
pub(super) struct Dialect {
    /// What begins a comment.
    pub(super) comment: &'static str,
    /// What begins the name of a variable.
    pub(super) sigil: &'static str,
    /// The file: the comments at its head, what the code needs, the code.
    pub(super) file: OfTwo,

    /// A text as a literal.
    pub(super) text: Of,
    /// A text as what the items of a list are separated by.
    pub(super) separator: Of,
    /// The bytes of a literal of ASCII.
    pub(super) ascii: Of,
    /// The bytes of a text.
    pub(super) bytes: Of,

    /// Secret, headers and body; the URL; the method; the time.
    pub(super) parameters: [&'static str; 4],
    /// The beginning of the function with these parameters.
    pub(super) opening: fn(&Plan, &str) -> String,
    /// Refuses the request where the test holds.
    pub(super) refuse_if: Of,
    /// Gives a variable its text.
    pub(super) bind: OfTwo,
    /// The test for a text that is missing or empty, unless finding it has refused that.
    pub(super) is_empty: Option<Of>,
    /// The test for the beginning of a text.
    pub(super) starts_with: OfTwo,

    /// The text of a header that is there.
    pub(super) header: Of,
    /// The text of the first of these headers, for a variable.
    pub(super) first: fn(&[String], &str) -> String,
    /// The test for a header that is not there, unless reading it refuses that.
    pub(super) lacks: Option<Of>,
    /// The test for a header that has none of these values.
    pub(super) is_none_of: fn(&str, &[String]) -> String,
    /// The test for a body that is no form.
    pub(super) is_no_form: &'static str,

    /// The name of the header that is looked at, among all headers.
    pub(super) name: &'static str,
    /// The test for a name.
    pub(super) is: Of,
    /// What stands between tests of which one has to hold.
    pub(super) or: &'static str,
    /// Statements: the texts of the headers of which the test holds.
    pub(super) texts: fn(&Plan, &str) -> String,
    /// Statements: of the texts that begin with a prefix of this length, what comes after it.
    pub(super) after_prefix: fn(&str, usize) -> String,
    /// Statements: each text is a signature, but for the blanks around it.
    pub(super) received: &'static str,
    /// Statements: the items of the texts, with this after each where blanks are left out.
    pub(super) items: fn(&List, &str, &str) -> String,
    /// What leaves out the blanks around an item.
    pub(super) trim: &'static str,
    /// Statements: each item from a place on is a signature; the timestamp may have a place as well.
    pub(super) received_from: fn(usize, Option<usize>) -> String,
    /// Statements: each value of a key is a signature.
    pub(super) received_of: fn(&Pairs) -> String,
    /// The timestamp at a place, unless it is found beside the signatures.
    pub(super) item: Option<Of>,
    /// The timestamp of a key, unless it is found beside the signatures.
    pub(super) value: Option<Of>,

    /// Statements: how long ago the timestamp is.
    pub(super) age: fn(TimestampUnit) -> String,
    /// The test for an age that is no number, or too much of one.
    pub(super) is_outside: fn(&Time) -> String,

    /// The secret without a prefix of this length.
    pub(super) stripped: fn(&str, usize) -> String,
    /// The bytes of a secret's text.
    pub(super) of_text: Of,
    /// The bytes of a secret in hex.
    pub(super) of_hex: Of,
    /// The bytes of a secret in base64.
    pub(super) of_base64: Of,
    /// The digest of a key.
    pub(super) hashed: fn(Hash, &str) -> String,
    /// Where the test holds one key, and else the other.
    pub(super) choice: fn(&str, &str, &str) -> String,
    /// Statements: the key is this.
    pub(super) key: fn(&Plan, &str) -> String,
    /// The test for a key, or a secret that is sent, of which there is nothing: many languages read what is written
    /// wrongly as far as they can, and anybody can sign with nothing.
    pub(super) is_nothing: Of,

    /// The bytes of the body, of the key, of the URL's path and of the sorted form.
    pub(super) pieces: [&'static str; 4],
    /// The URL with each of these escapes replaced by its character.
    pub(super) url: fn(&[[String; 2]]) -> String,
    /// The variable of the delivery's id.
    pub(super) id: &'static str,
    /// Statements: names and values of the form, sorted.
    pub(super) form: &'static str,

    /// An HMAC with the key.
    pub(super) hmac: fn(Hash) -> String,
    /// A plain digest.
    pub(super) plain: fn(Hash) -> String,
    /// Statements: that digest over these pieces.
    pub(super) digest: fn(&str, &[String]) -> String,
    /// That digest in hex.
    pub(super) hex: Of,
    /// That digest in capital hex.
    pub(super) hex_upper: Of,
    /// That digest in base64.
    pub(super) base64: Of,
    /// That digest in base64url.
    pub(super) base64url: Of,
    /// The secret, and user and password, as they are sent.
    pub(super) sent: [&'static str; 2],

    /// What the end needs for signatures as they are sent, and for those in any case.
    pub(super) cases: [&'static str; 2],
    /// The end of the function: whether any signature is the expected one.
    pub(super) closing: Of,
}

/// How keys and values are told apart, as literals.
pub(super) struct Pairs {
    /// What stands between key and value.
    pub(super) assign: String,
    /// How long that is.
    pub(super) length: usize,
    /// The key of the signatures.
    pub(super) key: String,
    /// Whether items without a key are signatures as well.
    pub(super) bare: bool,
    /// The key of the timestamp, where it is beside them.
    pub(super) time: Option<String>,
}

/// A text where it is wanted, and nothing elsewhere.
pub(super) const fn when(is_wanted: bool, text: &str) -> &str {
    if is_wanted { text } else { "" }
}

/// Each of these texts as it is spelled, with something between them.
pub(super) fn each(texts: &[String], between: &str, spelled: impl Fn(&str) -> String) -> String {
    let texts: Vec<String> = texts.iter().map(|text| spelled(text)).collect();
    texts.join(between)
}

/// The first of these texts as it is spelled, and after it each other.
pub(super) fn first_of(
    texts: &[String],
    first: impl Fn(&str) -> String,
    other: impl Fn(&str) -> String,
) -> String {
    let Some((one, others)) = texts.split_first() else {
        return String::new();
    };
    first(one) + &each(others, "", other)
}

/// The test for an age outside of its limits, as most write it: what is no number is outside as well.
pub(super) fn is_outside(time: &Time) -> String {
    format!("!({})", limits(time, "age <= ", "age >= -", " && "))
}

/// A test for each limit that the age has.
pub(super) fn limits(time: &Time, past: &str, future: &str, between: &str) -> String {
    let limits = [(past, time.past), (future, time.future)];
    let tests: Vec<String> = limits
        .into_iter()
        .filter_map(|(test, seconds)| Some(format!("{test}{}", seconds?)))
        .collect();
    tests.join(between)
}

/// The URL, with a call for each escape.
pub(super) fn replaced(call: &str, escapes: &[[String; 2]]) -> String {
    let calls: Vec<String> = escapes
        .iter()
        .map(|escape| format!(".{call}({})", escape.join(", ")))
        .collect();
    format!("url{}", calls.concat())
}

/// What the code needs of a table: the entries beside words of which it has one, outside of its literals.
pub(super) fn needed<'t>(table: &[(&'t str, &str)], code: &str) -> Vec<&'t str> {
    let code = code.replace(r"\\", "").replace("\\\"", "");
    let outside: Vec<&str> = code.split('"').step_by(2).collect();
    let is_used = |word| outside.iter().any(|code| code.contains(word));
    table
        .iter()
        .filter(|(_, words)| words.split('|').any(is_used))
        .map(|(entry, _)| *entry)
        .collect()
}

/// A hash function's name as most write it: `sha256`.
pub(super) fn lower(hash: Hash) -> String {
    upper(hash).to_lowercase()
}

/// A hash function's name as others write it: `SHA256`.
pub(super) fn upper(hash: Hash) -> String {
    hash.title().replace('-', "")
}
