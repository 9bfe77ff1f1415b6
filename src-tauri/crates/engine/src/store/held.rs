//! What waits to be forwarded. A request is put here in the transaction that keeps it, and taken away in the one that
//! keeps what came of its sending, so that a program that ends at any moment loses none.
//!
//! An attempt is marked before it goes out: what is still marked when nobody is at work may have reached its target.

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row};

use super::delivery::{insert_attempt, insert_delivery, number_of};
use super::{Store, StoreError, id_of, sent_length};
use crate::model::{Delivery, DeliveryId, Forwarded, Held, Queue, RequestId, TargetId, Timestamp};

/// What [`held`] reads, of what waits and of what is aside.
const HELD: &str =
    "SELECT held.number, request.id, line.target, request.received_at, request.method, request.target,
    request.event, held.attempts, held.trying_since,
    (SELECT count(*) FROM delivery JOIN attempt ON attempt.delivery = delivery.number
        WHERE delivery.id = held.delivery AND attempt.outcome = 'cancelled') FROM held JOIN line ON line.number = held.line
    JOIN request ON request.sequence = held.request";

/// What becomes of a held request after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// It is done with: the target took it or not.
    Done(Forwarded),
    /// It waits on.
    Waits,
}

/// How a target stands after an attempt or a knock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It answers.
    Up,
    /// It is tried again then.
    Down {
        /// When.
        next_at: Timestamp,
        /// Why it is taken for down.
        why: String,
    },
}

impl Store {
    /// What waits for each target, and how the target stands.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn queues(&self) -> Result<Vec<Queue>, StoreError> {
        let rows = sqlx::query(
            "SELECT target.id,
                 (SELECT count(*) FROM line JOIN held ON held.line = line.number
                     WHERE line.target = target.id AND line.discard IS NULL),
                 (SELECT min(request.received_at) FROM line JOIN held ON held.line = line.number
                     JOIN request ON request.sequence = held.request
                     WHERE line.target = target.id AND line.discard IS NULL),
                 coalesce(queue.paused, 0), queue.next_at, coalesce(queue.tries, 0), queue.why,
                 (SELECT coalesce(sum(lost), 0) FROM line WHERE line.target = target.id AND line.discard IS NULL)
             FROM target LEFT JOIN queue ON queue.target = target.id ORDER BY target.name",
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter()
            .map(|row| {
                let time = |at: usize| {
                    row.try_get::<Option<i64>, _>(at)
                        .map(|micros| micros.map(Timestamp::from_micros))
                };
                Ok(Queue {
                    target: TargetId::from_bytes(id_of(row.try_get(0)?)?),
                    count: row.try_get::<i64, _>(1)?.unsigned_abs(),
                    oldest: time(2)?,
                    paused: row.try_get::<i64, _>(3)? != 0,
                    next_at: time(4)?,
                    tries: u32::try_from(row.try_get::<i64, _>(5)?).unwrap_or(u32::MAX),
                    why: row.try_get(6)?,
                    lost: row.try_get::<i64, _>(7)?.unsigned_abs(),
                })
            })
            .collect()
    }

