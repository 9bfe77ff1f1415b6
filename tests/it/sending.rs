//! Samples, deliveries, targets and the check of idempotency from the terminal.

use hookbench_tests::{Hookbench, Output, Server, free_address, request};
use serde_json::Value;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
const CREATED: &[u8] =
    b"HTTP/1.1 201 Created\r\nConnection: close\r\nX-Handled-By: dev\r\nContent-Length: 6\r\n\r\nthanks";

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
fn a_sample_goes_straight_to_a_server_signed_where_there_is_a_secret() {
    let hookbench = Hookbench::new();
    let server = Server::start(CREATED);
    let url = server.url();
    let send = ["send", "--provider", "github", "--sample", "push", "--to", &url];
    let output = hookbench.run(&send);
    succeeds(&output);
    assert!(
        output.stderr.contains("not signed"),
        "without a secret that is said: {}",
        output.stderr
    );
    assert!(
        output.text().starts_with("201 from "),
        "the answer is told: {}",
        output.text()
    );
    let came = String::from_utf8_lossy(&server.next()).to_lowercase();
    assert!(
        came.contains("x-github-event: push"),
        "as the provider sends it: {came}"
    );
    let hookbench = hookbench.with_endpoint("/github", "github", "s3cret");
    let output = hookbench.run(&send);
    succeeds(&output);
    assert!(
        !output.stderr.contains("not signed"),
        "with one it is signed: {}",
        output.stderr
    );
    let came = String::from_utf8_lossy(&server.next()).to_lowercase();
    assert!(
        came.contains("x-hub-signature-256: sha256="),
        "by its scheme: {came}"
    );
    assert!(hookbench.requests().is_empty(), "nothing is kept");
    let wrong = hookbench.run(&[
        "send",
        "--provider",
        "github",
        "--sample",
        "nothing",
        "--to",
        &url,
    ]);
    assert_eq!(wrong.code, 1, "a sample that is not there");
    assert!(wrong.stderr.contains("nothing"), "is named: {}", wrong.stderr);
}

#[test]
fn deliveries_are_listed_of_all_of_one_request_and_one_by_one() {
    let hookbench = Hookbench::new();
    let server = Server::in_turn(&[OK, CREATED]);
    let listening = hookbench.listen();
    for path in ["/1", "/2"] {
        request(listening.address(), &post(path, ""));
    }
    let ids: Vec<String> = hookbench
        .requests()
        .iter()
        .map(|request| request["id"].as_str().expect("an id").to_owned())
        .collect();
    for id in &ids {
        succeeds(&hookbench.run(&["resend", id, "--to", &server.url()]));
    }
    let all = hookbench.run(&["deliveries", "--json"]).json();
    let statuses: Vec<_> = all
        .iter()
        .map(|one| one["attempts"][0]["status"].clone())
        .collect();
    assert_eq!(statuses, [201, 200], "all, newest first");
    let of_one = hookbench.run(&["deliveries", &ids[0], "--json"]).json();
    assert_eq!(of_one.len(), 1, "of one request");
    assert_eq!(of_one[0]["request"], ids[0].as_str(), "of that one");
    let id = all[0]["id"].as_str().expect("an id");
    let single = hookbench.run(&["deliveries", id]);
    succeeds(&single);
    assert!(
        single.text().contains(id) && single.text().contains("  201"),
        "one by itself, with its attempts: {}",
        single.text()
    );
    assert_eq!(
        hookbench
            .run(&["deliveries", "--limit", "1", "--json"])
            .json()
            .len(),
        1,
        "as many as asked for"
    );
    let unknown = hookbench.run(&["deliveries", "0123456789abcdef"]);
    assert_eq!(unknown.code, 1, "what is not there");
    assert!(
        unknown.stderr.contains("0123456789abcdef"),
        "is named: {}",
        unknown.stderr
    );
}

