//! The one SQLite file in which everything is kept.
//!
//! The boundary is here so that one module knows SQL: no sqlx type leaves it. Nothing here reads a clock, knows a
//! socket or a provider; requests come in whole and go out as plain data of [`crate::model`].
//!
//! Two programs (a terminal and the window) may have one file open at the same time. Therefore nothing that is in
//! the file is cached here, and counters are kept in the transactions that change what they count.

mod alike;
mod annotation;
mod aside;
mod checkpoint;
mod conduct;
mod consent;
mod content;
mod copy;
mod counting;
mod delivery;
mod derived;
mod dictionary;
mod discard;
mod draft;
mod endpoint;
mod error;
mod file;
mod find;
mod foreign;
mod forward;
mod given;
mod group;
mod health;
mod held;
#[doc(hidden)]
pub mod history;
mod imported;
mod job;
mod judgement;
mod line;
mod listing;
mod mark;
mod mask_path;
mod moving;
mod open;
mod options;
mod own_provider;
mod pack;
mod place;
mod prepared;
mod query;
mod removal;
mod repetition;
mod request;
mod restoring;
mod retention;
mod run;
mod saved_filter;
mod schedule;
mod search;
mod sendable;
mod setting;
mod steps;
mod suggest;
mod tally;
mod target;
mod template;
#[cfg(test)]
pub(crate) mod tests;
mod training;
mod trust;
mod words;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePoolOptions};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use annotation::{Annotate, Annotation};
pub use consent::Consent;
pub use content::BodyRange;
pub use counting::{Counted, CountedAfter};
pub use discard::{Discard, DiscardId, DiscardKind, Finality};
pub use error::{OpenError, StoreError};
pub use health::Health;
pub use held::{After, Standing};
pub use imported::Trace;
pub use open::set_aside;
pub use options::{BodyText, Durability, Indexing, StoreOptions};
pub use own_provider::{Freed, OwnProvider};
pub use place::Room;
pub use removal::{Deletion, DeletionId, Step};
pub(crate) use repetition::{Known, Marked};
pub use request::{From, Page, PageRequest};
pub use restoring::BroughtBack;
pub use retention::{Outlook, RetentionLimits, UNDO_FOR, Usage};
pub use saved_filter::SavedFilter;
pub use search::SearchState;
pub(crate) use sendable::{Place, Sendable};
pub(crate) use steps::Progress;
pub use suggest::Suggestion;
pub use tally::{Count, TallyKind};
pub(crate) use trust::Trust;

use crate::model::{Attempt, Delivery, NewRequest, Sequence};

/// What is known of a request once it is kept. Whether it repeats an earlier one is found soon afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Its place in the order of arrival.
    pub sequence: Sequence,
}

/// An open data file. Clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    writer: writer::Writer,
    readers: SqlitePool,
    file: Arc<file::DataFile>,
    checkpointer: SqliteConnectOptions,
    search: search::SearchIndex,
    marker: String,
    repetitions: repetition::Repetitions,
    body_text: BodyText,
    dictionaries: Arc<dictionary::Dictionaries>,
    /// Bytes written by this program so far.
    written: watch::Receiver<u64>,
    /// What tells this file from any other.
    identity: Vec<u8>,
    lost: Option<u64>,
    /// What is known of the log since it was last copied.
    copied: watch::Receiver<checkpoint::Copied>,
    held_for: std::time::Duration,
    first_check: std::time::Duration,
    /// What works beside the writer and ends after it.
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("Store")
            .field(&self.inner.file.path())
            .finish()
    }
}

