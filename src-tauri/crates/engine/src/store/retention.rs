//! Keeping the file within its limits, oldest requests first, in steps so small that no answer waits for them.

use std::time::{Duration, Instant};

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::watch;

use super::removal::{STEP, remove};
use super::trust::Trust;
use super::{Store, StoreError};
use crate::clock::Clock;
use crate::model::Timestamp;

/// What is kept at most. Requests with a star or a note are never removed for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionLimits {
    /// How many requests.
    pub requests: Option<u64>,
    /// How old they may be.
    pub age: Option<Duration>,
    /// How many bytes of the disk data and search index may use.
    pub bytes: Option<u64>,
}

impl Default for RetentionLimits {
    fn default() -> Self {
        Self {
            requests: Some(100_000),
            age: Some(Duration::from_secs(30 * 24 * 3_600)),
            bytes: Some(2 * 1024 * 1024 * 1024),
        }
    }
}

/// What is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Requests that are kept.
    pub requests: u64,
    /// The bytes of their bodies, as received.
    pub body_bytes: u64,
    /// Bytes of the data file that hold something.
    pub used_bytes: u64,
    /// Bytes of the data file that are free and will be given back.
    pub free_bytes: u64,
    /// Bytes of the log beside it.
    pub log_bytes: u64,
    /// Bytes of the search index and of the delivery keys, which lie in files of their own.
    pub search_bytes: u64,
    /// Those of them that are about requests that are still there. The others are given back later, whatever is
    /// removed now, so they are no reason to remove anything.
    pub search_live_bytes: u64,
}

impl Usage {
    /// What the limit of bytes is about.
    #[must_use]
    pub const fn counted_bytes(&self) -> u64 {
        self.used_bytes + self.search_live_bytes
    }
}

/// What the limits will take next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outlook {
    /// When the oldest request was received.
    pub oldest: Option<Timestamp>,
    /// Requests with a star or a note: they stay.
    pub exempt: u64,
    /// Requests that are beyond the limits now.
    pub beyond: u64,
    /// Requests that become too old within a day, beside those; counted no further than 10,000.
    pub within_a_day: u64,
}

/// Nobody wants to know more exactly how many will go.
const COUNT_LIMIT: u64 = 10_000;
const DAY: i64 = 24 * 3_600 * 1_000_000;

/// How long a deletion can be undone.
pub const UNDO_FOR: Duration = Duration::from_secs(10 * 60);

/// How often is looked, unless requests arrive quickly.
const PERIOD: Duration = Duration::from_secs(10);
/// How long the writer is left alone between two steps.
const PAUSE: Duration = Duration::from_millis(15);
/// Pages given back in one step.
const PAGES: i64 = 256;

