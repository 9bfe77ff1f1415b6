//! Who sent it: the order and the tie-breaks.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::*;
use crate::model::Header;

const TRIPLE: [(&str, &str); 3] = [
    ("webhook-id", "msg_1"),
    ("webhook-timestamp", "1700000000"),
    ("webhook-signature", "v1,AAAA"),
];
const SVIX: [(&str, &str); 3] = [
    ("svix-id", "msg_1"),
    ("svix-timestamp", "1700000000"),
    ("svix-signature", "v1,AAAA"),
];

fn headers(lines: &[(&str, &str)]) -> Vec<Header> {
    lines
        .iter()
        .map(|(name, value)| Header {
            name: (*name).to_owned().into(),
            value: (*value).to_owned().into(),
        })
        .collect()
}

/// The ids that are found, by `|`.
fn found(target: &str, lines: &[(&str, &str)], body: &str) -> String {
    let headers = headers(lines);
    match Catalogue::embedded()
        .unwrap()
        .detect(&Facts::new("POST", target, &headers, body.as_bytes()))
    {
        Detected::One(id) => id,
        Detected::Ambiguous(ids) => ids.join("|"),
        Detected::None => String::new(),
    }
}

fn with(
    triple: [(&'static str, &'static str); 3],
    more: &[(&'static str, &'static str)],
) -> Vec<(&'static str, &'static str)> {
    triple.iter().chain(more).copied().collect()
}

