//! Lines of scripts as languages write them: with nulls, numbers, marks and bytes that are no text.

use hookbench_tests::{Hookbench, Output};
use serde_json::{Value, json};

const SECRET: &str = "It's a Secret to Everybody";
const SIGNATURE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

fn ask(command: &str, input: &[u8]) -> (Output, Vec<Value>) {
    let output = Hookbench::new().run_with_input(&[command, "--stdin"], input);
    let answers = output
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    (output, answers)
}

/// A right line of GitHub's, with these fields on top.
fn line(more: &Value) -> Value {
    let mut line = json!({
        "provider": "github",
        "secret": SECRET,
        "headers": { "X-Hub-Signature-256": SIGNATURE },
        "body": "Hello, World!",
    });
    let fields = line.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    line
}

#[test]
fn a_line_that_is_no_text_is_answered_and_the_run_goes_on() {
    let mut input = line(&json!({ "id": 1 })).to_string().into_bytes();
    input.extend_from_slice(b"\n{\"id\":2,\"body\":\"\xff\xfe\"}\n");
    input.extend_from_slice(line(&json!({ "id": 3 })).to_string().as_bytes());
    let (output, answers) = ask("verify", &input);
    assert_eq!(output.code, 1, "one could not be answered");
    let verdicts: Vec<&Value> = answers.iter().map(|answer| &answer["verdict"]).collect();
    assert_eq!(verdicts, ["valid", "unknown", "valid"], "the others are");
    assert!(
        answers[1]["error"].is_string(),
        "and it is said why: {}",
        answers[1]
    );
}

#[test]
fn lines_are_read_as_languages_write_them() {
    let pairs = json!([
        ["X-Hub-Signature-256", SIGNATURE],
        ["X-Retry", 2],
        ["X-Nothing", null]
    ]);
    let lines = [
        line(
            &json!({ "secret": null, "secrets": [SECRET], "method": null, "headers": pairs, "parameters": null }),
        ),
        line(&json!({ "secret": SECRET, "secrets": ["another"] })),
        line(&json!({ "secret": "another", "secrets": [SECRET] })),
        line(&json!({ "received_at": "1700000000", "url": null })),
        line(&json!({ "body": null, "body_base64": "SGVsbG8sIFdvcmxkIQ" })),
        line(&json!({ "headers": { "x-hub-signature-256": [SIGNATURE, null], "content-length": 13 } })),
        line(&json!({ "url": "https://h?x=/a" })),
    ];
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    let (output, answers) = ask("verify", format!("\u{feff}{}\r\n", text.join("\r\n")).as_bytes());
    assert_eq!(output.code, 0, "all are answered: {}", output.text());
    for (line, answer) in lines.iter().zip(&answers) {
        assert_eq!(answer["verdict"], "valid", "{line}: {answer}");
    }
}

#[test]
fn a_line_that_names_nobody_known_has_a_verdict_and_a_message_too() {
    let input = format!(
        "{}\n{}\n",
        json!({ "id": 1, "provider": "nobody" }),
        json!({ "id": 2 })
    );
    for (command, field) in [("verify", "verdict"), ("diagnose", "cause")] {
        let (output, answers) = ask(command, input.as_bytes());
        assert_eq!(output.code, 1, "`{command}`: they could not be answered");
        for answer in answers {
            assert_eq!(answer[field], "unknown", "`{command}`: {answer}");
            assert_eq!(
                answer["message"], answer["error"],
                "`{command}`: the reason stands in both"
            );
        }
    }
}

#[test]
fn a_parameter_of_the_scheme_that_is_bad_or_left_out_is_an_error_in_all_three() {
    let line = |id: u8, parameters: Value| json!({ "id": id, "provider": "trakrf", "secret": "s", "headers": {}, "body": "{}", "parameters": parameters });
    let bad = line(1, json!({ "header": "X-Sig", "algorithm": "md5" }));
    let input = format!("{bad}\n{}\n", line(2, Value::Null));
    for command in ["verify", "sign", "diagnose"] {
        let (output, answers) = ask(command, input.as_bytes());
        assert_eq!(output.code, 1, "`{command}`: nothing was checked");
        assert_eq!(answers.len(), 2, "`{command}`: an answer to each line");
        for (answer, says) in answers.iter().zip(["`algorithm`", "`header`"]) {
            let error = answer["error"].as_str().unwrap_or_default();
            assert!(error.contains(says), "`{command}` names it: {answer}");
        }
    }
}

