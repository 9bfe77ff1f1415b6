//! What is removed comes back as it was, also after a restart; what is over is gone with the values of its secrets.

mod at_once;
mod forwards;
mod purging;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use hookbench_signature::Verdict;
use secrecy::SecretString;

use super::Stuck;
use crate::capture_for_tests::{Bench, bench, reopened};
use crate::clock::Clock;
use crate::model::{
    AnswerRule, EndpointId, FaultKind, FaultReach, ForwardRule, ForwardWay, HeaderRule, NewEndpoint,
    RequestId, Target, TargetId, TargetRules, Timestamp,
};
use crate::store::{DiscardId, Store, StoreOptions, UNDO_FOR};
use crate::{Engine, EngineError, Kind};

const BODY: &str = r#"{"a":1}"#;

/// All that is known of endpoints and targets, to be held against what comes back.
async fn told(engine: &Engine) -> String {
    let mut answers: Vec<_> = engine.answer_rules().await.unwrap().into_iter().collect();
    answers.sort_by_key(|(endpoint, _)| endpoint.to_string());
    format!(
        "{:#?}",
        (
            engine.endpoints().await.unwrap(),
            answers,
            engine.faults().await.unwrap(),
            engine.forwards().await.unwrap(),
            engine.mask_paths().await.unwrap(),
            engine.targets().await.unwrap(),
            engine.queues().await.unwrap(),
        )
    )
}

async fn target(engine: &Engine, name: &str) -> Target {
    let mut rules = TargetRules::default();
    rules.timeouts.total = Some(Duration::from_secs(7));
    engine
        .save_target(None, name, "http://127.0.0.1:9", rules)
        .await
        .unwrap()
}

fn forward(target: TargetId, way: ForwardWay) -> ForwardRule {
    ForwardRule {
        target,
        filter: "method:PUT".to_owned(),
        way,
        deadline: Duration::from_millis(600),
    }
}

/// An endpoint with everything that one can have.
async fn furnished(bench: &Bench) -> EndpointId {
    let engine = &bench.engine;
    let id = bench.endpoint("/github", "github", &["first", "second"]).await;
    // Replaced once, so that it has one that only explains.
    let value = SecretString::from("third");
    engine.set_secret(id, "secret 2", value).await.unwrap();
    let answer = AnswerRule {
        status: 202,
        headers: vec![("X-A".to_owned(), "é \"quoted\"".to_owned())],
        body: "{\"id\":\"{{id}}\"}\n\u{1f600}".to_owned(),
        delay: Duration::from_millis(3),
    };
    engine.set_answer(id, Some(answer)).await.unwrap();
    let dev = target(engine, "dev").await;
    let rules = vec![
        forward(dev.id, ForwardWay::Through),
        forward(dev.id, ForwardWay::AtOnce),
    ];
    engine.set_forwards(id, rules).await.unwrap();
    for (text, endpoint) in [("/card", Some(id)), ("/card", None), ("/name", Some(id))] {
        engine
            .add_mask_path(text.parse().unwrap(), endpoint)
            .await
            .unwrap();
    }
    let fault = (FaultKind::Fail { status: 503 }, FaultReach::Next(3));
    engine.set_fault(id, Some(fault)).await.unwrap();
    id
}

/// What GitHub signed with this secret and sent to this path.
async fn posted(bench: &Bench, path: &str, secret: &str) -> RequestId {
    let headers = bench.signed("github", secret, BODY, 0);
    bench.post(path, &headers, BODY).await
}

fn secrets_in(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("secrets")).map_or(0, Iterator::count)
}

