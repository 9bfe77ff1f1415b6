// Verifies HMAC-SHA256 over v0:{timestamp}:{body}.
// Give it the bytes of the body as they came, before any parser; names of headers in lower case.
// Crates: hex 0.4, hmac 0.13, sha2 0.11, subtle 2.
use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use subtle::ConstantTimeEq as _;

pub fn verify(secret: &str, headers: &BTreeMap<String, String>, body: &[u8], now: f64) -> bool {
    check(secret, headers, body, now).unwrap_or(false)
}

fn check(secret: &str, headers: &BTreeMap<String, String>, body: &[u8], now: f64) -> Option<bool> {
    let texts = headers.iter().filter(|(name, _)| name.as_str() == "x-slack-signature").map(|(_, text)| text.as_str());
    let texts = texts.filter_map(|text| text.strip_prefix("v0="));
    let received: Vec<&str> = texts.map(str::trim).collect();
    let timestamp = headers.get("x-slack-request-timestamp")?.as_str();
    let age = now - timestamp.parse::<f64>().ok()?;
    if !(-300.0..=300.0).contains(&age) {
        return None;
    }
    let key = secret.as_bytes().to_vec();
    if key.is_empty() {
        return None;
    }
    let mut digest = Hmac::<sha2::Sha256>::new_from_slice(&key).ok()?;
    digest.update(b"v0:");
    digest.update(timestamp.as_bytes());
    digest.update(b":");
    digest.update(body);
    let expected = hex::encode(digest.finalize().into_bytes());
    Some(received.iter().any(|value| bool::from(expected.as_bytes().ct_eq(value.as_bytes()))))
}