#[test]
fn a_check_of_idempotency_tells_a_good_server_from_a_bad_one() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    request(listening.address(), &post("/a", "{\"n\":1}"));
    let id = hookbench.requests()[0]["id"].as_str().expect("an id").to_owned();
    let good = Server::start(OK);
    let output = hookbench.run(&["idempotency", &id, "--to", &good.url(), "--parallel", "2"]);
    succeeds(&output);
    assert!(
        output.text().contains("second call"),
        "each call is told: {}",
        output.text()
    );
    let bad = Server::in_turn(&[
        OK,
        b"HTTP/1.1 500 Oops\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    ]);
    let output = hookbench.run(&["idempotency", &id, "--to", &bad.url(), "--json"]);
    assert_eq!(
        output.code,
        1,
        "a repetition that fails is a finding: {}",
        output.text()
    );
    let report: Value = serde_json::from_str(output.text()).expect("one object");
    assert_eq!(report["passed"], false, "and it says so");
    assert_eq!(report["rows"][1]["status"], 500, "of the second call");
}

#[test]
fn captured_credentials_do_not_leave_the_private_network() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let sent =
        b"POST /a HTTP/1.1\r\nHost: h\r\nCookie: session=1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    request(listening.address(), sent);
    let id = hookbench.requests()[0]["id"].as_str().expect("an id").to_owned();
    // An address of documentation, which nobody has agreed to: nothing goes there.
    let far = "https://203.0.113.7";
    let told = hookbench.run(&["resend", &id, "--to", far]);
    assert!(
        told.code != 0 && told.stderr.contains("Cookie stays here"),
        "it is told what would be left out: {}",
        told.stderr
    );
    let hint = "`hookbench target add 203.0.113.7:443 https://203.0.113.7 --send-credentials true` lets them go there with \
                `--to 203.0.113.7:443`";
    assert!(told.stderr.contains(hint), "and how it would go: {}", told.stderr);
    succeeds(&hookbench.run(&["target", "add", "my staging", far]));
    for (arguments, hint) in [
        (
            &["resend", &id, "--to", "my staging"][..],
            "`hookbench target set \"my staging\" --send-credentials true` lets them go there\n",
        ),
        (
            &["resend", &id, "--times", "2", "--to", "my staging"],
            "will not go. `hookbench target set \"my staging\" --send-credentials true` lets them go there\n",
        ),
        (
            &["resend", &id, "--to", far],
            "`hookbench target set \"my staging\" --send-credentials true` lets them go there with `--to \"my staging\"`",
        ),
    ] {
        let told = hookbench.run(arguments);
        assert!(
            told.code != 0 && told.stderr.contains(hint),
            "the command can be pasted: {}",
            told.stderr
        );
    }
    succeeds(&hookbench.run(&["target", "set", "my staging", "--send-credentials", "true"]));
    let told = hookbench.run(&["resend", &id, "--to", "my staging"]);
    assert!(
        told.code != 0 && !told.stderr.contains("stays here"),
        "its target lets it go: {}",
        told.stderr
    );
    let listed = hookbench.run(&["target", "list", "--json"]).json();
    assert_eq!(listed[0]["send_credentials"], true, "and says so");
    let near = Server::start(OK);
    succeeds(&hookbench.run(&["resend", &id, "--to", &near.url()]));
    assert!(
        String::from_utf8_lossy(&near.next()).contains("Cookie: session=1"),
        "on this machine it goes as it came"
    );
}

