//! The search index: a file of its own beside the data file, filled behind the commits and made anew from the rows
//! whenever it is missing, damaged or of another data file.
//!
//! It holds the words of each request in tables of 65,536 requests each, so that the newest are searched first,
//! a beginning that most requests share costs no more than one table, and the space of old requests is given back by
//! dropping a table. What is not yet indexed is scanned, so that nothing is missed.

mod build;
mod candidates;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{ConnectOptions, Row, SqlitePool};
use tokio::sync::watch;

pub(super) use build::{Builder, Content, newest, run};
pub(super) use candidates::match_text;

use crate::model::Sequence;

const NAME: &str = "search.db";
/// Raise this when tokens are made differently: the index is then made anew.
const FORMAT: i64 = 1;

/// How far the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchState {
    /// Everything up to here can be found by its words; what is newer is scanned.
    pub indexed_to: Sequence,
    /// How many requests wait for the index.
    pub backlog: u64,
}

/// The index, for those who read it.
#[derive(Debug)]
pub(super) struct SearchIndex {
    readers: SqlitePool,
    identity: Vec<u8>,
    /// Requests in one table.
    table: i64,
    /// Changes when this program has indexed something.
    pub progress: watch::Receiver<i64>,
}

impl SearchIndex {
    pub(super) fn new(folder: &Path, identity: Vec<u8>, table: i64, progress: watch::Receiver<i64>) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path(folder))
            .read_only(true)
            .busy_timeout(Duration::from_secs(1))
            .pragma("cache_size", "-2000")
            .disable_statement_logging()
            .thread_name(|_| "store-search".to_owned());
        let readers = SqlitePoolOptions::new()
            .max_connections(2)
            .idle_timeout(Duration::from_secs(30))
            .acquire_timeout(Duration::from_secs(5))
            .test_before_acquire(false)
            .connect_lazy_with(options);
        Self {
            readers,
            identity,
            table,
            progress,
        }
    }

    /// Up to where the index is complete: 0 where there is none that can be used.
    pub(super) async fn indexed_to(&self) -> i64 {
        let row = sqlx::query("SELECT identity, format, indexed_to FROM state")
            .fetch_one(&self.readers)
            .await;
        let read = |row: &sqlx::sqlite::SqliteRow| -> Result<i64, sqlx::Error> {
            let ours = row.try_get::<Vec<u8>, _>(0)? == self.identity
                && row.try_get::<i64, _>(1)? == format(self.table);
            if ours { row.try_get(2) } else { Ok(0) }
        };
        row.and_then(|row| read(&row)).unwrap_or(0)
    }

    /// How many requests the index has words of, whether or not they are still there.
    pub(super) async fn indexed(&self) -> u64 {
        let to = self.indexed_to().await;
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'words_[0-9]*'",
        )
        .fetch_all(&self.readers)
        .await
        .unwrap_or_default();
        // The tables that FTS5 makes for itself have a word behind the number.
        let numbers = names
            .iter()
            .filter_map(|name| name.strip_prefix("words_")?.parse::<i64>().ok());
        let rows = numbers.map(|number| (to - number * self.table + 1).clamp(0, self.table));
        rows.sum::<i64>().unsigned_abs()
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

/// The number that says how an index was made: by which tokens, and with how many requests in a table.
fn format(table: i64) -> i64 {
    (FORMAT << 32) + table
}