impl Store {
    /// What is used.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn usage(&self) -> Result<Usage, StoreError> {
        let total = self.total().await?;
        let row = sqlx::query(
            "SELECT page_count * page_size, freelist_count * page_size
             FROM pragma_page_count, pragma_page_size, pragma_freelist_count",
        )
        .fetch_one(self.readers())
        .await?;
        let number = |at: usize| row.try_get::<i64, _>(at).map(i64::unsigned_abs);
        let (all, free) = (number(0)?, number(1)?);
        let beside =
            |name: &str| std::fs::metadata(self.path().with_file_name(name)).map_or(0, |data| data.len());
        let search_bytes = ["search.db", "search.db-wal", "keys.db", "keys.db-wal"]
            .map(beside)
            .iter()
            .sum();
        let live = if search_bytes == 0 {
            0
        } else {
            self.live_share(search_bytes).await?
        };
        Ok(Usage {
            requests: total.requests,
            body_bytes: total.bytes,
            used_bytes: all - free,
            free_bytes: free,
            log_bytes: std::fs::metadata(self.inner.file.log()).map_or(0, |data| data.len()),
            search_bytes,
            search_live_bytes: live,
        })
    }

    /// How much of the search index is about requests that are there, by their number.
    async fn live_share(&self, search_bytes: u64) -> Result<u64, StoreError> {
        let indexed = self.inner.search.indexed().await.max(1);
        let there: i64 = sqlx::query_scalar(
            "SELECT (SELECT coalesce(sum(requests), 0) FROM tally WHERE kind = 'all') + (SELECT count(*) FROM trash)",
        )
        .fetch_one(self.readers())
        .await?;
        let share = u128::from(search_bytes) * u128::from(there.unsigned_abs()) / u128::from(indexed);
        Ok(u64::try_from(share).unwrap_or(search_bytes).min(search_bytes))
    }

    /// What the limits will take next, by the time `now`.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn outlook(&self, limits: &RetentionLimits, now: Timestamp) -> Result<Outlook, StoreError> {
        let total = self.total().await?.requests;
        let row = sqlx::query(
            "SELECT (SELECT received_at FROM request ORDER BY sequence LIMIT 1),
                 (SELECT count(*) FROM (SELECT request AS marked FROM annotation WHERE starred = 1
                      UNION SELECT request FROM annotation WHERE note IS NOT NULL)
                  CROSS JOIN request ON request.sequence = marked)",
        );
        let row = row.fetch_one(self.readers()).await?;
        let exempt = row.try_get::<i64, _>(1)?.unsigned_abs();
        let by_count = limits.requests.map_or(0, |most| total.saturating_sub(most));
        let (mut aged, mut aging) = (0, 0);
        if let Some(age) = limits.age {
            let age = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
            let oldest = now.as_micros().saturating_sub(age);
            aged = self.count_aged(i64::MIN, oldest).await?;
            aging = self.count_aged(oldest, oldest.saturating_add(DAY)).await?;
        }
        Ok(Outlook {
            oldest: row.try_get::<Option<i64>, _>(0)?.map(Timestamp::from_micros),
            exempt,
            beyond: by_count.max(aged).min(total - exempt.min(total)),
            within_a_day: aging,
        })
    }

    /// Requests that were received in a time and that nothing exempts.
    async fn count_aged(&self, from: i64, to: i64) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM (SELECT 1 FROM request WHERE received_at >= ?1 AND received_at < ?2
                 AND sequence NOT IN (SELECT request FROM annotation WHERE starred = 1
                     UNION ALL SELECT request FROM annotation WHERE note IS NOT NULL
                     UNION ALL SELECT request FROM imported WHERE at >= ?2) LIMIT ?3)",
        )
        .bind(from)
        .bind(to)
        .bind(super::prepared::whole(COUNT_LIMIT))
        .fetch_one(self.readers())
        .await?;
        Ok(count.unsigned_abs())
    }

    /// Removes the next requests that are beyond `limits`. Returns how many; 0 when all is within them. Where there are
    /// too many bytes, what was deleted goes first, although that could still be undone.
    ///
    /// # Errors
    ///
    /// When it cannot be read or written.
    pub async fn prune_next(&self, limits: &RetentionLimits, now: Timestamp) -> Result<u64, StoreError> {
        let usage = self.usage().await?;
        let beyond = limits
            .requests
            .map_or(0, |most| usage.requests.saturating_sub(most));
        let heavy = limits.bytes.is_some_and(|most| usage.counted_bytes() > most);
        if heavy {
            let purged = self.purge_oldest().await?;
            if purged > 0 {
                return Ok(purged);
            }
        }
        let count = if heavy {
            u64::from(STEP)
        } else {
            beyond.min(u64::from(STEP))
        };
        let oldest = limits.age.map(|age| {
            let age = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
            now.as_micros().saturating_sub(age)
        });
        let aged: Option<i64> = match oldest {
            Some(oldest) if count == 0 => {
                sqlx::query_scalar(AGED)
                    .bind(oldest)
                    .bind(1)
                    .fetch_optional(self.readers())
                    .await?
            }
            _ => None,
        };
        if count == 0 && aged.is_none() {
            return Ok(0);
        }
        self.write(move |connection| {
            Box::pin(async move {
                let sequences: Vec<i64> = if count > 0 {
                    sqlx::query_scalar(OLDEST)
                        .bind(super::prepared::whole(count))
                        .fetch_all(&mut *connection)
                        .await?
                } else {
                    sqlx::query_scalar(AGED)
                        .bind(oldest)
                        .bind(STEP)
                        .fetch_all(&mut *connection)
                        .await?
                };
                remove(connection, &sequences).await?;
                Ok(sequences.len() as u64)
            })
        })
        .await
    }

    /// Gives the next free pages of the file back to the disk. Returns how many bytes are still free in it.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn give_back_next(&self) -> Result<u64, StoreError> {
        self.write(|connection| Box::pin(give_back(connection))).await
    }

    /// Keeps the store within the limits, which may change, and purges deletions that can no longer be undone. Ends when
    /// the sender of the limits is dropped or the store is closed.
    pub async fn keep_within(self, mut limits: watch::Receiver<RetentionLimits>, clock: Clock) {
        let mut written = self.inner.written.clone();
        let mut trust = Trust::begin(clock.now(), Instant::now());
        loop {
            let mut now = limits.borrow_and_update().to_owned();
            let is_trusted = trust.look(clock.now(), Instant::now());
            now.age = now.age.filter(|_| is_trusted);
            // What cannot be written now is tried again; the writer says what is wrong.
            if self.tidy(&now, &clock, is_trusted).await == Err(StoreError::Closed) {
                return;
            }
            // In a burst every 2,000 requests or so, else now and then.
            let seen = *written.borrow_and_update();
            let much = async {
                while written.changed().await.is_ok() {
                    if written.borrow_and_update().saturating_sub(seen) > 16 * 1024 * 1024 {
                        return true;
                    }
                }
                false
            };
            tokio::select! {
                open = much => if !open { return },
                changed = limits.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(PERIOD) => {}
            }
        }
    }

    /// Removes what is beyond the limits and, where the time may be trusted, what can no longer be brought back.
    async fn tidy(&self, limits: &RetentionLimits, clock: &Clock, ends_undo: bool) -> Result<(), StoreError> {
        let undo = i64::try_from(UNDO_FOR.as_micros()).unwrap_or(i64::MAX);
        let purge_before = Timestamp::from_micros(clock.now().as_micros().saturating_sub(undo));
        let mut removed = 0;
        loop {
            let mut step = self.prune_next(limits, clock.now()).await?;
            if ends_undo {
                step += self.purge_next(purge_before).await?;
            }
            if step == 0 {
                break;
            }
            removed += step;
            // Far beyond the limit there is no time to rest: the disk may be filling.
            if self
                .usage()
                .await
                .is_ok_and(|usage| !is_far_beyond(limits, &usage))
            {
                tokio::time::sleep(PAUSE).await;
            }
        }
        // Some room is kept: a file that is about to grow again need not shrink first.
        while removed > 0 || self.usage().await?.free_bytes > KEPT_FREE {
            removed = 0;
            let before = self.usage().await?.free_bytes;
            if before <= KEPT_FREE || self.give_back_next().await? >= before {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        // Where little may be used, a log that is kept for the next burst is much.
        let log = self.usage().await?.log_bytes;
        if limits.bytes.is_some_and(|most| log > most / 8) {
            super::checkpoint::shorten(&self.inner.checkpointer, &self.inner.writer).await?;
        }
        Ok(())
    }
}

/// Free bytes that stay in the file.
const KEPT_FREE: u64 = 4 * 1024 * 1024;

fn is_far_beyond(limits: &RetentionLimits, usage: &Usage) -> bool {
    limits
        .bytes
        .is_some_and(|most| usage.counted_bytes() > most + most / 16)
        || limits
            .requests
            .is_some_and(|most| usage.requests > most + most / 16)
}

/// The oldest requests that nothing exempts.
const OLDEST: &str = "SELECT sequence FROM request WHERE sequence NOT IN (
    SELECT request FROM annotation WHERE starred = 1
    UNION ALL SELECT request FROM annotation WHERE note IS NOT NULL) ORDER BY sequence LIMIT ?";

/// The oldest requests before an instant that nothing exempts.
/// What was taken from a file is as old as that: it would be gone before anybody saw it.
const AGED: &str = "SELECT sequence FROM request WHERE received_at < ?1 AND sequence NOT IN (
    SELECT request FROM annotation WHERE starred = 1
    UNION ALL SELECT request FROM annotation WHERE note IS NOT NULL
    UNION ALL SELECT request FROM imported WHERE at >= ?1) ORDER BY received_at LIMIT ?2";

async fn give_back(connection: &mut SqliteConnection) -> Result<u64, StoreError> {
    let sql = format!("PRAGMA incremental_vacuum({PAGES})");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .execute(&mut *connection)
        .await?;
    let free: i64 =
        sqlx::query_scalar("SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size")
            .fetch_one(connection)
            .await?;
    Ok(free.unsigned_abs())
}
