//! What is nearly right, made to happen and then found: a signature cut short, a byte changed, a secret copied badly.

use hookbench_signature::{
    Action, Budget, Cause, Context, Question, Secret, TestKey, diagnose, sign_with_test_key,
};

use crate::diagnosis::{AT, BODY, URL, asked, signed, with_message};
use crate::provider;

const EVENT: &str = r#"{"id":"evt_123","type":"thing.created","amount":1050}"#;

#[test]
fn a_signature_that_was_cut_or_changed_is_told_from_a_wrong_one() {
    let github = provider::scheme("github");
    let lines = signed(&github, "s3cret", BODY.as_bytes(), URL);
    let right = lines[0].1.clone();
    let changed = |change: &dyn Fn(&str) -> String| {
        let mut changed = lines.clone();
        changed[0].1 = change(&right);
        asked(&github, &changed, BODY.as_bytes(), "s3cret", &Context::default())
    };
    let last = if right.ends_with('0') { "1" } else { "0" };
    for (change, said) in [
        (
            &|right: &str| right[..right.len() - 4].to_owned() as String,
            "only the first 60 of its 64 characters came",
        ),
        (
            &|right: &str| format!("{}{last}", &right[..right.len() - 1]),
            "its character 64 is another",
        ),
        (
            &|right: &str| format!("{right}<br>"),
            "something stands before or after it that is no part of it",
        ),
    ] as [(&dyn Fn(&str) -> String, &str); 3]
    {
        let diagnosis = changed(change);
        assert_eq!(diagnosis.cause, Cause::SignatureAltered, "{}", diagnosis.message);
        let proof = diagnosis.proof.expect("so many equal characters are a proof");
        assert_eq!(proof.changes, [said], "what happened is told");
        assert!(proof.computed_hex.is_some(), "the right one is shown");
    }
    let diagnosis = changed(&|_| "sha256=not-a-signature".to_owned());
    assert_eq!(
        (diagnosis.cause, diagnosis.message.as_str()),
        (
            Cause::NotASignature,
            "`not-a-signature` is no HMAC-SHA256 in hex: that has 64 characters, this has 15."
        ),
        "what cannot be a signature is said to be none"
    );
    let diagnosis = changed(&|right| right.trim_start_matches("sha256=").to_owned());
    assert_eq!(diagnosis.cause, Cause::HeaderMangled, "{}", diagnosis.message);
    assert_eq!(
        diagnosis.proof.unwrap().changes,
        ["the value without its prefix `sha256=`"],
        "the prefix was lost"
    );
}

#[test]
fn base64_in_another_case_is_a_matter_of_case() {
    let line = provider::scheme("line");
    let mut lines = signed(&line, "s3cret", BODY.as_bytes(), URL);
    lines[0].1.make_ascii_lowercase();
    let diagnosis = asked(&line, &lines, BODY.as_bytes(), "s3cret", &Context::default());
    assert_eq!(diagnosis.cause, Cause::LetterCase, "{}", diagnosis.message);
    assert!(diagnosis.proof.is_some(), "it is proved by its letters");
}

#[test]
fn one_changed_byte_is_found_where_it_is() {
    for name in ["github", "stripe", "svix", "mailgun"] {
        let scheme = provider::scheme(name);
        let secret = provider::secret(name);
        let (body, cause) = if name == "mailgun" {
            (
                r#"{"signature":{"timestamp":"1700000000","token":"8a8a8a8a1f","signature":""},"event-data":{}}"#,
                Cause::ContentAltered,
            )
        } else {
            (EVENT, Cause::BodyAltered)
        };
        let mut lines = signed(&scheme, secret.expose(), body.as_bytes(), URL);
        let mut came = body.to_owned();
        if name == "mailgun" {
            // The signature stands in the body, where signing put it.
            let draft = hookbench_signature::Draft {
                method: "POST",
                target: "/in/abc?x=1",
                url: Some(URL),
                headers: &[],
                body: body.as_bytes(),
            };
            let made = hookbench_signature::sign(&scheme, &draft, &secret, AT, None).unwrap();
            came = String::from_utf8(made.body.unwrap()).unwrap();
            lines = made.headers;
        }
        let token = came
            .split("\"token\":\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let came = match token {
            Some(token) => came.replacen(token, &format!("x{}", &token[1..]), 1),
            None => came.replacen("1050", "9050", 1),
        };
        let diagnosis = asked(
            &scheme,
            &lines,
            came.as_bytes(),
            secret.expose(),
            &Context::default(),
        );
        assert_eq!(diagnosis.cause, cause, "{name}: {}", diagnosis.message);
        let proof = diagnosis.proof.expect("the digest is the proof");
        assert_eq!(
            proof.computed_hex, proof.received_hex,
            "{name}: both digests are one"
        );
        if cause == Cause::BodyAltered {
            assert_eq!(
                proof.changes,
                ["in the body byte 48 is `9` and was `1`"],
                "{name}: the place is told"
            );
            let difference = proof.difference.expect("the bodies can be held side by side");
            assert_eq!(
                (difference.at, difference.our_length),
                (48, EVENT.len()),
                "{name}: where they part"
            );
        }
    }
}

