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
    let is = |ending: &str, code: &str| {
        for (id, answer) in answers.iter().filter(|(id, _)| id.ends_with(ending)) {
            assert_eq!(answer["cause"], code, "{id}: {}", answer["message"]);
            assert!(!answer["proof"].is_null(), "{id}: proved by computing it again");
        }
    };
    is("-m-tampered-body", "body-altered");
    is("-m-truncated-signature", "signature-altered");
    is("-m-timestamp-header-changed", "timestamp-altered");
    is("-m-uppercase-hex", "letter-case");
    is("-m-bom-added", "body-byte-order-mark");
    is("-m-reserialised-body", "body-reserialised");
    is("-m-trailing-newline-added", "body-newline");
    assert!(
        unproved.len() <= 30,
        "what is left is not proved by any computation: {}",
        unproved.join(", ")
    );
}

#[test]
fn each_line_is_answered_for_itself_whatever_its_form() {
    let signature = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let header = format!("sha256={signature}");
    let secret = "It's a Secret to Everybody";
    let input = [
        json!({ "id": 1, "provider": "github", "secret": secret, "headers": { "X-Hub-Signature-256": header }, "body": "Hello, World!" }).to_string(),
        json!({ "id": "two", "provider": "github", "secrets": ["other", secret], "headers": { "x-hub-signature-256": [header] }, "body_base64": "SGVsbG8sIFdvcmxkIQ==" }).to_string(),
        json!({ "id": null, "provider": "github", "secret": secret, "headers": [["X-HUB-SIGNATURE-256", header]], "body": "Hello, World!", "method": "POST", "url": "https://a.example/x", "received_at": 1 }).to_string(),
        "not json".to_owned(),
        String::new(),
        json!({ "id": 5, "provider": "nobody" }).to_string(),
        json!({ "id": 6, "provider": "github", "headers": { "a": { "b": 1 } } }).to_string(),
        json!({ "id": 7, "provider": "github", "body_base64": "?" }).to_string(),
        json!({ "id": 8 }).to_string(),
        json!({ "id": 9, "provider": "stripe", "secret": "whsec_test_secret", "headers": { "Stripe-Signature": "t=1700000000,v1=0" }, "body": "{}" }).to_string(),
    ]
    .join("\n");
    for command in ["verify", "diagnose", "sign"] {
        let output = Hookbench::new().run_with_input(&[command, "--stdin"], input.as_bytes());
        assert_eq!(
            output.code, 1,
            "`{command}` says at its end that lines could not be answered"
        );
        let answers: Vec<Value> = output
            .text()
            .lines()
            .map(|line| serde_json::from_str(line).expect("each line is JSON"))
            .collect();
        assert_eq!(
            answers.len(),
            9,
            "`{command}` answers each line that is not empty"
        );
        let ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
        assert_eq!(
            ids,
            [
                &json!(1),
                &json!("two"),
                &json!(null),
                &json!(null),
                &json!(5),
                &json!(6),
                &json!(7),
                &json!(8),
                &json!(9)
            ],
            "`{command}` keeps ids as they are"
        );
        for answer in &answers[3..8] {
            assert!(
                answer["error"].is_string(),
                "`{command}` says what is wrong: {answer}"
            );
        }
        assert!(answers[8]["error"].is_null(), "`{command}` goes on after them");
        match command {
            "verify" => {
                let verdicts: Vec<&Value> = answers[..3].iter().map(|answer| &answer["verdict"]).collect();
                assert_eq!(
                    verdicts,
                    ["valid", "valid", "valid"],
                    "in each form of headers, body and secrets"
                );
                assert_eq!(
                    answers[1]["report"]["key"]["name"], "secret 2",
                    "the one that matched is named"
                );
            }
            "diagnose" => assert_eq!(
                answers[0]["cause"], "nothing-wrong",
                "nothing is wrong with the first"
            ),
            _ => {
                let made = answers[0]["headers"].as_array().expect("a list of pairs");
                assert!(
                    made.iter()
                        .any(|pair| pair[0] == "X-Hub-Signature-256" && pair[1] == header.as_str()),
                    "signed anew it is the same"
                );
                assert_eq!(answers[0]["body"], "Hello, World!", "with the body it is over");
            }
        }
    }
}

#[test]
fn without_a_time_of_receipt_the_age_is_not_judged() {
    let vectors = vectors();
    let old: Vec<Value> = vectors
        .iter()
        .filter(|vector| vector["expected"] == "expired")
        .map(|vector| {
            let mut line = line(vector);
            line.as_object_mut().expect("an object").remove("received_at");
            line
        })
        .collect();
    assert!(old.len() >= 15, "there are old ones");
    for (id, answer) in ask("verify", &old) {
        assert_eq!(answer["verdict"], "valid", "{id}: {}", answer["message"]);
    }
}

#[test]
fn code_to_verify_with_comes_alone_on_standard_output() {
    let hookbench = Hookbench::new();
    let code = hookbench.run(&["providers", "stripe", "--snippet", "python"]);
    assert!(
        code.text().contains("def verify(secret"),
        "a function in Python: {}",
        code.text()
    );
    let code = hookbench.run(&[
        "providers",
        "tracktik",
        "--snippet",
        "node",
        "--set",
        "header=X-Ours",
    ]);
    assert!(
        code.text().contains("\"x-ours\""),
        "with what the person chose: {}",
        code.text()
    );
    let refused = hookbench.run(&["providers", "discord", "--snippet", "go"]);
    assert_ne!(refused.code, 0, "no code is better than half of it");
    assert!(
        refused.stderr.contains("public key"),
        "and it says why: {}",
        refused.stderr
    );
    let unknown = hookbench.run(&["providers", "stripe", "--snippet", "cobol"]);
    assert_ne!(unknown.code, 0, "no code is written in that");
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