/// Waits until no value of a secret is left.
async fn forgotten(bench: &Bench, why: &str) {
    tokio::time::timeout(Duration::from_secs(30), async {
        while secrets_in(bench.folder()) > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect(why);
}

fn kind_of<T: std::fmt::Debug>(result: Result<T, EngineError>) -> Kind {
    result.unwrap_err().kind()
}

#[tokio::test]
async fn an_endpoint_comes_back_with_all_it_had_and_what_came_to_it_is_valid_again() {
    let bench = bench().await;
    let id = bench.endpoint("/early", "github", &["first"]).await;
    let request = posted(&bench, "/early", "first").await;
    assert_eq!(bench.verdict(request).await, Verdict::Valid, "it holds");
    furnished(&bench).await;
    let endpoints = bench.engine.endpoints().await.unwrap();
    let before = told(&bench.engine).await;
    let secrets = secrets_in(bench.folder());
    let mut discards = Vec::new();
    for endpoint in &endpoints {
        discards.push(bench.engine.discard_endpoint(endpoint.id).await.unwrap());
    }
    assert_eq!(bench.engine.endpoints().await.unwrap(), [], "they are gone");
    assert_ne!(
        bench.verdict(request).await,
        Verdict::Valid,
        "nothing is checked with what was removed"
    );
    assert_eq!(
        bench.engine.forwards().await.unwrap(),
        [],
        "and nothing is forwarded"
    );
    for discard in discards {
        let back = bench.engine.bring_back(discard).await.unwrap();
        assert_eq!(
            (back.forwards_later, back.forwards_gone),
            (0, 0),
            "nothing is left out"
        );
    }
    assert_eq!(told(&bench.engine).await, before, "exactly as it was");
    assert_eq!(
        secrets_in(bench.folder()),
        secrets,
        "no value was written anew or lost"
    );
    assert_eq!(bench.verdict(request).await, Verdict::Valid, "it holds again");
    assert!(bench.engine.discards().await.unwrap().is_empty(), "it is done");
    assert_eq!(
        bench.engine.find_endpoint("/early").await.unwrap().id,
        id,
        "under its own id"
    );
}

#[tokio::test]
async fn a_restart_in_between_loses_nothing_but_the_fault() {
    let bench = bench().await;
    let id = furnished(&bench).await;
    bench.engine.set_fault(id, None).await.unwrap();
    let before = told(&bench.engine).await;
    let fault = (FaultKind::Close, FaultReach::All);
    bench.engine.set_fault(id, Some(fault)).await.unwrap();
    let discard = bench.engine.discard_endpoint(id).await.unwrap();
    let bench = reopened(bench, Clock::system()).await;
    let left = bench.engine.discards().await.unwrap();
    assert_eq!(left.len(), 1, "it is still offered");
    assert_eq!(left[0].0.name, "/github", "by its name");
    bench.engine.bring_back(discard).await.unwrap();
    assert_eq!(
        told(&bench.engine).await,
        before,
        "as it was; a fault ends with the program that it was ordered in"
    );
    // The values of its secrets were kept all the time.
    bench.engine.set_answer(id, None).await.unwrap();
    let request = posted(&bench, "/github", "third").await;
    assert_eq!(bench.verdict(request).await, Verdict::Valid, "with its secret");
}

#[tokio::test]
async fn after_ten_minutes_it_is_gone_for_good_with_the_values_of_its_secrets() {
    let bench = bench().await;
    let id = furnished(&bench).await;
    bench.engine.discard_endpoint(id).await.unwrap();
    assert_eq!(
        secrets_in(bench.folder()),
        3,
        "the values stay while it can be undone"
    );
    let now = Arc::new(AtomicI64::new(bench.engine.now().as_micros()));
    now.fetch_add(
        i64::try_from(UNDO_FOR.as_micros()).unwrap() - 2_000_000,
        Ordering::Relaxed,
    );
    let clock = {
        let now = Arc::clone(&now);
        Clock::from_fn(move || Timestamp::from_micros(now.load(Ordering::Relaxed)))
    };
    let bench = reopened(bench, clock.clone()).await;
    let mut stuck = Stuck::default();
    bench
        .engine
        .core
        .purge_once(&mut stuck, Instant::now())
        .await
        .unwrap();
    assert_eq!(secrets_in(bench.folder()), 3, "it is not over yet");
    now.fetch_add(3_000_000, Ordering::Relaxed);
    assert!(
        bench.engine.discards().await.unwrap().is_empty(),
        "it is offered no longer"
    );
    // At the next start, without anybody doing anything.
    let bench = reopened(bench, clock).await;
    forgotten(&bench, "the values are forgotten").await;
}

#[tokio::test]
async fn what_was_being_removed_for_good_does_not_come_back_without_its_secrets() {
    let bench = bench().await;
    let id = furnished(&bench).await;
    let discard = bench.engine.discard_endpoint(id).await.unwrap();
    // The program ends after it began.
    bench.engine.core.store.begin_purge(discard).await.unwrap();
    assert_eq!(
        kind_of(bench.engine.bring_back(discard).await),
        Kind::NotFound,
        "some of its values may be gone"
    );
    let bench = reopened(bench, Clock::system()).await;
    forgotten(&bench, "the next start goes on with it").await;
}

#[tokio::test]
async fn a_secret_comes_back_unless_another_one_has_its_name() {
    let bench = bench().await;
    let id = bench.endpoint("/github", "github", &["first"]).await;
    let request = posted(&bench, "/github", "first").await;
    let before = bench.engine.endpoints().await.unwrap();
    let secret = before[0].secrets[0].id;
    let discard = bench.engine.discard_secret(secret).await.unwrap();
    assert_eq!(bench.verdict(request).await, Verdict::NoSecret, "it is gone");
    let other = SecretString::from("other");
    let other = bench.engine.set_secret(id, "secret 1", other).await.unwrap();
    let refused = bench.engine.bring_back(discard).await.unwrap_err();
    assert!(
        refused.to_string().contains("already a secret `secret 1`"),
        "{refused}"
    );
    bench.engine.remove_secret(other.id).await.unwrap();
    bench.engine.bring_back(discard).await.unwrap();
    assert_eq!(
        bench.engine.endpoints().await.unwrap(),
        before,
        "exactly as it was"
    );
    assert_eq!(
        bench.verdict(request).await,
        Verdict::Valid,
        "and it checks again"
    );
    let discard = bench.engine.discard_secret(secret).await.unwrap();
    let endpoint = bench.engine.discard_endpoint(id).await.unwrap();
    assert_eq!(
        kind_of(bench.engine.bring_back(discard).await),
        Kind::BadInput,
        "its endpoint is not there"
    );
    bench.engine.bring_back(endpoint).await.unwrap();
    bench.engine.bring_back(discard).await.unwrap();
    assert_eq!(
        bench.engine.endpoints().await.unwrap(),
        before,
        "one after the other"
    );
}

#[tokio::test]
async fn what_belongs_to_nothing_any_more_says_so_and_what_can_be_done() {
    let bench = bench().await;
    let engine = &bench.engine;
    let id = bench.endpoint("/in", "github", &["first"]).await;
    let secret = engine.endpoints().await.unwrap()[0].secrets[0].id;
    let secret = engine.discard_secret(secret).await.unwrap();
    let dev = target(engine, "dev").await.id;
    let (queue, _) = engine.discard_queue(dev).await.unwrap();
    let away = engine.discard_target(dev).await.unwrap();
    let refused = engine.bring_back(queue).await.unwrap_err();
    assert!(
        refused.hint().unwrap().contains("bring that back first"),
        "it still can be: {refused}"
    );
    engine.bring_back(away).await.unwrap();
    engine.remove_target(dev).await.unwrap();
    engine.remove_endpoint(id).await.unwrap();
    for (discard, instead) in [(queue, "send it from there"), (secret, "another endpoint")] {
        let refused = engine.bring_back(discard).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::BadInput, "{refused}");
        assert!(refused.to_string().ends_with("is gone for good"), "{refused}");
        assert!(refused.hint().unwrap().contains(instead), "{:?}", refused.hint());
    }
}

#[tokio::test]
async fn a_name_that_was_taken_meanwhile_is_said_and_it_can_be_brought_back_later() {
    let bench = bench().await;
    let engine = &bench.engine;
    let id = bench.endpoint("/in", "github", &["first"]).await;
    let dev = target(engine, "dev").await;
    engine.save_filter("mine", "is:starred").await.unwrap();
    engine.save_filter("other", "is:cut").await.unwrap();
    let names = async || -> Vec<String> {
        let all = engine.saved_filters().await.unwrap();
        all.into_iter().map(|one| one.saved.name).collect()
    };
    let discards = [
        engine.discard_endpoint(id).await.unwrap(),
        engine.discard_target(dev.id).await.unwrap(),
        engine.discard_saved_filter("mine").await.unwrap(),
    ];
    let second = engine
        .add_endpoint(NewEndpoint::at("/in".to_owned()))
        .await
        .unwrap();
    let other = target(engine, "dev").await;
    engine.save_filter("mine", "is:duplicate").await.unwrap();
    for discard in discards {
        let refused = engine.bring_back(discard).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::BadInput, "{refused}");
        assert!(refused.hint().unwrap().contains("rename or remove"), "{refused}");
    }
    engine.remove_endpoint(second.id).await.unwrap();
    engine.remove_target(other.id).await.unwrap();
    engine.remove_saved_filter("mine").await.unwrap();
    for discard in discards {
        engine.bring_back(discard).await.unwrap();
    }
    assert_eq!(engine.targets().await.unwrap(), [dev], "with its rules");
    assert_eq!(names().await, ["mine", "other"], "at its place in the sidebar");
    assert_eq!(engine.endpoints().await.unwrap()[0].id, id, "the first one");
}

