// Verifies HMAC-SHA256 over {timestamp}.{body}.
// Give it the bytes of the body as they came, before any parser; names of headers in lower case.
// Crates: hex 0.4, hmac 0.13, sha2 0.11, subtle 2.
use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use subtle::ConstantTimeEq as _;

pub fn verify(secret: &str, headers: &BTreeMap<String, String>, body: &[u8]) -> bool {
    check(secret, headers, body).unwrap_or(false)
}

fn check(secret: &str, headers: &BTreeMap<String, String>, body: &[u8]) -> Option<bool> {
    let texts = headers.iter().filter(|(name, _)| name.as_str() == "recurly-signature").map(|(_, text)| text.as_str());
    let items: Vec<&str> = texts.flat_map(|text| text.split(",")).collect();
    let received: Vec<&str> = items.iter().copied().skip(1).collect();
    let timestamp = *items.first()?;
    let key = secret.as_bytes().to_vec();
    if key.is_empty() {
        return None;
    }
    let mut digest = Hmac::<sha2::Sha256>::new_from_slice(&key).ok()?;
    digest.update(timestamp.as_bytes());
    digest.update(b".");
    digest.update(body);
    let expected = hex::encode(digest.finalize().into_bytes());
    Some(received.iter().any(|value| bool::from(expected.as_bytes().ct_eq(value.as_bytes()))))
}
