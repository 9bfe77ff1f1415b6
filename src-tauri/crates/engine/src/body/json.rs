//! Single values out of a JSON body, without building a tree of it.
//!
//! Recognising a sender asks a body for two or three values while that sender waits. An [`Outline`] walks the
//! document once, keeps its outermost members as slices of the text, and goes deeper only where a path leads.
//! A key that is there twice means its last value, as it does to `JSON.parse` and to Python.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use hookbench_signature::JsonPath;
use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The outermost level of a JSON document.
#[derive(Debug)]
pub struct Outline<'a> {
    text: &'a str,
    level: Level<'a>,
    /// The first element, where the document is an array: the level is then that element's.
    first: Option<&'a RawValue>,
}

/// The members of one object.
#[derive(Debug, Default)]
struct Level<'a> {
    members: HashMap<Cow<'a, str>, &'a RawValue>,
    order: Vec<Cow<'a, str>>,
}

/// Objects with more members than this are no event of anybody: the rest is checked and not kept.
const KEPT: usize = 4_096;

impl<'a> Outline<'a> {
    /// Walks a document once; `None` if it is not JSON. A byte order mark in front is passed over.
    #[must_use]
    pub fn of(bytes: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).ok()?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let (mut level, mut first) = (Level::default(), None);
        match text.trim_ascii_start().as_bytes().first()? {
            b'{' => level = deserializer.deserialize_map(Members).ok()?,
            b'[' => first = Child("0").deserialize(&mut deserializer).ok()?,
            _ => IgnoredAny::deserialize(&mut deserializer).map(|_| ()).ok()?,
        }
        deserializer.end().ok()?;
        if let Some(first) = first.filter(|first| first.get().starts_with('{')) {
            level = serde_json::Deserializer::from_str(first.get())
                .deserialize_map(Members)
                .ok()?;
        }
        Some(Self { text, level, first })
    }

    /// The value at a path, as it stands in the text.
    #[must_use]
    pub fn get(&self, path: &JsonPath) -> Option<&'a RawValue> {
        let (value, rest) = match (self.first, path.steps()) {
            (Some(first), [zero]) if zero == "0" => return Some(first),
            (Some(_), [zero, key, rest @ ..]) if zero == "0" => {
                (self.level.members.get(key.as_str()).copied()?, rest)
            }
            (None, [key, rest @ ..]) => (self.level.members.get(key.as_str()).copied()?, rest),
            // An array has no member of that name, and every provider asks for some: it is not walked for that.
            (Some(_), [key, ..]) if key.parse::<usize>().is_err() => return None,
            (_, steps) => (serde_json::from_str(self.text).ok()?, steps),
        };
        rest.iter().try_fold(value, |value, step| child(value, step))
    }

    /// The value at a path as text: a string decoded, a number or a truth value as written. `None` for the rest.
    #[must_use]
    pub fn text(&self, path: &JsonPath) -> Option<Cow<'a, str>> {
        text_of(self.get(path)?)
    }

    /// The names of the outermost members in the order in which they came; those of the first element where the
    /// document is an array.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.level.order.iter().map(AsRef::as_ref)
    }
}

/// A value as text; `None` for `null`, objects and arrays.
fn text_of(value: &RawValue) -> Option<Cow<'_, str>> {
    let text = value.get();
    match text.as_bytes().first()? {
        b'"' => serde_json::from_str::<Text<'_>>(text).ok().map(|text| text.0),
        b'{' | b'[' | b'n' => None,
        _ => Some(Cow::Borrowed(text)),
    }
}

/// A string that borrows where it has no escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// One step down: a member of an object or an element of an array.
fn child<'a>(value: &'a RawValue, step: &str) -> Option<&'a RawValue> {
    let mut deserializer = serde_json::Deserializer::from_str(value.get());
    match value.get().as_bytes().first()? {
        b'{' | b'[' => Child(step).deserialize(&mut deserializer).ok()?,
        _ => None,
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Level<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut level = Level::default();
        while level.members.len() < KEPT {
            let Some((key, value)) = map.next_entry::<Text<'de>, &'de RawValue>()? else {
                return Ok(level);
            };
            if level.members.insert(key.0.clone(), value).is_none() {
                level.order.push(key.0);
            }
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(level)
    }
}

