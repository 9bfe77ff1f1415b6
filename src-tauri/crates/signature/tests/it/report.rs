//! What a report tells, and what it never does.

use std::collections::BTreeMap;

use hookbench_signature::{
    Algorithm, Encoding, Message, Micros, NoteCode, PartKind, ResolveError, Scheme, Secret, Signature,
    Verdict, check, verify,
};

const STRIPE: &str = r#"
algorithm = "hmac-sha256"
content = "{timestamp}.{body}"
signature = { from = "header:Stripe-Signature", separator = ",", assign = "=", key = "v1" }
timestamp = { from = "item:t", unit = "seconds", past = 300 }
"#;
const BODY: &[u8] = br#"{"id":"evt_123","type":"thing.created","amount":1050}"#;
const LINE: &[u8] = b"t=1700000000,v1=cfe954048e03c37622403e20f99f43a1437691d0d62b4144e61ce2c9952e3c07";

fn scheme(text: &str) -> Scheme {
    toml::from_str(text).unwrap()
}

fn message<'a>(headers: &'a [(&'a [u8], &'a [u8])], body: &'a [u8], at: Option<i64>) -> Message<'a> {
    Message {
        method: "POST",
        target: "/stripe",
        url: None,
        headers,
        body,
        received_at: at.map(Micros::from_seconds),
    }
}

fn secret() -> Secret {
    Secret::new("live", "whsec_test_secret")
}

#[test]
fn the_story_of_a_valid_stripe_event() {
    let headers: [(&[u8], &[u8]); 1] = [(b"stripe-signature", LINE)];
    let secrets = [Secret::new("old", "whsec_old"), secret()];
    let report = verify(
        &scheme(STRIPE),
        &message(&headers, BODY, Some(1_700_000_012)),
        &secrets,
    );
    assert_eq!(report.verdict, Verdict::Valid, "{}", report.sentence);
    let key = report.key.unwrap();
    assert_eq!(
        (key.index, key.name.as_str()),
        (1, "live"),
        "the secret that matched is named"
    );
    let kinds: Vec<PartKind> = report.found[0].parts.iter().map(|part| part.kind).collect();
    assert_eq!(
        kinds,
        [PartKind::Timestamp, PartKind::Signature],
        "the header is taken apart"
    );
    let content = report.content.unwrap();
    assert_eq!(content.length, 11 + BODY.len(), "the whole content is counted");
    let body = content
        .parts
        .iter()
        .find(|part| part.kind == PartKind::Body)
        .unwrap()
        .span;
    assert_eq!(
        &content.bytes[body.start..body.end],
        BODY,
        "the body's span is the body"
    );
    assert_eq!(
        report.age.unwrap().age_micros,
        Some(12_000_000),
        "the age is told"
    );
    assert_eq!(
        report.digests.unwrap().first_difference,
        None,
        "both digests are the same"
    );
    assert_eq!(
        report.sentence, "The signature is right: HMAC-SHA256 over `{timestamp}.{body}` with `live`.",
        "one sentence says it"
    );
}

#[test]
fn a_wrong_signature_shows_both_digests() {
    let headers: [(&[u8], &[u8]); 1] = [(b"Stripe-Signature", LINE)];
    let report = verify(
        &scheme(STRIPE),
        &message(&headers, b"{}", Some(1_700_000_000)),
        &[secret()],
    );
    assert_eq!(report.verdict, Verdict::Invalid, "another body");
    let digests = report.digests.unwrap();
    assert!(digests.first_difference.is_some(), "they differ somewhere");
    assert_eq!(
        digests.expected.unwrap().len(),
        digests.received.len(),
        "both are hex of one length"
    );
}

#[test]
fn the_age_is_judged_at_receipt_and_can_be_asked_for_now() {
    let headers: [(&[u8], &[u8]); 1] = [(b"Stripe-Signature", LINE)];
    let report = verify(
        &scheme(STRIPE),
        &message(&headers, BODY, Some(1_700_000_300)),
        &[secret()],
    );
    assert_eq!(report.verdict, Verdict::Valid, "300 s are allowed");
    assert!(
        !report.age.unwrap().within_at(Micros::from_seconds(1_700_000_301)),
        "now it would be too old"
    );
    let late = verify(
        &scheme(STRIPE),
        &message(&headers, BODY, Some(1_700_000_301)),
        &[secret()],
    );
    assert_eq!(
        late.sentence,
        "The signature is right, but it was 301 s old when it was received; 300 s are allowed.",
        "expired is not forged"
    );
}

