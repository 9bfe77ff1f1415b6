//! Forwarding and its queues from the terminal.

use std::time::{Duration, Instant};

use hookbench_tests::{Hookbench, Output, Server, free_address, request};
use serde_json::Value;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
const CREATED: &[u8] =
    b"HTTP/1.1 201 Created\r\nConnection: close\r\nX-Handled-By: dev\r\nContent-Length: 6\r\n\r\nthanks";

/// Waits until `wanted` is true of what is printed.
fn until(
    hookbench: &Hookbench,
    command: &[&str],
    reason: &str,
    wanted: impl Fn(&[Value]) -> bool,
) -> Vec<Value> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let objects = hookbench.run(command).json();
        if wanted(&objects) {
            return objects;
        }
        assert!(Instant::now() < deadline, "{reason}: {objects:?}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

fn post(path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: h\r\nX-b: 1\r\nX-A: 2\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn first_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.lines().next().unwrap_or_default().to_owned()
}

fn succeeds(output: &Output) {
    assert_eq!(output.code, 0, "it is done: {}{}", output.stderr, output.text());
}

#[test]
fn what_is_forwarded_goes_as_it_came_and_the_sender_is_answered_at_once() {
    let hookbench = Hookbench::new();
    let server = Server::start(CREATED);
    let listening = hookbench.forward(&["--to", &server.url()]);
    let answer = request(listening.address(), &post("/a?x=1", "{\"n\":1}"));
    assert_eq!(
        (answer.status, answer.body.as_slice()),
        (200, &b"ok\n"[..]),
        "our answer"
    );
    let came = String::from_utf8(server.next()).expect("text");
    let (head, body) = came.split_once("\r\n\r\n").expect("a whole head");
    let lines: Vec<_> = head.lines().collect();
    assert_eq!(
        lines[..4],
        [
            "POST /a?x=1 HTTP/1.1",
            &format!("Host: {}", server.address()),
            "X-b: 1",
            "X-A: 2"
        ],
        "order and case stay, only the host is another"
    );
    assert!(
        lines.iter().any(|line| line.starts_with("Hookbench-Passed: ")),
        "a loop can be known: {head}"
    );
    assert_eq!(body, "{\"n\":1}", "the body as it came");
    let deliveries = until(
        &hookbench,
        &["deliveries", "--json"],
        "the delivery is kept",
        |all| all.iter().any(|one| one["attempts"][0]["status"] == 201),
    );
    assert_eq!(deliveries[0]["kind"], "forward", "it says how it went");
    let asides = listening.asides().join("\n");
    assert!(
        asides.contains("every request goes to"),
        "it said what it does: {asides}"
    );
}

#[test]
fn only_what_is_below_the_path_and_matches_the_filter_is_forwarded() {
    let hookbench = Hookbench::new();
    let server = Server::start(OK);
    let listening = hookbench.forward(&[
        "--to",
        &server.url(),
        "--path",
        "hooks",
        "--filter",
        "method:POST",
    ]);
    for bytes in [
        post("/other", ""),
        b"GET /hooks/a HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(),
        post("/hooksome", ""),
        post("/hooks/b", ""),
    ] {
        assert_eq!(
            request(listening.address(), &bytes).status,
            200,
            "all are captured"
        );
    }
    assert_eq!(
        first_line(&server.next()),
        "POST /hooks/b HTTP/1.1",
        "the others went nowhere, though they came before"
    );
    assert_eq!(hookbench.requests().len(), 4, "and all are kept");
    let wrong = hookbench.run(&[
        "forward",
        "--to",
        &server.url(),
        "--filter",
        "metod:POST",
        "--port",
        "0",
    ]);
    assert_eq!(wrong.code, 1, "a wrong filter is told at once");
    assert!(wrong.stderr.contains("metod"), "with the word: {}", wrong.stderr);
}

#[test]
fn the_sender_gets_the_answer_of_the_dev_server_through_us() {
    let hookbench = Hookbench::new();
    let server = Server::start(CREATED);
    let listening = hookbench.forward(&["--to", &server.url(), "--through"]);
    let answer = request(listening.address(), &post("/a", "{}"));
    assert_eq!(
        (answer.status, answer.body.as_slice()),
        (201, &b"thanks"[..]),
        "its status and body"
    );
    let head = answer.head.to_lowercase();
    assert!(head.contains("x-handled-by: dev\r\n"), "its headers: {head}");
    assert_eq!(
        first_line(&server.next()),
        "POST /a HTTP/1.1",
        "it got the request"
    );
    let kept = until(&hookbench, &["list", "--json"], "it is kept", |all| {
        all[0]["answered"] == 201
    });
    assert_eq!(kept.len(), 1, "with what was answered");
}

#[test]
fn a_dev_server_that_gives_no_answer_is_told_as_that() {
    let hookbench = Hookbench::new();
    let silent = Server::silent();
    let slow = hookbench.forward(&["--to", &silent.url(), "--through", "--deadline", "300ms"]);
    let answer = request(slow.address(), &post("/slow", ""));
    assert_eq!(answer.status, 504, "late");
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(text.contains("no answer within 300ms"), "and why: {text}");
    // What was answered is written behind the answer; the program is killed next.
    until(&hookbench, &["list", "--json"], "it is written down", |all| {
        all.iter().any(|request| request["answered"] == 504)
    });
    drop(slow);
    let free = free_address();
    let down = hookbench.forward(&["--to", &format!("http://{free}"), "--through"]);
    let answer = request(down.address(), &post("/down", ""));
    assert_eq!(answer.status, 502, "not there");
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(text.contains(&free.to_string()), "the address is named: {text}");
    let kept = until(&hookbench, &["list", "--json"], "both are kept", |all| {
        all.len() == 2 && all.iter().all(|request| !request["answered"].is_null())
    });
    assert_eq!(
        kept.iter()
            .map(|request| request["answered"].clone())
            .collect::<Vec<_>>(),
        [502, 504],
        "with what was answered"
    );
}

#[test]
fn what_waits_for_a_server_that_is_down_goes_in_order_once_it_is_back() {
    let hookbench = Hookbench::new();
    let address = free_address();
    let url = format!("http://{address}");
    let listening = hookbench.listen_with(&["--port", "0", "--forward", &url]);
    for path in ["/1", "/2", "/3"] {
        assert_eq!(
            request(listening.address(), &post(path, "")).status,
            200,
            "it is captured"
        );
    }
    let queues = until(&hookbench, &["queue", "list", "--json"], "they wait", |queues| {
        queues
            .iter()
            .any(|queue| queue["waiting"] == 3 && !queue["why"].is_null())
    });
    assert_eq!(queues[0]["url"], url, "for that server");
    let told = hookbench.run(&["queue", "list"]);
    assert!(
        told.text().contains("3 waiting")
            && told.text().contains("down: ")
            && told.text().contains("POST /1"),
        "a person reads what waits and why: {}",
        told.text()
    );
    let server = Server::start_at(address, &[OK]);
    succeeds(&hookbench.run(&["queue", "drain", &url]));
    for path in ["/1", "/2", "/3"] {
        assert_eq!(
            first_line(&server.next()),
            format!("POST {path} HTTP/1.1"),
            "in the order in which they came"
        );
    }
    until(
        &hookbench,
        &["queue", "list", "--json"],
        "none waits any more",
        |queues| queues.iter().all(|queue| queue["waiting"] == 0),
    );
    assert_eq!(
        request(listening.address(), &post("/4", "")).status,
        200,
        "it is captured"
    );
    assert_eq!(
        first_line(&server.next()),
        "POST /4 HTTP/1.1",
        "and none went twice"
    );
}

#[test]
fn a_queue_is_paused_emptied_one_by_one_and_let_go() {
    let hookbench = Hookbench::new();
    let server = Server::start(OK);
    succeeds(&hookbench.run(&["target", "add", "dev", &server.url()]));
    succeeds(&hookbench.run(&["queue", "pause", "dev"]));
    let listening = hookbench.forward(&["--to", "dev"]);
    for path in ["/1", "/2", "/3"] {
        assert_eq!(
            request(listening.address(), &post(path, "")).status,
            200,
            "it is captured"
        );
    }
    let queues = until(
        &hookbench,
        &["queue", "list", "dev", "--json"],
        "they wait",
        |queues| queues.iter().any(|queue| queue["waiting"] == 3),
    );
    assert_eq!(queues[0]["paused"], true, "it says that it is paused");
    let second = queues[0]["held"][1]["number"].to_string();
    let nothing = hookbench.run(&["queue", "drop", "dev"]);
    assert_eq!(nothing.code, 1, "nothing is dropped by accident");
    assert!(
        nothing.stderr.contains("--all"),
        "the way on is named: {}",
        nothing.stderr
    );
    succeeds(&hookbench.run(&["queue", "drop", "dev", "--number", &second]));
    assert_eq!(
        hookbench.run(&["queue", "drop", "dev", "--number", &second]).code,
        1,
        "what is gone cannot be dropped"
    );
    succeeds(&hookbench.run(&["queue", "resume", "dev"]));
    for path in ["/1", "/3"] {
        assert_eq!(
            first_line(&server.next()),
            format!("POST {path} HTTP/1.1"),
            "the others go"
        );
    }
    assert_eq!(
        hookbench.requests().len(),
        3,
        "a request that is dropped from a queue stays"
    );
    let unknown = hookbench.run(&["queue", "pause", "nowhere"]);
    assert_eq!(unknown.code, 1, "a target that is not there");
    assert!(
        unknown.stderr.contains("`nowhere`"),
        "is named: {}",
        unknown.stderr
    );
}

#[test]
fn the_requests_of_an_endpoint_go_to_several_targets_and_one_answers() {
    let hookbench = Hookbench::new();
    let (first, second) = (Server::start(CREATED), Server::start(OK));
    succeeds(&hookbench.run(&["endpoint", "add", "/hooks"]));
    succeeds(&hookbench.run(&[
        "endpoint",
        "forward",
        "/hooks",
        "--to",
        &first.url(),
        "--to",
        &second.url(),
        "--through",
    ]));
    let listening = hookbench.listen();
    let answer = request(listening.address(), &post("/hooks/x", ""));
    assert_eq!(answer.status, 201, "the first one answers");
    assert_eq!(first_line(&first.next()), "POST /hooks/x HTTP/1.1", "both get it");
    assert_eq!(
        first_line(&second.next()),
        "POST /hooks/x HTTP/1.1",
        "both get it"
    );
    succeeds(&hookbench.run(&["endpoint", "forward", "/hooks", "--none"]));
    let deadline = Instant::now() + Duration::from_secs(30);
    while request(listening.address(), &post("/hooks/y", "")).status != 200 {
        assert!(
            Instant::now() < deadline,
            "the running listener hears of the change"
        );
        std::thread::sleep(Duration::from_millis(30));
    }
}
