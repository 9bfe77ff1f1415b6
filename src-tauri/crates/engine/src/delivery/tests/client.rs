use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::scripted::{Target, drain, hurried, impatient, post, read_request, sent, told, unhurried};
use super::*;
use crate::delivery::{Destination, Edit};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[tokio::test]
async fn the_bytes_of_the_plan_are_the_bytes_on_the_wire() {
    let (target, mut records) = Target::recording_and_answering(OK).await;
    let captured = crate::model::RawHead::new(Bytes::from_static(
        b"POST /Hook?b&a=%7E HTTP/1.1\r\nhost: h\r\nX-B:1\r\nx-a:  \xff2 \r\nX-B: 3\r\ncontent-LENGTH: 3\r\n\r\n",
    ));
    let destination = Destination::parse(&target.url("")).unwrap();
    let outgoing = crate::delivery::resend(&captured, Bytes::from_static(b"\0\xff\n"), &destination).unwrap();
    let attempt = sent(unhurried(), &outgoing).await;

    assert_eq!(
        told(&attempt),
        (Outcome::Answered, ""),
        "a whole answer needs no message"
    );
    assert_eq!(
        (attempt.status, &attempt.body[..]),
        (Some(200), &b"ok"[..]),
        "status and body are kept"
    );
    assert_eq!(
        &attempt.head[..],
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
        "the head as on the wire"
    );
    assert_eq!(
        records.recv().await.unwrap(),
        [&outgoing.head[..], &outgoing.body[..]].concat(),
        "byte for byte"
    );
    let timings = attempt.timings;
    assert!(
        timings.connect.is_some() && timings.first_byte.is_some(),
        "each stage reached has its time"
    );
    assert_eq!(
        (timings.resolve, timings.tls),
        (None, None),
        "a stage that was not needed has none"
    );
    assert!(
        timings.total >= timings.connect.unwrap(),
        "the whole is not shorter than a part"
    );
}

#[tokio::test]
async fn a_closed_port_and_an_unknown_name_are_told_apart() {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let attempt = sent(unhurried(), &post(&format!("http://127.0.0.1:{port}"), "")).await;
    let message = format!("nothing listens on `127.0.0.1:{port}`");
    assert_eq!(
        told(&attempt),
        (Outcome::Refused, message.as_str()),
        "the port is named"
    );
    assert_eq!(
        attempt.hint.as_deref(),
        Some("start your dev server, or check the port"),
        "and what to do"
    );

    let attempt = sent(unhurried(), &post(&format!("http://localhost:{port}"), "")).await;
    let message = format!("nothing listens on `localhost:{port}`");
    assert_eq!(
        told(&attempt),
        (Outcome::Refused, message.as_str()),
        "the name is named as it was given"
    );

    let attempt = sent(unhurried(), &post("http://devbox.invalid/", "")).await;
    assert_eq!(
        told(&attempt),
        (Outcome::Unresolved, "the name `devbox.invalid` does not resolve"),
        "so is a name"
    );
    assert_eq!(attempt.timings.connect, None, "it never came to connecting");
}

#[tokio::test]
async fn each_stall_says_its_stage() {
    let target = Target::answering_then_silent("").await;
    let attempt = sent(hurried(), &post(&target.url("/"), "{}")).await;
    let (outcome, message) = told(&attempt);
    assert_eq!(outcome, Outcome::TimedOut, "silence ends");
    assert!(
        message.starts_with("no answer within 500 ms: connected in "),
        "{message}"
    );
    assert!(message.ends_with("s, then silence"), "{message}");

    let cases = [
        (
            "HTTP/1.1 2",
            "no whole answer within 1 s: `10` bytes of its head came",
            "",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
            "no whole answer within 1 s: `3` of `9` bytes of its body came",
            "abc",
        ),
        (
            "HTTP/1.1 200 OK\r\n\r\nabc",
            "no whole answer within 1 s: `3` bytes of its body came",
            "abc",
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\n",
            "no whole answer within 1 s: an interim answer came, then silence",
            "",
        ),
    ];
    // At once, since each waits out its time.
    let sent = cases.map(|(answer, wanted, kept)| async move {
        let target = Target::answering_then_silent(answer).await;
        let attempt = sent(hurried(), &post(&target.url("/"), "{}")).await;
        assert_eq!(told(&attempt), (Outcome::TimedOut, wanted), "{answer}");
        assert_eq!(attempt.body, kept, "what came is kept: {answer}");
    });
    futures_util::future::join_all(sent).await;
}

