//! Runs over a real store to a real target: what of them is kept, and what is known of them afterwards.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::AsyncWriteExt as _;
use tokio::sync::Notify;

use super::*;
use crate::capture_for_tests::{Bench, bench};
use crate::delivery::scripted::{Target, read_request};
use crate::model::{RequestId, RunKind};
use crate::secrets::Preference;
use crate::sending::{Aim, Chosen, LiveEvents, Order, ReportForm, RunPlan, Sending};
use crate::{EngineError, Options};

/// Answers every request with 200 and keeps the bodies.
async fn keeping(bodies: Arc<Mutex<Vec<String>>>) -> Target {
    Target::with(move |mut stream| {
        let bodies = Arc::clone(&bodies);
        async move {
            loop {
                let request = String::from_utf8_lossy(&read_request(&mut stream).await).into_owned();
                let Some((_, body)) = request.split_once("\r\n\r\n") else {
                    return;
                };
                bodies.lock().unwrap().push(body.to_owned());
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    .await
                    .unwrap();
            }
        }
    })
    .await
}

async fn captured(bench: &Bench, count: usize) -> Vec<RequestId> {
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(bench.post("/hook", &[], &format!("body {number}")).await);
    }
    ids
}

fn plan(target: &Target, parallel: usize) -> RunPlan {
    RunPlan {
        parallel: NonZeroUsize::new(parallel).unwrap(),
        ..RunPlan::new(Chosen::Filter(String::new()), Aim::Url(target.url("")))
    }
}

#[tokio::test]
async fn more_requests_than_a_page_go_in_their_order_and_each_is_kept() {
    let bench = bench().await;
    let count = 150;
    let ids = captured(&bench, count).await;
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let target = keeping(Arc::clone(&bodies)).await;
    let run = bench.engine.start_run(plan(&target, 1)).await.unwrap();
    let ended = bench.engine.run_ended(run.id).await.unwrap();
    assert_eq!(ended.phase, Phase::Done, "to its end");
    let wanted: Vec<String> = (0..count).map(|number| format!("body {number}")).collect();
    assert_eq!(*bodies.lock().unwrap(), wanted, "over two borders of pages");
    let kept = bench.engine.deliveries_of_run(run.id, 0, 1_000).await.unwrap();
    let of: Vec<RequestId> = kept.iter().map(|delivery| delivery.request).collect();
    assert_eq!(of, ids, "a delivery for each");
    assert!(
        kept.iter()
            .all(|delivery| delivery.attempts.len() == 1 && &delivery.attempts[0].body[..] == b"ok"),
        "with what was answered"
    );
    let row = bench.engine.request(ids[0]).await.unwrap().summary;
    assert_eq!(row.deliveries, 1, "its row counts it");
    assert_eq!(target.connections(), 1, "over one connection");
}

#[tokio::test]
async fn the_steps_of_a_run_are_listed_with_what_failed_first() {
    let bench = bench().await;
    let ids = captured(&bench, 5).await;
    let target = Target::with(|mut stream| async move {
        loop {
            let request = String::from_utf8_lossy(&read_request(&mut stream).await).into_owned();
            let answer: &[u8] = match request.split_once("\r\n\r\n") {
                Some((_, "body 1")) => b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno",
                None | Some((_, "body 3")) => return,
                Some(_) => b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            };
            stream.write_all(answer).await.unwrap();
        }
    })
    .await;
    let run = bench.engine.start_run(plan(&target, 1)).await.unwrap();
    bench.engine.run_ended(run.id).await.unwrap();
    let page = async |skip, limit| bench.engine.sent_steps(run.id, skip, limit).await.unwrap();
    let (steps, total) = page(0, 10).await;
    assert_eq!(total, 5, "all of them");
    let told: Vec<_> = steps.iter().map(|step| (step.number, step.status)).collect();
    let fine = Some(200);
    assert_eq!(
        told,
        [(1, Some(500)), (3, None), (0, fine), (2, fine), (4, fine)],
        "what failed, then the others, each in the order of sending"
    );
    assert_eq!(steps[1].request, ids[3], "each names its request");
    assert!(
        steps[1].message.is_some(),
        "and why it has no answer: {:?}",
        steps[1]
    );
    assert_eq!(
        (steps[0].method.as_str(), steps[0].target.as_str()),
        ("POST", "/hook"),
        "by which it is known"
    );
    let (again, _) = page(1, 2).await;
    assert_eq!(again, steps[1..3], "a page of them");
    bench.engine.delete(&[ids[3]]).await.unwrap();
    let (left, total) = page(0, 10).await;
    assert_eq!(
        (left.len(), total),
        (4, 4),
        "one whose request is deleted is left out"
    );
}

