//! The bytes that were read from the socket and not yet handed on, and where the head in them ends.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

/// What one read takes; most requests fit.
const READ: usize = 8 * 1024;

#[derive(Debug, Default)]
pub(super) struct Buffer {
    storage: Vec<u8>,
    start: usize,
    end: usize,
}

impl Buffer {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.storage[self.start..self.end]
    }

    pub(super) const fn len(&self) -> usize {
        self.end - self.start
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Drops the first `count` bytes.
    pub(super) fn consume(&mut self, count: usize) {
        self.start += count.min(self.len());
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
            // A long head must not cost its memory for as long as the connection then idles.
            if self.storage.len() > 2 * READ {
                self.storage = Vec::new();
            }
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.make_room(bytes.len());
        self.storage[self.end..self.end + bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }

    /// Reads once from `stream`; 0 is its end.
    pub(super) fn poll_fill<S: AsyncRead + Unpin>(
        &mut self,
        context: &mut Context<'_>,
        stream: &mut S,
    ) -> Poll<io::Result<usize>> {
        if self.storage.len() == self.end {
            self.make_room(READ);
        }
        let mut space = ReadBuf::new(&mut self.storage[self.end..]);
        ready!(Pin::new(stream).poll_read(context, &mut space))?;
        let count = space.filled().len();
        self.end += count;
        Poll::Ready(Ok(count))
    }

    fn make_room(&mut self, count: usize) {
        if self.storage.len() - self.end >= count {
            return;
        }
        self.storage.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let wanted = self.end + count;
        if self.storage.len() < wanted {
            self.storage.resize(
                wanted
                    .next_multiple_of(READ)
                    .max(self.storage.len().min(64 * 1024) * 2),
                0,
            );
        }
    }
}

/// Looks for the blank line that ends a head, remembering how far it has looked.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct HeadEnd {
    /// Where the search goes on.
    searched: usize,
    /// Where the present line begins.
    line: usize,
    /// Lines that were not empty.
    lines: usize,
}

impl HeadEnd {
    /// The length of the head at the beginning of `bytes`, its blank line included, once that is there.
    ///
    /// A line ends in a line feed, with or without a carriage return before it, and blank lines before the
    /// request line do not count: the rule that hyper's parser keeps.
    pub(super) fn find(&mut self, bytes: &[u8]) -> Option<usize> {
        while let Some(at) = memchr::memchr(b'\n', bytes.get(self.searched..)?) {
            let feed = self.searched + at;
            let line = &bytes[self.line..feed];
            self.searched = feed + 1;
            self.line = feed + 1;
            if matches!(line, b"" | b"\r") {
                if self.lines > 0 {
                    return Some(feed + 1);
                }
            } else {
                self.lines += 1;
            }
        }
        self.searched = bytes.len();
        None
    }

    /// How many lines have come whole, blank ones before the request line not counted.
    pub(super) const fn lines(&self) -> usize {
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_ends_at_its_blank_line_and_no_byte_later() {
        let cases: [(&[u8], Option<usize>); 7] = [
            (b"GET / HTTP/1.1\r\nA: b\r\n\r\nbody", Some(24)),
            (b"GET / HTTP/1.1\nA: b\n\nbody", Some(21)),
            (b"GET / HTTP/1.1\r\nA: b\n\r\nbody", Some(23)),
            (b"\r\n\n\r\nGET / HTTP/1.1\r\n\r\n", Some(23)),
            (b"GET / HTTP/1.1\r\nA: b\r\n\r\r\n", None),
            (b"GET / HTTP/1.1\r\nA: b\r\n", None),
            (b"\r\n\r\n\r\n", None),
        ];
        for (bytes, wanted) in cases {
            assert_eq!(HeadEnd::default().find(bytes), wanted, "{}", bytes.escape_ascii());
            let mut piecewise = HeadEnd::default();
            let found = (0..=bytes.len()).find_map(|end| piecewise.find(&bytes[..end]));
            assert_eq!(
                found,
                wanted,
                "a search in pieces finds the same: {}",
                bytes.escape_ascii()
            );
        }
    }

    #[test]
    fn bytes_leave_a_buffer_in_the_order_in_which_they_came() {
        let mut buffer = Buffer::default();
        let mut wanted = Vec::new();
        let mut seen = Vec::new();
        for round in 0..200_u8 {
            let piece = vec![round; 700];
            buffer.push(&piece);
            wanted.extend_from_slice(&piece);
            let take = buffer.len().min(500);
            seen.extend_from_slice(&buffer.bytes()[..take]);
            buffer.consume(take);
        }
        seen.extend_from_slice(buffer.bytes());
        assert_eq!(seen, wanted, "moving bytes to the front loses none");
    }
}
