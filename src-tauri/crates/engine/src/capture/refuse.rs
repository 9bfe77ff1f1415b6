//! Says in words why bytes are no request.
//!
//! hyper has refused them already, or will; nothing here decides. It looks at the bytes again with the eyes of a
//! person who wants to know what to mend.

use std::fmt::Write;

/// Whether no request can begin with `bytes`, by the rules of the parser that hyper uses.
pub(super) fn is_hopeless(bytes: &[u8], headers: usize) -> bool {
    let mut headers = vec![httparse::EMPTY_HEADER; headers];
    httparse::Request::new(&mut headers).parse(bytes).is_err()
}

/// The status for a head that is over `limit`, and the reason.
pub(super) fn too_long(head: &[u8], limit: usize) -> (u16, String) {
    let line = head.trim_ascii_start();
    let over = |what: &str| format!("{what} is longer than the limit of {limit} bytes for a head");
    match (line.contains(&b'\n'), line.contains(&b' ')) {
        (true, _) => (431, format!("the head is longer than the limit of {limit} bytes")),
        (false, true) => (414, over("the target")),
        (false, false) => (400, over("the method")),
    }
}

/// Why `head` is no request that HTTP/1.1 allows.
pub(super) fn why(head: &[u8], most_headers: usize) -> String {
    foreign(head)
        .or_else(|| request_line(head))
        .or_else(|| header_lines(head, most_headers))
        .or_else(|| framing(head))
        .unwrap_or_else(|| "not a request that HTTP/1.1 allows".to_owned())
}

/// Another protocol that came to the wrong door.
fn foreign(head: &[u8]) -> Option<String> {
    const PROXY_2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
    let beginnings: [(&[u8], &str); 12] = [
        (b"\x16\x03", "TLS bytes on the plain HTTP port"),
        (b"PRI * HTTP/2.0", "HTTP/2 on a port that speaks HTTP/1.1"),
        (b"SSH-", "SSH bytes on the HTTP port"),
        (PROXY_2, "a PROXY protocol header, which is not expected here"),
        (b"PROXY ", "a PROXY protocol header, which is not expected here"),
        (b"EHLO ", "a mail command on the HTTP port"),
        (b"HELO ", "a mail command on the HTTP port"),
        (b"\x03\x00\x00", "remote desktop bytes on the HTTP port"),
        (b"\x05\x01\x00", "SOCKS bytes on the HTTP port"),
        (b"\x05\x02\x00", "SOCKS bytes on the HTTP port"),
        (b"\x04\x01", "SOCKS bytes on the HTTP port"),
        (b"HTTP/", "an HTTP response where a request is expected"),
    ];
    let (_, what) = beginnings
        .into_iter()
        .find(|(beginning, _)| head.starts_with(beginning))?;
    Some(what.to_owned())
}

fn request_line(head: &[u8]) -> Option<String> {
    let line = lines(head).find(|line| !line.is_empty()).unwrap_or_default();
    let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let method = words.first().copied().unwrap_or_default();
    if method.is_empty() {
        return Some("the request line begins with a space".to_owned());
    }
    if let Some(byte) = method.iter().find(|byte| !is_token(**byte)) {
        // A line that does not even begin like a request is described as a whole.
        return Some(if words.len() == 1 || !method[0].is_ascii_alphabetic() {
            format!("not HTTP: it begins with `{}`", shown(line))
        } else {
            format!("the method has the byte {byte:#04x} in it")
        });
    }
    if words.len() == 1 {
        return Some(format!("not HTTP: the first line is `{}`", shown(line)));
    }
    if words.len() == 2 {
        return Some("the request line has no HTTP version".to_owned());
    }
    if words.iter().any(|word| word.is_empty()) {
        return Some("the request line has a space too many".to_owned());
    }
    let (target, version) = (words[1], words[2]);
    if words.len() > 3 {
        return Some("the target has a space in it".to_owned());
    }
    if let Some(byte) = target.iter().find(|byte| byte.is_ascii_control()) {
        return Some(format!("the target has the control byte {byte:#04x} in it"));
    }
    if std::str::from_utf8(target).is_err() {
        return Some("the target has bytes that are not UTF-8".to_owned());
    }
    if !matches!(version, b"HTTP/1.1" | b"HTTP/1.0") {
        return Some(format!(
            "the version is `{}`, not HTTP/1.1 or HTTP/1.0",
            shown(version)
        ));
    }
    if http::Uri::try_from(target).is_err() {
        return Some(format!("the target `{}` is not a valid one", shown(target)));
    }
    None
}