    /// What waits for a target, in its order.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn held(&self, target: TargetId, skip: u32, limit: u32) -> Result<Vec<Held>, StoreError> {
        let lines: Vec<i64> =
            sqlx::query_scalar("SELECT number FROM line WHERE target = ? AND discard IS NULL")
                .bind(&target.as_bytes()[..])
                .fetch_all(self.readers())
                .await?;
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        // Each line is in order: they are merged, and no more is read of them than is asked for.
        let lines: Vec<String> = lines
            .iter()
            .map(|line| {
                format!(
                    "SELECT held.number AS number, held.place AS place FROM held
                     CROSS JOIN request ON request.sequence = held.request WHERE held.line = {line}"
                )
            })
            .collect();
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{HELD} WHERE line.discard IS NULL
             AND held.number IN (SELECT number FROM ({} ORDER BY place, number LIMIT ? OFFSET ?))
             ORDER BY held.place, held.number",
            lines.join(" UNION ALL ")
        )))
        .bind(i64::from(limit))
        .bind(i64::from(skip))
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(held).collect()
    }

    /// What waits under this number, if it still does.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn held_as(&self, number: i64) -> Result<Option<Held>, StoreError> {
        let row = sqlx::query(AssertSqlSafe(format!(
            "{HELD} WHERE held.number = ? AND line.discard IS NULL"
        )))
        .bind(number)
        .fetch_optional(self.readers())
        .await?;
        row.as_ref().map(held).transpose()
    }

    /// What is marked as being sent and since when, whether its request is there or not.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(crate) async fn marks(&self) -> Result<Vec<(i64, Timestamp)>, StoreError> {
        let marks: Vec<(i64, i64)> =
            sqlx::query_as("SELECT number, trying_since FROM held WHERE trying_since IS NOT NULL")
                .fetch_all(self.readers())
                .await?;
        let marks = marks.into_iter();
        Ok(marks
            .map(|(number, since)| (number, Timestamp::from_micros(since)))
            .collect())
    }

    /// What is marked as being sent, whether it was dropped meanwhile or not.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn held_under_way(&self) -> Result<Vec<Held>, StoreError> {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{HELD} WHERE held.trying_since IS NOT NULL"
        )))
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(held).collect()
    }

    /// Marks that an attempt of a held request goes out now. `false` where it is gone meanwhile.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn begin_held(&self, number: i64, now: Timestamp) -> Result<bool, StoreError> {
        self.write_beside(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE held SET trying_since = ? WHERE number = ?
                     AND EXISTS (SELECT 1 FROM line WHERE line.number = held.line AND line.discard IS NULL)",
                )
                .bind(now.as_micros())
                .bind(number)
                .execute(connection)
                .await?;
                Ok(done.rows_affected() == 1)
            })
        })
        .await
    }

    /// Marks no longer that an attempt goes out: it did not.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn leave_held(&self, number: i64) -> Result<(), StoreError> {
        self.write_beside(move |connection| {
            Box::pin(async move {
                // One that was dropped meanwhile too: it may come back.
                sqlx::query("UPDATE held SET trying_since = NULL WHERE number = ?")
                    .bind(number)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Keeps what came of an attempt of a held request: the attempts, what becomes of the request, how the target
    /// stands. The delivery is made with the first attempt; later ones are added to it. `made` is how many attempts there
    /// were, which are counted whether all are kept or not.
    ///
    /// Where it is done with and `next` is given, the next one in the queue is marked as going out then, in the same
    /// transaction, unless the queue is paused. Its number is what comes back.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn end_held(
        &self,
        number: i64,
        delivery: Delivery,
        made: usize,
        after: After,
        standing: Standing,
        next: Option<Timestamp>,
    ) -> Result<Option<i64>, StoreError> {
        self.write_sent(sent_length(&delivery), move |connection| {
            let (delivery, standing) = (delivery.clone(), standing.clone());
            Box::pin(async move {
                let (request, target) = (delivery.request, delivery.target);
                let made = i64::try_from(made).unwrap_or(i64::MAX);
                let id = keep(connection, number, delivery).await?;
                match after {
                    After::Done(how) => {
                        // One that was dropped meanwhile too: it is not to come back and go once more.
                        sqlx::query("DELETE FROM held WHERE number = ?")
                            .bind(number)
                            .execute(&mut *connection)
                            .await?;
                        note(connection, request, how).await?;
                    }
                    After::Waits => {
                        sqlx::query(
                            "UPDATE held SET trying_since = NULL, delivery = ?, attempts = attempts + ?
                             WHERE number = ?",
                        )
                        .bind(id.map(|id| id.as_bytes().to_vec()))
                        .bind(made)
                        .bind(number)
                        .execute(&mut *connection)
                        .await?;
                    }
                }
                let Some(target) = target else { return Ok(None) };
                stand(connection, target, standing).await?;
                match (after, next) {
                    (After::Done(_), Some(now)) => begin_next(connection, target, now).await,
                    _ => Ok(None),
                }
            })
        })
        .await
    }

    /// Keeps a delivery that its sender waited for, and how the request stands after it.
    ///
    /// # Errors
    ///
    /// When its request is gone, or when it cannot be written.
    pub async fn add_forwarded(&self, delivery: Delivery, how: Forwarded) -> Result<(), StoreError> {
        self.write_sent(sent_length(&delivery), move |connection| {
            let delivery = delivery.clone();
            Box::pin(async move {
                let request = delivery.request;
                insert_delivery(connection, delivery).await?;
                note(connection, request, how).await
            })
        })
        .await
    }

    /// Writes down how a target stands after a knock.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn set_standing(&self, target: TargetId, standing: Standing) -> Result<(), StoreError> {
        self.write(move |connection| Box::pin(stand(connection, target, standing)))
            .await
    }

    /// Lets what waits for a target wait on, or go.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn pause_queue(&self, target: TargetId, paused: bool) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO queue (target, paused) VALUES (?, ?)
                     ON CONFLICT (target) DO UPDATE SET paused = excluded.paused",
                )
                .bind(&target.as_bytes()[..])
                .bind(i64::from(paused))
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Takes a held request that can never go out of its queue for good, and notes beside it that it failed. `false`
    /// where it waits there no longer: one that was dropped meanwhile may come back.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn drop_held(&self, number: i64, request: RequestId) -> Result<bool, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "DELETE FROM held WHERE number = ?
                     AND EXISTS (SELECT 1 FROM line WHERE line.number = held.line AND line.discard IS NULL)",
                )
                .bind(number)
                .execute(&mut *connection)
                .await?;
                if done.rows_affected() == 0 {
                    return Ok(false);
                }
                note(connection, request, Forwarded::Failed).await?;
                Ok(true)
            })
        })
        .await
    }
}

