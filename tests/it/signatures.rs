//! The first providers end to end, with signatures computed here, apart from the product's own code.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookbench_tests::{Hookbench, Listening, Server, request};
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;

fn hmac_sha256(secret: &[u8], content: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(secret)
        .expect("any key")
        .chain_update(content)
        .finalize()
        .into_bytes()
        .to_vec()
}

fn hmac_sha1(secret: &[u8], content: &[u8]) -> Vec<u8> {
    Hmac::<Sha1>::new_from_slice(secret)
        .expect("any key")
        .chain_update(content)
        .finalize()
        .into_bytes()
        .to_vec()
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs()
}

/// Sends a body and gives the line that the listener prints for it.
fn send(listening: &mut Listening, path: &str, headers: &[(&str, &str)], body: &str) -> Value {
    let mut sent = format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n");
    for (name, value) in headers {
        sent.push_str(&format!("{name}: {value}\r\n"));
    }
    sent.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    assert_eq!(
        request(listening.address(), sent.as_bytes()).status,
        200,
        "it is captured"
    );
    listening.next_line()
}

fn with_endpoint(path: &str, provider: &str, secret: &str, settings: &[&str]) -> Hookbench {
    let hookbench = Hookbench::new();
    let mut arguments = vec!["endpoint", "add", path, "--provider", provider];
    for setting in settings {
        arguments.extend(["--set", setting]);
    }
    let added = hookbench.run(&arguments);
    assert_eq!(added.code, 0, "the endpoint is made: {}", added.stderr);
    let set = hookbench.run_with_input(&["secret", "set", path], secret.as_bytes());
    assert_eq!(set.code, 0, "the secret is set: {}", set.stderr);
    hookbench
}

fn told(line: &Value) -> (&str, &str, &str) {
    let text = |field: &str| line[field].as_str().unwrap_or_default();
    (text("provider"), text("event"), text("verdict"))
}