#[tokio::test]
async fn what_was_masked_at_an_endpoint_stays_masked_while_it_is_away() {
    let bench = bench().await;
    let id = furnished(&bench).await;
    let before = bench.engine.mask_paths().await.unwrap();
    let discard = bench.engine.discard_endpoint(id).await.unwrap();
    let meanwhile = bench.engine.mask_paths().await.unwrap();
    assert!(
        meanwhile.iter().all(|one| one.endpoint.is_none()) && meanwhile.len() == 2,
        "for all requests: {meanwhile:?}"
    );
    bench.engine.bring_back(discard).await.unwrap();
    assert_eq!(
        bench.engine.mask_paths().await.unwrap(),
        before,
        "for its own again"
    );
}

#[tokio::test]
async fn what_is_chosen_to_be_masked_for_all_meanwhile_stays_so_when_an_endpoint_comes_back() {
    let bench = bench().await;
    let engine = &bench.engine;
    let shop = bench.endpoint("/shop", "github", &[]).await;
    let other = bench.endpoint("/other", "github", &[]).await;
    let card: crate::MaskPath = "/card".parse().unwrap();
    engine.add_mask_path(card.clone(), Some(shop)).await.unwrap();
    let discard = engine.discard_endpoint(shop).await.unwrap();
    engine.add_mask_path(card.clone(), None).await.unwrap();
    engine.bring_back(discard).await.unwrap();
    let chosen = engine.mask_paths().await.unwrap();
    assert!(
        chosen.iter().any(|one| one.holds_for(Some(other))),
        "it was set for all: {chosen:?}"
    );
    engine.remove_mask_path(&card, None).await.unwrap();
    let left = engine.mask_paths().await.unwrap();
    assert!(
        left.len() == 1 && left[0].holds_for(Some(shop)) && !left[0].holds_for(Some(other)),
        "its own is its own as before: {left:?}"
    );
    // Taken away again while the endpoint is away, it leaves that one its own.
    let discard = engine.discard_endpoint(shop).await.unwrap();
    engine.add_mask_path(card.clone(), None).await.unwrap();
    engine.remove_mask_path(&card, None).await.unwrap();
    engine.bring_back(discard).await.unwrap();
    assert_eq!(engine.mask_paths().await.unwrap(), left, "and nothing for all");
}

