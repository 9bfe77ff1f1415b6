//! What comes of sendings shares its commits, and each is told only of its own.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;

use super::super::writer::PAGES_OF_A_COMMIT;
use super::super::{Progress, Store, StoreError, StoreOptions, sent_length};
use super::faults::noise;
use super::things::{attempt, delivery};
use super::{commits, open, options, request, store};
use crate::model::{Attempt, Delivery, NewRequest, RequestId, RunId, RunStep, Tally};

const MANY: usize = 60;

async fn kept(store: &Store) -> NewRequest {
    let new = request(b"x");
    store.insert_request(new.clone()).await.unwrap();
    new
}

/// One whose body is so long and is not packed to less.
fn with_body(of: RequestId, length: usize) -> Delivery {
    Delivery {
        body: Some(Bytes::from(noise(length, 5))),
        ..delivery(of)
    }
}

/// Keeps them all while the writer is held, so that they wait together.
async fn kept_together(store: &Store, all: Vec<Delivery>) -> Vec<Result<(), StoreError>> {
    let guard = store.inner.writer.pause().await.unwrap();
    let asked = Arc::new(tokio::sync::Barrier::new(all.len() + 1));
    let keeping: Vec<_> = all
        .into_iter()
        .map(|delivery| {
            let (store, asked) = (store.clone(), Arc::clone(&asked));
            tokio::spawn(async move {
                asked.wait().await;
                let id = delivery.id;
                let told = store.add_delivery(delivery).await;
                let is_there = store.delivery(id).await.unwrap().is_some();
                assert_eq!(told.is_ok(), is_there, "who is told that it is kept finds it");
                told
            })
        })
        .collect();
    asked.wait().await;
    // Each of them has asked once nothing else can go on.
    for _ in 0..MANY * 4 {
        tokio::task::yield_now().await;
    }
    drop(guard);
    join_all(keeping).await.into_iter().map(Result::unwrap).collect()
}

#[tokio::test]
async fn deliveries_that_wait_together_are_one_commit() {
    let (_folder, store) = store().await;
    let new = kept(&store).await;
    let before = commits(&store);
    let all = (0..MANY).map(|_| delivery(new.id)).collect();
    for told in kept_together(&store, all).await {
        told.unwrap();
    }
    let made = commits(&store) - before;
    assert!(made <= 2, "{MANY} deliveries took {made} commits");
    assert_eq!(
        store.deliveries(new.id).await.unwrap().len(),
        MANY,
        "all are kept"
    );
    let alone = commits(&store);
    store.add_delivery(delivery(new.id)).await.unwrap();
    assert_eq!(commits(&store) - alone, 1, "one alone waits for nobody");
}

#[tokio::test]
async fn one_that_cannot_be_kept_takes_nothing_from_the_others() {
    let (_folder, store) = store().await;
    let new = kept(&store).await;
    let wrong = |place: usize| [0, 7, 8, MANY - 1].contains(&place);
    // One fails before it wrote anything, the other after it wrote its delivery.
    let twice = attempt(Some(200));
    let all = (0..MANY)
        .map(|place| match place {
            0 | 7 => delivery(RequestId::generate()),
            _ if wrong(place) => Delivery {
                attempts: vec![twice.clone(), Attempt { ..twice.clone() }],
                ..delivery(new.id)
            },
            _ => delivery(new.id),
        })
        .collect();
    for (place, told) in kept_together(&store, all).await.into_iter().enumerate() {
        assert_eq!(told.is_err(), wrong(place), "number {place}: {told:?}");
    }
    let found = store.deliveries(new.id).await.unwrap();
    assert_eq!(found.len(), MANY - 4, "the others are all kept");
    assert!(
        found.iter().all(|delivery| delivery.attempts.len() == 1),
        "and nothing of a half one"
    );
    store.add_delivery(delivery(new.id)).await.unwrap();
}

#[tokio::test]
async fn requests_that_come_meanwhile_are_grouped_all_the_same() {
    let (_folder, store) = store().await;
    let new = kept(&store).await;
    let before = commits(&store);
    let guard = store.inner.writer.pause().await.unwrap();
    let both: Vec<_> = (0..MANY)
        .map(|_| {
            let store = store.clone();
            let id = new.id;
            tokio::spawn(async move {
                let (added, inserted) = tokio::join!(
                    store.add_delivery(delivery(id)),
                    store.insert_request(request(b"y"))
                );
                added.unwrap();
                inserted.unwrap();
            })
        })
        .collect();
    for _ in 0..MANY * 4 {
        tokio::task::yield_now().await;
    }
    drop(guard);
    for done in join_all(both).await {
        done.unwrap();
    }
    let made = commits(&store) - before;
    assert!(made <= MANY / 4, "{MANY} of each, in turn, took {made} commits");
}

