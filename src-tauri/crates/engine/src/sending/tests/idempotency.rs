//! What is said of a check that came to its end, and of one that did not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncWriteExt as _;
use tokio::sync::Notify;

use super::*;
use crate::capture_for_tests::{Bench, bench};
use crate::delivery::scripted::{Target, read_request};
use crate::sending::Aim;

const THREE: NonZeroUsize = NonZeroUsize::new(3).unwrap();

/// Answers every request, but holds the one after so many for good.
async fn answering(so_many: usize, reached: Arc<Notify>) -> Target {
    let came = Arc::new(AtomicUsize::new(0));
    Target::with(move |mut stream| {
        let (came, reached) = (Arc::clone(&came), Arc::clone(&reached));
        async move {
            while !read_request(&mut stream).await.is_empty() {
                if came.fetch_add(1, Ordering::SeqCst) >= so_many {
                    reached.notify_one();
                    std::future::pending::<()>().await;
                }
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    .await;
            }
        }
    })
    .await
}

/// What is found of a request to this path by a target that answers everything, and the address of that.
async fn checked(bench: &Bench, path: &str) -> (IdempotencyReport, String) {
    let id = bench.post(path, &[], "{}").await;
    let target = answering(usize::MAX, Arc::default()).await;
    let url = target.url("");
    let sending = Sending::to(Aim::Url(url.clone()));
    let found = bench.engine.check_idempotency(id, THREE, &sending).await;
    (found.unwrap(), url)
}

#[tokio::test]
async fn a_check_is_judged_only_where_all_of_it_was_sent() {
    let bench = bench().await;
    let (found, _) = checked(&bench, "/hook?key=1").await;
    assert_eq!(
        found.passed,
        Some(true),
        "all were answered alike: {}",
        found.sentence
    );
    let no_control = found.no_control.clone();
    assert!(no_control.is_some(), "it has no id that could be another");
    assert!(
        !found.sentence.contains("is answered otherwise") || found.sentence.contains("not known"),
        "what was not sent is not told of: {}",
        found.sentence
    );
    let sent: Vec<Delivery> = found.rows.into_iter().map(|row| row.delivery).collect();
    let said = |sent: &[Delivery], phase: Phase| {
        let report = judge(sent.to_vec(), 3, no_control.clone(), &phase);
        (report.passed, report.sentence)
    };
    for (phase, words) in [
        (Phase::Running, "under way"),
        (Phase::Cancelled, "stopped before its end"),
        (Phase::CutOff { unknown: 0 }, "ended in the middle"),
        (Phase::Failed("the disk is full".to_owned()), "the disk is full"),
    ] {
        for sent in [&sent[..], &sent[..2]] {
            let (passed, sentence) = said(sent, phase.clone());
            assert_eq!(passed, None, "{phase:?}: nothing is known");
            assert!(sentence.contains(words), "{phase:?} is told: {sentence}");
        }
    }
    let (passed, sentence) = said(&sent[..2], Phase::Done);
    assert!(
        passed.is_none() && sentence.contains("Not all"),
        "some are gone: {sentence}"
    );
    let control = judge(sent.clone(), 3, None, &Phase::Done);
    assert_eq!(control.passed, None, "a control that should be there is missing");
}

#[tokio::test]
async fn a_check_that_is_stopped_says_so_then_and_later() {
    let bench = bench().await;
    let id = bench.post("/hook", &[], "{}").await;
    let reached = Arc::new(Notify::new());
    let target = answering(2, Arc::clone(&reached)).await;
    let sending = Sending::to(Aim::Url(target.url("")));
    let engine = bench.engine.clone();
    let checking = tokio::spawn(async move { engine.check_idempotency(id, THREE, &sending).await });
    reached.notified().await;
    let run = bench.engine.runs(1).await.unwrap().remove(0);
    let meanwhile = bench.engine.idempotency_report(run.id).await.unwrap();
    assert_eq!(meanwhile.passed, None, "it is not over: {}", meanwhile.sentence);
    bench.engine.cancel_run(run.id).unwrap();
    let stopped = checking.await.unwrap().unwrap();
    assert_eq!(
        stopped.passed, None,
        "two answers are no verdict: {}",
        stopped.sentence
    );
    let later = bench.engine.idempotency_report(run.id).await.unwrap();
    assert_eq!(
        (later.passed, later.sentence),
        (stopped.passed, stopped.sentence),
        "the same when it is opened again"
    );
    let RunKind::Idempotency { passed, .. } = bench.engine.run_state(run.id).await.unwrap().kind else {
        panic!("it is a check");
    };
    assert_eq!(passed, None, "and in the list of runs");
}

#[tokio::test]
async fn what_a_check_remembers_holds_nothing_of_the_address_that_was_asked_for() {
    let bench = bench().await;
    let (_, url) = checked(&bench, "/hook?token=of-a-customer").await;
    let run = bench.engine.runs(1).await.unwrap().remove(0);
    assert_eq!(run.url, url, "it outlives the request");
}
