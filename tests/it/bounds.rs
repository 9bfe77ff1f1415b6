//! What senders that mean harm can take from the program: its memory, its descriptors, its time for others.
#![cfg(target_os = "linux")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use hookbench_tests::{Hookbench, Listening, request};

const MB: u64 = 1_000_000;

/// Memory that the program holds, bytes.
fn memory(listening: &Listening) -> u64 {
    let statm = std::fs::read_to_string(format!("/proc/{}/statm", listening.id())).expect("it runs");
    let pages: u64 = statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse().ok())
        .expect("the second number are the pages in memory");
    pages * 4096
}

fn descriptors(listening: &Listening) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", listening.id()))
        .expect("it runs")
        .count()
}

/// One request on a connection of its own; its status, or nothing.
fn post(address: SocketAddr) -> Option<u16> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    stream
        .write_all(b"POST /good HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 4\r\n\r\ngood")
        .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.get(9..12)?.parse().ok()
}

/// A number of connections that have sent `beginning` and wait.
fn held(address: SocketAddr, count: usize, beginning: &[u8]) -> Vec<TcpStream> {
    (0..count)
        .filter_map(|_| {
            let mut stream = TcpStream::connect(address).ok()?;
            stream.set_nonblocking(false).ok()?;
            stream.write_all(beginning).ok()?;
            Some(stream)
        })
        .collect()
}

