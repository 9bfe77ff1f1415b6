//! Sending again from the terminal.

use std::net::TcpListener;

use hookbench_tests::{Hookbench, Server, request};

const OK: &[u8] =
    b"HTTP/1.1 201 Created\r\nConnection: close\r\nX-Answer: Yes\r\nContent-Length: 6\r\n\r\nthanks";

fn captured(hookbench: &Hookbench, sent: &[u8]) -> String {
    let listening = hookbench.listen();
    assert_eq!(
        request(listening.address(), sent).status,
        200,
        "the request is captured"
    );
    hookbench.requests()[0]["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_resend_has_the_captured_bytes_and_keeps_the_answer() {
    let hookbench = Hookbench::new();
    let id = captured(
        &hookbench,
        b"POST /hook?a=1 HTTP/1.1\r\nHost: provider\r\nx-B: 2\r\nX-a: 1\r\nx-b: 3\r\nContent-Length: 4\r\n\r\n\x00\xff{}",
    );
    let server = Server::start(OK);
    let delivery = hookbench
        .run(&["resend", &id, "--to", &server.url(), "--json"])
        .json()
        .remove(0);
    let wanted = format!(
        "POST /hook?a=1 HTTP/1.1\r\nHost: {}\r\nx-B: 2\r\nX-a: 1\r\nx-b: 3\r\nContent-Length: 4\r\n\r\n",
        server.address()
    );
    assert_eq!(
        server.next(),
        [wanted.as_bytes(), b"\x00\xff{}"].concat(),
        "only the host is the target's"
    );
    let attempt = &delivery["attempts"][0];
    assert_eq!(attempt["outcome"], "answered", "the target answered");
    assert_eq!(attempt["status"], 201, "its status");
    assert_eq!(
        attempt["headers"],
        serde_json::json!([
            ["Connection", "close"],
            ["X-Answer", "Yes"],
            ["Content-Length", "6"]
        ]),
        "its headers"
    );
    assert_eq!(attempt["body_text"], "thanks", "its body");
    assert!(
        attempt["milliseconds"].as_f64().is_some_and(|took| took > 0.0),
        "how long it took"
    );
}

#[test]
fn a_target_with_a_path_is_used_as_it_is() {
    let hookbench = Hookbench::new();
    let id = captured(
        &hookbench,
        b"POST /hook?a=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    );
    let server = Server::start(OK);
    let output = hookbench.run(&[
        "resend",
        &id,
        "--to",
        &format!("{}/webhooks/stripe", server.url()),
    ]);
    assert_eq!(output.code, 0, "it is sent: {}", output.stderr);
    assert!(
        server
            .next()
            .starts_with(b"POST /webhooks/stripe?a=1 HTTP/1.1\r\n"),
        "the path of the target, the query of the request"
    );
}

#[test]
fn a_target_that_refuses_is_named_with_the_way_on() {
    let hookbench = Hookbench::new();
    let id = captured(
        &hookbench,
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    );
    // A port that was free a moment ago: nobody listens there.
    let free = TcpListener::bind("127.0.0.1:0")
        .and_then(|socket| socket.local_addr())
        .expect("a free port");
    let output = hookbench.run(&["resend", &id, "--to", &format!("http://{free}"), "--json"]);
    assert_eq!(output.code, 1, "it failed");
    assert!(
        output.stderr.contains(&free.to_string()),
        "the message names the target: {}",
        output.stderr
    );
    let attempt = &serde_json::from_str::<serde_json::Value>(output.text()).expect("the delivery is printed")
        ["attempts"][0];
    assert_eq!(
        attempt["outcome"], "refused",
        "and the outcome says which failure it was"
    );
}

#[test]
fn a_name_that_does_not_resolve_is_named() {
    let hookbench = Hookbench::new();
    let id = captured(
        &hookbench,
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    );
    // RFC 6761 section 6.4: no name under `invalid` ever resolves.
    let output = hookbench.run(&["resend", &id, "--to", "http://devbox.invalid:3000", "--json"]);
    assert_eq!(output.code, 1, "it failed");
    assert!(
        output.stderr.contains("devbox.invalid"),
        "the message names the name: {}",
        output.stderr
    );
    let attempt = &serde_json::from_str::<serde_json::Value>(output.text()).expect("the delivery is printed")
        ["attempts"][0];
    assert_eq!(
        attempt["outcome"], "unresolved",
        "and the outcome says which failure it was"
    );
}

#[test]
fn a_url_that_cannot_be_understood_is_a_failure_with_a_hint() {
    let hookbench = Hookbench::new();
    let id = captured(
        &hookbench,
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    );
    let output = hookbench.run(&["resend", &id, "--to", "localhost:3000"]);
    assert_eq!(output.code, 1, "it failed");
    assert!(
        output.stderr.contains("http://localhost:3000"),
        "the hint is what should have been typed: {}",
        output.stderr
    );
}

#[test]
fn an_aborted_request_is_not_sent_as_if_it_were_whole() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    hookbench_tests::exchange(
        listening.address(),
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf",
    );
    let id = hookbench.wait_for_requests(1)[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let server = Server::start(OK);
    let output = hookbench.run(&["resend", &id, "--to", &server.url()]);
    assert_eq!(output.code, 1, "nothing is sent");
    assert!(
        output.stderr.contains("aborted"),
        "and it says why: {}",
        output.stderr
    );
}

#[test]
fn a_target_with_rules_changes_what_its_rules_name_and_nothing_else() {
    let hookbench = Hookbench::new();
    let id = captured(
        &hookbench,
        b"POST /stripe/x?a=1 HTTP/1.1\r\nHost: h\r\nx-B: 2\r\nX-a: 1\r\nContent-Length: 0\r\n\r\n",
    );
    let server = Server::start(OK);
    let made = hookbench.run(&[
        "target",
        "add",
        "dev",
        &server.url(),
        "--replace-prefix",
        "/stripe=/hooks",
        "--set-header",
        "x-b=9",
        "--add-header",
        "X-Env=dev",
    ]);
    assert_eq!(made.code, 0, "it is kept: {}", made.stderr);
    let output = hookbench.run(&["resend", &id, "--to", "dev"]);
    assert_eq!(output.code, 0, "it is sent: {}", output.stderr);
    let wanted = format!(
        "POST /hooks/x?a=1 HTTP/1.1\r\nHost: {}\r\nx-B: 9\r\nX-a: 1\r\nContent-Length: 0\r\nX-Env: dev\r\n\r\n",
        server.address()
    );
    assert_eq!(server.next(), wanted.as_bytes(), "by the rules");
}

#[test]
fn nothing_goes_outside_before_it_is_agreed_to() {
    let hookbench = Hookbench::new();
    let id = captured(
        &hookbench,
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    );
    // A documentation address: nobody is there.
    for command in [
        &["resend", &id, "--to", "http://192.0.2.1:9"][..],
        &["resend", "--filter", "", "--to", "http://192.0.2.1:9"],
        &["idempotency", &id, "--to", "http://192.0.2.1:9"],
    ] {
        let output = hookbench.run(command);
        assert_eq!(output.code, 1, "{command:?} is refused");
        assert!(
            output.stderr.contains("192.0.2.1:9") && output.stderr.contains("--allow"),
            "the host and the way on are named: {}",
            output.stderr
        );
    }
    assert_eq!(
        hookbench.run(&["deliveries", "--json"]).stdout,
        b"",
        "nothing was tried"
    );
}

#[test]
fn several_go_in_the_order_in_which_they_came_each_twice() {
    let hookbench = Hookbench::new();
    for path in ["/a", "/b"] {
        captured(
            &hookbench,
            format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n").as_bytes(),
        );
    }
    let server = Server::start(OK);
    let output = hookbench.run(&[
        "resend",
        "--filter",
        "",
        "--times",
        "2",
        "--to",
        &server.url(),
        "--json",
    ]);
    assert_eq!(output.code, 0, "all were delivered: {}", output.stderr);
    assert_eq!(output.json().len(), 4, "each has its delivery");
    for wanted in ["/a", "/a", "/b", "/b"] {
        let came = server.next();
        let line = format!("POST {wanted} HTTP/1.1\r\n");
        assert!(came.starts_with(line.as_bytes()), "`{wanted}` is next");
    }
}

#[test]
fn runs_of_the_past_are_listed_and_their_reports_are_had_again() {
    let hookbench = Hookbench::new();
    for path in ["/a", "/b"] {
        captured(
            &hookbench,
            format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n").as_bytes(),
        );
    }
    let server = Server::start(OK);
    let to = server.url();
    let sent = hookbench.run(&[
        "resend",
        "--filter",
        "",
        "--times",
        "2",
        "--parallel",
        "2",
        "--to",
        &to,
    ]);
    assert_eq!(sent.code, 0, "all were delivered: {}", sent.stderr);
    let id = hookbench.requests()[0]["id"].as_str().expect("an id").to_owned();
    let checked = hookbench.run(&["idempotency", &id, "--to", &to, "--parallel", "2"]);
    assert_eq!(checked.code, 0, "it is taken well: {}", checked.stderr);

    let listed = hookbench.run(&["runs", "--json"]).json();
    let told: Vec<_> = listed
        .iter()
        .map(|run| {
            (
                run["kind"].as_str(),
                run["phase"].as_str(),
                run["passed"].as_bool(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some("idempotency"), Some("done"), Some(true)),
            (Some("several"), Some("done"), None)
        ],
        "both, newest first"
    );
    assert_eq!(
        (&listed[1]["delivered"], &listed[1]["how"]),
        (&4.into(), &"2 at once, each twice".into()),
        "with its figures"
    );

    let run = listed[1]["id"].as_str().expect("an id");
    let steps = hookbench.run(&["runs", run, "--json"]).json();
    assert_eq!(steps.len(), 4, "a line for each step");
    let file = hookbench.data().join("report.csv");
    let saved = hookbench.run(&["runs", run, "--report", file.to_str().expect("a path")]);
    assert_eq!(saved.code, 0, "it is saved again: {}", saved.stderr);
    let report = std::fs::read_to_string(file).expect("a report");
    assert_eq!(report.lines().count(), 5, "columns and four steps: {report}");
    let people = hookbench.run(&["runs", run]);
    assert!(
        people.text().contains("4 delivered")
            && people
                .text()
                .lines()
                .filter(|line| line.contains("  201  "))
                .count()
                == 4,
        "and told to people: {}",
        people.text()
    );

    let check = listed[0]["id"].as_str().expect("an id");
    let again = hookbench.run(&["runs", check]);
    assert!(
        again.text().contains("second call")
            && checked.text().lines().all(|line| again.text().contains(line)),
        "a check is told as it was: {}",
        again.text()
    );
    let unknown = hookbench.run(&["runs", "0123456789"]);
    assert_eq!(unknown.code, 1, "what is not there");
    assert!(
        unknown.stderr.contains("no run `0123456789`"),
        "is named: {}",
        unknown.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_run_whose_program_is_killed_says_what_is_known_of_it() {
    let hookbench = Hookbench::new();
    for number in 0..3 {
        captured(
            &hookbench,
            format!("POST /{number} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n").as_bytes(),
        );
    }
    let server = Server::start(OK);
    let mut running = hookbench
        .command()
        .args(["resend", "--filter", "", "--rate", "0.01", "--to", &server.url()])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let _ = server.next();
    // The first is kept soon after its answer; the second goes in a hundred seconds.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while hookbench.run(&["deliveries", "--json"]).json().is_empty() {
        assert!(std::time::Instant::now() < deadline, "the first step is kept");
    }
    let going = hookbench.run(&["runs", "--json"]).json();
    assert_eq!(going[0]["phase"], "running", "another program is at it");
    running.kill().expect("it is killed");
    running.wait().expect("it ended");
    let cut = hookbench.run(&["runs", "--json"]).json();
    assert_eq!(
        (&cut[0]["phase"], &cut[0]["delivered"], &cut[0]["unknown"]),
        (&"cut_off".into(), &1.into(), &2.into()),
        "the other two may have gone, as far as is known"
    );
    let run = cut[0]["id"].as_str().expect("an id");
    let steps = hookbench.run(&["runs", run, "--json"]).json();
    let outcomes: Vec<_> = steps.iter().map(|step| step["outcome"].clone()).collect();
    assert_eq!(outcomes, ["answered", "unknown", "unknown"], "the log says so");
}

#[test]
fn what_comes_twice_is_a_duplicate_by_its_id_or_by_its_bytes() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let send = |lines: &str, body: &str| {
        let length = body.len();
        let sent = format!("POST /x HTTP/1.1\r\nHost: h\r\n{lines}Content-Length: {length}\r\n\r\n{body}");
        request(listening.address(), sent.as_bytes());
    };
    let plain = "Content-Type: text/plain\r\n";
    let push = "X-GitHub-Event: push\r\nX-GitHub-Delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958\r\n";
    for (lines, body) in [
        (plain, ""),
        (plain, ""),
        (push, "{}"),
        (push, "{\"tried\":2}"),
        (plain, "same"),
        (plain, "other"),
        (plain, "same"),
    ] {
        send(lines, body);
    }
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    // They are looked at in the order in which they came: with the mark of the last all are made.
    let rows = loop {
        let mut rows = hookbench.requests();
        if rows[0]["duplicate_of"].is_string() {
            rows.reverse();
            break rows;
        }
        assert!(std::time::Instant::now() < deadline, "it is marked soon");
    };
    let marks: Vec<_> = rows
        .iter()
        .map(|row| (&row["duplicate_by"], &row["duplicate_of"]))
        .collect();
    let null = &serde_json::Value::Null;
    let (by_id, by_bytes) = ("delivery_id".into(), "bytes".into());
    let wanted = [
        (null, null),
        (null, null),
        (null, null),
        (&by_id, &rows[2]["id"]),
        (null, null),
        (null, null),
        (&by_bytes, &rows[4]["id"]),
    ];
    assert_eq!(
        marks, wanted,
        "an empty body repeats nothing, the others their first"
    );
    let found = hookbench
        .run(&["list", "--filter", "is:duplicate", "--json"])
        .json();
    assert_eq!(found.len(), 2, "and the filter finds just them");
}
