// Verifies HMAC-SHA256 over {timestamp}.{body}.
// Give it the bytes of the body as they came, before any parser; names of headers in lower case.
// Crates: base64 0.22, hmac 0.13, sha2 0.11, subtle 2.
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as URL_SAFE;
use hmac::{Hmac, KeyInit as _, Mac as _};
use subtle::ConstantTimeEq as _;

pub fn verify(secret: &str, headers: &BTreeMap<String, String>, body: &[u8]) -> bool {
    check(secret, headers, body).unwrap_or(false)
}

fn check(secret: &str, headers: &BTreeMap<String, String>, body: &[u8]) -> Option<bool> {
    let texts = headers.iter().filter(|(name, _)| name.as_str() == "sanity-webhook-signature").map(|(_, text)| text.as_str());
    let items: Vec<&str> = texts.flat_map(|text| text.split(",")).collect();
    let pairs: Vec<(&str, &str)> = items.iter().filter_map(|item| item.split_once("=")).collect();
    let received: Vec<&str> = pairs
        .iter()
        .filter(|(key, _)| *key == "v1")
        .map(|(_, value)| *value)
        .collect();
    let timestamp = pairs.iter().find(|(key, _)| *key == "t")?.1;
    let key = secret.as_bytes().to_vec();
    if key.is_empty() {
        return None;
    }
    let mut digest = Hmac::<sha2::Sha256>::new_from_slice(&key).ok()?;
    digest.update(timestamp.as_bytes());
    digest.update(b".");
    digest.update(body);
    let expected = URL_SAFE.encode(digest.finalize().into_bytes());
    Some(received.iter().any(|value| bool::from(expected.as_bytes().ct_eq(value.as_bytes()))))
}
