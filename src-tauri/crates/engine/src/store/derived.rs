//! Files beside the data file that hold only what can be made again from it: an index whose pages would be paid for
//! in the transaction that a sender waits for is filled behind the commits, in a file of its own, which no power cut
//! or damage makes worse than work to be done again.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Row, SqlitePool};

use super::error::code_of;
use super::{StoreError, file};

/// SQLite's code where there is no such table or column.
const NO_SUCH_TABLE: i32 = 1;

/// One kind of derived file.
#[derive(Debug, Clone)]
pub(super) struct Derived {
    folder: PathBuf,
    /// Its name without an ending.
    name: &'static str,
    /// The data file that it was made from.
    identity: Vec<u8>,
    /// Changes when what lies in it is made differently: it is then made anew.
    format: i64,
}

impl Derived {
    pub(super) fn new(folder: &Path, name: &'static str, identity: Vec<u8>, format: i64) -> Self {
        Self {
            folder: folder.to_owned(),
            name,
            identity,
            format,
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.db", self.name))
    }

    /// The right to write it, held while the returned file lives; `None` while another program has it.
    pub(super) fn turn(&self) -> Option<File> {
        let path = self.folder.join(format!("{}.lock", self.name));
        file::make_file(&path).ok()?;
        let lock = File::options().write(true).open(path).ok()?;
        match lock.try_lock() {
            Err(std::fs::TryLockError::WouldBlock) => None,
            // Without locks two programs do the same work twice; the file stays right.
            Ok(()) | Err(std::fs::TryLockError::Error(_)) => Some(lock),
        }
    }

    /// Opens it to write, or makes it anew where it is missing, damaged, of another data file or of another format. One
    /// that cannot be opened for a reason that may pass, as while it is locked or the disk is full, is left as it is.
    pub(super) async fn open(&self, page_cache: &'static str) -> Result<SqliteConnection, StoreError> {
        // A reader takes the log beside an empty file for a leftover and removes it, even from under its writer.
        if std::fs::metadata(self.path()).is_ok_and(|file| file.len() == 0) {
            self.remove_log();
        }
        match self.open_as_it_is(page_cache).await {
            Ok(connection) => Ok(connection),
            Err(error) if error.may_pass() => Err(error),
            Err(_) => {
                self.remove();
                self.open_as_it_is(page_cache).await
            }
        }
    }

    async fn open_as_it_is(&self, page_cache: &'static str) -> Result<SqliteConnection, StoreError> {
        let path = self.path();
        let _ = file::make_file(&path);
        let thread = format!("store-{}", self.name);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .journal_mode(SqliteJournalMode::Wal)
            // A power cut may cost the newest part, which is then made again.
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(2))
            .pragma("cache_size", page_cache)
            .pragma("journal_size_limit", "8388608")
            .disable_statement_logging()
            .thread_name(move |_| thread.clone());
        let mut connection = options.connect().await?;
        match self.adopt(&mut connection).await {
            Ok(()) => Ok(connection),
            Err(error) => {
                // Before another file is made in its place, whose log has the same name as the one it closes.
                let _ = connection.close().await;
                Err(error)
            }
        }
    }

    /// Sees that the file is ours, and says so in a new one.
    async fn adopt(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::raw_sql(
            "CREATE TABLE IF NOT EXISTS state (
                 one INTEGER PRIMARY KEY CHECK (one = 1), identity BLOB NOT NULL, format INTEGER NOT NULL,
                 indexed_to INTEGER NOT NULL) STRICT",
        )
        .execute(&mut *connection)
        .await?;
        let row = sqlx::query("SELECT identity, format FROM state")
            .fetch_optional(&mut *connection)
            .await;
        let row = row.map_err(|error| match code_of(&error) {
            Some(NO_SUCH_TABLE) => StoreError::Corrupt {
                detail: error.to_string(),
            },
            _ => error.into(),
        })?;
        match row {
            Some(row)
                if row.try_get::<Vec<u8>, _>(0)? == self.identity
                    && row.try_get::<i64, _>(1)? == self.format => {}
            Some(_) => {
                return Err(StoreError::Corrupt {
                    detail: "made from another data file".to_owned(),
                });
            }
            None => {
                sqlx::query("INSERT INTO state (one, identity, format, indexed_to) VALUES (1, ?, ?, 0)")
                    .bind(&self.identity)
                    .bind(self.format)
                    .execute(connection)
                    .await?;
            }
        }
        Ok(())
    }

    fn remove(&self) {
        self.remove_log();
        let _ = std::fs::remove_file(self.path());
    }

    fn remove_log(&self) {
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", self.path().display()));
        }
    }

    /// At most so many connections that read it. One that was opened before another file took its place is not used
    /// again: it would go on reading the one that is gone, beside others that read the new one.
    pub(super) fn readers(&self, most: u32) -> SqlitePool {
        let options = SqliteConnectOptions::new()
            .filename(self.path())
            .read_only(true)
            .busy_timeout(Duration::from_secs(1))
            .pragma("cache_size", "-500")
            .pragma("temp_store", "memory")
            .disable_statement_logging()
            .thread_name(|_| "store-search".to_owned());
        let (connected, acquired) = (self.path(), self.path());
        SqlitePoolOptions::new()
            .max_connections(most)
            .idle_timeout(Duration::from_secs(30))
            .acquire_timeout(Duration::from_secs(5))
            .test_before_acquire(false)
            .after_connect(move |reader, _| {
                let file = file_at(&connected);
                Box::pin(async move {
                    sqlx::raw_sql("CREATE TEMP TABLE opened (file TEXT NOT NULL) STRICT")
                        .execute(&mut *reader)
                        .await?;
                    sqlx::query("INSERT INTO opened (file) VALUES (?)")
                        .bind(file)
                        .execute(reader)
                        .await?;
                    Ok(())
                })
            })
            .before_acquire(move |reader, _| {
                let file = file_at(&acquired);
                Box::pin(async move {
                    let opened: String = sqlx::query_scalar("SELECT file FROM opened")
                        .fetch_one(reader)
                        .await?;
                    Ok(opened == file)
                })
            })
            .connect_lazy_with(options)
    }

    /// Up to which request it is complete, by the readers of it: 0 where there is none that can be used.
    pub(super) async fn complete_to(&self, readers: &SqlitePool) -> i64 {
        let Ok(mut reader) = readers.acquire().await else {
            return 0;
        };
        let row = sqlx::query("SELECT identity, format, indexed_to FROM state")
            .fetch_one(&mut *reader)
            .await;
        let read = |row: &sqlx::sqlite::SqliteRow| -> Result<Option<i64>, sqlx::Error> {
            let ours =
                row.try_get::<Vec<u8>, _>(0)? == self.identity && row.try_get::<i64, _>(1)? == self.format;
            Ok(if ours { Some(row.try_get(2)?) } else { None })
        };
        if let Ok(Some(to)) = row.and_then(|row| read(&row)) {
            return to;
        }
        // Another file may lie there by now, and this reader would go on reading the one that is gone.
        let _ = reader.close().await;
        0
    }
}

