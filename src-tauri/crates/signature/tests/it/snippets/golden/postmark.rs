// Compares user and password. The body is not protected by them.
// Give it the headers by their names in lower case.
// Crates: base64 0.22, subtle 2.
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use subtle::ConstantTimeEq as _;

pub fn verify(secret: &str, headers: &BTreeMap<String, String>, body: &[u8]) -> bool {
    check(secret, headers, body).unwrap_or(false)
}

fn check(secret: &str, headers: &BTreeMap<String, String>, body: &[u8]) -> Option<bool> {
    let _ = body;
    let texts = headers.iter().filter(|(name, _)| name.as_str() == "authorization").map(|(_, text)| text.as_str());
    let texts = texts.filter_map(|text| text.strip_prefix("Basic "));
    let received: Vec<&str> = texts.map(str::trim).collect();
    if secret.is_empty() {
        return None;
    }
    let expected = BASE64.encode(secret);
    Some(received.iter().any(|value| bool::from(expected.as_bytes().ct_eq(value.as_bytes()))))
}
