//! `hookbench sign ID`: a captured request signed anew, and what is said of it at its receipt and now.

use hookbench_tests::{Hookbench, request};
use serde_json::{Value, json};

/// A workbench with a request that came to `/hook` of this provider, and its id.
fn with_request(provider: &str, secret: Option<&str>, body: &str) -> (Hookbench, String) {
    let hookbench = Hookbench::new();
    let added = hookbench.run(&["endpoint", "add", "/hook", "--provider", provider]);
    assert_eq!(added.code, 0, "{}", added.stderr);
    if let Some(secret) = secret {
        let set = hookbench.run_with_input(&["secret", "set", "/hook"], secret.as_bytes());
        assert_eq!(set.code, 0, "{}", set.stderr);
    }
    let mut listening = hookbench.listen();
    let sent = format!(
        "POST /hook HTTP/1.1\r\nHost: h\r\nStripe-Signature: t=1,v1=0\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(
        request(listening.address(), sent.as_bytes()).status,
        200,
        "it is captured"
    );
    let id = listening.next_line()["id"].as_str().expect("an id").to_owned();
    drop(listening);
    (hookbench, id)
}

#[test]
fn a_captured_request_is_signed_with_the_secret_of_its_endpoint() {
    let body = "{\"id\":\"evt_1\"}";
    let (hookbench, id) = with_request("stripe", Some("whsec_a"), body);
    let told = hookbench.run(&["sign", &id]);
    assert!(
        told.text().starts_with("Stripe-Signature: t="),
        "only what was made: {}",
        told.text()
    );
    assert_eq!(
        told.text().lines().count(),
        1,
        "and nothing beside it: {}",
        told.text()
    );
    let anew = hookbench.run(&["sign", &id, "--json"]).json().remove(0);
    let verify = |secret: &str| -> Value {
        let line = json!({ "provider": "stripe", "secret": secret, "headers": anew["headers"], "body": anew["body"] });
        hookbench
            .run_with_input(&["verify", "--stdin"], line.to_string().as_bytes())
            .json()
            .remove(0)
    };
    assert_eq!(verify("whsec_a")["verdict"], "valid", "{anew}");
    assert_eq!(verify("whsec_a")["now"]["verdict"], "valid", "it is of now");
    let other = hookbench
        .run(&["sign", &id, "--secret", "whsec_b", "--json"])
        .json()
        .remove(0);
    assert_ne!(other["made"], anew["made"], "with another secret");
    let lines: Vec<&Value> = anew["headers"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|pair| {
            pair[0]
                .as_str()
                .is_some_and(|name| name.eq_ignore_ascii_case("stripe-signature"))
        })
        .collect();
    assert_eq!(lines.len(), 1, "the old one is gone: {anew}");
}

#[test]
fn without_a_secret_it_is_signed_with_a_test_key_or_not_at_all() {
    let (hookbench, id) = with_request("discord", None, "{\"type\":0}");
    let anew = hookbench.run(&["sign", &id, "--json"]).json().remove(0);
    let line = json!({ "provider": "discord", "secret": anew["test_key"], "headers": anew["headers"], "body": anew["body"] });
    let verified = hookbench.run_with_input(&["verify", "--stdin"], line.to_string().as_bytes());
    assert_eq!(verified.json()[0]["verdict"], "valid", "{anew}");
    let refused = hookbench.run(&["sign", &id, "--provider", "github"]);
    assert_ne!(refused.code, 0, "a secret is not made up");
    assert!(refused.stderr.contains("secret"), "{}", refused.stderr);
}

#[test]
fn a_check_tells_the_age_at_receipt_and_now() {
    let (hookbench, id) = with_request("stripe", Some("whsec_a"), "{}");
    let told = hookbench.run(&["verify", &id]);
    let age = told
        .text()
        .lines()
        .find(|line| line.starts_with("  age: "))
        .unwrap_or_default()
        .to_owned();
    assert!(
        age.contains("at receipt (allowed: at most 5 min)") && age.contains(" now: "),
        "{}",
        told.text()
    );
    let object = hookbench.run(&["verify", &id, "--json"]).json().remove(0);
    assert_eq!(object["now"]["verdict"], "invalid", "{object}");
    assert!(object["now"]["age_seconds"].is_number(), "{object}");
}

#[test]
fn a_request_of_one_who_signs_nothing_has_a_diagnosis() {
    let listed = Hookbench::new().run(&["providers", "--json"]).json();
    let unsigned = listed
        .iter()
        .find(|provider| provider["scheme"].is_null())
        .expect("somebody signs nothing");
    let (hookbench, id) = with_request(unsigned["id"].as_str().expect("an id"), None, "{}");
    let diagnosis = hookbench.run(&["diagnose", &id, "--json"]).json().remove(0);
    assert_eq!(diagnosis["cause"], "unsigned-by-design", "{diagnosis}");
}

#[test]
fn the_evidence_of_a_provider_is_told_with_its_meaning() {
    let told = Hookbench::new().run(&["providers", "stripe"]);
    assert!(
        told.text()
            .contains("  evidence: B, from the official SDK or sample code: "),
        "{}",
        told.text()
    );
}

#[test]
fn the_list_of_providers_grades_how_well_each_is_founded() {
    let hookbench = Hookbench::new();
    let graded = hookbench.run(&["providers", "--json"]).json();
    let listed = hookbench.run(&["providers"]);
    let mut lines = listed.text().lines();
    assert!(!graded.is_empty(), "there are some");
    for provider in &graded {
        let words: Vec<&str> = lines.next().unwrap_or_default().split_whitespace().collect();
        assert_eq!(
            (words[0], words[1]),
            (
                provider["id"].as_str().unwrap_or_default(),
                provider["evidence"].as_str().unwrap_or_default()
            ),
            "its line: {words:?}"
        );
    }
    let help = hookbench.run(&["providers", "--help"]);
    assert!(
        help.text().contains("A+B by both"),
        "what a grade means: {}",
        help.text()
    );
}
