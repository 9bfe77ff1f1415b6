//! The same event under another delivery id: a target that has seen the old one takes it for a new event.
//!
//! An id may be as plain as `5`. Only whole values are ever replaced, none in a line that says how the message is framed
//! or who may send it, and a plain id only where it is known to be one.

use bytes::Bytes;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::body::Outline;
use crate::delivery::plan::without_break;
use crate::delivery::{Change, Outgoing};
use crate::provider::Place;

/// Header lines that speak of the message or the connection and never hold a delivery id.
const NEVER: [&str; 22] = [
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "max-forwards",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-forwarded-for",
];

/// An id of fewer characters, or one of digits only, may well be some other value too.
const TELLING: usize = 8;

/// An id of the same form: its last letters and digits are others.
pub(super) fn other_id(key: &str) -> String {
    let mut dice = [0; 16];
    if SystemRandom::new().fill(&mut dice).is_err() {
        dice = [7; 16];
    }
    let mut dice = dice.into_iter();
    let mut changed: Vec<char> = key
        .char_indices()
        .rev()
        .map(|(at, letter)| {
            let set: &[u8] = match letter {
                // A number that begins with 0 is no JSON.
                '0'..='9' if at == 0 => b"123456789",
                '0'..='9' => b"0123456789",
                'a'..='f' => b"abcdef",
                'g'..='z' => b"ghijklmnopqrstuvwxyz",
                'A'..='Z' => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                _ => return letter,
            };
            match dice.next() {
                // Never the same letter, so that the id is another one whatever the dice say.
                Some(roll) => {
                    let place = set
                        .iter()
                        .position(|other| char::from(*other) == letter)
                        .unwrap_or(0);
                    let step = 1 + usize::from(roll) % (set.len() - 1);
                    char::from(set[(place + step) % set.len()])
                }
                None => letter,
            }
        })
        .collect();
    changed.reverse();
    changed.into_iter().collect()
}

/// `outgoing` with `before` replaced by `after`, which is as long, in its header values and its body; `place` is where
/// it is known to stand.
pub(super) fn renamed(
    outgoing: &Outgoing,
    before: &str,
    after: &str,
    place: Option<&Place>,
) -> Option<Outgoing> {
    let line_end = memchr::memchr(b'\n', &outgoing.head)? + 1;
    let (line, headers) = outgoing.head.split_at(line_end);
    let headers_after = replaced(headers, after, &in_headers(headers, before, place));
    let body = replaced(&outgoing.body, after, &in_body(&outgoing.body, before, place));
    if headers_after.is_none() && body.is_none() {
        return None;
    }
    let headers_after = headers_after.unwrap_or_else(|| headers.to_vec());
    let mut changes = outgoing.changes.clone();
    changes.extend(changed_lines(headers, &headers_after));
    Some(Outgoing {
        head: [line, &headers_after].concat().into(),
        body: body.map_or_else(|| outgoing.body.clone(), Bytes::from),
        changes,
        ..outgoing.clone()
    })
}

/// Whether an id is long and mixed enough that the same text elsewhere is that id too.
fn is_telling(id: &str) -> bool {
    id.len() >= TELLING && !id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Where the id stands in header lines.
fn in_headers(headers: &[u8], id: &str, place: Option<&Place>) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut start, mut name) = (0, "");
    for line in headers.split_inclusive(|byte| *byte == b'\n') {
        let mut value = 0;
        // A line that begins with white space goes on with the one before.
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            let colon = memchr::memchr(b':', line);
            value = colon.map_or(line.len(), |colon| colon + 1);
            name = std::str::from_utf8(&line[..value.saturating_sub(1)]).unwrap_or_default();
        }
        let own = match place {
            Some(Place::Header(own)) => Some(own.eq_ignore_ascii_case(name)),
            Some(_) => Some(false),
            None => None,
        };
        let never = NEVER.iter().any(|never| never.eq_ignore_ascii_case(name));
        let text = &line[value..];
        if !never && (is_telling(id) || own == Some(true)) {
            found.extend(bounded(text, id).map(|at| start + value + at));
        } else if !never && own.is_none() && text.trim_ascii() == id.as_bytes() {
            let spaces = text.len() - text.trim_ascii_start().len();
            found.push(start + value + spaces);
        }
        start += line.len();
    }
    found
}

