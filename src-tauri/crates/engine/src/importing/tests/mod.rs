//! Files of others, taken into a history.

use std::io::{Seek as _, Write as _};

use bytes::Bytes;

use super::*;
use crate::capture_for_tests::{Bench, bench};
use crate::filter::{Filter, Moment};
use crate::model::{Mark, RequestSummary, State, Verdict};
use crate::reading::PageQuery;
use crate::store::RetentionLimits;

fn file(text: &str) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.rewind().unwrap();
    file
}

async fn import(bench: &Bench, text: &str) -> Progress {
    let mut import = bench.engine.begin_import(file(text)).await.unwrap();
    loop {
        let state = import.step().await.unwrap();
        if state.over {
            return state;
        }
    }
}

async fn rows(bench: &Bench, filter: &str) -> Vec<RequestSummary> {
    let query = PageQuery {
        filter: filter.to_owned(),
        ..PageQuery::default()
    };
    bench.engine.requests(&query).await.unwrap().rows
}

fn log(entries: &[String]) -> String {
    format!(
        r#"{{"log":{{"creator":{{"name":"T","version":"1"}},"entries":[{}]}}}}"#,
        entries.join(",")
    )
}

fn entry(at: &str, url: &str, headers: &str, body: &str) -> String {
    let body = serde_json::to_string(body).unwrap();
    format!(
        r#"{{"startedDateTime":"{at}","request":{{"method":"POST","url":"{url}","headers":[{headers}],"postData":{{"text":{body}}}}}}}"#
    )
}

#[tokio::test]
async fn a_file_of_a_browser_is_taken_and_marked_as_such() {
    let bench = bench().await;
    bench.post("/captured", &[], "{}").await;
    let chrome = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/har/chrome.har"
    ));
    let state = import(&bench, chrome).await;
    assert_eq!(
        (state.imported, state.skipped, state.rebuilt),
        (2, 1, 2),
        "{state:?}"
    );
    assert_eq!(state.program, "WebInspector 537.36", "who wrote it");
    assert_eq!(
        (state.reasons[0].entry, state.read),
        (2, chrome.len() as u64),
        "which one, and all was read"
    );
    let imported = rows(&bench, "is:imported").await;
    assert_eq!(imported.len(), 2, "they can be found");
    assert_eq!(
        rows(&bench, "-is:imported").await.len(),
        1,
        "and what was captured too"
    );
    let first = imported.last().unwrap();
    assert_eq!(
        first.received_at.to_string(),
        "2026-03-02T09:15:00.482000Z",
        "when the browser sent it"
    );
    assert_eq!(
        (first.peer.as_str(), first.answered, first.answer_source),
        ("", Some(204), None),
        "nobody is said to have sent it here, and the answer is none of ours"
    );
    let request = bench.engine.request(first.id).await.unwrap();
    assert_eq!(
        request.framing.marks,
        [Mark::HeadFromHar],
        "its head is said to be rebuilt"
    );
    // What is rebuilt can be resent like any other.
    crate::delivery::check_whole(State::Complete, &request.framing).unwrap();
}

#[tokio::test]
async fn a_signature_is_judged_at_the_time_of_the_file() {
    let bench = bench().await;
    bench.endpoint("/stripe", "stripe", &["whsec_test"]).await;
    bench.engine.settled().await;
    let body = r#"{"id":"evt_1","object":"event","type":"invoice.paid"}"#;
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"whsec_test");
    let signed = |at: i64| {
        let tag = ring::hmac::sign(&key, format!("{at}.{body}").as_bytes());
        format!(
            r#"{{"name":"Stripe-Signature","value":"t={at},v1={}"}}"#,
            hex::encode(tag.as_ref())
        )
    };
    // 2026-03-02T09:15:00Z
    let begun = 1_772_442_900;
    let state = import(
        &bench,
        &log(&[
            entry("2026-03-02T09:15:03Z", "https://x/stripe", &signed(begun), body),
            entry("2026-03-02T11:15:03Z", "https://x/stripe", &signed(begun), body),
        ]),
    )
    .await;
    assert_eq!(state.imported, 2, "{state:?}");
    let verdicts: Vec<Verdict> = rows(&bench, "")
        .await
        .iter()
        .map(|row| row.recognition.verdict)
        .collect();
    assert_eq!(
        verdicts,
        [Verdict::Expired, Verdict::Valid],
        "months later it is what it was then"
    );
}