#[test]
fn github_signs_the_body_with_sha_256() {
    let hookbench = with_endpoint("/github", "github", "It's a Secret to Everybody", &[]);
    let mut listening = hookbench.listen();
    let body = include_str!("../fixtures/github-push.json");
    let signature = format!(
        "sha256={}",
        hex::encode(hmac_sha256(b"It's a Secret to Everybody", body.as_bytes()))
    );
    let headers = [
        ("X-GitHub-Event", "push"),
        ("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
        ("X-Hub-Signature-256", &signature),
    ];
    assert_eq!(
        told(&send(&mut listening, "/github", &headers, body)),
        ("github", "push", "valid"),
        "the right signature"
    );
    assert_eq!(
        told(&send(&mut listening, "/github", &headers, &format!("{body}\n"))).2,
        "invalid",
        "one more byte"
    );
    assert_eq!(
        told(&send(&mut listening, "/github", &headers[..2], body)).2,
        "missing",
        "no signature"
    );
}

#[test]
fn what_a_header_is_to_its_provider_is_shown() {
    let hookbench = with_endpoint("/github", "github", "s", &[]);
    let mut listening = hookbench.listen();
    let headers = [
        ("X-Other", "1"),
        ("X-GitHub-Event", "push"),
        ("X-Hub-Signature-256", "sha256=00"),
    ];
    let line = send(&mut listening, "/github", &headers, "{}");
    assert!(
        line.get("header_meanings").is_none(),
        "a line that tells of an arrival has it not"
    );
    let id = line["id"].as_str().expect("an id");
    let shown = hookbench.run(&["show", id, "--json"]).json().remove(0);
    assert_eq!(
        shown["header_meanings"],
        serde_json::json!([
            ["X-GitHub-Event", "the event"],
            ["X-Hub-Signature-256", "the signature"]
        ]),
        "those that matter, in their order"
    );
    let told = hookbench.run(&["show", id]);
    assert!(
        told.text()
            .contains("headers: X-GitHub-Event is the event; X-Hub-Signature-256 is the signature\n"),
        "and to a person: {}",
        told.text()
    );
}

#[test]
fn stripe_signs_time_and_body_and_old_ones_expire() {
    let hookbench = with_endpoint("/stripe", "stripe", "whsec_test_secret", &[]);
    let mut listening = hookbench.listen();
    let body = include_str!("../fixtures/stripe-invoice-paid.json");
    let header = |time: u64| {
        let content = format!("{time}.{body}");
        format!(
            "t={time},v1={}",
            hex::encode(hmac_sha256(b"whsec_test_secret", content.as_bytes()))
        )
    };
    let fresh = header(now());
    let stale = header(now() - 3600);
    assert_eq!(
        told(&send(
            &mut listening,
            "/stripe",
            &[("Stripe-Signature", &fresh)],
            body
        )),
        ("stripe", "invoice.paid", "valid"),
        "now"
    );
    assert_eq!(
        told(&send(
            &mut listening,
            "/stripe",
            &[("Stripe-Signature", &stale)],
            body
        ))
        .2,
        "expired",
        "an hour ago"
    );
    assert_eq!(
        told(&send(
            &mut listening,
            "/stripe",
            &[("Stripe-Signature", "t=1,v1=00")],
            body
        ))
        .2,
        "invalid",
        "another signature"
    );
}

#[test]
fn sending_again_what_was_signed_long_ago_says_so() {
    let hookbench = with_endpoint("/stripe", "stripe", "whsec_test_secret", &[]);
    let mut listening = hookbench.listen();
    let time = now() - 3600;
    let signature = hex::encode(hmac_sha256(
        b"whsec_test_secret",
        format!("{time}.{{}}").as_bytes(),
    ));
    let header = format!("t={time},v1={signature}");
    let row = send(&mut listening, "/stripe", &[("Stripe-Signature", &header)], "{}");
    let id = row["id"].as_str().expect("an id");
    let server = Server::start(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let kept = hookbench.run(&["resend", id, "--to", &server.url()]);
    assert!(
        kept.code == 0 && kept.stderr.contains("`--resign` signs it anew"),
        "it goes, and its age is told: {}",
        kept.stderr
    );
    let renewed = hookbench.run(&["resend", id, "--to", &server.url(), "--resign"]);
    assert!(
        renewed.code == 0 && !renewed.stderr.contains("--resign"),
        "what is signed anew is not too old: {}",
        renewed.stderr
    );
}

#[test]
fn sending_several_says_how_many_were_signed_long_ago() {
    let hookbench = with_endpoint("/stripe", "stripe", "whsec_test_secret", &[]);
    let mut listening = hookbench.listen();
    for age in [0, 3600, 7200] {
        let time = now() - age;
        let signed = format!("{time}.{{}}");
        let signature = hex::encode(hmac_sha256(b"whsec_test_secret", signed.as_bytes()));
        let header = format!("t={time},v1={signature}");
        send(&mut listening, "/stripe", &[("Stripe-Signature", &header)], "{}");
    }
    let server = Server::start(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    let kept = hookbench.run(&["resend", "--filter", "", "--to", &server.url()]);
    assert!(
        kept.code == 0 && kept.stderr.contains("2 of the 3 requests"),
        "they go, and it is told before: {}",
        kept.stderr
    );
    let renewed = hookbench.run(&["resend", "--filter", "", "--to", &server.url(), "--resign"]);
    assert!(
        renewed.code == 0 && !renewed.stderr.contains("too old"),
        "what is signed anew is not too old: {}",
        renewed.stderr
    );
}

#[test]
fn trutac_signs_the_body_with_sha_1() {
    let hookbench = with_endpoint("/trutac", "trutac", "tt-secret", &[]);
    let mut listening = hookbench.listen();
    let body = include_str!("../fixtures/trutac-clocking-created.json");
    let signature = format!("sha1={}", hex::encode(hmac_sha1(b"tt-secret", body.as_bytes())));
    let line = send(
        &mut listening,
        "/trutac",
        &[("TT-Hook-Event", "clocking"), ("TT-Hook-Signature", &signature)],
        body,
    );
    assert_eq!(
        (told(&line).0, told(&line).2),
        ("trutac", "valid"),
        "recognised and right"
    );
    assert!(
        told(&line).1.contains("clocking"),
        "the event is told: {}",
        line["event"]
    );
}

#[test]
fn tracktik_sends_the_secret_in_a_header_that_the_person_names() {
    let hookbench = with_endpoint("/tracktik", "tracktik", "guard-tour", &["header=X-Our-Secret"]);
    let mut listening = hookbench.listen();
    let body = include_str!("../fixtures/tracktik-employee-created.json");
    assert_eq!(
        told(&send(
            &mut listening,
            "/tracktik",
            &[("X-Our-Secret", "guard-tour")],
            body
        ))
        .2,
        "valid",
        "the same text"
    );
    assert_eq!(
        told(&send(
            &mut listening,
            "/tracktik",
            &[("X-Our-Secret", "guard-tours")],
            body
        ))
        .2,
        "invalid",
        "another text"
    );
    assert_eq!(
        told(&send(&mut listening, "/tracktik", &[], body)).2,
        "missing",
        "no header"
    );
    let listed = hookbench.run(&["list", "--json"]).text().to_owned();
    assert!(listed.contains("X-Our-Secret"), "the header is shown as it came");
}

#[test]
fn trackunit_signs_as_svix_does() {
    use base64::Engine as _;
    let key = b"0123456789abcdef01234567";
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let hookbench = with_endpoint("/trackunit", "trackunit", &format!("whsec_{}", encode(key)), &[]);
    let mut listening = hookbench.listen();
    let body = include_str!("../fixtures/trackunit-alert-on.json");
    let time = now().to_string();
    let signature = format!(
        "v1,{}",
        encode(&hmac_sha256(key, format!("msg_1.{time}.{body}").as_bytes()))
    );
    let headers = [
        ("svix-id", "msg_1"),
        ("svix-timestamp", &time[..]),
        ("svix-signature", &signature[..]),
    ];
    let line = send(&mut listening, "/trackunit", &headers, body);
    assert_eq!(
        (told(&line).0, told(&line).2),
        ("trackunit", "valid"),
        "recognised and right"
    );
    let again = send(&mut listening, "/trackunit", &headers, body);
    assert_eq!(
        again["duplicate_of"], line["id"],
        "the same delivery id is a repetition"
    );
}

#[test]
fn trakrf_does_not_sign_yet() {
    let hookbench = Hookbench::new();
    hookbench.run(&["endpoint", "add", "/trakrf", "--provider", "trakrf"]);
    let mut listening = hookbench.listen();
    let line = send(
        &mut listening,
        "/trakrf",
        &[],
        include_str!("../fixtures/trakrf-asset-moved.json"),
    );
    assert_eq!(told(&line).0, "trakrf", "the endpoint names the provider");
    assert!(
        ["unknown", "unsigned"].contains(&told(&line).2),
        "no verdict is made up: {}",
        line["verdict"]
    );
}

#[test]
fn a_signed_request_without_a_secret_says_so() {
    let hookbench = Hookbench::new();
    let mut listening = hookbench.listen();
    let line = send(
        &mut listening,
        "/anywhere",
        &[("Stripe-Signature", "t=1,v1=00")],
        r#"{"type":"x"}"#,
    );
    assert_eq!(
        told(&line),
        ("stripe", "x", "no secret"),
        "recognised by its header, nothing to check it with"
    );
}

#[test]
fn a_secret_set_while_listening_counts_from_then_on() {
    let hookbench = Hookbench::new();
    hookbench.run(&["endpoint", "add", "/gh", "--provider", "github"]);
    let mut listening = hookbench.listen();
    let body = "{}";
    let signature = format!("sha256={}", hex::encode(hmac_sha256(b"late", body.as_bytes())));
    let headers = [
        ("X-GitHub-Event", "ping"),
        ("X-Hub-Signature-256", &signature[..]),
    ];
    assert_eq!(
        told(&send(&mut listening, "/gh", &headers, body)).2,
        "no secret",
        "none is set yet"
    );
    assert_eq!(
        hookbench.run(&["secret", "set", "/gh", "late"]).code,
        0,
        "another process sets it"
    );
    assert_eq!(
        told(&hookbench.requests()[0]).2,
        "valid",
        "what came before is judged again"
    );
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while told(&send(&mut listening, "/gh", &headers, body)).2 != "valid" {
        assert!(
            std::time::Instant::now() < deadline,
            "the listener notices the new secret"
        );
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn a_handshake_gets_the_answer_that_its_provider_waits_for() {
    let hookbench = Hookbench::new();
    hookbench.run(&["endpoint", "add", "/slack", "--provider", "slack"]);
    let listening = hookbench.listen();
    let body = r#"{"token":"t","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}"#;
    let sent = format!(
        "POST /slack HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = request(listening.address(), sent.as_bytes());
    assert_eq!(answer.status, 200, "it is answered");
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(
        text.contains("3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"),
        "with the challenge: {text}"
    );
    let event = hookbench.requests()[0]["event"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(event.contains("handshake"), "and shown as what it is: {event}");
}
