//! Bodies that come compressed: judged by their bytes, known by what is in them.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use hmac::{Hmac, KeyInit as _, Mac as _};
use hookbench_tests::{Hookbench, request};
use sha2::Sha256;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("into memory");
    encoder.finish().expect("into memory")
}

fn signed(content: &[u8]) -> String {
    let digest = Hmac::<Sha256>::new_from_slice(b"secret")
        .expect("any key")
        .chain_update(content)
        .finalize()
        .into_bytes();
    format!("sha256={}", hex::encode(digest))
}

fn send(hookbench: &Hookbench, body: &[u8], signature: &str) {
    let mut listening = hookbench.listen();
    let mut sent = format!(
        "POST /github HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\
         X-GitHub-Event: issues\r\nX-Hub-Signature-256: {signature}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    sent.extend_from_slice(body);
    assert_eq!(request(listening.address(), &sent).status, 200, "it is captured");
    listening.next_line();
}

fn prepared() -> Hookbench {
    Hookbench::new().with_endpoint("/github", "github", "secret")
}

const EVENT: &[u8] = br#"{"action":"opened","issue":{"title":"quokkaless"}}"#;

#[test]
fn a_compressed_event_is_known_and_found_by_what_is_in_it() {
    let hookbench = prepared();
    let body = gzip(EVENT);
    send(&hookbench, &body, &signed(&body));
    let told = &hookbench.requests()[0];
    assert_eq!(
        (told["event"].as_str(), told["verdict"].as_str()),
        (Some("issues.opened"), Some("valid")),
        "its action is inside, its signature is over the bytes as sent: {told}"
    );
    for filter in ["quokkaless", "body:quokkaless", "json:/issue/title=quokkaless"] {
        let found = hookbench.run(&["list", "--json", "--filter", filter]).json();
        assert_eq!(found.len(), 1, "`{filter}` looks into it");
    }
    let id = told["id"].as_str().expect("an id");
    let kept = hookbench.run(&["show", id, "--body"]).stdout;
    assert_eq!(kept, body, "what is kept is what came");
}

#[test]
fn a_signature_over_the_plain_body_is_named_as_the_cause() {
    let hookbench = prepared();
    let body = gzip(EVENT);
    send(&hookbench, &body, &signed(EVENT));
    let told = &hookbench.requests()[0];
    assert_eq!(told["verdict"], "invalid", "it is over other bytes");
    let id = told["id"].as_str().expect("an id");
    let found = &hookbench.run(&["diagnose", id, "--json"]).json()[0];
    assert_eq!(found["cause"], "body-compression", "and that is said: {found}");
    assert!(found["proof"].is_object(), "and proved: {found}");
}

#[test]
fn a_bomb_is_captured_as_it_is_and_costs_no_memory() {
    let hookbench = prepared();
    // 200 MB of blanks in some 200 KB.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..200 {
        encoder.write_all(&[b' '; 1_000_000]).expect("into memory");
    }
    let body = encoder.finish().expect("into memory");
    send(&hookbench, &body, &signed(&body));
    let told = &hookbench.requests()[0];
    assert_eq!(told["verdict"], "valid", "the bytes are what is signed: {told}");
    assert_eq!(told["event"], "issues", "and nothing is read out of it");
}
