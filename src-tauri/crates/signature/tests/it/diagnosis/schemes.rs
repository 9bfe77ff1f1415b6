//! Other schemes, URLs and keys than were meant.

use hookbench_signature::{Action, Cause, Context, Draft, Scheme, Secret, TestKey, sign_with_test_key};

use super::{AT, BODY, URL, asked, signed, with_message};
use crate::provider;

#[test]
fn other_hashes_contents_and_encodings_are_proved_with_a_scheme_to_use() {
    let github = provider::scheme("github");
    let stripe = provider::scheme("stripe");
    let found = |signer: &str, checker: &Scheme| {
        let signer: Scheme = toml::from_str(signer).unwrap();
        let lines = signed(&signer, "secret-secret", BODY.as_bytes(), URL);
        asked(
            checker,
            &lines,
            BODY.as_bytes(),
            "secret-secret",
            &Context::default(),
        )
    };
    let github_with = |rest: &str| {
        format!("{rest}\nsignature = {{ from = \"header:X-Hub-Signature-256\", prefix = \"sha256=\" }}")
    };
    let stripe_with = |rest: &str| {
        format!(
            "{rest}\nsignature = {{ from = \"header:Stripe-Signature\", separator = \",\", assign = \"=\", key = \"v1\" }}\n"
        )
    };
    let time = "timestamp = { from = \"item:t\" }";
    let cases = [
        (
            github_with("algorithm = \"hmac-sha1\""),
            &github,
            Cause::WrongHash,
        ),
        (
            github_with("algorithm = \"hmac-sha256\"\nencoding = \"base64\""),
            &github,
            Cause::Encoding,
        ),
        (
            github_with("algorithm = \"hmac-sha256\"\nencoding = \"hex-upper\""),
            &github,
            Cause::LetterCase,
        ),
        (
            github_with("algorithm = \"sha256\"\ncontent = \"{secret}{body}\""),
            &github,
            Cause::PlainHash,
        ),
        (github_with("algorithm = \"sha1\""), &github, Cause::PlainHash),
        (
            stripe_with("algorithm = \"hmac-sha256\"") + time,
            &stripe,
            Cause::TimestampOmitted,
        ),
        (
            stripe_with("algorithm = \"hmac-sha256\"\ncontent = \"{timestamp}:{body}\"") + time,
            &stripe,
            Cause::WrongContent,
        ),
        (
            stripe_with("algorithm = \"hmac-sha256\"\ncontent = \"{timestamp}.{body}\"").replace("v1", "v0")
                + time,
            &stripe,
            Cause::WrongItem,
        ),
    ];
    for (signer, checker, cause) in cases {
        let diagnosis = found(&signer, checker);
        assert_eq!(diagnosis.cause, cause, "{signer}: {}", diagnosis.message);
        assert!(diagnosis.proof.is_some(), "{signer}: it is proved");
    }
}

#[test]
fn a_scheme_that_was_found_makes_the_message_valid() {
    let github = provider::scheme("github");
    let signer: Scheme = toml::from_str(
        "algorithm = \"hmac-sha1\"\nsignature = { from = \"header:X-Hub-Signature-256\", prefix = \"sha256=\" }",
    )
    .unwrap();
    let lines = signed(&signer, "secret-secret", BODY.as_bytes(), URL);
    let diagnosis = asked(
        &github,
        &lines,
        BODY.as_bytes(),
        "secret-secret",
        &Context::default(),
    );
    let Some(Action::UseScheme { scheme }) = diagnosis.remedy.unwrap().actions.into_iter().next() else {
        panic!("there is a button")
    };
    let secrets = [Secret::new("live", "secret-secret")];
    let verdict = with_message(&lines, BODY.as_bytes(), |message| {
        hookbench_signature::check(&scheme, message, &secrets).verdict
    });
    assert_eq!(verdict, hookbench_signature::Verdict::Valid, "and it works");
}

#[test]
fn other_urls_are_proved_and_can_be_set() {
    let twilio = provider::scheme("twilio");
    let square = provider::scheme("square");
    let body = b"From=%2B1415&Body=Hello+there";
    for (url, cause) in [
        ("http://hooks.example.test/in/abc?x=1", Cause::UrlScheme),
        ("https://tunnel.example.net/in/abc?x=1", Cause::UrlHost),
        ("https://hooks.example.test/in/abc", Cause::UrlQuery),
        ("https://hooks.example.test/in/abc/?x=1", Cause::UrlPath),
        ("http://hooks.example.test:80/in/abc/", Cause::Url),
    ] {
        for scheme in [&twilio, &square] {
            // Twilio's SDKs try the default port by themselves, and so does its scheme.
            let url = if *scheme == twilio {
                url.replace(":80", "")
            } else {
                url.to_owned()
            };
            let mut lines = signed(scheme, "auth-token", body, &url);
            lines.push(("X-Forwarded-Host".into(), "tunnel.example.net".into()));
            let diagnosis = asked(scheme, &lines, body, "auth-token", &Context::default());
            assert_eq!(diagnosis.cause, cause, "{url}: {}", diagnosis.message);
            assert_eq!(
                diagnosis.remedy.unwrap().actions.remove(0),
                Action::SetUrl { url },
                "the URL to set is the one that was signed"
            );
        }
    }
}

#[test]
fn public_key_signatures_are_diagnosed_as_well() {
    let discord = provider::scheme("discord");
    let key = TestKey::generate(&discord).unwrap();
    let other = TestKey::generate(&discord).unwrap();
    let draft = Draft {
        method: "POST",
        target: "/",
        url: None,
        headers: &[],
        body: BODY.as_bytes(),
    };
    let lines = sign_with_test_key(&discord, &draft, &key, AT, None)
        .unwrap()
        .headers;
    let public = key.public_pem().unwrap();
    let cut = asked(
        &discord,
        &lines,
        format!("{BODY}\r\n").as_bytes(),
        &public,
        &Context::default(),
    );
    assert_eq!(cut.cause, Cause::BodyNewline, "{}", cut.message);
    let context = Context {
        other_secrets: vec![Secret::new("/other-app", public)],
        ..Context::default()
    };
    let wrong = asked(
        &discord,
        &lines,
        BODY.as_bytes(),
        &other.public_pem().unwrap(),
        &context,
    );
    assert_eq!(wrong.cause, Cause::OtherSecret, "{}", wrong.message);
    let unreadable = asked(&discord, &lines, BODY.as_bytes(), "no key", &Context::default());
    assert_eq!(unreadable.cause, Cause::UnreadableKey, "{}", unreadable.message);
}

#[test]
fn tokens_over_the_body_are_diagnosed_by_their_digest() {
    let netlify = provider::scheme("netlify");
    let lines = signed(&netlify, "netlify-secret", BODY.as_bytes(), URL);
    let longer = asked(
        &netlify,
        &lines,
        format!("{BODY}\n").as_bytes(),
        "netlify-secret",
        &Context::default(),
    );
    assert_eq!(longer.cause, Cause::BodyNewline, "{}", longer.message);
    let other = asked(&netlify, &lines, b"other", "netlify-secret", &Context::default());
    assert_eq!(other.cause, Cause::Requirement, "{}", other.message);
    let context = Context {
        other_secrets: vec![Secret::new("/site-b", "netlify-secret")],
        ..Context::default()
    };
    let wrong = asked(&netlify, &lines, BODY.as_bytes(), "another-secret", &context);
    assert_eq!(wrong.cause, Cause::OtherSecret, "{}", wrong.message);
}
