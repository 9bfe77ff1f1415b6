//! Taking requests out: by the person, who can undo it for a while, and for good.
//!
//! A deletion moves the narrow rows of its requests aside and leaves their bytes where they are, so that nothing that
//! reads the list has to know of it and undoing moves them back. Everything goes in small steps, each a transaction of
//! its own, between which requests are kept as ever.

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::{From, PageRequest, Store, StoreError};
use crate::filter::Filter;
use crate::model::{RequestId, Sequence, Timestamp};

/// Requests in one step.
pub(super) const STEP: u32 = 250;

/// Names a deletion, to undo it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeletionId(pub i64);

/// A deletion that can still be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// Names it.
    pub id: DeletionId,
    /// When it began.
    pub at: Timestamp,
    /// The filter that chose its requests, empty for all; `None` where they were named one by one.
    pub filter: Option<String>,
    /// How many requests can be brought back.
    pub requests: u64,
}

/// How a step of a long removal went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Step {
    /// How many requests it dealt with.
    pub requests: u64,
    /// Where the next step begins; `None` when all is done.
    pub next: Option<Sequence>,
}

const COLUMNS: &str = "sequence, id, received_at, took_micros, method, target, version, peer, endpoint, endpoint_path, \
    provider, event, delivery_key, handshake, verdict, state, reason, answered, reply, body_length, body_sha256, \
    duplicate_of";

