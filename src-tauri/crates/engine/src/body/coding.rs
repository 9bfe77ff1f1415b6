//! Undoing a body's content coding, to look at what is in it.
//!
//! A signature is over the bytes as they came, so nothing here ever replaces them. What comes out is bounded whatever
//! went in: a few kilobytes can unpack to gigabytes. Bytes that are not what the head says give what could be read and
//! the reason why there is no more.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// The most bytes that are unpacked to be looked at.
pub const LONGEST: usize = 10 * 1024 * 1024;

/// More codings than these on one body are nobody's intention.
const NESTED_AT_MOST: usize = 3;

/// The largest window a Zstandard body may ask for, as a power of two: 8 MiB, as HTTP allows.
const ZSTD_WINDOW: u32 = 23;

/// A way to write a body shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// `gzip`
    Gzip,
    /// `deflate`: with the frame of zlib, as the standard says, or without, as some send it.
    Deflate,
    /// `br`
    Brotli,
    /// `zstd`
    Zstd,
}

impl Coding {
    /// Its name in `Content-Encoding`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    fn reader<'r>(self, coded: Box<dyn Read + 'r>, first: &[u8]) -> std::io::Result<Box<dyn Read + 'r>> {
        Ok(match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(coded)),
            Self::Deflate if has_zlib_frame(first) => Box::new(ZlibDecoder::new(coded)),
            Self::Deflate => Box::new(DeflateDecoder::new(coded)),
            Self::Brotli => Box::new(brotli_decompressor::Decompressor::new(coded, 4096)),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::new(coded)?;
                decoder.window_log_max(ZSTD_WINDOW)?;
                Box::new(decoder)
            }
        })
    }
}

/// Whether a deflate stream begins as zlib's do.
fn has_zlib_frame(first: &[u8]) -> bool {
    matches!(first, [method, flags, ..]
        if method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)).is_multiple_of(31))
}

/// The codings of a body in the order in which they were put on, none among them that is not known.
///
/// They are what `Content-Encoding` says; where it says nothing, a body of text that begins as gzip or Zstandard do is
/// taken for what it is.
#[must_use]
pub fn codings(content_encoding: Option<&str>, content_type: Option<&str>, body: &[u8]) -> Vec<Coding> {
    let Some(named) = content_encoding else {
        return sniffed(content_type, body).into_iter().collect();
    };
    let names = named.split(',').map(str::trim);
    let known: Option<Vec<Coding>> = names
        .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity"))
        .map(Coding::from_name)
        .collect();
    known
        .filter(|known| known.len() <= NESTED_AT_MOST)
        .unwrap_or_default()
}

fn sniffed(content_type: Option<&str>, body: &[u8]) -> Option<Coding> {
    let content_type = content_type?.to_ascii_lowercase();
    let is_text = ["json", "xml", "text/", "x-www-form-urlencoded"]
        .iter()
        .any(|word| content_type.contains(word));
    let coding = by_first_bytes(body).filter(|_| is_text)?;
    matches!(coding, Coding::Gzip | Coding::Zstd).then_some(coding)
}

/// The coding that a body begins as, whatever its head says. What follows need not be of it.
#[must_use]
pub fn by_first_bytes(body: &[u8]) -> Option<Coding> {
    match body {
        [0x1f, 0x8b, 8, ..] => Some(Coding::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Coding::Zstd),
        [0x78, ..] if has_zlib_frame(body) => Some(Coding::Deflate),
        _ => None,
    }
}

/// A body with its codings undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// What came out, or its beginning.
    pub bytes: Vec<u8>,
    /// There is more than `bytes`: the bound was reached.
    pub cut: bool,
    /// Why nothing more could be read.
    pub problem: Option<String>,
}

/// Undoes `codings`, giving at most `longest` bytes. `None` where there is nothing to undo.
#[must_use]
pub fn unpack(codings: &[Coding], body: &[u8], longest: usize) -> Option<Unpacked> {
    let last = codings.last()?;
    let mut unpacked = Unpacked {
        bytes: Vec::new(),
        cut: false,
        problem: None,
    };
    if let Err(error) = read(codings, body, longest, &mut unpacked.bytes) {
        unpacked.problem = Some(if unpacked.bytes.is_empty() {
            format!("the body is not {}: {error}", last.name())
        } else {
            format!("the body ends before its time or is damaged: {error}")
        });
    }
    if unpacked.bytes.len() > longest {
        unpacked.bytes.truncate(longest);
        unpacked.cut = true;
    }
    Some(unpacked)
}