#[tokio::test]
async fn all_that_waits_to_be_brought_back_can_be_removed_for_good() {
    let bench = bench().await;
    let id = furnished(&bench).await;
    bench.engine.discard_endpoint(id).await.unwrap();
    bench.engine.save_filter("mine", "is:starred").await.unwrap();
    bench.engine.discard_saved_filter("mine").await.unwrap();
    bench.engine.purge_discards().await.unwrap();
    assert!(bench.engine.discards().await.unwrap().is_empty(), "none is left");
    assert_eq!(secrets_in(bench.folder()), 0, "nor any value");
}

#[tokio::test]
async fn what_cannot_be_removed_for_good_keeps_no_other_from_it_and_is_tried_again() {
    let bench = bench().await;
    let id = furnished(&bench).await;
    let folder = bench.folder().join("secrets");
    let stuck: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let other = bench
        .engine
        .add_endpoint(NewEndpoint::at("/other"))
        .await
        .unwrap();
    let value = SecretString::from("of another");
    bench.engine.set_secret(other.id, "main", value).await.unwrap();
    // No file can be removed where a folder lies.
    for path in &stuck {
        std::fs::remove_file(path).unwrap();
        std::fs::create_dir(path).unwrap();
    }
    bench.engine.discard_endpoint(id).await.unwrap();
    bench.engine.discard_endpoint(other.id).await.unwrap();
    bench.engine.purge_discards().await.unwrap_err();
    assert_eq!(secrets_in(bench.folder()), stuck.len(), "the other one is gone");
    assert!(
        bench.engine.discards().await.unwrap().is_empty(),
        "and none of them is offered"
    );
    for path in &stuck {
        std::fs::remove_dir(path).unwrap();
        std::fs::write(path, "a value").unwrap();
    }
    bench.engine.purge_discards().await.unwrap();
    assert_eq!(
        secrets_in(bench.folder()),
        0,
        "it is gone on with when asked again"
    );
}

#[tokio::test]
async fn a_copy_of_the_file_holds_nothing_of_what_was_removed_and_forgets_no_value_of_it() {
    let bench = bench().await;
    let id = furnished(&bench).await;
    let discard = bench.engine.discard_endpoint(id).await.unwrap();
    let mut rules = TargetRules::default();
    rules.headers.push(HeaderRule::Replace {
        name: "Authorization".to_owned(),
        value: "Bearer of-the-rule".to_owned(),
    });
    let prod = bench
        .engine
        .save_target(None, "prod", "http://127.0.0.1:7", rules)
        .await;
    bench.engine.discard_target(prod.unwrap().id).await.unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("hookbench.db");
    bench.engine.core.store.backup(&copy).await.unwrap();
    let bytes = std::fs::read(&copy).unwrap();
    // The one is of a target's rules, the other of an endpoint's answer.
    for gone in ["of-the-rule", "{{id}}"] {
        assert!(
            !bytes.windows(gone.len()).any(|part| part == gone.as_bytes()),
            "`{gone}` is nowhere in its bytes"
        );
    }
    let store = Store::open(elsewhere.path(), StoreOptions::default())
        .await
        .unwrap();
    let over = store
        .discards_over(Timestamp::from_micros(i64::MAX))
        .await
        .unwrap();
    assert!(over.is_empty(), "the values are not the copy's: {over:?}");
    store.close().await;
    bench.engine.bring_back(discard).await.unwrap();
}
