//! What the body may have been when it was signed.

use std::borrow::Cow;

use super::cause::Cause;
use super::style::{self, Escapes};
use super::tree::Node;
use super::variant::{Distinct, Variant};
use crate::encoding;
use crate::message::Message;
use crate::read::form;
use crate::template::Source;
use crate::view::{Scene, View};
use base64::Engine as _;

/// Cut characters are looked for among this many, and in bodies up to this length.
const MOST_SPLITS: usize = 48;
const LONGEST_SPLIT: usize = 64 * 1024;
const MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// The cheap forms, most likely first; none of them reads the body as a document.
pub(super) fn quick(message: &Message<'_>, decoded: Option<&[u8]>) -> Vec<Variant<Vec<u8>>> {
    let body = message.body;
    let mut forms = Distinct::without(body);
    let newline = Cause::BodyNewline;
    forms.add(newline, "a line feed added at the end", [body, b"\n"].concat());
    forms.add(newline, "a CR LF added at the end", [body, b"\r\n"].concat());
    forms.add(
        newline,
        "the line feed at the end removed",
        body.strip_suffix(b"\n").unwrap_or(body).to_vec(),
    );
    forms.add(
        newline,
        "the CR LF at the end removed",
        body.strip_suffix(b"\r\n").unwrap_or(body).to_vec(),
    );
    forms.add(
        newline,
        "blanks and line ends at the end removed",
        body.trim_ascii_end().to_vec(),
    );
    forms.add(
        newline,
        "blanks and line ends at both ends removed",
        body.trim_ascii().to_vec(),
    );
    let unix = replaced(body, b"\r\n", b"\n");
    forms.add(newline, "LF changed to CR LF", replaced(&unix, b"\n", b"\r\n"));
    forms.add(newline, "CR LF changed to LF", unix);
    let mark = Cause::BodyByteOrderMark;
    forms.add(
        mark,
        "the byte order mark removed",
        body.strip_prefix(MARK).unwrap_or(body).to_vec(),
    );
    forms.add(mark, "a byte order mark put in front", [MARK, body].concat());
    if let Some(decoded) = decoded {
        forms.add(Cause::BodyCompression, "the body decompressed", decoded.to_vec());
    }
    if let Some(bytes) = encoding::base64_any(body).filter(|bytes| !bytes.is_empty()) {
        forms.add(Cause::BodyBase64, "the body base64-decoded", bytes);
    }
    forms.add(
        Cause::BodyBase64,
        "the body base64-encoded",
        encoding::STANDARD.encode(body).into_bytes(),
    );
    let (first, second) = body.split_at(body.len() / 2);
    if first == second && !first.is_empty() {
        forms.add(
            Cause::BodyDuplicated,
            "one of its two equal halves",
            first.to_vec(),
        );
    }
    form_forms(message, &mut forms);
    if let Ok(text) = std::str::from_utf8(body) {
        escape_forms(text, &mut forms);
    }
    charset_forms(body, &mut forms);
    if let Ok(text) = std::str::from_utf8(body) {
        split_characters(text, &mut forms);
    }
    forms.add(Cause::BodyEmpty, "nothing in place of the body", Vec::new());
    forms.add(
        Cause::BodyObject,
        "`[object Object]` in place of the body",
        b"[object Object]".to_vec(),
    );
    forms.variants
}

/// The JSON parsed and written again, in every style, in order and sorted.
pub(super) fn reserialised(body: &[u8], should_stop: &dyn Fn() -> bool) -> Vec<Variant<Vec<u8>>> {
    let mut forms = Distinct::without(body);
    let text = String::from_utf8_lossy(body.strip_prefix(MARK).unwrap_or(body));
    let Some(node) = Node::read(&text) else {
        return Vec::new();
    };
    let cause = Cause::BodyReserialised;
    if let Node::Text(inner) = &node {
        forms.add(
            Cause::BodyQuoted,
            "the JSON string's content",
            inner.clone().into_bytes(),
        );
    }
    let quoted = Node::Text(text.trim().to_owned()).write(&style::COMPACT);
    let orders = [
        ("", Cow::Borrowed(&node)),
        ("", Cow::Owned(node.in_script_order())),
        (", keys sorted", Cow::Owned(node.sorted())),
    ];
    let mut seen_orders: Vec<&Node> = Vec::new();
    for (order, node) in &orders {
        if seen_orders.contains(&node.as_ref()) {
            continue;
        }
        for (name, written_in) in style::styles() {
            if should_stop() {
                return forms.variants;
            }
            let written = node.write(&written_in);
            if name.contains("json.Marshal") {
                let line = format!("{written}\n").into_bytes();
                forms.add(
                    cause,
                    format!("the JSON parsed and written again by json.Encoder (Go){order}"),
                    line,
                );
            }
            forms.add(
                cause,
                format!("the JSON parsed and written again by {name}{order}"),
                written.into_bytes(),
            );
        }
        seen_orders.push(node.as_ref());
    }
    forms.add(
        Cause::BodyQuoted,
        "the whole body written as a JSON string",
        quoted.into_bytes(),
    );
    forms.variants
}

