//! What is answered to questions, beyond the given ones; and what bad files are answered with.

use std::collections::BTreeMap;

use hookbench_signature::Secret;

use super::super::*;
use crate::model::Header;

fn ask(
    provider: &str,
    target: &str,
    lines: &[(&str, &str)],
    body: &str,
    secret: Option<&str>,
    parameters: &[(&str, &str)],
) -> Option<HandshakeAnswer> {
    let headers: Vec<Header> = lines
        .iter()
        .map(|(name, value)| Header {
            name: (*name).to_owned().into(),
            value: (*value).to_owned().into(),
        })
        .collect();
    let method = if body.is_empty() { "GET" } else { "POST" };
    let secrets: Vec<Secret> = secret.map(|text| Secret::new("test", text)).into_iter().collect();
    let parameters: BTreeMap<String, String> = parameters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let catalogue = Catalogue::embedded().unwrap();
    let facts = Facts::new(method, target, &headers, body.as_bytes());
    catalogue
        .get(provider)
        .unwrap()
        .handshake(&facts, &secrets, &parameters)
}

#[test]
fn a_verify_token_that_differs_is_refused_once_one_is_chosen() {
    let target = "/?hub.mode=subscribe&hub.challenge=42&hub.verify_token=theirs";
    let open = ask("meta", target, &[], "", None, &[]).unwrap();
    assert_eq!(
        (open.status, open.body.as_str()),
        (200, "42"),
        "nothing chosen, nothing to compare"
    );
    let right = ask("meta", target, &[], "", None, &[("verify_token", "theirs")]).unwrap();
    assert_eq!(
        (right.status, right.body.as_str()),
        (200, "42"),
        "the chosen one is accepted"
    );
    let wrong = ask("meta", target, &[], "", None, &[("verify_token", "mine")]).unwrap();
    assert_eq!(
        (wrong.status, wrong.body.as_str()),
        (403, ""),
        "another one gets nothing back"
    );
}

#[test]
fn an_answer_that_needs_a_secret_says_so() {
    let question = r#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#;
    let without = ask("zoom", "/", &[], question, None, &[]).unwrap();
    assert!(
        without.lacks.is_some() && without.body.is_empty(),
        "half an answer is none"
    );
    let answer = ask("zoom", "/", &[], question, Some("secret"), &[]).unwrap();
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        body["plainToken"], "qgg8vlvZRS6UYooatFL8Aw",
        "the token comes back"
    );
    assert_eq!(
        body["encryptedToken"].as_str().unwrap().len(),
        64,
        "signed, in hex"
    );
}

