//! Comparing from the terminal.

use hookbench_tests::{Hookbench, Output, Server, request};
use serde_json::{Value, json};

/// Captures requests and gives their ids, in the order in which they were sent.
fn captured(hookbench: &Hookbench, sent: &[&str]) -> Vec<String> {
    let listening = hookbench.listen();
    for bytes in sent {
        assert_eq!(
            request(listening.address(), bytes.as_bytes()).status,
            200,
            "the request is captured"
        );
    }
    let ids = hookbench.requests().into_iter().rev();
    ids.map(|request| request["id"].as_str().expect("an id").to_owned())
        .collect()
}

fn post(path: &str, headers: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: h\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn object(output: &Output) -> Value {
    serde_json::from_str(output.text()).expect("one object")
}

#[test]
fn requests_that_are_the_same_give_0_and_others_1() {
    let hookbench = Hookbench::new();
    let same = post("/a", "X-One: 1\r\n", "{\"a\":1}");
    let other = post("/a", "X-One: 2\r\n", "{\"a\":1}");
    let ids = captured(&hookbench, &[&same, &same, &other]);
    let output = hookbench.run(&["diff", &ids[0], &ids[1]]);
    assert_eq!((output.code, output.stderr.as_str()), (0, ""), "the same");
    assert!(
        output.text().ends_with("the same\n"),
        "and that is said: {}",
        output.text()
    );
    let output = hookbench.run(&["diff", &ids[0], &ids[2]]);
    assert_eq!(
        (output.code, output.stderr.as_str()),
        (1, ""),
        "different, and nothing failed"
    );
    assert!(
        output.text().contains("~ header X-One: 1 → 2\n"),
        "it says how: {}",
        output.text()
    );
    let output = hookbench.run(&["diff", &ids[0], &ids[2], "--body"]);
    assert_eq!(output.code, 0, "their bodies are the same");
    let output = hookbench.run(&["diff", &ids[0], &ids[2], "--ignore-name", "x-one"]);
    assert_eq!(output.code, 0, "what is ignored is no difference");
    let output = hookbench.run(&["diff", &ids[0], "0123456789"]);
    assert_eq!(output.code, 2, "trouble is told apart from a difference");
    assert!(
        output
            .stderr
            .contains("no request, delivery or attempt `0123456789`"),
        "and named: {}",
        output.stderr
    );
    assert_eq!(hookbench.run(&["diff", &ids[0]]).code, 2, "one is not enough");
}

#[test]
fn json_is_compared_by_its_structure_with_its_digits() {
    let hookbench = Hookbench::new();
    let before =
        r#"{"id":"evt_1NkQabcdef","created":1795243507,"data":{"amount":12345678901234567890,"gone":true}}"#;
    let after =
        r#"{"id":"evt_2NkQabcdef","created":1795243999,"data":{"amount":12345678901234567891,"new":[1.0]}}"#;
    let ids = captured(
        &hookbench,
        &[&post("/a?x=1", "", before), &post("/a?x=2", "", after)],
    );
    let output = hookbench.run(&["diff", &ids[0], &ids[1], "--json", "--ignore", "times,ids"]);
    assert_eq!(output.code, 1, "they differ");
    let found = object(&output);
    let changes: Vec<Value> = found["body"]["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .map(|change| {
            json!([
                change["kind"],
                change["before"]["pointer"],
                change["before"]["text"],
                change["after"]["text"],
                change["ignored"]
            ])
        })
        .collect();
    assert_eq!(
        changes,
        [
            json!(["changed", "/id", "\"evt_1NkQabcdef\"", "\"evt_2NkQabcdef\"", true]),
            json!(["changed", "/created", "1795243507", "1795243999", true]),
            json!([
                "changed",
                "/data/amount",
                "12345678901234567890",
                "12345678901234567891",
                false
            ]),
            json!(["removed", "/data/gone", "true", null, false]),
            json!(["added", null, null, "[1.0]", false]),
        ],
        "each value as it was sent"
    );
    assert_eq!(
        found["query"],
        json!([{
            "kind": "changed", "before": ["x", "1"], "after": ["x", "2"],
            "recased": false, "moved": false, "ignored": false
        }]),
        "the query is compared by its parameters"
    );
    let people = hookbench.run(&["diff", &ids[0], &ids[1], "--body"]);
    assert!(
        people
            .text()
            .contains("~ /data/amount: 12345678901234567890 → 12345678901234567891\n- /data/gone: true\n+ /data/new: [1.0]\n"),
        "a person reads pointers: {}",
        people.text()
    );
}