impl Store {
    /// Opens the data file in `folder`, or makes both.
    ///
    /// # Errors
    ///
    /// When it cannot be used; the file is then as it was found.
    pub async fn open(folder: &Path, options: StoreOptions) -> Result<Self, OpenError> {
        let open::Opened {
            path,
            connection,
            identity,
            lost,
        } = open::open(folder, &options).await?;
        let word = hex::encode(&identity[..identity.len().min(8)]);
        let file = Arc::new(file::DataFile::remember(&path, options.room));
        let (written, progress) = watch::channel(0);
        let writer = writer::Writer::start(options.writer(&path), connection, Arc::clone(&file), written);
        let checkpointer = options.checkpointer(&path);
        let (tell_copied, copied) = watch::channel(checkpoint::Copied::default());
        let mut tasks = vec![tokio::spawn(checkpoint::run(
            checkpointer.clone(),
            writer.downgrade(),
            progress.clone(),
            file.log(),
            tell_copied,
        ))];
        let readers = SqlitePoolOptions::new()
            .max_connections(options.readers.max(1))
            .acquire_timeout(std::time::Duration::from_secs(5))
            .test_before_acquire(false)
            .connect_lazy_with(options.reader(&path));
        let written = progress.clone();
        let keys = repetition::file(folder, identity.clone());
        let marker = repetition::Marker::new(
            keys.clone(),
            readers.clone(),
            writer.downgrade(),
            progress.clone(),
        );
        let repetitions = repetition::Repetitions::new(&keys, &marker);
        tasks.push(tokio::spawn(marker.run()));
        let dictionaries = Arc::new(dictionary::Dictionaries::default());
        let trainer = training::Trainer {
            rows: readers.clone(),
            writer: writer.downgrade(),
            dictionaries: Arc::clone(&dictionaries),
            written: progress.clone(),
            enough: options.dictionary_after,
        };
        tasks.push(tokio::spawn(trainer.run()));
        let (indexed, index_progress) = watch::channel(0);
        let file_of_words = search::file(folder, identity.clone(), options.index_table);
        let search = search::SearchIndex::new(file_of_words.clone(), options.index_table, index_progress);
        if options.indexing == Indexing::Background {
            tasks.push(tokio::spawn(search::run(search::Builder {
                derived: file_of_words,
                table: options.index_table,
                rows: readers.clone(),
                body_text: options.body_text,
                dictionaries: Arc::clone(&dictionaries),
                written: progress,
                progress: indexed,
            })));
        }
        Ok(Self {
            inner: Arc::new(Inner {
                writer,
                readers,
                file,
                checkpointer,
                search,
                marker: word,
                repetitions,
                body_text: options.body_text,
                dictionaries,
                written,
                identity,
                lost,
                copied,
                held_for: options.held_for,
                first_check: options.first_check,
                tasks: Mutex::new(tasks),
            }),
        })
    }

