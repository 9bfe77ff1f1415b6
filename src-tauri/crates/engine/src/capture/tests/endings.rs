//! Requests that end before their end.

use super::*;
use crate::model::State;

#[tokio::test]
async fn a_body_that_ends_early_is_aborted_and_gets_no_answer() {
    let cases: [(&[u8], &[u8], &str); 3] = [
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello",
            b"hello",
            "the sender closed the connection after 5 of 10 bytes of the body",
        ),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            b"hello",
            "the sender closed the connection after 5 bytes of a chunked body",
        ),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n",
            b"",
            "the sender closed the connection after 0 of 10 bytes of the body",
        ),
    ];
    for (request, body, reason) in cases {
        let bench = Bench::new().await;
        let answer = bench.exchange_and_end(request).await;
        let row = bench.row().await;
        assert_eq!(answer, "", "nobody is there to be answered");
        assert_eq!(
            (row.arrival.state, row.answered, row.taken),
            (State::Aborted, None, false),
            "{reason}"
        );
        assert_eq!((row.reason(), &row.body[..]), (reason, body), "what came is kept");
    }
}

#[tokio::test]
async fn a_body_that_is_reset_is_aborted() {
    let bench = Bench::new().await;
    let mut stream = bench.connect().await;
    stream
        .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(
        status(&read_answer(&mut stream).await),
        "100",
        "its head is understood"
    );
    stream.write_all(b"hello").await.unwrap();
    // Closing a socket with unread data or no linger time resets it.
    stream.set_zero_linger().unwrap();
    drop(stream);
    let row = bench.row().await;
    assert_eq!(
        (row.arrival.state, row.answered),
        (State::Aborted, None),
        "{}",
        row.reason()
    );
    assert!(row.reason().contains("broke the connection"), "{}", row.reason());
}

