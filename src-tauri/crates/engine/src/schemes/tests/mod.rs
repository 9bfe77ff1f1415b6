//! Schemes of one's own: kept, refused, used and removed; and senders that nobody has described.

use hookbench_signature::{Algorithm, Draft, Scheme, Signature, sign};

use std::sync::Arc;

use hookbench_signature::{Micros, Secret, Verdict};

use super::*;
use crate::capture_for_tests::{Bench, bench};
use crate::error::Kind;
use crate::examining::Searching;
use crate::model::{EndpointId, RequestId};
use crate::provider::BLANK;
use crate::store::DiscardId;

const ACME: &str = r#"id = "acme"
name = "Acme"
evidence = "D"

[[detect]]
when = ["header:Acme-Signature"]

[event]
from = ["{json:type}"]

[scheme]
algorithm = "hmac-sha1"
signature = { from = "header:Acme-Signature" }
"#;

fn signed(scheme: &Scheme, body: &str) -> Vec<(String, String)> {
    let draft = Draft {
        method: "POST",
        target: "/in",
        url: None,
        headers: &[],
        body: body.as_bytes(),
    };
    let at = Micros::from_seconds(1_795_176_251);
    sign(scheme, &draft, &Secret::new("s", "s3cret"), at, None)
        .unwrap()
        .headers
}

/// A bench with the scheme and an endpoint that is pinned to it.
async fn with_acme() -> (Bench, EndpointId) {
    let bench = bench().await;
    bench.engine.save_own_scheme(ACME, None).await.unwrap();
    let endpoint = bench.endpoint("/in", "acme", &["s3cret"]).await;
    (bench, endpoint)
}

