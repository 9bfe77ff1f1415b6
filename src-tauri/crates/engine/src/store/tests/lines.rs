//! What waits for a target in long lines: dropped, brought back and forgotten.

use super::super::{After, DiscardId, Finality, Standing, Store, StoreError, line};
use super::things::delivery;
use super::{Log, commits, history, marked, open, store};
use crate::model::{
    Delivery, Forwarded, Held, Move, NewRequest, RequestId, Target, TargetId, TargetRules, Timestamp,
};

const NOW: Timestamp = Timestamp::from_micros(5);

async fn target(store: &Store) -> TargetId {
    let id = TargetId::generate();
    put(store, id, id.to_string()).await;
    id
}

async fn put(store: &Store, id: TargetId, name: String) {
    let target = Target {
        id,
        name,
        url: "http://localhost:3000".to_owned(),
        rules: TargetRules::default(),
    };
    store.put_target(target).await.unwrap();
}

/// Keeps requests that wait for a target; their ids.
async fn waiting(store: &Store, target: TargetId, numbers: std::ops::Range<u64>) -> Vec<RequestId> {
    let all: Vec<NewRequest> = numbers
        .map(|number| NewRequest {
            forwards: vec![target],
            ..history::request(number)
        })
        .collect();
    let ids = all.iter().map(|new| new.id).collect();
    for kept in store.insert_requests(all).await {
        kept.unwrap();
    }
    ids
}

async fn held(store: &Store, target: TargetId) -> Vec<Held> {
    store.held(target, 0, 10_000).await.unwrap()
}

async fn order(store: &Store, target: TargetId) -> Vec<RequestId> {
    let held = held(store, target).await;
    held.into_iter().map(|held| held.request).collect()
}

async fn count_and_lost(store: &Store, target: TargetId) -> (u64, u64) {
    let queues = store.queues().await.unwrap();
    let queue = queues.into_iter().find(|queue| queue.target == target).unwrap();
    (queue.count, queue.lost)
}

async fn delete(store: &Store, ids: &[RequestId]) -> super::super::DeletionId {
    let deletion = store.begin_deletion(NOW, None).await.unwrap();
    assert_eq!(
        store.delete(deletion, ids).await.unwrap(),
        ids.len() as u64,
        "all are deleted"
    );
    deletion
}

/// How many pages some work wrote to the log beside the file.
async fn written<T>(store: &Store, work: impl Future<Output = T>) -> (usize, T) {
    let before = Log::of(store);
    let done = work.await;
    let after = Log::of(store);
    let is_the_same = after.salts == before.salts;
    let pages = after.pages.len() - if is_the_same { before.pages.len() } else { 0 };
    assert!(pages > 0, "something was written");
    (pages, done)
}

#[tokio::test]
async fn dropping_and_bringing_back_write_no_more_where_more_waits() {
    let (_folder, store) = store().await;
    let (few, many) = (target(&store).await, target(&store).await);
    waiting(&store, few, 0..10).await;
    waiting(&store, many, 10..2_010).await;
    // What else is written beside them is written by then.
    marked(&store).await;
    // Of that much nothing is moved: a page has a hundred of them at the most.
    const PAGES: usize = 16;
    for (target, count) in [(few, 10), (many, 2_000)] {
        let dropping = store.discard_queue(target, Finality::Undoable, NOW);
        let (pages, dropped) = written(&store, dropping).await;
        let (discard, dropped) = dropped.unwrap();
        assert_eq!(dropped, count, "all of them");
        assert!(pages < PAGES, "dropping {count} wrote {pages} pages");
        let (pages, back) = written(&store, store.bring_back(discard)).await;
        assert_eq!(back.unwrap().held, count, "all of them");
        assert!(pages < PAGES, "bringing {count} back wrote {pages} pages");
        let removing = store.discard_target(target, Finality::Undoable, NOW);
        let (pages, removed) = written(&store, removing).await;
        assert!(pages < PAGES, "removing a target of {count} wrote {pages} pages");
        let (pages, back) = written(&store, store.bring_back(removed.unwrap())).await;
        assert_eq!(back.unwrap().held, count, "with the target");
        assert!(
            pages < PAGES,
            "bringing a target of {count} back wrote {pages} pages"
        );
    }
}

