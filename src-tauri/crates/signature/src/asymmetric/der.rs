//! As much of DER as it takes to find the public key in a certificate or a `SubjectPublicKeyInfo`.

use super::PublicKey;
use crate::encoding;
use crate::message::Micros;
use crate::read::time;
use crate::scheme::TimestampUnit;

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const OBJECT: u8 = 0x06;
const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xA0;

const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];

/// The first block of a PEM text.
pub(super) fn pem(text: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (_, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    // A PEM that went through an environment variable often has its line ends as two characters.
    encoding::base64_any(body.replace("\\n", "\n").replace("\\r", "").as_bytes())
}

/// One element: its tag, its content, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let count = usize::from(first & 0x7F);
        if count == 0 || count > 4 || rest.len() < count {
            return None;
        }
        let (digits, rest) = rest.split_at(count);
        (
            digits
                .iter()
                .fold(0_usize, |length, digit| length << 8 | usize::from(*digit)),
            rest,
        )
    };
    if rest.len() < length {
        return None;
    }
    let (content, after) = rest.split_at(length);
    Some((*tag, content, after))
}

fn expect(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    element(bytes)
        .filter(|(found, ..)| *found == tag)
        .map(|(_, content, after)| (content, after))
}

/// The key of a certificate, a `SubjectPublicKeyInfo` or an `RSAPublicKey`.
pub(super) fn public_key(bytes: &[u8]) -> Option<PublicKey> {
    let (outer, _) = expect(bytes, SEQUENCE)?;
    if let Some(key) = key_info(outer) {
        return Some(key);
    }
    if expect(outer, INTEGER).is_some() {
        return Some(PublicKey::Rsa(bytes.to_vec()));
    }
    let (_, after_validity) = validity(outer)?;
    let (_subject, rest) = expect(after_validity, SEQUENCE)?;
    let (info, _) = expect(rest, SEQUENCE)?;
    key_info(info)
}

/// The certificate's validity, and what follows it.
fn validity(certificate: &[u8]) -> Option<(&[u8], &[u8])> {
    let (body, _) = expect(certificate, SEQUENCE)?;
    let body = expect(body, VERSION).map_or(body, |(_, rest)| rest);
    let (_serial, rest) = expect(body, INTEGER)?;
    let (_algorithm, rest) = expect(rest, SEQUENCE)?;
    let (_issuer, rest) = expect(rest, SEQUENCE)?;
    expect(rest, SEQUENCE)
}

fn key_info(info: &[u8]) -> Option<PublicKey> {
    let (algorithm, rest) = expect(info, SEQUENCE)?;
    let (object, _) = expect(algorithm, OBJECT)?;
    let (bits, _) = expect(rest, BIT_STRING)?;
    let key = bits.strip_prefix(&[0])?.to_vec();
    match object {
        RSA => Some(PublicKey::Rsa(key)),
        EC if key.len() == 65 => Some(PublicKey::P256(key)),
        EC if key.len() == 97 => Some(PublicKey::P384(key)),
        ED25519 if key.len() == 32 => Some(PublicKey::Ed25519(key)),
        _ => None,
    }
}

pub(super) fn certificate_dates(bytes: &[u8]) -> Option<(Micros, Micros)> {
    let (outer, _) = expect(bytes, SEQUENCE)?;
    let (dates, _) = validity(outer)?;
    let (tag, from, rest) = element(dates)?;
    let from = date(tag, from)?;
    let (tag, to, _) = element(rest)?;
    Some((from, date(tag, to)?))
}

fn date(tag: u8, text: &[u8]) -> Option<Micros> {
    let text = std::str::from_utf8(text).ok()?;
    let text = match tag {
        UTC_TIME => {
            let year: u8 = text.get(..2)?.parse().ok()?;
            format!("{}{text}", if year < 50 { "20" } else { "19" })
        }
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let part = |from: usize, to: usize| text.get(from..to);
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    time::parse(
        format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z").as_bytes(),
        TimestampUnit::Rfc3339,
    )
}