#[tokio::test]
async fn an_own_scheme_recognises_and_checks_at_once() {
    let bench = bench().await;
    bench.endpoint_without_provider("/in", &["s3cret"]).await;
    let provider = Provider::read("acme", ACME).unwrap();
    let headers = signed(provider.scheme.as_ref().unwrap(), r#"{"type":"paid"}"#);
    let before = bench.post("/in", &headers, r#"{"type":"paid"}"#).await;
    assert_eq!(
        bench.verdict(before).await,
        Verdict::Unknown,
        "nobody knows Acme yet"
    );
    bench.engine.save_own_scheme(ACME, None).await.unwrap();
    assert_eq!(
        bench.verdict(before).await,
        Verdict::Valid,
        "what was captured is judged again"
    );
    let after = bench.post("/in", &headers, r#"{"type":"paid"}"#).await;
    let known = bench.engine.request(after).await.unwrap().summary.recognition;
    assert_eq!(
        known.provider.as_deref(),
        Some("acme"),
        "and what comes is recognised"
    );
    assert_eq!(known.event.as_deref(), Some("paid"), "with its event");
    bench.engine.remove_own_scheme("acme").await.unwrap();
    assert_eq!(
        bench.verdict(before).await,
        Verdict::Unknown,
        "nobody knows it again"
    );
}

#[tokio::test]
async fn what_comes_with_the_program_is_never_replaced() {
    let bench = bench().await;
    let stolen = ACME.replace("\"acme\"", "\"stripe\"");
    let refused = bench.engine.save_own_scheme(&stolen, None).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::BadInput, "{refused}");
    assert!(refused.to_string().contains("`stripe`"), "it is named: {refused}");
    bench.engine.save_own_scheme(ACME, None).await.unwrap();
    assert!(
        bench.engine.save_own_scheme(ACME, None).await.is_err(),
        "nor an own one by accident"
    );
    bench.engine.save_own_scheme(ACME, Some("acme")).await.unwrap();
}

#[tokio::test]
async fn a_bad_file_is_refused_with_its_line() {
    let bench = bench().await;
    let bad = ACME.replace("hmac-sha1", "hmac-rot13");
    let refused = bench
        .engine
        .save_own_scheme(&bad, None)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("line 12"), "where: {refused}");
    assert!(refused.contains("hmac-rot13"), "and what: {refused}");
}

#[tokio::test]
async fn endpoints_follow_a_new_id_and_are_freed_when_it_goes() {
    let (bench, endpoint) = with_acme().await;
    let renamed = ACME.replace("\"acme\"", "\"acme-2\"");
    let kept = bench
        .engine
        .save_own_scheme(&renamed, Some("acme"))
        .await
        .unwrap();
    assert_eq!(kept.used_by, ["/in"], "the endpoint followed");
    assert_eq!(
        bench.engine.own_schemes().await.unwrap().len(),
        1,
        "the old id is gone"
    );
    assert_eq!(
        bench.engine.remove_own_scheme("acme-2").await.unwrap(),
        ["/in"],
        "who used it is named"
    );
    let freed = bench.engine.find_endpoint(&endpoint.to_string()).await.unwrap();
    assert_eq!(freed.provider, None, "and recognises by itself");
}

#[tokio::test]
async fn a_scheme_is_tried_without_being_kept() {
    let bench = bench().await;
    let provider = Provider::read("acme", ACME).unwrap();
    let mut last = None;
    for number in 0..4 {
        let body = format!(r#"{{"type":"n{number}"}}"#);
        let headers = signed(
            provider.scheme.as_ref().unwrap(),
            if number == 0 { "other" } else { &body },
        );
        last = Some(bench.post("/in", &headers, &body).await);
    }
    let (id, secrets) = (last.unwrap(), TrialSecrets::Typed(Secret::new("typed", "s3cret")));
    let tried = bench.engine.try_scheme(ACME, id, secrets.clone()).await.unwrap();
    assert_eq!(tried.report.verdict, Verdict::Valid, "{}", tried.report.sentence);
    assert_eq!(
        (tried.event.as_deref(), tried.recognised),
        (Some("n3"), true),
        "all of it is tried"
    );
    let on = bench.engine.try_scheme_on(ACME, id, secrets, None).await.unwrap();
    assert_eq!(
        (on.valid, on.of, on.others.len(), on.next),
        (3, 4, 1, None),
        "three of four hold, and nothing is left to try"
    );
    let newest = bench.engine.request(id).await.unwrap().summary.sequence;
    let typed = TrialSecrets::Typed(Secret::new("typed", "s3cret"));
    let rest = bench
        .engine
        .try_scheme_on(ACME, id, typed, Some(newest))
        .await
        .unwrap();
    assert_eq!(
        (rest.valid, rest.of),
        (2, 3),
        "a step goes on where another ended"
    );
    bench.endpoint_without_provider("/elsewhere", &["s3cret"]).await;
    let endpoints = bench.engine.endpoints().await.unwrap();
    let stored = TrialSecrets::Stored(endpoints[0].secrets[0].id);
    let tried = bench.engine.try_scheme(ACME, id, stored).await.unwrap();
    assert_eq!(
        tried.report.verdict,
        Verdict::Valid,
        "a secret of another endpoint can be tried"
    );
    let none = bench
        .engine
        .try_scheme(ACME, id, TrialSecrets::OfEndpoint)
        .await
        .unwrap();
    assert_eq!(
        none.report.verdict,
        Verdict::NoSecret,
        "its own endpoint has none"
    );
    assert!(
        bench.engine.own_schemes().await.unwrap().is_empty(),
        "nothing is kept"
    );
}

#[tokio::test]
async fn every_provider_can_be_copied_and_the_copy_kept() {
    let bench = bench().await;
    for id in ["stripe", "trakrf", "tracktik", "adyen", "twilio", "sns"] {
        let catalogue = bench.engine.catalogue();
        if catalogue.get(id).is_none() {
            continue;
        }
        let copy = bench.engine.copy_of_provider(id).await.unwrap();
        let kept = bench.engine.save_own_scheme(&copy, None).await.unwrap();
        assert_eq!(kept.id, format!("{id}-own"), "under an id of its own");
        assert!(kept.fault.is_none(), "and it can be read");
    }
}

#[tokio::test]
async fn a_form_changes_what_it_shows_and_nothing_else() {
    let bench = bench().await;
    let copy = bench.engine.copy_of_provider("github").await.unwrap();
    let mut form = bench.engine.read_scheme(&copy).unwrap().form.unwrap();
    form.prefix = "sig=".to_owned();
    let filled = bench.engine.write_scheme(&copy, &form).unwrap();
    assert_eq!(filled.fault, None, "nothing is wrong with it");
    let (before, after) = (
        Provider::read("a", &copy).unwrap(),
        Provider::read("b", &filled.toml).unwrap(),
    );
    let ways = |provider: &Provider| provider.scheme.as_ref().unwrap().alternatives.clone();
    assert_eq!(ways(&before), ways(&after), "the other way to sign stays");
    assert_eq!(
        after.scheme.unwrap().signature.unwrap().prefix.as_deref(),
        Some("sig="),
        "the field is changed"
    );
    let untouched = bench.engine.read_scheme(BLANK).unwrap().form.unwrap();
    assert_eq!(
        bench.engine.write_scheme(BLANK, &untouched).unwrap().toml,
        BLANK,
        "what nobody changed stays as it was written"
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_draft_is_said_where_it_is() {
    let bench = bench().await;
    let bad = ACME.replace("hmac-sha1", "hmac-rot13");
    let fault = bench.engine.read_scheme(&bad).unwrap().fault.unwrap();
    assert_eq!(fault.line, Some(12), "{fault:?}");
    assert!(fault.message.contains("hmac-rot13"), "and what: {fault:?}");
    let mut form = bench.engine.read_scheme(ACME).unwrap().form.unwrap();
    form.content = "{bodi}".to_owned();
    let wrong = bench.engine.write_scheme(ACME, &form).unwrap();
    assert_eq!(wrong.fault.unwrap().field, Some("content"), "the field is named");
    assert_eq!(wrong.toml, ACME, "and the file is as it was");
    form.content = "{body}".to_owned();
    form.id = "stripe".to_owned();
    let taken = bench.engine.write_scheme(ACME, &form).unwrap().fault.unwrap();
    assert_eq!(taken.field, Some("id"), "{taken:?}");
    assert!(taken.message.contains("`stripe`"), "{taken:?}");
}

#[tokio::test]
async fn describing_a_sender_begins_with_what_its_request_looks_like() {
    let bench = bench().await;
    let provider = Provider::read("acme", ACME).unwrap();
    let body = r#"{"type":"paid","id":"e1","data":{"a.b":1}}"#;
    let mut headers = signed(provider.scheme.as_ref().unwrap(), body);
    headers.push(("X-Acme-Delivery".to_owned(), "d1".to_owned()));
    let id = bench.post("/hooks/acme?k=v", &headers, body).await;
    let toml = bench.engine.scheme_like(id).await.unwrap();
    let form = bench.engine.read_scheme(&toml).unwrap().form.unwrap();
    assert_eq!(form.id, "hooks-acme-own", "named after the path");
    assert_eq!(
        (form.places.as_str(), form.algorithm.as_str()),
        ("header:Acme-Signature", "hmac-sha1"),
        "by name and length"
    );
    assert_eq!(form.detect, "header:Acme-Signature", "which says whose it is");
    assert_eq!(
        (form.event.as_str(), form.delivery_id.as_str()),
        ("{json:type}", "{header:X-Acme-Delivery}"),
        "what it is about"
    );
    let typed = TrialSecrets::Typed(Secret::new("typed", "s3cret"));
    let tried = bench.engine.try_scheme(&toml, id, typed).await.unwrap();
    assert_eq!(tried.report.verdict, Verdict::Valid, "{}", tried.report.sentence);
    let places = bench.engine.places_of(id).await.unwrap();
    for place in ["header:Acme-Signature", "query:k", "json:type", "json:data.a\\.b"] {
        assert!(
            places.iter().any(|one| one == place),
            "`{place}` can be chosen: {places:?}"
        );
    }
}

#[tokio::test]
async fn the_scheme_of_an_unknown_sender_is_found_confirmed_and_kept() {
    let bench = bench().await;
    let mut scheme = Scheme::new(Algorithm::HmacSha256, Signature::header("X-Quux-Proof"));
    scheme.signature.as_mut().unwrap().prefix = Some("v9=".to_owned());
    let filler = "x".repeat(10 * 1024);
    let mut last = None;
    for number in 0..3 {
        let body = format!(r#"{{"n":{number},"filler":"{filler}"}}"#);
        last = Some(bench.post("/in", &signed(&scheme, &body), &body).await);
    }
    let id = last.unwrap();
    let secret = Secret::new("pasted", "s3cret");
    let searching = Arc::new(Searching::default());
    let found = bench
        .engine
        .discover_for(id, vec![secret], Arc::clone(&searching))
        .await
        .unwrap();
    assert_eq!((found[0].confirmed, found[0].of), (3, 3), "{}", found[0].title);
    // Each step is sixteen computations; an HMAC of 10 KiB takes some 20 µs, so this is far below two seconds.
    assert!(searching.steps() < 600, "{} steps", searching.steps());
    let toml = bench.engine.scheme_file(id, &found[0]).await.unwrap();
    let value = secrecy::SecretString::from("s3cret");
    let done = bench
        .engine
        .adopt_scheme(id, &toml, None, Some(value))
        .await
        .unwrap();
    assert_eq!(bench.verdict(id).await, Verdict::Valid, "{}", done.done);
    bench.engine.undo_remedy(done.undo).await.unwrap();
    assert!(
        bench.engine.endpoints().await.unwrap().is_empty(),
        "nothing is left"
    );
    let stopped = Arc::new(Searching::default());
    stopped.stop();
    let secrets = vec![Secret::new("pasted", "s3cret")];
    assert!(
        bench.engine.discover_for(id, secrets, stopped).await.is_ok(),
        "a stop is no failure"
    );
}

#[tokio::test]
async fn a_scheme_that_was_removed_comes_back_with_the_endpoints_that_used_it() {
    let (bench, _) = with_acme().await;
    let removed = bench.engine.drop_own_scheme("acme").await.unwrap();
    assert!(
        removed.done.contains("`/in`"),
        "who used it is named: {}",
        removed.done
    );
    assert!(bench.engine.own_schemes().await.unwrap().is_empty(), "it is gone");
    bench.engine.undo_remedy(removed.undo).await.unwrap();
    let back = bench.engine.own_schemes().await.unwrap();
    assert_eq!(back[0].toml, ACME, "as it was written");
    assert_eq!(back[0].used_by, ["/in"], "and used as before");
    let again = bench.engine.drop_own_scheme("acme").await.unwrap();
    let other = ACME.replace("Acme", "Another");
    bench.engine.save_own_scheme(&other, None).await.unwrap();
    let refused = bench.engine.undo_remedy(again.undo).await.unwrap_err();
    assert_eq!(
        refused.kind(),
        Kind::BadInput,
        "what came in its place is not lost: {refused}"
    );
    assert_eq!(bench.engine.own_schemes().await.unwrap()[0].toml, other);
}

/// The provider of an endpoint that was removed while its scheme was changed, once it is brought back.
async fn brought_back(bench: &Bench, id: EndpointId, discard: DiscardId) -> Option<String> {
    bench.engine.bring_back(discard).await.unwrap();
    let back = bench.engine.find_endpoint(&id.to_string()).await.unwrap();
    // What is pinned to nothing that is known cannot be saved.
    bench.engine.update_endpoint(id, back.form()).await.unwrap();
    back.provider
}

#[tokio::test]
async fn an_endpoint_that_is_away_follows_its_scheme() {
    let (bench, id) = with_acme().await;
    let engine = &bench.engine;
    let discard = engine.discard_endpoint(id).await.unwrap();
    let renamed = ACME.replace("\"acme\"", "\"acme-2\"");
    engine.save_own_scheme(&renamed, Some("acme")).await.unwrap();
    assert_eq!(
        brought_back(&bench, id, discard).await.as_deref(),
        Some("acme-2"),
        "under its new name"
    );
    let discard = engine.discard_endpoint(id).await.unwrap();
    engine.remove_own_scheme("acme-2").await.unwrap();
    assert_eq!(
        brought_back(&bench, id, discard).await,
        None,
        "and is freed with it"
    );
}

#[tokio::test]
async fn an_endpoint_and_its_scheme_come_back_together_in_whichever_order() {
    for endpoint_goes_first in [true, false] {
        for endpoint_comes_first in [true, false] {
            let (bench, id) = with_acme().await;
            let engine = &bench.engine;
            let before = engine.endpoints().await.unwrap();
            let (discard, dropped) = if endpoint_goes_first {
                let discard = engine.discard_endpoint(id).await.unwrap();
                (discard, engine.drop_own_scheme("acme").await.unwrap())
            } else {
                let dropped = engine.drop_own_scheme("acme").await.unwrap();
                (engine.discard_endpoint(id).await.unwrap(), dropped)
            };
            if endpoint_comes_first {
                assert_eq!(brought_back(&bench, id, discard).await, None, "nothing is there");
                engine.undo_remedy(dropped.undo).await.unwrap();
            } else {
                engine.undo_remedy(dropped.undo).await.unwrap();
                engine.bring_back(discard).await.unwrap();
            }
            assert_eq!(
                engine.endpoints().await.unwrap(),
                before,
                "as it was: {endpoint_goes_first} {endpoint_comes_first}"
            );
        }
    }
}

#[tokio::test]
async fn an_endpoint_that_got_another_provider_meanwhile_keeps_it() {
    let (bench, id) = with_acme().await;
    let engine = &bench.engine;
    let dropped = engine.drop_own_scheme("acme").await.unwrap();
    let mut form = engine.endpoints().await.unwrap()[0].form();
    form.provider = Some("github".to_owned());
    engine.update_endpoint(id, form).await.unwrap();
    engine.undo_remedy(dropped.undo).await.unwrap();
    let endpoints = engine.endpoints().await.unwrap();
    assert_eq!(
        endpoints[0].provider.as_deref(),
        Some("github"),
        "what was chosen since stays"
    );
}

#[tokio::test]
async fn an_own_scheme_that_is_changed_for_an_endpoint_can_be_had_back() {
    let bench = bench().await;
    bench.engine.save_own_scheme(ACME, None).await.unwrap();
    bench.endpoint_without_provider("/in", &["s3cret"]).await;
    let provider = Provider::read("acme", ACME).unwrap();
    let headers = signed(provider.scheme.as_ref().unwrap(), "{}");
    let id = bench.post("/in", &headers, "{}").await;
    let changed = ACME
        .replace("\"acme\"", "\"acme-2\"")
        .replace("hmac-sha1", "hmac-sha256");
    let done = bench
        .engine
        .adopt_scheme(id, &changed, Some("acme"), None)
        .await
        .unwrap();
    let own = bench.engine.own_schemes().await.unwrap();
    assert_eq!(
        (own.len(), own[0].id.as_str(), own[0].used_by.as_slice()),
        (1, "acme-2", &["/in".to_owned()][..]),
        "it takes the place of the old one"
    );
    assert_eq!(
        bench.verdict(id).await,
        Verdict::Invalid,
        "and is what is checked by"
    );
    bench.engine.undo_remedy(done.undo).await.unwrap();
    assert_eq!(bench.engine.own_schemes().await.unwrap()[0].toml, ACME);
    assert_eq!(bench.verdict(id).await, Verdict::Valid, "as before");
}

#[tokio::test]
async fn a_search_is_found_by_its_ticket_while_it_lasts() {
    let bench = bench().await;
    let first = bench.engine.begin_search("t");
    bench.engine.search("t").unwrap().stop();
    assert!(first.searching().is_stopped(), "it is the same search");
    let second = bench.engine.begin_search("t");
    drop(first);
    assert!(
        bench.engine.search("t").is_some(),
        "the end of one does not hide another"
    );
    drop(second);
    assert!(bench.engine.search("t").is_none(), "nothing is left of it");
}

#[tokio::test]
async fn a_request_that_is_gone_meanwhile_does_not_end_a_trial() {
    let bench = bench().await;
    let there = bench.post("/in", &[], "{}").await;
    let read = bench.engine.whole_if_there(there).await.unwrap();
    assert!(read.is_some(), "what is there is read");
    let gone = bench.engine.whole_if_there(RequestId::generate()).await.unwrap();
    assert!(gone.is_none(), "what is not there is passed over");
}
