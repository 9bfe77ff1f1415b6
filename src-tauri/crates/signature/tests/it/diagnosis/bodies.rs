//! Bodies that changed on the way.

use hookbench_signature::{Budget, Cause, Context, Diagnosis, Secret, explain};

use super::{BODY, URL, asked, signed, with_message};
use crate::provider;

/// Signs `meant`, delivers `came`, and says what is found.
fn body_changed(provider: &str, meant: &[u8], came: &[u8]) -> Diagnosis {
    let scheme = provider::scheme(provider);
    let secret = provider::secret(provider);
    let lines = signed(&scheme, secret.expose(), meant, URL);
    asked(&scheme, &lines, came, secret.expose(), &Context::default())
}

#[test]
fn changed_bodies_are_proved() {
    let rewritten = r#"{"id": "evt_123", "text": "na\u00efve / <b> \u2615", "amount": 10.5}"#;
    let cases: [(&str, Vec<u8>, Vec<u8>, Cause); 17] = [
        ("python", rewritten.into(), BODY.into(), Cause::BodyReserialised),
        (
            "pretty",
            "{\n  \"id\": \"a\",\n  \"b\": [\n    1\n  ]\n}".into(),
            r#"{"id":"a","b":[1]}"#.into(),
            Cause::BodyReserialised,
        ),
        (
            "sorted",
            r#"{"a":1,"b":{"c":2,"d":3}}"#.into(),
            r#"{"b":{"d":3,"c":2},"a":1}"#.into(),
            Cause::BodyReserialised,
        ),
        (
            "newline added",
            BODY.into(),
            format!("{BODY}\n").into(),
            Cause::BodyNewline,
        ),
        (
            "newline lost",
            format!("{BODY}\n").into(),
            BODY.into(),
            Cause::BodyNewline,
        ),
        ("crlf", "a\r\nb\r\n".into(), "a\nb\n".into(), Cause::BodyNewline),
        (
            "mark",
            BODY.into(),
            format!("\u{feff}{BODY}").into(),
            Cause::BodyByteOrderMark,
        ),
        (
            "slash",
            r#"{"a":"x\/y", "b":1}"#.into(),
            r#"{"a":"x/y", "b":1}"#.into(),
            Cause::BodyEscapes,
        ),
        (
            "html",
            r#"{"a":"\u003cb\u003e", "b":1}"#.into(),
            r#"{"a":"<b>", "b":1}"#.into(),
            Cause::BodyEscapes,
        ),
        (
            "upper escapes",
            r#"{"a": "\u00EF"}"#.into(),
            "{\"a\": \"\u{ef}\"}".into(),
            Cause::BodyUnicode,
        ),
        (
            "decoded escapes",
            "{\"a\":  \"\u{ef}\"}".into(),
            r#"{"a":  "\u00ef"}"#.into(),
            Cause::BodyUnicode,
        ),
        (
            "latin-1",
            b"{\"a\": \"\xef\"}".to_vec(),
            "{\"a\": \"\u{ef}\"}".into(),
            Cause::BodyCharset,
        ),
        (
            "base64",
            b"{\"a\": 1}".to_vec(),
            b"eyJhIjogMX0=".to_vec(),
            Cause::BodyBase64,
        ),
        (
            "twice",
            b"{\"a\": 1}".to_vec(),
            b"{\"a\": 1}{\"a\": 1}".to_vec(),
            Cause::BodyDuplicated,
        ),
        ("empty", Vec::new(), BODY.into(), Cause::BodyEmpty),
        (
            "object",
            b"[object Object]".to_vec(),
            BODY.into(),
            Cause::BodyObject,
        ),
        (
            "quoted",
            br#""{\"a\":1}""#.to_vec(),
            br#"{"a":1}"#.to_vec(),
            Cause::BodyQuoted,
        ),
    ];
    for (name, meant, came, cause) in cases {
        for provider in ["github", "stripe", "svix"] {
            let diagnosis = body_changed(provider, &meant, &came);
            assert_eq!(
                diagnosis.cause, cause,
                "{name} with {provider}: {}",
                diagnosis.message
            );
            let proof = diagnosis.proof.unwrap();
            assert_eq!(
                proof.computed_hex.unwrap(),
                proof.received_hex.unwrap(),
                "{name}: the digests are the proof"
            );
            assert!(
                proof.difference.is_some(),
                "{name}: where the bodies part is shown"
            );
        }
    }
}

#[test]
fn a_decompressed_body_is_proved_with_the_help_of_the_caller() {
    let scheme = provider::scheme("github");
    let lines = signed(&scheme, "mysecret", b"{\"a\":1}", URL);
    let context = Context {
        decoded_body: Some(b"{\"a\":1}".to_vec()),
        ..Context::default()
    };
    let diagnosis = asked(&scheme, &lines, b"\x1f\x8b\x08compressed", "mysecret", &context);
    assert_eq!(diagnosis.cause, Cause::BodyCompression, "{}", diagnosis.message);
}

#[test]
fn lost_form_fields_are_explained() {
    let twilio = provider::scheme("twilio");
    let body = b"A=1&B=&C=x%20";
    let lines = signed(&twilio, "auth-token", body, URL);
    let secrets = [Secret::new("live", "auth-token")];
    for (meant, change) in [
        (&b"A=1&C=x%20"[..], "the form without its empty fields"),
        (b"A=1&B=&C=x", "the form with its values trimmed"),
    ] {
        let computed = signed(&twilio, "auth-token", meant, URL).remove(0).1;
        let diagnosis = with_message(&lines, body, |message| {
            explain(
                &twilio,
                message,
                &secrets,
                &computed,
                &Context::default(),
                &Budget::generous(),
            )
        });
        assert_eq!(
            diagnosis.proof.unwrap().changes,
            [change],
            "{}",
            diagnosis.message
        );
    }
}