fn form_forms(message: &Message<'_>, forms: &mut Distinct<Vec<u8>>) {
    let way = crate::scheme::Scheme::new(
        crate::scheme::Algorithm::None,
        crate::scheme::Signature::default(),
    );
    let scene = Scene::new(&way, message);
    if !scene.is_form() {
        return;
    }
    let view = View::of(&scene);
    for name in ["payload", "data", "json", "body"] {
        if let Some(value) = view.get(&Source::Form(name.to_owned())) {
            forms.add(
                Cause::FormPayload,
                format!("only the decoded form field `{name}`"),
                value.into_owned(),
            );
        }
    }
    let fields: Vec<_> = form::url_encoded(message.body).collect();
    let write = |plus: bool, fields: &[form::Field<'_>]| {
        let code = |text: &[u8]| {
            let code = form::percent_encode(text, b"");
            if plus { code.replace("%20", "+") } else { code }
        };
        let pairs: Vec<String> = fields
            .iter()
            .map(|(key, value)| format!("{}={}", code(key), code(value)))
            .collect();
        pairs.join("&").into_bytes()
    };
    let mut sorted = fields.clone();
    sorted.sort();
    let cause = Cause::FormEncoding;
    forms.add(
        cause,
        "the form written again with `+` for blanks",
        write(true, &fields),
    );
    forms.add(
        cause,
        "the form written again with `%20` for blanks",
        write(false, &fields),
    );
    forms.add(
        cause,
        "the form written again, fields sorted",
        write(true, &sorted),
    );
    let mut kept = fields.clone();
    kept.retain(|(_, value)| !value.is_empty());
    forms.add(cause, "the form without its empty fields", write(true, &kept));
    let trimmed: Vec<_> = fields
        .iter()
        .map(|(key, value)| (key.clone(), Cow::Owned(value.trim_ascii().to_vec())))
        .collect();
    forms.add(cause, "the form with its values trimmed", write(true, &trimmed));
    let mut firsts: Vec<form::Field<'_>> = Vec::new();
    for field in &fields {
        if !firsts.iter().any(|(key, _)| *key == field.0) {
            firsts.push(field.clone());
        }
    }
    forms.add(cause, "only the first of repeated fields", write(true, &firsts));
}

/// Changes to the text that leave its blanks and order alone.
fn escape_forms(text: &str, forms: &mut Distinct<Vec<u8>>) {
    let cause = Cause::BodyEscapes;
    let mut add = |cause, change: &str, text: String| forms.add(cause, change, text.into_bytes());
    let bare = text.replace("\\/", "/");
    add(cause, "`\\/` changed to `/`", bare.clone());
    add(cause, "`/` changed to `\\/`", bare.replace('/', "\\/"));
    let html = [('<', "3c"), ('>', "3e"), ('&', "26")];
    let escaped = html.iter().fold(text.to_owned(), |text, (raw, code)| {
        text.replace(*raw, &format!("\\u00{code}"))
    });
    add(cause, "`<`, `>` and `&` escaped", escaped);
    let raw = html.iter().fold(text.to_owned(), |text, (raw, code)| {
        let raw = raw.to_string();
        text.replace(&format!("\\u00{code}"), &raw)
            .replace(&format!("\\u00{}", code.to_ascii_uppercase()), &raw)
    });
    add(cause, "`<`, `>` and `&` not escaped", raw);
    add(
        cause,
        "U+2028 and U+2029 escaped",
        text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"),
    );
    add(
        cause,
        "U+2028 and U+2029 not escaped",
        text.replace("\\u2028", "\u{2028}").replace("\\u2029", "\u{2029}"),
    );
    let cause = Cause::BodyUnicode;
    for (change, case) in [
        (
            "non-ASCII characters written as `\\u` escapes in lower case",
            Escapes::Lower,
        ),
        (
            "non-ASCII characters written as `\\u` escapes in upper case",
            Escapes::Upper,
        ),
    ] {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            if character.is_ascii() {
                escaped.push(character);
            } else {
                style::escape(&mut escaped, character, case);
            }
        }
        add(cause, change, escaped);
    }
    add(
        cause,
        "`\\u` escapes written as characters",
        without_escapes(text),
    );
}

