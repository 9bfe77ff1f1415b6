use std::time::Duration;

use tokio::sync::watch;

use super::super::{
    Annotate, Deletion, Finality, PageRequest, RetentionLimits, SavedFilter, Store, StoreError, TallyKind,
};
use super::{fill, open, options, request, store};
use crate::clock::Clock;
use crate::filter::{Filter, Moment};
use crate::model::{KeptDraft, Sequence, Timestamp, Written};

const NONE: RetentionLimits = RetentionLimits {
    requests: None,
    age: None,
    bytes: None,
};

/// The tally as it should be, by counting.
async fn assert_tally_is_right(store: &Store, why: &str) {
    let rows = store.page(&PageRequest::newest(100_000)).await.unwrap().rows;
    assert_eq!(
        store.total().await.unwrap().requests,
        rows.len() as u64,
        "{why}: all"
    );
    assert_eq!(
        store.total().await.unwrap().bytes,
        rows.iter().map(|row| row.body_length).sum::<u64>(),
        "{why}: bytes"
    );
    for kind in [
        TallyKind::Event,
        TallyKind::Provider,
        TallyKind::Verdict,
        TallyKind::Answered,
    ] {
        for count in store.counts(kind).await.unwrap() {
            let counted = rows.iter().filter(|row| {
                let value = match kind {
                    TallyKind::Event => row.recognition.event.clone(),
                    TallyKind::Provider => row.recognition.provider.clone(),
                    TallyKind::Verdict => Some(row.recognition.verdict.as_str().to_owned()),
                    _ => row.answered.map(|status| status.to_string()),
                };
                value.unwrap_or_default() == count.value
            });
            assert_eq!(
                count.requests,
                counted.count() as u64,
                "{why}: {kind:?} `{}`",
                count.value
            );
        }
    }
}

#[tokio::test]
async fn a_deletion_is_undone_whole() {
    let (_folder, store) = store().await;
    let ids = fill(&store, 40).await;
    store.annotate(&[ids[3]], Annotate::star(true)).await.unwrap();
    let before = store.page(&PageRequest::newest(100)).await.unwrap();
    let deletion = store
        .begin_deletion(Timestamp::from_micros(5), None)
        .await
        .unwrap();
    assert_eq!(
        store
            .delete(deletion, &[ids[3], ids[4], request(b"").id])
            .await
            .unwrap(),
        2,
        "those that are there"
    );
    assert_eq!(store.request(ids[3]).await.unwrap(), None, "they are gone");
    assert_eq!(store.count_starred().await.unwrap(), 0, "with their stars");
    assert_tally_is_right(&store, "after deleting").await;
    assert_eq!(
        store.deletions().await.unwrap(),
        [Deletion {
            id: deletion,
            at: Timestamp::from_micros(5),
            filter: None,
            requests: 2
        }],
        "it can be undone"
    );
    while store.undo_next(deletion).await.unwrap().next.is_some() {}
    assert_eq!(
        store.page(&PageRequest::newest(100)).await.unwrap(),
        before,
        "everything is as before"
    );
    assert!(
        !store.body(ids[3], 0..10).await.unwrap().bytes.is_empty(),
        "bodies too"
    );
    assert_tally_is_right(&store, "after undoing").await;
    assert_eq!(store.deletions().await.unwrap(), [], "it is undone once");
}

#[tokio::test]
async fn a_filtered_deletion_goes_in_steps_and_leaves_what_arrives_meanwhile() {
    let (_folder, store) = store().await;
    fill(&store, 600).await;
    let filter = Filter::parse(
        "provider:stripe,github,trutac,tracktik",
        &Moment::utc(Timestamp::from_micros(0)),
    )
    .unwrap();
    let deletion = store
        .begin_deletion(Timestamp::from_micros(5), None)
        .await
        .unwrap();
    let mut from = store.newest_sequence().await.unwrap();
    let (mut steps, mut deleted) = (0, 0);
    loop {
        store.insert_request(request(b"meanwhile")).await.unwrap();
        let step = store.delete_next(deletion, &filter, from).await.unwrap();
        steps += 1;
        deleted += step.requests;
        match step.next {
            Some(next) => from = next,
            None => break,
        }
    }
    assert_eq!(
        (deleted, store.total().await.unwrap().requests),
        (600, steps),
        "what arrived meanwhile stays"
    );
    assert!(steps >= 3, "in {steps} steps");
    assert_tally_is_right(&store, "after deleting").await;
    assert_eq!(
        store.purge_next(Timestamp::from_micros(5)).await.unwrap(),
        0,
        "it can still be undone"
    );
    let mut purged = 0;
    loop {
        match store.purge_next(Timestamp::from_micros(6)).await.unwrap() {
            0 => break,
            some => purged += some,
        }
    }
    assert_eq!(purged, 600, "then it is for good");
    assert_eq!(
        store.undo_next(deletion).await.unwrap().requests,
        0,
        "nothing comes back"
    );
}

