// Verifies HMAC-SHA256 over {body}.
// Give it the bytes of the body as they came, before any parser; names of headers in lower case.
// Crates: hex 0.4, hmac 0.13, sha2 0.11, subtle 2.
use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use subtle::ConstantTimeEq as _;

pub fn verify(secret: &str, headers: &BTreeMap<String, String>, body: &[u8]) -> bool {
    check(secret, headers, body).unwrap_or(false)
}

fn check(secret: &str, headers: &BTreeMap<String, String>, body: &[u8]) -> Option<bool> {
    let texts = headers.iter().filter(|(name, _)| name.as_str() == "x-hub-signature-256").map(|(_, text)| text.as_str());
    let texts = texts.filter_map(|text| text.strip_prefix("sha256="));
    let received: Vec<&str> = texts.map(str::trim).collect();
    let key = secret.as_bytes().to_vec();
    if key.is_empty() {
        return None;
    }
    let mut digest = Hmac::<sha2::Sha256>::new_from_slice(&key).ok()?;
    digest.update(body);
    let expected = hex::encode(digest.finalize().into_bytes());
    Some(received.iter().any(|value| bool::from(expected.as_bytes().ct_eq(value.as_bytes()))))
}