#[test]
fn a_link_is_offered_only_if_it_leads_to_the_provider() {
    let question = |url: &str| format!(r#"{{"Type":"SubscriptionConfirmation","SubscribeURL":"{url}"}}"#);
    let lines = [("x-amz-sns-message-type", "SubscriptionConfirmation")];
    let right = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription";
    let answer = ask("aws-sns", "/", &lines, &question(right), None, &[]).unwrap();
    assert_eq!(answer.offers[0].kind, OfferKind::Link, "it is to be opened");
    assert_eq!(answer.offers[0].value, right, "as it came");
    assert!(
        !format!("{:?}", answer.offers).contains("amazonaws"),
        "debug output holds no values"
    );
    let wrong = "https://sns.eu-west-1.amazonaws.com.evil.example/";
    assert_eq!(
        ask("aws-sns", "/", &lines, &question(wrong), None, &[]),
        None,
        "nobody is led astray"
    );
}

#[test]
fn a_secret_that_comes_in_a_handshake_is_offered_to_be_kept() {
    let answer = ask("asana", "/", &[("X-Hook-Secret", "s3cr3t")], "{}", None, &[]).unwrap();
    assert_eq!(
        answer.offers[0].kind,
        OfferKind::Secret,
        "it is the secret from now on"
    );
    let body = r#"{"verification_token":"secret_abc"}"#;
    let answer = ask("notion", "/", &[], body, None, &[]).unwrap();
    let kinds: Vec<_> = answer.offers.iter().map(|offer| offer.kind).collect();
    assert_eq!(
        kinds,
        [OfferKind::Copy, OfferKind::Secret],
        "to be pasted and to be kept"
    );
}

#[test]
fn wrong_signatures_that_are_sent_on_purpose_are_refused() {
    let empty = r#"{"events":[]}"#;
    let wrong = ask(
        "xero",
        "/",
        &[("x-xero-signature", "AAAA")],
        empty,
        Some("key"),
        &[],
    )
    .unwrap();
    assert_eq!(wrong.status, 401, "Xero tests for this");
    let event = r#"{"events":[{"eventType":"CREATE"}]}"#;
    assert_eq!(
        ask(
            "xero",
            "/",
            &[("x-xero-signature", "AAAA")],
            event,
            Some("key"),
            &[]
        ),
        None,
        "no question"
    );
    let ping = ask(
        "discord",
        "/",
        &[("X-Signature-Ed25519", "00")],
        r#"{"type":1}"#,
        Some(&"00".repeat(32)),
        &[],
    );
    assert_eq!(ping.unwrap().status, 401, "Discord tests for this as well");
}

#[test]
fn an_acknowledgement_is_no_question() {
    let answer = ask("adyen", "/", &[], r#"{"notificationItems":[]}"#, None, &[]).unwrap();
    assert!(answer.acknowledgement, "every delivery wants `[accepted]`");
    let answer = ask(
        "slack",
        "/",
        &[],
        r#"{"type":"url_verification","challenge":"c"}"#,
        None,
        &[],
    )
    .unwrap();
    assert!(!answer.acknowledgement, "a challenge is a question");
}

#[test]
fn an_event_is_no_handshake() {
    assert_eq!(
        ask("slack", "/", &[], r#"{"type":"event_callback"}"#, None, &[]),
        None,
        "it goes its way"
    );
    assert_eq!(
        ask("github", "/", &[("X-GitHub-Event", "push")], "{}", None, &[]),
        None,
        "it goes its way"
    );
}

#[test]
fn a_bad_file_is_named_with_line_and_reason() {
    let reason = |text: &str| Provider::read("x.toml", text).unwrap_err().to_string();
    let head = "id = \"x\"\nname = \"X\"\nevidence = \"A\"\n";
    assert_eq!(
        reason(&format!("{head}[[detect]]\nwhen = [\"heder:A\"]\n")),
        "`x.toml` line 5, column 9: no such place: `heder:A` (expected header:…, query:…, form:…, json:…, form-json:…, \
         claim:…, key-besides:…, method, path, body or body-sha256)",
        "a misspelt place is found where it stands"
    );
    assert!(
        reason("id = \"x\"\nnmae = \"X\"\n").starts_with("`x.toml` line 2, column 1: unknown field `nmae`"),
        "a field"
    );
    assert!(
        reason("id = \n").starts_with("`x.toml` line 1, column"),
        "no TOML at all"
    );
    assert_eq!(
        reason(&format!(
            "{head}[[detect]]\nwhen = [\"body\"]\n[[detect]]\nwhen = []\n"
        )),
        "`x.toml` line 7, column 8: `detect` rule 2 has no condition and would match everything",
        "an empty rule"
    );
    assert_eq!(
        reason(&format!(
            "{head}[[handshake]]\nname = \"ping\"\nwhy = \"w\"\nwhen = []\n"
        )),
        "`x.toml` line 7, column 8: the handshake `ping` has no condition and would answer everything",
        "an empty condition"
    );
    let sample = "[[sample]]\nname = \"a\"\ntitle = \"A\"\n";
    assert_eq!(
        reason(&format!("{head}{sample}{sample}")),
        "`x.toml` line 8, column 8: two samples are named `a`",
        "the second of two"
    );
    assert_eq!(
        reason(&head.replace("\"x\"", "\"X y\"")),
        "`x.toml` line 1, column 6: the id `X y` may hold lower-case letters, digits and `-` only",
        "an id that no address could hold"
    );
}

#[test]
fn two_files_cannot_define_one_provider() {
    let text = "id = \"x\"\nname = \"X\"\nevidence = \"A\"\n";
    let error = Catalogue::read([("x.toml", text), ("y.toml", text)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`y.toml` line 1, column 6: the provider `x` is defined twice",
        "the second one is named"
    );
    let alias = text.replace("\"x\"", "\"y\"") + "aliases = [\"z\", \"x\"]\n";
    let error = Catalogue::read([("x.toml", text), ("y.toml", alias.as_str())]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`y.toml` line 4, column 17: the provider `x` is defined twice",
        "an alias too"
    );
}

#[test]
fn a_provider_of_ones_own_goes_before_ours() {
    let ours = Catalogue::embedded().unwrap();
    let head = "name = \"Mine\"\nevidence = \"D\"\n[[detect]]\nwhen = [\"header:X-Mine\"]\n";
    let own = |id: &str| Provider::read("own.toml", &format!("id = \"{id}\"\n{head}")).unwrap();
    let catalogue = ours.with_own(vec![own("mine"), own("stripe")]).unwrap();
    assert_eq!(
        catalogue.all().len(),
        ours.all().len() + 1,
        "one is new, one is replaced"
    );
    assert_eq!(
        catalogue.get("stripe").unwrap().name,
        "Mine",
        "the person's own counts"
    );
    let headers = [Header {
        name: "X-Mine".into(),
        value: "1".into(),
    }];
    let found = catalogue.detect(&Facts::new("POST", "/", &headers, b""));
    assert_eq!(
        found,
        Detected::Ambiguous(vec!["mine".into(), "stripe".into()]),
        "and is recognised"
    );
    assert!(
        ours.with_own(vec![own("mine"), own("mine")]).is_err(),
        "twice is once too often"
    );
    assert!(ours.with_own(vec![own("gitea")]).is_err(), "an alias is taken");
}

#[test]
fn what_was_chosen_is_put_into_a_hint() {
    let text = r#"
id = "x"
name = "X"
evidence = "A"

[parameters.shop]
title = "Shop"

[parameters.plan]
title = "Plan"
default = "free"

[[hint]]
text = "It is of {header:X-Shop}, and yours is ${shop} (${plan})."
"#;
    let provider = Provider::read("x.toml", text).unwrap();
    let headers = [Header {
        name: "X-Shop".into(),
        value: "north".into(),
    }];
    let facts = Facts::new("POST", "/", &headers, b"");
    let told = |chosen: &[(&str, &str)]| {
        let chosen = chosen
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let hints = provider.hints(&facts, &chosen.collect());
        hints.into_iter().map(|hint| hint.text).collect::<Vec<_>>()
    };
    assert_eq!(
        told(&[("shop", "south")]),
        ["It is of north, and yours is south (free)."],
        "with what was chosen and what goes without choosing"
    );
    assert_eq!(
        told(&[]),
        Vec::<String>::new(),
        "nothing is told of what nobody chose"
    );
}
