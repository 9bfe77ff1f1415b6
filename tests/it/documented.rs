//! What the terminal prints as JSON stands in the README, under the names it is printed with.

use std::collections::BTreeSet;

use hookbench_tests::{Hookbench, Server, request};
use serde_json::Value;

const README: &str = include_str!("../../README.md");
/// Their insides are told by the documents of signatures.
const OPAQUE: [&str; 5] = ["report", "proof", "remedy", "hints", "excluded"];

/// The README between two texts.
fn between(begin: &str, end: &str) -> &'static str {
    let from = README.find(begin).expect("the README has this place");
    let rest = &README[from..];
    &rest[..rest[1..].find(end).map_or(rest.len(), |length| length + 1)]
}

/// The words that stand as code in a text.
fn names(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Every name of an object and of those in it.
fn printed(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                found.insert(name.clone());
                if !OPAQUE.contains(&name.as_str()) {
                    printed(member, found);
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| printed(element, found)),
        _ => {}
    }
}

fn all_are_in(text: &str, what: &str, objects: &[Value]) {
    let documented = names(text);
    let mut found = BTreeSet::new();
    assert!(!objects.is_empty(), "{what} prints something");
    objects.iter().for_each(|object| printed(object, &mut found));
    let missing: Vec<_> = found
        .iter()
        .filter(|name| !documented.contains(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "{what}: {missing:?} are not in the README");
}

#[test]
fn every_name_that_a_request_is_printed_with_is_in_the_readme() {
    let hookbench = Hookbench::new().with_endpoint("/slack", "slack", "secret");
    let listening = hookbench.listen();
    let question = r#"{"type":"url_verification","challenge":"c","token":"t"}"#;
    let question = format!(
        "POST /slack HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{question}",
        question.len()
    );
    let chunks = b"POST /x HTTP/1.1\r\nHost: h\r\nX-Bytes: \xff\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n\
        4\r\nsame\r\n0\r\nX-End: 1\r\n\r\n";
    for sent in [question.as_bytes(), chunks, chunks] {
        request(listening.address(), sent);
    }
    let har = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/har/chrome.har");
    assert_eq!(hookbench.run(&["import", har]).code, 0, "it is imported");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let rows = loop {
        let rows = hookbench.requests();
        if rows.iter().any(|row| row["duplicate_of"].is_string()) {
            break rows;
        }
        assert!(std::time::Instant::now() < deadline, "the repetition is marked");
    };
    for name in ["handshake", "imported", "headers_base64"] {
        assert!(
            rows.iter().any(|row| !row[name].is_null()),
            "one of them has `{name}`"
        );
    }
    all_are_in(between("### JSON", "Further commands"), "list", &rows);
}

#[test]
fn every_name_that_settings_and_lists_are_printed_with_is_in_their_row_of_the_readme() {
    let hookbench = Hookbench::new().with_endpoint("/hook", "stripe", "whsec_a");
    let listening = hookbench.listen();
    request(
        listening.address(),
        b"POST /hook HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}",
    );
    let id = hookbench.requests()[0]["id"].as_str().expect("an id").to_owned();
    let does = |arguments: &[&str]| {
        let ran = hookbench.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
    };
    let held_to = |begin: &str, arguments: &[&str]| {
        let printed = hookbench.run(arguments).json();
        all_are_in(between(begin, "\n"), &arguments.join(" "), &printed);
        printed
    };

    let targets = "| `target add`";
    let server = Server::start(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    // Port 1 of this machine, where nobody listens.
    for (name, url, rules) in [
        ("up", server.url().as_str(), &["--keep-path"][..]),
        ("down", "http://127.0.0.1:1", &["--fixed-path", "/f"]),
        ("mapped", "http://127.0.0.1:1", &["--replace-prefix", "/a=/b"]),
    ] {
        let headers = [
            "--add-header",
            "X-A=1",
            "--remove-header",
            "X-B",
            "--set-header",
            "X-C=2",
        ];
        let all = [&["target", "add", name, url, "--json"][..], rules, &headers].concat();
        let made = held_to(targets, &all);
        assert_eq!(
            made[0]["headers"].as_array().map(Vec::len),
            Some(3),
            "each kind of rule"
        );
    }
    held_to(
        targets,
        &["target", "set", "up", "--connect-timeout", "2", "--json"],
    );
    let checked = held_to(targets, &["target", "list", "--check", "--json"]);
    assert!(
        checked.iter().any(|target| target["message"].is_string()),
        "one cannot be reached"
    );

    let endpoints = held_to("| `endpoint add`", &["endpoint", "list", "--json"]);
    assert_eq!(
        endpoints[0]["secrets"].as_array().map(Vec::len),
        Some(1),
        "with its secret"
    );
    held_to("| `endpoint add`", &["endpoint", "add", "/more", "--json"]);
    held_to(
        "| `endpoint add`",
        &["endpoint", "set", "/more", "--provider", "github", "--json"],
    );
    held_to("| `secret list`", &["secret", "list", "/hook", "--json"]);

    does(&["endpoint", "forward", "/more", "--to", "down"]);
    does(&["queue", "pause", "down"]);
    listening.stop();
    let listening = hookbench.listen();
    request(
        listening.address(),
        b"POST /more HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}",
    );
    let queues = held_to("| `queue list`", &["queue", "list", "down", "--json"]);
    assert!(
        queues[0]["held"][0]["number"].is_number(),
        "one waits: {queues:?}"
    );

    does(&[
        "template",
        "save",
        "mine",
        "--request",
        &id,
        "--header",
        "X-A={{tenant}}",
    ]);
    held_to("| `template list`", &["template", "list", "--json"]);
    held_to("| `limit list`", &["limit", "list", "--json"]);
    held_to("| `storage` |", &["storage", "--json"]);
    does(&["filter", "save", "starred ones", "is:starred"]);
    held_to("| `filter list`", &["filter", "list", "--json"]);
    does(&["tag", &id, "--add", "seen"]);
    held_to("| `tag` without", &["tag", "--json"]);
    does(&["mask", "add", "/a/b"]);
    held_to("| `mask list`", &["mask", "list", "--json"]);
    let copy = hookbench.data().join("copy.db");
    let copy = copy.to_str().expect("a path that is text");
    held_to("| `backup` |", &["backup", copy, "--json"]);

    held_to("| `delete`", &["delete", &id, "--json"]);
    held_to("| `undo --list`", &["undo", "--list", "--json"]);
    held_to("| `undo` |", &["undo", "--json"]);
    // `cancelled` is printed only where somebody stopped it.
    assert!(
        names(between("| `delete`", "\n")).contains("cancelled"),
        "it is there"
    );
}

#[test]
fn every_name_that_other_commands_print_is_in_their_row_of_the_readme() {
    let hookbench = Hookbench::new().with_endpoint("/hook", "stripe", "whsec_a");
    let listening = hookbench.listen();
    let body = "{\"id\":\"evt_1\"}";
    let sent = format!(
        "POST /hook HTTP/1.1\r\nHost: h\r\nCookie: a=1\r\nStripe-Signature: t=1,v1=0\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    request(listening.address(), sent.as_bytes());
    let id = hookbench.requests()[0]["id"].as_str().expect("an id").to_owned();
    let ask = |arguments: &[&str]| hookbench.run(arguments).json();
    let row = |begin: &str| between(begin, "\n");
    let server = Server::start(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    let url = server.url();
    assert_eq!(
        hookbench.run(&["target", "add", "dev", &url]).code,
        0,
        "a target is made"
    );

    // What was agreed to counts as being outside, wherever it leads: what is captured stays here.
    let authority = url.trim_start_matches("http://").to_owned();
    let agreed = [
        "resend", &id, "--to", "dev", "--times", "2", "--json", "--allow", &authority,
    ];
    let resent = ask(&agreed);
    assert_eq!(resent[0]["withheld"][0], "Cookie", "it is told: {resent:?}");
    assert!(resent[0]["run"].is_string(), "it is a step of a run");
    let deliveries = between("| `resend`", "| `runs` |");
    all_are_in(deliveries, "resend", &resent);
    all_are_in(deliveries, "deliveries", &ask(&["deliveries", "--json"]));
    let runs = ask(&["runs", "--json"]);
    all_are_in(row("| `runs` |"), "runs", &runs);
    let run = runs[0]["id"].as_str().expect("an id").to_owned();
    all_are_in(row("| `runs ID`"), "a run", &ask(&["runs", &run, "--json"]));
    let check = hookbench.run(&["idempotency", &id, "--to", "dev", "--json"]);
    let check: Value = serde_json::from_str(check.text()).expect("one object, whatever was found");
    all_are_in(row("| `idempotency`"), "idempotency", &[check]);

    let har = hookbench.data().join("all.har");
    let har = har.to_str().expect("a path that is text");
    all_are_in(
        row("| `export`"),
        "export",
        &ask(&["export", "--all", "--har", har, "--json"]),
    );
    std::fs::write(har, r#"{"log":{"entries":[{}]}}"#).expect("it is written");
    let imported = ask(&["import", har, "--json"]);
    assert_eq!(imported[0]["skipped"], 1, "what is no request is named");
    all_are_in(row("| `import`"), "import", &imported);

    let scripts = between("### For scripts", "\n## ");
    all_are_in(scripts, "verify", &ask(&["verify", &id, "--json"]));
    all_are_in(scripts, "diagnose", &ask(&["diagnose", &id, "--json"]));
    let signed = format!("{scripts}{}", row("| `sign ID`"));
    all_are_in(&signed, "sign", &ask(&["sign", &id, "--json"]));
}
