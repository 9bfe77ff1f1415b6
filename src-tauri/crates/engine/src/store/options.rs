//! How a store is opened: the few choices there are, and the connection options made from them.

use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

/// When a commit counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The disk has it: an acknowledged request survives a power cut.
    #[default]
    Full,
    /// The operating system has it: it survives the end of this program, not a power cut.
    Normal,
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
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            lock_wait: Duration::from_millis(2_000),
            readers: 3,
            page_limit: None,
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
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(match self.durability {
                Durability::Full => SqliteSynchronous::Full,
                Durability::Normal => SqliteSynchronous::Normal,
            })
            .pragma("wal_autocheckpoint", "0")
            .pragma("journal_size_limit", "33554432")
            .pragma("cache_size", "-8000")
            .thread_name(|_| "store-writer".to_owned());
        if let Some(pages) = self.page_limit {
            options = options.pragma("max_page_count", pages.to_string());
        }
        options
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
            .pragma("cache_size", "-4000")
            .thread_name(|_| "store-reader".to_owned())
    }
}