#[test]
fn who_signs_nothing_is_told_as_such_in_every_field_that_is_documented() {
    let listed = Hookbench::new().run(&["providers", "--json"]).json();
    let unsigned = listed
        .iter()
        .find(|provider| provider["scheme"].is_null())
        .expect("somebody signs nothing");
    let input = json!({ "id": 1, "provider": unsigned["id"], "body": "{}" }).to_string();
    let (output, answers) = ask("diagnose", input.as_bytes());
    assert_eq!(output.code, 0, "that is an answer: {}", output.text());
    assert_eq!(answers[0]["cause"], "unsigned-by-design", "{}", answers[0]);
    let (output, answers) = ask("verify", input.as_bytes());
    assert_eq!(output.code, 0, "so is this: {}", output.text());
    let answer = &answers[0];
    assert_eq!(answer["verdict"], "unsigned", "{answer}");
    assert_eq!(
        answer["report"]["sentence"], answer["message"],
        "there is a report: {answer}"
    );
    assert_eq!(
        answer["now"],
        json!({ "verdict": "unsigned", "age_seconds": null }),
        "and it is the same now"
    );
}

#[test]
fn a_secret_that_was_replaced_is_named() {
    let input = line(&json!({ "id": 1, "secret": "new", "previous_secrets": [SECRET] })).to_string();
    let (_, answers) = ask("diagnose", input.as_bytes());
    assert_eq!(answers[0]["cause"], "previous-secret", "{}", answers[0]);
    assert_eq!(answers[0]["proof"]["secret"], "previous secret 1", "by its place");
}

#[test]
fn a_body_that_is_compressed_and_does_not_say_so_is_found_out() {
    // `{"a":1}` as gzip writes it, which nothing in the headers announces.
    let packed = "H4sIAAAAAAAC/6tWSlSyMqwFAK+sG1YHAAAA";
    let signed = json!({ "id": 1, "provider": "github", "secret": SECRET, "body": "{\"a\":1}" }).to_string();
    let (_, made) = ask("sign", signed.as_bytes());
    let came = line(&json!({ "id": 2, "headers": made[0]["headers"], "body": null, "body_base64": packed }));
    let (_, answers) = ask("diagnose", came.to_string().as_bytes());
    assert_eq!(answers[0]["cause"], "body-compression", "{}", answers[0]);
}

#[test]
fn what_a_request_says_of_itself_is_a_hint() {
    let line = json!({
        "provider": "stripe", "secret": "whsec_ours",
        "headers": { "Stripe-Signature": format!("t=1700000000,v1={}", "0".repeat(64)) },
        "body": "{\"livemode\":false}",
    });
    let (_, answers) = ask("diagnose", line.to_string().as_bytes());
    let hints = answers[0]["hints"].to_string();
    assert!(hints.contains("test mode"), "{}", answers[0]);
}

#[test]
fn a_check_says_what_it_would_be_now() {
    let draft = json!({ "provider": "stripe", "secret": "whsec_a", "headers": {}, "body": "{}", "received_at": 1_700_000_000 });
    let (_, signed) = ask("sign", draft.to_string().as_bytes());
    let line = json!({
        "provider": "stripe", "secret": "whsec_a", "headers": signed[0]["headers"], "body": "{}",
        "received_at": 1_700_000_100,
    });
    let (_, answers) = ask("verify", line.to_string().as_bytes());
    let answer = &answers[0];
    assert_eq!(
        (&answer["verdict"], &answer["now"]["verdict"]),
        (&json!("valid"), &json!("expired")),
        "{answer}"
    );
    assert!(
        answer["now"]["age_seconds"]
            .as_f64()
            .is_some_and(|age| age > 1_000_000.0),
        "{answer}"
    );
}
