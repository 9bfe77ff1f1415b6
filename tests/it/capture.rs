//! What came is what is kept, and it is kept before it is answered.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hookbench_tests::{Hookbench, exchange, read_answer, request};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

fn bytes(request: &Value, field: &str) -> Vec<u8> {
    BASE64
        .decode(request[field].as_str().expect("base64"))
        .expect("base64")
}

#[test]
fn order_case_and_repeats_of_headers_are_kept() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let head = "POST /a/b?x=%7E&y#z HTTP/1.1\r\nhost: h\r\nX-Repeat: one\r\nx-repeat:two\r\nX-REPEAT:\t three \r\nContent-length: 5\r\n\r\n";
    let sent = [head.as_bytes(), b"\x00\xffhi\n"].concat();
    assert_eq!(request(listening.address(), &sent).status, 200, "it is answered");

    let requests = hookbench.requests();
    let [kept] = &requests[..] else {
        panic!("one request is kept, not {}", requests.len())
    };
    assert_eq!(
        bytes(kept, "head_base64"),
        head.as_bytes(),
        "the head is kept byte for byte"
    );
    assert_eq!(bytes(kept, "body_base64"), b"\x00\xffhi\n", "and so is the body");
    assert_eq!(
        kept["headers"],
        json!([
            ["host", "h"],
            ["X-Repeat", "one"],
            ["x-repeat", "two"],
            ["X-REPEAT", "three"],
            ["Content-length", "5"]
        ]),
        "headers are listed as they came"
    );
    assert_eq!(kept["method"], "POST", "the method");
    assert_eq!(
        kept["target"], "/a/b?x=%7E&y#z",
        "the target as sent, fragment and all"
    );
    assert_eq!(kept["http_version"], "HTTP/1.1", "the version");
    assert_eq!(kept["state"], "complete", "it came whole");
    assert_eq!(kept["answered"], 200, "what we answered");
    assert_eq!(kept["body_length"], 5, "the length of the body");
    assert_eq!(
        kept["body_sha256"],
        hex::encode(Sha256::digest(b"\x00\xffhi\n")),
        "its digest"
    );
}

#[test]
fn a_header_value_that_is_not_utf_8_is_given_as_base64() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    request(
        listening.address(),
        b"POST / HTTP/1.1\r\nHost: h\r\nX-Latin: caf\xe9\r\nContent-Length: 0\r\n\r\n",
    );
    let kept = &hookbench.requests()[0];
    assert_eq!(
        kept["headers_base64"],
        json!([["X-Latin", BASE64.encode(b"caf\xe9")]]),
        "its bytes are not lost"
    );
    assert_eq!(
        kept["headers"],
        json!([["Host", "h"], ["Content-Length", "0"]]),
        "it is not among the texts"
    );
}

#[test]
fn two_requests_in_one_packet_are_two_requests() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let first = b"POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none";
    let second = b"PUT /2 HTTP/1.1\r\nHOST: h\r\nContent-Length: 3\r\n\r\ntwo";
    let mut stream = TcpStream::connect(listening.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(&[&first[..], second].concat()).unwrap();
    for which in ["first", "second"] {
        assert_eq!(
            read_answer(&mut stream, false).status,
            200,
            "the {which} is answered"
        );
    }
    let requests = hookbench.requests();
    let shown: Vec<_> = requests
        .iter()
        .map(|request| (request["target"].as_str().unwrap(), bytes(request, "body_base64")))
        .collect();
    assert_eq!(
        shown,
        [("/2", b"two".to_vec()), ("/1", b"one".to_vec())],
        "newest first, none mixed with the other"
    );
    assert_eq!(
        bytes(&requests[0], "head_base64"),
        &second[..second.len() - 3],
        "the second head is its own"
    );
}

#[test]
fn a_chunked_body_is_kept_without_its_framing_and_raw_can_be_sent_again() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let head = "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    let sent = format!("{head}3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    assert_eq!(
        request(listening.address(), sent.as_bytes()).status,
        200,
        "it is answered"
    );
    let first = hookbench.requests().remove(0);
    assert_eq!(
        bytes(&first, "body_base64"),
        b"abcde",
        "the body after transfer framing"
    );

    let raw = hookbench.run(&["show", first["id"].as_str().unwrap(), "--raw"]);
    assert_eq!(
        request(listening.address(), &raw.stdout).status,
        200,
        "what --raw prints is a request"
    );
    let again = hookbench.requests().remove(0);
    assert_ne!(again["id"], first["id"], "it is captured anew");
    for field in ["head_base64", "body_base64", "body_sha256", "headers", "target"] {
        assert_eq!(
            again[field], first[field],
            "`{field}` is the same as the first time"
        );
    }
}

