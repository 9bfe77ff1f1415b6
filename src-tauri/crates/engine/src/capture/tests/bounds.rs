//! What a sender may take, and no more.

use super::*;
use crate::model::State;

fn small() -> Limits {
    Limits {
        body: 100_000,
        ..patient()
    }
}

const REASON: &str = "the body is larger than the limit of 100000 bytes";

#[tokio::test]
async fn a_declared_length_over_the_limit_is_refused_at_once() {
    let bench = Bench::with(small()).await;
    let mut stream = bench.connect().await;
    stream
        .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 107374182400\r\n\r\nbeginning")
        .await
        .unwrap();
    let answer = read_answer(&mut stream).await;
    let row = bench.intake.rows().remove(0);
    assert_eq!(status(&answer), "413", "without waiting for it: {answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    assert_eq!(
        (row.arrival.state, row.answered, row.reason()),
        (State::Cut, Some(413), REASON),
        "cut"
    );
    assert_eq!(row.body, b"beginning", "what had come is kept");
    assert_eq!(
        row.arrival.framing.declared_length,
        Some(107_374_182_400),
        "as declared"
    );
}

#[tokio::test]
async fn a_sender_that_asks_first_is_not_told_to_send_too_much() {
    let bench = Bench::with(small()).await;
    let answer = bench
        .exchange(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\nExpect: 100-continue\r\n\r\n")
        .await;
    assert_eq!(status(&answer), "413", "{answer}");
    assert!(!answer.contains("100 Continue"), "{answer}");
    assert_eq!(bench.row().await.arrival.state, State::Cut, "on record");
}

#[tokio::test]
async fn a_chunked_body_over_the_limit_is_cut_there_and_the_sender_reads_why() {
    let bench = Bench::with(small()).await;
    let stream = bench.connect().await;
    let (mut reading, mut writing) = stream.into_split();
    let sending = tokio::spawn(async move {
        let chunk = format!("2710\r\n{}\r\n", "x".repeat(10_000));
        writing
            .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            .await?;
        for _ in 0..2000 {
            writing.write_all(chunk.as_bytes()).await?;
        }
        writing.write_all(b"0\r\n\r\n").await
    });
    sending
        .await
        .unwrap()
        .expect("20 MB more are read and thrown away");
    let mut answer = String::new();
    reading.read_to_string(&mut answer).await.unwrap();
    let row = bench.row().await;
    assert_eq!(status(&answer), "413", "{answer}");
    assert_eq!(
        (row.arrival.state, row.answered, row.reason()),
        (State::Cut, Some(413), REASON),
        "cut"
    );
    assert_eq!(row.body, vec![b'x'; 100_000], "its beginning is kept");
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_taken() {
    let bench = Bench::with(small()).await;
    let request = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{}",
        "x".repeat(100_000)
    );
    assert_eq!(
        status(&bench.exchange_and_end(request.as_bytes()).await),
        "200",
        "a limit is allowed"
    );
    assert_eq!(bench.row().await.arrival.state, State::Complete, "whole");
}

#[tokio::test]
async fn a_good_sender_is_served_among_three_hundred_slow_ones() {
    let bench = Bench::with(Limits {
        connections: 100,
        ..patient()
    })
    .await;
    let mut slow = Vec::new();
    for _ in 0..300 {
        let mut stream = bench.connect().await;
        stream
            .write_all(b"POST /slow HTTP/1.1\r\nHost: x\r\n")
            .await
            .unwrap();
        slow.push(stream);
    }
    let mut good = bench.connect().await;
    for _ in 0..20 {
        // The slow ones would stay for an hour.
        good.write_all(b"POST /good HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok")
            .await
            .unwrap();
        assert_eq!(status(&read_answer(&mut good).await), "200", "it is served");
        slow.push(bench.connect().await);
    }
    assert!(
        bench.listener.connections() <= 100,
        "the cap holds: {}",
        bench.listener.connections()
    );
    let evicted = |bench: &Bench| {
        let rows = bench.intake.rows();
        rows.iter()
            .filter(|row| row.reason().contains("waited longest"))
            .count()
    };
    bench
        .until("those that made room are on record", |bench| {
            evicted(bench) >= 200
        })
        .await;
    assert_eq!(
        bench.intake.rows().iter().filter(|row| row.taken).count(),
        20,
        "so is every good one"
    );
}

#[tokio::test]
async fn at_the_cap_the_idle_leave_and_the_busy_stay() {
    let bench = Bench::with(Limits {
        connections: 2,
        ..patient()
    })
    .await;
    let mut busy = bench.connect().await;
    busy.write_all(b"POST /busy HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nha")
        .await
        .unwrap();
    assert_eq!(
        status(&read_answer(&mut busy).await),
        "100",
        "its head is understood"
    );
    let mut idle = bench.connect().await;
    idle.write_all(b"GET /idle HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    read_answer(&mut idle).await;
    let mut third = bench.connect().await;
    third
        .write_all(b"GET /third HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(
        status(&read_answer(&mut third).await),
        "200",
        "newcomers never queue"
    );
    assert_eq!(read_to_end(&mut idle).await, "", "the idle one made room");
    busy.write_all(b"lf").await.unwrap();
    assert_eq!(
        status(&read_answer(&mut busy).await),
        "200",
        "the busy one was left alone"
    );
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_reads_no_answers_is_let_go() {
    let limits = Limits {
        answer_gap: Duration::from_millis(200),
        linger: Duration::from_millis(300),
        ..patient()
    };
    let mut wire = Wire::with(limits);
    *wire.intake.answer.lock().unwrap() = Some(Answer {
        body: vec![b'x'; 1 << 20].into(),
        ..Answer::empty(200)
    });
    wire.send(&b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200)).await;
    let begun = tokio::time::Instant::now();
    (&mut wire.serving).await.unwrap();
    assert_eq!(
        begun.elapsed().as_millis(),
        500,
        "it is let go once both of its deadlines are past"
    );
    assert!(
        wire.intake.rows().len() < 50,
        "no more are read than can be answered"
    );
}

#[tokio::test]
async fn many_large_bodies_at_a_time_go_to_files() {
    let limits = Limits {
        bodies_in_memory: 300_000,
        ..patient()
    };
    let bench = Bench::with(limits).await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        let mut stream = bench.connect().await;
        stream
            .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n")
            .await
            .unwrap();
        stream.write_all(&[b'x'; 150_000]).await.unwrap();
        streams.push(stream);
    }
    let files = |bench: &Bench| {
        std::fs::read_dir(bench.folder.path().join("spool"))
            .unwrap()
            .count()
    };
    bench
        .until("what is too much for memory is in files", |bench| {
            files(bench) >= 17
        })
        .await;
    for stream in &mut streams {
        stream.write_all(&[b'x'; 50_000]).await.unwrap();
        assert_eq!(status(&read_answer(stream).await), "200", "each is taken");
    }
    let rows = bench.rows(20).await;
    let in_memory = rows
        .iter()
        .filter(|row| row.arrival.body.file().is_none())
        .count();
    assert!(
        in_memory <= 3,
        "{in_memory} of 200 kB each stayed in memory, of 300 kB allowed"
    );
    assert!(
        rows.iter().all(|row| row.body == vec![b'x'; 200_000]),
        "all are whole"
    );
}

/// Runs in a process of its own, because it uses up all file descriptors. Only this binary sees what is tested, so it is
/// one of its tests; beside others it would take theirs away, so it is left out of them.
#[tokio::test]
#[ignore = "started by `a_listener_without_file_descriptors_makes_room` with few of them"]
async fn with_few_file_descriptors() {
    let bench = Bench::new().await;
    let mut idle = Vec::new();
    for _ in 0..5 {
        idle.push(bench.connect().await);
    }
    while bench.listener.connections() < 5 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    let mut hoard = Vec::new();
    while let Ok(file) = std::fs::File::open("/dev/null") {
        hoard.push(file);
    }
    let mut newcomer = socket.connect(bench.listener.address()).await.unwrap();
    newcomer
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(
        status(&read_answer(&mut newcomer).await),
        "200",
        "an idle one made room"
    );
    assert_eq!(
        read_to_end(&mut idle[0]).await,
        "",
        "the one that had waited longest"
    );
    assert!(!hoard.is_empty(), "there was no other room");
}

#[cfg(unix)]
#[test]
fn a_listener_without_file_descriptors_makes_room() {
    let output = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 64 && exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "capture::tests::bounds::with_few_file_descriptors",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
async fn new_limits_hold_for_new_connections() {
    let bench = Bench::with(small()).await;
    let request = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n{}",
        "x".repeat(100_001)
    );
    assert_eq!(
        status(&bench.exchange_and_end(request.as_bytes()).await),
        "413",
        "over the limit"
    );
    bench.limits.store(Arc::new(patient()));
    assert_eq!(
        status(&bench.exchange_and_end(request.as_bytes()).await),
        "200",
        "under the new one"
    );
}
