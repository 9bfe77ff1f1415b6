//! Bytes as they lie in the file: zstd where that shrinks them, with a dictionary where there is one, else as they are.

use std::cell::RefCell;
use std::sync::Arc;

use bytes::Bytes;

use super::StoreError;
use super::dictionary::{Dictionary, Known};

/// The bytes as they are.
const PLAIN: i64 = 0;
/// One zstd frame. A larger number is one with a dictionary, whose number it is with this one added.
const ZSTD: i64 = 1;

/// The quickest: a sender waits for it.
const LEVEL: i32 = 1;

/// Dictionaries that a thread keeps ready: most of what is read was packed with the newest.
const READY: usize = 2;

/// Below this nothing is gained by compressing.
const WORTH_IT: usize = 128;

type Compressor = zstd::bulk::Compressor<'static>;
type Decompressor = zstd::bulk::Decompressor<'static>;

thread_local! {
    // A context is half a megabyte and costs more to make than an event to compress.
    static COMPRESSOR: RefCell<Option<Compressor>> = RefCell::new(Compressor::new(LEVEL).ok());
    static DECOMPRESSOR: RefCell<Option<Decompressor>> = RefCell::new(Decompressor::new().ok());
    static WITH_DICTIONARY: RefCell<Option<(Arc<Dictionary>, Compressor)>> = const { RefCell::new(None) };
    static FROM_DICTIONARY: RefCell<Vec<(Arc<Dictionary>, Decompressor)>> = const { RefCell::new(Vec::new()) };
}

/// The number of the dictionary that bytes of this coding were packed with.
pub(super) fn dictionary_of(coding: i64) -> Option<i64> {
    (coding > ZSTD).then(|| coding - ZSTD)
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

/// Codes `bytes` with a dictionary, unless they are shorter as they are.
pub(super) fn pack_with(bytes: Vec<u8>, dictionary: &Arc<Dictionary>) -> Packed {
    if bytes.len() < WORTH_IT {
        return pack(bytes);
    }
    let packed = WITH_DICTIONARY.with_borrow_mut(|ready| {
        if !matches!(ready, Some((present, _)) if Arc::ptr_eq(present, dictionary)) {
            let compressor = Compressor::with_dictionary(LEVEL, &dictionary.bytes).ok()?;
            *ready = Some((Arc::clone(dictionary), compressor));
        }
        ready.as_mut()?.1.compress(&bytes).ok()
    });
    match packed.filter(|data| data.len() < bytes.len()) {
        Some(data) => Packed {
            length: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            coding: ZSTD + dictionary.number,
            data,
        },
        None => pack(bytes),
    }
}

/// How long all of `samples` are once they are packed with these bytes of a dictionary, or without one.
pub(super) fn measure<'a>(
    samples: impl Iterator<Item = &'a Bytes>,
    dictionary: Option<&[u8]>,
) -> Option<usize> {
    let mut compressor = match dictionary {
        Some(bytes) => Compressor::with_dictionary(LEVEL, bytes),
        None => Compressor::new(LEVEL),
    }
    .ok()?;
    let mut all = 0;
    for sample in samples {
        all += compressor.compress(sample).ok()?.len();
    }
    Some(all)
}

/// The bytes that `data` stands for, packed with a dictionary or without.
pub(super) fn unpack_with(
    coding: i64,
    length: i64,
    data: Vec<u8>,
    known: &Known,
) -> Result<Bytes, StoreError> {
    let Some(number) = dictionary_of(coding) else {
        return unpack(coding, length, data);
    };
    let damaged = |detail: String| StoreError::Corrupt { detail };
    let dictionary = known
        .get(&number)
        .ok_or_else(|| damaged(format!("dictionary `{number}` of a stored body is not there")))?;
    let whole = usize::try_from(length).map_err(|_| damaged(format!("impossible length `{length}`")))?;
    let bytes = FROM_DICTIONARY.with_borrow_mut(|ready| {
        if let Some(place) = ready
            .iter()
            .position(|(present, _)| Arc::ptr_eq(present, dictionary))
        {
            ready.swap(0, place);
        } else {
            let decompressor = Decompressor::with_dictionary(&dictionary.bytes)?;
            ready.truncate(READY - 1);
            ready.insert(0, (Arc::clone(dictionary), decompressor));
        }
        match ready.first_mut() {
            Some((_, decompressor)) => decompressor.decompress(&data, whole),
            None => Ok(Vec::new()),
        }
    });
    let bytes = bytes.map_err(|error| damaged(format!("a stored body does not decompress: {error}")))?;
    if bytes.len() != whole {
        return Err(damaged(format!(
            "a stored body has {} bytes where {whole} were kept",
            bytes.len()
        )));
    }
    Ok(Bytes::from(bytes))
}

/// The bytes that `data` stands for, packed without a dictionary; `length` is what they are known to measure.
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
    fn what_is_packed_with_a_dictionary_comes_back_by_that_dictionary_only() {
        let event =
            |number: usize| format!("{{\"event\":\"invoice.paid\",\"number\":{number},\"live\":false}}");
        let samples: Vec<String> = (0..2_000).map(|number| event(number).repeat(3)).collect();
        let dictionary = |number, samples: &[String]| {
            let bytes = zstd::dict::from_samples(samples, 4_096).unwrap();
            Arc::new(Dictionary {
                number,
                bytes,
                made_at: 0,
            })
        };
        let (one, two) = (dictionary(1, &samples[..1_000]), dictionary(2, &samples[500..]));
        let known: Known = [(1, Arc::clone(&one)), (2, Arc::clone(&two))].into();
        for (place, bytes) in [
            event(7).repeat(3),
            event(8),
            "x".repeat(100_000),
            "short".to_owned(),
        ]
        .into_iter()
        .enumerate()
        {
            let bytes = bytes.into_bytes();
            let packed = [pack_with(bytes.clone(), &one), pack_with(bytes.clone(), &two)];
            for packed in packed.clone() {
                let back = unpack_with(packed.coding, packed.length, packed.data, &known).unwrap();
                assert_eq!(back, bytes, "coding loses nothing");
            }
            let [first, _] = packed;
            if place == 0 {
                let alone = pack(bytes);
                assert!(
                    first.data.len() * 2 < alone.data.len(),
                    "{} bytes instead of {}",
                    first.data.len(),
                    alone.data.len()
                );
                let absent = unpack_with(first.coding, first.length, first.data.clone(), &Known::new());
                assert!(
                    matches!(absent, Err(StoreError::Corrupt { .. })),
                    "a dictionary that is gone is damage"
                );
                let other = unpack_with(first.coding + 1, first.length, first.data, &known);
                assert!(
                    matches!(other, Err(StoreError::Corrupt { .. })),
                    "and never other bytes"
                );
            }
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
