//! The log beside the data file: how long it gets, and who is told.

use std::fs;
use std::time::Duration;

use sqlx::sqlite::SqliteConnection;
use tempfile::{TempDir, tempdir};

use super::super::checkpoint::{BYTES, KEPT};
use super::super::health::LONG_LOG;
use super::super::{Store, StoreError, StoreOptions};
use super::{options, request, store, unmanaged};

const PATIENCE: Duration = Duration::from_secs(60);

/// A store that tells at once of what holds its log.
async fn impatient() -> (TempDir, Store) {
    let folder = tempdir().unwrap();
    let impatient = StoreOptions {
        held_for: Duration::ZERO,
        ..options()
    };
    let store = Store::open(folder.path(), impatient).await.unwrap();
    store.insert_request(request(b"before")).await.unwrap();
    (folder, store)
}

fn log(store: &Store) -> u64 {
    fs::metadata(store.inner.file.log()).map_or(0, |data| data.len())
}

/// Writes so many megabytes in one transaction, of which the writer counts nothing.
async fn write_megabytes(store: &Store, count: i64) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::raw_sql("CREATE TABLE IF NOT EXISTS filler (bytes BLOB)")
                    .execute(&mut *connection)
                    .await?;
                sqlx::query(
                    "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
                     INSERT INTO filler SELECT zeroblob(1048576) FROM number",
                )
                .bind(count)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
}

/// Another program that reads what is there now, until it is told to end.
async fn reader(store: &Store) -> SqliteConnection {
    let mut reader = unmanaged(&store.path()).await;
    sqlx::raw_sql("BEGIN; SELECT count(*) FROM request")
        .execute(&mut reader)
        .await
        .unwrap();
    reader
}

async fn let_go(mut reader: SqliteConnection) {
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM request")
        .fetch_one(&mut reader)
        .await
        .unwrap();
    assert_eq!(seen, 1, "it sees what was there when it began");
    sqlx::query("COMMIT").execute(&mut reader).await.unwrap();
}

/// Waits until all is copied that can be, while somebody reads.
async fn copied_beside_a_reader(store: &Store) {
    let written = *store.inner.written.borrow();
    let mut copied = store.inner.copied.clone();
    let at_rest = copied.wait_for(|copied| copied.written == written && copied.held.is_some());
    tokio::time::timeout(PATIENCE, at_rest)
        .await
        .expect("what is written is copied")
        .unwrap();
}

/// Waits until the log is no longer than what is kept of it.
async fn shrunk(store: &Store) {
    let shrinks = async {
        while log(store) > KEPT {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, shrinks)
        .await
        .expect("the log is copied and begins anew");
}

#[tokio::test]
async fn a_reader_that_holds_on_is_told_of_until_it_lets_go() {
    let (_folder, store) = impatient().await;
    let mut health = store.watch_health();
    let reader = reader(&store).await;
    write_megabytes(&store, 140).await.unwrap();
    for number in 0..20_u32 {
        store
            .insert_request(request(&number.to_be_bytes()))
            .await
            .expect("capturing goes on beside it");
    }
    let told = health.wait_for(|health| health.long_log.is_some_and(|length| length > LONG_LOG));
    tokio::time::timeout(PATIENCE, told)
        .await
        .expect("it is told of")
        .unwrap();
    let_go(reader).await;
    let over = health.wait_for(|health| health.long_log.is_none());
    tokio::time::timeout(PATIENCE, over)
        .await
        .expect("it is over, though nothing is written any more")
        .unwrap();
    shrunk(&store).await;
}

#[tokio::test]
async fn a_log_that_nothing_holds_is_not_told_of_however_long_it_is() {
    let (_folder, store) = store().await;
    // Held before anything of it can begin anew.
    let (written, paused) = tokio::join!(write_megabytes(&store, 140), store.inner.writer.pause());
    written.unwrap();
    assert!(log(&store) > LONG_LOG, "the log is long: {}", log(&store));
    assert_eq!(store.long_log(), None, "but no reader is the cause");
    drop(paused);
    shrunk(&store).await;
    assert_eq!(store.long_log(), None, "it has passed by itself");
}

#[tokio::test]
async fn a_reader_is_told_of_only_when_it_lasts() {
    let folder = tempdir().unwrap();
    let patient = StoreOptions {
        held_for: Duration::from_secs(3_600),
        ..options()
    };
    let store = Store::open(folder.path(), patient).await.unwrap();
    store.insert_request(request(b"before")).await.unwrap();
    let reader = reader(&store).await;
    write_megabytes(&store, 140).await.unwrap();
    copied_beside_a_reader(&store).await;
    assert!(log(&store) > LONG_LOG, "the log is long: {}", log(&store));
    assert_eq!(store.long_log(), None, "it may let go in a moment");
    let_go(reader).await;
}

#[tokio::test]
async fn the_log_shrinks_once_a_reader_lets_go_however_little_is_written() {
    let (_folder, store) = impatient().await;
    let reader = reader(&store).await;
    write_megabytes(&store, 80).await.unwrap();
    copied_beside_a_reader(&store).await;
    assert!(
        log(&store) > KEPT,
        "nothing of it can be given up: {}",
        log(&store)
    );
    let before = *store.inner.written.borrow();
    let_go(reader).await;
    let trickle = async {
        for number in 0_u32.. {
            if log(&store) <= KEPT {
                break;
            }
            store
                .insert_request(request(&number.to_be_bytes()))
                .await
                .unwrap();
            // Never so long that nothing is written for a while.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(PATIENCE, trickle)
        .await
        .expect("the log is copied and begins anew");
    let meanwhile = *store.inner.written.borrow() - before;
    assert!(
        meanwhile < BYTES,
        "and not since {meanwhile} bytes more made a copy due"
    );
}
