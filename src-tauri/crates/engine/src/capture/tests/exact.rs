//! What came is what is kept.

use sha2::{Digest, Sha256};

use super::*;
use crate::model::{HttpVersion, Mark, State};

#[tokio::test]
async fn a_request_is_kept_byte_for_byte_before_it_is_answered() {
    let bench = Bench::new().await;
    let head = b"POST /Stripe?a=b#frag HTTP/1.1\r\nhOsT: x\r\nX-B:  1 \r\nx-a:2\r\nX-B:\t3\r\nContent-Length: 4\r\n\r\n";
    let mut stream = bench.connect().await;
    stream
        .write_all(&[head, &b"\0\xff{}"[..]].concat())
        .await
        .unwrap();
    let answer = read_answer(&mut stream).await;
    let row = bench.intake.rows().remove(0);
    assert_eq!(status(&answer), "200", "{answer}");
    assert!(
        answer.ends_with("\r\n\r\nkept\n"),
        "the answer is the intake's: {answer}"
    );
    assert!(
        answer.contains("x-content-type-options: nosniff\r\n"),
        "nothing to guess: {answer}"
    );
    assert_eq!(
        row.head(),
        head,
        "order, case, repeats, spacing and fragment are the sender's"
    );
    assert_eq!(row.body, b"\0\xff{}", "so is the body");
    assert_eq!(
        row.arrival.body_sha256,
        <[u8; 32]>::from(Sha256::digest(&row.body)),
        "the digest is of the body"
    );
    assert_eq!(
        row.arrival.received_at,
        Timestamp::from_micros(NOW),
        "by the clock that was passed in"
    );
    assert_eq!(
        row.arrival.peer,
        stream.local_addr().unwrap(),
        "the sender is known"
    );
    assert_eq!(
        (row.arrival.state, row.arrival.version),
        (State::Complete, HttpVersion::Http11),
        "whole"
    );
    assert_eq!(row.arrival.framing.declared_length, Some(4), "as declared");
    assert!(row.taken && row.arrival.reason.is_none(), "nothing is amiss");
}

#[tokio::test]
async fn a_hundred_pipelined_requests_are_a_hundred_rows_in_order() {
    let bench = Bench::new().await;
    let mut sent = Vec::new();
    let mut heads = Vec::new();
    for number in 0..100 {
        let (head, body) = match number % 4 {
            0 => (
                format!("POST /{number} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"),
                "a\r\n".to_owned(),
            ),
            1 => (
                format!("PUT /{number} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"),
                "1\r\na\r\n2\r\n\r\n\r\n0\r\n\r\n".to_owned(),
            ),
            2 => (
                format!("GET /{number} HTTP/1.1\r\nHost: x\r\n\r\n"),
                String::new(),
            ),
            _ => (format!("GET /{number} HTTP/1.1\nHost: x\n\n"), String::new()),
        };
        sent.extend_from_slice(head.as_bytes());
        sent.extend_from_slice(body.as_bytes());
        heads.push(head);
    }
    let answers = bench.exchange_and_end(&sent).await;
    let rows = bench.rows(100).await;
    assert_eq!(
        answers.matches("HTTP/1.1 200 OK").count(),
        100,
        "each has its answer"
    );
    for (number, (row, head)) in rows.iter().zip(&heads).enumerate() {
        assert_eq!(
            row.head(),
            head.as_bytes(),
            "the borders are where the sender put them"
        );
        assert_eq!(
            row.arrival.framing.position as usize, number,
            "the place on the connection"
        );
        let body: &[u8] = if number % 4 < 2 { b"a\r\n" } else { b"" };
        assert_eq!(row.body, body, "the body of request {number}");
    }
}

