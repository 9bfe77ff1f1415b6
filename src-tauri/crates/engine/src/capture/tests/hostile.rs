//! Requests that are none, and requests that want to be two.

use super::*;
use crate::model::{HttpVersion, Mark, State};

#[tokio::test]
async fn what_hyper_refuses_is_kept_with_its_bytes_and_a_reason() {
    let cases: [(&[u8], &str, &str); 17] = [
        (
            b"POST / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
            "400",
            "header line 2 begins with white space: a folded header, which is obsolete",
        ),
        (
            b"POST / HTTP/1.1\r\nA: b\0c\r\n\r\n",
            "400",
            "header line 1 has the control byte 0x00 in its value",
        ),
        (
            b"POST / HTTP/1.1\r\nA: b\rc\r\n\r\n",
            "400",
            "header line 1 has a carriage return without a line feed",
        ),
        (
            b"POST / HTTP/1.1\r\nA: \x1b[2J\r\n\r\n",
            "400",
            "header line 1 has the control byte 0x1b in its value",
        ),
        (
            b"POST / HTTP/1.1\r\nA b\r\n\r\n",
            "400",
            "header line 1 has no colon",
        ),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nB: c\r\nA : b\r\n\r\n",
            "400",
            "header line 3 has a space before the colon",
        ),
        (
            b"POST / HTTP/1.1\r\nContent-Length: +7\r\n\r\n",
            "400",
            "the content length `+7` is not a number in decimal digits",
        ),
        (
            b"POST / HTTP/1.1\r\nContent-Length: 7, 7\r\n\r\n",
            "400",
            "the content length `7, 7` is not a number in decimal digits",
        ),
        (
            b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "400",
            "there are two content lengths, `1` and `2`",
        ),
        (
            b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            "400",
            "a transfer encoding in an HTTP/1.0 request",
        ),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n",
            "400",
            "the last transfer encoding is `xchunked`, not `chunked`",
        ),
        (
            b"POST /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
            "400",
            "the target has bytes that are not UTF-8",
        ),
        (
            b"GET / HTTP/3.0\r\n\r\n",
            "400",
            "the version is `HTTP/3.0`, not HTTP/1.1 or HTTP/1.0",
        ),
        (
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "400",
            "HTTP/2 on a port that speaks HTTP/1.1",
        ),
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            "400",
            "TLS bytes on the plain HTTP port",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "400", "SSH bytes on the HTTP port"),
        (b"hello there\r\n", "400", "the request line has no HTTP version"),
    ];
    for (request, wanted, reason) in cases {
        for half_close in [false, true] {
            let bench = Bench::new().await;
            let answer = if half_close {
                bench.exchange_and_end(request).await
            } else {
                bench.exchange(request).await
            };
            let row = bench.row().await;
            assert_eq!(status(&answer), wanted, "{}: {answer}", request.escape_ascii());
            assert_eq!(row.reason(), reason, "{}", request.escape_ascii());
            assert_eq!([row.head(), &row.body].concat(), request, "every byte is shown");
            assert_eq!(
                (row.arrival.state, row.taken),
                (State::Refused, false),
                "{reason}"
            );
            assert_eq!(
                row.answered.map(|status| status.to_string()).as_deref(),
                Some(wanted),
                "as was sent"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_rest_of_a_refused_head_is_waited_for_but_not_for_long() {
    let pieces = [
        &b"POST / HTTP/1.1\r\nBad Header: 1\r\n"[..],
        b"Good: 2\r\n",
        b"\r\n",
    ];
    for (pause, shown) in [(20, 3), (40, 2), (60, 1)] {
        let mut wire = Wire::with(patient());
        for piece in pieces {
            wire.send(piece).await;
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        let (answer, rows) = wire.finish().await;
        assert_eq!(status(&answer), "400", "{pause} ms between pieces: {answer}");
        assert_eq!(rows.len(), 1, "{pause} ms between pieces: {rows:#?}");
        assert_eq!(
            rows[0].head(),
            pieces[..shown].concat(),
            "{pause} ms between pieces: what came within 50 ms of the fault"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_in_an_unfinished_line_is_found_at_the_end_at_last() {
    let mut wire = Wire::with(patient());
    wire.send(b"GET / HTTP/1.1\r\nHo").await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    wire.send(b"\x02st: x").await;
    wire.stream.shutdown().await.unwrap();
    let (answer, rows) = wire.finish().await;
    assert_eq!(status(&answer), "400", "the end makes it no better");
    assert_eq!(
        rows[0].reason(),
        "header line 1 has the byte 0x02 in its name",
        "the fault is named"
    );
}

#[tokio::test]
async fn a_good_request_before_a_refused_one_is_kept() {
    let bench = Bench::new().await;
    let answers = bench
        .exchange(
            b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1POST /b HTTP/1.1\r\nA b\r\n\r\nGET /c",
        )
        .await;
    let rows = bench.rows(2).await;
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 2, "{answers}");
    assert_eq!(
        (rows[0].arrival.state, rows[1].arrival.state),
        (State::Complete, State::Refused),
        "each its own"
    );
    assert_eq!(
        rows[1].arrival.framing.position, 1,
        "the second on the connection"
    );
    assert_eq!(
        (rows[1].head(), &rows[1].body[..]),
        (&b"POST /b HTTP/1.1\r\nA b\r\n\r\n"[..], &b"GET /c"[..]),
        "what lay behind it is shown as its body"
    );
}

#[tokio::test]
async fn ambiguous_framing_is_one_row_and_the_end_of_the_connection() {
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    let orders = [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 99",
    ];
    for framing in orders {
        let bench = Bench::new().await;
        let request =
            format!("POST / HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n3\r\nabc\r\n0\r\n\r\n{smuggled}");
        let answer = bench.exchange(request.as_bytes()).await;
        let row = bench.row().await;
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "one answer: {answer}");
        assert!(
            answer.contains("connection: close"),
            "and no second request: {answer}"
        );
        assert_eq!(row.body, b"abc", "the chunks decide");
        assert!(
            row.arrival.framing.declared_length.is_some(),
            "what was declared too is kept"
        );
        assert_eq!(
            row.arrival.framing.marks,
            [Mark::AmbiguousFraming],
            "and a reader is told"
        );
        bench
            .until("the connection is over", |bench| {
                bench.listener.connections() == 0
            })
            .await;
        assert_eq!(bench.intake.rows().len(), 1, "smuggled text is never a row");
    }
}

#[tokio::test]
async fn bad_chunks_are_refused_and_never_complete() {
    for (body, kept, reason) in [
        (
            "x\r\n",
            "",
            "a chunk does not begin with its size in hexadecimal digits",
        ),
        (
            "3\r\nabcd\r\n0\r\n\r\n",
            "abc",
            "a chunk is longer than its size says",
        ),
        (
            "fffffffffffffffff\r\n",
            "",
            "a chunk size is too large for any body",
        ),
        (
            "0\r\nbad trailer\r\n\r\n",
            "",
            "the framing of the body is not valid after 0 bytes of a chunked body",
        ),
    ] {
        let bench = Bench::new().await;
        let request = format!("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        let answer = bench.exchange(request.as_bytes()).await;
        let row = bench.row().await;
        assert_eq!(status(&answer), "400", "{body}: {answer}");
        assert_eq!(
            (row.arrival.state, row.answered),
            (State::Refused, Some(400)),
            "{body}"
        );
        assert_eq!((row.reason(), &row.body[..]), (reason, kept.as_bytes()), "{body}");
    }
}

#[tokio::test]
async fn floods_of_extensions_and_trailers_are_refused() {
    for body in [
        format!("1;{}\r\na\r\n", "x".repeat(20_000)),
        format!("0\r\nA: {}\r\n", "x".repeat(20_000)),
    ] {
        let bench = Bench::new().await;
        let request = format!("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        let answer = bench.exchange(request.as_bytes()).await;
        assert_eq!(status(&answer), "400", "{answer}");
        assert_eq!(bench.row().await.arrival.state, State::Refused, "it is no body");
    }
}

#[tokio::test]
async fn tunnels_and_echoes_are_kept_and_not_served() {
    for request in [
        &b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n"[..],
        b"TRACE /a HTTP/1.1\r\nHost: x\r\nCookie: secret\r\n\r\n",
    ] {
        let bench = Bench::new().await;
        let answer = bench.exchange(request).await;
        let row = bench.row().await;
        assert_eq!(status(&answer), "405", "{answer}");
        assert!(
            !answer.contains("secret") && !answer.contains("example.com"),
            "no echo: {answer}"
        );
        assert_eq!(
            (row.head(), row.answered, row.taken),
            (request, Some(405), false),
            "it is on record"
        );
        assert_eq!(row.arrival.state, State::Complete, "it came whole");
    }
}

#[tokio::test]
async fn head_bombs_are_cut_off_and_their_beginning_kept() {
    let many: String = (0..10_000)
        .map(|number| format!("X-{number}: {number}\r\n"))
        .collect();
    let cases = [
        (
            format!("POST / HTTP/1.1\r\n{many}\r\n"),
            "431",
            "there are more than 200 header lines",
        ),
        (
            format!("POST / HTTP/1.1\r\nA: {}\r\n\r\n", "x".repeat(1 << 20)),
            "431",
            "the head is longer than the limit of 65536 bytes",
        ),
        (
            format!("POST /{} HTTP/1.1\r\n\r\n", "x".repeat(2 << 20)),
            "414",
            "the target is longer than the limit of 65536 bytes for a head",
        ),
        (
            format!("{} / HTTP/1.1\r\n\r\n", "M".repeat(70 << 10)),
            "400",
            "the method is longer than the limit of 65536 bytes for a head",
        ),
    ];
    for (request, wanted, reason) in cases {
        let bench = Bench::new().await;
        let answer = bench.exchange(request.as_bytes()).await;
        let row = bench.row().await;
        assert_eq!(
            status(&answer),
            wanted,
            "nobody waits for the rest: {reason}: {answer}"
        );
        assert_eq!(
            (row.reason(), row.arrival.state),
            (reason, State::Refused),
            "in words"
        );
        assert_eq!(
            row.answered.map(|status| status.to_string()).as_deref(),
            Some(wanted),
            "as was sent"
        );
        assert!(row.head().len() <= 65_536, "memory is bounded");
        assert!(
            request.as_bytes().starts_with(row.head()) && row.head().len() > 2000,
            "its beginning is shown"
        );
    }
}

#[tokio::test]
async fn a_head_of_exactly_the_limit_is_taken() {
    let bench = Bench::new().await;
    let frame = "GET / HTTP/1.1\r\nA: \r\n\r\n".len();
    for (length, wanted) in [(65_536, "200"), (65_537, "431")] {
        let request = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "x".repeat(length - frame));
        assert_eq!(
            status(&bench.exchange_and_end(request.as_bytes()).await),
            wanted,
            "{length} bytes"
        );
    }
    assert_eq!(
        bench.rows(2).await[0].arrival.version,
        HttpVersion::Http11,
        "the whole head is kept"
    );
}

#[tokio::test]
async fn nothing_of_a_request_is_reflected_and_no_origin_is_let_in() {
    let bench = Bench::new().await;
    let answer = bench
        .exchange_and_end(
            b"OPTIONS /canary HTTP/1.1\r\nHost: canary\r\nOrigin: http://canary\r\n\
            Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Private-Network: true\r\n\r\n",
        )
        .await;
    let lower = answer.to_ascii_lowercase();
    assert!(
        !lower.contains("access-control") && !lower.contains("canary"),
        "{answer}"
    );
}