#[test]
fn the_triple_is_refined_by_what_else_is_there() {
    assert_eq!(found("/", &SVIX, "{}"), "svix", "nothing more: the family itself");
    assert_eq!(
        found("/", &SVIX, r#"{"event_type":"alerts.asset.on"}"#),
        "trackunit",
        "by the event's name"
    );
    assert_eq!(
        found("/", &SVIX, r#"{"type":"user.created","object":"event"}"#),
        "clerk",
        "by name and object"
    );
    assert_eq!(
        found("/", &SVIX, r#"{"type":"email.delivered"}"#),
        "resend",
        "by the event's name"
    );
    assert_eq!(
        found("/", &TRIPLE, "{}"),
        "standardwebhooks",
        "nothing more: the specification"
    );
    assert_eq!(
        found("/", &TRIPLE, r#"{"producer":"stores/x"}"#),
        "bigcommerce",
        "by the producer"
    );
    assert_eq!(
        found("/", &TRIPLE, r#"{"object":"event"}"#),
        "openai",
        "by the object"
    );
    let gitlab = with(
        TRIPLE,
        &[("X-Gitlab-Event", "Push Hook"), ("X-Gitlab-Token", "t")],
    );
    assert_eq!(
        found("/", &gitlab, "{}"),
        "gitlab-signing-token",
        "the signing token goes before the fixed one"
    );
    assert_eq!(
        found("/", &[("X-Gitlab-Event", "Push Hook")], "{}"),
        "gitlab",
        "without the triple"
    );
    let signature = "a".repeat(64);
    assert_eq!(
        found("/", &[("Webhook-Signature", &signature)], "{}"),
        "gocardless",
        "hex alone is somebody else"
    );
}

#[test]
fn the_shared_hub_signature_is_told_apart_by_its_companions() {
    let sha256 = ("X-Hub-Signature-256", "sha256=00");
    let sha1 = ("X-Hub-Signature", "sha1=00");
    assert_eq!(
        found("/", &[sha256, ("X-GitHub-Event", "push")], "{}"),
        "github",
        "GitHub's own header"
    );
    let forgejo = [sha256, ("X-GitHub-Event", "push"), ("X-Gitea-Delivery", "1")];
    assert_eq!(found("/", &forgejo, "{}"), "forgejo", "Gitea imitates GitHub");
    let sha256_alone = ("X-Hub-Signature", "sha256=00");
    assert_eq!(
        found("/", &[sha256_alone, ("X-Event-Key", "repo:push")], "{}"),
        "bitbucket",
        "by the event key"
    );
    let jira = [sha256_alone, ("X-Atlassian-Webhook-Identifier", "1")];
    assert_eq!(found("/", &jira, "{}"), "jira", "by the identifier");
    assert_eq!(
        found("/", &[sha1], r#"{"type":"notification_event"}"#),
        "intercom",
        "by the body's type"
    );
    assert_eq!(
        found("/", &[sha256], r#"{"object":"page","entry":[]}"#),
        "meta",
        "by object and entry"
    );
    assert_eq!(
        found("/", &[sha256], "{}"),
        "github|meta",
        "nothing more: offered"
    );
    assert_eq!(
        found("/", &[sha1], "{}"),
        "github|intercom|meta",
        "nothing more: offered"
    );
    assert_eq!(
        found("/", &[sha256_alone], "{}"),
        "bitbucket|jira|snyk",
        "the prefix names the hash"
    );
}

#[test]
fn an_ambiguous_signature_header_is_offered() {
    let (sha1, sha256) = ("a".repeat(40), "a".repeat(64));
    assert_eq!(
        found("/", &[("X-Signature", &sha256)], "{}"),
        "lemonsqueezy|modern-treasury",
        "64 digits"
    );
    assert_eq!(
        found("/", &[("X-Signature", &sha1)], "{}"),
        "segment",
        "40 digits"
    );
    let lemon = [
        ("X-Signature", sha256.as_str()),
        ("X-Event-Name", "order_created"),
    ];
    assert_eq!(found("/", &lemon, "{}"), "lemonsqueezy", "by its companion");
    let netlify = [("X-Webhook-Signature", "e30.eyJpc3MiOiJuZXRsaWZ5In0.x")];
    assert_eq!(
        found("/", &netlify, "{}"),
        "netlify",
        "a token that names its maker"
    );
    assert_eq!(
        found("/", &[("X-Webhook-Signature", "abc")], "{}"),
        "",
        "any other value is nobody's"
    );
}

#[test]
fn a_signature_inside_the_body_is_found() {
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(
        found("/", &[], r#"{"notificationItems":[]}"#),
        "adyen",
        "by its items"
    );
    assert_eq!(
        found("/", &[], r#"{"signature":{"token":"t"},"event-data":{}}"#),
        "mailgun",
        "by its token"
    );
    assert_eq!(
        found("/", &form, "bt_signature=a&bt_payload=b"),
        "braintree",
        "by its fields"
    );
    assert_eq!(
        found(
            "/",
            &[],
            r#"{"passcode":"","webhook_id":"1","event_type":"PING"}"#
        ),
        "figma",
        "by its code"
    );
    let graph = r#"{"value":[{"subscriptionId":"1","clientState":"s","resource":"r"}]}"#;
    assert_eq!(found("/", &[], graph), "microsoft-graph", "by its subscription");
    assert_eq!(
        found("/?validationToken=x", &[], ""),
        "microsoft-graph",
        "by its question"
    );
}

#[test]
fn a_header_outweighs_a_body_and_a_body_an_envelope() {
    let adyen = r#"{"notificationItems":[],"specversion":"1.0","source":"/","id":"1"}"#;
    assert_eq!(
        found("/", &[("Stripe-Signature", "t=1,v1=0")], adyen),
        "stripe",
        "the header decides"
    );
    assert_eq!(
        found("/", &[("ce-specversion", "1.0")], adyen),
        "adyen",
        "the body goes before the envelope"
    );
    assert_eq!(
        found("/", &[("ce-specversion", "1.0")], "{}"),
        "cloudevents",
        "the envelope comes last"
    );
    assert_eq!(
        found("/", &[("Accept", "*/*")], r#"{"hello":"world"}"#),
        "",
        "and most requests are nobody's"
    );
}

#[test]
fn thousands_of_headers_are_looked_at_once() {
    let names: Vec<String> = (0..20_000).map(|number| format!("x-{number}")).collect();
    let mut lines: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v")).collect();
    lines.extend([("Stripe-Signature", "t=1,v1=0"); 2_000]);
    assert_eq!(
        found("/", &lines, "{}"),
        "stripe",
        "a repeated header is one header"
    );
}

proptest! {
    #[test]
    fn nothing_that_comes_makes_a_rule_panic(
        method in "[A-Z]{0,7}",
        target in ".{0,60}",
        lines in prop::collection::vec(("(Content-Type|Authorization|X-Hub-Signature|ce-id|[ -~]{0,12})", prop::collection::vec(any::<u8>(), 0..40)), 0..8),
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "[\\[{\"a-z:,.0-9}\\]\\\\]{0,200}".prop_map(String::into_bytes),
        ],
    ) {
        let headers: Vec<Header> =
            lines.into_iter().map(|(name, value)| Header { name: name.into(), value: value.into() }).collect();
        let facts = Facts::new(&method, &target, &headers, &body);
        let catalogue = Catalogue::embedded().unwrap();
        let _ = catalogue.detect(&facts);
        for provider in catalogue.all() {
            let _ = (provider.event(&facts), provider.delivery_key(&facts));
            let _ = provider.handshake(&facts, &[], &BTreeMap::new());
        }
    }
}
