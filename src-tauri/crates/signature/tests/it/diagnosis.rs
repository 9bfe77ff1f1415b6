//! Each cause, made to happen and then found.
//!
//! Longer than other files because it is one table of causes with one way of asking: apart, each part would need the
//! same makers of messages again.

use hookbench_signature::{
    Action, Budget, Cause, Context, Diagnosis, Draft, Message, Micros, Scheme, Secret, TestKey, diagnose,
    explain, sign, sign_with_test_key,
};

use crate::provider;

pub(crate) const AT: Micros = Micros(1_700_000_000_000_000);
pub(crate) const BODY: &str = "{\"id\":\"evt_123\",\"text\":\"na\u{ef}ve / <b> \u{2615}\",\"amount\":10.50}";
pub(crate) const URL: &str = "https://hooks.example.test/in/abc?x=1";

pub(crate) type Lines = Vec<(String, String)>;

/// The headers a sender makes for these bytes.
pub(crate) fn signed(scheme: &Scheme, secret: &str, body: &[u8], url: &str) -> Lines {
    let draft = Draft {
        method: "POST",
        target: "/in/abc?x=1",
        url: Some(url),
        headers: &[],
        body,
    };
    sign(scheme, &draft, &Secret::new("sender", secret), AT, Some("msg_1"))
        .unwrap()
        .headers
}