#[tokio::test]
async fn a_run_that_ended_is_listed_with_its_figures_by_any_program() {
    let bench = bench().await;
    captured(&bench, 3).await;
    let target = keeping(Arc::default()).await;
    let plan = RunPlan {
        times: 2,
        order: Order::Shuffled,
        ..plan(&target, 2)
    };
    let run = bench.engine.start_run(plan).await.unwrap();
    let ended = bench.engine.run_ended(run.id).await.unwrap();
    let other = Engine::open(Options {
        secrets: Preference::Files,
        ..Options::at(Some(bench.engine.data_dir().to_owned()))
    })
    .await
    .unwrap();
    let listed = other.runs(10).await.unwrap();
    assert_eq!(listed, [ended], "as it ended");
    assert_eq!(
        (listed[0].tally.delivered, listed[0].total, listed[0].how.as_str()),
        (6, 6, "2 at once, each twice, shuffled"),
        "with how it went"
    );
    let report = other.run_report(run.id, ReportForm::Json).await.unwrap();
    assert_eq!(report.lines().count(), 6, "and its report can be had again");
    other.shut_down().await;
}

#[tokio::test]
async fn what_cannot_go_is_counted_and_holds_nothing_up() {
    let bench = bench().await;
    // Many more than may begin before anything is kept; all of them gone when their turn comes.
    let ids = captured(&bench, 40).await;
    let gate = Arc::new(Notify::new());
    let begun = Arc::new(AtomicUsize::new(0));
    let (held, counted) = (Arc::clone(&gate), Arc::clone(&begun));
    let target = Target::with(move |mut stream| {
        let (held, counted) = (Arc::clone(&held), Arc::clone(&counted));
        async move {
            while !read_request(&mut stream).await.is_empty() {
                if counted.fetch_add(1, Ordering::SeqCst) == 0 {
                    held.notified().await;
                }
                let _ = stream.write_all(b"HTTP/1.1 204 x\r\n\r\n").await;
            }
        }
    })
    .await;
    let plan = RunPlan {
        times: 10,
        ..plan(&target, 1)
    };
    let run = bench.engine.start_run(plan).await.unwrap();
    while begun.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    bench.engine.delete(&ids[20..]).await.unwrap();
    gate.notify_one();
    let ended = bench.engine.run_ended(run.id).await.unwrap();
    assert_eq!(ended.phase, Phase::Done, "it came to its end");
    assert_eq!(
        ended.tally.ended() + ended.skipped,
        ended.total,
        "each step is accounted for: {ended:?}"
    );
}

#[tokio::test]
async fn a_run_that_was_cut_off_says_what_may_have_gone() {
    let bench = bench().await;
    let ids = captured(&bench, 2).await;
    let core = &bench.engine.core;
    let url = "http://127.0.0.1:1".to_owned();
    let state = RunState::begun(RunKind::Several, url, 40, core.clock.now());
    // Kept as a program leaves it that is killed in the middle: eight steps may have begun, two are known of.
    core.store.add_run(state.clone(), 8).await.unwrap();
    let target = keeping(Arc::default()).await;
    let mut steps = Vec::new();
    for (number, id) in [(1, ids[0]), (4, ids[1])] {
        let sent = bench
            .engine
            .resend(id, &Sending::to(Aim::Url(target.url(""))))
            .await
            .unwrap();
        steps.push(Delivery {
            id: crate::model::DeliveryId::generate(),
            run: Some(crate::model::RunStep {
                run: state.id,
                number,
            }),
            attempts: vec![crate::model::Attempt {
                id: crate::model::AttemptId::generate(),
                ..sent.attempts[0].clone()
            }],
            ..sent
        });
    }
    let progress = crate::store::Progress {
        run: state.id,
        tally: crate::model::Tally {
            delivered: 2,
            ..Default::default()
        },
        skipped: 1,
        reserved: 8,
    };
    core.store.add_steps(steps, progress).await.unwrap();
    let found = bench.engine.run_state(state.id).await.unwrap();
    assert_eq!(found.phase, Phase::CutOff { unknown: 5 }, "8 less 2 less 1");
    assert_eq!(found.tally.delivered, 2, "what is known is told");
    let report = bench.engine.run_report(state.id, ReportForm::Json).await.unwrap();
    let outcomes: Vec<String> = report
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["outcome"].as_str().unwrap().to_owned()
        })
        .collect();
    let (known, open) = ("answered", "unknown");
    assert_eq!(
        outcomes,
        [open, known, open, open, known, open, open, open],
        "the report names the steps of which nothing is known, and none that cannot have begun"
    );
    assert!(
        report.contains("of the steps that are unknown 1 could not be sent"),
        "six of them are unknown though only five may have gone, and it says why: {report}"
    );
}

