//! HMAC and plain digests over content that comes in pieces, so that a body is never copied to be signed.

use hmac::{EagerHash, Hmac, KeyInit, Mac};
use sha2::digest::{FixedOutput, Update};

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

/// A small change to a text: at a place, some bytes are left out and others put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) at: usize,
    pub(crate) left_out: usize,
    put: [u8; 2],
    put_length: usize,
}

impl Edit {
    pub(crate) fn new(at: usize, left_out: usize, put: &[u8]) -> Self {
        let mut bytes = [0; 2];
        let put_length = put.len().min(2);
        bytes[..put_length].copy_from_slice(&put[..put_length]);
        Self {
            at,
            left_out,
            put: bytes,
            put_length,
        }
    }

    /// The bytes that are put in.
    pub(crate) fn put(&self) -> &[u8] {
        &self.put[..self.put_length]
    }
}

/// The first edit with which the HMAC (with a key) or the plain digest (without one) is what is wanted.
///
/// What stands before the edit is computed once and gone on from, so that one try costs half of a whole computation.
/// Edits are asked for by place, from 0 to the length of the content; `None` ends the search.
pub(crate) fn first_edit(
    hash: Hash,
    key: Option<&[u8]>,
    content: &[u8],
    edits: &mut dyn FnMut(usize) -> Option<Vec<Edit>>,
    is_wanted: &dyn Fn(&[u8]) -> bool,
) -> Option<(Edit, Digest)> {
    fn run<M: Update + FixedOutput + Clone>(
        start: M,
        content: &[u8],
        edits: &mut dyn FnMut(usize) -> Option<Vec<Edit>>,
        is_wanted: &dyn Fn(&[u8]) -> bool,
    ) -> Option<(Edit, Digest)> {
        let mut before = start;
        for at in 0..=content.len() {
            for edit in edits(at)? {
                let mut one = before.clone();
                Update::update(&mut one, edit.put());
                Update::update(&mut one, content.get(at + edit.left_out..).unwrap_or_default());
                let digest = one.finalize_fixed();
                if is_wanted(&digest) {
                    return Some((edit, Digest::new(&digest)));
                }
            }
            Update::update(&mut before, content.get(at..=at).unwrap_or_default());
        }
        None
    }
    macro_rules! of {
        ($function:ty) => {
            match key {
                Some(key) => {
                    let mac = <Hmac<$function> as KeyInit>::new_from_slice(key).ok()?;
                    run(mac, content, edits, is_wanted)
                }
                None => run(
                    <$function as sha2::Digest>::new(),
                    content,
                    edits,
                    is_wanted,
                ),
            }
        };
    }
    match hash {
        Hash::Md5 => of!(md5::Md5),
        Hash::Sha1 => of!(sha1::Sha1),
        Hash::Sha256 => of!(sha2::Sha256),
        Hash::Sha384 => of!(sha2::Sha384),
        Hash::Sha512 => of!(sha2::Sha512),
    }
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
    fn an_edit_is_found_as_if_the_whole_had_been_computed() {
        let wanted = hmac(Hash::Sha256, b"k", std::iter::once(b"amount=1050".as_slice()));
        let mut edits = |at| {
            Some(vec![
                Edit::new(at, 0, b"0"),
                Edit::new(at, 1, b""),
                Edit::new(at, 1, b"1"),
            ])
        };
        let (edit, digest) = first_edit(Hash::Sha256, Some(b"k"), b"amount=9050", &mut edits, &|digest| {
            digest == wanted.as_bytes()
        })
        .unwrap();
        assert_eq!(edit, Edit::new(7, 1, b"1"), "the nine was a one");
        assert_eq!(digest.hex(), wanted.hex(), "and the digest comes with it");
        let nothing = first_edit(Hash::Sha256, None, b"amount=9050", &mut edits, &|digest| {
            digest == wanted.as_bytes()
        });
        assert_eq!(
            nothing.map(|(edit, _)| edit),
            None,
            "without the key it is another digest"
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