#[test]
fn bytes_lost_added_and_swapped_are_found() {
    let github = provider::scheme("github");
    let lines = signed(&github, "s3cret", EVENT.as_bytes(), URL);
    for (came, said) in [
        (
            EVENT.replace("evt_123", "evt_13"),
            "in the body `2` is missing at byte 12",
        ),
        (
            EVENT.replace("evt_123", "evt_1223"),
            "in the body `2` at byte 12 is too many",
        ),
        (
            EVENT.replace("evt_123", "evt_132"),
            "in the body `32` at byte 12 stands the wrong way round",
        ),
    ] {
        let diagnosis = asked(&github, &lines, came.as_bytes(), "s3cret", &Context::default());
        assert_eq!(diagnosis.cause, Cause::BodyAltered, "{}", diagnosis.message);
        assert_eq!(diagnosis.proof.unwrap().changes, [said], "`{came}`");
    }
}

#[test]
fn a_time_that_something_replaced_is_found() {
    for (name, header) in [
        ("svix", "svix-timestamp"),
        ("zendesk", "X-Zendesk-Webhook-Signature-Timestamp"),
    ] {
        let scheme = provider::scheme(name);
        let secret = provider::secret(name);
        let mut lines = signed(&scheme, secret.expose(), BODY.as_bytes(), URL);
        let line = lines
            .iter_mut()
            .find(|(name, _)| name.eq_ignore_ascii_case(header))
            .unwrap();
        line.1 = if line.1.contains('T') {
            "2023-11-14T22:15:27Z".to_owned()
        } else {
            "1700000127".to_owned()
        };
        let diagnosis = asked(
            &scheme,
            &lines,
            BODY.as_bytes(),
            secret.expose(),
            &Context::default(),
        );
        assert_eq!(
            diagnosis.cause,
            Cause::TimestampAltered,
            "{name}: {}",
            diagnosis.message
        );
        assert!(
            diagnosis.message.contains("127 s earlier"),
            "{name}: how far apart they are: {}",
            diagnosis.message
        );
    }
}

#[test]
fn with_a_public_key_near_times_are_tried_as_well() {
    let discord = provider::scheme("discord");
    let key = TestKey::generate(&discord).unwrap();
    let draft = hookbench_signature::Draft {
        method: "POST",
        target: "/",
        url: None,
        headers: &[],
        body: BODY.as_bytes(),
    };
    let mut lines = sign_with_test_key(&discord, &draft, &key, AT, None)
        .unwrap()
        .headers;
    let line = lines
        .iter_mut()
        .find(|(name, _)| name == "X-Signature-Timestamp")
        .unwrap();
    line.1 = "1700000003".to_owned();
    let public = key.public_secret(&discord).unwrap();
    let diagnosis = asked(
        &discord,
        &lines,
        BODY.as_bytes(),
        public.expose(),
        &Context::default(),
    );
    assert_eq!(diagnosis.cause, Cause::TimestampAltered, "{}", diagnosis.message);
}

#[test]
fn a_secret_that_was_copied_badly_is_proved_without_being_told() {
    let github = provider::scheme("github");
    let lines = signed(&github, "consumer-Secret-42", BODY.as_bytes(), URL);
    for (pasted, said) in [
        ("consumer-Secret-43", "the secret with another character 18 of 18"),
        (
            "onsumer-Secret-42",
            "the secret with one more character before its character 1",
        ),
        ("consumer-Secret-422", "the secret without its last character"),
        (
            "HOOK_SECRET=consumer-Secret-42",
            "the secret without its first 12 characters",
        ),
        (
            "consumer-eScret-42",
            "the secret with its characters 10 and 11 swapped",
        ),
    ] {
        let diagnosis = asked(&github, &lines, BODY.as_bytes(), pasted, &Context::default());
        assert_eq!(
            diagnosis.cause,
            Cause::SecretMiscopied,
            "`{pasted}`: {}",
            diagnosis.message
        );
        assert_eq!(diagnosis.proof.unwrap().changes, [said], "`{pasted}`");
    }
}

#[test]
fn a_token_that_differs_a_little_is_told_as_such() {
    let gitlab = provider::scheme("gitlab");
    let lines = vec![("X-Gitlab-Token".to_owned(), "glhook-token2".to_owned())];
    let diagnosis = asked(&gitlab, &lines, b"{}", "glhook-token", &Context::default());
    assert_eq!(diagnosis.cause, Cause::SecretMiscopied, "{}", diagnosis.message);
    let proof = diagnosis.proof.expect("the two texts are the proof");
    assert_eq!(
        (proof.computed_hex, proof.received_hex),
        (None, None),
        "no digest stands for a secret"
    );
}