pub(crate) fn with_message<R>(lines: &Lines, body: &[u8], then: impl FnOnce(&Message<'_>) -> R) -> R {
    let headers: Vec<(&[u8], &[u8])> = lines
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect();
    then(&Message {
        method: "POST",
        target: "/in/abc?x=1",
        url: Some(URL),
        headers: &headers,
        body,
        received_at: Some(AT),
    })
}

pub(crate) fn asked(
    scheme: &Scheme,
    lines: &Lines,
    body: &[u8],
    secret: &str,
    context: &Context,
) -> Diagnosis {
    let secrets = [Secret::new("live", secret)];
    with_message(lines, body, |message| {
        diagnose(scheme, message, &secrets, context, &Budget::generous())
    })
}

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
fn wrong_secrets_are_proved_and_named() {
    let stripe = provider::scheme("stripe");
    let svix = provider::scheme("svix");
    let context = Context {
        other_secrets: vec![Secret::new("/stripe-test", "whsec_test")],
        previous_secrets: vec![Secret::new("live until May", "whsec_old")],
        ..Context::default()
    };
    let found = |scheme: &Scheme, sender: &str, ours: &str| {
        asked(
            scheme,
            &signed(scheme, sender, BODY.as_bytes(), URL),
            BODY.as_bytes(),
            ours,
            &context,
        )
    };
    let other = found(&stripe, "whsec_test", "whsec_live");
    assert_eq!(other.cause, Cause::OtherSecret, "{}", other.message);
    assert_eq!(
        other.message, "It was made with another secret: `/stripe-test`.",
        "the entry is named"
    );
    let action = other.remedy.unwrap().actions.remove(0);
    assert_eq!(
        action,
        Action::UseSecret {
            name: "/stripe-test".into()
        },
        "one button applies it"
    );
    assert_eq!(
        found(&stripe, "whsec_old", "whsec_live").cause,
        Cause::PreviousSecret,
        "the old one"
    );
    assert_eq!(
        found(&stripe, "whsec_live", "whsec_live\n").cause,
        Cause::SecretBlanks,
        "a line end"
    );
    assert_eq!(
        found(&stripe, "whsec_live", "\"whsec_live\"").cause,
        Cause::SecretQuotes,
        "quotes"
    );
    assert_eq!(
        found(&stripe, "a/b+c", "a%2Fb%2Bc").cause,
        Cause::SecretEscaped,
        "percent-encoded"
    );
    let base64 = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let raw = Scheme {
        secret: vec![hookbench_signature::SecretForm::default()],
        ..svix.clone()
    };
    let as_text = signed(&raw, &format!("whsec_{base64}"), BODY.as_bytes(), URL);
    let diagnosis = asked(
        &svix,
        &as_text,
        BODY.as_bytes(),
        &format!("whsec_{base64}"),
        &context,
    );
    assert_eq!(
        diagnosis.cause,
        Cause::SecretEncoding,
        "text in place of base64: {}",
        diagnosis.message
    );
    let decoded = signed(&svix, &format!("whsec_{base64}"), BODY.as_bytes(), URL);
    let diagnosis = asked(
        &raw,
        &decoded,
        BODY.as_bytes(),
        &format!("whsec_{base64}"),
        &context,
    );
    assert_eq!(
        diagnosis.cause,
        Cause::SecretEncoding,
        "base64 in place of text: {}",
        diagnosis.message
    );
    let told = serde_json::to_string(&diagnosis).unwrap();
    assert!(!told.contains(base64), "a diagnosis holds no secret: {told}");
}

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
fn two_faults_at_once_are_found() {
    let stripe = provider::scheme("stripe");
    let context = Context {
        other_secrets: vec![Secret::new("/stripe-test", "whsec_test")],
        ..Context::default()
    };
    let lines = signed(&stripe, "whsec_test", BODY.as_bytes(), URL);
    let diagnosis = asked(
        &stripe,
        &lines,
        format!("{BODY}\n").as_bytes(),
        "whsec_live",
        &context,
    );
    let proof = diagnosis.proof.unwrap();
    assert_eq!(
        proof.changes.len(),
        2,
        "both changes are told: {:?}",
        proof.changes
    );
    assert_eq!(proof.secret, "/stripe-test", "and the secret is named");
}

#[test]
fn damaged_headers_are_found() {
    let stripe = provider::scheme("stripe");
    let mut lines = signed(&stripe, "whsec_live", BODY.as_bytes(), URL);
    lines[0].1 = lines[0].1.replace(',', ", ");
    let diagnosis = asked(
        &stripe,
        &lines,
        BODY.as_bytes(),
        "whsec_live",
        &Context::default(),
    );
    assert_eq!(diagnosis.cause, Cause::HeaderMangled, "{}", diagnosis.message);
    let renamed = vec![("HTTP_STRIPE_SIGNATURE".to_owned(), lines[0].1.clone())];
    let diagnosis = asked(
        &stripe,
        &renamed,
        BODY.as_bytes(),
        "whsec_live",
        &Context::default(),
    );
    assert_eq!(diagnosis.cause, Cause::HeaderRenamed, "{}", diagnosis.message);
    let svix = provider::scheme("svix");
    let secret = provider::secret("svix");
    let mut lines = signed(&svix, secret.expose(), BODY.as_bytes(), URL);
    let line = lines
        .iter_mut()
        .find(|(name, _)| name == "svix-signature")
        .unwrap();
    line.1 = format!("v1,AAAA,{}", line.1);
    let diagnosis = asked(
        &svix,
        &lines,
        BODY.as_bytes(),
        secret.expose(),
        &Context::default(),
    );
    assert_eq!(
        diagnosis.cause,
        Cause::HeaderMangled,
        "joined lines: {}",
        diagnosis.message
    );
}

#[test]
fn what_cannot_be_found_is_said_with_what_was_tried() {
    let stripe = provider::scheme("stripe");
    let lines = signed(&stripe, "whsec_nobody_has", BODY.as_bytes(), URL);
    let mut damaged = lines.clone();
    damaged.push(("Content-Length".into(), "9999".into()));
    let body = format!("{BODY}\u{fffd}");
    let diagnosis = asked(
        &stripe,
        &damaged,
        body.as_bytes(),
        "sk_live_123",
        &Context::default(),
    );
    assert_eq!(diagnosis.cause, Cause::Unknown, "{}", diagnosis.message);
    assert!(
        diagnosis.excluded.len() >= 5,
        "what was tried is listed: {:?}",
        diagnosis.excluded
    );
    let hints: Vec<Cause> = diagnosis.hints.iter().map(|hint| hint.cause).collect();
    assert_eq!(
        hints,
        [
            Cause::BodyDestroyed,
            Cause::BodyIncomplete,
            Cause::WrongKindOfSecret
        ],
        "and what cannot be proved is hinted at"
    );
}

#[test]
fn time_is_judged_apart() {
    let stripe = provider::scheme("stripe");
    let lines = signed(&stripe, "whsec_live", BODY.as_bytes(), URL);
    let headers: Vec<(&[u8], &[u8])> = lines
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect();
    let message = Message {
        method: "POST",
        target: "/",
        url: None,
        headers: &headers,
        body: BODY.as_bytes(),
        received_at: Some(Micros(AT.0 + 400_000_000)),
    };
    let secrets = [Secret::new("live", "whsec_live")];
    let diagnosis = diagnose(
        &stripe,
        &message,
        &secrets,
        &Context::default(),
        &Budget::generous(),
    );
    assert_eq!(diagnosis.cause, Cause::Expired, "{}", diagnosis.message);
    let action = diagnosis.remedy.unwrap().actions.remove(0);
    assert_eq!(
        action,
        Action::SetTolerance {
            past: Some(400),
            future: None
        },
        "the tolerance that would do"
    );
}

#[test]
fn a_receivers_mistakes_are_explained() {
    let stripe = provider::scheme("stripe");
    let secrets = [Secret::new("live", "whsec_live")];
    let lines = signed(&stripe, "whsec_live", BODY.as_bytes(), URL);
    let explained = |signer: &Scheme, secret: &str, body: &[u8]| {
        let computed = signed(signer, secret, body, URL).remove(0).1;
        with_message(&lines, BODY.as_bytes(), |message| {
            explain(
                &stripe,
                message,
                &secrets,
                &computed,
                &Context::default(),
                &Budget::generous(),
            )
        })
    };
    let body_only = Scheme {
        content: vec![hookbench_signature::Template::body()],
        ..stripe.clone()
    };
    let cases = [
        (
            explained(&stripe, "whsec_live", BODY.as_bytes()),
            Cause::Comparison,
        ),
        (
            explained(&stripe, "whsec_live", b"[object Object]"),
            Cause::BodyObject,
        ),
        (
            explained(&stripe, "whsec_live", BODY.replace("10.50", "10.5").as_bytes()),
            Cause::BodyReserialised,
        ),
        (explained(&stripe, "whsec_live", b""), Cause::BodyEmpty),
        (explained(&stripe, "live", BODY.as_bytes()), Cause::SecretPrefix),
        (
            explained(
                &stripe,
                "whsec_live",
                BODY.replace('\u{2615}', "\u{fffd}\u{fffd}").as_bytes(),
            ),
            Cause::BodyCharset,
        ),
        (
            explained(&body_only, "whsec_live", BODY.as_bytes()),
            Cause::TimestampOmitted,
        ),
    ];
    for (diagnosis, cause) in cases {
        assert_eq!(diagnosis.cause, cause, "{}", diagnosis.message);
    }
}

#[test]
fn tokens_are_diagnosed_without_being_shown() {
    let gitlab = provider::scheme("gitlab");
    let context = Context {
        other_secrets: vec![Secret::new("/other", "Another-Token")],
        ..Context::default()
    };
    let found = |sent: &str, ours: &str| {
        let diagnosis = asked(
            &gitlab,
            &vec![("X-Gitlab-Token".into(), sent.into())],
            b"{}",
            ours,
            &context,
        );
        let told = format!("{diagnosis:?}");
        assert!(!told.contains(sent), "the token is not told: {told}");
        diagnosis.cause
    };
    assert_eq!(
        found("Another-Token", "My-Token-1"),
        Cause::OtherSecret,
        "another endpoint's"
    );
    assert_eq!(
        found("my-token-1", "My-Token-1"),
        Cause::LetterCase,
        "in another case"
    );
    assert_eq!(
        found("My-Token-1", "My-Token-1 "),
        Cause::SecretBlanks,
        "with a blank"
    );
}

#[test]
fn an_empty_key_is_a_warning() {
    let github = provider::scheme("github");
    // HMAC-SHA256 with no key over `{}`.
    let line = "sha256=1ea1a06a9b6a1b8e7d4b33ea0aa0a0f5d0c5b5b1f3c9";
    let truncated = asked(
        &github,
        &vec![("X-Hub-Signature-256".into(), line.into())],
        b"{}",
        "s3cret",
        &Context::default(),
    );
    assert_eq!(
        truncated.cause,
        Cause::NotASignature,
        "what is short of a digest is none"
    );
    let empty = hex::encode({
        use hmac::{Hmac, KeyInit, Mac};
        let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(b"").unwrap();
        Mac::update(&mut mac, b"{}");
        mac.finalize().into_bytes()
    });
    let lines = vec![("X-Hub-Signature-256".to_owned(), format!("sha256={empty}"))];
    let diagnosis = asked(&github, &lines, b"{}", "s3cret", &Context::default());
    assert_eq!(diagnosis.cause, Cause::EmptyKey, "{}", diagnosis.message);
}

#[test]
fn the_budget_ends_the_search() {
    let stripe = provider::scheme("stripe");
    let lines = signed(&stripe, "whsec_nobody_has", BODY.as_bytes(), URL);
    let secrets = [Secret::new("live", "whsec_live")];
    let within = |budget: &Budget<'_>| {
        with_message(&lines, BODY.as_bytes(), |message| {
            diagnose(&stripe, message, &secrets, &Context::default(), budget)
        })
    };
    let few = within(&Budget {
        tries: 10,
        bytes: u64::MAX,
        should_stop: &|| false,
    });
    assert!(
        few.is_cut_short && few.tries <= 12,
        "tries are bounded: {}",
        few.tries
    );
    let small = within(&Budget {
        tries: u32::MAX,
        bytes: 1000,
        should_stop: &|| false,
    });
    assert!(small.is_cut_short, "bytes are bounded");
    let stopped = within(&Budget {
        tries: u32::MAX,
        bytes: u64::MAX,
        should_stop: &|| true,
    });
    assert!(stopped.is_cut_short, "the caller can stop it");
    assert!(
        !within(&Budget::generous()).is_cut_short,
        "and a full search ends by itself"
    );
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

#[test]
fn of_several_signed_items_the_wrong_one_is_looked_into() {
    let adyen = provider::scheme("adyen");
    let secret = provider::secret("adyen");
    let other = Secret::new("/other-account", "00".repeat(32));
    let body = provider::body("adyen");
    let sign_all = |secret: &Secret| {
        let draft = Draft {
            method: "POST",
            target: "/",
            url: None,
            headers: &[],
            body: body.as_bytes(),
        };
        String::from_utf8(sign(&adyen, &draft, secret, AT, None).unwrap().body.unwrap()).unwrap()
    };
    let (ours, theirs) = (sign_all(&secret), sign_all(&other));
    let second = ours.rfind("\"hmacSignature\"").unwrap();
    let mixed = format!("{}{}", &ours[..second], &theirs[second..]);
    let context = Context {
        other_secrets: vec![other],
        ..Context::default()
    };
    let diagnosis = asked(&adyen, &Vec::new(), mixed.as_bytes(), secret.expose(), &context);
    assert_eq!(
        diagnosis.cause,
        Cause::OtherSecret,
        "the second item is another account's: {}",
        diagnosis.message
    );
}

#[test]
fn without_a_secret_others_are_still_tried() {
    let stripe = provider::scheme("stripe");
    let lines = signed(&stripe, "whsec_test", BODY.as_bytes(), URL);
    let context = Context {
        other_secrets: vec![Secret::new("/stripe-test", "whsec_test")],
        ..Context::default()
    };
    let found = |context: &Context| {
        with_message(&lines, BODY.as_bytes(), |message| {
            diagnose(&stripe, message, &[], context, &Budget::generous()).cause
        })
    };
    assert_eq!(
        found(&context),
        Cause::OtherSecret,
        "another endpoint's secret fits"
    );
    assert_eq!(
        found(&Context::default()),
        Cause::NoSecret,
        "and if none does, there is none"
    );
}

#[test]
fn a_header_that_holds_no_digest_is_told_as_the_report_tells_it() {
    let github = provider::scheme("github");
    let lines = vec![("X-Hub-Signature-256".to_owned(), "foo".to_owned())];
    let diagnosis = asked(&github, &lines, b"{}", "s3cret", &Context::default());
    assert_eq!(
        diagnosis.message, "X-Hub-Signature-256 does not start with `sha256=`.",
        "the fact is said"
    );
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

#[test]
fn every_cause_is_documented_and_nothing_else_is() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../.github/CAUSES.md")).unwrap();
    let documented: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(code, _)| code)
        .collect();
    let known: Vec<&str> = Cause::ALL.iter().map(|cause| cause.code()).collect();
    assert_eq!(documented, known, "the page is the list, in its order");
    let mut codes = known.clone();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), known.len(), "no code is given twice");
}
