//! What senders get, over real sockets from a real listener.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::model::{
    AnswerRule, AnswerSource, Endpoint, FaultKind, FaultReach, KeptAnswer, NewEndpoint, RequestSummary,
};
use crate::secrets::{Preference, SecretString};
use crate::store::StoreOptions;
use crate::{Engine, Listen, Options, PageQuery};

pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) address: String,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::open(tempfile::tempdir().unwrap()).await
    }

    pub(crate) async fn open(folder: tempfile::TempDir) -> Self {
        let engine = Engine::open(Options {
            secrets: Preference::Files,
            store: StoreOptions::default(),
            ..Options::at(Some(folder.path().to_owned()))
        })
        .await
        .unwrap();
        let any = Listen {
            port: Some(0),
            ..Listen::default()
        };
        let state = engine.listen(any).await.unwrap();
        let address = state.url.trim_start_matches("http://").to_owned();
        Self {
            engine,
            folder,
            address,
        }
    }

    pub(crate) async fn endpoint(&self, path: &str, provider: Option<&str>) -> Endpoint {
        self.engine
            .add_endpoint(NewEndpoint {
                public_url: None,
                tolerance: crate::model::Tolerance::default(),
                path: path.to_owned(),
                provider: provider.map(str::to_owned),
                parameters: Default::default(),
                answers_handshakes: true,
            })
            .await
            .unwrap()
    }

    /// All that comes back to a request until the connection ends.
    pub(crate) async fn send(&self, path: &str, headers: &str, body: &str) -> Vec<u8> {
        let wire = format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        let address = self.address.clone();
        tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(wire.as_bytes()).unwrap();
            let mut answer = Vec::new();
            // A connection that is broken off on purpose may end with an error; what came by then counts.
            let _ = stream.read_to_end(&mut answer);
            answer
        })
        .await
        .unwrap()
    }

    pub(crate) async fn status(&self, path: &str) -> u16 {
        status(&self.send(path, "", "{}").await)
    }

    /// The newest request with its answer, once that is written down.
    pub(crate) async fn newest(&self) -> (RequestSummary, KeptAnswer) {
        for _ in 0..2_000 {
            let first = async || {
                let page = self.engine.requests(&PageQuery::default()).await.unwrap();
                page.rows.into_iter().next()
            };
            if let Some(row) = first().await
                && let Some(answer) = self.engine.given_answer(row.id).await.unwrap()
            {
                // Read again: the row tells of its answer only once that is written down.
                return (first().await.unwrap_or(row), answer);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the answer was never written down");
    }
}

pub(crate) fn status(answer: &[u8]) -> u16 {
    std::str::from_utf8(answer.get(9..12).unwrap_or(b"0"))
        .unwrap()
        .parse()
        .unwrap()
}

fn rule(status: u16, body: &str) -> AnswerRule {
    AnswerRule {
        status,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: body.to_owned(),
        delay: Duration::ZERO,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_that_was_set_is_given_and_kept_as_it_went() {
    let bench = Bench::new().await;
    let endpoint = bench.endpoint("/in", None).await;
    let body = r#"{"got":"{{json:/n}}","id":"{{id}}","path":"{{path}}"}"#;
    bench
        .engine
        .set_answer(endpoint.id, Some(rule(202, body)))
        .await
        .unwrap();

    let came = bench.send("/in/x?y", "", r#"{"n":"{{id}} \" <"}"#).await;
    let (row, kept) = bench.newest().await;
    assert_eq!(
        kept.bytes.as_deref(),
        Some(&came[..]),
        "every byte that went, as it went"
    );
    assert_eq!(
        (row.answered, kept.source),
        (Some(202), AnswerSource::Set),
        "the row says whose it was"
    );
    assert!(
        kept.micros.is_some_and(|micros| micros > 0),
        "and how long it took"
    );
    let text = String::from_utf8(came).unwrap();
    let given: serde_json::Value = serde_json::from_str(text.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(
        given["got"], "{{id}} \" <",
        "captured data is put in and never evaluated"
    );
    assert_eq!(
        given["id"],
        row.id.to_string(),
        "the id is the one that the list shows"
    );
    assert_eq!(given["path"], "/in/x", "the path is that of the request");

    assert_eq!(
        bench.status("/other").await,
        200,
        "other paths are answered as usual"
    );
    let (_, usual) = bench.newest().await;
    assert_eq!(
        (usual.source, usual.bytes),
        (AnswerSource::Usual, None),
        "which costs no bytes"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_goes_before_the_answer_that_was_set_and_before_a_fault() {
    let bench = Bench::new().await;
    let endpoint = bench.endpoint("/slack", Some("slack")).await;
    let secret = SecretString::from("8f742231b10e8888abcd99yyyzzz85a5");
    bench
        .engine
        .set_secret(endpoint.id, "test", secret)
        .await
        .unwrap();
    bench
        .engine
        .set_answer(endpoint.id, Some(rule(202, "{}")))
        .await
        .unwrap();
    let fault = (FaultKind::Fail { status: 500 }, FaultReach::All);
    bench.engine.set_fault(endpoint.id, Some(fault)).await.unwrap();

    let question = r#"{"type":"url_verification","challenge":"abc","token":"t"}"#;
    let headers = "Content-Type: application/json\r\n";
    let came = String::from_utf8(bench.send("/slack", headers, question).await).unwrap();
    let (row, kept) = bench.newest().await;
    assert_eq!(kept.source, AnswerSource::Handshake, "{came}");
    assert_ne!(
        row.answered,
        Some(500),
        "a fault does not keep an endpoint from being set up"
    );
    assert_eq!(bench.status("/slack").await, 500, "events are struck");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_can_be_held_back_and_the_request_is_kept_before_it() {
    let bench = Bench::new().await;
    let endpoint = bench.endpoint("/slow", None).await;
    let late = AnswerRule {
        delay: Duration::from_millis(400),
        ..rule(200, "{}")
    };
    bench.engine.set_answer(endpoint.id, Some(late)).await.unwrap();
    let begun = Instant::now();
    let sending = bench.send("/slow", "", "{}");
    let looking = async {
        loop {
            let page = bench.engine.requests(&PageQuery::default()).await.unwrap();
            if !page.rows.is_empty() {
                return begun.elapsed();
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let (answer, kept_after) = tokio::join!(sending, looking);
    let answered_after = begun.elapsed();
    assert_eq!(status(&answer), 200, "the answer comes");
    assert!(
        answered_after >= Duration::from_millis(400),
        "held back: {answered_after:?}"
    );
    assert!(
        kept_after < answered_after,
        "kept first: {kept_after:?} and {answered_after:?}"
    );
    let (row, _) = bench.newest().await;
    assert!(
        row.answer_micros.is_some_and(|micros| micros >= 400_000),
        "the row says how long the sender waited: {:?}",
        row.answer_micros
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_three_fail_and_the_fault_is_over() {
    let bench = Bench::new().await;
    let endpoint = bench.endpoint("/in", None).await;
    let fault = (FaultKind::Fail { status: 503 }, FaultReach::Next(3));
    bench.engine.set_fault(endpoint.id, Some(fault)).await.unwrap();
    let mut given = Vec::new();
    for _ in 0..5 {
        given.push(bench.status("/in").await);
    }
    assert_eq!(given, [503, 503, 503, 200, 200], "three and no more");
    for _ in 0..1_000 {
        if bench.engine.faults().await.unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(bench.engine.faults().await.unwrap(), [], "it takes itself away");
    let page = bench.engine.requests(&PageQuery::default()).await.unwrap();
    assert_eq!(page.rows.len(), 5, "those that failed are kept like any other");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_ends_without_an_answer_or_in_the_middle_of_one() {
    let bench = Bench::new().await;
    let endpoint = bench.endpoint("/in", None).await;
    bench
        .engine
        .set_answer(endpoint.id, Some(rule(200, "0123456789")))
        .await
        .unwrap();
    let set = |kind| bench.engine.set_fault(endpoint.id, Some((kind, FaultReach::All)));

    set(FaultKind::Close).await.unwrap();
    assert_eq!(bench.send("/in", "", "{}").await, b"", "not one byte");
    let (row, kept) = bench.newest().await;
    assert_eq!(
        (row.answered, kept.source, kept.micros),
        (None, AnswerSource::Fault, None),
        "the row says that nothing went"
    );

    set(FaultKind::Cut).await.unwrap();
    let came = bench.send("/in", "", "{}").await;
    let text = String::from_utf8_lossy(&came).into_owned();
    assert!(
        text.contains("content-length: 10\r\n"),
        "more is promised: {text}"
    );
    assert!(text.ends_with("\r\n\r\n01234"), "than comes: {text}");
    let (_, kept) = bench.newest().await;
    assert_eq!(kept.bytes.as_deref(), Some(&came[..]), "what went is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_does_not_outlive_the_listener() {
    let bench = Bench::new().await;
    let endpoint = bench.endpoint("/in", None).await;
    let fault = (FaultKind::Fail { status: 503 }, FaultReach::All);
    bench.engine.set_fault(endpoint.id, Some(fault)).await.unwrap();
    assert_eq!(bench.status("/in").await, 503, "on");
    bench.engine.shut_down().await;
    let again = Bench::open(bench.folder).await;
    assert_eq!(
        again.engine.faults().await.unwrap(),
        [],
        "nobody finds an old fault in the morning"
    );
    assert_eq!(again.status("/in").await, 200, "off");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_listener_no_fault_can_be_ordered() {
    let bench = Bench::new().await;
    let endpoint = bench.endpoint("/in", None).await;
    bench.engine.shut_down().await;
    let engine = Engine::open(Options {
        secrets: Preference::Files,
        ..Options::at(Some(bench.folder.path().to_owned()))
    })
    .await
    .unwrap();
    let fault = (FaultKind::Close, FaultReach::All);
    let refused = engine.set_fault(endpoint.id, Some(fault)).await;
    assert!(refused.is_err(), "it would end before it began");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_program_orders_a_fault_and_the_listener_follows() {
    let bench = Bench::new().await;
    let endpoint = bench.endpoint("/in", None).await;
    let other = Engine::open(Options {
        secrets: Preference::Files,
        ..Options::at(Some(bench.folder.path().to_owned()))
    })
    .await
    .unwrap();
    let fault = (FaultKind::Fail { status: 418 }, FaultReach::All);
    other.set_fault(endpoint.id, Some(fault)).await.unwrap();
    for _ in 0..200 {
        if bench.status("/in").await == 418 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the listener never saw it");
}
