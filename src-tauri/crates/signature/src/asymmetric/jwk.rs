//! JSON web keys: alone, in a set, or in the answer of the endpoint that gives them out.
//!
//! What a key says of its own use (its id, its algorithm, its end) is kept beside it, since a receiver refuses a token
//! for these before it looks at the signature.

use std::borrow::Cow;

use super::{KeyError, PublicKey};
use crate::encoding;
use crate::message::Micros;
use crate::read::{json, time};
use crate::scheme::TimestampUnit;

/// A key with what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Jwk {
    pub(crate) key: PublicKey,
    pub(crate) id: Option<String>,
    pub(crate) algorithm: Option<String>,
    pub(crate) ends_at: Option<Micros>,
}

/// Every key that can be read from a JWK, a set of them, or an object whose `key` is one.
pub(super) fn read(text: &str) -> Result<Vec<Jwk>, KeyError> {
    let one = |name: &str| json::find(text, &[name.to_owned()]);
    let set = json::find_all(text, &["keys".to_owned(), "*".to_owned()]);
    let documents = match (set.is_empty(), one("key")) {
        (false, _) => set,
        (true, Some(wrapped)) if wrapped.starts_with('{') => vec![wrapped],
        (true, _) => vec![text],
    };
    let keys: Vec<Jwk> = documents.into_iter().filter_map(read_one).collect();
    if keys.is_empty() {
        return Err(KeyError::Unreadable);
    }
    Ok(keys)
}

fn read_one(document: &str) -> Option<Jwk> {
    let member = |name: &str| {
        let raw = json::find(document, &[name.to_owned()])?;
        json::text_of(raw).map(Cow::into_owned)
    };
    let number = |name: &str| encoding::base64_any(member(name)?.as_bytes());
    let point = |length: usize| {
        let (x, y) = (padded(&number("x")?, length), padded(&number("y")?, length));
        Some([&[4][..], &x, &y].concat())
    };
    let key = match (member("kty")?.as_str(), member("crv").as_deref()) {
        ("OKP", Some("Ed25519") | None) => PublicKey::Ed25519(number("x")?),
        ("EC", Some("P-256") | None) => PublicKey::P256(point(32)?),
        ("EC", Some("P-384")) => PublicKey::P384(point(48)?),
        ("RSA", _) => PublicKey::RsaNumbers(number("n")?, number("e")?),
        _ => return None,
    };
    Some(Jwk {
        key,
        id: member("kid"),
        algorithm: member("alg"),
        ends_at: member("expired_at").and_then(|text| time::parse(text.as_bytes(), TimestampUnit::Seconds)),
    })
}

fn padded(number: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length.saturating_sub(number.len())];
    bytes.extend_from_slice(number);
    bytes
}

/// The key of a symmetric JWK (`kty` is `oct`).
pub(crate) fn symmetric(pasted: &str) -> Option<Vec<u8>> {
    let text = pasted.trim();
    if !text.starts_with('{') || json::find(text, &["kty".to_owned()])? != "\"oct\"" {
        return None;
    }
    let raw = json::find(text, &["k".to_owned()])?;
    encoding::base64_any(json::text_of(raw)?.as_bytes())
}
