//! What the body may have been when it was signed.

mod text;

use std::borrow::Cow;

use super::cause::Cause;
use super::tree::Node;
use super::variant::{Distinct, Variant};
use super::writers::WRITERS;
use super::{printed, style};
use crate::encoding;
use crate::message::Message;
use crate::read::form;
use crate::template::Source;
use crate::view::{Scene, View};
use base64::Engine as _;

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
        text::escape_forms(text, &mut forms);
    }
    text::charset_forms(body, &mut forms);
    if let Ok(text) = std::str::from_utf8(body) {
        text::split_characters(text, &mut forms);
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
        for (name, written_in) in &WRITERS {
            if should_stop() {
                return forms.variants;
            }
            let written = node.write(written_in);
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
    for (name, written) in printed::printed(&node) {
        let change = format!("what {name} prints of the parsed JSON");
        forms.add(cause, change, written.into_bytes());
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
    let plain: Vec<_> = fields
        .iter()
        .map(|(key, value)| {
            let name = key.strip_suffix(b"[]").unwrap_or(key);
            (Cow::Owned(name.to_vec()), value.clone())
        })
        .collect();
    forms.add(
        cause,
        "the form with `[]` left out of its names",
        write(true, &plain),
    );
    let mut firsts: Vec<form::Field<'_>> = Vec::new();
    for field in &fields {
        if !firsts.iter().any(|(key, _)| *key == field.0) {
            firsts.push(field.clone());
        }
    }
    forms.add(cause, "only the first of repeated fields", write(true, &firsts));
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