/// Where the id stands in a body.
fn in_body(body: &[u8], id: &str, place: Option<&Place>) -> Vec<usize> {
    let json = Outline::of(body);
    match (place, json) {
        (Some(Place::Json(path)), Some(outline)) => {
            let Some(value) = outline.get(path) else {
                return Vec::new();
            };
            let at = value.get().as_ptr().addr().wrapping_sub(body.as_ptr().addr());
            values_of_json(value.get().as_bytes(), id)
                .into_iter()
                .map(|inside| at + inside)
                .collect()
        }
        (Some(Place::Header(_) | Place::Query(_)), _) if !is_telling(id) => Vec::new(),
        (_, Some(_)) => values_of_json(body, id),
        (Some(Place::Form(name)), None) if !is_telling(id) => in_form(body, name, id),
        (_, None) if is_telling(id) => bounded(body, id).collect(),
        // Beside these it may be a part of a number or of a time.
        (_, None) => {
            let is_apart = |byte: Option<&u8>| byte.is_none_or(|byte| !b".,:-+_/%".contains(byte));
            bounded(body, id)
                .filter(|at| {
                    let left = at.checked_sub(1).and_then(|left| body.get(left));
                    is_apart(left) && is_apart(body.get(at + id.len()))
                })
                .collect()
        }
    }
}

/// Where the id is the whole value of a form's field: behind its name, or on a line of its own in a multipart body.
fn in_form(body: &[u8], name: &str, id: &str) -> Vec<usize> {
    let ends = |at: usize, ends: &[u8]| body.get(at).is_none_or(|byte| ends.contains(byte));
    bounded(body, id)
        .filter(|at| {
            let before = &body[..*at];
            let field = before
                .strip_suffix(b"=")
                .and_then(|before| before.strip_suffix(name.as_bytes()));
            let behind_name = field.is_some_and(|rest| rest.is_empty() || rest.ends_with(b"&"));
            behind_name && ends(at + id.len(), b"&")
                || before.ends_with(b"\r\n\r\n") && ends(at + id.len(), b"\r")
        })
        .collect()
}

/// Where the id is a whole string, which is no key, or a whole number of a JSON document.
fn values_of_json(text: &[u8], id: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'"' => {
                while text.get(at).is_some_and(|byte| *byte != b'"') {
                    at += if text[at] == b'\\' { 2 } else { 1 };
                }
                let inside = text.get(start + 1..at).unwrap_or_default();
                at += 1;
                let behind = text.get(at..).unwrap_or_default();
                if inside == id.as_bytes() && !behind.trim_ascii_start().starts_with(b":") {
                    found.push(start + 1);
                }
            }
            b'-' | b'0'..=b'9' => {
                let rest = &text[start..];
                let is_of_number =
                    |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
                let length = rest.iter().take_while(|byte| is_of_number(byte)).count();
                if &rest[..length] == id.as_bytes() {
                    found.push(start);
                }
                at = start + length;
            }
            _ => {}
        }
    }
    found
}

/// Where `id` stands with no letter or digit beside it.
fn bounded<'a>(bytes: &'a [u8], id: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_free = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    memchr::memmem::find_iter(bytes, id).filter(move |at| {
        let left = at.checked_sub(1).and_then(|left| bytes.get(left));
        is_free(left) && is_free(bytes.get(at + id.len()))
    })
}

/// The lines that are not the same in two heads of as many lines.
fn changed_lines(before: &[u8], after: &[u8]) -> Vec<Change> {
    let lines = |head: &[u8]| -> Vec<Bytes> {
        head.split_inclusive(|byte| *byte == b'\n')
            .map(|line| Bytes::copy_from_slice(without_break(line)))
            .collect()
    };
    lines(before)
        .into_iter()
        .zip(lines(after))
        .filter(|(before, after)| before != after)
        .map(|(before, after)| Change::Replaced { before, after })
        .collect()
}