#[test]
fn no_report_holds_a_secret() {
    let token = scheme("algorithm = \"token\"\nsignature = { from = \"header:X-Token\" }");
    let plain = scheme(
        "algorithm = \"sha256\"\ncontent = \"{secret}{body}\"\nsignature = { from = \"header:X-Token\" }",
    );
    let basic =
        scheme("algorithm = \"basic\"\nsignature = { from = \"header:Authorization\", prefix = \"Basic \" }");
    let value = "Sup3rS3cretValue";
    let encoded = "U3VwM3JTM2NyZXRWYWx1ZQ==";
    for scheme in [token, plain, basic] {
        let authorization = format!("Basic {encoded}");
        let headers: [(&[u8], &[u8]); 2] = [
            (b"X-Token", value.as_bytes()),
            (b"Authorization", authorization.as_bytes()),
        ];
        let report = verify(
            &scheme,
            &message(&headers, b"{}", None),
            &[Secret::new("live", value)],
        );
        let told = format!("{report:?}{}", serde_json::to_string(&report).unwrap());
        // A plain digest compares the header as a digest; a sender's own token in it is the sender's text.
        if scheme.algorithm.get() != Some(Algorithm::Sha256) {
            assert!(
                !told.contains(value) && !told.contains(encoded),
                "nothing of the secret is told: {told}"
            );
        } else {
            let content = report.content.unwrap();
            assert!(
                content.bytes.starts_with(b"********{}"),
                "the secret's bytes are replaced"
            );
        }
    }
}

#[test]
fn nothing_there_no_secret_and_nothing_signed_are_told_apart() {
    let scheme = scheme(STRIPE);
    let headers: [(&[u8], &[u8]); 1] = [(b"Stripe-Signature", LINE)];
    let verdict =
        |headers, secrets: &[Secret]| check(&scheme, &message(headers, BODY, None), secrets).verdict;
    assert_eq!(verdict(&[], &[secret()]), Verdict::Missing, "no header");
    assert_eq!(
        verdict(&[], &[]),
        Verdict::Missing,
        "no header is the first thing to say"
    );
    assert_eq!(
        verdict(&headers, &[]),
        Verdict::NoSecret,
        "a header and no secret"
    );
    assert_eq!(
        verdict(&headers, &[Secret::new("blank", " \n")]),
        Verdict::NoSecret,
        "a blank one is none"
    );
    let unsigned = toml::from_str::<Scheme>("algorithm = \"none\"").unwrap();
    assert_eq!(
        check(&unsigned, &message(&[], BODY, None), &[]).verdict,
        Verdict::Unsigned,
        "a scheme that signs nothing"
    );
}

#[test]
fn what_cannot_be_a_signature_is_malformed() {
    let long = vec![b'a'; 1024 * 1024];
    let many = b"v1=a,".repeat(2000);
    for line in [
        long.as_slice(),
        &many,
        b"t=1700000000,v1=\xff",
        b"t=1700000000,v1=<script>",
    ] {
        let headers: [(&[u8], &[u8]); 1] = [(b"Stripe-Signature", line)];
        let checked = check(
            &scheme(STRIPE),
            &message(&headers, BODY, Some(1_700_000_000)),
            &[secret()],
        );
        assert_eq!(checked.verdict, Verdict::Malformed, "not the text of a signature");
    }
}

#[test]
fn what_a_token_does_not_cover_is_said() {
    let scheme = Scheme::new(Algorithm::Token, Signature::header("X-Secret"));
    let headers: [(&[u8], &[u8]); 1] = [(b"X-Secret", b"abc12345")];
    let report = verify(
        &scheme,
        &message(&headers, b"\xff", None),
        &[Secret::new("s", "abc12345")],
    );
    let codes: Vec<NoteCode> = report.notes.iter().map(|note| note.code).collect();
    assert_eq!(
        codes,
        [NoteCode::NotCovered, NoteCode::BodyNotText],
        "both are worth knowing"
    );
}

