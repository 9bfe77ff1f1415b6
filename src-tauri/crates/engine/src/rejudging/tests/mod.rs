//! Histories that are longer than one look at them.

use std::net::SocketAddr;

use bytes::Bytes;
use hookbench_signature::Verdict;
use secrecy::SecretString;
use sha2::Digest as _;

use super::*;
use crate::model::{
    Arrival, Body, EndpointId, Framing, HttpVersion, NewEndpoint, NewRequest, RawHead, Timestamp,
};
use crate::options::Options;
use crate::provider::SampleSetting;
use crate::secrets::Preference;
use crate::store::Indexing;

const SECRET: &str = "It's a Secret to Everybody";

fn options(folder: &std::path::Path) -> Options {
    let mut options = Options {
        secrets: Preference::Files,
        ..Options::at(Some(folder.to_owned()))
    };
    options.store.indexing = Indexing::Off;
    options
}

async fn open(folder: &std::path::Path) -> Engine {
    let engine = Engine::open(options(folder)).await.unwrap();
    let mut ready = engine.core.ready.subscribe();
    ready.wait_for(|ready| *ready).await.unwrap();
    engine
}

/// A push of GitHub's to `/github`, signed with [`SECRET`], as it was kept without a secret.
fn push(engine: &Engine, endpoint: EndpointId) -> NewRequest {
    let setting = SampleSetting {
        now: Timestamp::from_micros(1_795_176_251_482_001),
        url: "http://localhost/github",
        secret: Some(&hookbench_signature::Secret::new("test", SECRET)),
        parameters: &std::collections::BTreeMap::new(),
    };
    let catalogue = engine.catalogue();
    let provider = catalogue.get("github").unwrap();
    let sample = provider
        .render_sample("push", &setting, |bytes| bytes.fill(7))
        .unwrap();
    let mut head = format!("POST {} HTTP/1.1\r\nHost: h\r\n", sample.target).into_bytes();
    for header in &sample.headers {
        head.extend_from_slice(&header.name);
        head.extend_from_slice(b": ");
        head.extend_from_slice(&header.value);
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    NewRequest {
        forwards: Vec::new(),
        id: RequestId::generate(),
        arrival: Arrival {
            received_at: setting.now,
            took_micros: 1,
            peer: SocketAddr::from(([127, 0, 0, 1], 4)),
            head: RawHead::new(Bytes::from(head)),
            version: HttpVersion::Http11,
            body_sha256: sha2::Sha256::digest(&sample.body).into(),
            framing: Framing::default(),
            body: Body::Memory(sample.body),
            state: State::Complete,
            reason: None,
        },
        recognition: Recognition {
            endpoint: Some(endpoint),
            endpoint_path: Some("/github".to_owned()),
            provider: Some("github".to_owned()),
            verdict: Verdict::NoSecret,
            ..Recognition::unknown()
        },
        answered: Some(200),
        reply: None,
        imported: None,
    }
}

/// A history of `count` pushes in a folder of its own, and the endpoint they came to.
async fn history(count: usize) -> (tempfile::TempDir, Engine, EndpointId) {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path()).await;
    let new = NewEndpoint {
        provider: Some("github".to_owned()),
        ..NewEndpoint::at("/github")
    };
    let endpoint = engine.add_endpoint(new).await.unwrap().id;
    engine.settled().await;
    let one = push(&engine, endpoint);
    for _ in 0..count.div_ceil(200) {
        let some = (0..200).map(|_| {
            engine.core.store.insert_request(NewRequest {
                id: RequestId::generate(),
                ..one.clone()
            })
        });
        for kept in futures_util::future::join_all(some).await {
            kept.unwrap();
        }
    }
    (folder, engine, endpoint)
}

async fn set_secret(engine: &Engine, endpoint: EndpointId, value: &str) {
    let value = SecretString::from(value.to_owned());
    engine.set_secret(endpoint, "test", value).await.unwrap();
}

