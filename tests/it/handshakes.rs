//! What providers ask before they send events, through the listener: each given question gets its answer, is told apart
//! from events, and gets none where that is switched off.

use std::collections::BTreeMap;

use hookbench_tests::{Hookbench, Listening, request};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct File {
    handshakes: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    id: String,
    provider: String,
    secret: Option<String>,
    request: Asked,
    expected_response: Expected,
}

#[derive(Deserialize)]
struct Asked {
    method: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
}

#[derive(Deserialize)]
struct Expected {
    status: u16,
    content_type: Option<String>,
    body: Option<String>,
    json: Option<Value>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

fn questions() -> Vec<Question> {
    let text = include_str!("../../src-tauri/crates/signature/tests/fixtures/vectors.json");
    serde_json::from_str::<File>(text)
        .expect("the given questions")
        .handshakes
}

/// The endpoint's path, with what the question's own URL has behind its path.
fn target(question: &Question) -> String {
    let behind = question
        .request
        .url
        .find('?')
        .map_or("", |at| &question.request.url[at..]);
    // This one asks for a path of its own, whatever was configured.
    if question.request.url.starts_with("/.well-known/") {
        return question.request.url.clone();
    }
    format!("/{}{behind}", question.id)
}

fn send(listening: &Listening, question: &Question) -> hookbench_tests::Answer {
    let asked = &question.request;
    let mut text = format!("{} {} HTTP/1.1\r\nHost: h\r\n", asked.method, target(question));
    for (name, value) in &asked.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !asked.body.is_empty() {
        text.push_str("Content-Type: application/json\r\n");
    }
    text.push_str(&format!(
        "Content-Length: {}\r\n\r\n{}",
        asked.body.len(),
        asked.body
    ));
    request(listening.address(), text.as_bytes())
}

fn add_endpoint(hookbench: &Hookbench, question: &Question, more: &[&str]) {
    let path = if question.request.url.starts_with("/.well-known/") {
        "/.well-known".to_owned()
    } else {
        format!("/{}", question.id)
    };
    let mut arguments = vec!["endpoint", "add", &path, "--provider", &question.provider];
    arguments.extend(more);
    let added = hookbench.run(&arguments);
    assert_eq!(
        added.code, 0,
        "{}: the endpoint is made: {}",
        question.id, added.stderr
    );
    if let Some(secret) = &question.secret {
        let set = hookbench.run_with_input(&["secret", "set", &path], secret.as_bytes());
        assert_eq!(set.code, 0, "{}: its secret is set: {}", question.id, set.stderr);
    }
}

#[test]
fn every_given_question_gets_its_answer_over_the_wire() {
    let hookbench = Hookbench::new();
    let questions = questions();
    assert_eq!(questions.len(), 14, "all of them are there");
    for question in &questions {
        add_endpoint(&hookbench, question, &[]);
    }
    let listening = hookbench.listen();
    for question in &questions {
        let answer = send(&listening, question);
        let expected = &question.expected_response;
        let id = &question.id;
        assert_eq!(answer.status, expected.status, "{id}: the status");
        let body = String::from_utf8_lossy(&answer.body);
        if let Some(wanted) = &expected.body {
            assert_eq!(&body, wanted, "{id}: the body");
        }
        if let Some(wanted) = &expected.json {
            assert_eq!(
                serde_json::from_str::<Value>(&body).ok().as_ref(),
                Some(wanted),
                "{id}: the body as JSON"
            );
        }
        let head = answer.head.to_ascii_lowercase();
        let mut headers = expected.headers.clone();
        headers.extend(
            expected
                .content_type
                .iter()
                .map(|value| ("content-type".to_owned(), value.clone())),
        );
        for (name, value) in headers {
            let line = format!(
                "\r\n{}: {}",
                name.to_ascii_lowercase(),
                value.to_ascii_lowercase()
            );
            assert!(head.contains(&line), "{id}: `{name}` in {head}");
        }
    }
    let listed = hookbench
        .run(&["list", "--json", "--filter", "is:handshake"])
        .json();
    // Adyen's is no question: it wants this answer to every event.
    assert_eq!(listed.len(), 13, "they are told apart from events");
    let told = listed
        .iter()
        .find(|row| row["provider"] == "slack")
        .expect("Slack's is there");
    assert_eq!(
        (
            told["handshake"]["name"].as_str(),
            told["handshake"]["status"].as_u64()
        ),
        (Some("url_verification"), Some(200)),
        "with what was answered: {told}"
    );
    assert!(
        told["handshake"]["body"]
            .as_str()
            .is_some_and(|body| body.starts_with("3eZbrw1aBm2"))
            && told["handshake"]["why"]
                .as_str()
                .is_some_and(|why| !why.is_empty()),
        "and why: {told}"
    );
}

#[test]
fn an_endpoint_that_does_not_answer_handshakes_takes_them_as_events() {
    let hookbench = Hookbench::new();
    let question = questions()
        .into_iter()
        .find(|question| question.provider == "slack")
        .expect("Slack's is there");
    add_endpoint(&hookbench, &question, &["--handshake", "off"]);
    let listening = hookbench.listen();
    let answer = send(&listening, &question);
    assert_eq!(
        (
            answer.status,
            String::from_utf8_lossy(&answer.body).contains("3eZbrw1aBm2")
        ),
        (200, false),
        "its challenge does not come back"
    );
    let listed = hookbench
        .run(&["list", "--json", "--filter", "is:handshake"])
        .json();
    assert_eq!(listed.len(), 1, "it is still told for what it is");
    assert!(
        listed[0]["handshake"]["status"].is_null(),
        "and not answered as such: {}",
        listed[0]
    );
    drop(listening);
    let set = hookbench.run(&[
        "endpoint",
        "set",
        &format!("/{}", question.id),
        "--handshake",
        "on",
    ]);
    assert_eq!(set.code, 0, "it is switched on again: {}", set.stderr);
    let listening = hookbench.listen();
    let answer = send(&listening, &question);
    assert!(
        String::from_utf8_lossy(&answer.body).contains("3eZbrw1aBm2"),
        "its provider is still known, and gets its challenge"
    );
}
