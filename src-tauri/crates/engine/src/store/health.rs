//! Whether the file is whole and where it should be, looked at beside the work; and copies of it.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::{ConnectOptions, Connection};
use tokio::sync::watch;

use super::{Store, StoreError, copy};

/// What is known of the state of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// What is wrong with it, if anything is.
    pub problem: Option<StoreError>,
    /// The log beside it is this long because something holds on to an old state of the file; else `None`.
    pub long_log: Option<u64>,
    /// The bytes that are left on its disk, where they are few.
    pub room: Option<u64>,
    /// The pages were read through since it was opened.
    pub checked: bool,
}

/// How often is looked whether the file is still there.
const PERIOD: Duration = Duration::from_secs(2);
/// How often all pages are read, after the first time.
const CHECK: Duration = Duration::from_secs(3_600);
/// A file of no more bytes is read through at once when it was opened. What arrives meanwhile is taken: nobody waits for
/// that.
const SMALL: u64 = 64 * 1024 * 1024;
/// A log of more than this is not normal.
pub(super) const LONG_LOG: u64 = 128 * 1024 * 1024;

impl Store {
    /// Reads through the file and says whether it is whole. From a damaged one nothing is acknowledged any more.
    ///
    /// # Errors
    ///
    /// When it is damaged, or when it cannot be read.
    pub async fn check(&self) -> Result<(), StoreError> {
        let mut connection = self.inner.checkpointer.clone().read_only(true).connect().await?;
        let found: Result<Vec<String>, _> = sqlx::query_scalar("PRAGMA quick_check(5)")
            .fetch_all(&mut connection)
            .await;
        let _ = connection.close().await;
        let result = match found {
            Ok(lines) if lines == ["ok"] => Ok(()),
            Ok(lines) => Err(StoreError::Corrupt {
                detail: lines.join("; "),
            }),
            Err(error) => Err(error.into()),
        };
        if let Err(StoreError::Corrupt { detail }) = &result {
            self.inner.file.condemn(detail);
        }
        result
    }

    /// Tries whether something can be written to the disk, so that what keeps requests from being kept is known to be over
    /// before the next one comes. While another program holds the file this waits for nothing.
    ///
    /// # Errors
    ///
    /// What still keeps requests from being kept.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let file = &self.inner.file;
        file.check()?;
        file.look_at_room();
        file.has_room()?;
        // Apart from the writer, which would wait for the lock while requests wait for it.
        let options = self.inner.checkpointer.clone().busy_timeout(Duration::ZERO);
        let mut connection = options.connect().await?;
        let free = sqlx::raw_sql("BEGIN IMMEDIATE; ROLLBACK")
            .execute(&mut connection)
            .await;
        let _ = connection.close().await;
        free?;
        self.write(|connection| {
            Box::pin(async move {
                // Another value each time: SQLite writes no page that stays as it is.
                sqlx::query(
                    "INSERT INTO setting (key, value) VALUES ('store.probe', '0')
                     ON CONFLICT (key) DO UPDATE SET value = CAST(1 - value AS TEXT)",
                )
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Watches the file: every two seconds whether it is still there and its disk has room; at the start, or soon after
    /// where it is large, and then every hour whether it is whole. The watch ends when its last receiver is dropped.
    #[must_use]
    pub fn watch_health(&self) -> watch::Receiver<Health> {
        let (health, receiver) = watch::channel(Health::default());
        let store = std::sync::Arc::downgrade(&self.inner);
        let first_check = self.inner.first_check;
        tokio::spawn(async move {
            let mut next_check = Instant::now() + first_check;
            let mut marked = None;
            if let Some(inner) = store.upgrade() {
                let room = inner.file.look_at_room();
                health.send_if_modified(|health| std::mem::replace(&mut health.room, room) != room);
                let store = Self { inner };
                if std::fs::metadata(store.path()).is_ok_and(|data| data.len() <= SMALL) {
                    let checked = store.check().await.is_ok();
                    let problem = store.inner.file.check().err();
                    health.send_modify(|health| (health.checked, health.problem) = (checked, problem));
                    next_check = Instant::now() + CHECK;
                }
            }
            loop {
                tokio::select! {
                    () = health.closed() => return,
                    () = tokio::time::sleep(PERIOD) => {}
                }
                let Some(inner) = store.upgrade() else { return };
                let store = Self { inner };
                let mut seen = health.borrow().clone();
                if Instant::now() >= next_check {
                    next_check = Instant::now() + CHECK;
                    seen.checked = store.check().await.is_ok();
                }
                seen.room = store.inner.file.look_at_room();
                let file = &store.inner.file;
                seen.problem = file.check().and_then(|()| file.has_room()).err();
                let written = *store.inner.written.borrow();
                if seen.problem.is_none() && marked.replace(written) != Some(written) {
                    store.leave_mark().await;
                }
                seen.long_log = store.long_log();
                health.send_if_modified(|health| std::mem::replace(health, seen.clone()) != seen);
            }
        });
        receiver
    }

    /// The length of the log where that is not normal and something has held on to an old state of the file for long. A
    /// burst makes it long too, and many that read one after the other: that passes by itself, and nobody has to be
    /// told.
    pub(super) fn long_log(&self) -> Option<u64> {
        let held = self.inner.copied.borrow().held?;
        if held.since.elapsed() < self.inner.held_for {
            return None;
        }
        let log = std::fs::metadata(self.inner.file.log()).ok()?.len();
        Some(log).filter(|length| *length > LONG_LOG)
    }

    /// Writes a whole copy of the data file to `path`, where nothing may be yet; receiving goes on meanwhile. Returns
    /// its length. It has another name until it is whole, and only its owner may read it.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or something is there.
    pub async fn backup(&self, path: &Path) -> Result<u64, StoreError> {
        if path.exists() {
            return Err(StoreError::Exists {
                kind: "a file",
                name: path.display().to_string(),
            });
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let partial = path.with_file_name(name);
        let copied = self.copy_to(&partial).await.and_then(|()| {
            std::fs::rename(&partial, path).map_err(|error| disk(&error))?;
            Ok(std::fs::metadata(path).map_err(|error| disk(&error))?.len())
        });
        if copied.is_err() {
            let _ = std::fs::remove_file(&partial);
        }
        copied
    }

    async fn copy_to(&self, partial: &Path) -> Result<(), StoreError> {
        // What an earlier one left. SQLite writes into an empty file only.
        let _ = std::fs::remove_file(partial);
        super::file::make_file(partial).map_err(|error| StoreError::Disk {
            detail: error.to_string(),
        })?;
        let mut connection = self.inner.checkpointer.connect().await?;
        let copied = copy::write(&mut connection, partial).await;
        let _ = connection.close().await;
        copied.map_err(|error| match error {
            sqlx::Error::Io(error) => disk(&error),
            error => error.into(),
        })
    }
}

fn disk(error: &std::io::Error) -> StoreError {
    StoreError::Disk {
        detail: error.to_string(),
    }
}