fn header_lines(head: &[u8], most: usize) -> Option<String> {
    let headers = lines(head)
        .skip_while(|line| line.is_empty())
        .skip(1)
        .take_while(|line| !line.is_empty());
    for (number, line) in (1..).zip(headers) {
        if number > most {
            return Some(format!("there are more than {most} header lines"));
        }
        if matches!(line[0], b' ' | b'\t') {
            return Some(match number {
                1 => "header line 1 begins with white space".to_owned(),
                _ => format!(
                    "header line {number} begins with white space: a folded header, which is obsolete"
                ),
            });
        }
        let Some(colon) = memchr::memchr(b':', line) else {
            return Some(format!("header line {number} has no colon"));
        };
        let (name, value) = (&line[..colon], &line[colon + 1..]);
        if name.is_empty() {
            return Some(format!("header line {number} has no name before the colon"));
        }
        if matches!(name[name.len() - 1], b' ' | b'\t') {
            return Some(format!("header line {number} has a space before the colon"));
        }
        if let Some(byte) = name.iter().find(|byte| !is_token(**byte)) {
            return Some(format!(
                "header line {number} has the byte {byte:#04x} in its name"
            ));
        }
        if value.contains(&b'\r') {
            return Some(format!(
                "header line {number} has a carriage return without a line feed"
            ));
        }
        if let Some(byte) = value
            .iter()
            .find(|byte| byte.is_ascii_control() && **byte != b'\t')
        {
            return Some(format!(
                "header line {number} has the control byte {byte:#04x} in its value"
            ));
        }
    }
    None
}

fn framing(head: &[u8]) -> Option<String> {
    let headers = lines(head)
        .skip_while(|line| line.is_empty())
        .skip(1)
        .take_while(|line| !line.is_empty());
    let mut first_length: Option<&[u8]> = None;
    let mut last_coding: Option<&[u8]> = None;
    for line in headers {
        let Some(colon) = memchr::memchr(b':', line) else {
            continue;
        };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            last_coding = value.rsplit(|byte| *byte == b',').next().map(<[u8]>::trim_ascii);
        } else if name.eq_ignore_ascii_case(b"content-length") {
            if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
                return Some(format!(
                    "the content length `{}` is not a number in decimal digits",
                    shown(value)
                ));
            }
            if value.len() > 19 {
                return Some(format!(
                    "the content length `{}` is too large for any body",
                    shown(value)
                ));
            }
            match first_length {
                Some(first) if number(first) != number(value) => {
                    let (first, second) = (shown(first), shown(value));
                    return Some(format!("there are two content lengths, `{first}` and `{second}`"));
                }
                _ => first_length = Some(value),
            }
        }
    }
    let coding = last_coding?;
    let http_10 = lines(head).find(|line| !line.is_empty())?.ends_with(b"HTTP/1.0");
    if http_10 {
        return Some("a transfer encoding in an HTTP/1.0 request".to_owned());
    }
    (!coding.eq_ignore_ascii_case(b"chunked"))
        .then(|| format!("the last transfer encoding is `{}`, not `chunked`", shown(coding)))
}

