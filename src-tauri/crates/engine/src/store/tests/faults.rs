use std::fs;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tempfile::tempdir;

use super::super::{Room, Store, StoreError, StoreOptions};
use super::{open, options, request, store, unmanaged};

/// Bytes that do not compress.
pub(super) fn noise(length: usize, seed: u32) -> Vec<u8> {
    let mut state = u64::from(seed) << 32 | 0x9e37_79b9;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

#[tokio::test]
async fn a_full_disk_is_named_and_passes_by_itself() {
    let folder = tempdir().unwrap();
    open(&folder).await.close().await;
    let small = StoreOptions {
        page_limit: Some(120),
        ..options()
    };
    let store = Store::open(folder.path(), small).await.unwrap();
    let mut kept = 0;
    let error = loop {
        match store.insert_request(request(&noise(20_000, kept))).await {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(error, StoreError::Full, "the disk is full");
    assert!(error.hint().is_some(), "and there is something to do");
    let again = join_all((0..5).map(|seed| store.insert_request(request(&noise(20_000, seed))))).await;
    assert!(again.iter().all(Result::is_err), "still full");
    assert_eq!(
        store.total().await.unwrap().requests,
        u64::from(kept),
        "all that was acknowledged is there"
    );
    // Room is made by another program; nothing has to be started again.
    store
        .write(|connection| {
            Box::pin(async move {
                sqlx::raw_sql("DELETE FROM content").execute(connection).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    store
        .insert_request(request(&noise(20_000, 9)))
        .await
        .expect("it takes requests again by itself");
}

#[tokio::test]
async fn a_lock_of_another_program_is_waited_for_a_while_and_then_named() {
    let (_folder, store) = store().await;
    store.insert_request(request(b"before")).await.unwrap();
    let mut other = unmanaged(&store.path()).await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let begun = Instant::now();
    let results = join_all((0..50).map(|_| store.insert_request(request(b"locked out")))).await;
    assert!(
        results.iter().all(|result| *result == Err(StoreError::Locked)),
        "nothing is acknowledged"
    );
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "nobody waits for ever: {:?}",
        begun.elapsed()
    );
    assert_eq!(
        store.set_setting("a", &1.into()).await,
        Err(StoreError::Locked),
        "settings neither"
    );
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    store
        .insert_request(request(b"after"))
        .await
        .expect("it works again by itself");
    assert_eq!(
        store.total().await.unwrap().requests,
        2,
        "what was refused is not there"
    );
}

#[tokio::test]
async fn a_deleted_file_takes_no_request_and_no_silent_new_one_is_made() {
    let (folder, store) = store().await;
    store.insert_request(request(b"before")).await.unwrap();
    let aside = folder.path().join("aside");
    fs::rename(store.path(), &aside).unwrap();
    let gone = store.insert_request(request(b"lost")).await;
    assert!(matches!(gone, Err(StoreError::Gone { .. })), "{gone:?}");
    assert!(
        matches!(
            store.set_setting("a", &1.into()).await,
            Err(StoreError::Gone { .. })
        ),
        "settings neither"
    );
    assert!(!store.path().exists(), "no new file");
    fs::rename(&aside, store.path()).unwrap();
    store
        .insert_request(request(b"after"))
        .await
        .expect("once it is back it works again");
    fs::remove_file(store.path()).unwrap();
    fs::write(store.path(), b"").unwrap();
    let replaced = store.insert_request(request(b"lost")).await;
    assert!(
        matches!(replaced, Err(StoreError::Gone { .. })),
        "another file of that name is not ours: {replaced:?}"
    );
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let (_folder, store) = store().await;
    store.close().await;
    assert_eq!(
        store.insert_request(request(b"")).await,
        Err(StoreError::Closed),
        "it is closed"
    );
    assert_eq!(
        store.total().await.unwrap_err(),
        StoreError::Closed,
        "for reading too"
    );
}

#[tokio::test]
async fn closing_empties_the_log() {
    let (folder, store) = store().await;
    for _ in 0..20 {
        store.insert_request(request(&noise(5_000, 3))).await.unwrap();
    }
    store.close().await;
    let log = fs::metadata(folder.path().join("hookbench.db-wal")).map_or(0, |data| data.len());
    assert_eq!(log, 0, "everything is in the file");
}

#[tokio::test]
async fn the_log_stays_bounded_under_steady_writing() {
    let (folder, store) = store().await;
    for round in 0..100 {
        join_all((0..64).map(|at| store.insert_request(request(&noise(30_000, round * 64 + at))))).await;
    }
    let log = fs::metadata(folder.path().join("hookbench.db-wal"))
        .unwrap()
        .len();
    assert!(
        log < 120 * 1024 * 1024,
        "192 MB were written, the log has {log} bytes"
    );
}

#[tokio::test]
async fn little_room_is_told_and_too_little_refused_before_the_disk_is_full() {
    let folder = tempdir().unwrap();
    let with = |warn_below, refuse_below| StoreOptions {
        room: Room {
            warn_below,
            refuse_below,
        },
        ..options()
    };
    let store = Store::open(folder.path(), with(u64::MAX, 0)).await.unwrap();
    let mut health = store.watch_health();
    let told = health
        .wait_for(|health| health.room.is_some())
        .await
        .unwrap()
        .clone();
    assert_eq!(told.problem, None, "little is no fault yet");
    store
        .insert_request(request(b"kept"))
        .await
        .expect("it is still taken");
    store.close().await;

    let store = Store::open(folder.path(), with(u64::MAX, u64::MAX))
        .await
        .unwrap();
    let mut health = store.watch_health();
    health.wait_for(|health| health.room.is_some()).await.unwrap();
    let refused = store.insert_request(request(b"refused")).await.unwrap_err();
    assert!(refused.is_about_room() && refused.hint().is_some(), "{refused:?}");
    store
        .set_setting("a", &1.into())
        .await
        .expect("what the person does, such as deleting, still works");
    assert_eq!(
        store.total().await.unwrap().requests,
        1,
        "what was acknowledged stays"
    );
    store.close().await;
}

#[tokio::test]
async fn what_is_lost_with_the_log_is_said() {
    let (folder, store) = store().await;
    store.close().await;
    let store = open(&folder).await;
    for _ in 0..5 {
        store.insert_request(request(b"in the log")).await.unwrap();
    }
    store.leave_mark().await;
    let log = fs::read(folder.path().join("hookbench.db-wal")).unwrap();
    let garbage = [0x5a; 40_000];
    for (what, log, wanted) in [
        ("deleted", None, 5..=5),
        ("garbage", Some(garbage.as_slice()), 5..=5),
        ("torn", Some(&log[..log.len() / 2]), 1..=5),
        ("whole", Some(log.as_slice()), 0..=0),
    ] {
        let other = tempdir().unwrap();
        for name in ["hookbench.db", "hookbench.mark"] {
            fs::copy(folder.path().join(name), other.path().join(name)).unwrap();
        }
        if let Some(log) = log {
            fs::write(other.path().join("hookbench.db-wal"), log).unwrap();
        }
        let reopened = open(&other).await;
        let lost = reopened.lost().unwrap_or(0);
        assert!(wanted.contains(&lost), "the log is {what}: {lost} are missed");
        let here = reopened.total().await.unwrap().requests;
        assert_eq!(here, 5 - lost, "{what}: no more is lost than is said");
        reopened
            .insert_request(request(b"after"))
            .await
            .expect("it goes on");
        reopened.close().await;
        assert_eq!(open(&other).await.lost(), None, "it is said once");
    }
    store.close().await;
}

#[tokio::test]
async fn a_damaged_page_of_a_small_file_is_found_at_the_start_by_itself() {
    let (folder, store) = store().await;
    for seed in 0..60 {
        store.insert_request(request(&noise(3_000, seed))).await.unwrap();
    }
    store.close().await;
    let mut bytes = fs::read(store.path()).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xa5);
    fs::write(store.path(), &bytes).unwrap();
    let store = Store::open(folder.path(), options()).await.unwrap();
    let mut health = store.watch_health();
    // Not by the look after 15 s that a large file gets.
    let found = tokio::time::timeout(
        Duration::from_secs(8),
        health.wait_for(|health| health.problem.is_some()),
    )
    .await
    .expect("it is read through at once")
    .unwrap()
    .clone();
    assert!(
        matches!(found.problem, Some(StoreError::Corrupt { .. })),
        "{found:?}"
    );
    let refused = store.insert_request(request(b"after")).await;
    assert!(
        matches!(refused, Err(StoreError::Corrupt { .. })),
        "never acknowledged into it: {refused:?}"
    );
}
