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
        .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello")
        .await
        .unwrap();
    // Closing a socket with unread data or no linger time resets it.
    stream.set_zero_linger().unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
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

#[tokio::test]
async fn a_connection_without_a_word_leaves_no_row() {
    let limits = Limits {
        first_byte: Duration::from_millis(50),
        ..brisk()
    };
    let bench = Bench::with(limits).await;
    assert_eq!(
        bench.exchange_and_end(b"").await,
        "",
        "nothing asked, nothing answered"
    );
    assert_eq!(
        bench.exchange_and_end(b"\r\n\r\n").await,
        "",
        "line breaks are no word"
    );
    assert_eq!(
        bench.exchange(b"\r\n").await,
        "",
        "silence is ended by the first deadline"
    );
    let answer = bench.exchange_and_end(b"GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(status(&answer), "200", "{answer}");
    assert_eq!(bench.rows(1).await.len(), 1, "only the request is a row");
}

#[tokio::test]
async fn a_head_that_takes_too_long_is_told_so() {
    let bench = Bench::with(Limits {
        head_time: Duration::from_millis(100),
        ..brisk()
    })
    .await;
    let answer = bench.exchange(b"POST /slow HTTP/1.1\r\nHost:").await;
    let row = bench.row().await;
    assert_eq!(status(&answer), "408", "{answer}");
    assert_eq!(
        (row.arrival.state, row.answered),
        (State::Aborted, Some(408)),
        "{}",
        row.reason()
    );
    assert_eq!(row.reason(), "the head was not whole after 100ms", "in words");
    assert!(row.arrival.took_micros >= 100_000, "measured from its first byte");
}

#[tokio::test]
async fn a_body_that_falls_silent_is_told_so() {
    let bench = Bench::with(Limits {
        body_gap: Duration::from_millis(100),
        ..brisk()
    })
    .await;
    let answer = bench
        .exchange(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello")
        .await;
    let row = bench.row().await;
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

#[tokio::test]
async fn a_body_that_drips_is_told_so() {
    let limits = Limits {
        body_rate: 1000,
        body_rate_after: Duration::from_millis(200),
        ..brisk()
    };
    let bench = Bench::with(limits).await;
    let stream = bench.connect().await;
    let (mut reading, mut writing) = stream.into_split();
    let dripping = tokio::spawn(async move {
        writing
            .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
            .await?;
        loop {
            writing.write_all(b"x").await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        #[expect(
            unreachable_code,
            reason = "the loop ends with an error; this gives it its type"
        )]
        std::io::Result::Ok(())
    });
    let mut answer = [0; 12];
    reading.read_exact(&mut answer).await.unwrap();
    dripping.abort();
    let row = bench.row().await;
    assert_eq!(&answer, b"HTTP/1.1 408", "no gap is long, but the whole is slow");
    assert!(
        row.reason()
            .starts_with("it came slower than 1000 bytes a second"),
        "{}",
        row.reason()
    );
}

#[tokio::test]
async fn an_idle_connection_is_kept_longer_than_a_head_may_take() {
    let limits = Limits {
        first_byte: Duration::from_millis(50),
        head_time: Duration::from_millis(50),
        idle: Duration::from_millis(600),
        ..brisk()
    };
    let bench = Bench::with(limits).await;
    let mut stream = bench.connect().await;
    for _ in 0..2 {
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        read_answer(&mut stream).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(
        read_to_end(&mut stream).await,
        "",
        "it is closed without a word at last"
    );
    assert_eq!(
        bench.rows(2).await.len(),
        2,
        "and leaves nothing but its requests"
    );
}

#[tokio::test]
async fn a_drained_listener_lets_requests_finish_and_frees_its_port() {
    let bench = Bench::new().await;
    *bench.intake.delay.lock().unwrap() = Duration::from_millis(200);
    let mut busy = bench.connect().await;
    let mut idle = bench.connect().await;
    busy.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(bench.listener.connections(), 2, "both are connected");
    let address = bench.listener.address();
    let begun = Instant::now();
    bench.listener.shut_down(Duration::from_secs(5)).await;
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "nobody waits for the idle one"
    );
    let answer = read_to_end(&mut busy).await;
    assert_eq!(status(&answer), "200", "it was on its way: {answer}");
    assert!(
        answer.contains("connection: close"),
        "no more is to be sent here: {answer}"
    );
    assert_eq!(read_to_end(&mut idle).await, "", "the idle one is closed");
    assert!(
        TcpStream::connect(address).await.is_err(),
        "nobody listens there any more"
    );
    assert_eq!(bench.intake.rows().len(), 1, "it is kept");
}

#[tokio::test]
async fn what_outlives_the_grace_is_put_on_record() {
    let bench = Bench::new().await;
    let mut head = bench.connect().await;
    let mut body = bench.connect().await;
    head.write_all(b"POST / HT").await.unwrap();
    body.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhello")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    bench.listener.shut_down(Duration::from_millis(50)).await;
    let rows = bench.intake.rows();
    assert_eq!(rows.len(), 2, "{rows:#?}");
    for row in rows {
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
