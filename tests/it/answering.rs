//! What senders get: answers that were set, and answers that go wrong on purpose.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use hookbench_tests::{Hookbench, Output, request};

fn post(path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: h\r\nX-b: 1\r\nX-A: 2\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn succeeds(output: &Output) {
    assert_eq!(output.code, 0, "it is done: {}{}", output.stderr, output.text());
}

#[test]
fn an_endpoint_answers_what_was_set() {
    let hookbench = Hookbench::new();
    succeeds(&hookbench.run(&["endpoint", "add", "/a"]));
    succeeds(&hookbench.run(&[
        "endpoint",
        "answer",
        "/a",
        "--status",
        "202",
        "--header",
        "X-Kept-As: {{id}}",
        "--header",
        "Content-Type: application/json",
        "--body",
        "{\"got\":{{json:/n}}}",
        "--delay",
        "200ms",
    ]));
    let listening = hookbench.listen();
    let begun = Instant::now();
    let answer = request(listening.address(), &post("/a/b", "{\"n\":12345678901234567890}"));
    assert!(begun.elapsed() >= Duration::from_millis(200), "it came late");
    assert_eq!(answer.status, 202, "the status");
    assert_eq!(
        String::from_utf8_lossy(&answer.body),
        "{\"got\":12345678901234567890}",
        "the body, with what was sent put in digit by digit"
    );
    assert!(
        answer.head.contains("application/json"),
        "the headers: {}",
        answer.head
    );
    let other = request(listening.address(), &post("/b", ""));
    assert_eq!(other.status, 200, "others get what is usual");
    succeeds(&hookbench.run(&["endpoint", "answer", "/a", "--usual"]));
    let deadline = Instant::now() + Duration::from_secs(30);
    while request(listening.address(), &post("/a", "")).status != 200 {
        assert!(
            Instant::now() < deadline,
            "the running listener hears of the change"
        );
        std::thread::sleep(Duration::from_millis(30));
    }
    let wrong = hookbench.run(&["endpoint", "answer", "/a", "--body", "{{nothing}}"]);
    assert_eq!(wrong.code, 1, "a variable that does not exist");
    assert!(wrong.stderr.contains("nothing"), "is named: {}", wrong.stderr);
}

/// Sends a request and gives all that comes back, whole or not.
fn whatever_comes(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("the listener accepts");
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .expect("a time-out");
    stream.write_all(bytes).expect("the request is sent");
    let mut came = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(count) = stream.read(&mut piece) {
        if count == 0 {
            break;
        }
        came.extend_from_slice(&piece[..count]);
        // A whole answer leaves the connection open.
        if came.ends_with(b"\r\n\r\nok\n") {
            break;
        }
    }
    came
}

#[test]
fn answers_go_wrong_on_purpose_and_stop_doing_so() {
    let hookbench = Hookbench::new();
    succeeds(&hookbench.run(&["endpoint", "add", "/a"]));
    let nobody = hookbench.run(&["endpoint", "fault", "/a", "--fail", "503"]);
    assert_eq!(
        nobody.code, 1,
        "a fault ends with the listener, and there is none"
    );
    assert!(
        nobody.stderr.contains("no program listens") && nobody.stderr.contains("hookbench listen"),
        "that is said with the way on: {}",
        nobody.stderr
    );
    let listening = hookbench.listen();
    let address = listening.address();
    let set =
        |arguments: &[&str]| succeeds(&hookbench.run(&[&["endpoint", "fault", "/a"], arguments].concat()));
    let status = || request(address, &post("/a", "")).status;
    // What another program sets is heard of soon, and not at once: the first one that is struck begins the count.
    let wait_for = |wanted: u16| {
        let deadline = Instant::now() + Duration::from_secs(30);
        while status() != wanted {
            assert!(
                Instant::now() < deadline,
                "the running listener hears of the fault"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    set(&["--fail", "503", "--next", "3"]);
    wait_for(503);
    assert_eq!(
        (status(), status(), status()),
        (503, 503, 200),
        "three of them, and no more"
    );
    set(&["--fail"]);
    wait_for(503);
    set(&["--off"]);
    wait_for(200);
    set(&["--delay", "400ms", "--next", "1"]);
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let begun = Instant::now();
        assert_eq!(status(), 200, "late, and whole");
        if begun.elapsed() >= Duration::from_millis(400) {
            break;
        }
        assert!(Instant::now() < deadline, "one of them is late");
    }
    // Which one struck is seen in what came: nothing, or a beginning.
    for (fault, nothing_comes) in [("--close", true), ("--cut", false)] {
        set(&[fault]);
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let came = whatever_comes(address, &post("/a", ""));
            if !came.ends_with(b"ok\n") && came.is_empty() == nothing_comes {
                break;
            }
            assert!(Instant::now() < deadline, "the running listener hears of {fault}");
        }
    }
    set(&["--off"]);
    let deadline = Instant::now() + Duration::from_secs(30);
    while !whatever_comes(address, &post("/a", "")).ends_with(b"ok\n") {
        assert!(Instant::now() < deadline, "answers are whole again");
    }
    let nothing = hookbench.run(&["endpoint", "fault", "/a"]);
    assert_eq!(nothing.code, 1, "a fault has to be named");
    assert!(
        nothing.stderr.contains("--close"),
        "the choice is shown: {}",
        nothing.stderr
    );
}
