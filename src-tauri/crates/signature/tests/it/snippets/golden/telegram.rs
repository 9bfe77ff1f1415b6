// Compares the token that is sent. The body is not protected by it.
// Give it the headers by their names in lower case.
// Crates: subtle 2.
use std::collections::BTreeMap;

use subtle::ConstantTimeEq as _;

pub fn verify(secret: &str, headers: &BTreeMap<String, String>, body: &[u8]) -> bool {
    check(secret, headers, body).unwrap_or(false)
}

fn check(secret: &str, headers: &BTreeMap<String, String>, body: &[u8]) -> Option<bool> {
    let _ = body;
    let texts = headers.iter().filter(|(name, _)| name.as_str() == "x-telegram-bot-api-secret-token").map(|(_, text)| text.as_str());
    let received: Vec<&str> = texts.map(str::trim).collect();
    if secret.is_empty() {
        return None;
    }
    let expected = secret;
    Some(received.iter().any(|value| bool::from(expected.as_bytes().ct_eq(value.as_bytes()))))
}
