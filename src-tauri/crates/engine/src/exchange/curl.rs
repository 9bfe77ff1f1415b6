//! A plan as a `curl` command for a POSIX shell.
//!
//! Everything captured stands in single quotes, in which a shell sees only letters. What cannot stand there safely
//! (control characters act on a terminal when pasted, other bytes are lost on the clipboard) goes through `printf`
//! with octal escapes, which every POSIX shell has and which needs no file. The `$'…'` of bash is not used.

use crate::delivery::{Outgoing, Scheme};

use super::words::{Parts, plain_text};

/// Linux takes 128 KiB in one argument; above this a body goes through a pipe.
const ARGUMENT_LIMIT: usize = 64 * 1024;

/// From this length on curl waits for `100 Continue` unless told otherwise.
const EXPECT_FROM: usize = 1024 * 1024;

/// The command that makes curl send the body byte for byte and the same headers. `Host` and `Content-Length` are left
/// to curl; the headers that it would add by itself are taken away.
#[must_use]
pub fn curl(outgoing: &Outgoing) -> String {
    let parts = Parts::of(outgoing);
    let mut words = url(outgoing, &parts);
    words.extend(method(outgoing, &parts));
    if parts.line.version == "HTTP/1.0" {
        words.push("--http1.0".to_owned());
    } else if outgoing.origin.scheme == Scheme::Https {
        words.push("--http1.1".to_owned());
    }
    for header in &parts.headers {
        let value = &header.value;
        // `Name;` is curl's way to say that the value is empty; `Name:` would leave the header out.
        let line = match &value[..] {
            [] => [&header.name[..], b";"].concat(),
            value => [&header.name[..], b": ", value].concat(),
        };
        words.push(format!("-H {}", sh_word(&line)));
    }
    words.extend(unwanted(outgoing, &parts).map(|name| format!("-H '{name}:'")));

    let body = &outgoing.body;
    let mut before = String::new();
    match plain_text(body) {
        Some(_) if body.is_empty() && !parts.has_length => {}
        // Not `--data-binary`, for which a leading `@` names a file.
        Some(text) if body.len() <= ARGUMENT_LIMIT => words.push(format!("--data-raw {}", quoted(text))),
        _ => {
            before = format!("printf {} |\n", printf_word(body));
            words.push("--data-binary @-".to_owned());
        }
    }
    format!("{before}curl {}", words.join(" \\\n  "))
}

fn url(outgoing: &Outgoing, parts: &Parts) -> Vec<String> {
    let target = &parts.line.target[..];
    // What curl would cut off, expand or encode is handed over beside the URL.
    let taken_as_it_is = target.starts_with(b"/")
        && !target.ends_with(b"?")
        && target
            .iter()
            .all(|byte| byte.is_ascii_graphic() && !b"#[]{}\\^`|<>\"".contains(byte));
    if !taken_as_it_is {
        let origin = format!("{}/", outgoing.origin);
        return vec![
            sh_word(origin.as_bytes()),
            format!("--request-target {}", sh_word(target)),
        ];
    }
    let url = sh_word(outgoing.url.as_bytes());
    if target.windows(2).any(|window| window == b"/.") {
        return vec![url, "--path-as-is".to_owned()];
    }
    vec![url]
}

fn method(outgoing: &Outgoing, parts: &Parts) -> Option<String> {
    let without_body = outgoing.body.is_empty() && !parts.has_length;
    match &parts.line.method[..] {
        b"GET" if without_body => None,
        b"HEAD" if without_body => Some("--head".to_owned()),
        method => Some(format!("--request {}", sh_word(method))),
    }
}

/// The headers that curl adds unless told not to.
fn unwanted<'p>(outgoing: &Outgoing, parts: &'p Parts) -> impl Iterator<Item = &'static str> + 'p {
    let has_body = !outgoing.body.is_empty() || parts.has_length;
    let long = outgoing.body.len() >= EXPECT_FROM;
    [
        ("User-Agent", true),
        ("Accept", true),
        ("Content-Type", has_body),
        ("Expect", long),
    ]
    .into_iter()
    .filter(move |(name, added)| *added && !parts.has(name))
    .map(|(name, _)| name)
}

/// One word of a command, whatever is in it but NUL and a line break at its end.
fn sh_word(bytes: &[u8]) -> String {
    match plain_text(bytes) {
        Some(text) if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !text.is_empty() => {
            text.to_owned()
        }
        Some(text) => quoted(text),
        None => format!("\"$(printf {})\"", printf_word(bytes)),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A quoted format that makes `printf` write `bytes`. `!` is escaped, since bash looks for its history even in single
/// quotes inside double ones; so is `-`, which might begin an option.
fn printf_word(bytes: &[u8]) -> String {
    let mut word = String::with_capacity(bytes.len() + 2);
    word.push('\'');
    for byte in bytes {
        match byte {
            b'\'' | b'\\' | b'%' | b'!' | b'-' => word.push_str(&format!("\\{byte:03o}")),
            b' '..=b'~' => word.push(char::from(*byte)),
            _ => word.push_str(&format!("\\{byte:03o}")),
        }
    }
    word.push('\'');
    word
}

#[cfg(test)]
#[path = "tests/curl.rs"]
pub(super) mod tests;