/// The lines without their ends; a carriage return that ends no line stays in it.
fn lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    head.split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The beginning of `bytes`, with what is not printable escaped.
fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 40;
    let mut text = String::new();
    for byte in bytes.iter().take(MOST) {
        // Writing to a string cannot fail; a backtick would end the quotation.
        let _ = match byte {
            b'`' => text.write_char('\''),
            _ => write!(text, "{}", byte.escape_ascii()),
        };
    }
    if bytes.len() > MOST {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_its_own_words() {
        let cases: [(&[u8], &str); 30] = [
            (
                b"\x16\x03\x01\x02\x00\x01\x00",
                "TLS bytes on the plain HTTP port",
            ),
            (b"PRI * HTTP/2.0\r\n\r\n", "HTTP/2 on a port that speaks HTTP/1.1"),
            (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH bytes on the HTTP port"),
            (
                b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
                "a PROXY protocol header, which is not expected here",
            ),
            (b"EHLO a\r\n", "a mail command on the HTTP port"),
            (b"\0\x01\x02", "not HTTP: it begins with `\\x00\\x01\\x02`"),
            (b"hello\r\n", "not HTTP: the first line is `hello`"),
            (b"GE\0T / HTTP/1.1\r\n\r\n", "the method has the byte 0x00 in it"),
            (b"GET /\r\n", "the request line has no HTTP version"),
            (
                b"GET  / HTTP/1.1\r\n\r\n",
                "the request line has a space too many",
            ),
            (b"GET /a b HTTP/1.1\r\n\r\n", "the target has a space in it"),
            (
                b"GET /\x01 HTTP/1.1\r\n\r\n",
                "the target has the control byte 0x01 in it",
            ),
            (
                b"GET /\xff HTTP/1.1\r\n\r\n",
                "the target has bytes that are not UTF-8",
            ),
            (
                b"GET / HTTP/3.0\r\n\r\n",
                "the version is `HTTP/3.0`, not HTTP/1.1 or HTTP/1.0",
            ),
            (
                b"GET / HTTP/1.1\r\n A: b\r\n\r\n",
                "header line 1 begins with white space",
            ),
            (
                b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
                "header line 2 begins with white space: a folded header, which is obsolete",
            ),
            (b"GET / HTTP/1.1\r\nA b\r\n\r\n", "header line 1 has no colon"),
            (
                b"GET / HTTP/1.1\r\nA: b\r\nC : d\r\n\r\n",
                "header line 2 has a space before the colon",
            ),
            (
                b"GET / HTTP/1.1\r\n: d\r\n\r\n",
                "header line 1 has no name before the colon",
            ),
            (
                b"GET / HTTP/1.1\r\nA(: d\r\n\r\n",
                "header line 1 has the byte 0x28 in its name",
            ),
            (
                b"GET / HTTP/1.1\r\nA: b\0\r\n\r\n",
                "header line 1 has the control byte 0x00 in its value",
            ),
            (
                b"GET / HTTP/1.1\r\nA: b\x1b\r\n\r\n",
                "header line 1 has the control byte 0x1b in its value",
            ),
            (
                b"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n",
                "header line 1 has a carriage return without a line feed",
            ),
            (
                b"GET / HTTP/1.1\r\nContent-Length: +7\r\n\r\n",
                "the content length `+7` is not a number in decimal digits",
            ),
            (
                b"GET / HTTP/1.1\r\nContent-Length:\r\n\r\n",
                "the content length `` is not a number in decimal digits",
            ),
            (
                b"GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "the content length `99999999999999999999` is too large for any body",
            ),
            (
                b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
                "there are two content lengths, `5` and `6`",
            ),
            (
                b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
                "a transfer encoding in an HTTP/1.0 request",
            ),
            (
                b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
                "the last transfer encoding is `gzip`, not `chunked`",
            ),
            (
                b"GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n",
                "there are more than 3 header lines",
            ),
        ];
        for (head, wanted) in cases {
            assert_eq!(why(head, 3), wanted, "{}", head.escape_ascii());
        }
    }

    #[test]
    fn what_is_over_the_limit_is_named() {
        assert_eq!(too_long(b"GET / HTTP/1.1\r\nA: bbbb", 9).0, 431, "a header");
        assert_eq!(too_long(b"GET /aaaaaaaaaa", 9).0, 414, "the target");
        assert_eq!(too_long(b"GGGGGGGGGGGGG", 9).0, 400, "the method");
    }

    #[test]
    fn a_beginning_that_may_become_a_request_is_not_hopeless() {
        for bytes in [&b""[..], b"G", b"POST / HTTP/1.1\r\nA", b"\r\n\r\nPOST"] {
            assert!(!is_hopeless(bytes, 10), "{}", bytes.escape_ascii());
        }
        for bytes in [&b"\x16\x03"[..], b"EHLO a\r\n", b"GET / HTTP/1.1\r\nA b\r\n"] {
            assert!(is_hopeless(bytes, 10), "{}", bytes.escape_ascii());
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_have_a_reason(bytes: Vec<u8>) {
            let reason = why(&bytes, 5);
            proptest::prop_assert!(!reason.is_empty() && !reason.ends_with('.'), "a sentence without a full stop");
        }
    }
}