#[tokio::test]
async fn a_target_that_does_not_read_is_not_waited_for_for_ever() {
    let target = Target::with(|stream| async move {
        let _open = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let attempt = sent(hurried(), &post(&target.url("/"), vec![b'x'; 64 << 20])).await;
    let (outcome, message) = told(&attempt);
    assert_eq!(outcome, Outcome::TimedOut, "{message}");
    assert!(
        message.starts_with("the request did not go out within "),
        "the stage is named: {message}"
    );
}

#[tokio::test]
async fn a_name_that_does_not_come_back_times_out_as_such() {
    let resolver = Resolver::from_fn(|_| Box::pin(std::future::pending()));
    let attempt = sent(
        ClientSettings {
            resolver,
            ..impatient()
        },
        &post("http://devbox/", ""),
    )
    .await;
    assert_eq!(
        told(&attempt),
        (
            Outcome::TimedOut,
            "the name `devbox` did not resolve within 200 ms"
        ),
        "by its stage"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_that_is_not_taken_times_out_as_such() {
    // A full backlog swallows the next connection, as a firewall would.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut held = Vec::new();
    while let Ok(stream) = tokio::time::timeout(
        Duration::from_millis(300),
        tokio::net::TcpStream::connect(address),
    )
    .await
    {
        held.push(stream.unwrap());
        assert!(held.len() < 64, "the backlog fills");
    }
    let attempt = sent(impatient(), &post(&format!("http://{address}"), "")).await;
    let message = format!("no connection to `{address}` within 200 ms");
    assert_eq!(
        told(&attempt),
        (Outcome::TimedOut, message.as_str()),
        "by its stage"
    );
}

#[tokio::test]
async fn a_connection_that_breaks_says_how_and_where() {
    let reset = Target::with(|mut stream| async move {
        read_request(&mut stream).await;
        stream.set_zero_linger().unwrap();
    })
    .await;
    let attempt = sent(unhurried(), &post(&reset.url("/"), "{}")).await;
    let message = format!("`{}` reset the connection without an answer", reset.address);
    assert_eq!(
        told(&attempt),
        (Outcome::Closed, message.as_str()),
        "a reset is no close"
    );

    for (answer, wanted, status, kept) in [
        ("", "without an answer", None, ""),
        (
            "HTTP/1.1 200 O",
            "in the head of its answer, after `14` bytes",
            None,
            "",
        ),
        (
            "HTTP/1.1 500 Oh\r\nContent-Length: 9\r\n\r\nabc",
            "in the body of its answer, after `3` of `9` bytes",
            Some(500),
            "abc",
        ),
    ] {
        let target = Target::answering(answer).await;
        let attempt = sent(unhurried(), &post(&target.url("/"), "{}")).await;
        let message = format!("`{}` closed the connection {wanted}", target.address);
        assert_eq!(told(&attempt), (Outcome::Closed, message.as_str()), "{answer}");
        assert_eq!(
            (attempt.status, &attempt.body[..]),
            (status, kept.as_bytes()),
            "what came is kept: {answer}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_told_with_its_bytes() {
    let huge = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(300 * 1024));
    let flood = "HTTP/1.1 102 Processing\r\n\r\n".repeat(200);
    for (answer, wanted, status) in [
        (
            "SSH-2.0-x\r\n",
            "something that is not HTTP: `SSH-2.0-x\\r\\n`",
            None,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nxyz\r\n",
            "a bad chunk: `xyz` stands where its size should",
            Some(200),
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "two `Content-Length` that differ: `1` and `2`",
            Some(200),
        ),
        (&huge, "a head of more than `262144` bytes", None),
        (&flood, "`101` interim answers and no final one", None),
    ] {
        let target = Target::answering(answer).await;
        let attempt = sent(unhurried(), &post(&target.url("/"), "{}")).await;
        let message = format!("`{}` answered with {wanted}", target.address);
        assert_eq!(
            told(&attempt),
            (Outcome::InvalidAnswer, message.as_str()),
            "it is named"
        );
        assert_eq!(
            attempt.status, status,
            "the status is kept where there was one: {wanted}"
        );
        assert!(
            answer.starts_with(std::str::from_utf8(&attempt.head).unwrap()),
            "the bytes are kept: {wanted}"
        );
    }
}

#[tokio::test]
async fn odd_but_right_answers_are_answers() {
    for (answer, status, body) in [
        ("HTTP/1.0 200 OK\r\n\r\nto the end", 200, "to the end"),
        ("HTTP/1.1 204 No Content\r\n\r\nbody", 204, ""),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\nLink: y\r\n\r\nHTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n",
            201,
            "",
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n",
            302,
            "",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX: y\r\n\r\n",
            200,
            "ab",
        ),
    ] {
        let target = Target::answering(answer).await;
        let attempt = sent(unhurried(), &post(&target.url("/"), "{}")).await;
        assert_eq!(
            (attempt.outcome, attempt.status),
            (Outcome::Answered, Some(status)),
            "{answer}: {attempt:?}"
        );
        assert_eq!(attempt.body, body, "{answer}");
        assert_eq!(target.connections(), 1, "nothing is followed: {answer}");
    }
}

#[tokio::test]
async fn the_answer_to_head_has_no_body() {
    let target = Target::answering_then_silent("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n").await;
    let edit = Edit {
        method: "HEAD".into(),
        url: target.url("/"),
        headers: Vec::new(),
        body: Bytes::new(),
    };
    let attempt = sent(unhurried(), &edit.plan().unwrap()).await;
    assert_eq!(
        told(&attempt),
        (Outcome::Answered, ""),
        "its length is that of a body that does not come"
    );
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_limit() {
    let target = Target::with(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 65536]).await.is_ok() {}
    })
    .await;
    let attempt = sent(unhurried(), &post(&target.url("/"), "{}")).await;
    assert_eq!(
        told(&attempt),
        (Outcome::Answered, ""),
        "the answer as such is one"
    );
    assert_eq!(
        (attempt.body.len(), attempt.body_cut),
        (10 << 20, true),
        "the limit is kept and the cut is marked"
    );
}

#[tokio::test]
async fn an_answer_before_the_request_is_read_is_taken() {
    let target = Target::with(|mut stream| async move {
        let mut some = [0; 100];
        let _ = stream.read(&mut some).await;
        let _ = stream
            .write_all(b"HTTP/1.1 413 Too Long\r\nContent-Length: 2\r\n\r\nno")
            .await;
        std::future::pending::<()>().await;
    })
    .await;
    let attempt = sent(unhurried(), &post(&target.url("/"), vec![b'x'; 64 << 20])).await;
    assert_eq!(
        (attempt.outcome, attempt.status),
        (Outcome::Answered, Some(413)),
        "{:?}",
        attempt.message
    );
    let remark = attempt.message.unwrap();
    assert!(
        remark.starts_with("it answered before it had read the request: "),
        "and it is said: {remark}"
    );
    assert_eq!(attempt.timings.first_byte, Some(0), "nobody waited");
}

#[tokio::test]
async fn a_target_that_echoes_while_it_reads_does_not_lock_up() {
    let length = 8 << 20;
    let target = Target::with(move |mut stream| async move {
        let mut head = [0; 1];
        let mut seen = Vec::new();
        while !seen.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut head).await.unwrap();
            seen.push(head[0]);
        }
        stream
            .write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let (mut reading, mut writing) = stream.split();
        let _ = tokio::io::copy(&mut (&mut reading).take(length), &mut writing).await;
    })
    .await;
    let body: Vec<u8> = (0_u32..).flat_map(u32::to_le_bytes).take(8 << 20).collect();
    let attempt = sent(unhurried(), &post(&target.url("/"), body.clone())).await;
    assert_eq!(
        (attempt.outcome, attempt.status),
        (Outcome::Answered, Some(200)),
        "{:?}",
        attempt.message
    );
    assert!(attempt.body == body, "both ways at once, byte for byte");
}

