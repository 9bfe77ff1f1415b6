//! Requests as providers send them.

use std::net::SocketAddr;

use hookbench_tests::{Answer, request};

/// Posts a body with these headers.
pub(crate) fn post(listener: SocketAddr, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nHost: {listener}\r\n{lines}Content-Length: {length}\r\n\r\n");
    request(listener, &[head.as_bytes(), body.as_bytes()].concat())
}