struct Child<'s>(&'s str);

impl<'de> DeserializeSeed<'de> for Child<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Child<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<Text<'de>>()? {
            if key.0 == self.0 {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let Ok(wanted) = self.0.parse::<usize>() else {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(None);
        };
        let mut found = None;
        for index in 0.. {
            if index == wanted {
                found = seq.next_element()?;
                if found.is_none() {
                    break;
                }
            } else if seq.next_element::<IgnoredAny>()?.is_none() {
                break;
            }
        }
        Ok(found)
    }
}

/// The documents of a text, each as it stands; several stand one after the other. `None` for what is no JSON, after
/// which nothing more comes.
pub(crate) fn documents(text: &str) -> impl Iterator<Item = Option<&str>> {
    serde_json::Deserializer::from_str(text)
        .into_iter::<&RawValue>()
        .map(|document| document.ok().map(RawValue::get))
}

/// Calls back with each member of an object (its key decoded) or element of an array (its place), as it stands in the
/// text: order and repeated keys stay. `value` is JSON; any other value has none.
pub(crate) fn walk<'a>(value: &'a str, each: &mut dyn FnMut(&str, &'a str)) {
    let mut deserializer = serde_json::Deserializer::from_str(value);
    let _ = match value.as_bytes().first() {
        Some(b'{') => deserializer.deserialize_map(Children(each)),
        Some(b'[') => deserializer.deserialize_seq(Children(each)),
        _ => Ok(()),
    };
}

struct Children<'e, 'a>(&'e mut dyn FnMut(&str, &'a str));

impl<'de> Visitor<'de> for Children<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((key, value)) = map.next_entry::<&'de RawValue, &'de RawValue>()? {
            let literal = key.get();
            match serde_json::from_str::<Text<'_>>(literal) {
                Ok(key) => (self.0)(&key.0, value.get()),
                // A lone half of a pair of surrogates has no text: it is what is written.
                Err(_) => (self.0)(literal.trim_matches('"'), value.get()),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut place = 0_usize;
        while let Some(value) = seq.next_element::<&'de RawValue>()? {
            (self.0)(&place.to_string(), value.get());
            place += 1;
        }
        Ok(())
    }
}