#[tokio::test]
async fn retention_removes_the_oldest_but_not_what_is_marked() {
    let (_folder, store) = store().await;
    let ids = fill(&store, 1_000).await;
    store.annotate(&[ids[0]], Annotate::star(true)).await.unwrap();
    store.annotate(&[ids[1]], Annotate::note("keep")).await.unwrap();
    let now = Timestamp::from_micros(1_767_225_600_000_000 + 1_000 * 700_000);
    assert_eq!(
        store.prune_next(&NONE, now).await.unwrap(),
        0,
        "without limits nothing goes"
    );
    let count = RetentionLimits {
        requests: Some(600),
        ..NONE
    };
    while store.prune_next(&count, now).await.unwrap() > 0 {}
    assert_eq!(store.total().await.unwrap().requests, 600, "by count");
    assert!(store.request(ids[0]).await.unwrap().is_some(), "a star exempts");
    assert!(store.request(ids[1]).await.unwrap().is_some(), "a note exempts");
    assert!(
        store.request(ids[2]).await.unwrap().is_none(),
        "the oldest are gone"
    );
    let age = RetentionLimits {
        age: Some(Duration::from_millis(700 * 300 + 1)),
        ..NONE
    };
    while store.prune_next(&age, now).await.unwrap() > 0 {}
    assert_eq!(
        store.total().await.unwrap().requests,
        302,
        "by age: 300 and the two that are marked"
    );
    assert_tally_is_right(&store, "after pruning").await;
    let before = store.usage().await.unwrap();
    let bytes = RetentionLimits {
        bytes: Some(before.used_bytes / 2),
        ..NONE
    };
    while store.prune_next(&bytes, now).await.unwrap() > 0 {}
    let after = store.usage().await.unwrap();
    assert!(
        after.used_bytes <= before.used_bytes / 2 || after.requests == 2,
        "by size: {after:?}"
    );
    assert!(
        store.request(ids[0]).await.unwrap().is_some(),
        "a star exempts still"
    );
}

