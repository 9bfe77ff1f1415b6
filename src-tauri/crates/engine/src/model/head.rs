//! The head of a request as the bytes on the wire, and what a person reads in them.
//!
//! The bytes are the truth; the request line and the header list are views cut out of them, so that order, case,
//! repeats and odd spacing survive. Nothing here decides where a head ends: the capture path does.

use bytes::Bytes;

/// The bytes of a head up to and including the blank line that ends it (or as far as they came).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawHead(Bytes);

/// The three words of a request line, each exactly as sent and empty where it is not there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestLine {
    /// The method, in the case in which it came.
    pub method: Bytes,
    /// The request target as sent, fragment and all.
    pub target: Bytes,
    /// What stands where the version should, e.g. `HTTP/1.1`.
    pub version: Bytes,
}

/// One header line: a name as sent and its value without the white space around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The name in the case in which it came; empty for a line without a colon.
    pub name: Bytes,
    /// The value without surrounding spaces and tabs; a folded value keeps its line breaks inside.
    pub value: Bytes,
}

impl Header {
    /// Whether this header's name is `name`, upper and lower case being the same (RFC 9110 section 5.1).
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

impl RawHead {
    /// Takes the bytes as they came.
    #[must_use]
    pub const fn new(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// The bytes as they came.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// The words of the first line that is not empty. The target is all between the first and the last space, so
    /// that a target with a space in it is shown whole.
    #[must_use]
    pub fn request_line(&self) -> RequestLine {
        let Some(line) = self.lines().next() else {
            return RequestLine::default();
        };
        let Some(first) = line.iter().position(|byte| *byte == b' ') else {
            return RequestLine {
                method: line,
                ..RequestLine::default()
            };
        };
        let last = line.iter().rposition(|byte| *byte == b' ').unwrap_or(first);
        if last == first {
            return RequestLine {
                method: line.slice(..first),
                target: line.slice(first + 1..),
                version: Bytes::new(),
            };
        }
        RequestLine {
            method: line.slice(..first),
            target: line.slice(first + 1..last),
            version: line.slice(last + 1..),
        }
    }

    /// The header lines in the order in which they came.
    #[must_use]
    pub fn headers(&self) -> Vec<Header> {
        let mut headers: Vec<Header> = Vec::new();
        let mut starts: Vec<(usize, usize)> = Vec::new();
        for (start, end) in self.line_ranges().skip(1) {
            let folded = matches!(self.0.get(start), Some(b' ' | b'\t'));
            match starts.last_mut() {
                // A line that begins with white space goes on with the one before (obs-fold, RFC 9112 section 5.2).
                Some(previous) if folded => previous.1 = end,
                _ => starts.push((start, end)),
            }
        }
        for (start, end) in starts {
            let line = self.0.slice(start..end);
            headers.push(match line.iter().position(|byte| *byte == b':') {
                Some(colon) => Header {
                    name: line.slice(..colon),
                    value: trim(&line.slice(colon + 1..)),
                },
                None => Header {
                    name: Bytes::new(),
                    value: line,
                },
            });
        }
        headers
    }

    /// The value of the first header called `name`, upper and lower case being the same.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<Bytes> {
        self.headers()
            .into_iter()
            .find(|header| header.is(name))
            .map(|header| header.value)
    }

    fn lines(&self) -> impl Iterator<Item = Bytes> + '_ {
        self.line_ranges().map(|(start, end)| self.0.slice(start..end))
    }

    /// Start and end of each line that is not empty, without its line break.
    fn line_ranges(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let mut next = 0;
        std::iter::from_fn(move || {
            let start = next;
            let rest = self.0.get(start..).filter(|rest| !rest.is_empty())?;
            let break_at = rest.iter().position(|byte| *byte == b'\n');
            next = start + break_at.map_or(rest.len(), |at| at + 1);
            let mut end = start + break_at.unwrap_or(rest.len());
            if break_at.is_some() && end > start && self.0.get(end - 1) == Some(&b'\r') {
                end -= 1;
            }
            Some((start, end))
        })
        .filter(|(start, end)| start != end)
    }
}

fn trim(value: &Bytes) -> Bytes {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let start = value.iter().position(|byte| !blank(byte)).unwrap_or(value.len());
    let end = value
        .iter()
        .rposition(|byte| !blank(byte))
        .map_or(start, |at| at + 1);
    value.slice(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &'static str) -> RawHead {
        RawHead::new(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn order_case_and_repeats_are_kept() {
        let headers = head("POST /a?b#c HTTP/1.1\r\nX-B: 1\r\nx-a:2  \r\nX-B:\t3\r\n\r\n").headers();
        let shown: Vec<_> = headers
            .iter()
            .map(|header| (&header.name[..], &header.value[..]))
            .collect();
        let wanted: Vec<(&[u8], &[u8])> = vec![(b"X-B", b"1"), (b"x-a", b"2"), (b"X-B", b"3")];
        assert_eq!(shown, wanted, "a header list is what came, not a map");
    }

    #[test]
    fn the_target_is_kept_with_its_fragment_and_spaces() {
        let line = head("GET /a b#c HTTP/1.1\r\n\r\n").request_line();
        assert_eq!(
            &line.target[..],
            b"/a b#c",
            "what hyper would drop or refuse is shown"
        );
    }

    #[test]
    fn line_feeds_alone_and_leading_blank_lines_are_understood() {
        let head = head("\r\n\nPOST / HTTP/1.0\nA: b\n\n");
        assert_eq!(
            &head.request_line().method[..],
            b"POST",
            "blank lines before the request line are skipped"
        );
        assert_eq!(
            head.header("a").as_deref(),
            Some(&b"b"[..]),
            "a bare line feed ends a line"
        );
    }

    #[test]
    fn a_folded_line_belongs_to_the_header_before() {
        let headers = head("POST / HTTP/1.1\r\nA: b\r\n c\r\nD: e\r\n\r\n").headers();
        assert_eq!(
            &headers[0].value[..],
            b"b\r\n c",
            "the fold is part of the value, as sent"
        );
        assert_eq!(headers.len(), 2, "and is no header of its own");
    }

    #[test]
    fn garbage_gives_words_and_never_a_panic() {
        for text in [
            "",
            "\n",
            "\r",
            "x",
            "x y",
            ":",
            "\u{16}\u{3}\u{1}",
            "a b c\n:\n:\n",
        ] {
            let head = head(text);
            let _ = (head.request_line(), head.headers());
        }
        assert_eq!(
            &head("garbage").request_line().method[..],
            b"garbage",
            "what came is shown"
        );
    }
}
