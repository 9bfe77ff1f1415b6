//! A plan as a `curl.exe` command for the prompt of `cmd`, where that can be done.
//!
//! `cmd` has no way to write a line break or a control character inside a word and may recode what is not ASCII, so
//! a request with one of those is refused rather than sent as something else.

use crate::delivery::{Outgoing, Scheme};

use super::not_expressible::NotExpressible;
use super::words::Parts;

/// The longest line that `cmd` takes.
const LINE_LIMIT: usize = 8191;

/// The command for the interactive prompt; in a batch file each `%` would have to be doubled.
///
/// # Errors
/// If the prompt could not pass the request on as it is.
pub fn curl_for_cmd(outgoing: &Outgoing) -> Result<String, NotExpressible> {
    let parts = Parts::of(outgoing);
    let origin = format!("{}/", outgoing.origin);
    let mut words = vec![
        "curl.exe".to_owned(),
        word(origin.as_bytes(), "target")?,
        "--request-target".to_owned(),
        word(&parts.line.target, "target")?,
        "--request".to_owned(),
        word(&parts.line.method, "target")?,
    ];
    if outgoing.origin.scheme == Scheme::Https {
        words.push("--http1.1".to_owned());
    }
    for header in &parts.headers {
        let value = &header.value;
        let line = match &value[..] {
            [] => [&header.name[..], b";"].concat(),
            value => [&header.name[..], b": ", value].concat(),
        };
        words.extend(["-H".to_owned(), word(&line, "headers")?]);
    }
    for name in ["User-Agent", "Accept", "Content-Type"]
        .into_iter()
        .filter(|name| !parts.has(name))
    {
        words.extend(["-H".to_owned(), word(format!("{name}:").as_bytes(), "headers")?]);
    }
    if !outgoing.body.is_empty() || parts.has_length {
        words.extend(["--data-raw".to_owned(), word(&outgoing.body, "body")?]);
    }
    let command = words.join(" ");
    if command.len() > LINE_LIMIT {
        return Err(NotExpressible::TooLong);
    }
    Ok(command)
}

/// One word, quoted twice: for the program, which takes `"…"` apart (backslashes before a quote doubled), and for
/// `cmd`, from which every sign is hidden by `^`, the quotes too, so that it never sees itself inside or outside of
/// them. A `%` is closed by `^%` and so never names a variable.
fn word(bytes: &[u8], part: &'static str) -> Result<String, NotExpressible> {
    if !bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(NotExpressible::Characters { part });
    }
    let mut plain = String::from("\"");
    let mut backslashes = 0;
    for character in bytes.iter().copied().map(char::from) {
        if character == '"' {
            plain.push_str(&"\\".repeat(backslashes + 1));
        }
        backslashes = if character == '\\' { backslashes + 1 } else { 0 };
        plain.push(character);
    }
    plain.push_str(&"\\".repeat(backslashes));
    plain.push('"');
    let mut word = String::with_capacity(plain.len() * 2);
    for character in plain.chars() {
        if !character.is_ascii_alphanumeric() {
            word.push('^');
        }
        word.push(character);
    }
    Ok(word)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::delivery::Edit;

    fn command(body: &'static [u8]) -> Result<String, NotExpressible> {
        let edit = Edit {
            method: "POST".into(),
            url: "http://t/a?b".into(),
            headers: vec![("Accept".into(), b"*/*".to_vec())],
            body: Bytes::from_static(body),
        };
        curl_for_cmd(&edit.plan().unwrap())
    }

    /// What the C runtime makes of a command line once `cmd` has taken its carets away.
    fn arguments(line: &str) -> Vec<String> {
        let mut shown = String::new();
        let mut characters = line.chars();
        while let Some(character) = characters.next() {
            let next = if character == '^' {
                characters.next()
            } else {
                Some(character)
            };
            shown.extend(next);
        }
        let (mut arguments, mut argument, mut quoted, mut backslashes) =
            (Vec::new(), String::new(), false, 0);
        for character in shown.chars().chain([' ']) {
            match character {
                '\\' => {
                    backslashes += 1;
                    continue;
                }
                '"' => {
                    argument.push_str(&"\\".repeat(backslashes / 2));
                    if backslashes % 2 == 1 {
                        argument.push('"');
                    } else {
                        quoted = !quoted;
                    }
                }
                _ => {
                    argument.push_str(&"\\".repeat(backslashes));
                    if character == ' ' && !quoted {
                        arguments.push(std::mem::take(&mut argument));
                    } else {
                        argument.push(character);
                    }
                }
            }
            backslashes = 0;
        }
        arguments
    }

    #[test]
    fn the_program_gets_the_words_whatever_is_in_them() {
        for body in [
            &br#"{"a": "b\\", "c": "\"d\""}"#[..],
            b"\" & calc & \"",
            b"%PATH% %CD:~0,1% !x! ^ | < > ( )",
            b"a\\",
            b"\\\\\"",
            b"@file -o made",
        ] {
            let line = command(body).unwrap();
            assert_eq!(
                arguments(&line).last().map(String::as_bytes),
                Some(body),
                "{line}"
            );
        }
    }

    #[test]
    fn cmd_sees_no_sign_that_is_not_hidden() {
        let line = command(b"\" & calc | more > x %PATH%").unwrap();
        let body = line.split("--data-raw ").nth(1).unwrap();
        let mut hidden = false;
        for character in body.chars() {
            assert!(
                hidden || character == '^' || character.is_ascii_alphanumeric(),
                "`{character}` in {body}"
            );
            hidden = !hidden && character == '^';
        }
    }

    #[test]
    fn what_cannot_be_passed_on_is_refused() {
        for body in [&b"a\nb"[..], b"\x1b", b"\xff", "é".as_bytes()] {
            assert_eq!(
                command(body),
                Err(NotExpressible::Characters { part: "body" }),
                "{}",
                body.escape_ascii()
            );
        }
        assert_eq!(
            command(&[b'x'; 9000]),
            Err(NotExpressible::TooLong),
            "a longer line is cut by `cmd`"
        );
    }
}
