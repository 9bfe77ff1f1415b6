//! Where a chunked body ends.
//!
//! hyper decodes the body; this only follows along, so that the tape does not hand it bytes of the next request.
//! It takes the same steps as hyper's decoder and stops at the same byte. On a fault it lets everything pass,
//! since hyper then gives up too.

use crate::model::ChunkSizes;

/// hyper keeps trailers up to 16 KiB; more than that is a fault there, and need not be kept here.
const TRAILERS: usize = 16 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Start,
    Size,
    SizeSpace,
    Extension,
    SizeLineFeed,
    Data,
    DataReturn,
    DataLineFeed,
    Trailer,
    TrailerLineFeed,
    EndReturn,
    EndLineFeed,
    End,
    Fault,
}

/// Follows a chunked body byte by byte.
#[derive(Debug)]
pub(super) struct Chunks {
    step: Step,
    left: u64,
    sizes: ChunkSizes,
    trailers: Vec<u8>,
    fault: Option<&'static str>,
}

impl Chunks {
    pub(super) fn new() -> Self {
        Self {
            step: Step::Start,
            left: 0,
            sizes: ChunkSizes::default(),
            trailers: Vec::new(),
            fault: None,
        }
    }

    /// Whether the last chunk and its trailers are over.
    pub(super) fn is_over(&self) -> bool {
        self.step == Step::End
    }

    /// What is wrong with the framing, in words.
    pub(super) const fn fault(&self) -> Option<&'static str> {
        self.fault
    }

    /// The chunks that have begun.
    pub(super) const fn sizes(&self) -> &ChunkSizes {
        &self.sizes
    }

    /// The lines of the trailer section as they came.
    pub(super) fn take_trailers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.trailers)
    }

    /// Follows `bytes` and says how many of them belong to the body.
    pub(super) fn follow(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            match self.step {
                Step::End => break,
                Step::Fault => return bytes.len(),
                Step::Data => {
                    let here = usize::try_from(self.left)
                        .unwrap_or(usize::MAX)
                        .min(bytes.len() - at);
                    self.left -= here as u64;
                    at += here;
                    if self.left == 0 {
                        self.step = Step::DataReturn;
                    }
                    continue;
                }
                _ => self.step = self.next(byte),
            }
            at += 1;
        }
        at
    }

    fn next(&mut self, byte: u8) -> Step {
        match (self.step, byte) {
            (Step::Start | Step::Size, _) if byte.is_ascii_hexdigit() => self.digit(byte),
            (Step::Start, _) => self.give_up("a chunk does not begin with its size in hexadecimal digits"),
            (Step::Size | Step::SizeSpace, b' ' | b'\t') => Step::SizeSpace,
            (Step::Size | Step::SizeSpace, b';') => Step::Extension,
            (Step::Size | Step::SizeSpace | Step::Extension, b'\r') => Step::SizeLineFeed,
            (Step::Size | Step::SizeSpace, _) => {
                self.give_up("a chunk size is followed by something that is no extension")
            }
            (Step::Extension, b'\n') => self.give_up("a chunk extension has a line feed of its own"),
            (Step::Extension, _) => Step::Extension,
            (Step::SizeLineFeed, b'\n') if self.left == 0 => Step::EndReturn,
            (Step::SizeLineFeed, b'\n') => {
                self.sizes.add(self.left);
                Step::Data
            }
            (Step::DataReturn, b'\r') => Step::DataLineFeed,
            (Step::DataLineFeed, b'\n') => Step::Start,
            (Step::DataReturn | Step::DataLineFeed, _) => {
                self.give_up("a chunk is longer than its size says")
            }
            (Step::Trailer, b'\r') => self.keep(byte, Step::TrailerLineFeed),
            (Step::Trailer, _) => self.keep(byte, Step::Trailer),
            (Step::TrailerLineFeed, b'\n') => self.keep(byte, Step::EndReturn),
            (Step::EndReturn, b'\r') => Step::EndLineFeed,
            (Step::EndReturn, _) => self.keep(byte, Step::Trailer),
            (Step::EndLineFeed, b'\n') => Step::End,
            (Step::SizeLineFeed | Step::TrailerLineFeed | Step::EndLineFeed, _) => {
                self.give_up("a line of the chunked framing does not end in CR LF")
            }
            (Step::Data | Step::End | Step::Fault, _) => self.step,
        }
    }

    fn digit(&mut self, byte: u8) -> Step {
        let value = (byte as char).to_digit(16).map_or(0, u64::from);
        match self.left.checked_mul(16).and_then(|left| left.checked_add(value)) {
            Some(left) => {
                self.left = left;
                Step::Size
            }
            None => self.give_up("a chunk size is too large for any body"),
        }
    }

    fn keep(&mut self, byte: u8, then: Step) -> Step {
        if self.trailers.len() >= TRAILERS {
            return self.give_up("the trailers are longer than 16384 bytes");
        }
        self.trailers.push(byte);
        then
    }

    fn give_up(&mut self, fault: &'static str) -> Step {
        self.fault = Some(fault);
        Step::Fault
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunked_body_ends_where_its_last_chunk_does() {
        let cases: [(&[u8], usize); 5] = [
            (b"0\r\n\r\nGET /", 5),
            (b"3\r\nabc\r\n0\r\n\r\nGET /", 13),
            (b"a;x=\"y\"\r\n0123456789\r\n000\r\n\r\nGET /", 28),
            (b"1 \t\r\n\n\r\n0\r\nA: b\r\nC: d\r\n\r\nGET /", 25),
            (b"3\r\nabc\r\n", 8),
        ];
        for (bytes, wanted) in cases {
            assert_eq!(Chunks::new().follow(bytes), wanted, "{}", bytes.escape_ascii());
            let mut chunks = Chunks::new();
            let piecewise: usize = bytes.iter().map(|byte| chunks.follow(&[*byte])).sum();
            assert_eq!(
                piecewise,
                wanted,
                "byte by byte it is the same: {}",
                bytes.escape_ascii()
            );
        }
    }

    #[test]
    fn trailers_are_kept_as_they_came() {
        let mut chunks = Chunks::new();
        chunks.follow(b"0\r\nX-B: 1\r\nx-a:2\r\n\r\n");
        assert!(chunks.is_over(), "the blank line ends them");
        assert_eq!(
            chunks.take_trailers(),
            b"X-B: 1\r\nx-a:2\r\n",
            "case and order are the sender's"
        );
    }

    #[test]
    fn bad_framing_is_named_and_lets_everything_pass() {
        for bytes in [
            &b"x\r\n"[..],
            b"3z\r\n",
            b"1\r\nab\r\n",
            b"11111111111111111\r\n",
            b"1;a\nb",
            b"0\r\n\rX",
            b"1\n",
        ] {
            let mut chunks = Chunks::new();
            chunks.follow(bytes);
            assert!(chunks.fault().is_some(), "{}", bytes.escape_ascii());
            assert_eq!(chunks.follow(b"0\r\n\r\nmore"), 9, "hyper decides from here on");
        }
    }
}
