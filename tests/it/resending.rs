//! What is captured, sent again and captured again is the same but for what is said; what is signed again is valid.

use hookbench_tests::{Hookbench, Server, exchange, request};
use serde_json::Value;

/// A small generator, so that a run can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides
    }

    fn of<'a>(&mut self, all: &[&'a [u8]]) -> &'a [u8] {
        all[self.roll(all.len())]
    }
}

/// A request that HTTP allows and few write: odd case, order, repeats, spacing, bytes.
fn odd_request(dice: &mut Dice, number: usize) -> Vec<u8> {
    let method = dice.of(&[b"POST", b"PUT", b"GET", b"DELETE", b"pAtCh", b"M-SEARCH"]);
    let path = dice.of(&[
        b"/",
        b"/a//b/../c",
        b"/%7e;v=1",
        b"/x?a=1&a=2&&b",
        b"/?q=%00'();,$",
    ]);
    let mut head = [method, b" ", path, b" HTTP/1.1\r\n"].concat();
    let mut lines: Vec<Vec<u8>> = vec![format!("X-Number: {number}\r\n").into_bytes()];
    for _ in 0..dice.roll(9) {
        let name = dice.of(&[
            b"x-a",
            b"X-A",
            b"aCCept",
            b"COOKIE",
            b"x_under",
            b"Content-Type",
            b"Authorization",
        ]);
        let value = dice.of(&[
            b"",
            b"1",
            b"two words",
            b"\"q\", b;c",
            b"caf\xc3\xa9",
            b"\xff\xfe",
            b"a\tb",
            b"{{uuid}}",
        ]);
        let space = dice.of(&[b"", b" ", b"   ", b"\t"]);
        lines.push([name, b":", space, value, b"\r\n"].concat());
    }
    let body: Vec<u8> = (0..dice.roll(600))
        .map(|_| u8::try_from(dice.roll(256)).unwrap_or_default())
        .collect();
    let length = dice.of(&[b"content-length", b"Content-Length", b"CONTENT-LENGTH"]);
    lines.insert(
        dice.roll(lines.len() + 1),
        [length, b": ", body.len().to_string().as_bytes(), b"\r\n"].concat(),
    );
    let host = dice.of(&[b"Host: provider.test\r\n", b"hOST:provider.test\r\n"]);
    lines.insert(dice.roll(lines.len() + 1), host.to_vec());
    for line in lines {
        head.extend_from_slice(&line);
    }
    head.extend_from_slice(b"\r\n");
    head.extend_from_slice(&body);
    head
}

/// The bytes with the value of the one `Host` line taken out.
fn without_host(raw: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut rest = raw;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, behind) = rest.split_at(end + 1);
        if line.to_ascii_lowercase().starts_with(b"host:") {
            kept.extend_from_slice(&line[..5]);
        } else {
            kept.extend_from_slice(line);
        }
        rest = behind;
        if line == b"\r\n" {
            break;
        }
    }
    kept.extend_from_slice(rest);
    kept
}

#[test]
fn what_is_captured_sent_again_and_captured_again_has_the_same_bytes_but_for_the_host() {
    let (first, second) = (Hookbench::new(), Hookbench::new());
    let mut dice = Dice(20_261_121);
    let count = 60;
    {
        let listening = first.listen();
        for number in 0..count {
            let sent = odd_request(&mut dice, number);
            exchange(listening.address(), &sent);
        }
        first.wait_for_requests(count);
    }
    let again = second.listen();
    let output = first.run(&[
        "resend",
        "--filter",
        "",
        "--to",
        &format!("http://{}", again.address()),
        "--json",
    ]);
    assert_eq!(output.code, 0, "all are delivered: {}", output.stderr);
    let raw = |hookbench: &Hookbench, row: &Value| {
        let id = row["id"].as_str().expect("an id");
        hookbench.run(&["show", id, "--raw"]).stdout
    };
    let (sent, came) = (first.requests(), second.wait_for_requests(count));
    assert_eq!((sent.len(), came.len()), (count, count), "each came once");
    for (before, after) in sent.iter().zip(&came) {
        let (before, after) = (raw(&first, before), raw(&second, after));
        assert_eq!(
            without_host(&before).escape_ascii().to_string(),
            without_host(&after).escape_ascii().to_string(),
            "every byte but the host's"
        );
    }
}

#[test]
fn a_request_that_comes_back_by_its_marker_is_kept_and_answered_508() {
    let hookbench = Hookbench::new();
    let server = Server::start(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    let listening = hookbench.listen_with(&["--forward", &server.url()]);
    let sent = b"POST /loop HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(request(listening.address(), sent).status, 200, "it is taken");
    let forwarded = server.next();
    let text = String::from_utf8_lossy(&forwarded);
    assert!(
        text.contains("Hookbench-Passed: "),
        "what goes on by itself is marked: {text}"
    );
    // The target sends it back, as a loop over any number of programs would.
    let answer = request(listening.address(), &forwarded);
    assert_eq!(answer.status, 508, "it is refused where it began");
    let rows = hookbench.wait_for_requests(2);
    assert!(
        rows.iter().any(|row| row["answered"] == 508),
        "and kept, with its answer: {rows:?}"
    );
    let other = text.replace("Hookbench-Passed: ", "Hookbench-Passed: another");
    assert_eq!(
        request(listening.address(), other.as_bytes()).status,
        200,
        "the marker of another data file is only a header"
    );
}
