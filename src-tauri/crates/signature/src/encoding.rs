//! Digests as text and back.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::digest::Digest;
use crate::scheme::Encoding;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const ANY_STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
/// Base64 with padding.
pub(crate) const STANDARD: GeneralPurpose = base64::engine::general_purpose::STANDARD;
/// URL-safe base64 without padding.
pub(crate) const URL_SAFE: GeneralPurpose = base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The longest text of a digest: SHA-512 in hex.
const LONGEST: usize = 128;

/// A digest as text, without an allocation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Text {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    pub(crate) fn to_text(self) -> String {
        String::from_utf8_lossy(self.as_bytes()).into_owned()
    }
}

/// Writes a digest.
pub(crate) fn encode(digest: &Digest, encoding: Encoding) -> Text {
    let mut text = Text {
        bytes: [0; LONGEST],
        length: 0,
    };
    let bytes = digest.as_bytes();
    // The buffer holds the longest digest in the longest form, so none of these can run short.
    match encoding {
        Encoding::Hex | Encoding::HexAny | Encoding::HexUpper => {
            text.length = bytes.len() * 2;
            if hex::encode_to_slice(bytes, &mut text.bytes[..text.length]).is_err() {
                text.length = 0;
            }
            if encoding == Encoding::HexUpper {
                text.bytes.make_ascii_uppercase();
            }
        }
        Encoding::Base64 => text.length = STANDARD.encode_slice(bytes, &mut text.bytes).unwrap_or(0),
        Encoding::Base64url => text.length = URL_SAFE.encode_slice(bytes, &mut text.bytes).unwrap_or(0),
        Encoding::Plain => {
            text.length = bytes.len();
            text.bytes[..bytes.len()].copy_from_slice(bytes);
        }
    }
    text
}

/// Writes any bytes.
pub(crate) fn encode_bytes(bytes: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Hex | Encoding::HexAny => hex::encode(bytes),
        Encoding::HexUpper => hex::encode_upper(bytes),
        Encoding::Base64 => STANDARD.encode(bytes),
        Encoding::Base64url => URL_SAFE.encode(bytes),
        Encoding::Plain => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Reads base64 in either alphabet, with or without padding and blanks.
pub(crate) fn base64_any(text: &[u8]) -> Option<Vec<u8>> {
    let standard: Vec<u8> = text
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    ANY_STANDARD.decode(standard).ok()
}

/// Reads hex in any case.
pub(crate) fn hex_any(text: &[u8]) -> Option<Vec<u8>> {
    hex::decode(text).ok()
}

/// Reads a signature that is decoded before it is checked (public-key algorithms).
pub(crate) fn decode(text: &[u8], encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Hex | Encoding::HexAny | Encoding::HexUpper => hex_any(text),
        Encoding::Base64 | Encoding::Base64url => base64_any(text),
        Encoding::Plain => Some(text.to_vec()),
    }
}

/// Whether these bytes can be the text of an encoded signature at all.
pub(crate) fn is_token(text: &[u8]) -> bool {
    text.iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-.~".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_in_every_spelling() {
        for text in ["+/8=", "-_8", "-_8=", " +/\n8="] {
            assert_eq!(
                base64_any(text.as_bytes()).unwrap(),
                [0xfb, 0xff],
                "`{text}` is the same bytes"
            );
        }
        assert_eq!(base64_any(b"a"), None, "six bits are no byte");
        assert_eq!(base64_any(b"a$=="), None, "a dollar is no digit");
    }
}
