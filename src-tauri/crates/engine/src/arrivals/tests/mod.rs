//! Each request once, in order, from wherever it has to come.

use crate::capture_for_tests::{Bench, bench};
use crate::clock::Clock;
use crate::model::{Body, NewRequest, RequestId, Sequence};
use crate::recent::Recent;
use crate::store::Store;
use crate::store::history::request;

use super::Arrivals;

async fn next(arrivals: &mut Arrivals, count: usize) -> Vec<crate::model::Request> {
    let mut all = Vec::new();
    while all.len() < count {
        all.extend(
            arrivals
                .next()
                .await
                .unwrap()
                .iter()
                .map(|request| (**request).clone()),
        );
    }
    all
}

#[tokio::test]
async fn what_comes_from_memory_is_what_a_reader_of_the_store_gets() {
    let bench = bench().await;
    bench.post("/before", &[], "not told of").await;
    let mut arrivals = bench.engine.arrivals().await.unwrap();
    let headers = [("X-GitHub-Event", "push"), ("X-GitHub-Delivery", "a-1")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let first = bench.post("/github", &headers, "{}").await;
    let second = bench.post("/github", &headers, "{}").await;
    let told = next(&mut arrivals, 2).await;
    assert_eq!(
        [told[0].summary.id, told[1].summary.id],
        [first, second],
        "in the order in which they came, and not what was there before"
    );
    assert_eq!(
        (told[0].summary.duplicate_of, told[1].summary.duplicate_of),
        (None, Some(first)),
        "a repetition is told as one"
    );
    for told in told {
        let mut read = bench.engine.request(told.summary.id).await.unwrap();
        // These are written once the answer has gone.
        (read.summary.answer_source, read.summary.answer_micros) = (None, None);
        // What comes later is counted then.
        read.summary.repeats = told.summary.repeats;
        assert_eq!(told, read, "nothing is missing and nothing is other");
    }
}

/// Keeps requests as another program on the same data does.
async fn by_another_program(bench: &Bench, count: u64) -> Vec<RequestId> {
    let other = Store::open(bench.engine.data_dir(), Default::default())
        .await
        .unwrap();
    let mut ids = Vec::new();
    for number in 0..count {
        let mut new = request(number);
        // Of now: what is older than requests are kept may be cleared away before it is told.
        new.arrival.received_at = Clock::system().now();
        ids.push(new.id);
        other.insert_request(new).await.unwrap();
    }
    other.close().await;
    ids
}

#[tokio::test]
async fn what_another_program_captured_comes_in_its_place() {
    let bench = bench().await;
    let mut arrivals = bench.engine.arrivals().await.unwrap();
    let mut wanted = vec![bench.post("/a", &[], "a").await];
    wanted.extend(by_another_program(&bench, 3).await);
    wanted.push(bench.post("/b", &[], "b").await);
    wanted.extend(by_another_program(&bench, 2).await);
    let told: Vec<RequestId> = next(&mut arrivals, wanted.len())
        .await
        .iter()
        .map(|request| request.summary.id)
        .collect();
    assert_eq!(told, wanted, "each once, in the order of arrival");
}

fn put(recent: &Recent, new: &NewRequest, sequence: i64) {
    if let Some(copy) = recent.copy(new) {
        recent.put(copy, Sequence(sequence));
    }
}

#[test]
fn memory_is_bounded_and_what_found_no_room_is_said_to_be_missing() {
    let recent = Recent::default();
    let mut new = request(1);
    new.forwards.clear();
    assert!(
        recent.copy(&new).is_none(),
        "nothing is copied where nobody follows"
    );
    let follower = recent.follow();
    new.arrival.head = crate::model::RawHead::new(vec![b'x'; 8_000].into());
    new.arrival.body = Body::Memory(vec![b'x'; 900_000].into());
    for sequence in 1..=900 {
        put(&recent, &new, sequence);
    }
    let taken = follower.take(Sequence(0), Sequence(900), 1_000).unwrap();
    assert!(
        (400..=530).contains(&taken.len()),
        "the oldest are kept, up to 4 MiB: {}",
        taken.len()
    );
    let last = taken.last().unwrap().summary.sequence;
    assert_eq!(
        follower.take(last, Sequence(900), 10).unwrap_err(),
        Sequence(900),
        "the others are missing"
    );
    put(&recent, &new, 901);
    put(&recent, &new, 903);
    assert_eq!(
        follower.take(last, Sequence(903), 10).unwrap_err(),
        Sequence(900),
        "up to the next that is there"
    );
    let there = follower.take(Sequence(900), Sequence(903), 10).unwrap();
    assert_eq!(there.len(), 1, "without a gap");
    assert_eq!(
        follower.take(Sequence(901), Sequence(903), 10).unwrap_err(),
        Sequence(902),
        "a single one may be missing"
    );
    put(&recent, &new, 902);
    assert_eq!(
        follower.take(Sequence(902), Sequence(903), 10).unwrap().len(),
        1,
        "one that comes after it was read elsewhere is not given again"
    );
    drop(follower);
    put(&recent, &new, 904);
    assert!(recent.copy(&new).is_none(), "nobody follows any more");
}

#[test]
fn what_only_the_rows_know_is_left_to_them() {
    let recent = Recent::default();
    let _follower = recent.follow();
    let mut new = request(1);
    assert!(recent.copy(&new).is_some(), "all is known of it");
    new.answered = None;
    assert!(recent.copy(&new).is_none(), "its answer is not");
    new.answered = Some(200);
    new.forwards.push(crate::model::TargetId::generate());
    assert!(recent.copy(&new).is_none(), "how its forward stands is not");
}