fn read(codings: &[Coding], body: &[u8], longest: usize, into: &mut Vec<u8>) -> std::io::Result<()> {
    let mut reader: Box<dyn Read + '_> = Box::new(body);
    let mut first = body.get(..2).unwrap_or_default().to_vec();
    for (at, coding) in codings.iter().rev().enumerate() {
        if at > 0 {
            // What is between two codings is bounded too: the inner one may make nothing of very much.
            let mut bounded = reader.take(longest as u64 + 1);
            first.clear();
            bounded.by_ref().take(2).read_to_end(&mut first)?;
            reader = Box::new(std::io::Cursor::new(first.clone()).chain(bounded));
        }
        reader = coding.reader(reader, &first)?;
    }
    // One byte more tells whether there was more.
    reader.take(longest as u64 + 1).read_to_end(into).map(|_| ())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write as _;

    use super::*;

    pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// `{"a":1}` as `brotli` writes it.
    const BROTLI: &[u8] = &[0x0f, 0x03, 0x80, 0x7b, 0x22, 0x61, 0x22, 0x3a, 0x31, 0x7d, 0x03];

    fn opened(encoding: &str, body: &[u8]) -> Unpacked {
        unpack(&codings(Some(encoding), None, body), body, LONGEST).unwrap()
    }

    #[test]
    fn each_coding_is_undone() {
        let text = br#"{"a":1}"#;
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(text).unwrap();
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        raw.write_all(text).unwrap();
        for (encoding, body) in [
            ("gzip", gzip(text)),
            ("X-GZip", gzip(text)),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", raw.finish().unwrap()),
            ("br", BROTLI.to_vec()),
            ("zstd", zstd::encode_all(&text[..], 1).unwrap()),
            ("gzip, identity", gzip(text)),
            ("zstd, gzip", gzip(&zstd::encode_all(&text[..], 1).unwrap())),
        ] {
            let unpacked = opened(encoding, &body);
            assert_eq!(
                (unpacked.bytes.as_slice(), unpacked.cut, unpacked.problem),
                (&text[..], false, None),
                "`{encoding}`"
            );
        }
    }

    #[test]
    fn a_bomb_gives_its_beginning_and_says_that_there_is_more() {
        let zeros = vec![0; 40 * 1024 * 1024];
        let twice = gzip(&gzip(&zeros));
        for (encoding, bomb) in [
            ("gzip", gzip(&zeros)),
            ("zstd", zstd::encode_all(&zeros[..], 1).unwrap()),
            ("gzip, gzip", twice),
        ] {
            let unpacked = opened(encoding, &bomb);
            assert_eq!(
                (unpacked.bytes.len(), unpacked.cut, unpacked.problem),
                (LONGEST, true, None),
                "`{encoding}` of {} bytes is bounded",
                bomb.len()
            );
        }
    }

    #[test]
    fn what_is_not_coded_as_said_gives_the_reason() {
        let unpacked = opened("gzip", b"{\"a\":1}");
        assert!(
            unpacked.bytes.is_empty() && unpacked.problem.is_some(),
            "nothing is made up"
        );
        let whole = gzip(&b"abcdefgh".repeat(5_000));
        let unpacked = opened("gzip", &whole[..whole.len() - 4]);
        assert!(
            unpacked.bytes.starts_with(b"abcdefgh") && unpacked.problem.is_some(),
            "what could be read is given, with the reason for its end"
        );
    }

    #[test]
    fn only_known_codings_are_undone() {
        for encoding in [
            "compress",
            "gzip, aes128gcm",
            "gzip,gzip,gzip,gzip",
            "",
            "identity",
        ] {
            assert!(codings(Some(encoding), None, b"x").is_empty(), "`{encoding}`");
        }
    }

    #[test]
    fn a_body_of_text_that_is_plainly_coded_is_noticed() {
        let coded = gzip(b"{}");
        assert_eq!(
            codings(None, Some("application/json"), &coded),
            [Coding::Gzip],
            "the header was lost on the way"
        );
        assert!(
            codings(None, Some("application/gzip"), &coded).is_empty(),
            "this is a file, and meant to be one"
        );
        assert!(codings(None, Some("application/json"), b"{}").is_empty(), "plain");
    }
}