impl Store {
    /// Begins a deletion that can be undone until it is purged; `filter` is what chooses its requests, if one does.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn begin_deletion(
        &self,
        now: Timestamp,
        filter: Option<&str>,
    ) -> Result<DeletionId, StoreError> {
        let filter = filter.map(str::to_owned);
        self.write(move |connection| {
            Box::pin(async move {
                let number = undo_number(connection).await?;
                sqlx::query("INSERT INTO deletion (number, at, filter) VALUES (?, ?, ?)")
                    .bind(number)
                    .bind(now.as_micros())
                    .bind(filter)
                    .execute(connection)
                    .await?;
                Ok(DeletionId(number))
            })
        })
        .await
    }

    /// Deletes these requests; those that are gone are left out. Returns how many there were.
    ///
    /// # Errors
    ///
    /// When it cannot be written; what was deleted by then is part of the deletion.
    pub async fn delete(&self, deletion: DeletionId, ids: &[RequestId]) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for some in ids.chunks(STEP as usize) {
            let ids: Vec<String> = some.iter().map(|id| hex::encode(id.as_bytes())).collect();
            deleted += self
                .write(move |connection| {
                    Box::pin(async move {
                        let list = serde_json::to_string(&ids).unwrap_or_default();
                        let sequences: Vec<i64> = sqlx::query_scalar(
                            "SELECT sequence FROM request WHERE id IN (SELECT unhex(value) FROM json_each(?))",
                        )
                        .bind(list)
                        .fetch_all(&mut *connection)
                        .await?;
                        set_aside(connection, deletion, &sequences).await
                    })
                })
                .await?;
        }
        Ok(deleted)
    }

    /// Deletes the next requests from `from` on downwards that satisfy `filter`. The asker begins with the newest
    /// request there is, so that what arrives meanwhile stays, and goes on until there is no next step; it may stop
    /// after any.
    ///
    /// # Errors
    ///
    /// When it cannot be read or written; what was deleted by then is part of the deletion.
    pub async fn delete_next(
        &self,
        deletion: DeletionId,
        filter: &Filter,
        from: Sequence,
    ) -> Result<Step, StoreError> {
        let wanted = PageRequest::newest(STEP)
            .from(From::Before(Sequence(from.0.saturating_add(1))))
            .filter(filter.clone());
        let page = self.page(&wanted).await?;
        let sequences: Vec<i64> = page.rows.iter().map(|row| row.sequence.0).collect();
        let reached = page
            .scanned_to
            .or_else(|| page.rows.last().map(|row| row.sequence));
        let next = reached
            .filter(|_| page.more)
            .map(|sequence| Sequence(sequence.0 - 1));
        let requests = if sequences.is_empty() {
            0
        } else {
            self.write(move |connection| {
                Box::pin(async move { set_aside(connection, deletion, &sequences).await })
            })
            .await?
        };
        Ok(Step { requests, next })
    }

    /// Brings back the next requests of a deletion; the asker goes on until there is no next step.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn undo_next(&self, deletion: DeletionId) -> Result<Step, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let sequences: Vec<i64> = sqlx::query_scalar(
                    "SELECT sequence FROM trash WHERE deletion = ? ORDER BY sequence LIMIT ?",
                )
                .bind(deletion.0)
                .bind(STEP)
                .fetch_all(&mut *connection)
                .await?;
                let Some(last) = sequences.last() else {
                    sqlx::query("DELETE FROM deletion WHERE number = ?")
                        .bind(deletion.0)
                        .execute(connection)
                        .await?;
                    return Ok(Step::default());
                };
                let next = Some(Sequence(last + 1));
                bring_back(connection, &sequences)
                    .await
                    .map(|requests| Step { requests, next })
            })
        })
        .await
    }

    /// When a deletion began, if it is still known.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn deletion_begun(&self, id: DeletionId) -> Result<Option<Timestamp>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar("SELECT at FROM deletion WHERE number = ?")
            .bind(id.0)
            .fetch_optional(self.readers())
            .await?;
        Ok(at.map(Timestamp::from_micros))
    }

    /// The deletions that can still be undone, newest first, with how many requests each has.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn deletions(&self) -> Result<Vec<Deletion>, StoreError> {
        let rows = sqlx::query(
            "SELECT number, at, filter, (SELECT count(*) FROM trash WHERE trash.deletion = deletion.number)
             FROM deletion WHERE EXISTS (SELECT 1 FROM trash WHERE trash.deletion = deletion.number)
             ORDER BY number DESC",
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Deletion {
                    id: DeletionId(row.try_get(0)?),
                    at: Timestamp::from_micros(row.try_get(1)?),
                    filter: row.try_get(2)?,
                    requests: row.try_get::<i64, _>(3)?.unsigned_abs(),
                })
            })
            .collect()
    }

    /// Removes for good the next requests of the oldest deletion, so that others need not go. Returns how many; 0 when
    /// nothing is deleted.
    pub(super) async fn purge_oldest(&self) -> Result<u64, StoreError> {
        let oldest: Option<i64> = sqlx::query_scalar("SELECT min(at) FROM deletion")
            .fetch_one(self.readers())
            .await?;
        match oldest {
            Some(at) => {
                self.purge_next(Timestamp::from_micros(at.saturating_add(1)))
                    .await
            }
            None => Ok(0),
        }
    }

    /// Removes for good the next requests that were deleted before `before`. Returns how many; 0 when none are left.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn purge_next(&self, before: Timestamp) -> Result<u64, StoreError> {
        let waiting: Option<i64> = sqlx::query_scalar("SELECT number FROM deletion WHERE at < ? LIMIT 1")
            .bind(before.as_micros())
            .fetch_optional(self.readers())
            .await?;
        if waiting.is_none() {
            return Ok(0);
        }
        self.write(move |connection| {
            Box::pin(async move {
                let sequences: Vec<i64> = sqlx::query_scalar(
                    "SELECT sequence FROM trash JOIN deletion ON deletion.number = trash.deletion
                     WHERE deletion.at < ? LIMIT ?",
                )
                .bind(before.as_micros())
                .bind(STEP)
                .fetch_all(&mut *connection)
                .await?;
                if sequences.is_empty() {
                    sqlx::query("DELETE FROM deletion WHERE at < ?")
                        .bind(before.as_micros())
                        .execute(connection)
                        .await?;
                    return Ok(0);
                }
                // A draft knows its request by the id, which goes with the row.
                sqlx::query(
                    "DELETE FROM draft WHERE request IN (
                         SELECT id FROM trash WHERE sequence IN (SELECT value FROM json_each(?)))",
                )
                .bind(list(&sequences))
                .execute(&mut *connection)
                .await?;
                sqlx::query("DELETE FROM trash WHERE sequence IN (SELECT value FROM json_each(?))")
                    .bind(list(&sequences))
                    .execute(&mut *connection)
                    .await?;
                forget(connection, &sequences).await?;
                Ok(sequences.len() as u64)
            })
        })
        .await
    }
}

/// The number by which what is removed next is brought back: requests and what else there is share them, and the latest
/// has the greatest.
pub(super) async fn undo_number(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name IN ('deletion', 'discard')",
    )
    .fetch_one(connection)
    .await?)
}

fn list(sequences: &[i64]) -> String {
    format!(
        "[{}]",
        sequences.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
    )
}