#[tokio::test]
async fn a_thousand_requests_fit_on_one_connection() {
    let bench = Bench::new().await;
    let mut stream = bench.connect().await;
    for number in 0..1000 {
        let request = format!("POST /{number} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
        stream.write_all(request.as_bytes()).await.unwrap();
        assert_eq!(status(&read_answer(&mut stream).await), "200", "request {number}");
    }
    let rows = bench.rows(1000).await;
    assert!(rows.iter().all(|row| row.body == b"hello"), "each is whole");
}

#[tokio::test]
async fn a_chunked_body_is_kept_unchunked_with_its_trailers_as_sent() {
    let bench = Bench::new().await;
    let mut stream = bench.connect().await;
    let request = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n\
        3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\nx-SUM:2\r\n\r\n";
    stream.write_all(request).await.unwrap();
    read_answer(&mut stream).await;
    let row = bench.row().await;
    assert_eq!(
        row.body, b"abc0123456789",
        "the chunks are transfer framing, not body"
    );
    assert!(
        row.arrival.framing.chunked,
        "that there were chunks is a fact beside it"
    );
    let sizes = &row.arrival.framing.chunks;
    assert_eq!(
        (sizes.count, &sizes.first[..]),
        (2, &[3, 10][..]),
        "and in which they came"
    );
    let trailers = &row.arrival.framing.trailers;
    let shown: Vec<_> = trailers
        .iter()
        .map(|header| (&header.name[..], &header.value[..]))
        .collect();
    let wanted: Vec<(&[u8], &[u8])> = vec![(b"X-Sum", b"1"), (b"x-SUM", b"2")];
    assert_eq!(shown, wanted, "trailers keep case, order and repeats");
}

#[tokio::test]
async fn four_mebibytes_in_chunks_of_sixteen_bytes_are_taken() {
    let bench = Bench::new().await;
    let mut stream = bench.connect().await;
    let mut request = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..(4 << 20) / 16 {
        request.extend_from_slice(b"10\r\n0123456789abcdef\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    stream.write_all(&request).await.unwrap();
    assert_eq!(
        status(&read_answer(&mut stream).await),
        "200",
        "small chunks are allowed"
    );
    assert_eq!(
        bench.row().await.body,
        b"0123456789abcdef".repeat((4 << 20) / 16),
        "and put together right"
    );
}

#[tokio::test]
async fn a_large_body_goes_through_a_file_and_is_the_same() {
    let bench = Bench::new().await;
    let body: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
    let mut stream = bench.connect().await;
    stream
        .write_all(
            format!(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
                body.len()
            )
            .as_bytes(),
        )
        .await
        .unwrap();
    stream.write_all(&body).await.unwrap();
    assert_eq!(
        status(&read_answer(&mut stream).await),
        "200",
        "it is under the limit"
    );
    let row = bench.row().await;
    assert!(row.body == body, "every byte is the sender's");
    assert_eq!(
        row.arrival.body_sha256,
        <[u8; 32]>::from(Sha256::digest(&body)),
        "the digest too"
    );
    let file = row.arrival.body.file().expect("it is over the spool threshold");
    drop(row);
    bench.intake.rows.lock().unwrap().clear();
    assert!(!file.exists(), "the file goes with its last holder");
    assert_eq!(
        std::fs::read_dir(bench.folder.path().join("spool"))
            .unwrap()
            .count(),
        0,
        "no other is left"
    );
}

#[tokio::test]
async fn head_is_answered_without_a_body_and_the_connection_goes_on() {
    let bench = Bench::new().await;
    let answers = bench
        .exchange_and_end(b"HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    let rows = bench.rows(2).await;
    assert_eq!(answers.matches("200 OK").count(), 2, "{answers}");
    assert_eq!(
        answers.matches("kept").count(),
        1,
        "only OPTIONS has a body: {answers}"
    );
    assert_eq!(
        &rows[1].arrival.head.request_line().target[..],
        b"*",
        "any target is kept"
    );
}

#[tokio::test]
async fn a_sender_that_asks_first_is_told_to_go_on() {
    let bench = Bench::new().await;
    let mut stream = bench.connect().await;
    stream
        .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(status(&read_answer(&mut stream).await), "100", "before the body");
    stream.write_all(b"ok").await.unwrap();
    assert_eq!(status(&read_answer(&mut stream).await), "200", "after it");
    let row = bench.row().await;
    assert!(
        row.arrival.framing.expect_continue && row.body == b"ok",
        "both are on record"
    );
}

#[tokio::test]
async fn unusual_but_valid_requests_are_kept_and_marked() {
    let cases: [(&[u8], &[Mark]); 8] = [
        (
            b"GET http://169.254.169.254/meta HTTP/1.1\r\nHost: x\r\n\r\n",
            &[Mark::AbsoluteTarget],
        ),
        (b"GET / HTTP/1.1\r\n\r\n", &[Mark::NoHost]),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            &[Mark::SeveralHosts],
        ),
        (b"GET / HTTP/1.1\nHost: a\n\n", &[Mark::BareLineFeed]),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nX: caf\xe9\r\n\r\n",
            &[Mark::NotUtf8],
        ),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            &[Mark::UpgradeAsked],
        ),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
            &[Mark::RepeatedContentLength],
        ),
        (b"weird-method /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", &[]),
    ];
    for (request, marks) in cases {
        let bench = Bench::new().await;
        let answer = bench.exchange_and_end(request).await;
        let row = bench.row().await;
        assert_eq!(status(&answer), "200", "{}", request.escape_ascii());
        assert_eq!(row.head(), request, "kept as it came");
        assert_eq!(row.arrival.framing.marks, marks, "{}", request.escape_ascii());
    }
}

#[tokio::test]
async fn two_hundred_headers_are_taken() {
    let bench = Bench::new().await;
    let headers: String = (0..200)
        .map(|number| format!("X-{number}: {number}\r\n"))
        .collect();
    let request = format!("GET / HTTP/1.1\r\n{headers}\r\n");
    let answer = bench.exchange_and_end(request.as_bytes()).await;
    assert_eq!(status(&answer), "200", "hyper's own hundred are too few");
    assert_eq!(bench.row().await.head(), request.as_bytes(), "all are kept");
}

#[tokio::test]
async fn http_1_0_is_answered_and_closed() {
    let bench = Bench::new().await;
    let answer = bench
        .exchange(b"POST /old HTTP/1.0\r\nContent-Length: 2\r\n\r\nok")
        .await;
    let row = bench.row().await;
    assert_eq!(status(&answer), "200", "{answer}");
    assert_eq!(
        (row.arrival.version, &row.body[..]),
        (HttpVersion::Http10, &b"ok"[..]),
        "as it was"
    );
}

#[tokio::test]
async fn line_breaks_between_requests_belong_to_the_next_head() {
    let bench = Bench::new().await;
    bench
        .exchange_and_end(b"GET /a HTTP/1.1\r\n\r\n\r\n\r\nGET /b HTTP/1.1\r\n\r\n\r\n")
        .await;
    let rows = bench.rows(2).await;
    assert_eq!(
        rows[1].head(),
        b"\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
        "every byte has its place"
    );
}

#[tokio::test]
async fn the_answer_is_what_the_intake_says() {
    let bench = Bench::new().await;
    let name = http::HeaderName::from_static("retry-after");
    *bench.intake.answer.lock().unwrap() = Some(Answer {
        headers: vec![(name, http::HeaderValue::from_static("5"))],
        close: true,
        ..Answer::empty(503)
    });
    let answer = bench
        .exchange(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        .await;
    assert!(
        answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"),
        "{answer}"
    );
    assert!(answer.contains("retry-after: 5\r\n"), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
}