#[test]
fn text_is_compared_by_its_lines_and_bytes_by_their_ranges() {
    let hookbench = Hookbench::new();
    let text: String = (0..20).map(|number| format!("line {number}\n")).collect();
    let ids = captured(
        &hookbench,
        &[
            &post("/t", "", &text),
            &post("/t", "", &text.replace("line 9\n", "line nine\n")),
            &post("/t", "", "\0\u{1}\u{2}\u{3}"),
            &post("/t", "", "\0\u{1}\u{7}\u{3}"),
        ],
    );
    let output = hookbench.run(&["diff", &ids[0], &ids[1], "--body"]);
    let shown: Vec<_> = output.text().lines().skip(2).collect();
    assert_eq!(
        shown,
        [
            "@@ line 10 → 10 @@",
            " line 6",
            " line 7",
            " line 8",
            "-line 9",
            "+line nine",
            " line 10",
            " line 11",
            " line 12"
        ],
        "with what stands around it"
    );
    let output = hookbench.run(&["diff", &ids[2], &ids[3], "--body", "--json"]);
    assert_eq!(
        object(&output)["body"]["ranges"],
        json!([{
            "kind": "changed",
            "before": { "offset": 2, "text": "02" },
            "after": { "offset": 2, "text": "07" }
        }]),
        "in hexadecimal digits"
    );
}

#[test]
fn a_request_is_compared_with_the_one_before_it_of_its_kind() {
    let hookbench = Hookbench::new();
    let ids = captured(
        &hookbench,
        &[
            &post("/a", "", "{\"n\":1}"),
            &post("/b", "", "{\"n\":2}"),
            &post("/a?q=1", "", "{\"n\":3}"),
        ],
    );
    let output = hookbench.run(&["diff", &ids[2], "--previous", "--json"]);
    assert_eq!(
        object(&output)["before"]["id"],
        ids[0].as_str(),
        "the one of another path is passed over: {}",
        output.stderr
    );
    let output = hookbench.run(&["diff", &ids[0], "--previous"]);
    assert_eq!(output.code, 2, "the first has none");
    assert!(
        output.stderr.contains("no request before it"),
        "and that is said: {}",
        output.stderr
    );
}

#[test]
fn what_was_sent_and_what_came_back_are_compared() {
    let hookbench = Hookbench::new();
    let ids = captured(&hookbench, &[&post("/a", "X-A: 1\r\n", "{\"a\":1}")]);
    let good = Server::start(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":true}");
    let bad = Server::start(b"HTTP/1.1 500 Oops\r\nContent-Length: 12\r\n\r\n{\"ok\":false}");
    let mut deliveries = Vec::new();
    for server in [&good, &bad] {
        let sent = hookbench
            .run(&["resend", &ids[0], "--to", &server.url(), "--json"])
            .json();
        deliveries.push(sent[0]["id"].as_str().expect("an id").to_owned());
    }
    let output = hookbench.run(&["diff", &ids[0], &deliveries[0]]);
    let shown: Vec<_> = output.text().lines().skip(2).collect();
    assert_eq!(
        shown,
        [format!("~ header Host: h → {}", good.address())],
        "against the original only the host differs"
    );
    let output = hookbench.run(&["diff", &deliveries[0], &deliveries[1], "--answers", "--json"]);
    assert_eq!(output.code, 1, "the answers differ");
    let found = object(&output);
    assert_eq!(
        found["facts"],
        json!([{ "name": "Status", "before": "200", "after": "500" }]),
        "in their status"
    );
    assert_eq!(
        found["body"]["changes"][0]["after"],
        json!({ "pointer": "/ok", "occurrence": 1, "text": "false" }),
        "and in their bodies"
    );
    let output = hookbench.run(&["diff", &deliveries[0], "--answers"]);
    assert_eq!(output.code, 2, "one answer has nothing to be compared with");
}

#[test]
fn what_came_packed_is_compared_unpacked() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    // `{"a":1}` and `{"a":2}`, each in a gzip stream of stored blocks.
    let packed = |digit: u8, sum: [u8; 4]| {
        let text = [b"{\"a\":".as_slice(), &[digit], b"}"].concat();
        let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1, 7, 0, 0xf8, 0xff];
        bytes.extend_from_slice(&text);
        bytes.extend_from_slice(&sum);
        bytes.extend_from_slice(&[7, 0, 0, 0]);
        bytes
    };
    for body in [packed(b'1', SUM_1), packed(b'2', SUM_2)] {
        let head = format!(
            "POST /z HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        assert_eq!(
            request(listening.address(), &[head.as_bytes(), &body].concat()).status,
            200,
            "the request is captured"
        );
    }
    let ids: Vec<_> = hookbench
        .requests()
        .iter()
        .map(|request| request["id"].to_string())
        .collect();
    let output = hookbench.run(&[
        "diff",
        ids[1].trim_matches('"'),
        ids[0].trim_matches('"'),
        "--body",
    ]);
    assert!(
        output.text().contains("~ /a: 1 → 2"),
        "by what is in it: {}{}",
        output.text(),
        output.stderr
    );
}

/// CRC-32 of `{"a":1}` and of `{"a":2}`, little end first.
const SUM_1: [u8; 4] = [0xaf, 0xac, 0x1b, 0x56];
const SUM_2: [u8; 4] = [0x6c, 0xff, 0x36, 0x7d];
