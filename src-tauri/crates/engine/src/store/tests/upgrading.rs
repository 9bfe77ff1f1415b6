use std::path::Path;

use sqlx::Connection as _;

use super::super::{DiscardId, Store};
use super::{close_after, fill, open, options, store, unmanaged};

/// The requests in a file that no store has open.
async fn requests_in(file: &Path) -> i64 {
    let mut connection = unmanaged(file).await;
    let rows = sqlx::query_scalar("SELECT count(*) FROM request")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    rows
}

/// Closes the file as one of an earlier schema.
async fn close_as_older(store: Store) {
    close_after(&store, "PRAGMA user_version = 0").await;
}

#[tokio::test]
async fn an_older_file_is_copied_before_it_is_changed() {
    let (folder, store) = store().await;
    let ids = fill(&store, 3).await;
    close_as_older(store).await;
    let again = open(&folder).await;
    assert!(
        again.request(ids[0]).await.unwrap().is_some(),
        "it opens with everything in it"
    );
    again.close().await;
    let copy = folder.path().join("hookbench.db.schema-0.bak");
    assert_eq!(requests_in(&copy).await, 3, "and the copy has it too");
    let first = std::fs::read(&copy).unwrap();
    let restored = open(&folder).await;
    fill(&restored, 5).await;
    close_as_older(restored).await;
    open(&folder).await.close().await;
    let second = folder.path().join("hookbench.db.schema-0.2.bak");
    assert!(
        second.exists(),
        "an older file that was worked with since is copied too"
    );
    assert_eq!(
        std::fs::read(&copy).unwrap(),
        first,
        "and the earlier copy is left as it is"
    );
}

#[tokio::test]
async fn the_copy_of_an_older_file_holds_nothing_that_the_file_can_still_bring_back() {
    let (folder, store) = store().await;
    close_after(
        &store,
        r#"INSERT INTO discard (number, at, kind, name, rows) VALUES (1, 1, 'saved_filter', 'mine',
               '{"saved_filter": [{"name": "mine", "filter": "body:once-looked-for", "position": 1}]}');
           PRAGMA user_version = 0"#,
    )
    .await;
    let again = open(&folder).await;
    let bytes = std::fs::read(folder.path().join("hookbench.db.schema-0.bak")).unwrap();
    let gone = b"once-looked-for";
    assert!(
        !bytes.windows(gone.len()).any(|part| part == gone),
        "the copy, once opened, would forget what belongs to it a second time"
    );
    again.bring_back(DiscardId(1)).await.unwrap();
}

#[tokio::test]
async fn a_migration_that_fails_again_and_again_leaves_one_copy() {
    let (folder, store) = store().await;
    fill(&store, 3).await;
    // Its tables are there, so that they cannot be made.
    close_after(&store, "PRAGMA user_version = 0; DELETE FROM _sqlx_migrations").await;
    for time in 1..=3 {
        let failed = Store::open(folder.path(), options()).await;
        assert!(failed.is_err(), "time {time}: what is there cannot be made");
        let copies = std::fs::read_dir(folder.path())
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                name.to_string_lossy().contains(".bak")
            })
            .count();
        assert_eq!(copies, 1, "time {time}: nothing was written since the first");
    }
}

#[tokio::test]
async fn a_copy_of_an_older_file_that_was_cut_short_is_made_again() {
    let (folder, store) = store().await;
    fill(&store, 20).await;
    close_as_older(store).await;
    let copy = folder.path().join("hookbench.db.schema-0.bak");
    let partial = folder.path().join("hookbench.db.schema-0.bak.partial");
    // The program ended in the middle of the copy.
    std::fs::write(&partial, b"SQLite format 3\0 and no more").unwrap();
    open(&folder).await.close().await;
    assert!(!partial.exists(), "what was cut short is gone");
    assert_eq!(requests_in(&copy).await, 20, "and the copy is whole");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&copy).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "only its owner may read it");
    }
}