async fn valid(engine: &Engine) -> u64 {
    let verdicts = engine.core.store.counts(TallyKind::Verdict).await.unwrap();
    verdicts
        .iter()
        .find(|count| count.value == "valid")
        .map_or(0, |count| count.requests)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_history_is_judged_again_while_requests_are_kept() {
    const COUNT: u64 = 20_000;
    let (_folder, engine, endpoint) = history(COUNT as usize).await;
    let mut feed = engine.changes().subscribe();
    set_secret(&engine, endpoint, SECRET).await;
    assert_eq!(
        engine.recheck(),
        Some(Recheck {
            done: 0,
            total: COUNT
        }),
        "it has begun"
    );
    // What is kept meanwhile waits for a step at the most.
    let mut longest = std::time::Duration::ZERO;
    let (mut kept, mut between) = (0, 0);
    while let Some(progress) = engine.recheck() {
        between += usize::from(progress.done > 0 && progress.done < COUNT);
        let before = std::time::Instant::now();
        engine
            .core
            .store
            .insert_request(push(&engine, endpoint))
            .await
            .unwrap();
        longest = longest.max(before.elapsed());
        kept += 1;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    engine.settled().await;
    println!("{kept} requests were kept meanwhile, the slowest in {longest:?}");
    assert!(between > 0, "it goes step by step");
    assert!(
        valid(&engine).await >= COUNT,
        "all of it is judged again, not only the newest"
    );
    let batch = feed.next().await;
    assert!(batch.recheck, "whoever watches is told");
    assert!(
        batch.counts && !batch.status,
        "that verdicts are others is no reason to read the settings again"
    );
    assert_eq!(
        engine.core.store.setting(MARK).await.unwrap(),
        None,
        "nothing is left to be done at the next start"
    );
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_end_of_a_program_interrupts_goes_on_with_the_next() {
    let (folder, engine, endpoint) = history(3_000).await;
    set_secret(&engine, endpoint, SECRET).await;
    engine.shut_down().await;
    let engine = open(folder.path()).await;
    let before = valid(&engine).await;
    assert!(
        before < 3_000,
        "the first program did not come to the end: {before}"
    );
    assert_eq!(
        engine.recheck(),
        None,
        "a program that only looks leaves it alone"
    );
    resume(&engine.core).await;
    engine.settled().await;
    assert_eq!(valid(&engine).await, 3_000, "the second one did");
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_change_takes_over_and_its_verdicts_count() {
    let (_folder, engine, endpoint) = history(2_000).await;
    set_secret(&engine, endpoint, SECRET).await;
    set_secret(&engine, endpoint, "another").await;
    set_secret(&engine, endpoint, SECRET).await;
    engine.add_endpoint(NewEndpoint::at("/elsewhere")).await.unwrap();
    engine.settled().await;
    assert_eq!(
        valid(&engine).await,
        2_000,
        "the last secret counts for every request, whatever was under way"
    );
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_cancelled_leaves_nothing_behind() {
    let (_folder, engine, endpoint) = history(2_000).await;
    set_secret(&engine, endpoint, SECRET).await;
    engine.cancel_recheck().await.unwrap();
    assert_eq!(engine.recheck(), None, "nothing is under way");
    let judged = valid(&engine).await;
    resume(&engine.core).await;
    engine.settled().await;
    assert_eq!(valid(&engine).await, judged, "and nothing is taken up again");
    engine.shut_down().await;
}

#[test]
fn a_change_touches_what_came_to_its_endpoint() {
    let endpoint = |path: &str, provider: Option<&str>| Endpoint {
        public_url: None,
        tolerance: crate::model::Tolerance::default(),
        id: EndpointId::from_bytes([path.len() as u8; 16]),
        path: path.to_owned(),
        provider: provider.map(str::to_owned),
        parameters: std::collections::BTreeMap::new(),
        answers_handshakes: true,
        created_at: Timestamp::from_micros(0),
        secrets: Vec::new(),
    };
    let before = [endpoint("/a", None), endpoint("/bb", None)];
    let pinned = [endpoint("/a", Some("github")), endpoint("/bb", None)];
    let scope = Scope::between(&before, &pinned);
    assert!(
        !scope.everything && scope.paths.contains("/a") && scope.paths.len() == 1,
        "only its own: {scope:?}"
    );
    assert!(
        Scope::between(&before, &before[..1]).everything,
        "what came to one that is gone may belong to another"
    );
    assert!(
        Scope::between(&before, &before).is_empty(),
        "nothing changed, nothing is judged"
    );
}
