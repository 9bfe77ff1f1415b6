//! Requests as providers send them.

use std::net::SocketAddr;

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookbench_tests::request;
use sha2::Sha256;

/// Posts a body with these headers; the listener has to take it.
pub(crate) fn post(listener: SocketAddr, path: &str, headers: &[(&str, &str)], body: &str) {
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nHost: {listener}\r\n{lines}Content-Length: {length}\r\n\r\n");
    let answer = request(listener, &[head.as_bytes(), body.as_bytes()].concat());
    assert_eq!(answer.status, 200, "the request is captured");
}

/// GitHub's signature of a body.
/// <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>
pub(crate) fn signature(body: &str, secret: &str) -> String {
    let code = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .expect("any key")
        .chain_update(body)
        .finalize();
    format!("sha256={}", hex::encode(code.into_bytes()))
}

/// Posts what GitHub sends for a push, signed with this secret.
pub(crate) fn push(listener: SocketAddr, path: &str, secret: &str) {
    let body = include_str!("../fixtures/github-push.json");
    let signature = signature(body, secret);
    let headers = [
        ("User-Agent", "GitHub-Hookshot/044aadd"),
        ("Content-Type", "application/json"),
        ("X-GitHub-Event", "push"),
        ("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
        ("X-Hub-Signature-256", &signature),
    ];
    post(listener, path, &headers, body);
}
