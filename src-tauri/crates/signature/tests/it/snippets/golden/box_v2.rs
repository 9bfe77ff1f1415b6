// Verifies HMAC-SHA256 over {body}{timestamp}.
// Give it the bytes of the body as they came, before any parser; names of headers in lower case.
// Crates: base64 0.22, hmac 0.13, jiff 0.2, sha2 0.11, subtle 2.
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use subtle::ConstantTimeEq as _;

pub fn verify(secret: &str, headers: &BTreeMap<String, String>, body: &[u8], now: f64) -> bool {
    check(secret, headers, body, now).unwrap_or(false)
}

fn check(secret: &str, headers: &BTreeMap<String, String>, body: &[u8], now: f64) -> Option<bool> {
    if !["1"].contains(&headers.get("box-signature-version")?.as_str()) {
        return None;
    }
    if !["HmacSHA256"].contains(&headers.get("box-signature-algorithm")?.as_str()) {
        return None;
    }
    let texts = headers.iter().filter(|(name, _)| name.as_str() == "box-signature-primary" || name.as_str() == "box-signature-secondary").map(|(_, text)| text.as_str());
    let received: Vec<&str> = texts.map(str::trim).collect();
    let timestamp = headers.get("box-delivery-timestamp")?.as_str();
    let age = now - timestamp.parse::<jiff::Timestamp>().ok()?.as_millisecond() as f64 / 1000.0;
    if !(-600.0..=600.0).contains(&age) {
        return None;
    }
    let key = secret.as_bytes().to_vec();
    if key.is_empty() {
        return None;
    }
    let mut digest = Hmac::<sha2::Sha256>::new_from_slice(&key).ok()?;
    digest.update(body);
    digest.update(timestamp.as_bytes());
    let expected = BASE64.encode(digest.finalize().into_bytes());
    Some(received.iter().any(|value| bool::from(expected.as_bytes().ct_eq(value.as_bytes()))))
}