/// What tells the file at this path from another one.
fn file_at(path: &Path) -> String {
    format!("{:?}", file::identity(path))
}

/// Up to which request the file is complete.
pub(super) async fn reached(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT indexed_to FROM state")
        .fetch_one(connection)
        .await?)
}

/// Enters up to which request the file is complete, in the transaction that makes it so.
pub(super) async fn reach(connection: &mut SqliteConnection, sequence: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE state SET indexed_to = ?")
        .bind(sequence)
        .execute(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn complete_to_seven() -> (tempfile::TempDir, Derived, SqliteConnection) {
        let folder = tempfile::tempdir().unwrap();
        let derived = Derived::new(folder.path(), "words", vec![1], 1);
        let mut writer = derived.open("-100").await.unwrap();
        reach(&mut writer, 7).await.unwrap();
        (folder, derived, writer)
    }

    #[tokio::test]
    async fn the_log_beside_an_empty_file_is_no_part_of_it() {
        let (_folder, derived, writer) = complete_to_seven().await;
        let log = format!("{}-wal", derived.path().display());
        let left = std::fs::read(&log).unwrap();
        writer.close().await.unwrap();
        std::fs::write(derived.path(), []).unwrap();
        std::fs::write(&log, left).unwrap();
        let mut writer = derived.open("-100").await.unwrap();
        assert_eq!(reached(&mut writer).await.unwrap(), 0, "it is made anew");
        let readers = derived.readers(1);
        reach(&mut writer, 9).await.unwrap();
        assert_eq!(derived.complete_to(&readers).await, 9, "and read by others");
        assert!(std::fs::exists(&log).unwrap(), "its log is its own");
    }

    #[tokio::test]
    async fn a_file_that_somebody_has_locked_is_not_made_anew() {
        let (_folder, derived, writer) = complete_to_seven().await;
        writer.close().await.unwrap();
        let path = derived.path();
        let alone = SqliteConnectOptions::new()
            .filename(&path)
            .pragma("locking_mode", "EXCLUSIVE");
        let mut other = alone.connect().await.unwrap();
        reach(&mut other, 8).await.unwrap();
        let refused = derived.open("-100").await;
        assert!(matches!(refused, Err(StoreError::Locked)), "{refused:?}");
        other.close().await.unwrap();
        let mut writer = derived.open("-100").await.unwrap();
        assert_eq!(reached(&mut writer).await.unwrap(), 8, "it is still there");
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_opened_for_a_while_is_not_made_anew() {
        let (_folder, derived, writer) = complete_to_seven().await;
        writer.close().await.unwrap();
        // As where there is no room or no right to make it.
        let in_the_way = format!("{}-shm", derived.path().display());
        std::fs::create_dir(&in_the_way).unwrap();
        let refused = derived.open("-100").await;
        assert!(matches!(&refused, Err(error) if error.may_pass()), "{refused:?}");
        std::fs::remove_dir(&in_the_way).unwrap();
        let mut writer = derived.open("-100").await.unwrap();
        assert_eq!(reached(&mut writer).await.unwrap(), 7, "it is still there");
    }

    #[tokio::test]
    async fn a_file_with_other_tables_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let derived = Derived::new(folder.path(), "words", vec![1], 1);
        let options = SqliteConnectOptions::new().filename(derived.path());
        let mut other = options.create_if_missing(true).connect().await.unwrap();
        let state = sqlx::raw_sql("CREATE TABLE state (something TEXT)");
        state.execute(&mut other).await.unwrap();
        other.close().await.unwrap();
        let mut writer = derived.open("-100").await.unwrap();
        assert_eq!(reached(&mut writer).await.unwrap(), 0, "it is ours now");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_reads_on_in_a_file_that_another_one_took_the_place_of() {
        let (folder, derived, writer) = complete_to_seven().await;
        let readers = derived.readers(1);
        assert_eq!(derived.complete_to(&readers).await, 7, "it is read");
        let other = Derived::new(folder.path(), "words", vec![1], 2);
        let replaced = other.open("-100").await.unwrap();
        assert_eq!(
            derived.complete_to(&readers).await,
            0,
            "what is there now is none of ours"
        );
        replaced.close().await.unwrap();
        writer.close().await.unwrap();
    }
}
