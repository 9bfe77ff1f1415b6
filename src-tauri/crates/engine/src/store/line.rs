//! The lines in which requests wait for a target. What is dropped at once goes aside with its whole line and comes back
//! with it, so that neither writes more where much waits: senders wait for the one writer meanwhile. It is counted there,
//! which reads no more than an index. What goes request by request goes in parts, each a transaction of its own.

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::StoreError;
use super::discard::DiscardId;

/// The most requests that one transaction deals with.
const PART: i64 = 500;

/// What was found of requests that are not there any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gone {
    /// How many were forgotten.
    pub(super) lost: u64,
    /// Whether all were looked at.
    pub(super) is_all: bool,
}

/// Sees to it that a target has a line for what comes.
pub(super) async fn open(connection: &mut SqliteConnection, target: &[u8]) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO line (target) SELECT ?1
         WHERE NOT EXISTS (SELECT 1 FROM line WHERE target = ?1 AND discard IS NULL)",
    )
    .bind(target.to_vec())
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts all that waits for a target aside; says how many those are.
pub(super) async fn aside(
    connection: &mut SqliteConnection,
    discard: DiscardId,
    target: &[u8],
) -> Result<u64, StoreError> {
    sqlx::query("UPDATE line SET discard = ? WHERE target = ? AND discard IS NULL")
        .bind(discard.0)
        .bind(target.to_vec())
        .execute(&mut *connection)
        .await?;
    count_aside(connection, discard).await
}

/// Puts one request that waits for a target aside.
pub(super) async fn one_aside(
    connection: &mut SqliteConnection,
    discard: DiscardId,
    target: &[u8],
    number: i64,
) -> Result<(), StoreError> {
    let made = sqlx::query("INSERT INTO line (target, discard) VALUES (?, ?)")
        .bind(target.to_vec())
        .bind(discard.0)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE held SET line = ? WHERE number = ?")
        .bind(made.last_insert_rowid())
        .bind(number)
        .execute(connection)
        .await?;
    Ok(())
}

/// Lets wait again what was put aside; says how many those are.
pub(super) async fn back(
    connection: &mut SqliteConnection,
    discard: DiscardId,
    target: &[u8],
) -> Result<u64, StoreError> {
    let held = count_aside(connection, discard).await?;
    let last: Option<i64> =
        sqlx::query_scalar("SELECT max(number) FROM line WHERE target = ? AND discard IS NULL")
            .bind(target.to_vec())
            .fetch_one(&mut *connection)
            .await?;
    match last.filter(|_| held <= PART.unsigned_abs()) {
        // A few go into the line that is there: one for each would be many in time.
        Some(last) => {
            for sql in [
                "UPDATE held SET line = ?1 WHERE line IN (SELECT number FROM line WHERE discard = ?2)",
                "UPDATE line SET lost = lost + (SELECT coalesce(sum(lost), 0) FROM line WHERE discard = ?2)
                 WHERE number = ?1",
                "DELETE FROM line WHERE discard = ?2",
            ] {
                sqlx::query(sql)
                    .bind(last)
                    .bind(discard.0)
                    .execute(&mut *connection)
                    .await?;
            }
        }
        None => {
            sqlx::query("UPDATE line SET discard = NULL WHERE discard = ?")
                .bind(discard.0)
                .execute(&mut *connection)
                .await?;
            // Those before that nobody waits in any more.
            sqlx::query(
                "DELETE FROM line WHERE target = ?1 AND discard IS NULL AND lost = 0
                 AND NOT EXISTS (SELECT 1 FROM held WHERE held.line = line.number)
                 AND number < (SELECT max(number) FROM line WHERE target = ?1 AND discard IS NULL)",
            )
            .bind(target.to_vec())
            .execute(connection)
            .await?;
        }
    }
    Ok(held)
}

/// Forgets some of those aside whose requests were removed with the history meanwhile, and counts them as lost. Requests
/// that were brought back themselves can be waited for as before.
pub(super) async fn forget_gone(
    connection: &mut SqliteConnection,
    discard: DiscardId,
) -> Result<Gone, StoreError> {
    let rows = sqlx::query(
        "SELECT held.number, held.line, EXISTS (SELECT 1 FROM request WHERE request.sequence = held.request)
         FROM line JOIN held ON held.line = line.number AND held.gone WHERE line.discard = ? LIMIT ?",
    )
    .bind(discard.0)
    .bind(PART)
    .fetch_all(&mut *connection)
    .await?;
    let mut lost = 0;
    for row in &rows {
        let (number, line): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        if row.try_get(2)? {
            sqlx::query("UPDATE held SET gone = 0 WHERE number = ?")
                .bind(number)
                .execute(&mut *connection)
                .await?;
            continue;
        }
        lost += 1;
        for (sql, bound) in [
            ("DELETE FROM held WHERE number = ?", number),
            ("UPDATE line SET lost = lost + 1 WHERE number = ?", line),
        ] {
            sqlx::query(sql).bind(bound).execute(&mut *connection).await?;
        }
    }
    Ok(Gone {
        lost,
        is_all: rows.len() < usize::try_from(PART).unwrap_or(usize::MAX),
    })
}

/// Forgets some of what was removed for good; says how many.
pub(super) async fn forget_part(
    connection: &mut SqliteConnection,
    discard: DiscardId,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM held WHERE number IN (
             SELECT held.number FROM discard JOIN line ON line.discard = discard.number
             JOIN held ON held.line = line.number WHERE discard.number = ? AND discard.final = 1 LIMIT ?)",
    )
    .bind(discard.0)
    .bind(PART)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

async fn count_aside(connection: &mut SqliteConnection, discard: DiscardId) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM line JOIN held ON held.line = line.number WHERE line.discard = ?",
    )
    .bind(discard.0)
    .fetch_one(connection)
    .await?;
    Ok(count.unsigned_abs())
}