#[test]
fn a_head_request_is_answered_without_a_body() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let mut stream = TcpStream::connect(listening.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
        .write_all(b"HEAD /h HTTP/1.1\r\nHost: h\r\n\r\nGET /g HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    assert_eq!(read_answer(&mut stream, true).status, 200, "HEAD is answered");
    assert_eq!(
        read_answer(&mut stream, false).status,
        200,
        "and the next answer follows at once"
    );
    let methods: Vec<_> = hookbench
        .requests()
        .iter()
        .map(|request| request["method"].clone())
        .collect();
    assert_eq!(methods, ["GET", "HEAD"], "both are kept");
}

#[test]
fn a_sender_that_waits_for_100_continue_gets_it() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let mut stream = TcpStream::connect(listening.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
        .write_all(b"POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        .unwrap();
    assert_eq!(read_answer(&mut stream, false).status, 100, "it may go on");
    stream.write_all(b"body").unwrap();
    assert_eq!(read_answer(&mut stream, false).status, 200, "then it is answered");
    assert_eq!(
        bytes(&hookbench.requests()[0], "body_base64"),
        b"body",
        "the body came after the wait"
    );
}

#[test]
fn a_malformed_request_is_refused_and_shown_as_it_came() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let sent = b"POST / HTTP/1.1\r\nHost: h\r\nBad Header: x\r\n\r\n";
    let answer = exchange(listening.address(), sent);
    assert!(
        answer.starts_with(b"HTTP/1.1 400"),
        "it is refused: {}",
        String::from_utf8_lossy(&answer)
    );
    let kept = hookbench.wait_for_requests(1).remove(0);
    assert_eq!(kept["state"], "refused", "it is shown as what it was");
    assert_eq!(kept["answered"], 400, "with what we answered");
    assert_eq!(bytes(&kept, "head_base64"), sent, "and the bytes as they came");
    assert!(
        kept["reason"].as_str().is_some_and(|reason| !reason.is_empty()),
        "and why: {}",
        kept["reason"]
    );
}

#[test]
fn bytes_that_are_not_http_are_shown_with_what_they_are() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    exchange(
        listening.address(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    );
    let kept = hookbench.wait_for_requests(1).remove(0);
    assert_eq!(kept["state"], "refused", "TLS on the plain port is refused");
    assert!(
        kept["reason"].as_str().unwrap_or_default().contains("TLS"),
        "and named: {}",
        kept["reason"]
    );
}

#[test]
fn a_connection_that_ends_in_the_body_leaves_an_aborted_request() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    exchange(
        listening.address(),
        b"POST /cut HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf",
    );
    let kept = hookbench.wait_for_requests(1).remove(0);
    assert_eq!(kept["state"], "aborted", "it is not taken for a whole one");
    assert_eq!(bytes(&kept, "body_base64"), b"half", "what came is kept");
    assert_ne!(kept["verdict"], "valid", "half a body has no valid signature");
}

#[test]
fn a_body_over_the_limit_is_refused_and_its_beginning_is_kept() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let limit = 25 * 1024 * 1024;
    let mut stream = TcpStream::connect(listening.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
        .write_all(b"POST /big HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        .unwrap();
    let mut chunk = b"100000\r\n".to_vec();
    chunk.extend(std::iter::repeat_n(b'x', 0x10_0000));
    chunk.extend(b"\r\n");
    for _ in 0..27 {
        // The listener may stop reading once the limit is passed.
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413", "it is too large");
    let kept = hookbench.run(&["list", "--json"]).json().remove(0);
    assert_eq!(kept["state"], "cut", "it is marked as cut");
    assert_eq!(kept["answered"], 413, "with what we answered");
    assert_eq!(
        kept["body_length"], limit,
        "its beginning is kept, up to the limit"
    );
}

#[test]
fn a_body_at_the_limit_is_kept_whole() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let body: Vec<u8> = (0..25 * 1024 * 1024_u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let mut sent = format!(
        "PUT /whole HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    sent.extend(&body);
    assert_eq!(
        request(listening.address(), &sent).status,
        200,
        "25 MiB are within the limit"
    );
    let kept = hookbench.run(&["list", "--json"]).json().remove(0);
    assert_eq!(
        kept["body_sha256"],
        hex::encode(Sha256::digest(&body)),
        "every byte is right"
    );
    let shown = hookbench.run(&["show", kept["id"].as_str().unwrap(), "--body"]);
    assert!(shown.stdout == body, "and comes back as it was sent");
}

#[test]
fn what_was_answered_survives_a_crash() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    for number in 0..20 {
        let sent = format!("POST /{number} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(
            request(listening.address(), sent.as_bytes()).status,
            200,
            "request {number} is answered"
        );
    }
    listening.kill();
    let targets: Vec<_> = hookbench
        .requests()
        .iter()
        .rev()
        .map(|request| request["target"].clone())
        .collect();
    let wanted: Vec<_> = (0..20).map(|number| json!(format!("/{number}"))).collect();
    assert_eq!(targets, wanted, "each answered request is there, once, in order");
}

#[test]
fn any_method_and_any_path_is_captured() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    for method in [
        "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "lower",
    ] {
        let sent = format!("{method} /any/{method} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(
            request(listening.address(), sent.as_bytes()).status,
            200,
            "`{method}` is answered"
        );
    }
    assert_eq!(hookbench.requests().len(), 8, "each is kept");
}