#[tokio::test]
async fn cancelling_closes_the_connection() {
    let (closed, mut closes) = tokio::sync::mpsc::unbounded_channel();
    let target = Target::with(move |mut stream| {
        let closed = closed.clone();
        async move {
            read_request(&mut stream).await;
            closed.send("read").unwrap();
            drain(&mut stream).await;
            closed.send("closed").unwrap();
        }
    })
    .await;
    let cancel = Cancel::new();
    let client = Client::new(unhurried(), Clock::system());
    let outgoing = post(&target.url("/"), "{}");
    let stopping = async {
        assert_eq!(closes.recv().await, Some("read"), "the request came");
        cancel.cancel();
    };
    let (attempt, ()) = tokio::join!(client.send(&outgoing, &cancel), stopping);
    assert_eq!(
        told(&attempt),
        (
            Outcome::Cancelled,
            "it was cancelled while waiting for the answer"
        ),
        "it is said"
    );
    assert_eq!(closes.recv().await, Some("closed"), "the target sees the end");

    let attempt = client.send(&outgoing, &cancel).await;
    assert_eq!(
        attempt.outcome,
        Outcome::Cancelled,
        "a raised flag lets nothing begin"
    );
    assert_eq!(target.connections(), 1, "not even a connection");
}

/// Answers every request on a connection, closing after `most`.
async fn persistent(most: usize) -> Target {
    Target::with(move |mut stream| async move {
        for _ in 0..most {
            if read_request(&mut stream).await.is_empty() {
                return;
            }
            let _ = stream.write_all(OK).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_connection_is_used_again_only_when_asked() {
    for (reuse, most, wanted) in [
        (Reuse::Never, 100, 3),
        (Reuse::Always, 100, 1),
        (Reuse::Always, 1, 3),
    ] {
        let target = persistent(most).await;
        let client = Client::new(ClientSettings { reuse, ..unhurried() }, Clock::system());
        let outgoing = post(&target.url("/"), "{}");
        for _ in 0..3 {
            let attempt = client.send(&outgoing, &Cancel::new()).await;
            assert_eq!(
                told(&attempt),
                (Outcome::Answered, ""),
                "{reuse:?}, {most} a connection"
            );
            if most == 1 {
                // The close must have arrived before the connection is looked at again.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        assert_eq!(target.connections(), wanted, "{reuse:?}, {most} a connection");
    }
}

#[tokio::test]
async fn a_request_that_crosses_a_close_goes_once_more_only_where_that_does_no_harm() {
    for (method, outcome, connections) in [("PUT", Outcome::Answered, 2), ("POST", Outcome::Closed, 1)] {
        // Answers the first request of the first connection, reads the second and closes.
        let first = Arc::new(AtomicBool::new(true));
        let target = Target::with(move |mut stream| {
            let first = first.swap(false, Ordering::SeqCst);
            async move {
                read_request(&mut stream).await;
                let _ = stream.write_all(OK).await;
                if first {
                    read_request(&mut stream).await;
                }
            }
        })
        .await;
        let settings = ClientSettings {
            reuse: Reuse::Always,
            ..unhurried()
        };
        let client = Client::new(settings, Clock::system());
        let mut outgoing = post(&target.url("/"), "{}");
        client.send(&outgoing, &Cancel::new()).await;
        outgoing.head = [method.as_bytes(), &outgoing.head[4..]].concat().into();
        let attempt = client.send(&outgoing, &Cancel::new()).await;
        let (came, message) = told(&attempt);
        assert_eq!(came, outcome, "{method}: {message}");
        assert!(
            message.contains("once more"),
            "{method}: the record says what was done: {message}"
        );
        assert_eq!(target.connections(), connections, "{method}");
    }
}

#[tokio::test]
async fn our_own_listener_is_refused() {
    let target = Target::answering(OK).await;
    let settings = ClientSettings {
        listening: vec![target.address].into(),
        ..unhurried()
    };
    for host in ["127.0.0.1", "localhost", "0.0.0.0"] {
        let url = format!("http://{host}:{}/", target.address.port());
        let attempt = sent(settings.clone(), &post(&url, "")).await;
        let message = format!("`{host}:{}` is Hookbench's own listener", target.address.port());
        assert_eq!(told(&attempt), (Outcome::Refused, message.as_str()), "`{url}`");
    }
    assert_eq!(target.connections(), 0, "nothing was connected to");
}

#[tokio::test]
async fn a_target_too_far_away_is_refused_before_connecting() {
    let settings = ClientSettings {
        farthest: Reach::Private,
        ..unhurried()
    };
    let attempt = sent(settings, &post("http://192.0.2.1:9/", "")).await;
    let message = "`192.0.2.1:9` is neither on this machine nor in a private network";
    assert_eq!(told(&attempt), (Outcome::Refused, message), "by its address");
    assert_eq!(attempt.timings.connect, None, "nothing was connected to");
}

#[tokio::test]
async fn the_judged_address_is_the_one_connected_to() {
    let target = Target::answering(OK).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let resolver = Resolver::from_fn(move |_| {
        let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        let address = if first { "127.0.0.1" } else { "192.0.2.1" };
        Box::pin(async move { Ok(vec![address.parse().unwrap()]) })
    });
    let client = Client::new(
        ClientSettings {
            resolver,
            ..unhurried()
        },
        Clock::system(),
    );
    let outgoing = post(
        &format!("http://rebinding.example:{}/", target.address.port()),
        "",
    );
    let resolved = client.resolve(&outgoing.origin).await.unwrap();
    assert_eq!(
        Reach::of_all(&resolved.addresses),
        Reach::Loopback,
        "what is judged"
    );
    let attempt = client.send_to(&outgoing, &resolved, &Cancel::new()).await;
    assert_eq!(told(&attempt), (Outcome::Answered, ""), "is what is connected to");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "the name is not asked for twice");
}
