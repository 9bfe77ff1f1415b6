//! Finding a value in JSON text without reading the rest into memory, and putting one in its place.
//!
//! A tree would lose what signatures are made of (number spelling, member order, escapes), so this scans and answers
//! with stretches of the text itself.

use std::borrow::Cow;
use std::ops::ControlFlow;

/// The deepest nesting that is followed; deeper text is no document we know.
const DEPTH: usize = 128;

/// Every value at a path, as raw JSON text. `*` stands for every element or member; of repeated keys the last counts.
pub(crate) fn find_all<'a>(text: &'a str, path: &[String]) -> Vec<&'a str> {
    let mut found = Vec::new();
    collect(text, path, &mut found);
    found
}

/// Calls back with every value at a path, as raw JSON text, in order, until told to stop.
///
/// Unlike [`find_all`], an element of a list that has nothing at the rest of the path counts: it is handed on as
/// `null`, so that nobody can slip one in among those that are looked at.
pub(crate) fn each<'a, B>(
    text: &'a str,
    path: &[String],
    visit: &mut dyn FnMut(&'a str) -> ControlFlow<B>,
) -> ControlFlow<B> {
    each_below(text, path, false, visit)
}

fn each_below<'a, B>(
    text: &'a str,
    path: &[String],
    is_in_list: bool,
    visit: &mut dyn FnMut(&'a str) -> ControlFlow<B>,
) -> ControlFlow<B> {
    const NOTHING: &str = "null";
    let Some((step, rest)) = path.split_first() else {
        return visit(text.trim_matches(BLANK));
    };
    if step == "*" {
        let is_list = text.trim_start_matches(BLANK).starts_with(['[', '{']);
        if !is_list && is_in_list {
            return visit(NOTHING);
        }
        return walk_until(text, &mut |_, value| each_below(value, rest, true, visit));
    }
    match child(text, step) {
        Some(value) => each_below(value, rest, is_in_list, visit),
        None if is_in_list => visit(NOTHING),
        None => ControlFlow::Continue(()),
    }
}

/// Why this is no JSON document from its first byte to its last; nothing if it is one.
///
/// Everything else here reads as far as it can and keeps what it has read. What somebody is to rely on must be whole:
/// a receiver's parser reads all of it, and what it makes of broken text is its own affair.
pub(crate) fn fault(text: &str) -> Option<String> {
    serde_json::from_str::<serde::de::IgnoredAny>(text)
        .err()
        .map(|error| error.to_string())
}

/// The first value at a path, as raw JSON text.
pub(crate) fn find<'a>(text: &'a str, path: &[String]) -> Option<&'a str> {
    if path.iter().any(|step| step == "*") {
        return find_all(text, path).into_iter().next();
    }
    let mut current = text.trim_matches(BLANK);
    for step in path {
        current = child(current, step)?;
    }
    if path.is_empty() && !is_value(current) {
        return None;
    }
    Some(current)
}

fn collect<'a>(text: &'a str, path: &[String], found: &mut Vec<&'a str>) {
    let Some((step, rest)) = path.split_first() else {
        found.push(text.trim_matches(BLANK));
        return;
    };
    if step == "*" {
        walk(text, &mut |_, value| collect(value, rest, found));
    } else if let Some(value) = child(text, step) {
        collect(value, rest, found);
    }
}

fn child<'a>(text: &'a str, step: &str) -> Option<&'a str> {
    let mut wanted = None;
    let mut index = 0_usize;
    let place = step.parse::<usize>().ok();
    walk(text, &mut |key, value| {
        let hit = match key {
            Some(key) => unescape(key).as_ref() == step,
            None => place == Some(index),
        };
        if hit {
            wanted = Some(value);
        }
        index += 1;
    });
    wanted
}

const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// Calls back with each member (its raw key) or element (no key) of an object or array. Stops at the first fault.
pub(crate) fn walk<'a>(text: &'a str, each: &mut dyn FnMut(Option<&'a str>, &'a str)) {
    let _: ControlFlow<()> = walk_until(text, &mut |key, value| {
        each(key, value);
        ControlFlow::Continue(())
    });
}