#[tokio::test]
async fn what_is_forgotten_for_good_goes_in_parts_and_is_gone_on_with_after_a_restart() {
    let (folder, store) = store().await;
    let target = target(&store).await;
    waiting(&store, target, 0..1_200).await;
    let (discard, dropped) = store.discard_queue(target, Finality::Final, NOW).await.unwrap();
    assert_eq!(dropped, 1_200, "all of them");
    let later = waiting(&store, target, 1_200..1_202).await;
    let part = store.write(move |connection| Box::pin(line::forget_part(connection, discard)));
    let part = part.await.unwrap();
    assert!(
        part > 0 && part <= 500,
        "one transaction has a part of it: {part}"
    );
    store.close().await;

    let store = open(&folder).await;
    assert_eq!(
        order(&store, target).await,
        later,
        "what is left of it does not wait any more"
    );
    assert_eq!(store.discards().await.unwrap(), [], "nor is it offered");
    assert!(
        matches!(store.bring_back(discard).await, Err(StoreError::NotFound { .. })),
        "a part of it is gone"
    );
    assert_eq!(store.discards_over(NOW).await.unwrap(), [discard], "it is known");
    let later = [later, waiting(&store, target, 1_202..1_203).await].concat();
    let before = commits(&store);
    store.end_purge(discard).await.unwrap();
    assert!(commits(&store) - before > 2, "the rest goes in parts too");
    assert_eq!(store.discards_over(NOW).await.unwrap(), [], "then it is done");
    assert_eq!(order(&store, target).await, later, "and nothing else is touched");
}

#[tokio::test]
async fn what_comes_after_a_drop_waits_behind_what_is_brought_back() {
    let (folder, store) = store().await;
    let target = target(&store).await;
    let first = waiting(&store, target, 0..600).await;
    let (discard, _) = store
        .discard_queue(target, Finality::Undoable, NOW)
        .await
        .unwrap();
    let later = waiting(&store, target, 600..603).await;
    assert_eq!(order(&store, target).await, later, "only these wait");
    let kept = store.request(first[0]).await.unwrap().unwrap();
    assert_eq!(
        kept.summary.forwarded, None,
        "a row does not say that it waits while it does not"
    );
    store.close().await;

    let store = open(&folder).await;
    store.bring_back(discard).await.unwrap();
    let all = [first, later].concat();
    assert_eq!(order(&store, target).await, all, "in their order, all of them");
    let page = store.held(target, 599, 2).await.unwrap();
    let page: Vec<_> = page.into_iter().map(|held| held.request).collect();
    assert_eq!(page, all[599..601], "and page by page");
    let kept = store.request(all[0]).await.unwrap().unwrap();
    assert_eq!(
        kept.summary.forwarded,
        Some(Forwarded::Held),
        "and the row says so"
    );

    let rows = held(&store, target).await;
    store.move_held(rows[600].number, Move::Earlier).await.unwrap();
    store.move_held(rows[0].number, Move::Later).await.unwrap();
    store.move_held(rows[602].number, Move::First).await.unwrap();
    let moved = order(&store, target).await;
    assert_eq!(
        (&moved[..3], &moved[600..602]),
        (&[all[602], all[1], all[0]][..], &[all[600], all[599]][..]),
        "they are moved past each other"
    );

    // What is done with lets the next one go, wherever that stands.
    let first = held(&store, target).await.remove(0);
    assert!(
        store.begin_held(first.number, NOW).await.unwrap(),
        "it may go out"
    );
    let next = store
        .end_held(
            first.number,
            Delivery {
                target: Some(target),
                ..delivery(first.request)
            },
            0,
            After::Done(Forwarded::Delivered),
            Standing::Up,
            Some(NOW),
        )
        .await
        .unwrap();
    let next = store.held_as(next.unwrap()).await.unwrap().unwrap();
    assert_eq!(next.request, moved[1], "the next in the order");

    let (_, dropped) = store
        .discard_queue(target, Finality::Undoable, NOW)
        .await
        .unwrap();
    assert_eq!(dropped, 602, "they are dropped as one again");
    assert!(
        !store.begin_held(next.number, NOW).await.unwrap(),
        "what was dropped does not go out"
    );
}

