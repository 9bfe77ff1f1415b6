//! From a value, or an error, of somebody's own code to the mistake in it.

use hookbench_signature::{Budget, Cause, Context, Diagnosis, Hint, Scheme, Secret, explain};

use crate::diagnosis::{BODY, Lines, URL, asked, signed, with_message};
use crate::provider;

fn hmac_sha256(key: &[u8], content: &[u8]) -> Vec<u8> {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

fn explained(scheme: &Scheme, lines: &Lines, computed: &str) -> Diagnosis {
    let secrets = [Secret::new("live", "s3cret-token")];
    with_message(lines, BODY.as_bytes(), |message| {
        explain(
            scheme,
            message,
            &secrets,
            computed,
            &Context::default(),
            &Budget::generous(),
        )
    })
}

#[test]
fn the_right_value_cut_short_is_told() {
    let github = provider::scheme("github");
    let lines = signed(&github, "s3cret-token", BODY.as_bytes(), URL);
    let right = lines[0].1.trim_start_matches("sha256=").to_owned();
    for cut in [&right[..28], &right[..40], &right[10..]] {
        let diagnosis = explained(&github, &lines, cut);
        assert_eq!(
            diagnosis.cause,
            Cause::SignatureAltered,
            "`{cut}`: {}",
            diagnosis.message
        );
        assert!(diagnosis.proof.is_some(), "the whole value is shown beside it");
    }
    let nothing = explained(&github, &lines, "abcdef");
    assert_eq!(nothing.cause, Cause::Unknown, "{}", nothing.message);
}

#[test]
fn key_and_content_in_each_others_place_are_told() {
    let github = provider::scheme("github");
    let lines = signed(&github, "s3cret-token", BODY.as_bytes(), URL);
    let swapped = hmac_sha256(BODY.as_bytes(), b"s3cret-token");
    let diagnosis = explained(&github, &lines, &hex::encode(swapped));
    assert_eq!(diagnosis.cause, Cause::WrongContent, "{}", diagnosis.message);
    assert!(
        diagnosis.message.contains("each other's place"),
        "{}",
        diagnosis.message
    );
    assert!(
        !format!("{diagnosis:?}").contains("s3cret-token"),
        "the secret is not told as content"
    );
}

#[test]
fn a_value_for_a_sender_that_sends_the_secret_itself_is_explained() {
    let gitlab = provider::scheme("gitlab");
    let lines = vec![("X-Gitlab-Token".to_owned(), "s3cret-token".to_owned())];
    let digest = hmac_sha256(b"s3cret-token", BODY.as_bytes());
    let cases = [
        ("s3cret-token".to_owned(), Cause::Comparison),
        ("S3CRET-token".to_owned(), Cause::LetterCase),
        (hex::encode(digest), Cause::WrongContent),
        ("something else".to_owned(), Cause::Unknown),
    ];
    for (computed, cause) in cases {
        let diagnosis = explained(&gitlab, &lines, &computed);
        assert_eq!(diagnosis.cause, cause, "`{computed}`: {}", diagnosis.message);
        assert!(
            !diagnosis.message.contains("no digest"),
            "it is not asked for one: {}",
            diagnosis.message
        );
    }
}

#[test]
fn an_error_text_in_place_of_a_value_gives_what_it_usually_means() {
    let stripe = provider::scheme("stripe");
    let lines = signed(&stripe, "s3cret-token", BODY.as_bytes(), URL);
    let error = "Webhook payload must be provided as a string or a Buffer instance";
    let diagnosis = explained(&stripe, &lines, error);
    assert_eq!(
        (diagnosis.cause, diagnosis.hints.first().map(|hint| hint.cause)),
        (Cause::Unknown, Some(Cause::BodyObject)),
        "{}",
        diagnosis.message
    );
    assert!(diagnosis.proof.is_none(), "and nothing is claimed to be proved");
}

#[test]
fn an_empty_key_is_found_whatever_the_secret_is() {
    let github = provider::scheme("github");
    let empty = hex::encode(hmac_sha256(b"", b"{}"));
    let lines = vec![("X-Hub-Signature-256".to_owned(), format!("sha256={empty}"))];
    for secret in ["", " ", "\n", "s3cret"] {
        let diagnosis = asked(&github, &lines, b"{}", secret, &Context::default());
        assert_eq!(
            diagnosis.cause,
            Cause::EmptyKey,
            "`{secret}`: {}",
            diagnosis.message
        );
        assert!(diagnosis.proof.is_some(), "`{secret}`: proved");
    }
    let svix = provider::scheme("svix");
    let content = [b"msg_1.1700000000.".as_slice(), b"{}"].concat();
    let made = hmac_sha256(b"", &content);
    let lines: Lines = [
        ("svix-id", "msg_1".to_owned()),
        ("svix-timestamp", "1700000000".to_owned()),
        ("svix-signature", {
            use base64::Engine as _;
            format!("v1,{}", base64::engine::general_purpose::STANDARD.encode(made))
        }),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec();
    let unreadable = asked(&svix, &lines, b"{}", "whsec_%%%", &Context::default());
    assert_eq!(unreadable.cause, Cause::EmptyKey, "{}", unreadable.message);
}

#[test]
fn what_is_not_proved_is_hinted_at() {
    let github = provider::scheme("github");
    let uuid = "0b7c8a1e-54f7-4a3c-9a57-1b1d6a6e2f00";
    let lines = signed(&github, "another", BODY.as_bytes(), URL);
    let context = Context {
        hints: vec![Hint {
            cause: Cause::OtherSecret,
            text: "It is an event of the test mode.".to_owned(),
        }],
        ..Context::default()
    };
    let diagnosis = asked(&github, &lines, BODY.as_bytes(), uuid, &context);
    let causes: Vec<Cause> = diagnosis.hints.iter().map(|hint| hint.cause).collect();
    assert_eq!(
        causes,
        [Cause::WrongKindOfSecret, Cause::OtherSecret],
        "both are told"
    );
    let lines = signed(&github, uuid, BODY.as_bytes(), URL);
    let proved = asked(&github, &lines, format!("{BODY}\n").as_bytes(), uuid, &context);
    assert_eq!(proved.hints, [], "a proof needs no guesses");
}

#[test]
fn the_offset_of_the_senders_clock_is_told_by_its_date() {
    let stripe = provider::scheme("stripe");
    let mut lines = signed(&stripe, "another", BODY.as_bytes(), URL);
    lines.push(("Date".to_owned(), "Tue, 14 Nov 2023 22:15:48 GMT".to_owned()));
    let diagnosis = asked(
        &stripe,
        &lines,
        BODY.as_bytes(),
        "whsec_ours",
        &Context::default(),
    );
    let hint = diagnosis
        .hints
        .iter()
        .find(|hint| hint.cause == Cause::FromTheFuture);
    assert!(
        hint.is_some_and(|hint| hint.text.contains("148 s ahead")),
        "{:?}",
        diagnosis.hints
    );
}

#[test]
fn the_right_value_is_not_said_to_be_what_a_request_without_it_carries() {
    let (gitlab, github) = (provider::scheme("gitlab"), provider::scheme("github"));
    let other_token = vec![("X-Gitlab-Token".to_owned(), "another".to_owned())];
    let right = hex::encode(hmac_sha256(b"s3cret-token", BODY.as_bytes()));
    let other = signed(&github, "another", BODY.as_bytes(), URL);
    let cases = [
        (
            explained(&gitlab, &vec![], "s3cret-token"),
            Cause::Missing,
            "Your code has the secret that is set here; the request carries none. There is no signature: \
             X-Gitlab-Token is missing or empty.",
        ),
        (
            explained(&gitlab, &other_token, "s3cret-token"),
            Cause::Comparison,
            "Your code has the secret that is set here; the request carries another.",
        ),
        (
            explained(&github, &vec![], &right),
            Cause::Missing,
            "Your code computed what the secret that is set here gives; the request carries none. There is no \
             signature: X-Hub-Signature-256 is missing or empty.",
        ),
        (
            explained(&github, &other, &right),
            Cause::Comparison,
            "Your code computed what the secret that is set here gives; the request carries another.",
        ),
        (
            explained(
                &github,
                &signed(&github, "s3cret-token", BODY.as_bytes(), URL),
                &right,
            ),
            Cause::Comparison,
            "The value is right: it is what the sender sent. The fault is in how it is compared.",
        ),
    ];
    for (diagnosis, cause, message) in cases {
        assert_eq!(
            (diagnosis.cause, diagnosis.message.as_str()),
            (cause, message),
            "what the request carries is told as it is"
        );
    }
}

#[test]
fn an_error_text_is_explained_where_the_secret_itself_is_sent_as_well() {
    let gitlab = provider::scheme("gitlab");
    let lines = vec![("X-Gitlab-Token".to_owned(), "s3cret-token".to_owned())];
    let diagnosis = explained(
        &gitlab,
        &lines,
        "RangeError: Input buffers must have the same byte length",
    );
    assert_eq!(
        diagnosis.hints.first().map(|hint| hint.cause),
        Some(Cause::Encoding),
        "{}",
        diagnosis.message
    );
}
