//! How a delivery can end: each end is made on purpose by a server that does what it is told, and each is told apart.

use hookbench_tests::{Act, Hookbench, Scripted, request};
use serde_json::Value;

const WHOLE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A program with one request and a target that gives up soon.
struct Sender {
    hookbench: Hookbench,
    id: String,
}

impl Sender {
    fn new() -> Self {
        let hookbench = Hookbench::new();
        let listening = hookbench.listen();
        let sent = b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
        assert_eq!(request(listening.address(), sent).status, 200, "it is captured");
        let id = hookbench.requests()[0]["id"].as_str().expect("an id").to_owned();
        Self { hookbench, id }
    }

    /// The attempt that comes of sending to `url`; with a little patience only where it is to come to an end.
    fn attempt(&self, name: &str, url: &str) -> Value {
        let ends = ["silent", "slow-", "tls-hangs"]
            .iter()
            .any(|kind| name.starts_with(kind));
        let (first_byte, whole) = if ends { ("0.6", "1.2") } else { ("30", "60") };
        let made = self.hookbench.run(&[
            "target",
            "add",
            name,
            url,
            "--first-byte-timeout",
            first_byte,
            "--timeout",
            whole,
        ]);
        assert_eq!(made.code, 0, "the target is kept: {}", made.stderr);
        let output = self.hookbench.run(&["resend", &self.id, "--to", name, "--json"]);
        let printed = serde_json::from_str(output.text());
        assert!(printed.is_ok(), "{name}: {printed:?}: {}", output.stderr);
        let delivery: Value = printed.expect("a delivery is printed");
        assert_eq!(
            output.code == 0,
            delivery["attempts"][0]["outcome"] == "answered",
            "{name}: only an answer is a success"
        );
        delivery["attempts"][0].clone()
    }
}

fn write(bytes: &[u8]) -> Act {
    Act::Write(bytes.to_vec())
}

#[test]
fn each_end_of_a_delivery_has_its_outcome_and_its_words() {
    let sender = Sender::new();
    let interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    for (name, acts, outcome, words) in [
        ("silent", vec![Act::Read, Act::Wait], "timed_out", "600 ms"),
        (
            "slow-head",
            vec![Act::Read, write(b"HTTP/1.1 200 OK\r\nX-A: "), Act::Wait],
            "timed_out",
            "head",
        ),
        (
            "slow-body",
            vec![
                Act::Read,
                write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
                Act::Wait,
            ],
            "timed_out",
            "`4`",
        ),
        ("closed", vec![Act::Read], "closed", "closed"),
        ("reset", vec![Act::Reset], "closed", "reset"),
        (
            "cut-head",
            vec![Act::Read, write(b"HTTP/1.1 200 OK\r\nX-")],
            "closed",
            "head",
        ),
        (
            "cut-body",
            vec![
                Act::Read,
                write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
            ],
            "closed",
            "`4`",
        ),
        (
            "cut-chunks",
            vec![
                Act::Read,
                write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"),
            ],
            "closed",
            "closed",
        ),
        (
            "not-http",
            vec![Act::Read, write(b"SSH-2.0-x\r\n\r\n")],
            "invalid_answer",
            "SSH",
        ),
        (
            "switched",
            vec![
                Act::Read,
                write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
            ],
            "invalid_answer",
            "101",
        ),
        (
            "two-lengths",
            vec![
                Act::Read,
                write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"),
            ],
            "invalid_answer",
            "Content-Length",
        ),
        (
            "interim-flood",
            vec![Act::Read, Act::Flood(interim.to_vec())],
            "invalid_answer",
            "interim",
        ),
    ] {
        let server = Scripted::start(acts);
        let attempt = sender.attempt(name, &server.url());
        assert_eq!(attempt["outcome"], outcome, "{name}: {attempt}");
        let message = attempt["message"].as_str().unwrap_or_default();
        assert!(message.contains(words), "{name} says what happened: {message}");
    }
}

#[test]
fn odd_but_whole_answers_are_answers() {
    let sender = Sender::new();
    for (name, answer, status, body) in [
        ("plain", WHOLE.to_vec(), 200, "ok"),
        (
            "old",
            b"HTTP/1.0 201 Created\r\n\r\nuntil the end".to_vec(),
            201,
            "until the end",
        ),
        (
            "chunked",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n".to_vec(),
            200,
            "abcde",
        ),
        (
            "interim",
            [&b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 102 P\r\n\r\n"[..], WHOLE].concat(),
            200,
            "ok",
        ),
        (
            "redirect",
            b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n".to_vec(),
            302,
            "",
        ),
        ("failed", b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n".to_vec(), 500, ""),
    ] {
        let server = Scripted::start(vec![Act::Read, Act::Write(answer)]);
        let attempt = sender.attempt(name, &server.url());
        assert_eq!(attempt["outcome"], "answered", "{name}: {attempt}");
        assert_eq!(attempt["status"], status, "{name}: its status");
        assert_eq!(attempt["body_text"].as_str().unwrap_or_default(), body, "{name}: its body");
    }
}

#[test]
fn an_answer_without_end_is_cut_and_marked() {
    let sender = Sender::new();
    let server = Scripted::start(vec![
        Act::Read,
        write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"),
        Act::Flood(vec![b'x'; 1 << 16]),
    ]);
    let made = sender
        .hookbench
        .run(&["target", "add", "endless", &server.url(), "--timeout", "60"]);
    assert_eq!(made.code, 0, "the target is kept: {}", made.stderr);
    let output = sender
        .hookbench
        .run(&["resend", &sender.id, "--to", "endless", "--json"]);
    let delivery: Value = serde_json::from_str(output.text()).expect("a delivery is printed");
    let attempt = &delivery["attempts"][0];
    assert_eq!(attempt["outcome"], "answered", "what was received is an answer");
    assert_eq!(attempt["body_cut"], true, "and marked: {}", attempt["message"]);
}

#[test]
fn tls_that_fails_is_told_apart_from_a_closed_door() {
    let sender = Sender::new();
    // Speaks plain HTTP where TLS is meant.
    let server = Scripted::start(vec![write(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Act::Wait]);
    let attempt = sender.attempt("plain-tls", &server.url().replace("http://", "https://"));
    assert_eq!(attempt["outcome"], "tls_failed", "{attempt}");
    let hangs = Scripted::start(vec![Act::Wait]);
    let attempt = sender.attempt("tls-hangs", &hangs.url().replace("http://", "https://"));
    assert_eq!(attempt["outcome"], "timed_out", "{attempt}");
    assert!(
        attempt["message"]
            .as_str()
            .is_some_and(|message| message.contains("TLS")),
        "the stage is named: {attempt}"
    );
}