/// Adds to the tally what the requests of `table` in a list are, or takes it away.
async fn count(connection: &mut SqliteConnection, sequences: &[i64], sign: i64) -> Result<(), StoreError> {
    sqlx::query(
        "WITH gone AS MATERIALIZED (SELECT * FROM request WHERE sequence IN (SELECT value FROM json_each(?1)))
         INSERT INTO tally (kind, value, requests, bytes)
         SELECT kind, value, ?2 * requests, ?2 * bytes FROM (
             SELECT 'all' AS kind, '' AS value, count(*) AS requests, sum(body_length) AS bytes FROM gone
             UNION ALL SELECT 'endpoint', coalesce(endpoint_path, ''), count(*), sum(body_length) FROM gone GROUP BY 2
             UNION ALL SELECT 'provider', coalesce(provider, ''), count(*), sum(body_length) FROM gone GROUP BY 2
             UNION ALL SELECT 'event', coalesce(event, ''), count(*), sum(body_length) FROM gone GROUP BY 2
             UNION ALL SELECT 'verdict', verdict, count(*), sum(body_length) FROM gone GROUP BY 2
             UNION ALL SELECT 'state', state, count(*), sum(body_length) FROM gone GROUP BY 2
             UNION ALL SELECT 'answered', coalesce(CAST(answered AS TEXT), ''), count(*), sum(body_length) FROM gone
                 GROUP BY 2
             UNION ALL SELECT 'method', method, count(*), sum(body_length) FROM gone GROUP BY 2)
         WHERE requests > 0
         ON CONFLICT (kind, value) DO UPDATE SET requests = requests + excluded.requests, bytes = bytes + excluded.bytes",
    )
    .bind(list(sequences))
    .bind(sign)
    .execute(&mut *connection)
    .await?;
    if sign < 0 {
        sqlx::query("DELETE FROM tally WHERE requests <= 0 AND kind <> 'all'")
            .execute(connection)
            .await?;
    }
    Ok(())
}

async fn set_aside(
    connection: &mut SqliteConnection,
    deletion: DeletionId,
    sequences: &[i64],
) -> Result<u64, StoreError> {
    count(connection, sequences, -1).await?;
    let insert = format!(
        "INSERT INTO trash ({COLUMNS}, deletion)
         SELECT {COLUMNS}, ? FROM request WHERE sequence IN (SELECT value FROM json_each(?))"
    );
    let done = sqlx::query(sqlx::AssertSqlSafe(insert))
        .bind(deletion.0)
        .bind(list(sequences))
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM request WHERE sequence IN (SELECT value FROM json_each(?))")
        .bind(list(sequences))
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

async fn bring_back(connection: &mut SqliteConnection, sequences: &[i64]) -> Result<u64, StoreError> {
    let insert = format!(
        "INSERT INTO request ({COLUMNS})
         SELECT {COLUMNS} FROM trash WHERE sequence IN (SELECT value FROM json_each(?))"
    );
    let done = sqlx::query(sqlx::AssertSqlSafe(insert))
        .bind(list(sequences))
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM trash WHERE sequence IN (SELECT value FROM json_each(?))")
        .bind(list(sequences))
        .execute(&mut *connection)
        .await?;
    count(connection, sequences, 1).await?;
    Ok(done.rows_affected())
}

/// Removes these requests for good, with all that is kept of them and beside them.
pub(super) async fn remove(connection: &mut SqliteConnection, sequences: &[i64]) -> Result<(), StoreError> {
    count(connection, sequences, -1).await?;
    sqlx::query(
        "DELETE FROM draft WHERE request IN (
             SELECT id FROM request WHERE sequence IN (SELECT value FROM json_each(?)))",
    )
    .bind(list(sequences))
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM request WHERE sequence IN (SELECT value FROM json_each(?))")
        .bind(list(sequences))
        .execute(&mut *connection)
        .await?;
    forget(connection, sequences).await
}

/// Removes what is kept of requests beside their rows.
async fn forget(connection: &mut SqliteConnection, sequences: &[i64]) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM content WHERE place IN (SELECT content.place FROM json_each(?) AS one
             JOIN content ON content.place BETWEEN one.value * 65536 AND one.value * 65536 + 65535)",
        "DELETE FROM annotation WHERE request IN (SELECT value FROM json_each(?))",
        "DELETE FROM answer WHERE request IN (SELECT value FROM json_each(?))",
        "DELETE FROM tag WHERE request IN (SELECT value FROM json_each(?))",
        "DELETE FROM imported WHERE request IN (SELECT value FROM json_each(?))",
        "DELETE FROM delivery WHERE request IN (SELECT value FROM json_each(?))",
    ] {
        sqlx::query(sql)
            .bind(list(sequences))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