#[test]
fn what_stayed_here_is_told_with_the_delivery_and_where_a_forward_is_set_up() {
    let hookbench = Hookbench::new().with_endpoint("/a", "stripe", "whsec_a");
    let listening = hookbench.listen();
    let sent = b"POST /a HTTP/1.1\r\nHost: h\r\nCookie: session=1\r\nAuthorization: Bearer x\r\n\
        Connection: close\r\nContent-Length: 0\r\n\r\n";
    request(listening.address(), sent);
    let id = hookbench.requests()[0]["id"].as_str().expect("an id").to_owned();
    let server = Server::start(OK);
    let url = server.url();
    // What was agreed to counts as being outside, wherever it leads now.
    let authority = url.trim_start_matches("http://");
    succeeds(&hookbench.run(&["resend", &id, "--to", &url, "--allow", authority]));
    assert!(
        !String::from_utf8_lossy(&server.next()).contains("Bearer"),
        "it does not go"
    );
    let told = hookbench.run(&["deliveries", &id]);
    assert!(
        told.text()
            .contains("stayed here, meant for another host: Cookie, Authorization"),
        "the names, not the values: {}",
        told.text()
    );
    let template = ["template", "save", "mine", "--request", &id, "--url", &url];
    succeeds(&hookbench.run(&template));
    let told = hookbench.run(&["send", "--template", "mine"]);
    assert!(
        told.code == 0 && told.stderr.contains("Cookie and Authorization stay here"),
        "a template is told of alike: {}",
        told.stderr
    );
    assert!(
        !String::from_utf8_lossy(&server.next()).contains("Bearer"),
        "nor does it go by a template"
    );
    let told = hookbench.run(&[
        "endpoint",
        "forward",
        "/a",
        "--to",
        &url,
        "--filter",
        "size:>much",
    ]);
    assert!(
        told.code != 0 && !told.stderr.contains("stay here"),
        "nothing is said of rules that are refused: {}",
        told.stderr
    );
    let told = hookbench.run(&["endpoint", "forward", "/a", "--to", &url]);
    assert!(
        told.code == 0
            && told
                .stderr
                .contains("`Authorization` and `Cookie` of what is forwarded stay here"),
        "before anything is forwarded: {}",
        told.stderr
    );
    let hint = format!("`hookbench target set {authority} --send-credentials true`");
    assert!(
        told.stderr.contains(&hint),
        "the command can be pasted: {}",
        told.stderr
    );
    listening.stop();
    let listening = hookbench.listen();
    request(listening.address(), sent);
    assert!(
        !String::from_utf8_lossy(&server.next()).contains("Bearer"),
        "nor by itself"
    );
}

#[test]
fn targets_are_changed_looked_at_and_removed() {
    let hookbench = Hookbench::new();
    let server = Server::start(OK);
    let free = format!("http://{}", free_address());
    succeeds(&hookbench.run(&["target", "add", "dev", &server.url()]));
    succeeds(&hookbench.run(&["target", "add", "down", &free, "--timeout", "2"]));
    let listed = hookbench.run(&["target", "list", "--check", "--json"]).json();
    let told: Vec<_> = listed
        .iter()
        .map(|target| (target["name"].clone(), target["reachable"].clone()))
        .collect();
    assert_eq!(
        told,
        [("dev".into(), true.into()), ("down".into(), false.into())],
        "one is there"
    );
    succeeds(&hookbench.run(&[
        "target",
        "set",
        "down",
        "--rename",
        "up",
        "--url",
        &server.url(),
        "--keep-path",
    ]));
    let again = hookbench.run(&["target", "add", "dev", &free]);
    assert_eq!(again.code, 1, "a name is there once");
    assert!(
        again.stderr.contains("target set"),
        "the way on is named: {}",
        again.stderr
    );
    let changed = hookbench.run(&["target", "list", "--json"]).json();
    assert_eq!(
        (&changed[1]["name"], &changed[1]["path"], &changed[1]["total_ms"]),
        (&"up".into(), &"keep".into(), &2_000.into()),
        "what was not named stays"
    );
    succeeds(&hookbench.run(&["target", "remove", "up"]));
    assert_eq!(
        hookbench.run(&["target", "list", "--json"]).json().len(),
        1,
        "it is gone"
    );
    assert_eq!(
        hookbench.run(&["target", "remove", "up"]).code,
        1,
        "and cannot go twice"
    );
}