/// How many lines a target has in which requests may wait.
async fn lines(store: &Store) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM line")
        .fetch_one(store.readers())
        .await
        .unwrap()
}

#[tokio::test]
async fn lines_do_not_grow_in_number_by_dropping_and_bringing_back() {
    let (_folder, store) = store().await;
    let target = target(&store).await;
    waiting(&store, target, 0..700).await;
    let rows = held(&store, target).await;
    for _ in 0..4 {
        let one = store
            .discard_held(rows[9].number, Finality::Undoable, NOW)
            .await
            .unwrap();
        let (rest, dropped) = store
            .discard_queue(target, Finality::Undoable, NOW)
            .await
            .unwrap();
        assert_eq!(dropped, 699, "the others");
        store.bring_back(one).await.unwrap();
        store.bring_back(rest).await.unwrap();
        assert_eq!(held(&store, target).await, rows, "as it was");
        assert!(lines(&store).await <= 3, "{} lines", lines(&store).await);
    }
}

#[tokio::test]
async fn requests_that_went_while_they_were_dropped_are_counted_and_those_that_came_back_wait_again() {
    let (_folder, store) = store().await;
    let target = target(&store).await;
    let ids = waiting(&store, target, 0..1_300).await;
    delete(&store, &ids[..1]).await;
    assert_eq!(
        count_and_lost(&store, target).await,
        (1_299, 1),
        "one was deleted before"
    );
    let (discard, _) = store
        .discard_queue(target, Finality::Undoable, NOW)
        .await
        .unwrap();
    assert_eq!(
        count_and_lost(&store, target).await,
        (0, 0),
        "nothing is said of it any more"
    );
    delete(&store, &ids[100..1_200]).await;
    let deletion = delete(&store, &ids[1_200..1_250]).await;
    while store.undo_next(deletion).await.unwrap().next.is_some() {}
    let back = store.bring_back(discard).await.unwrap();
    assert_eq!(
        (back.held, back.lost),
        (199, 1_100),
        "those whose deletion was undone wait again"
    );
    assert_eq!(
        order(&store, target).await,
        [&ids[1..100], &ids[1_200..]].concat(),
        "in their order"
    );
    assert_eq!(
        count_and_lost(&store, target).await,
        (199, 1_101),
        "and all that was lost is told"
    );
}

#[tokio::test]
async fn an_undo_that_is_refused_forgets_nothing() {
    let (_folder, store) = store().await;
    let one = target(&store).await;
    let ids = waiting(&store, one, 0..1_300).await;
    let removed = store.discard_target(one, Finality::Undoable, NOW).await.unwrap();
    let deletion = delete(&store, &ids[..1_200]).await;
    let other = TargetId::generate();
    put(&store, other, one.to_string()).await;
    let refused = store.bring_back(removed).await;
    assert!(
        matches!(refused, Err(StoreError::Exists { .. })),
        "its name is taken: {refused:?}"
    );
    while store.undo_next(deletion).await.unwrap().next.is_some() {}
    put(&store, other, "another".to_owned()).await;
    let back = store.bring_back(removed).await.unwrap();
    assert_eq!((back.held, back.lost), (1_300, 0), "all are there again");
    assert_eq!(order(&store, one).await, ids, "and wait in their order");
}

#[tokio::test]
async fn one_number_names_one_thing_that_can_be_undone() {
    let (_folder, store) = store().await;
    let mut numbers = Vec::new();
    for _ in 0..2 {
        numbers.push(store.begin_deletion(NOW, None).await.unwrap().0);
        let target = target(&store).await;
        let removed = store.discard_target(target, Finality::Undoable, NOW).await;
        let DiscardId(number) = removed.unwrap();
        numbers.push(number);
    }
    assert_eq!(numbers, [1, 2, 3, 4], "in their order, whatever was removed");
}