    /// Where the data file lies.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.inner.file.path().to_owned()
    }

    /// A word that tells this data file from any other.
    #[must_use]
    pub fn marker(&self) -> &str {
        &self.inner.marker
    }

    /// Keeps a request; returns when it is on the disk.
    ///
    /// # Errors
    ///
    /// When it could not be kept; then it must not be acknowledged.
    pub async fn insert_request(&self, new: NewRequest) -> Result<Kept, StoreError> {
        self.inner.file.has_room()?;
        let dictionary = self.inner.dictionaries.newest();
        let prepared = prepared::Prepared::new(new, dictionary).await?;
        self.inner.writer.keep(prepared).await
    }

    /// Keeps requests in this order, as few transactions as there can be; returns when they are on the disk, or what kept
    /// one from it.
    pub async fn insert_requests(&self, all: Vec<NewRequest>) -> Vec<Result<Kept, StoreError>> {
        let mut waiting = Vec::with_capacity(all.len());
        for new in all {
            waiting.push(self.put(new).await);
        }
        let mut kept = Vec::with_capacity(waiting.len());
        for waiting in waiting {
            kept.push(match waiting {
                Ok(answer) => answer.await.unwrap_or(Err(StoreError::Closed)),
                Err(error) => Err(error),
            });
        }
        kept
    }

    async fn put(
        &self,
        new: NewRequest,
    ) -> Result<tokio::sync::oneshot::Receiver<Result<Kept, StoreError>>, StoreError> {
        self.inner.file.has_room()?;
        let dictionary = self.inner.dictionaries.newest();
        let prepared = prepared::Prepared::new(new, dictionary).await?;
        self.inner.writer.put(prepared).await
    }

    /// How many requests at least were kept and are not there any more since the log of the file was deleted or damaged.
    #[must_use]
    pub fn lost(&self) -> Option<u64> {
        self.inner.lost
    }

    /// What makes its folder a bad place for a data file, in words.
    #[must_use]
    pub fn reservation(&self) -> Option<String> {
        self.inner.file.path().parent().and_then(place::reservation)
    }

    /// Remembers beside the file how far the history has come.
    async fn leave_mark(&self) {
        if let (Some(folder), Ok(newest)) = (self.inner.file.path().parent(), self.newest_sequence().await) {
            mark::write(folder, &self.inner.identity, newest.0);
        }
    }

    /// Finishes what waits, copies the log into the file and closes it. What is asked afterwards fails with
    /// [`StoreError::Closed`].
    pub async fn close(&self) {
        self.inner.writer.close().await;
        if self.inner.file.check().is_ok() {
            self.leave_mark().await;
        }
        let tasks = self
            .inner
            .tasks
            .lock()
            .map(|mut tasks| std::mem::take(&mut *tasks))
            .unwrap_or_default();
        for task in tasks {
            let _ = task.await;
        }
        self.inner.readers.close().await;
        self.inner.search.close().await;
        self.inner.repetitions.close().await;
        if self.inner.file.check().is_ok() {
            // What is left in the log is found there by the next start.
            let _ = checkpoint::finish(&self.inner.checkpointer).await;
        }
    }

    /// How far the search index is.
    ///
    /// # Errors
    ///
    /// When the newest request cannot be read.
    pub async fn search_state(&self) -> Result<SearchState, StoreError> {
        let newest = search::newest(self.readers()).await?;
        let indexed_to = self.inner.search.indexed_to().await;
        Ok(SearchState {
            indexed_to: Sequence(indexed_to),
            backlog: newest.saturating_sub(indexed_to).unsigned_abs(),
        })
    }

    /// A number that changes whenever this program has indexed something.
    #[must_use]
    pub fn watch_search(&self) -> watch::Receiver<i64> {
        self.inner.search.progress.clone()
    }

    fn readers(&self) -> &SqlitePool {
        &self.inner.readers
    }

    /// Runs `work` on the writer in a transaction of its own; returns when that is committed.
    async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.inner.writer.run(0, Box::new(work)).await
    }

    /// Runs `work` on the writer in a transaction that it may share with other such work; returns when that is
    /// committed. For what comes in numbers and is small. It may be run more than once, the last time is what counts.
    async fn write_beside<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: for<'c> FnMut(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.write_sent(0, work).await
    }

    /// Keeps what came of a delivery, with others of its kind. `length` is of its bodies.
    async fn write_sent<T, W>(&self, length: usize, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: for<'c> FnMut(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.inner.writer.add(length, Box::new(work)).await
    }
}

/// The length of the bodies of a delivery: of what was sent, where it is not the captured one, and of the answers.
fn sent_length(delivery: &Delivery) -> usize {
    delivery.body.as_ref().map_or(0, bytes::Bytes::len) + answers_length(&delivery.attempts)
}

fn answers_length(attempts: &[Attempt]) -> usize {
    attempts.iter().map(|attempt| attempt.body.len()).sum()
}

/// The 16 bytes of an id as they lie in the file.
fn id_of(bytes: Vec<u8>) -> Result<[u8; 16], StoreError> {
    <[u8; 16]>::try_from(bytes).map_err(|_| StoreError::Corrupt {
        detail: "an id is not 16 bytes long".to_owned(),
    })
}

/// That a write found what it is about.
fn there_was(found: bool, kind: &'static str, name: &impl ToString) -> Result<(), StoreError> {
    if found {
        return Ok(());
    }
    let name = name.to_string();
    Err(StoreError::NotFound { kind, name })
}

/// The error of a write that may have met a name that is taken.
fn taken(error: sqlx::Error, kind: &'static str, name: &str) -> StoreError {
    match &error {
        sqlx::Error::Database(database) if database.is_unique_violation() => StoreError::Exists {
            kind,
            name: name.to_owned(),
        },
        _ => error.into(),
    }
}
