//! Files beside the data file that hold only what can be made again from it: an index whose pages would be paid for
//! in the transaction that a sender waits for is filled behind the commits, in a file of its own, which no power cut
//! or damage makes worse than work to be done again.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Row};

use super::{StoreError, file};

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

    /// Opens it to write, or makes it anew where it is missing, damaged, of another data file or of another format.
    pub(super) async fn open(&self, page_cache: &'static str) -> Result<SqliteConnection, StoreError> {
        match self.open_as_it_is(page_cache).await {
            Ok(connection) => Ok(connection),
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
        sqlx::raw_sql(
            "CREATE TABLE IF NOT EXISTS state (
                 one INTEGER PRIMARY KEY CHECK (one = 1), identity BLOB NOT NULL, format INTEGER NOT NULL,
                 indexed_to INTEGER NOT NULL) STRICT",
        )
        .execute(&mut connection)
        .await?;
        let row = sqlx::query("SELECT identity, format FROM state")
            .fetch_optional(&mut connection)
            .await?;
        match row {
            Some(row)
                if row.try_get::<Vec<u8>, _>(0)? == self.identity
                    && row.try_get::<i64, _>(1)? == self.format => {}
            Some(_) => {
                let _ = connection.close().await;
                return Err(StoreError::Corrupt {
                    detail: "made from another data file".to_owned(),
                });
            }
            None => {
                sqlx::query("INSERT INTO state (one, identity, format, indexed_to) VALUES (1, ?, ?, 0)")
                    .bind(&self.identity)
                    .bind(self.format)
                    .execute(&mut connection)
                    .await?;
            }
        }
        Ok(connection)
    }

    fn remove(&self) {
        for suffix in ["-wal", "-shm", ""] {
            let _ = std::fs::remove_file(format!("{}{suffix}", self.path().display()));
        }
    }

    /// How to open it to read.
    pub(super) fn reader(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(self.path())
            .read_only(true)
            .busy_timeout(Duration::from_secs(1))
            .pragma("cache_size", "-500")
            .disable_statement_logging()
            .thread_name(|_| "store-search".to_owned())
    }

    /// Up to which request it is complete, by the readers of it: 0 where there is none that can be used.
    pub(super) async fn complete_to(&self, readers: &sqlx::SqlitePool) -> i64 {
        let row = sqlx::query("SELECT identity, format, indexed_to FROM state")
            .fetch_one(readers)
            .await;
        let read = |row: &sqlx::sqlite::SqliteRow| -> Result<i64, sqlx::Error> {
            let ours =
                row.try_get::<Vec<u8>, _>(0)? == self.identity && row.try_get::<i64, _>(1)? == self.format;
            if ours { row.try_get(2) } else { Ok(0) }
        };
        row.and_then(|row| read(&row)).unwrap_or(0)
    }
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