#[tokio::test]
async fn a_run_of_another_program_goes_on_as_long_as_that_lives() {
    let bench = bench().await;
    captured(&bench, 1).await;
    let gate = Arc::new(Notify::new());
    let held = Arc::clone(&gate);
    let target = Target::with(move |mut stream| {
        let held = Arc::clone(&held);
        async move {
            read_request(&mut stream).await;
            held.notified().await;
            let _ = stream.write_all(b"HTTP/1.1 204 x\r\n\r\n").await;
        }
    })
    .await;
    let run = bench.engine.start_run(plan(&target, 1)).await.unwrap();
    let other = Engine::open(Options {
        secrets: Preference::Files,
        ..Options::at(Some(bench.engine.data_dir().to_owned()))
    })
    .await
    .unwrap();
    let seen = other.run_state(run.id).await.unwrap();
    assert_eq!(seen.phase, Phase::Running, "it is not taken for cut off");
    gate.notify_one();
    bench.engine.run_ended(run.id).await.unwrap();
    let seen = other.run_state(run.id).await.unwrap();
    assert_eq!(seen.phase, Phase::Done, "and its end is known there too");
    let left = std::fs::read_dir(bench.engine.data_dir())
        .unwrap()
        .filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().starts_with("run-")
        })
        .count();
    assert_eq!(left, 0, "no lock is left");
    other.shut_down().await;
}

#[tokio::test]
async fn one_live_event_among_many_is_asked_about_before_anything_goes() {
    let bench = bench().await;
    captured(&bench, 70).await;
    bench.post("/hook", &[], r#"{"livemode":true}"#).await;
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let target = keeping(Arc::clone(&bodies)).await;
    let asked = bench.engine.start_run(plan(&target, 4)).await;
    assert!(
        matches!(
            asked,
            Err(EngineError::Confirm(crate::sending::Question::Live { .. }))
        ),
        "the last of them is one: {asked:?}"
    );
    assert!(bodies.lock().unwrap().is_empty(), "nothing went");
    let plan = RunPlan {
        live: LiveEvents::Send,
        ..plan(&target, 4)
    };
    let run = bench.engine.start_run(plan).await.unwrap();
    let ended = bench.engine.run_ended(run.id).await.unwrap();
    assert_eq!(ended.tally.delivered, 71, "agreed to, all of them go");
}

#[tokio::test]
async fn a_check_of_the_past_can_be_opened_again() {
    let bench = bench().await;
    let id = captured(&bench, 1).await[0];
    let target = keeping(Arc::default()).await;
    let sending = Sending::to(Aim::Url(target.url("")));
    let three = NonZeroUsize::new(3).unwrap();
    let found = bench.engine.check_idempotency(id, three, &sending).await.unwrap();
    let listed = bench.engine.runs(10).await.unwrap();
    let RunKind::Idempotency { passed, at_once, .. } = &listed[0].kind else {
        panic!("it is a check: {listed:?}");
    };
    assert_eq!((*passed, *at_once), (found.passed, 3), "with what it found");
    let again = bench.engine.idempotency_report(listed[0].id).await.unwrap();
    assert_eq!(again.sentence, found.sentence, "the same verdict");
    let words = |report: &crate::IdempotencyReport| -> Vec<(crate::Role, String)> {
        report
            .rows
            .iter()
            .map(|row| (row.role, row.words.clone()))
            .collect()
    };
    assert_eq!(words(&again), words(&found), "the same table");
    bench.engine.delete(&[id]).await.unwrap();
    let gone = bench.engine.idempotency_report(listed[0].id).await.unwrap();
    assert!(
        gone.rows.is_empty() && gone.passed.is_none(),
        "what is gone is not made up: {gone:?}"
    );
}
