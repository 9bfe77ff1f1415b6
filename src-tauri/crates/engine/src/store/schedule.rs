//! The retries of deliveries: which are due, which are under way, and how each stands.
//!
//! An attempt is marked before it goes out and unmarked in the transaction that keeps it. What is still marked when
//! nobody is at work was cut off: it may or may not have reached its target.

use std::time::Duration;

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};

use super::delivery::{DELIVERY, insert_attempt, number_of, with_attempts};
use super::prepared::whole;
use super::{Store, StoreError, answers_length};
use crate::model::{Attempt, Delivery, DeliveryId, Schedule, ScheduleState, Timestamp};

impl Store {
    /// Deliveries whose next attempt is due at `now` and not under way, the longest due first.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn due_deliveries(&self, now: Timestamp, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let mut transaction = self.readers().begin().await?;
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{DELIVERY} WHERE next_at <= ? AND trying_since IS NULL ORDER BY next_at LIMIT ?"
        )))
        .bind(now.as_micros())
        .bind(i64::from(limit))
        .fetch_all(&mut *transaction)
        .await?;
        with_attempts(&mut transaction, &rows).await
    }

    /// When the next attempt of any delivery is due.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        // A request in the trash takes its deliveries along until it comes back.
        let micros: Option<i64> = sqlx::query_scalar(
            "SELECT min(next_at) FROM delivery JOIN request ON request.sequence = delivery.request
             WHERE next_at IS NOT NULL AND trying_since IS NULL",
        )
        .fetch_one(self.readers())
        .await?;
        Ok(micros.map(Timestamp::from_micros))
    }

    /// Deliveries with an attempt under way.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn trying_deliveries(&self) -> Result<Vec<Delivery>, StoreError> {
        let mut transaction = self.readers().begin().await?;
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{DELIVERY} WHERE trying_since IS NOT NULL"
        )))
        .fetch_all(&mut *transaction)
        .await?;
        with_attempts(&mut transaction, &rows).await
    }

    /// Deliveries that will be tried again, the next first.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn waiting_deliveries(&self, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let mut transaction = self.readers().begin().await?;
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{DELIVERY} WHERE next_at IS NOT NULL ORDER BY next_at LIMIT ?"
        )))
        .bind(i64::from(limit))
        .fetch_all(&mut *transaction)
        .await?;
        with_attempts(&mut transaction, &rows).await
    }

    /// Marks that an attempt goes out now. `false` where one is under way already, or there is no such delivery.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn begin_attempt(&self, id: DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
        self.write_beside(move |connection| {
            Box::pin(async move {
                let done =
                    sqlx::query("UPDATE delivery SET trying_since = ? WHERE id = ? AND trying_since IS NULL")
                        .bind(now.as_micros())
                        .bind(&id.as_bytes()[..])
                        .execute(connection)
                        .await?;
                Ok(done.rows_affected() == 1)
            })
        })
        .await
    }

    /// Keeps what came of an attempt that was under way, and how the delivery stands now. One that was stopped
    /// meanwhile stays stopped.
    ///
    /// # Errors
    ///
    /// When there is no such delivery, or when it cannot be written.
    pub async fn end_attempt(
        &self,
        id: DeliveryId,
        attempts: Vec<Attempt>,
        schedule: Option<Schedule>,
    ) -> Result<(), StoreError> {
        self.write_sent(answers_length(&attempts), move |connection| {
            let (attempts, schedule) = (attempts.clone(), schedule.clone());
            Box::pin(async move {
                let number = number_of(connection, id).await?;
                for attempt in attempts {
                    insert_attempt(connection, number, attempt).await?;
                }
                sqlx::query("UPDATE delivery SET trying_since = NULL WHERE number = ?")
                    .bind(number)
                    .execute(&mut *connection)
                    .await?;
                if let Some(schedule) = schedule {
                    sqlx::query(
                        "UPDATE delivery SET waits_used = ?, schedule = ?, next_at = ?
                         WHERE number = ? AND (schedule IS NOT 'stopped' OR ? = 'delivered')",
                    )
                    .bind(i64::from(schedule.used))
                    .bind(schedule.state.as_str())
                    .bind(schedule.next_at.map(Timestamp::as_micros))
                    .bind(number)
                    .bind(schedule.state.as_str())
                    .execute(connection)
                    .await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// No attempt of this delivery goes out by itself any more. `false` where none would have.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn stop_retries(&self, id: DeliveryId) -> Result<bool, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE delivery SET schedule = 'stopped', next_at = NULL WHERE id = ? AND schedule = 'waiting'",
                )
                .bind(&id.as_bytes()[..])
                .execute(connection)
                .await?;
                Ok(done.rows_affected() == 1)
            })
        })
        .await
    }
}

/// The waits as they lie in the file.
pub(super) fn waits_of(schedule: &Schedule) -> String {
    let micros: Vec<i64> = schedule
        .waits
        .iter()
        .map(|wait| whole(u64::try_from(wait.as_micros()).unwrap_or(u64::MAX)))
        .collect();
    serde_json::to_string(&micros).unwrap_or_else(|_| "[]".to_owned())
}

/// The schedule that begins in column `at`, if there is one.
pub(super) fn read(row: &SqliteRow, at: usize) -> Result<Option<Schedule>, StoreError> {
    let (Some(waits), Some(state)) = (
        row.try_get::<Option<String>, _>(at)?,
        row.try_get::<Option<String>, _>(at + 2)?,
    ) else {
        return Ok(None);
    };
    let corrupt = |detail: String| StoreError::Corrupt { detail };
    let waits: Vec<u64> = serde_json::from_str(&waits)
        .map_err(|error| corrupt(format!("the retries of a delivery cannot be read: {error}")))?;
    let time = |at: usize| {
        row.try_get::<Option<i64>, _>(at)
            .map(|micros| micros.map(Timestamp::from_micros))
    };
    Ok(Some(Schedule {
        waits: waits.into_iter().map(Duration::from_micros).collect(),
        used: u32::try_from(row.try_get::<i64, _>(at + 1)?).unwrap_or_default(),
        state: ScheduleState::from_word(&state)
            .ok_or_else(|| corrupt(format!("unknown state of retries `{state}`")))?,
        next_at: time(at + 3)?,
        trying_since: time(at + 4)?,
    }))
}
