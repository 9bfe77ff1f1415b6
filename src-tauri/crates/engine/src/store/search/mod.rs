//! The search index: a file of its own beside the data file, filled behind the commits and made anew from the rows
//! whenever it is missing, damaged or of another data file.
//!
//! It holds the words of each request in tables of 65,536 requests each, so that the newest are searched first,
//! a beginning that most requests share costs no more than one table, and the space of old requests is given back by
//! dropping a table, or by making it anew where few of them are left. What is not yet indexed is scanned, so that nothing is missed.

mod build;
mod candidates;
mod sparse;

use std::collections::HashMap;
use std::path::Path;

use sqlx::SqlitePool;
use tokio::sync::watch;

pub(super) use build::{Builder, Content, newest, run};
pub(super) use candidates::match_text;

use super::derived::Derived;
use crate::model::Sequence;

const NAME: &str = "search";
/// Raise this when tokens are made differently: the index is then made anew.
const FORMAT: i64 = 2;

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
    derived: Derived,
    /// Requests in one table.
    table: i64,
    /// Changes when this program has indexed something.
    pub progress: watch::Receiver<i64>,
}

impl SearchIndex {
    pub(super) fn new(derived: Derived, table: i64, progress: watch::Receiver<i64>) -> Self {
        Self {
            readers: derived.readers(2),
            derived,
            table,
            progress,
        }
    }

    /// Up to where the index is complete: 0 where there is none that can be used.
    pub(super) async fn indexed_to(&self) -> i64 {
        self.derived.complete_to(&self.readers).await
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
        let thinned: HashMap<i64, i64> = sqlx::query_as("SELECT number, requests FROM thinned")
            .fetch_all(&self.readers)
            .await
            .unwrap_or_default()
            .into_iter()
            .collect();
        // The tables that FTS5 makes for itself have a word behind the number.
        let numbers = names
            .iter()
            .filter_map(|name| name.strip_prefix("words_")?.parse::<i64>().ok());
        let rows = numbers.map(|number| match thinned.get(&number) {
            Some(requests) => *requests,
            None => (to - number * self.table + 1).clamp(0, self.table),
        });
        rows.sum::<i64>().unsigned_abs()
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
    }
}

/// The file of the index: made anew where it was made by other tokens, or with another number of requests in a table.
pub(super) fn file(folder: &Path, identity: Vec<u8>, table: i64) -> Derived {
    Derived::new(folder, NAME, identity, (FORMAT << 32) + table)
}