#[tokio::test]
async fn the_background_keeps_within_limits_and_gives_space_back() {
    let (_folder, store) = store().await;
    let (_limits, receiver) = watch::channel(RetentionLimits {
        requests: Some(200),
        ..NONE
    });
    fill(&store, 8_000).await;
    let before = store.usage().await.unwrap();
    let clock = Clock::from_fn(|| Timestamp::from_micros(1_767_225_600_000_000));
    let task = tokio::spawn(store.clone().keep_within(receiver, clock));
    let within = async {
        loop {
            let usage = store.usage().await.unwrap();
            if usage.requests == 200 && usage.free_bytes <= 4 * 1024 * 1024 {
                return usage;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let after = tokio::time::timeout(Duration::from_secs(60), within)
        .await
        .expect("it comes within its limits");
    assert!(
        after.used_bytes + after.free_bytes < before.used_bytes / 2,
        "the file shrinks: {before:?} {after:?}"
    );
    store.close().await;
    tokio::time::timeout(Duration::from_secs(10), task)
        .await
        .expect("it ends with the store")
        .unwrap();
}

#[tokio::test]
async fn filters_are_saved_by_name() {
    let (_folder, store) = store().await;
    let saved = |name: &str, filter: &str| SavedFilter {
        name: name.to_owned(),
        filter: filter.to_owned(),
    };
    store.save_filter(saved("b", "is:starred")).await.unwrap();
    store.save_filter(saved("a", "after:-10m")).await.unwrap();
    store.save_filter(saved("b", "is:cut")).await.unwrap();
    let all = store.saved_filters().await.unwrap();
    assert_eq!(
        all,
        [saved("b", "is:cut"), saved("a", "after:-10m")],
        "in the order of saving"
    );
    store.save_filter(saved("c", "is:cut")).await.unwrap();
    let order = ["c", "nobody", "a"].map(str::to_owned);
    store.order_saved_filters(&order).await.unwrap();
    store.save_filter(saved("d", "is:cut")).await.unwrap();
    store.rename_saved_filter("a", "e").await.unwrap();
    let taken = store.rename_saved_filter("b", "e").await;
    assert!(
        matches!(taken, Err(StoreError::Exists { .. })),
        "a name that is taken is not given twice: {taken:?}"
    );
    let names: Vec<_> = store
        .saved_filters()
        .await
        .unwrap()
        .into_iter()
        .map(|it| it.name)
        .collect();
    assert_eq!(
        names,
        ["c", "e", "b", "d"],
        "in the person's order, the newest last"
    );
    store
        .discard_saved_filter("b", Finality::Undoable, Timestamp::from_micros(1))
        .await
        .unwrap();
    let gone = store
        .discard_saved_filter("b", Finality::Undoable, Timestamp::from_micros(1))
        .await;
    assert!(
        matches!(gone, Err(StoreError::NotFound { .. })),
        "it is gone: {gone:?}"
    );
}

#[tokio::test]
async fn a_backup_in_a_burst_is_whole() {
    let (_folder, store) = store().await;
    fill(&store, 300).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("hookbench.db");
    let (backup, _) = tokio::join!(store.backup(&path), fill(&store, 300));
    backup.unwrap();
    let copy = open(&elsewhere).await;
    let rows = copy.page(&PageRequest::newest(1_000)).await.unwrap().rows;
    assert!(rows.len() >= 300, "at least what was there before");
    assert_eq!(copy.check().await, Ok(()), "and it is whole");
    assert_tally_is_right(&copy, "in the copy").await;
    assert!(
        matches!(store.backup(&path).await, Err(StoreError::Exists { .. })),
        "nothing is overwritten"
    );
}

#[tokio::test]
async fn a_damaged_page_is_found_and_nothing_is_acknowledged_after() {
    let (folder, store) = store().await;
    fill(&store, 300).await;
    assert_eq!(store.check().await, Ok(()), "a whole file is whole");
    store.close().await;
    let mut bytes = std::fs::read(store.path()).unwrap();
    let middle = bytes.len() / 2 / 4_096 * 4_096;
    bytes[middle..middle + 4_096].fill(0xa5);
    std::fs::write(store.path(), bytes).unwrap();
    let store = Store::open(
        folder.path(),
        super::StoreOptions {
            indexing: super::super::Indexing::Off,
            ..options()
        },
    )
    .await
    .unwrap();
    assert!(
        matches!(store.check().await, Err(StoreError::Corrupt { .. })),
        "it is found"
    );
    let refused = store.insert_request(request(b"")).await;
    assert!(
        matches!(refused, Err(StoreError::Corrupt { .. })),
        "nothing is acknowledged into it: {refused:?}"
    );
}

#[tokio::test]
async fn a_file_that_vanishes_is_noticed_without_a_request() {
    let (_folder, store) = store().await;
    let mut health = store.watch_health();
    std::fs::remove_file(store.path()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), health.changed())
        .await
        .expect("it is noticed")
        .unwrap();
    assert!(
        matches!(health.borrow().problem, Some(StoreError::Gone { .. })),
        "{:?}",
        *health.borrow()
    );
}

#[tokio::test]
async fn a_draft_goes_for_good_with_its_request() {
    let (_folder, store) = store().await;
    let ids = fill(&store, 3).await;
    for id in &ids {
        store
            .save_draft(KeptDraft {
                request: *id,
                updated_at: Timestamp::from_micros(0),
                captured: Vec::new(),
                written: Written {
                    method: "POST".to_owned(),
                    url: "http://localhost/".to_owned(),
                    headers: vec![("Authorization".to_owned(), "Bearer of the draft".to_owned())],
                    body: None,
                    signature: "kept".to_owned(),
                    new_id: false,
                },
            })
            .await
            .unwrap();
    }
    let deletion = store
        .begin_deletion(Timestamp::from_micros(0), None)
        .await
        .unwrap();
    store.delete(deletion, &ids[..1]).await.unwrap();
    assert!(
        store.draft(ids[0]).await.unwrap().is_some(),
        "undoing brings it back with its draft"
    );
    while store.purge_next(Timestamp::from_micros(1)).await.unwrap() > 0 {}
    assert_eq!(store.draft(ids[0]).await.unwrap(), None, "purged");
    let one = RetentionLimits {
        requests: Some(1),
        ..NONE
    };
    while store.prune_next(&one, Timestamp::from_micros(0)).await.unwrap() > 0 {}
    assert_eq!(
        store.draft(ids[1]).await.unwrap(),
        None,
        "removed because there were too many"
    );
    assert!(
        store.draft(ids[2]).await.unwrap().is_some(),
        "that of a request that is there stays"
    );
}

#[tokio::test]
async fn sequences_are_never_given_twice() {
    let (folder, store) = store().await;
    let ids = fill(&store, 5).await;
    let deletion = store
        .begin_deletion(Timestamp::from_micros(0), None)
        .await
        .unwrap();
    store.delete(deletion, &ids).await.unwrap();
    while store.purge_next(Timestamp::from_micros(1)).await.unwrap() > 0 {}
    store.close().await;
    let store = open(&folder).await;
    assert_eq!(
        store.insert_request(request(b"")).await.unwrap().sequence,
        Sequence(6),
        "the order only grows"
    );
}

#[tokio::test]
async fn what_was_deleted_goes_before_what_was_not_where_there_are_too_many_bytes() {
    let (_folder, store) = store().await;
    let ids = fill(&store, 600).await;
    let deletion = store
        .begin_deletion(Timestamp::from_micros(5), Some("is:cut"))
        .await
        .unwrap();
    store.delete(deletion, &ids[300..]).await.unwrap();
    // What is still to be indexed would count as much more than was measured here.
    super::finding::indexed(&store).await;
    let used = store.usage().await.unwrap().counted_bytes();
    let limits = RetentionLimits {
        bytes: Some(used * 3 / 4),
        ..NONE
    };
    while store
        .prune_next(&limits, Timestamp::from_micros(6))
        .await
        .unwrap()
        > 0
    {}
    assert_eq!(store.total().await.unwrap().requests, 300, "nobody deleted these");
    let left = store.deletions().await.unwrap();
    let left: u64 = left.iter().map(|deletion| deletion.requests).sum();
    assert!(left < 300, "what was deleted made room: {left} of it are left");
}

#[tokio::test]
async fn the_outlook_says_what_the_limits_will_take() {
    let (_folder, store) = store().await;
    let ids = fill(&store, 100).await;
    store.annotate(&[ids[0]], Annotate::star(true)).await.unwrap();
    store
        .annotate(&[ids[0], ids[1]], Annotate::note("n"))
        .await
        .unwrap();
    // One each 700 ms: 100 of them last 70 s.
    let start = 1_767_225_600_000_000;
    let limits = RetentionLimits {
        requests: Some(90),
        age: Some(Duration::from_secs(60)),
        ..NONE
    };
    let now = Timestamp::from_micros(start + 80_000_000);
    let outlook = store.outlook(&limits, now).await.unwrap();
    assert_eq!(
        (outlook.oldest, outlook.exempt),
        (Some(Timestamp::from_micros(start)), 2),
        "the oldest, and the two that stay"
    );
    assert_eq!(
        (outlook.beyond, outlook.within_a_day),
        (27, 71),
        "29 are older than a minute, two of them stay; the others will be within a day"
    );
    let outlook = store.outlook(&NONE, now).await.unwrap();
    assert_eq!(
        (outlook.beyond, outlook.within_a_day),
        (0, 0),
        "without limits nothing goes"
    );
}