#[test]
fn letters_with_their_accents_apart_are_another_form_of_the_body() {
    let github = provider::scheme("github");
    let lines = signed(&github, "s3cret", "{\"name\":\"Zoe\u{308}\"}".as_bytes(), URL);
    let diagnosis = asked(
        &github,
        &lines,
        "{\"name\":\"Zo\u{eb}\"}".as_bytes(),
        "s3cret",
        &Context::default(),
    );
    assert_eq!(diagnosis.cause, Cause::BodyUnicode, "{}", diagnosis.message);
}

#[test]
fn a_form_of_the_secret_that_fits_is_offered_as_a_scheme() {
    let github = provider::scheme("github");
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let mut decoding = github.clone();
    decoding.secret[0].decode = hookbench_signature::SecretDecoding::Base64;
    decoding.secret[0].strip = Some("whsec_".into());
    let lines = signed(&decoding, secret, BODY.as_bytes(), URL);
    let diagnosis = asked(&github, &lines, BODY.as_bytes(), secret, &Context::default());
    assert_eq!(diagnosis.cause, Cause::SecretEncoding, "{}", diagnosis.message);
    let actions = diagnosis.remedy.unwrap().actions;
    let [Action::UseScheme { scheme }] = actions.as_slice() else {
        panic!("one scheme is offered: {actions:?}");
    };
    let verdict = with_message(&lines, BODY.as_bytes(), |message| {
        hookbench_signature::check(scheme, message, &[Secret::new("live", secret)]).verdict
    });
    assert_eq!(verdict.to_string(), "valid", "the message holds by it");
}

#[test]
fn all_that_it_takes_is_offered_at_once() {
    let square = provider::scheme("square");
    let lines = signed(&square, "test-key", BODY.as_bytes(), "https://shop.example/hook");
    let context = Context {
        other_secrets: vec![Secret::new("/square-test", "test-key")],
        urls: vec!["https://shop.example/hook".to_owned()],
        ..Context::default()
    };
    let diagnosis = asked(&square, &lines, BODY.as_bytes(), "live-key", &context);
    let actions = diagnosis.remedy.unwrap().actions;
    assert!(
        matches!(
            actions.as_slice(),
            [Action::SetUrl { .. }, Action::UseSecret { .. }]
                | [Action::UseSecret { .. }, Action::SetUrl { .. }]
        ),
        "another URL and another secret: {actions:?}"
    );
    let stripe = provider::scheme("stripe");
    let lines = signed(&stripe, "whsec_test", BODY.as_bytes(), URL);
    let context = Context {
        other_secrets: vec![Secret::new("/stripe-test", "whsec_test")],
        ..Context::default()
    };
    let diagnosis = with_message(&lines, BODY.as_bytes(), |message| {
        let late = hookbench_signature::Message {
            received_at: Some(hookbench_signature::Micros(AT.0 + 400 * 1_000_000)),
            ..*message
        };
        diagnose(
            &stripe,
            &late,
            &[Secret::new("live", "whsec_live")],
            &context,
            &Budget::generous(),
        )
    });
    let actions = diagnosis.remedy.unwrap().actions;
    assert!(
        matches!(
            actions.as_slice(),
            [
                Action::UseSecret { .. },
                Action::SetTolerance { past: Some(400), .. }
            ]
        ),
        "another secret, and then it is too old: {actions:?}"
    );
}

#[test]
fn what_a_provider_does_on_purpose_is_not_taken_for_a_fault() {
    let woocommerce = provider::scheme("woocommerce");
    let question = |is_unsigned, is_wrong_on_purpose| Context {
        question: Some(Question {
            name: "ping".into(),
            why: "it tests the URL".into(),
            is_unsigned,
            is_wrong_on_purpose,
        }),
        ..Context::default()
    };
    let diagnosis = asked(
        &woocommerce,
        &Vec::new(),
        b"webhook_id=12",
        "s3cret",
        &question(true, false),
    );
    assert_eq!(
        (diagnosis.cause, diagnosis.message.as_str()),
        (
            Cause::UnsignedByDesign,
            "This is `ping`, which is not signed: it tests the URL."
        ),
        "a ping without a signature"
    );
    let diagnosis = asked(
        &woocommerce,
        &Vec::new(),
        b"webhook_id=12",
        "s3cret",
        &question(false, true),
    );
    assert_eq!(
        diagnosis.cause,
        Cause::Missing,
        "a question that is signed and came without"
    );
    let xero = provider::scheme("xero");
    let lines = signed(&xero, "other", b"{}", URL);
    let diagnosis = asked(&xero, &lines, b"{}", "s3cret", &question(false, true));
    assert_eq!(diagnosis.cause, Cause::Deliberate, "{}", diagnosis.message);
}

#[test]
fn a_body_that_ends_too_early_is_hinted_at() {
    let github = provider::scheme("github");
    let lines = signed(&github, "s3cret", BODY.as_bytes(), URL);
    let cut = &BODY.as_bytes()[..BODY.len() - 9];
    let diagnosis = asked(&github, &lines, cut, "s3cret", &Context::default());
    let hints: Vec<Cause> = diagnosis.hints.iter().map(|hint| hint.cause).collect();
    assert_eq!(hints, [Cause::BodyIncomplete], "{}", diagnosis.message);
}
