// Verifies HMAC-SHA256 over {id}.{timestamp}.{body}.
// Give it the bytes of the body as they came, before any parser; names of headers in lower case.
// Crates: base64 0.22, hmac 0.13, sha2 0.11, subtle 2.
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use subtle::ConstantTimeEq as _;

pub fn verify(secret: &str, headers: &BTreeMap<String, String>, body: &[u8], now: f64) -> bool {
    check(secret, headers, body, now).unwrap_or(false)
}

fn check(secret: &str, headers: &BTreeMap<String, String>, body: &[u8], now: f64) -> Option<bool> {
    let texts = headers.iter().filter(|(name, _)| name.as_str() == "webhook-signature").map(|(_, text)| text.as_str());
    let items: Vec<&str> = texts.flat_map(|text| text.split(" ")).collect();
    let pairs: Vec<(&str, &str)> = items.iter().filter_map(|item| item.split_once(",")).collect();
    let received: Vec<&str> = pairs
        .iter()
        .filter(|(key, _)| *key == "v1")
        .map(|(_, value)| *value)
        .chain(items.iter().copied().filter(|item| !item.contains(",")))
        .collect();
    let timestamp = headers.get("webhook-timestamp")?.as_str();
    let age = now - timestamp.parse::<f64>().ok()?;
    if !(-300.0..=300.0).contains(&age) {
        return None;
    }
    let id = headers.get("webhook-id")?.as_str();
    let key = if secret.starts_with("whsec_") { BASE64.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).ok()? } else { secret.as_bytes().to_vec() };
    if key.is_empty() {
        return None;
    }
    let mut digest = Hmac::<sha2::Sha256>::new_from_slice(&key).ok()?;
    digest.update(id.as_bytes());
    digest.update(b".");
    digest.update(timestamp.as_bytes());
    digest.update(b".");
    digest.update(body);
    let expected = BASE64.encode(digest.finalize().into_bytes());
    Some(received.iter().any(|value| bool::from(expected.as_bytes().ct_eq(value.as_bytes()))))
}
