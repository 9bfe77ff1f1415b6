//! Bytes as they lie in the file: zstd where that shrinks them, else as they are.

use std::cell::RefCell;

use bytes::Bytes;

use super::StoreError;

/// The bytes as they are.
const PLAIN: i64 = 0;
/// One zstd frame.
const ZSTD: i64 = 1;

/// Below this nothing is gained by compressing.
const WORTH_IT: usize = 128;

thread_local! {
    // A context is half a megabyte and costs more to make than an event to compress.
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = RefCell::new(zstd::bulk::Compressor::new(1).ok());
    static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> = RefCell::new(zstd::bulk::Decompressor::new().ok());
}

/// Bytes with how they are coded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packed {
    /// The length of the bytes themselves.
    pub length: i64,
    /// How `data` is coded.
    pub coding: i64,
    /// What lies in the file.
    pub data: Vec<u8>,
}

/// Codes `bytes`, in whatever way is shorter.
pub(super) fn pack(bytes: Vec<u8>) -> Packed {
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    if bytes.len() >= WORTH_IT {
        let packed = COMPRESSOR.with_borrow_mut(|compressor| compressor.as_mut()?.compress(&bytes).ok());
        if let Some(data) = packed.filter(|data| data.len() < bytes.len()) {
            return Packed {
                length,
                coding: ZSTD,
                data,
            };
        }
    }
    Packed {
        length,
        coding: PLAIN,
        data: bytes,
    }
}

/// The bytes that `data` stands for; `length` is what they are known to measure.
pub(super) fn unpack(coding: i64, length: i64, data: Vec<u8>) -> Result<Bytes, StoreError> {
    let damaged = |detail: String| StoreError::Corrupt { detail };
    let length = usize::try_from(length).map_err(|_| damaged(format!("impossible length `{length}`")))?;
    let bytes = match coding {
        PLAIN => data,
        ZSTD => DECOMPRESSOR
            .with_borrow_mut(|decompressor| decompressor.as_mut().map(|it| it.decompress(&data, length)))
            .ok_or_else(|| StoreError::Internal {
                detail: "no memory to decompress".to_owned(),
            })?
            .map_err(|error| damaged(format!("a stored body does not decompress: {error}")))?,
        other => return Err(damaged(format!("unknown coding `{other}`"))),
    };
    if bytes.len() != length {
        return Err(damaged(format!(
            "a stored body has {} bytes where {length} were kept",
            bytes.len()
        )));
    }
    Ok(Bytes::from(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        for bytes in [
            vec![],
            b"short".to_vec(),
            vec![b'a'; 100_000],
            (0..=255).cycle().take(3_000).collect(),
        ] {
            let packed = pack(bytes.clone());
            let back = unpack(packed.coding, packed.length, packed.data).unwrap();
            assert_eq!(back, bytes, "coding loses nothing");
        }
    }

    #[test]
    fn a_body_that_would_grow_is_kept_as_it_is() {
        let noise: Vec<u8> = (0u32..5_000)
            .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let packed = pack(noise.clone());
        assert!(
            packed.data.len() <= noise.len(),
            "packing never makes a body larger"
        );
    }

    #[test]
    fn damage_is_an_error_and_never_other_bytes() {
        let packed = pack(vec![b'a'; 1_000]);
        let cut = packed.data[..packed.data.len() - 2].to_vec();
        assert!(
            matches!(
                unpack(packed.coding, packed.length, cut),
                Err(StoreError::Corrupt { .. })
            ),
            "a cut frame"
        );
        assert!(
            matches!(unpack(9, 1, vec![0]), Err(StoreError::Corrupt { .. })),
            "a coding of a later version"
        );
        assert!(
            matches!(unpack(PLAIN, 5, vec![0]), Err(StoreError::Corrupt { .. })),
            "a wrong length"
        );
    }
}
