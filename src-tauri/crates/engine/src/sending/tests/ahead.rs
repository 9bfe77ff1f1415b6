//! What is read of a run at once, in which order, and what becomes of a run whose requests cannot be read.

use tokio::io::AsyncWriteExt as _;
use tokio::sync::Notify;

use super::*;
use crate::capture_for_tests::{Bench, bench};
use crate::delivery::scripted::{Target, read_request};
use crate::model::Phase;
use crate::sending::{Aim, Chosen, RunPlan};

fn place(number: i64, length: u64) -> Place {
    Place {
        sequence: Sequence(number),
        id: RequestId::generate(),
        received_at: Timestamp::from_micros(number),
        length,
    }
}

fn lineup(lengths: &[u64]) -> Lineup {
    let places = (1..).zip(lengths).map(|(number, length)| place(number, *length));
    Lineup::new(places.collect())
}

#[test]
fn pages_are_bounded_by_number_and_bytes_and_leave_no_step_out() {
    let large = PAGE_BYTES * 3 / 4;
    let mut lengths = vec![10; PAGE + 1];
    lengths.extend([large, large, PAGE_BYTES * 100, 10, large]);
    for times in [1, 3] {
        let lineup = lineup(&lengths).each(times);
        let mut steps = Vec::new();
        for page in lineup.pages() {
            let mut places: Vec<Place> = page.iter().map(|(_, place)| *place).collect();
            places.dedup();
            let bytes: u64 = places.iter().map(|place| place.length).sum();
            assert!(page.len() <= PAGE, "{} steps are read together", page.len());
            assert!(
                bytes <= PAGE_BYTES || places.len() == 1,
                "{bytes} bytes of {} requests are read together",
                places.len()
            );
            steps.extend(page.iter().map(|(step, _)| *step));
        }
        let all: Vec<u32> = (0..lineup.steps()).collect();
        assert_eq!(steps, all, "each step once, {times} times each");
    }
}

#[test]
fn what_is_shuffled_is_all_there_in_another_order() {
    let shuffled = lineup(&[1; 500]).each(2).shuffled().unwrap();
    let went: Vec<i64> = shuffled
        .pages()
        .flatten()
        .map(|(_, place)| place.sequence.0)
        .collect();
    let mut sorted = went.clone();
    sorted.sort_unstable();
    let wanted: Vec<i64> = (1..=500).flat_map(|number| [number, number]).collect();
    assert_eq!(sorted, wanted, "each as often as it is to go");
    assert_ne!(went, wanted, "though not as they came");
}

async fn answering() -> Target {
    Target::with(|mut stream| async move {
        while !read_request(&mut stream).await.is_empty() {
            let _ = stream.write_all(b"HTTP/1.1 204 x\r\n\r\n").await;
        }
    })
    .await
}

fn all_to(target: &Target) -> RunPlan {
    RunPlan::new(Chosen::Filter(String::new()), Aim::Url(target.url("")))
}

/// Does something to the file that no part of this program does.
async fn change(bench: &Bench, sql: &'static str) {
    crate::store::tests::alter(&bench.engine.data_dir().join("hookbench.db"), sql).await;
}

#[tokio::test]
async fn one_damaged_request_is_told_and_the_others_go() {
    let bench = bench().await;
    for number in 0..3 {
        bench.post("/hook", &[], &format!("body {number}")).await;
    }
    change(
        &bench,
        "UPDATE content SET data = x'00', length = 9 WHERE place = 65536 * 2",
    )
    .await;
    let target = answering().await;
    let run = bench.engine.start_run(all_to(&target)).await.unwrap();
    let ended = bench.engine.run_ended(run.id).await.unwrap();
    assert_eq!(
        (ended.tally.delivered, ended.skipped, &ended.phase),
        (2, 1, &Phase::Done),
        "it is counted as not sent: {ended:?}"
    );
}

#[tokio::test]
async fn a_run_whose_requests_cannot_be_read_any_more_has_failed() {
    let bench = bench().await;
    bench.post("/hook", &[], "body").await;
    let (reached, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (reaching, held) = (Arc::clone(&reached), Arc::clone(&gate));
    let target = Target::with(move |mut stream| {
        let (reaching, held) = (Arc::clone(&reaching), Arc::clone(&held));
        async move {
            read_request(&mut stream).await;
            reaching.notify_one();
            held.notified().await;
            loop {
                let _ = stream.write_all(b"HTTP/1.1 204 x\r\n\r\n").await;
                if read_request(&mut stream).await.is_empty() {
                    return;
                }
            }
        }
    })
    .await;
    let plan = RunPlan {
        // More pages than are read ahead of the first step.
        times: u32::try_from(PAGE).unwrap() * 8,
        ..all_to(&target)
    };
    let run = bench.engine.start_run(plan).await.unwrap();
    reached.notified().await;
    change(&bench, "ALTER TABLE content RENAME COLUMN data TO elsewhere").await;
    gate.notify_one();
    let ended = bench.engine.run_ended(run.id).await.unwrap();
    assert!(
        matches!(&ended.phase, Phase::Failed(why) if why.contains("data")),
        "it did not come to its end, and says why: {ended:?}"
    );
    assert_eq!(
        ended.skipped, 0,
        "nothing is said of requests that nobody could look at"
    );
    assert!(
        ended.tally.delivered > 0 && ended.tally.delivered < ended.total,
        "what was read before went: {ended:?}"
    );
}
