//! The given vectors, as a script would put them to the terminal: one JSON object a line in, one a line out.

use std::collections::BTreeMap;

use hookbench_tests::Hookbench;
use serde_json::{Value, json};

fn vectors() -> Vec<Value> {
    let text = include_str!("../../src-tauri/crates/signature/tests/fixtures/vectors.json");
    let file: Value = serde_json::from_str(text).expect("the given vectors");
    file["vectors"].as_array().expect("a list").clone()
}

/// A vector as a line of input.
fn line(vector: &Value) -> Value {
    let mut line =
        json!({ "id": vector["id"], "provider": vector["provider"], "headers": vector["headers"] });
    for (to, from) in [
        ("secret", "secret"),
        ("secrets", "secrets"),
        ("method", "method"),
        ("url", "url"),
        ("body", "body"),
        ("body_base64", "body_b64"),
        ("received_at", "now"),
        ("parameters", "params"),
    ] {
        if !vector[from].is_null() {
            line[to] = vector[from].clone();
        }
    }
    line
}

/// What a command answers to these lines, by id.
fn ask(command: &str, lines: &[Value]) -> BTreeMap<String, Value> {
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let output = Hookbench::new().run_with_input(&[command, "--stdin"], input.as_bytes());
    let answers: Vec<Value> = output
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    assert_eq!(answers.len(), lines.len(), "a line out for each line in");
    answers
        .into_iter()
        .map(|answer| (answer["id"].as_str().unwrap_or_default().to_owned(), answer))
        .collect()
}

#[test]
fn every_vector_is_verified_as_expected() {
    let vectors = vectors();
    let lines: Vec<Value> = vectors.iter().map(line).collect();
    let answers = ask("verify", &lines);
    let wrong: Vec<String> = vectors
        .iter()
        .filter(|vector| answers[vector["id"].as_str().unwrap_or_default()]["verdict"] != vector["expected"])
        .map(|vector| format!("{}: expected {}", vector["id"], vector["expected"]))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}: {}",
        wrong.len(),
        vectors.len(),
        wrong.join(", ")
    );
    assert!(
        answers
            .values()
            .all(|answer| !answer["message"].as_str().unwrap_or_default().is_empty()),
        "each with a sentence"
    );
}

#[test]
fn every_vector_is_diagnosed_with_a_documented_cause() {
    let documented: Vec<&str> = include_str!("../../.github/CAUSES.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(code, _)| code)
        .collect();
    let vectors = vectors();
    let lines: Vec<Value> = vectors.iter().map(line).collect();
    let answers = ask("diagnose", &lines);
    let mut unproved = Vec::new();
    for vector in &vectors {
        let answer = &answers[vector["id"].as_str().unwrap_or_default()];
        if !answer["error"].is_null() {
            panic!("{}: {}", vector["id"], answer["error"]);
        }
        let cause = answer["cause"].as_str().unwrap_or_default();
        assert!(
            documented.contains(&cause),
            "{}: `{cause}` is documented",
            vector["id"]
        );
        if vector["expected"] == "valid" {
            assert_eq!(cause, "nothing-wrong", "{}: it is right", vector["id"]);
        } else {
            assert_ne!(cause, "nothing-wrong", "{}: it is not right", vector["id"]);
        }
        if vector["expected"] == "invalid" && answer["proof"].is_null() {
            unproved.push(vector["id"].as_str().unwrap_or_default());
        }
    }
    println!("invalid and not proved: {}", unproved.join(", "));
}

#[test]
fn what_is_signed_is_verified_for_every_symmetric_provider() {
    let listed = Hookbench::new().run(&["providers", "--json"]).json();
    let vectors = vectors();
    // A secret and parameters in the form of each provider are taken from a vector of its own.
    let mut lines = Vec::new();
    for vector in vectors.iter().filter(|vector| vector["expected"] == "valid") {
        let mut line = line(vector);
        line["id"] = json!(format!("{}", vector["id"].as_str().unwrap_or_default()));
        // Its signature is made anew; what else is signed stays.
        line["received_at"] = json!(1_795_176_251);
        lines.push(line);
    }
    assert!(listed.len() >= 90, "there are providers enough");
    let signed = ask("sign", &lines);
    let mut again = Vec::new();
    let mut refused = BTreeMap::new();
    for line in &lines {
        let id = line["id"].as_str().unwrap_or_default();
        let answer = &signed[id];
        if let Some(error) = answer["error"].as_str() {
            refused.insert(id.to_owned(), error.to_owned());
            continue;
        }
        let mut verified = line.clone();
        verified["headers"] = answer["headers"].clone();
        for field in ["url", "body", "body_base64"] {
            if !answer[field].is_null() {
                verified[field] = answer[field].clone();
            }
        }
        if !answer["body"].is_null() {
            verified.as_object_mut().expect("an object").remove("body_base64");
        }
        again.push(verified);
    }
    let verified = ask("verify", &again);
    let wrong: Vec<String> = again
        .iter()
        .filter_map(|line| {
            let id = line["id"].as_str().unwrap_or_default();
            (verified[id]["verdict"] != "valid").then(|| format!("{id}: {}", verified[id]["message"]))
        })
        .collect();
    assert!(wrong.is_empty(), "signed and not valid: {}", wrong.join("\n"));
    let symmetric: Vec<(&String, &String)> = refused
        .iter()
        .filter(|(_, error)| {
            ![
                "public key",
                "private key",
                "test key",
                "RSA",
                "ECDSA",
                "Ed25519",
                "JWT",
                "token",
                "SHA-1",
            ]
            .iter()
            .any(|word| error.contains(word))
        })
        .collect();
    assert!(
        symmetric.is_empty(),
        "not signed though a secret signs it: {symmetric:?}"
    );
    println!(
        "{} signed and verified, {} of private keys",
        again.len(),
        refused.len()
    );
}

#[test]
fn a_line_without_a_secret_is_signed_with_a_test_key_where_only_its_provider_has_the_key() {
    let line =
        json!({ "id": "a", "provider": "discord", "body": "{\"type\":1}", "received_at": 1_795_176_251 });
    let signed = ask("sign", std::slice::from_ref(&line));
    let answer = &signed["a"];
    let key = answer["test_key"].as_str().expect("its public half is given");
    let mut verified = line;
    verified["headers"] = answer["headers"].clone();
    verified["secret"] = json!(key);
    assert_eq!(
        ask("verify", &[verified])["a"]["verdict"],
        "valid",
        "for whoever trusts it"
    );
    let plain = json!({ "id": "b", "provider": "github", "body": "{}" });
    assert!(
        ask("sign", &[plain])["b"]["error"].is_string(),
        "a secret is not made up where there would be one"
    );
}