#[tokio::test]
async fn what_is_large_keeps_the_others_waiting_in_no_transaction() {
    let (_folder, store) = store().await;
    let new = kept(&store).await;
    let before = commits(&store);
    let large = || Delivery {
        body: Some(Bytes::from(vec![b'l'; 2 * 1_024 * 1_024])),
        ..delivery(new.id)
    };
    for told in kept_together(&store, vec![large(), large(), large()]).await {
        told.unwrap();
    }
    assert_eq!(commits(&store) - before, 3, "each has its own");
    let before = commits(&store);
    let guard = store.inner.writer.pause().await.unwrap();
    let (small, another, behind) = (delivery(new.id), delivery(new.id), delivery(new.id));
    // Each is asked for in this order before the writer goes on.
    let (first, second, third, fourth, ()) = tokio::join!(
        store.add_delivery(small),
        store.add_delivery(another),
        store.add_delivery(large()),
        store.add_delivery(behind),
        async { drop(guard) }
    );
    for told in [first, second, third, fourth] {
        told.unwrap();
    }
    assert_eq!(
        commits(&store) - before,
        3,
        "those before it, then it alone, then the one behind it"
    );
}

#[tokio::test]
async fn work_that_ends_the_transaction_of_all_takes_nothing_from_the_others() {
    let (_folder, store) = store().await;
    let new = kept(&store).await;
    let guard = store.inner.writer.pause().await.unwrap();
    let added = |count: usize| -> Vec<_> {
        (0..count)
            .map(|_| {
                let (store, delivery) = (store.clone(), delivery(new.id));
                tokio::spawn(async move { store.add_delivery(delivery).await })
            })
            .collect()
    };
    // As SQLite does by itself where the disk is full.
    let ends_it = {
        let store = store.clone();
        async move {
            store
                .write_beside(|connection| {
                    Box::pin(async move {
                        sqlx::query("ROLLBACK").execute(connection).await?;
                        Err::<(), _>(StoreError::Full)
                    })
                })
                .await
        }
    };
    let counted = *store.inner.written.borrow();
    let before = added(10);
    let ends_it = tokio::spawn(ends_it);
    let behind = added(10);
    for _ in 0..MANY * 4 {
        tokio::task::yield_now().await;
    }
    drop(guard);
    assert_eq!(
        ends_it.await.unwrap(),
        Err(StoreError::Full),
        "it is told its own error"
    );
    for told in join_all(before.into_iter().chain(behind)).await {
        assert_eq!(told.unwrap(), Ok(()), "whoever went before or behind it is kept");
    }
    let found = store.deliveries(new.id).await.unwrap();
    assert_eq!(found.len(), 20, "and each of them once");
    assert_eq!(
        *store.inner.written.borrow() - counted,
        20 * (PAGES_OF_A_COMMIT + sent_length(&delivery(new.id)) as u64),
        "what was lost has not made the log longer"
    );
}

#[tokio::test]
async fn one_that_the_disk_has_no_room_for_takes_nothing_from_the_others() {
    let folder = tempfile::tempdir().unwrap();
    open(&folder).await.close().await;
    let small = StoreOptions {
        page_limit: Some(150),
        ..options()
    };
    let store = Store::open(folder.path(), small).await.unwrap();
    let new = kept(&store).await;
    let all = (0..9)
        .map(|place| match place {
            4 => with_body(new.id, 900_000),
            _ => delivery(new.id),
        })
        .collect();
    for (place, told) in kept_together(&store, all).await.into_iter().enumerate() {
        let wanted = if place == 4 { Err(StoreError::Full) } else { Ok(()) };
        assert_eq!(told, wanted, "number {place}");
    }
}

#[tokio::test]
async fn bodies_are_counted_for_the_log() {
    let (_folder, store) = store().await;
    let new = kept(&store).await;
    for (length, how) in [(500_000, "together"), (2_000_000, "each alone")] {
        let before = *store.inner.written.borrow();
        let all = (0..4).map(|_| with_body(new.id, length)).collect();
        for told in kept_together(&store, all).await {
            told.unwrap();
        }
        let counted = *store.inner.written.borrow() - before;
        assert!(
            counted >= 4 * length as u64,
            "{how}: {counted} of four times {length} bytes"
        );
    }
}

#[tokio::test]
async fn bodies_of_the_steps_of_a_run_are_counted_for_the_log() {
    let (_folder, store) = store().await;
    let new = kept(&store).await;
    let run = RunId::generate();
    let steps = (0..4).map(|number| Delivery {
        run: Some(RunStep { run, number }),
        attempts: vec![Attempt {
            body: Bytes::from(noise(200_000, number)),
            ..attempt(Some(200))
        }],
        ..with_body(new.id, 300_000)
    });
    let progress = Progress {
        run,
        tally: Tally::default(),
        skipped: 0,
        reserved: 4,
    };
    let before = *store.inner.written.borrow();
    store.add_steps(steps.collect(), progress).await.unwrap();
    let counted = *store.inner.written.borrow() - before;
    assert!(
        counted >= 4 * 500_000,
        "{counted} of four times 300,000 sent and 200,000 answered"
    );
}

#[tokio::test]
async fn long_bodies_are_few_to_a_transaction() {
    let (_folder, store) = store().await;
    let new = kept(&store).await;
    let before = commits(&store);
    let all = (0..8).map(|_| with_body(new.id, 400_000)).collect();
    for told in kept_together(&store, all).await {
        told.unwrap();
    }
    let made = commits(&store) - before;
    assert_eq!(made, 4, "requests that come meanwhile wait for two of them");
}
