use std::fs;

use sqlx::{Connection, Row};
use tempfile::tempdir;

use super::super::{OpenError, PageRequest, Store, set_aside};
use super::{close_after, open, options, request, store, unmanaged};
use crate::model::Timestamp;

#[tokio::test]
async fn sqlite_is_new_enough_for_two_connections_on_one_log() {
    let (_folder, store) = store().await;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(store.readers())
        .await
        .unwrap();
    let numbers: Vec<u32> = version.split('.').map(|number| number.parse().unwrap()).collect();
    assert!(
        numbers >= vec![3, 51, 3],
        "`{version}` has the fault in which a reset of the log loses commits"
    );
}

#[tokio::test]
async fn the_file_is_made_as_it_should_be() {
    let (folder, store) = store().await;
    let pragma = async |name: &str| -> String {
        let sql = format!("PRAGMA {name}");
        store
            .write(move |connection| {
                Box::pin(async move {
                    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
                        .fetch_one(connection)
                        .await?;
                    let number = row.try_get::<i64, _>(0).map(|number| number.to_string());
                    Ok(number.or_else(|_| row.try_get(0))?)
                })
            })
            .await
            .unwrap()
    };
    assert_eq!(pragma("journal_mode").await, "wal", "a log beside the file");
    assert_eq!(
        pragma("auto_vacuum").await,
        "2",
        "space can be given back in steps"
    );
    assert_eq!(
        pragma("wal_autocheckpoint").await,
        "0",
        "no commit pays for a copy of the log"
    );
    assert_eq!(
        pragma("application_id").await,
        "1215262571",
        "it says that it is ours"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for file in fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap();
            let mode = file.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{:?} is its owner's alone", file.file_name());
        }
        let inner = folder.path().join("a/b");
        Store::open(&inner, options()).await.unwrap();
        assert_eq!(
            fs::metadata(&inner).unwrap().permissions().mode() & 0o777,
            0o700,
            "and so is a folder we make"
        );
    }
}

#[tokio::test]
async fn a_full_commit_is_the_default() {
    let folder = tempdir().unwrap();
    let store = Store::open(folder.path(), super::StoreOptions::default())
        .await
        .unwrap();
    let synchronous: i64 = store
        .write(|connection| {
            Box::pin(async move {
                Ok(sqlx::query_scalar("PRAGMA synchronous")
                    .fetch_one(connection)
                    .await?)
            })
        })
        .await
        .unwrap();
    assert_eq!(synchronous, 2, "2 is FULL");
}

#[tokio::test]
async fn what_is_no_data_file_is_refused_and_left_as_it_is() {
    for (bytes, what) in [
        (
            &b"hello, I am a text and no database at all, but long enough to be one".repeat(40)[..],
            "text",
        ),
        (&[0x53; 8192][..], "garbage"),
    ] {
        let folder = tempdir().unwrap();
        let path = folder.path().join("hookbench.db");
        fs::write(&path, bytes).unwrap();
        let error = Store::open(folder.path(), options()).await.unwrap_err();
        assert!(matches!(error, OpenError::NotOurs { .. }), "{what}: {error:?}");
        assert!(error.may_set_aside(), "there is a way on");
        assert_eq!(fs::read(&path).unwrap(), bytes, "the {what} is as it was");
        let aside = set_aside(folder.path(), Timestamp::from_micros(1_795_176_251_482_001)).unwrap();
        assert_eq!(fs::read(&aside).unwrap(), bytes, "set aside it still is");
        assert!(
            aside.to_string_lossy().contains("2026-11-20"),
            "under a dated name: {aside:?}"
        );
        open(&folder).await.insert_request(request(b"")).await.unwrap();
    }
}

#[tokio::test]
async fn a_database_of_another_program_is_refused() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("hookbench.db");
    let mut other = unmanaged(&path).await;
    sqlx::query("CREATE TABLE theirs (a)")
        .execute(&mut other)
        .await
        .unwrap();
    other.close().await.unwrap();
    let before = fs::read(&path).unwrap();
    let error = Store::open(folder.path(), options()).await.unwrap_err();
    assert!(matches!(error, OpenError::NotOurs { .. }), "{error:?}");
    assert_eq!(fs::read(&path).unwrap(), before, "and left as it is");
}

#[tokio::test]
async fn a_newer_schema_is_named_and_left_as_it_is() {
    let (folder, store) = store().await;
    close_after(
        &store,
        "PRAGMA user_version = 999; UPDATE program SET version = '7.1.0'",
    )
    .await;
    let before = fs::read(store.path()).unwrap();
    let error = Store::open(folder.path(), options()).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("7.1.0") && text.contains("schema 999"),
        "it says who made it: {text}"
    );
    assert_eq!(fs::read(store.path()).unwrap(), before, "the file is unchanged");
}

#[tokio::test]
async fn a_file_that_is_cut_off_is_damaged_and_left_as_it_is() {
    let (folder, store) = store().await;
    for _ in 0..50 {
        store.insert_request(request(&[b'a'; 3_000])).await.unwrap();
    }
    store.close().await;
    let whole = fs::read(store.path()).unwrap();
    fs::write(store.path(), &whole[..5_000]).unwrap();
    let error = Store::open(folder.path(), options()).await.unwrap_err();
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error:?}");
    assert_eq!(
        fs::read(store.path()).unwrap(),
        &whole[..5_000],
        "it is as it was"
    );
}

#[tokio::test]
async fn a_locked_file_is_named_at_the_start() {
    let (folder, store) = store().await;
    store.close().await;
    let mut other = unmanaged(&store.path()).await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let error = Store::open(folder.path(), options()).await.unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error:?}");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    open(&folder).await;
}

#[tokio::test]
async fn several_programs_may_make_the_file_at_once() {
    let folder = tempdir().unwrap();
    let opened = futures_util::future::join_all((0..4).map(|_| {
        let path = folder.path().to_owned();
        tokio::spawn(async move { Store::open(&path, options()).await })
    }))
    .await;
    for store in opened {
        let store = store.unwrap().expect("each of them opens it");
        store.insert_request(request(b"")).await.unwrap();
    }
    let page = open(&folder).await.page(&PageRequest::newest(10)).await.unwrap();
    assert_eq!(page.rows.len(), 4, "and they share it");
}

#[tokio::test]
async fn a_file_of_an_unreleased_build_is_named_as_what_it_is() {
    let (folder, store) = store().await;
    close_after(
        &store,
        "UPDATE _sqlx_migrations SET checksum = x'00'; ALTER TABLE program RENAME COLUMN identity TO another",
    )
    .await;
    let before = fs::read(store.path()).unwrap();
    let error = Store::open(folder.path(), options()).await.unwrap_err();
    assert!(
        matches!(error, OpenError::Unreleased { .. }),
        "no SQL error: {error:?}"
    );
    assert!(error.may_set_aside(), "there is a way on");
    assert_eq!(fs::read(store.path()).unwrap(), before, "the file is unchanged");
}
