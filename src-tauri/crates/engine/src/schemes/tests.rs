//! Schemes of one's own: kept, refused, used and removed; and senders that nobody has described.

use hookbench_signature::{Algorithm, Draft, Scheme, Signature, sign};

use super::*;
use crate::capture_for_tests::bench;
use crate::error::Kind;
use crate::examining::Searching;
use crate::provider::BLANK;

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
    let bench = bench().await;
    bench.engine.save_own_scheme(ACME, None).await.unwrap();
    let endpoint = bench.endpoint("/in", "acme", &["s3cret"]).await;
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
    let (id, secrets) = (last.unwrap(), vec![Secret::new("typed", "s3cret")]);
    let tried = bench.engine.try_scheme(ACME, id, secrets.clone()).await.unwrap();
    assert_eq!(tried.report.verdict, Verdict::Valid, "{}", tried.report.sentence);
    assert_eq!(
        (tried.event.as_deref(), tried.recognised),
        (Some("n3"), true),
        "all of it is tried"
    );
    let on = bench.engine.try_scheme_on_all(ACME, id, secrets).await.unwrap();
    assert_eq!(
        (on.valid, on.of, on.others.len()),
        (3, 4, 1),
        "three of four hold"
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
    let mut form = bench.engine.scheme_form(&copy).unwrap();
    form.prefix = "sig=".to_owned();
    let filled = bench.engine.fill_scheme(&copy, &form).unwrap();
    let (before, after) = (
        Provider::read("a", &copy).unwrap(),
        Provider::read("b", &filled).unwrap(),
    );
    let ways = |provider: &Provider| provider.scheme.as_ref().unwrap().alternatives.clone();
    assert_eq!(ways(&before), ways(&after), "the other way to sign stays");
    assert_eq!(
        after.scheme.unwrap().signature.unwrap().prefix.as_deref(),
        Some("sig="),
        "the field is changed"
    );
    assert_eq!(
        bench
            .engine
            .fill_scheme(BLANK, &bench.engine.scheme_form(BLANK).unwrap())
            .unwrap(),
        BLANK
    );
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
    let done = bench.engine.adopt_scheme(id, &toml, Some(value)).await.unwrap();
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