/// `\u` escapes of characters beyond ASCII, decoded; all other escapes stay.
fn without_escapes(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        // A pair of surrogates is twelve bytes, everything else is six.
        let escape = [12, 6].into_iter().find_map(|length| {
            let escape = rest.get(..length).filter(|escape| escape.starts_with("\\u"))?;
            let read = crate::read::json::unescape(escape);
            let mut characters = read.chars();
            let character = characters
                .next()
                .filter(|character| !character.is_ascii() && *character != '\u{FFFD}')?;
            characters.next().is_none().then_some((character, length))
        });
        if let Some((character, length)) = escape {
            decoded.push(character);
            rest = &rest[length..];
        } else {
            let length = rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at);
            decoded.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    decoded.push_str(rest);
    decoded
}

fn charset_forms(body: &[u8], forms: &mut Distinct<Vec<u8>>) {
    if body.is_ascii() {
        return;
    }
    let cause = Cause::BodyCharset;
    let lossy = String::from_utf8_lossy(body).into_owned();
    let narrow = |limit: u32| -> Vec<u8> {
        let code = |character: char| {
            u8::try_from(u32::from(character))
                .ok()
                .filter(|code| u32::from(*code) < limit)
        };
        lossy
            .chars()
            .map(|character| code(character).unwrap_or(b'?'))
            .collect()
    };
    forms.add(
        cause,
        "the text written in ASCII, with `?` for the rest",
        narrow(0x80),
    );
    forms.add(cause, "the text written in Latin-1", narrow(0x100));
    forms.add(
        cause,
        "the bytes read as Latin-1 and written in UTF-8",
        body.iter()
            .map(|byte| char::from(*byte))
            .collect::<String>()
            .into_bytes(),
    );
    forms.add(
        cause,
        "unreadable bytes replaced by U+FFFD",
        lossy.clone().into_bytes(),
    );
    forms.add(
        cause,
        "the text written in UTF-16, low byte first",
        lossy.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    );
    forms.add(
        cause,
        "the text written in UTF-16, high byte first",
        lossy.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    );
}

/// A character whose bytes came in two chunks that were decoded one by one: each piece became U+FFFD.
fn split_characters(text: &str, forms: &mut Distinct<Vec<u8>>) {
    let beyond: Vec<(usize, char)> = text
        .char_indices()
        .filter(|(_, character)| !character.is_ascii())
        .collect();
    if beyond.len() > MOST_SPLITS || text.len() > LONGEST_SPLIT {
        return;
    }
    for (at, character) in beyond {
        let end = at + character.len_utf8();
        for count in 2..=character.len_utf8() {
            let split = format!("{}{}{}", &text[..at], "\u{FFFD}".repeat(count), &text[end..]);
            let change = format!("the character at byte {at} cut in two between chunks");
            forms.add(Cause::BodyCharset, change, split.into_bytes());
        }
    }
}

fn replaced(text: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut changed = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = form::position(rest, old) {
        changed.extend_from_slice(&rest[..at]);
        changed.extend_from_slice(new);
        rest = &rest[at + old.len()..];
    }
    changed.extend_from_slice(rest);
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_and_nothing_else_is() {
        let text = r#"{"a":"caf\u00e9 \ud83d\ude00 \u0041 \\u00e9 \n \ud83d"}"#;
        assert_eq!(
            without_escapes(text),
            r#"{"a":"café 😀 \u0041 \\u00e9 \n \ud83d"}"#,
            "only whole non-ASCII escapes"
        );
    }

    #[test]
    fn a_form_is_never_the_body_itself() {
        let headers = [];
        let message = Message {
            method: "POST",
            target: "/",
            url: None,
            headers: &headers,
            body: b"{\"a\":1}",
            received_at: None,
        };
        assert!(
            quick(&message, None)
                .iter()
                .all(|form| form.value != message.body),
            "ours is excluded already"
        );
    }
}