/// As [`walk`], until told to stop.
fn walk_until<'a, B>(
    text: &'a str,
    each: &mut dyn FnMut(Option<&'a str>, &'a str) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let done = ControlFlow::Continue(());
    let text = text.trim_matches(BLANK);
    let bytes = text.as_bytes();
    let object = match bytes.first() {
        Some(b'{') => true,
        Some(b'[') => false,
        _ => return done,
    };
    let mut at = skip_blank(bytes, 1);
    if matches!(bytes.get(at), Some(b'}' | b']')) {
        return done;
    }
    loop {
        let mut key = None;
        if object {
            let Some(end) = skip_string(bytes, at) else {
                return done;
            };
            key = text.get(at..end);
            at = skip_blank(bytes, end);
            if bytes.get(at) != Some(&b':') {
                return done;
            }
            at = skip_blank(bytes, at + 1);
        }
        let Some(value) = skip_value(bytes, at).and_then(|end| text.get(at..end)) else {
            return done;
        };
        each(key, value)?;
        at = skip_blank(bytes, at + value.len());
        if bytes.get(at) != Some(&b',') {
            return done;
        }
        at = skip_blank(bytes, at + 1);
    }
}

fn is_value(text: &str) -> bool {
    skip_value(text.as_bytes(), 0) == Some(text.len())
}

fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

fn skip_string(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The end of the value that starts here.
fn skip_value(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    let mut depth = 0_usize;
    loop {
        match *bytes.get(at)? {
            b'"' => at = skip_string(bytes, at)?,
            b'{' | b'[' => {
                depth += 1;
                if depth > DEPTH {
                    return None;
                }
                at = skip_blank(bytes, at + 1);
                if !matches!(bytes.get(at), Some(b'}' | b']')) {
                    continue;
                }
            }
            b'}' | b']' | b',' | b':' => return None,
            _ => {
                let start = at;
                while bytes
                    .get(at)
                    .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.'))
                {
                    at += 1;
                }
                if at == start {
                    return None;
                }
            }
        }
        // After a value: close what ends here, and step over the comma or colon to the next one.
        loop {
            if depth == 0 {
                return Some(at);
            }
            let next = skip_blank(bytes, at);
            match bytes.get(next)? {
                b'}' | b']' => {
                    depth -= 1;
                    at = next + 1;
                }
                b',' | b':' => {
                    at = skip_blank(bytes, next + 1);
                    break;
                }
                _ => return None,
            }
        }
    }
}

/// What a raw value reads as: strings unescaped, numbers and words as written, `null` nothing.
pub(crate) fn text_of(raw: &str) -> Option<Cow<'_, str>> {
    match raw {
        "null" => None,
        raw if raw.starts_with('"') => Some(unescape(raw)),
        raw => Some(Cow::Borrowed(raw)),
    }
}

