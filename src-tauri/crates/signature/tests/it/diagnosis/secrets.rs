//! Secrets and tokens that are not the sender's.

use hookbench_signature::{Action, Budget, Cause, Context, Scheme, Secret, diagnose};

use super::{BODY, URL, asked, signed, with_message};
use crate::provider;

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
fn a_secret_of_ones_own_that_the_sender_does_not_name_is_found() {
    let klarna = provider::scheme("klarna");
    let mut lines = signed(&klarna, "right", BODY.as_bytes(), URL);
    lines.retain(|(name, _)| name != "Klarna-Signing-Key-Id");
    lines.push(("Klarna-Signing-Key-Id".to_owned(), "krn:key:2".to_owned()));
    let secrets = [Secret::new("krn:key:2", "wrong"), Secret::new("old", "right")];
    let diagnosis = with_message(&lines, BODY.as_bytes(), |message| {
        diagnose(
            &klarna,
            message,
            &secrets,
            &Context::default(),
            &Budget::generous(),
        )
    });
    assert_eq!(diagnosis.cause, Cause::OtherSecret, "{}", diagnosis.message);
    assert_eq!(
        diagnosis.message, "It was made with `old`, and the sender names the key `krn:key:2`.",
        "both are named"
    );
    assert_eq!(diagnosis.proof.unwrap().secret, "old", "it is proved");
    let remedy = diagnosis.remedy.unwrap();
    assert_eq!(
        remedy.actions,
        [],
        "the endpoint has that secret: to give it once more mends nothing"
    );
    assert!(remedy.text.contains("`krn:key:2`"), "{}", remedy.text);
}

#[test]
fn an_item_far_down_a_list_is_looked_into_as_the_first_is() {
    const ITEMS: usize = 1100;
    let adyen = provider::scheme("adyen");
    let (ours, theirs) = (provider::secret("adyen"), Secret::new("theirs", "AB".repeat(32)));
    let item = |number: usize, secret: &Secret| {
        let event = format!(
            r#"{{"pspReference":"p{number}","amount":{{"value":1,"currency":"EUR"}},"success":"true"}}"#
        );
        let body =
            format!(r#"{{"live":"false","notificationItems":[{{"NotificationRequestItem":{event}}}]}}"#);
        let draft = hookbench_signature::Draft {
            method: "POST",
            target: "/",
            url: Some(URL),
            headers: &[],
            body: body.as_bytes(),
        };
        let made = hookbench_signature::sign(&adyen, &draft, secret, crate::diagnosis::AT, None).unwrap();
        let whole: serde_json::Value = serde_json::from_slice(&made.body.unwrap()).unwrap();
        whole["notificationItems"][0].to_string()
    };
    let items: Vec<String> = (0..ITEMS)
        .map(|number| item(number, if number + 1 == ITEMS { &theirs } else { &ours }))
        .collect();
    let body = format!(r#"{{"live":"false","notificationItems":[{}]}}"#, items.join(","));
    let context = Context {
        other_secrets: vec![theirs.clone()],
        ..Context::default()
    };
    let diagnosis = asked(&adyen, &vec![], body.as_bytes(), ours.expose(), &context);
    assert_eq!(diagnosis.cause, Cause::OtherSecret, "{}", diagnosis.message);
    assert!(diagnosis.proof.is_some(), "proved by the last of {ITEMS} items");
}