#[tokio::test]
async fn entries_that_are_none_do_not_keep_the_others_out() {
    let bench = bench().await;
    let good = entry("2026-03-02T09:15:03Z", "http://x/good", "", "{}");
    let entries = [
        "7".to_owned(),
        "{}".to_owned(),
        r#"{"startedDateTime":"yesterday","request":{"method":"GET","url":"http://x/"}}"#.to_owned(),
        r#"{"startedDateTime":"2026-03-02T09:15:03","request":{"method":"GET","url":"http://x/"}}"#
            .to_owned(),
        r#"{"startedDateTime":"2026-03-02T09:15:03Z","request":{"method":"G T","url":"http://x/"}}"#
            .to_owned(),
        entry(
            "2026-03-02T09:15:03Z",
            "http://x/",
            r#"{"name":"A","value":"1\r\nB: 2"}"#,
            "",
        ),
        entry(
            "2026-03-02T09:15:03Z",
            "http://x/",
            r#"{"name":"A:","value":"1"}"#,
            "",
        ),
        good.clone(),
        good.clone(),
    ];
    let text = log(&entries);
    let state = import(&bench, &text).await;
    assert_eq!(
        (state.imported, state.skipped),
        (2, 7),
        "what a file has twice is taken twice: {state:?}"
    );
    let numbers: Vec<u64> = state.reasons.iter().map(|skipped| skipped.entry).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7], "each is named");
    let again = import(&bench, &text).await;
    assert_eq!((again.imported, again.known), (0, 2), "and not again: {again:?}");

    let cut = import(
        &bench,
        &log(&[entry("2026-03-02T09:15:04Z", "http://x/b", "", ""), good]).replace("}}]}}", ""),
    )
    .await;
    assert_eq!(cut.broken, Some(LogError::CutOff { entry: 2 }), "{cut:?}");
    assert_eq!(cut.imported, 1, "what came before is there");
    let nothing = import(&bench, "hello").await;
    assert!(
        matches!(nothing.broken, Some(LogError::NotHar { .. })),
        "{nothing:?}"
    );
}

#[tokio::test]
async fn a_body_beyond_the_limit_of_the_listener_is_not_taken() {
    let bench = bench().await;
    bench
        .engine
        .set_limits(&[("body".to_owned(), Some(8))])
        .await
        .unwrap();
    let state = import(
        &bench,
        &log(&[
            entry("2026-03-02T09:15:03Z", "http://x/", "", "123456789"),
            entry("2026-03-02T09:15:03Z", "http://x/", "", "12345678"),
        ]),
    )
    .await;
    assert_eq!(state.imported, 1, "the one within it is");
    assert_eq!(
        state.reasons[0].reason,
        EntryError::LongBody { length: 9, most: 8 },
        "and the other is told"
    );
}

#[tokio::test]
async fn what_is_imported_is_as_old_as_its_import_and_no_arrival() {
    let bench = bench().await;
    let mut arrivals = bench.engine.arrivals().await.unwrap();
    let state = import(
        &bench,
        &log(&[entry("2001-03-02T09:15:03Z", "http://x/old", "", "")]),
    )
    .await;
    assert_eq!(state.imported, 1, "{state:?}");
    let store = &bench.engine.core.store;
    let limits = RetentionLimits::default();
    let now = bench.engine.now();
    assert_eq!(
        store.prune_next(&limits, now).await.unwrap(),
        0,
        "it stays though it is old"
    );
    assert_eq!(
        store.outlook(&limits, now).await.unwrap().beyond,
        0,
        "and that is told"
    );
    let month = Timestamp::from_micros(now.as_micros() + 31 * 24 * 3_600 * 1_000_000);
    let id = bench.post("/captured", &[], "{}").await;
    let arrived = arrivals.next().await.unwrap();
    assert_eq!(arrived[0].summary.id, id, "only what was captured arrived");
    assert_eq!(
        store.prune_next(&limits, month).await.unwrap(),
        2,
        "a month later both go"
    );
    let moment = Moment::utc(now);
    let flag = Filter::parse("is:imported", &moment).unwrap();
    let left = store.count_to(Sequence(i64::MAX), &flag).await.unwrap();
    assert_eq!(left, Some(0), "nothing is left of it");
}

#[tokio::test]
async fn a_file_is_handed_over_in_pieces_and_goes_on_step_by_step() {
    let bench = bench().await;
    let engine = &bench.engine;
    let text = log(&[entry("2026-03-02T09:15:03Z", "http://x/", "", "{}")]);
    let id = engine.open_import(text.len() as u64).await.unwrap();
    let early = engine.open_import(9).await.unwrap();
    assert!(
        engine.go_on_importing(early).await.is_err(),
        "it has not come yet"
    );
    let (one, other) = text.as_bytes().split_at(20);
    assert_eq!(
        engine.hand_over(id, Bytes::copy_from_slice(one)).await.unwrap(),
        20,
        "so far"
    );
    engine.hand_over(id, Bytes::copy_from_slice(other)).await.unwrap();
    assert_eq!(
        engine.work().imports,
        1,
        "quitting would break it off, so it asks first"
    );
    assert_eq!(engine.go_on_importing(id).await.unwrap().imported, 1, "taken");
    assert!(engine.go_on_importing(id).await.is_err(), "over is over");

    let longer = engine.open_import(3).await.unwrap();
    let refused = engine.hand_over(longer, Bytes::from_static(b"four")).await;
    assert!(
        refused.is_err() && !engine.stop_carrying(longer),
        "more than was said"
    );
    let large = engine.open_import(LARGEST_IMPORT + 1).await.unwrap_err();
    assert!(
        matches!(large, EngineError::Import(ImportError::TooLarge { .. })),
        "{large:?}"
    );
    let stopped = engine.open_import(9).await.unwrap();
    assert_eq!(engine.work().imports, 1, "what is over or was refused is none");
    let later = Instant::now() + Duration::from_secs(60);
    assert_eq!(
        engine.core.carrying.moving(later),
        crate::carrying::Moving::default(),
        "what a closed window left lying asks nobody"
    );
    assert!(
        engine.stop_carrying(stopped) && !engine.stop_carrying(stopped),
        "stopped once"
    );
}
