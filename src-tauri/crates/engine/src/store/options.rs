//! How a store is opened: the few choices there are, and the connection options made from them.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use super::place::Room;
use crate::model::RawHead;

/// When a commit counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The disk has it: an acknowledged request survives a power cut.
    #[default]
    Full,
    /// The operating system has it: it survives the end of this program, not a power cut.
    Normal,
}

/// The text of a body: with its content coding undone, where the head names one and the body follows it; `None`
/// where the body is its own text. Passed in, because what a coding is, is known elsewhere.
pub type BodyText = fn(&RawHead, &Bytes) -> Option<Bytes>;

/// Whether what is kept can be found by its words quickly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Indexing {
    /// A search index is built in the background.
    #[default]
    Background,
    /// None is built here; one that is there is used.
    Off,
}

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// When a commit counts as done.
    pub durability: Durability,
    /// How long a write waits for another program before it fails with [`super::StoreError::Locked`].
    pub lock_wait: Duration,
    /// How many readers there are at most; each costs a thread and its page cache.
    pub readers: u32,
    /// The most pages of 4 KiB the file may have; `None` is as many as the disk has room for.
    pub page_limit: Option<u32>,
    /// The text of a body, for searching in it.
    pub body_text: BodyText,
    /// When the room on the disk is spoken of, and when nothing more is taken.
    pub room: Room,
    /// How long after the start all pages are read, to see whether the file is whole.
    pub first_check: Duration,
    /// Whether the search index is built.
    pub indexing: Indexing,
    /// Requests in one table of the search index. Only tests have a reason to change it.
    #[doc(hidden)]
    pub index_table: i64,
    /// Requests from which the first dictionary is learned. Only tests have a reason to change it.
    #[doc(hidden)]
    pub dictionary_after: i64,
    /// How long something has to hold the log before it is told of. Only tests have a reason to change it.
    #[doc(hidden)]
    pub held_for: Duration,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            lock_wait: Duration::from_millis(2_000),
            readers: 3,
            page_limit: None,
            body_text: |_, _| None,
            room: Room::default(),
            first_check: Duration::from_secs(15),
            indexing: Indexing::Background,
            index_table: 65_536,
            dictionary_after: 1_000,
            held_for: Duration::from_secs(10),
        }
    }
}

/// How many statements a connection keeps prepared: one for each size of a group, and the others.
const STATEMENTS: usize = 256;

impl StoreOptions {
    fn base(&self, path: &Path) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(self.lock_wait)
            .foreign_keys(true)
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging()
    }

    /// The one connection that writes; it never checkpoints by itself.
    pub(super) fn writer(&self, path: &Path) -> SqliteConnectOptions {
        let mut options = self
            .base(path)
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(match self.durability {
                Durability::Full => SqliteSynchronous::Full,
                Durability::Normal => SqliteSynchronous::Normal,
            })
            .pragma("wal_autocheckpoint", "0")
            .pragma("journal_size_limit", super::checkpoint::KEPT.to_string())
            .pragma("temp_store", "memory")
            .pragma("cache_size", "-2000")
            .thread_name(|_| "store-writer".to_owned());
        if let Some(pages) = self.page_limit {
            options = options.pragma("max_page_count", pages.to_string());
        }
        options
    }

    /// The connection that writes into a file that has nothing in it yet. To set this writes a page each time, so that it
    /// is not asked of any other: what only looks whether it can go on leaves the file as it is.
    pub(super) fn maker(&self, path: &Path) -> SqliteConnectOptions {
        self.writer(path).auto_vacuum(SqliteAutoVacuum::Incremental)
    }

    /// The connection that copies the log into the file, beside the writer.
    pub(super) fn checkpointer(&self, path: &Path) -> SqliteConnectOptions {
        self.base(path)
            .create_if_missing(false)
            .pragma("wal_autocheckpoint", "0")
            .pragma("cache_size", "-200")
            .synchronous(SqliteSynchronous::Full)
            .thread_name(|_| "store-checkpoint".to_owned())
    }

    /// A connection that only reads.
    pub(super) fn reader(&self, path: &Path) -> SqliteConnectOptions {
        self.base(path)
            .read_only(true)
            // The system keeps pages too: these only spare asking it. Each connection would fill its own.
            .pragma("cache_size", "-500")
            .thread_name(|_| "store-reader".to_owned())
    }
}
