//! Each cause, made to happen and then found. What makes the messages is here, and what concerns all causes; the causes
//! stand by kind.

mod bodies;
mod headers;
mod schemes;
mod secrets;

use hookbench_signature::{
    Budget, Cause, Context, Diagnosis, Draft, Message, Micros, Scheme, Secret, diagnose, explain, sign,
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
