// Verifies HMAC-SHA1 over {url}{form-sorted}.
// Give it the bytes of the body as they came, before any parser; names of headers in lower case.
// The URL is the one that the sender calls, scheme, host and query included.
// Only forms are taken: other bodies are not covered by this signature.
// Crates: base64 0.22, url 2, hmac 0.13, sha1 0.11, subtle 2.
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use subtle::ConstantTimeEq as _;

pub fn verify(secret: &str, headers: &BTreeMap<String, String>, body: &[u8], url: &str) -> bool {
    check(secret, headers, body, url).unwrap_or(false)
}

fn check(secret: &str, headers: &BTreeMap<String, String>, body: &[u8], url: &str) -> Option<bool> {
    if !headers.get("content-type")?.starts_with("application/x-www-form-urlencoded") {
        return None;
    }
    let texts = headers.iter().filter(|(name, _)| name.as_str() == "x-twilio-signature").map(|(_, text)| text.as_str());
    let received: Vec<&str> = texts.map(str::trim).collect();
    let key = secret.as_bytes().to_vec();
    if key.is_empty() {
        return None;
    }
    let mut fields: Vec<_> = url::form_urlencoded::parse(body).collect();
    fields.sort_unstable();
    fields.dedup();
    let form: String = fields.iter().flat_map(|(name, value)| [name.as_ref(), value.as_ref()]).collect();
    let mut digest = Hmac::<sha1::Sha1>::new_from_slice(&key).ok()?;
    digest.update(url.as_bytes());
    digest.update(form.as_bytes());
    let expected = BASE64.encode(digest.finalize().into_bytes());
    Some(received.iter().any(|value| bool::from(expected.as_bytes().ct_eq(value.as_bytes()))))
}