#[test]
fn parameters_are_asked_for_and_put_in() {
    let scheme = scheme(
        r#"
algorithm = "hmac-${hash}"
encoding = "${encoding}"
signature = { from = "header:${header}" }
[parameters.header]
title = "Header name"
[parameters.hash]
title = "Hash"
default = "sha256"
choices = ["sha1", "sha256"]
[parameters.encoding]
title = "Encoding"
default = "hex"
"#,
    );
    let headers: [(&[u8], &[u8]); 1] = [(b"X-A", b"00")];
    let before = verify(&scheme, &message(&headers, BODY, None), &[secret()]);
    assert_eq!(before.verdict, Verdict::Unknown, "nothing can be judged before");
    let values = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    assert_eq!(
        scheme.resolve(&values(&[])),
        Err(ResolveError::Missing("header".into())),
        "the name is required"
    );
    let odd = scheme.resolve(&values(&[("header", "X-A"), ("hash", "rot13")]));
    assert!(
        matches!(odd, Err(ResolveError::Choice { .. })),
        "choices are kept to"
    );
    let resolved = scheme
        .resolve(&values(&[("header", "X-A"), ("hash", "sha1")]))
        .unwrap();
    assert_eq!(
        resolved.algorithm.get(),
        Some(Algorithm::HmacSha1),
        "the algorithm is known now"
    );
    assert_eq!(
        resolved.encoding.get(),
        Some(Encoding::Hex),
        "defaults fill the rest"
    );
    assert!(!resolved.needs_parameters(), "nothing is open");
}

#[test]
fn an_unknown_field_of_a_scheme_is_refused_with_its_place() {
    let error = toml::from_str::<Scheme>("algorithm = \"hmac-sha256\"\nencodng = \"hex\"")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("line 2") && error.contains("encodng"),
        "line and name are told: {error}"
    );
    let error = toml::from_str::<Scheme>("algorithm = \"hmac-sha3\"")
        .unwrap_err()
        .to_string();
    assert!(error.contains("hmac-sha3"), "the value is told: {error}");
    let error = toml::from_str::<Scheme>("algorithm = \"hmac-sha256\"\ncontent = \"{bdy}\"")
        .unwrap_err()
        .to_string();
    assert!(error.contains("bdy"), "templates too: {error}");
}

#[test]
fn a_list_without_its_time_is_wrong_and_a_header_without_is_missing() {
    let headers: [(&[u8], &[u8]); 1] = [(b"Stripe-Signature", &LINE[13..])];
    let report = verify(&scheme(STRIPE), &message(&headers, BODY, None), &[secret()]);
    assert_eq!(report.verdict, Verdict::Invalid, "the header is there");
    assert_eq!(
        report.sentence, "The timestamp (the item `t`) is signed and is not there.",
        "what it lacks is said"
    );
    let slack = scheme(
        "algorithm = \"hmac-sha256\"\ncontent = \"{timestamp}{body}\"\nsignature = { from = \"header:X-S\" }\ntimestamp = { from = \"header:X-T\" }",
    );
    let headers: [(&[u8], &[u8]); 1] = [(b"X-S", b"00")];
    let report = verify(&slack, &message(&headers, BODY, None), &[secret()]);
    assert_eq!(report.verdict, Verdict::Missing, "the other header is not there");
}

#[test]
fn a_token_may_be_any_text() {
    let scheme = Scheme::new(Algorithm::Token, Signature::header("X-Secret"));
    let headers: [(&[u8], &[u8]); 1] = [(b"X-Secret", "pässwort ☕".as_bytes())];
    let checked = check(
        &scheme,
        &message(&headers, b"{}", None),
        &[Secret::new("s", "pässwort ☕")],
    );
    assert_eq!(
        (checked.verdict, checked.secret),
        (Verdict::Valid, Some(0)),
        "bytes are compared"
    );
}

#[test]
fn a_signature_from_the_future_says_by_how_much() {
    let headers: [(&[u8], &[u8]); 1] = [(b"stripe-signature", LINE)];
    let strict = scheme(&STRIPE.replace("past = 300", "past = 300, future = 10"));
    let early = |seconds: i64| {
        verify(
            &strict,
            &message(&headers, BODY, Some(1_700_000_000 - seconds)),
            &[secret()],
        )
    };
    assert_eq!(early(10).verdict, Verdict::Valid, "within what is allowed");
    let report = early(12);
    assert_eq!(report.verdict, Verdict::Expired, "a clock is wrong");
    assert_eq!(
        report.sentence,
        "The signature is right, but its time was 12 s in the future; 10 s are allowed."
    );
}
