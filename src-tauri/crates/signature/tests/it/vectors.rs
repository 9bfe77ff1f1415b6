//! Every given vector, judged by its provider's scheme.

use std::collections::BTreeMap;
use std::fs;

use base64::Engine as _;
use hookbench_signature::{Message, Micros, Scheme, Secret, Verdict, check, verify};
use serde::Deserialize;

use crate::provider::{folder, names, scheme};

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
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

fn vectors() -> Vec<Vector> {
    let text = fs::read_to_string(folder("fixtures/vectors.json")).unwrap();
    serde_json::from_str::<File>(&text).unwrap().vectors
}

impl Vector {
    fn judge(&self) -> (Verdict, Verdict, String) {
        let scheme = scheme(&self.provider).resolve(&self.params).unwrap();
        let body = match (&self.body, &self.body_b64) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(text)) => base64::engine::general_purpose::STANDARD.decode(text).unwrap(),
            (None, None) => Vec::new(),
        };
        let headers: Vec<(&[u8], &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
            .collect();
        let target = self.url.as_deref().map_or("/", |url| {
            let from = url.find("://").map_or(0, |at| at + 3);
            url[from..].find('/').map_or("/", |at| &url[from + at..])
        });
        let message = Message {
            method: &self.method,
            target,
            url: self.url.as_deref(),
            headers: &headers,
            body: &body,
            received_at: self.now.map(Micros::from_seconds),
        };
        let texts = if self.secrets.is_empty() {
            vec![self.secret.clone()]
        } else {
            self.secrets.clone()
        };
        let secrets: Vec<Secret> = texts.into_iter().map(|text| Secret::new("test", text)).collect();
        let report = verify(&scheme, &message, &secrets);
        (
            check(&scheme, &message, &secrets).verdict,
            report.verdict,
            report.sentence,
        )
    }
}

#[test]
fn every_vector_gets_its_verdict() {
    let mut wrong = Vec::new();
    for vector in vectors() {
        let (brief, full, sentence) = vector.judge();
        if full != vector.expected {
            wrong.push(format!(
                "{}: expected {}, got {full}: {sentence}",
                vector.id, vector.expected
            ));
        }
        assert_eq!(brief, full, "{}: both ways of asking give one answer", vector.id);
    }
    assert!(
        wrong.is_empty(),
        "{} vectors are judged wrongly:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_scheme_survives_being_written_and_read() {
    for name in names() {
        let scheme = scheme(&name);
        let json = serde_json::to_string(&scheme).unwrap();
        assert_eq!(
            serde_json::from_str::<Scheme>(&json).unwrap(),
            scheme,
            "`{name}` through JSON"
        );
        let text = toml::to_string(&scheme).unwrap();
        assert_eq!(
            toml::from_str::<Scheme>(&text).unwrap(),
            scheme,
            "`{name}` through TOML"
        );
    }
}