/// The most memory above `before` while `doing` is under way.
fn growth(listening: &Listening, before: u64, doing: impl FnOnce() + Send) -> u64 {
    std::thread::scope(|scope| {
        let work = scope.spawn(doing);
        let mut most = 0;
        loop {
            most = most.max(memory(listening).saturating_sub(before));
            if work.is_finished() {
                work.join().expect("the senders do not fail");
                return most;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    })
}

/// A listener that has taken a few requests, so that what it needs once is there.
fn warm(hookbench: &Hookbench) -> Listening {
    let listening = hookbench.listen();
    for _ in 0..50 {
        assert_eq!(post(listening.address()), Some(200), "it runs");
    }
    listening
}

#[test]
fn a_good_sender_is_served_among_a_thousand_slow_ones() {
    let hookbench = Hookbench::new();
    let listening = warm(&hookbench);
    let address = listening.address();
    let mut slow = held(address, 400, b"POST /slow HTTP/1.1\r\nHost: h\r\nX-Half: ");
    slow.extend(held(address, 300, b""));
    let body = b"POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nx";
    slow.extend(held(address, 300, body));
    assert!(slow.len() >= 990, "{} slow ones are there", slow.len());
    let mut served = 0;
    let mut took = Vec::new();
    for round in 0..200 {
        // The slow ones drip.
        for stream in slow.iter_mut().skip(round % 10).step_by(10) {
            let _ = stream.write_all(b"x");
        }
        let begun = Instant::now();
        served += usize::from(post(address) == Some(200));
        took.push(begun.elapsed());
    }
    took.sort();
    assert!(served >= 198, "99 in a hundred are served: {served} of 200");
    let p99 = took[took.len() * 99 / 100];
    assert!(
        p99 < Duration::from_secs(1),
        "none waits for the slow ones: p99 {p99:?}"
    );
    println!(
        "served {served} of 200, p50 {:?}, p99 {p99:?}",
        took[took.len() / 2]
    );
}

#[test]
fn connections_that_break_leave_no_descriptor_behind() {
    let hookbench = Hookbench::new();
    let listening = warm(&hookbench);
    let address = listening.address();
    let before = descriptors(&listening);
    let whole = b"POST /rst HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx";
    let half = b"POST /rst HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 99\r\n\r\n";
    for round in 0..1_000 {
        let mut stream = TcpStream::connect(address).expect("it accepts");
        let sent: &[u8] = if round % 2 == 0 { whole } else { half };
        stream.write_all(sent).expect("it reads");
        // What came is not read: the system then breaks the connection instead of closing it.
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .expect("a time-out can be set");
        let mut first = [0];
        stream.peek(&mut first).expect("an answer comes");
    }
    let deadline = Instant::now() + Duration::from_secs(30);
    // A store that is read from in several places at once opens up to two more readers, of three files each, for good.
    while descriptors(&listening) > before + 12 {
        assert!(
            Instant::now() < deadline,
            "{} descriptors, {before} before",
            descriptors(&listening)
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(post(address), Some(200), "and it goes on");
}

#[test]
fn bombs_in_the_head_take_little_memory_and_are_answered_at_once() {
    let hookbench = Hookbench::new();
    let listening = warm(&hookbench);
    let address = listening.address();
    // What SQLite keeps of any traffic is no work of the bombs: let it be there before.
    for _ in 0..150 {
        let body = vec![b'x'; 1 << 16];
        let head = format!(
            "POST /good HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let answer = request(address, &[head.as_bytes(), &body].concat());
        assert_eq!(answer.status, 200, "ordinary traffic");
    }
    let before = memory(&listening);
    let bombs: [(&str, Vec<u8>); 4] = [
        ("ten thousand headers", {
            let mut head = b"GET / HTTP/1.1\r\nHost: h\r\n".to_vec();
            (0..10_000).for_each(|at| head.extend(format!("X-{at}: {at}\r\n").bytes()));
            head.extend(b"\r\n");
            head
        }),
        (
            "a header of a mebibyte",
            [b"GET / HTTP/1.1\r\nX: ", &[b'x'; 1 << 20][..], b"\r\n\r\n"].concat(),
        ),
        (
            "a target of two",
            [b"GET /", &[b'x'; 2 << 20][..], b" HTTP/1.1\r\n\r\n"].concat(),
        ),
        (
            "a method of 70 KiB",
            [&[b'X'; 70 << 10][..], b" / HTTP/1.1\r\n\r\n"].concat(),
        ),
    ];
    let most = growth(&listening, before, || {
        for (what, bomb) in &bombs {
            for _ in 0..20 {
                let begun = Instant::now();
                let mut stream = TcpStream::connect(address).expect("it accepts");
                stream
                    .set_read_timeout(Some(Duration::from_secs(10)))
                    .expect("a time-out can be set");
                // It stops reading once it has seen enough.
                let _ = stream.write_all(bomb);
                let mut answer = [0; 12];
                stream.read_exact(&mut answer).expect("it is answered");
                let status = std::str::from_utf8(&answer[9..]).unwrap_or_default();
                assert!(["400", "414", "431"].contains(&status), "{what}: {status}");
                assert!(
                    begun.elapsed() < Duration::from_secs(3),
                    "{what}: {:?}",
                    begun.elapsed()
                );
            }
        }
    });
    println!("grew by {} MB", most / MB);
    assert!(most < 20 * MB, "{} MB more", most / MB);
}

#[test]
fn bodies_over_the_limit_take_little_memory() {
    let hookbench = Hookbench::new();
    let listening = warm(&hookbench);
    let address = listening.address();
    let before = memory(&listening);
    let most = growth(&listening, before, || {
        let mut declared = TcpStream::connect(address).expect("it accepts");
        declared
            .write_all(b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 104857600\r\n\r\n")
            .expect("it reads");
        let mut answer = [0; 12];
        declared.read_exact(&mut answer).expect("it is answered");
        assert_eq!(&answer, b"HTTP/1.1 413", "before a byte of the body");

        let mut endless = TcpStream::connect(address).expect("it accepts");
        endless
            .write_all(b"POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
            .expect("it reads");
        let chunk = [b"100000\r\n", &[b'x'; 1 << 20][..], b"\r\n"].concat();
        // A gibibyte, or until it stops reading.
        let sent = (0..1024)
            .take_while(|_| endless.write_all(&chunk).is_ok())
            .count();
        assert!(sent < 1024, "it is not read to its end");
    });
    println!("grew by {} MB", most / MB);
    assert!(most < 60 * MB, "{} MB more", most / MB);
}

#[test]
fn many_half_bodies_wait_on_the_disk_and_not_in_memory() {
    let hookbench = Hookbench::new();
    let listening = warm(&hookbench);
    let address = listening.address();
    let before = memory(&listening);
    let mut streams = Vec::new();
    let waiting = growth(&listening, before, || {
        let head = b"POST /half HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n";
        streams = held(address, 200, head);
        assert_eq!(streams.len(), 200, "all are taken");
        let piece = vec![b'x'; 190_000];
        for _ in 0..10 {
            for stream in &mut streams {
                let _ = stream.write_all(&piece);
            }
        }
        std::thread::sleep(Duration::from_millis(500));
    });
    println!("grew by {} MB", waiting / MB);
    // Of 380 MB that came.
    assert!(waiting < 60 * MB, "{} MB more", waiting / MB);
    // What came is kept as far as it came when they all leave at a time: that is read into memory part by part.
    let keeping = growth(&listening, before, || {
        drop(streams);
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let list = hookbench.run(&["list", "--json", "--limit", "300", "--filter", "path:/half"]);
            let kept = list.json().len();
            if kept == 200 {
                return;
            }
            assert!(Instant::now() < deadline, "{kept} of 200 are on record");
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    println!("and by {} MB when all of them left", keeping / MB);
    assert!(keeping < 180 * MB, "{} MB more", keeping / MB);
}

/// How long the newest hundred take to be listed: the quickest of some times, so that a busy moment tells nothing.
fn quickest_page(hookbench: &Hookbench) -> Duration {
    let times = (0..5).map(|_| {
        let begun = Instant::now();
        let page = hookbench.run(&["list", "--limit", "100"]);
        let took = begun.elapsed();
        assert_eq!(page.text().lines().count(), 100, "a page is a page");
        took
    });
    times.min().unwrap_or_default()
}

#[test]
fn twenty_thousand_paths_are_all_stored_once_and_listed_at_once() {
    const SENDERS: usize = 4;
    const EACH: usize = 5_000;
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let address = listening.address();
    std::thread::scope(|scope| {
        for sender in 0..SENDERS {
            scope.spawn(move || {
                let mut stream = TcpStream::connect(address).expect("it accepts");
                let mut reading = stream.try_clone().expect("a second handle");
                let reader = std::thread::spawn(move || {
                    let (mut text, mut piece, mut answers) = (Vec::new(), [0; 16_384], 0);
                    while answers < EACH {
                        let count = reading.read(&mut piece).expect("it answers");
                        assert_ne!(count, 0, "it closes nothing: {answers} of {EACH}");
                        text.extend_from_slice(&piece[..count]);
                        let begins = |window: &[u8]| window == b"HTTP/1.1 200";
                        answers += text.windows(12).filter(|window| begins(window)).count();
                        // What may be the beginning of the next one is looked at again.
                        let kept = text.len().saturating_sub(11);
                        text.drain(..kept);
                    }
                });
                for number in 0..EACH {
                    let request = format!(
                        "POST /{sender}/{number} HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{{}}"
                    );
                    stream.write_all(request.as_bytes()).expect("it reads");
                }
                reader.join().expect("all are answered 200");
            });
        }
    });
    // A history of little more than a page, on the same machine at the same time.
    let small = Hookbench::new();
    let beside = small.listen();
    for _ in 0..120 {
        assert_eq!(post(beside.address()), Some(200), "it is captured");
    }
    let (of_few, of_many) = (quickest_page(&small), quickest_page(&hookbench));
    println!("a page of 120 took {of_few:?}, of {} {of_many:?}", SENDERS * EACH);
    assert!(
        of_many < of_few * 3 + Duration::from_millis(50),
        "it costs what it shows and not what lies behind it: {of_many:?}, of a small history {of_few:?}"
    );
    let begun = Instant::now();
    let all = hookbench.run(&["list", "--json", "--limit", "100000"]).json();
    println!("all of it took {:?}", begun.elapsed());
    let paths: std::collections::BTreeSet<_> = all.iter().map(|row| row["target"].as_str()).collect();
    assert_eq!(
        (all.len(), paths.len()),
        (SENDERS * EACH, SENDERS * EACH),
        "each is there, and once"
    );
}

#[test]
fn a_slow_link_brings_every_body_whole() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let address = listening.address();
    // Thirty senders at about 400 kbit/s each, in pieces as large as a packet.
    std::thread::scope(|scope| {
        for sender in 0..30_u8 {
            scope.spawn(move || {
                let body = vec![b'a' + sender % 26; 40_000];
                let mut stream = TcpStream::connect(address).expect("it accepts");
                let head = format!(
                    "POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                for piece in [head.as_bytes(), &body].concat().chunks(1_400) {
                    stream.write_all(piece).expect("it reads");
                    std::thread::sleep(Duration::from_millis(28));
                }
                let mut answer = [0; 12];
                stream.read_exact(&mut answer).expect("it answers");
                assert_eq!(&answer, b"HTTP/1.1 200", "it is slow, and not too slow");
            });
        }
    });
    let whole = hookbench
        .run(&["list", "--json", "--filter", "is:complete"])
        .json();
    assert_eq!(whole.len(), 30, "all came");
    assert!(
        whole.iter().all(|row| row["body_length"] == 40_000),
        "and came whole"
    );
}