/// A raw string (with its quotes) without escapes. Broken escapes stay as they are.
pub(crate) fn unescape(raw: &str) -> Cow<'_, str> {
    let inner = raw.strip_prefix('"').unwrap_or(raw);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let mut characters = after.chars();
        let simple = match characters.next() {
            Some('n') => Some('\n'),
            Some('t') => Some('\t'),
            Some('r') => Some('\r'),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some(other @ ('"' | '\\' | '/')) => Some(other),
            _ => None,
        };
        if let Some(simple) = simple {
            text.push(simple);
            rest = characters.as_str();
        } else if let Some((character, length)) = unicode(after) {
            text.push(character);
            rest = &after[length..];
        } else {
            text.push('\\');
            rest = after;
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// The character of `uXXXX` or of a surrogate pair `uXXXX\uXXXX`, and how many bytes it took.
fn unicode(after: &str) -> Option<(char, usize)> {
    let unit = |text: &str| {
        let digits = text.strip_prefix('u')?.get(..4)?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then(|| u32::from_str_radix(digits, 16).ok())?
    };
    let high = unit(after)?;
    if (0xD800..0xDC00).contains(&high)
        && let Some(low) = after
            .get(5..)
            .and_then(|rest| rest.strip_prefix('\\'))
            .and_then(unit)
        && (0xDC00..0xE000).contains(&low)
    {
        let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        return char::from_u32(code).map(|character| (character, 11));
    }
    Some((char::from_u32(high).unwrap_or('\u{FFFD}'), 5))
}

/// A string as JSON text, with its quotes.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            control if u32::from(control) < 0x20 => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// The text with the value at `path` replaced by `raw`, made if it is not there, all else untouched.
pub(crate) fn set(text: &str, path: &[String], raw: &str) -> Option<String> {
    let (last, parents) = path.split_last()?;
    if let Some(old) = find(text, path) {
        return Some(replaced(text, old, raw));
    }
    let Some(parent) = find(text, parents) else {
        let made = format!("{{{}:{raw}}}", quote(last));
        return set(text, parents, &made);
    };
    if !parent.starts_with('{') {
        return None;
    }
    let body = parent.strip_suffix('}')?;
    let comma = if body[1..].trim_matches(BLANK).is_empty() {
        ""
    } else {
        ","
    };
    let blank = body.len() - body.trim_end_matches(BLANK).len();
    let (kept, tail) = body.split_at(body.len() - blank);
    Some(replaced(
        text,
        parent,
        &format!("{kept}{comma}{}:{raw}{tail}}}", quote(last)),
    ))
}

/// `old` is a stretch of `text`.
pub(crate) fn replaced(text: &str, old: &str, new: &str) -> String {
    let start = old.as_ptr() as usize - text.as_ptr() as usize;
    format!("{}{new}{}", &text[..start], &text[start + old.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('.')
            .filter(|step| !step.is_empty())
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn values_come_out_as_written() {
        let text = r#" {"a": {"b": [1, 2.50e1, "x\u00e9\ud83d\ude00"]}, "a2":null, "d":1, "d":2} "#;
        assert_eq!(
            find(text, &path("a.b.1")),
            Some("2.50e1"),
            "numbers keep their spelling"
        );
        assert_eq!(
            text_of(find(text, &path("a.b.2")).unwrap()).unwrap(),
            "xé😀",
            "strings are unescaped"
        );
        assert_eq!(
            find(text, &path("d")),
            Some("2"),
            "the last of repeated keys counts"
        );
        assert_eq!(
            find_all(text, &path("a.b.*")).len(),
            3,
            "a star takes every element"
        );
        assert_eq!(find(text, &path("a.x")), None, "what is not there is not found");
    }

    #[test]
    fn broken_text_is_not_followed() {
        for text in [
            "",
            "{",
            "{\"a\"",
            "{\"a\":",
            "[1,",
            "\"\\",
            "{\"a\":1}x",
            "nul\u{0}",
            "[[[[",
            "]",
            ",",
            "{,}",
        ] {
            let _ = find(text, &path("a"));
            let _ = find(text, &[]);
            let _ = find_all(text, &path("*.a"));
        }
        assert_eq!(find(&"[".repeat(5000), &[]), None, "depth is bounded");
    }

    #[test]
    fn an_element_that_has_nothing_there_still_counts() {
        let all = |text: &str, at: &str| {
            let mut found = Vec::new();
            let _: ControlFlow<()> = each(text, &path(at), &mut |value| {
                found.push(value.to_owned());
                ControlFlow::Continue(())
            });
            found
        };
        assert_eq!(
            all(r#"{"l":[{"a":1},{"b":2},3,{"a":4}]}"#, "l.*.a"),
            ["1", "null", "null", "4"],
            "in its place"
        );
        assert_eq!(
            all(r#"[[1],2,[]]"#, "*.*"),
            ["1", "null"],
            "an empty list inside has no elements, and a number is no list"
        );
        assert!(all(r#"{"l":[]}"#, "l.*.a").is_empty(), "an empty list has none");
        assert!(
            all(r#"{"x":1}"#, "l.*.a").is_empty(),
            "nor has one that is not there"
        );
        let stopped = each(r#"[1,2,3]"#, &path("*"), &mut |value| {
            if value == "2" {
                ControlFlow::Break(value)
            } else {
                ControlFlow::Continue(())
            }
        });
        assert_eq!(stopped, ControlFlow::Break("2"), "it ends when told");
    }

    #[test]
    fn a_document_is_whole_or_it_has_a_fault() {
        for text in [
            r#" {"a":[1,2.5e3,"\u00e9\ud83d",true,null]} "#,
            "[]",
            "\"x\"",
            "0",
        ] {
            assert_eq!(fault(text), None, "`{text}` is JSON");
        }
        for text in [
            "",
            r#"{"a":1}x"#,
            r#"{"a":1"#,
            r#"{"a":1]"#,
            r#"{"a":1,}"#,
            r#"{"a":01}"#,
            r#"{'a':1}"#,
            "[1 2]",
            "{\"a\":\"\n\"}",
            "NaN",
        ] {
            assert!(fault(text).is_some(), "`{text}` is not");
        }
        assert_eq!(
            fault(r#"{"a":1}x"#).as_deref(),
            Some("trailing characters at line 1 column 8"),
            "where it ends to be one is said"
        );
    }

    #[test]
    fn setting_keeps_the_rest() {
        assert_eq!(
            set(r#"{"a": 1, "b":2}"#, &path("a"), "9").unwrap(),
            r#"{"a": 9, "b":2}"#,
            "replaced in place"
        );
        assert_eq!(
            set(r#"{"a": 1 }"#, &path("s.t"), "9").unwrap(),
            r#"{"a": 1,"s":{"t":9} }"#,
            "made where absent"
        );
        assert_eq!(
            set("{}", &path("a"), "9").unwrap(),
            r#"{"a":9}"#,
            "no comma in an empty object"
        );
        assert_eq!(set("[]", &path("a"), "9"), None, "an array has no members");
    }
}