/// `bytes` with `after` written at each of these places; `None` where there is none.
fn replaced(bytes: &[u8], after: &str, places: &[usize]) -> Option<Vec<u8>> {
    let mut changed = bytes.to_vec();
    for at in places {
        changed[*at..*at + after.len()].copy_from_slice(after.as_bytes());
    }
    (!places.is_empty()).then_some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_id_has_the_same_form() {
        for key in ["evt_1Nk9ZZ", "0b5c7f0e-8d1d-4a3c-9b8e-2f6b0c1d2e3f", "12345", "a"] {
            let other = other_id(key);
            assert_ne!(other, key, "another one");
            let form = |id: &str| -> Vec<bool> { id.chars().map(char::is_alphanumeric).collect() };
            assert_eq!(form(&other), form(key), "`{other}`");
            assert_eq!(other.len(), key.len(), "as long, so that no length changes");
        }
        assert!(
            other_id("evt_1NkABCDEFGHIJKLMNOP").starts_with("evt_1Nk"),
            "only its end changes"
        );
    }

    fn sent(headers: &str, body: &str) -> Outgoing {
        let edit = crate::delivery::Edit {
            method: "POST".to_owned(),
            url: "http://127.0.0.1:9/".to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
        };
        Outgoing {
            head: Bytes::from(format!("POST / HTTP/1.1\r\n{headers}\r\n")),
            body: Bytes::from(body.to_owned()),
            ..edit.plan().unwrap()
        }
    }

    const FRAMING: &str = "Host: 15\r\nContent-Length: 15\r\nAuthorization: Bearer 15\r\nX-Try: 5 of 15\r\n";

    #[test]
    fn a_plain_id_is_replaced_where_it_stands_and_nowhere_else() {
        let place: Place = "json:data.id".parse().unwrap();
        for id in ["5", "15"] {
            let body = |id: &str| {
                format!(
                    r#"{{"at":"2026-11-15T15:05:15Z","price":15,"cents":5.15,"n":5,"data":{{"id":{id},"x":"15"}}}}"#
                )
            };
            let outgoing = sent(FRAMING, &body(id));
            let other = other_id(id);
            let renamed = renamed(&outgoing, id, &other, Some(&place)).unwrap();
            assert_eq!(renamed.head, outgoing.head, "no line speaks of it");
            assert_eq!(renamed.body, body(&other), "only its own place");
        }
    }

    #[test]
    fn an_id_whose_place_is_not_known_is_replaced_as_a_whole_value() {
        let headers = format!("{FRAMING}X-Id: 15\r\n");
        let body = r#"{"15":"a 15","id":15,"also":"15","price":15.5,"other":[150,-15,115]}"#;
        let renamed = renamed(&sent(&headers, body), "15", "28", None).unwrap();
        assert_eq!(
            renamed.head,
            format!("POST / HTTP/1.1\r\n{FRAMING}X-Id: 28\r\n\r\n"),
            "lines of framing stay"
        );
        assert_eq!(
            renamed.body,
            r#"{"15":"a 15","id":28,"also":"28","price":15.5,"other":[150,-15,115]}"#
        );
    }

    #[test]
    fn an_id_in_a_header_leaves_the_numbers_of_the_body() {
        let place: Place = "header:X-Id".parse().unwrap();
        let outgoing = sent(&format!("{FRAMING}x-id:  15\r\n"), r#"{"price":15}"#);
        let renamed = renamed(&outgoing, "15", "28", Some(&place)).unwrap();
        assert_eq!(
            renamed.head,
            format!("POST / HTTP/1.1\r\n{FRAMING}x-id:  28\r\n\r\n")
        );
        assert_eq!(renamed.body, outgoing.body);
    }

    #[test]
    fn an_id_of_a_form_is_replaced_behind_its_name() {
        let place: Place = "form:alert_id".parse().unwrap();
        let outgoing = sent("", "price=15&alert_id=15&my_alert_id=15&at=12:15");
        let renamed = renamed(&outgoing, "15", "28", Some(&place)).unwrap();
        assert_eq!(renamed.body, "price=15&alert_id=28&my_alert_id=15&at=12:15");
    }

    #[test]
    fn a_telling_id_is_replaced_in_every_line_that_may_hold_it() {
        let outgoing = sent(
            "Webhook-Id: msg_12345678\r\nX-Sum: id=msg_12345678,n=1\r\nX-More: msg_123456789\r\n",
            "<id>msg_12345678</id><id>xmsg_12345678</id>",
        );
        let renamed = renamed(&outgoing, "msg_12345678", "msg_abcdefgh", None).unwrap();
        assert_eq!(
            renamed.head,
            "POST / HTTP/1.1\r\nWebhook-Id: msg_abcdefgh\r\nX-Sum: id=msg_abcdefgh,n=1\r\n\
             X-More: msg_123456789\r\n\r\n"
        );
        assert_eq!(renamed.body, "<id>msg_abcdefgh</id><id>xmsg_12345678</id>");
    }

    #[test]
    fn an_id_of_digits_stays_a_number() {
        for key in ["5", "15", "90", "0", "1234567890"] {
            for _ in 0..200 {
                let other = other_id(key);
                assert!(!other.starts_with('0'), "`{other}` would be no JSON");
                assert_ne!(other, key, "another one");
            }
        }
    }
}
