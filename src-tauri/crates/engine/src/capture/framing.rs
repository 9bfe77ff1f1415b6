//! What a head says about its own framing, read from the bytes as they came.
//!
//! This decides nothing: where a request ends is hyper's verdict. It only tells a reader what was declared.

use crate::model::{ChunkSizes, Framing, Mark};

/// What one pass over the lines of a head shows.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) declared_length: Option<u64>,
    pub(super) expects_continue: bool,
    pub(super) marks: Vec<Mark>,
}

#[derive(Default)]
struct Seen {
    lengths: u32,
    hosts: u32,
    transfer: bool,
    coded: bool,
    upgrade: bool,
    bare_line_feed: bool,
}

impl Facts {
    pub(super) fn of(head: &[u8]) -> Self {
        let mut facts = Self::default();
        let mut seen = Seen::default();
        let mut request_line: Option<&[u8]> = None;
        let mut rest = head;
        while let Some(feed) = memchr::memchr(b'\n', rest) {
            let line = match rest[..feed].split_last() {
                Some((b'\r', line)) => line,
                _ => {
                    seen.bare_line_feed = true;
                    &rest[..feed]
                }
            };
            rest = &rest[feed + 1..];
            if line.is_empty() {
                continue;
            }
            if request_line.is_none() {
                request_line = Some(line);
                continue;
            }
            facts.read_header(line, &mut seen);
        }
        let request_line = request_line.unwrap_or_default();
        facts.mark(head, request_line, &seen);
        facts
    }

    fn read_header(&mut self, line: &[u8], seen: &mut Seen) {
        // Most headers are none of these; their first letter settles it.
        if !matches!(line[0] | 0x20, b'c' | b'e' | b'h' | b't' | b'u') {
            return;
        }
        let Some(colon) = memchr::memchr(b':', line) else {
            return;
        };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            seen.lengths += 1;
            self.declared_length = self.declared_length.or_else(|| digits(value));
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            seen.transfer = true;
            seen.coded |= !value.eq_ignore_ascii_case(b"chunked");
        } else if name.eq_ignore_ascii_case(b"host") {
            seen.hosts += 1;
        } else if name.eq_ignore_ascii_case(b"expect") {
            self.expects_continue = value.eq_ignore_ascii_case(b"100-continue");
        } else if name.eq_ignore_ascii_case(b"upgrade") {
            seen.upgrade = true;
        }
    }

    fn mark(&mut self, head: &[u8], request_line: &[u8], seen: &Seen) {
        let http_11 = request_line.ends_with(b" HTTP/1.1");
        let target = request_line
            .split(|byte| *byte == b' ')
            .nth(1)
            .unwrap_or_default();
        let absolute = !target.starts_with(b"/") && target.windows(3).any(|three| three == b"://");
        let marks = [
            (seen.lengths > 0 && seen.transfer, Mark::AmbiguousFraming),
            (seen.lengths > 1, Mark::RepeatedContentLength),
            (seen.coded, Mark::TransferCoded),
            (http_11 && seen.hosts == 0, Mark::NoHost),
            (seen.hosts > 1, Mark::SeveralHosts),
            (seen.bare_line_feed, Mark::BareLineFeed),
            (http_11 && seen.upgrade, Mark::UpgradeAsked),
            (absolute, Mark::AbsoluteTarget),
            (std::str::from_utf8(head).is_err(), Mark::NotUtf8),
        ];
        self.marks.extend(
            marks
                .into_iter()
                .filter(|(holds, _)| *holds)
                .map(|(_, mark)| mark),
        );
        self.expects_continue &= http_11;
    }

    /// The framing of a request whose body hyper decodes as `chunked` or not.
    pub(super) fn into_framing(self, chunked: bool, position: u32) -> Framing {
        Framing {
            declared_length: self.declared_length,
            chunked,
            chunks: ChunkSizes::default(),
            expect_continue: self.expects_continue,
            position,
            trailers: Vec::new(),
            marks: self.marks,
        }
    }
}

fn digits(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_should_know_is_marked() {
        let cases: [(&[u8], &[Mark]); 10] = [
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n", &[]),
            (
                b"POST / HTTP/1.1\r\nHost: a\r\ncontent-length: 3\r\nTRANSFER-ENCODING: chunked\r\n\r\n",
                &[Mark::AmbiguousFraming],
            ),
            (
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n",
                &[Mark::RepeatedContentLength],
            ),
            (b"POST / HTTP/1.1\r\n\r\n", &[Mark::NoHost]),
            (b"POST / HTTP/1.0\r\n\r\n", &[]),
            (
                b"POST / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n",
                &[Mark::SeveralHosts],
            ),
            (b"POST / HTTP/1.1\nHost: a\r\n\r\n", &[Mark::BareLineFeed]),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
                &[Mark::UpgradeAsked],
            ),
            (
                b"GET http://b/c HTTP/1.1\r\nHost: a\r\nX: \xff\r\n\r\n",
                &[Mark::AbsoluteTarget, Mark::NotUtf8],
            ),
            (
                b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                &[Mark::TransferCoded],
            ),
        ];
        for (head, wanted) in cases {
            assert_eq!(Facts::of(head).marks, wanted, "{}", head.escape_ascii());
        }
    }

    #[test]
    fn a_path_with_a_url_in_its_query_is_no_absolute_target() {
        let facts = Facts::of(b"GET /?to=http://a HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(facts.marks, [], "it begins with a slash");
    }

    #[test]
    fn the_declared_length_is_what_the_first_header_says() {
        let head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nExpect: 100-Continue\r\n\r\n";
        let facts = Facts::of(head);
        assert_eq!(facts.declared_length, Some(12), "as declared");
        assert!(facts.expects_continue, "the word is the same in any case");
        assert_eq!(digits(b"+7"), None, "a sign is no digit");
    }
}
