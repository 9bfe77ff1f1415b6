// Verifies HMAC-SHA256 over {method}{url|decode:%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B}{body}{timestamp}.
// Give it the bytes of the body as they came, before any parser; names of headers in lower case.
// The URL is the one that the sender calls, scheme, host and query included.
// Crates: base64 0.22, hmac 0.13, sha2 0.11, subtle 2.
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use subtle::ConstantTimeEq as _;

pub fn verify(secret: &str, headers: &BTreeMap<String, String>, body: &[u8], url: &str, method: &str, now: f64) -> bool {
    check(secret, headers, body, url, method, now).unwrap_or(false)
}

fn check(secret: &str, headers: &BTreeMap<String, String>, body: &[u8], url: &str, method: &str, now: f64) -> Option<bool> {
    let texts = headers.iter().filter(|(name, _)| name.as_str() == "x-hubspot-signature-v3").map(|(_, text)| text.as_str());
    let received: Vec<&str> = texts.map(str::trim).collect();
    let timestamp = headers.get("x-hubspot-request-timestamp")?.as_str();
    let age = now - timestamp.parse::<f64>().ok()? / 1000.0;
    if !(..=300.0).contains(&age) {
        return None;
    }
    let key = secret.as_bytes().to_vec();
    if key.is_empty() {
        return None;
    }
    let mut digest = Hmac::<sha2::Sha256>::new_from_slice(&key).ok()?;
    digest.update(method.as_bytes());
    digest.update(url.replace("%3A", ":").replace("%2F", "/").replace("%3F", "?").replace("%40", "@").replace("%21", "!").replace("%24", "$").replace("%27", "'").replace("%28", "(").replace("%29", ")").replace("%2A", "*").replace("%2C", ",").replace("%3B", ";").as_bytes());
    digest.update(body);
    digest.update(timestamp.as_bytes());
    let expected = BASE64.encode(digest.finalize().into_bytes());
    Some(received.iter().any(|value| bool::from(expected.as_bytes().ct_eq(value.as_bytes()))))
}