#[tokio::test]
async fn a_head_that_ends_early_is_aborted_with_its_bytes() {
    let bench = Bench::new().await;
    let answer = bench.exchange_and_end(b"POST /half HTTP/1.1\r\nHos").await;
    let row = bench.row().await;
    assert_eq!(answer, "", "there is no request to answer");
    assert_eq!(row.head(), b"POST /half HTTP/1.1\r\nHos", "what came is shown");
    assert_eq!(
        (row.arrival.state, row.answered),
        (State::Aborted, None),
        "{}",
        row.reason()
    );
    assert_eq!(
        row.reason(),
        "the sender closed the connection in the middle of the head",
        "in words"
    );
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_word_leaves_no_row() {
    let limits = Limits {
        first_byte: Duration::from_millis(50),
        ..patient()
    };
    for (bytes, closed_by_sender) in [
        (&b""[..], true),
        (b"\r\n\r\n", true),
        (b"", false),
        (b"\r\n", false),
    ] {
        let mut wire = Wire::with(limits.clone());
        wire.send(bytes).await;
        if closed_by_sender {
            wire.stream.shutdown().await.unwrap();
        }
        let begun = tokio::time::Instant::now();
        let (answer, rows) = wire.finish().await;
        assert_eq!(answer, "", "nothing asked, nothing answered");
        assert_eq!(rows.len(), 0, "line breaks are no word: {rows:#?}");
        let waited = if closed_by_sender { 0 } else { 50 };
        assert_eq!(
            begun.elapsed().as_millis(),
            waited,
            "silence is ended by the first deadline"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_takes_too_long_is_told_so() {
    let mut wire = Wire::with(Limits {
        head_time: Duration::from_millis(100),
        ..patient()
    });
    wire.send(b"POST /slow HTTP/1.1\r\n").await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    wire.send(b"Host:").await;
    let (answer, rows) = wire.finish().await;
    let row = &rows[0];
    assert_eq!(status(&answer), "408", "{answer}");
    assert_eq!(
        (row.arrival.state, row.answered),
        (State::Aborted, Some(408)),
        "{}",
        row.reason()
    );
    assert_eq!(row.reason(), "the head was not whole after 100ms", "in words");
    assert_eq!(
        row.arrival.took_micros, 100_000,
        "measured from its first byte, whatever came later"
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_falls_silent_is_told_so() {
    let mut wire = Wire::with(Limits {
        body_gap: Duration::from_millis(100),
        ..patient()
    });
    wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhell")
        .await;
    tokio::time::sleep(Duration::from_millis(90)).await;
    wire.send(b"o").await;
    let (answer, rows) = wire.finish().await;
    let row = &rows[0];
    assert_eq!(status(&answer), "408", "{answer}");
    assert_eq!(
        (row.arrival.state, row.answered),
        (State::Aborted, Some(408)),
        "{}",
        row.reason()
    );
    assert_eq!(
        row.reason(),
        "nothing came for 100ms after 5 of 10 bytes of the body",
        "in words"
    );
    assert_eq!(row.body, b"hello", "what came is kept");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_drips_is_told_so() {
    let mut wire = Wire::with(Limits {
        body_rate: 1000,
        body_rate_after: Duration::from_millis(210),
        ..patient()
    });
    wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        .await;
    for _ in 0..15 {
        wire.send(b"x").await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (answer, rows) = wire.finish().await;
    assert_eq!(status(&answer), "408", "no gap is long, but the whole is slow");
    assert_eq!(
        rows[0].reason(),
        "it came slower than 1000 bytes a second after 11 of 1000 bytes of the body",
        "as soon as the rate counts"
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_takes_too_long_is_told_so_however_fast_it_comes() {
    let mut wire = Wire::with(Limits {
        body_time: Duration::from_millis(210),
        ..patient()
    });
    wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        .await;
    for _ in 0..15 {
        wire.send(&[b'x'; 1000]).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (answer, rows) = wire.finish().await;
    assert_eq!(status(&answer), "408", "it never ends");
    assert_eq!(
        rows[0].reason(),
        "the body was not whole after 210ms, after 11000 of 100000 bytes of the body",
        "the whole is bounded, not only the gaps"
    );
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_kept_longer_than_a_head_may_take() {
    let mut wire = Wire::with(Limits {
        first_byte: Duration::from_millis(50),
        head_time: Duration::from_millis(50),
        idle: Duration::from_millis(600),
        ..patient()
    });
    for _ in 0..2 {
        wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
        read_answer(&mut wire.stream).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let begun = tokio::time::Instant::now();
    let (answer, rows) = wire.finish().await;
    assert_eq!(answer, "", "it is closed without a word at last");
    assert_eq!(
        begun.elapsed().as_millis(),
        400,
        "counted from the end of the last request"
    );
    assert_eq!(rows.len(), 2, "and leaves nothing but its requests");
}

#[tokio::test]
async fn a_drained_listener_lets_requests_finish_and_frees_its_port() {
    let bench = Bench::new().await;
    let gate = Arc::new(Semaphore::new(0));
    *bench.intake.gate.lock().unwrap() = Some(Arc::clone(&gate));
    let mut busy = bench.connect().await;
    let mut idle = bench.connect().await;
    busy.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok")
        .await
        .unwrap();
    bench
        .until("one is on its way, and both are connected", |bench| {
            bench.intake.at_gate.load(Ordering::SeqCst) == 1 && bench.listener.connections() == 2
        })
        .await;
    let address = bench.listener.address();
    let closing = tokio::spawn(bench.listener.shut_down(Duration::from_hours(1)));
    assert_eq!(read_to_end(&mut idle).await, "", "the idle one is closed at once");
    assert!(
        TcpStream::connect(address).await.is_err(),
        "nobody listens there any more"
    );
    assert!(!closing.is_finished(), "the busy one is waited for");
    gate.add_permits(1);
    let answer = read_to_end(&mut busy).await;
    assert_eq!(status(&answer), "200", "it was on its way: {answer}");
    assert!(
        answer.contains("connection: close"),
        "no more is to be sent here: {answer}"
    );
    closing.await.unwrap();
    assert_eq!(bench.intake.rows().len(), 1, "it is kept");
}

#[tokio::test]
async fn what_outlives_the_grace_is_put_on_record() {
    let bench = Bench::new().await;
    let mut head = bench.connect().await;
    let mut body = bench.connect().await;
    // Once the answers are there, what was sent along with what they answer has been read too.
    head.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nPOST / HT")
        .await
        .unwrap();
    assert_eq!(status(&read_answer(&mut head).await), "200", "the first is whole");
    body.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\nhello")
        .await
        .unwrap();
    assert_eq!(
        status(&read_answer(&mut body).await),
        "100",
        "its head is understood"
    );
    bench.listener.shut_down(Duration::from_millis(10)).await;
    let rows = bench.intake.rows();
    let cut_short: Vec<&Row> = rows.iter().filter(|row| !row.taken).collect();
    assert_eq!((rows.len(), cut_short.len()), (3, 2), "{rows:#?}");
    for row in cut_short {
        assert_eq!(
            (row.arrival.state, row.answered),
            (State::Aborted, None),
            "{}",
            row.reason()
        );
        assert!(
            row.reason().starts_with("the listener was closed"),
            "{}",
            row.reason()
        );
    }
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let bench = Bench::new().await;
    let error = Listener::bind(
        bench.listener.address(),
        Arc::clone(&bench.limits),
        bench.folder.path().to_owned(),
        Clock::system(),
        Arc::new(Collecting::default()),
    )
    .await
    .unwrap_err();
    let port = bench.listener.address().port();
    assert_eq!(
        error.to_string(),
        format!("port `{port}` on `127.0.0.1` is in use by another program"),
        "which"
    );
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_was_suspended_cuts_nobody_off_for_it() {
    let limits = Limits {
        head_time: Duration::from_secs(10),
        body_gap: Duration::from_secs(10),
        body_rate: 500,
        body_rate_after: Duration::from_secs(10),
        ..patient()
    };
    let mut wire = Wire::with(limits);
    wire.send(b"POST / HTTP/1.1\r\nHost: x\r\n").await;
    asleep().await;
    wire.send(b"Content-Length: 10\r\n\r\nhello").await;
    asleep().await;
    wire.send(b"world").await;
    let answer = read_answer(&mut wire.stream).await;
    assert_eq!(
        status(&answer),
        "200",
        "an hour asleep is no hour of silence: {answer}"
    );
    assert_eq!(wire.intake.rows()[0].body, b"helloworld", "and the body is whole");

    // Who really is silent is still cut off afterwards.
    wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello")
        .await;
    asleep().await;
    let begun = tokio::time::Instant::now();
    let answer = read_answer(&mut wire.stream).await;
    assert_eq!(status(&answer), "408", "{answer}");
    let waited = begun.elapsed();
    assert!(
        waited >= Duration::from_secs(5) && waited <= Duration::from_secs(10),
        "counted from when the machine woke: {waited:?}"
    );
}

/// Everything that can be done is done, and then an hour passes at once.
async fn asleep() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    tokio::time::advance(Duration::from_hours(1)).await;
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}
