//! The search index: made anew where it is damaged, and without what is gone.

use std::time::Duration;

use super::super::{Annotate, RetentionLimits, Store, StoreOptions};
use super::finding::{NOW, found, history, indexed};
use super::{keyed, open, options, request, store, unmanaged};
use crate::model::Timestamp;

#[tokio::test]
async fn a_damaged_or_foreign_index_is_made_anew() {
    let (folder, store) = store().await;
    history(&store).await;
    indexed(&store).await;
    store.close().await;
    for bytes in [&b"no index at all"[..], &[]] {
        std::fs::write(folder.path().join("search.db"), bytes).unwrap();
        let store = open(&folder).await;
        assert_eq!(
            found(&store, "evt_1nk").await,
            [2, 1],
            "nothing is missed meanwhile"
        );
        indexed(&store).await;
        assert_eq!(found(&store, "evt_1nk").await, [2, 1], "and after");
        store.close().await;
    }
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::copy(
        folder.path().join("search.db"),
        elsewhere.path().join("search.db"),
    )
    .unwrap();
    let other = open(&elsewhere).await;
    for _ in 0..3 {
        other.insert_request(request(b"other")).await.unwrap();
    }
    assert_eq!(
        found(&other, "other").await,
        [3, 2, 1],
        "an index of another data file is not believed"
    );
    assert_eq!(found(&other, "evt_1nk").await, Vec::<i64>::new(), "in nothing");
    indexed(&other).await;
    assert_eq!(found(&other, "other").await, [3, 2, 1], "it is made anew");
}

#[tokio::test]
async fn an_index_that_another_program_makes_anew_is_read_by_who_read_the_one_before() {
    let (folder, store) = store().await;
    history(&store).await;
    indexed(&store).await;
    store.close().await;
    for log in ["search.db-wal", "search.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(log));
    }
    std::fs::write(folder.path().join("search.db"), b"no index at all").unwrap();
    let off = StoreOptions {
        indexing: super::super::Indexing::Off,
        ..options()
    };
    let reader = Store::open(folder.path(), off).await.unwrap();
    for _ in 0..3 {
        assert!(
            reader.search_state().await.unwrap().backlog > 0,
            "there is none that can be used"
        );
    }
    let other = open(&folder).await;
    indexed(&other).await;
    assert_eq!(
        reader.search_state().await.unwrap().backlog,
        0,
        "the one that lies there now is read"
    );
    other.close().await;
}

#[tokio::test]
async fn what_is_brought_back_is_found_by_its_words() {
    let (folder, store) = store().await;
    store.close().await;
    let off = StoreOptions {
        indexing: super::super::Indexing::Off,
        ..options()
    };
    let store = Store::open(folder.path(), off).await.unwrap();
    let lost = keyed("evt_lost");
    store.insert_request(lost.clone()).await.unwrap();
    store.insert_request(keyed("evt_other")).await.unwrap();
    let deletion = store
        .begin_deletion(Timestamp::from_micros(0), None)
        .await
        .unwrap();
    store.delete(deletion, &[lost.id]).await.unwrap();
    store.close().await;
    let store = open(&folder).await;
    indexed(&store).await;
    assert_eq!(
        found(&store, "evt_lost").await,
        Vec::<i64>::new(),
        "what is deleted is not found"
    );
    while store.undo_next(deletion).await.unwrap().next.is_some() {}
    assert_eq!(
        found(&store, "evt_lost").await,
        [1],
        "though it was deleted while it was indexed"
    );
}

#[tokio::test]
async fn the_index_forgets_what_is_gone() {
    let (folder, store) = store().await;
    for at in 0..10 {
        store
            .insert_request(request(format!("number {at}").as_bytes()))
            .await
            .unwrap();
    }
    indexed(&store).await;
    let limits = RetentionLimits {
        requests: Some(2),
        age: None,
        bytes: None,
    };
    while store
        .prune_next(&limits, Timestamp::from_micros(NOW))
        .await
        .unwrap()
        > 0
    {}
    let index = folder.path().join("search.db");
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    loop {
        let mut connection = unmanaged(&index).await;
        let tables: Vec<String> =
            sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%'")
                .fetch_all(&mut connection)
                .await
                .unwrap();
        sqlx::Connection::close(connection).await.unwrap();
        if tables == ["words_3"] {
            break;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "tables of requests that are gone are dropped: {tables:?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(found(&store, "number").await, [10, 9], "what is left is found");
}

#[tokio::test]
async fn one_old_star_does_not_keep_the_words_of_all_its_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions {
        index_table: 64,
        ..options()
    };
    let store = Store::open(folder.path(), options).await.unwrap();
    let mut starred = None;
    for at in 0..200 {
        let new = request(format!("number {at} {}", "word ".repeat(at)).as_bytes());
        let id = new.id;
        store.insert_request(new).await.unwrap();
        if at == 20 {
            starred = Some(id);
        }
    }
    indexed(&store).await;
    store
        .annotate(&[starred.unwrap()], Annotate::star(true))
        .await
        .unwrap();
    let limits = RetentionLimits {
        requests: Some(10),
        age: None,
        bytes: None,
    };
    let now = Timestamp::from_micros(NOW);
    while store.prune_next(&limits, now).await.unwrap() > 0 {}
    let index = folder.path().join("search.db");
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    loop {
        let mut connection = unmanaged(&index).await;
        let kept: Vec<i64> = sqlx::query_scalar("SELECT rowid FROM words_0 WHERE words_0 MATCH 'number'")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        let thinned: Vec<(i64, i64)> = sqlx::query_as("SELECT number, requests FROM thinned")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        sqlx::Connection::close(connection).await.unwrap();
        if kept == [21] {
            assert_eq!(thinned, [(0, 1)], "it knows how few are left");
            break;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "the words of requests that are gone are given back: {kept:?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(
        found(&store, "number").await,
        [200, 199, 198, 197, 196, 195, 194, 193, 192, 21],
        "the starred one is found by its words as before"
    );
}