/// Marks the first of a queue that is not paused as going out now.
async fn begin_next(
    connection: &mut SqliteConnection,
    target: TargetId,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let number = sqlx::query_scalar(
        "UPDATE held SET trying_since = ?1 WHERE number = (
             SELECT held.number FROM line JOIN held ON held.number = (
                 SELECT held.number FROM held CROSS JOIN request ON request.sequence = held.request
                 WHERE held.line = line.number ORDER BY held.place, held.number LIMIT 1)
             WHERE line.target = ?2 AND line.discard IS NULL
                 AND NOT EXISTS (SELECT 1 FROM queue WHERE target = ?2 AND paused)
             ORDER BY held.place, held.number LIMIT 1)
         RETURNING number",
    )
    .bind(now.as_micros())
    .bind(&target.as_bytes()[..])
    .fetch_optional(connection)
    .await?;
    Ok(number)
}

/// Keeps the delivery, or its attempts where it is kept already. `None` where its request is gone.
async fn keep(
    connection: &mut SqliteConnection,
    number: i64,
    delivery: Delivery,
) -> Result<Option<DeliveryId>, StoreError> {
    let known: Option<Option<Vec<u8>>> = sqlx::query_scalar("SELECT delivery FROM held WHERE number = ?")
        .bind(number)
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(id) = known.flatten() {
        let id = DeliveryId::from_bytes(id_of(id)?);
        match number_of(connection, id).await {
            Ok(row) => {
                for attempt in delivery.attempts {
                    insert_attempt(connection, row, attempt).await?;
                }
                return Ok(Some(id));
            }
            Err(StoreError::NotFound { .. }) => {}
            // It may have ended the transaction: what is written behind it would stay, whatever becomes of the rest.
            Err(error) => return Err(error),
        }
    }
    if delivery.attempts.is_empty() {
        return Ok(None);
    }
    let id = delivery.id;
    match insert_delivery(connection, delivery).await {
        Ok(()) => Ok(Some(id)),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes beside the request how its forwards stand: one that failed is not outdone by one that did not.
async fn note(
    connection: &mut SqliteConnection,
    request: RequestId,
    how: Forwarded,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO annotation (request, forwarded) SELECT sequence, ?2 FROM request WHERE id = ?1
         ON CONFLICT (request) DO UPDATE SET forwarded =
             CASE WHEN forwarded = 'failed' THEN 'failed' ELSE excluded.forwarded END",
    )
    .bind(&request.as_bytes()[..])
    .bind(how.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

async fn stand(
    connection: &mut SqliteConnection,
    target: TargetId,
    standing: Standing,
) -> Result<(), StoreError> {
    match standing {
        Standing::Up => {
            sqlx::query(
                "UPDATE queue SET next_at = NULL, tries = 0, why = NULL WHERE target = ? AND tries > 0",
            )
            .bind(&target.as_bytes()[..])
            .execute(connection)
            .await?;
        }
        Standing::Down { next_at, why } => {
            sqlx::query(
                // None where the target was removed while it was tried.
                "INSERT INTO queue (target, paused, next_at, tries, why) SELECT id, 0, ?2, 1, ?3 FROM target WHERE id = ?1
                 ON CONFLICT (target) DO UPDATE SET next_at = excluded.next_at, tries = tries + 1, why = excluded.why",
            )
            .bind(&target.as_bytes()[..])
            .bind(next_at.as_micros())
            .bind(why)
            .execute(connection)
            .await?;
        }
    }
    Ok(())
}

fn held(row: &SqliteRow) -> Result<Held, StoreError> {
    Ok(Held {
        number: row.try_get(0)?,
        request: RequestId::from_bytes(id_of(row.try_get(1)?)?),
        target: TargetId::from_bytes(id_of(row.try_get(2)?)?),
        received_at: Timestamp::from_micros(row.try_get(3)?),
        method: row.try_get(4)?,
        path: row.try_get(5)?,
        event: row.try_get(6)?,
        attempts: u32::try_from(row.try_get::<i64, _>(7)?).unwrap_or(u32::MAX),
        broken_off: u32::try_from(row.try_get::<i64, _>(9)?).unwrap_or(u32::MAX),
        trying_since: row.try_get::<Option<i64>, _>(8)?.map(Timestamp::from_micros),
    })
}
