//! The senders of the main path, one by one: what a developer sees of their samples.

use std::collections::BTreeMap;

use hookbench_signature::{Micros, Secret, Verdict, check};
use ring::hmac;

use super::super::*;
use super::files::{NOW, dice};
use crate::model::Header;

struct Seen {
    request: RenderedRequest,
    detected: Detected,
    event: Option<String>,
    key: Option<String>,
    verdict: Option<Verdict>,
}

fn see(provider: &str, sample: &str, secret: &str, parameters: &[(&str, &str)]) -> Seen {
    let catalogue = Catalogue::embedded().unwrap();
    let provider = catalogue.get(provider).unwrap();
    let parameters: BTreeMap<String, String> = parameters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let secret = Secret::new("test", secret);
    let url = "http://127.0.0.1:4665/here";
    let setting = SampleSetting {
        now: NOW,
        url,
        secret: Some(&secret),
        parameters: &parameters,
    };
    let request = provider.render_sample(sample, &setting, dice()).unwrap();
    assert_eq!(request.target, "/here", "it goes where it is sent");
    let facts = Facts::new(&request.method, &request.target, &request.headers, &request.body);
    let verdict = provider.scheme(&parameters).ok().flatten().map(|scheme| {
        check(
            &scheme,
            &facts.message(Some(url), Some(Micros(NOW.as_micros()))),
            &[secret],
        )
        .verdict
    });
    Seen {
        detected: catalogue.detect(&facts),
        event: provider.event_with(&facts, &parameters),
        key: provider.delivery_key_with(&facts, &parameters),
        verdict,
        request: request.clone(),
    }
}

impl Seen {
    fn header(&self, name: &str) -> Option<String> {
        let found = self
            .request
            .headers
            .iter()
            .find(|header: &&Header| header.is(name))?;
        Some(String::from_utf8(found.value.to_vec()).unwrap())
    }

    fn detected(&self) -> Option<&str> {
        self.detected.one()
    }
}

#[test]
fn trutac_signs_the_body_with_sha1_and_names_the_event_in_a_header() {
    let seen = see("trutac", "clocking", "trutac-secret", &[]);
    assert_eq!(seen.detected(), Some("trutac"), "its header is its own");
    assert_eq!(
        seen.event.as_deref(),
        Some("clocking.created"),
        "header and action"
    );
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"trutac-secret");
    let signature = format!("sha1={}", hex::encode(hmac::sign(&key, &seen.request.body)));
    assert_eq!(
        seen.header("tt-hook-signature"),
        Some(signature),
        "HMAC-SHA1 of the bytes that are sent"
    );
    assert_eq!(seen.verdict, Some(Verdict::Valid), "and it holds");
    let again = see("trutac", "clocking", "trutac-secret", &[]);
    assert_eq!(seen.key, again.key, "the same bytes are the same delivery");
    assert_ne!(
        seen.key,
        see("trutac", "checksheet", "trutac-secret", &[]).key,
        "other bytes are another"
    );
    assert_eq!(
        see("trutac", "ping", "trutac-secret", &[]).event.as_deref(),
        Some("ping"),
        "a ping is a ping"
    );
}

#[test]
fn tracktik_sends_the_secret_in_a_header_that_the_person_names() {
    let chosen = [
        ("header", "X-Guard-Secret"),
        ("event", "entity:employees:created"),
    ];
    let seen = see("tracktik", "employee-created", "B2C60113ECB7", &chosen);
    assert_eq!(
        seen.header("X-Guard-Secret").as_deref(),
        Some("B2C60113ECB7"),
        "as it is, under that name"
    );
    assert_eq!(
        seen.event.as_deref(),
        Some("entity:employees:created"),
        "the subscription's event"
    );
    assert_eq!(seen.verdict, Some(Verdict::Valid), "the token is the right one");
    assert_eq!(
        seen.detected(),
        None,
        "a name of one's own says nothing about the sender"
    );
    let usual = see("tracktik", "employee-created", "B2C60113ECB7", &[]);
    assert_eq!(
        usual.detected(),
        Some("tracktik"),
        "the name in the documentation does"
    );
    assert_eq!(
        usual.event, None,
        "without a choice the request does not say what happened"
    );
}

#[test]
fn trackunit_delivers_through_svix() {
    let seen = see("trackunit", "alert-on", "whsec_plJ3nmyCDGBKInavdOK15jsl", &[]);
    assert_eq!(
        seen.detected(),
        Some("trackunit"),
        "told apart from other Svix senders by the event"
    );
    assert_eq!(seen.event.as_deref(), Some("alerts.asset.on"), "from the body");
    assert_eq!(seen.key, seen.header("svix-id"), "the id that repetitions share");
    assert!(
        seen.header("svix-signature").unwrap().starts_with("v1,"),
        "in the form of Svix"
    );
    assert_eq!(seen.verdict, Some(Verdict::Valid), "and it holds");
}

#[test]
fn trakrf_is_unsigned_until_the_person_fills_in_what_was_announced() {
    let seen = see("trakrf", "asset-moved", "secret", &[]);
    assert_eq!(
        seen.detected(),
        Some("trakrf"),
        "by the announced name of the event"
    );
    assert_eq!(seen.event.as_deref(), Some("asset.moved"), "from the body");
    assert_eq!(
        seen.request.signing,
        Signing::NotSigned("`header` has not been chosen".into()),
        "nothing to sign by"
    );
    assert_eq!(
        (seen.verdict, seen.key),
        (None, None),
        "and nothing to check or to compare"
    );
    let chosen = [
        ("header", "X-TrakRF-Signature"),
        ("prefix", "sha256="),
        ("id_path", "id"),
    ];
    let seen = see("trakrf", "asset-moved", "secret", &chosen);
    assert!(
        seen.header("X-TrakRF-Signature").unwrap().starts_with("sha256="),
        "signed as chosen"
    );
    assert_eq!(seen.verdict, Some(Verdict::Valid), "and checked as chosen");
    assert!(
        seen.key.unwrap().starts_with("evt_"),
        "the id stands where the person says"
    );
}

#[test]
fn github_names_event_and_delivery_in_headers() {
    let push = see("github", "push", "It's a Secret to Everybody", &[]);
    assert_eq!(
        (push.detected(), push.event.as_deref()),
        (Some("github"), Some("push")),
        "no action, no dot"
    );
    assert_eq!(
        push.key,
        push.header("X-GitHub-Delivery"),
        "the delivery's own id"
    );
    assert_eq!(push.verdict, Some(Verdict::Valid), "and it holds");
    assert!(
        (2_000..4_000).contains(&push.request.body.len()),
        "as long as a real one: {}",
        push.request.body.len()
    );
    let issues = see("github", "issues.opened", "secret", &[]);
    assert_eq!(issues.event.as_deref(), Some("issues.opened"), "event and action");
}

#[test]
fn stripe_names_event_and_delivery_in_the_body() {
    let paid = see("stripe", "invoice.paid", "whsec_test_secret", &[]);
    assert_eq!(
        (paid.detected(), paid.event.as_deref()),
        (Some("stripe"), Some("invoice.paid")),
        "from the body"
    );
    assert!(paid.key.unwrap().starts_with("evt_"), "the event's id");
    assert_eq!(paid.verdict, Some(Verdict::Valid), "and it holds");
}