/// A document without the blanks and line breaks between its tokens; everything else stays as it is written.
#[must_use]
pub fn compact(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    let (mut inside, mut escaped) = (false, false);
    for character in text.chars() {
        if inside {
            inside = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else if character == '"' {
            inside = true;
        } else if matches!(character, ' ' | '\t' | '\r' | '\n') {
            continue;
        }
        compact.push(character);
    }
    compact
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str, path: &str) -> Option<String> {
        Outline::of(body.as_bytes())?
            .text(&JsonPath::parse(path))
            .map(Cow::into_owned)
    }

    #[test]
    fn values_are_read_as_they_stand() {
        let body =
            r#"{"id":12345678901234567890,"a":{"b":["x","\u00e9\n"]},"ok":true,"none":null,"a.b":"dot"}"#;
        assert_eq!(
            text(body, "id").as_deref(),
            Some("12345678901234567890"),
            "digits are not rounded"
        );
        assert_eq!(text(body, "a.b.1").as_deref(), Some("é\n"), "strings are decoded");
        assert_eq!(
            text(body, "ok").as_deref(),
            Some("true"),
            "truth values have a text"
        );
        assert_eq!(
            text(body, "a\\.b").as_deref(),
            Some("dot"),
            "a dot in a key can be written"
        );
        assert_eq!(text(body, "none"), None, "null has none");
        assert_eq!(text(body, "a"), None, "an object has none");
        assert_eq!(text(body, "a.b.7"), None, "nor has what is not there");
        assert_eq!(text(body, "id.x"), None, "nor a step into a number");
    }

    #[test]
    fn what_is_walked_is_what_stands_in_the_text() {
        let text = r#"{"\u0061": 1e999, "a":[true , {"x":"\ud800"}], "\ud800":null} [7]"#;
        let mut seen = Vec::new();
        for document in documents(text) {
            walk(document.unwrap(), &mut |key, value| {
                seen.push((key.to_owned(), value));
            });
        }
        let seen: Vec<(&str, &str)> = seen.iter().map(|(key, value)| (key.as_str(), *value)).collect();
        assert_eq!(
            seen,
            [
                ("a", "1e999"),
                ("a", r#"[true , {"x":"\ud800"}]"#),
                ("\\ud800", "null"),
                ("0", "7")
            ],
            "keys decoded where they can be, both of a pair of them, values as written"
        );
        assert_eq!(
            documents("{} {").last(),
            Some(None),
            "what does not end is no document"
        );
        assert_eq!(documents(" ").count(), 0, "nothing is nothing");
    }

    #[test]
    fn an_array_is_read_through_its_elements() {
        let body = r#"[{"event":"open","n":[1,2]},{"event":"click"}]"#;
        assert_eq!(
            text(body, "0.event").as_deref(),
            Some("open"),
            "the first element is at hand"
        );
        assert_eq!(text(body, "0.n.1").as_deref(), Some("2"), "and can be gone into");
        assert_eq!(
            text(body, "1.event").as_deref(),
            Some("click"),
            "the others are found"
        );
        assert_eq!(
            Outline::of(body.as_bytes()).unwrap().keys().collect::<Vec<_>>(),
            ["event", "n"],
            "in order"
        );
    }

    #[test]
    fn a_long_array_is_not_walked_for_names_it_cannot_have() {
        let long = format!("[{}7]", "7,".repeat(200_000));
        let outline = Outline::of(long.as_bytes()).unwrap();
        let path = JsonPath::parse("type");
        let begun = std::time::Instant::now();
        for _ in 0..1_000 {
            assert!(outline.get(&path).is_none(), "an array has no member");
        }
        assert!(
            begun.elapsed().as_secs() < 5,
            "a thousand walks would take far longer"
        );
    }

    #[test]
    fn a_key_that_comes_twice_means_its_last_value() {
        assert_eq!(
            text(r#"{"a":1,"a":2,"b":{"c":1,"c":2}}"#, "a").as_deref(),
            Some("2"),
            "as in other parsers"
        );
        assert_eq!(
            text(r#"{"a":1,"a":2,"b":{"c":1,"c":2}}"#, "b.c").as_deref(),
            Some("2"),
            "at every depth"
        );
    }

    #[test]
    fn what_is_not_json_has_no_outline() {
        for body in ["", "a=b", "{", "{\"a\":1}x", "\u{0}", "<xml/>", "[1,]"] {
            assert!(Outline::of(body.as_bytes()).is_none(), "`{body}` is not JSON");
        }
        assert!(
            Outline::of(b"{\"a\":\"\xff\"}").is_none(),
            "nor are bytes that are not UTF-8"
        );
        assert!(
            Outline::of(b"\xef\xbb\xbf{}").is_some(),
            "a byte order mark is passed over"
        );
    }

    #[test]
    fn an_object_of_very_many_members_is_kept_in_part() {
        let members: Vec<String> = (0..KEPT + 10)
            .map(|number| format!("\"k{number}\":{number}"))
            .collect();
        let body = format!("{{{}}}", members.join(","));
        assert_eq!(text(&body, "k7").as_deref(), Some("7"), "the first are kept");
        assert_eq!(text(&body, "k4100"), None, "the last are not");
        assert!(
            Outline::of(format!("{body}x").as_bytes()).is_none(),
            "all of it is checked"
        );
    }

    #[test]
    fn great_depth_is_walked_without_recursion() {
        let deep = format!("{{\"a\":{}{},\"b\":1}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(text(&deep, "b").as_deref(), Some("1"), "no stack is used up");
    }

    #[test]
    fn compacting_changes_nothing_inside_a_string() {
        let text = "{ \"a b\" : \"x \\\\\", \"c\": [ 1,\n 2 ] , \"d\": \" \\\" \" }";
        assert_eq!(
            compact(text),
            "{\"a b\":\"x \\\\\",\"c\":[1,2],\"d\":\" \\\" \"}",
            "only what stands between"
        );
    }
}
