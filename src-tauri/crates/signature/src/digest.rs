//! HMAC and plain digests over content that comes in pieces, so that a body is never copied to be signed.

use hmac::{EagerHash, Hmac, KeyInit, Mac};
use sha2::digest::Update;

use crate::scheme::Hash;

/// A digest of any of the functions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digest {
    bytes: [u8; 64],
    length: usize,
}

impl Digest {
    fn new(bytes: &[u8]) -> Self {
        let mut digest = Self {
            bytes: [0; 64],
            length: bytes.len().min(64),
        };
        digest.bytes[..digest.length].copy_from_slice(&bytes[..digest.length]);
        digest
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    pub(crate) fn hex(&self) -> String {
        hex::encode(self.as_bytes())
    }
}

/// The HMAC of the pieces, one after the other.
pub(crate) fn hmac<'a>(hash: Hash, key: &[u8], pieces: impl Iterator<Item = &'a [u8]>) -> Digest {
    fn run<'a, D: EagerHash>(key: &[u8], pieces: impl Iterator<Item = &'a [u8]>) -> Digest
    where
        Hmac<D>: KeyInit + Mac,
    {
        // HMAC takes a key of any length; the error cannot come.
        let Ok(mut mac) = <Hmac<D> as KeyInit>::new_from_slice(key) else {
            return Digest::new(&[]);
        };
        for piece in pieces {
            Mac::update(&mut mac, piece);
        }
        Digest::new(&mac.finalize().into_bytes())
    }
    match hash {
        Hash::Md5 => run::<md5::Md5>(key, pieces),
        Hash::Sha1 => run::<sha1::Sha1>(key, pieces),
        Hash::Sha256 => run::<sha2::Sha256>(key, pieces),
        Hash::Sha384 => run::<sha2::Sha384>(key, pieces),
        Hash::Sha512 => run::<sha2::Sha512>(key, pieces),
    }
}

/// The plain digest of the pieces, one after the other.
pub(crate) fn plain<'a>(hash: Hash, pieces: impl Iterator<Item = &'a [u8]>) -> Digest {
    fn run<'a, D: sha2::Digest + Update>(pieces: impl Iterator<Item = &'a [u8]>) -> Digest {
        let mut running = D::new();
        for piece in pieces {
            Update::update(&mut running, piece);
        }
        Digest::new(&running.finalize())
    }
    match hash {
        Hash::Md5 => run::<md5::Md5>(pieces),
        Hash::Sha1 => run::<sha1::Sha1>(pieces),
        Hash::Sha256 => run::<sha2::Sha256>(pieces),
        Hash::Sha384 => run::<sha2::Sha384>(pieces),
        Hash::Sha512 => run::<sha2::Sha512>(pieces),
    }
}

/// The digest of one text.
pub(crate) fn of(hash: Hash, text: &[u8]) -> Digest {
    plain(hash, std::iter::once(text))
}

/// CRC-32 (IEEE, reflected), as PayPal signs it.
pub(crate) fn crc32(text: &[u8]) -> u32 {
    !text.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_one_text() {
        let whole = hmac(Hash::Sha256, b"k", [b"ab".as_slice()].into_iter());
        let pieces = hmac(Hash::Sha256, b"k", [b"a".as_slice(), b"", b"b"].into_iter());
        assert_eq!(
            whole.as_bytes(),
            pieces.as_bytes(),
            "cutting does not change the sum"
        );
    }

    #[test]
    fn known_answers() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926, "the check value of CRC-32");
        assert_eq!(
            of(Hash::Md5, b"").hex(),
            "d41d8cd98f00b204e9800998ecf8427e",
            "MD5 of nothing"
        );
        assert_eq!(
            hmac(
                Hash::Sha1,
                b"key",
                [b"The quick brown fox jumps over the lazy dog".as_slice()].into_iter()
            )
            .hex(),
            "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9",
            "HMAC-SHA1 of the fox"
        );
    }
}
