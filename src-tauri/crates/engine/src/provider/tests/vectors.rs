//! The given vectors and handshakes, through the provider files.

use std::collections::BTreeMap;

use base64::Engine as _;
use hookbench_signature::{Micros, Secret, Verdict, check};
use serde::Deserialize;

use super::super::*;
use crate::model::Header;

/// What stands in the signature crate's fixtures.
#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
    handshakes: Vec<Question>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    provider: String,
    expected: Verdict,
    method: String,
    url: Option<String>,
    secret: String,
    #[serde(default)]
    secrets: Vec<String>,
    headers: BTreeMap<String, String>,
    body: Option<String>,
    body_b64: Option<String>,
    now: Option<i64>,
    #[serde(default)]
    params: BTreeMap<String, String>,
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
    json: Option<serde_json::Value>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

fn file() -> File {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../signature/tests/fixtures/vectors.json"
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn headers(lines: &BTreeMap<String, String>) -> Vec<Header> {
    lines
        .iter()
        .map(|(name, value)| Header {
            name: name.clone().into(),
            value: value.clone().into(),
        })
        .collect()
}

/// The target of a URL.
fn target(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or("/", |at| &url[host + at..])
}

#[test]
fn every_vector_gets_its_verdict_through_the_catalogue() {
    let catalogue = Catalogue::embedded().unwrap();
    let mut wrong = Vec::new();
    for vector in file().vectors {
        let Some(provider) = catalogue.get(&vector.provider) else {
            wrong.push(format!("{}: no provider `{}`", vector.id, vector.provider));
            continue;
        };
        let scheme = provider.scheme(&vector.params).unwrap().unwrap();
        let body = match (&vector.body, &vector.body_b64) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(text)) => base64::engine::general_purpose::STANDARD.decode(text).unwrap(),
            (None, None) => Vec::new(),
        };
        let headers = headers(&vector.headers);
        let facts = Facts::new(
            &vector.method,
            vector.url.as_deref().map_or("/", target),
            &headers,
            &body,
        );
        let message = facts.message(vector.url.as_deref(), vector.now.map(Micros::from_seconds));
        let texts = if vector.secrets.is_empty() {
            vec![vector.secret]
        } else {
            vector.secrets
        };
        let secrets: Vec<Secret> = texts.into_iter().map(|text| Secret::new("test", text)).collect();
        let verdict = check(&scheme, &message, &secrets).verdict;
        if verdict != vector.expected {
            wrong.push(format!(
                "{}: expected {}, got {verdict}",
                vector.id, vector.expected
            ));
        }
        // Whatever came, nothing here may panic on it.
        let _ = (
            catalogue.detect(&facts),
            provider.event(&facts),
            provider.delivery_key(&facts),
        );
        let _ = provider.handshake(&facts, &secrets, &vector.params);
    }
    assert!(
        wrong.is_empty(),
        "{} vectors are judged wrongly:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_handshake_gets_its_answer() {
    let catalogue = Catalogue::embedded().unwrap();
    let questions = file().handshakes;
    assert_eq!(questions.len(), 14, "all of them are there");
    for question in questions {
        let provider = catalogue
            .get(&question.provider)
            .unwrap_or_else(|| panic!("no `{}`", question.provider));
        let headers = headers(&question.request.headers);
        let asked = &question.request;
        let facts = Facts::new(&asked.method, &asked.url, &headers, asked.body.as_bytes());
        let secrets: Vec<Secret> = question
            .secret
            .into_iter()
            .map(|text| Secret::new("test", text))
            .collect();
        let answer = provider
            .handshake(&facts, &secrets, &BTreeMap::new())
            .unwrap_or_else(|| panic!("{}: the question is recognised", question.id));
        let expected = question.expected_response;
        assert_eq!(answer.status, expected.status, "{}: the status", question.id);
        if let Some(body) = expected.body {
            assert_eq!(answer.body, body, "{}: the body", question.id);
        }
        if let Some(json) = expected.json {
            let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(body, json, "{}: the body as JSON", question.id);
        }
        let header = |name: &str| {
            answer
                .headers
                .iter()
                .find(|(other, _)| other.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.as_str())
        };
        if let Some(content_type) = expected.content_type {
            assert_eq!(
                header("content-type"),
                Some(content_type.as_str()),
                "{}: its type",
                question.id
            );
        }
        for (name, value) in &expected.headers {
            assert_eq!(
                header(name),
                Some(value.as_str()),
                "{}: the header `{name}`",
                question.id
            );
        }
    }
}
