//! What endpoints do with requests beyond keeping them: the answers that were set, and faults.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::prepared::whole;
use super::{Store, StoreError, id_of, there_was};
use crate::model::{AnswerRule, EndpointId, Fault, FaultKind, FaultReach, Timestamp};

impl Store {
    /// The answers that were set, by endpoint.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn answer_rules(&self) -> Result<HashMap<EndpointId, AnswerRule>, StoreError> {
        let rows = sqlx::query("SELECT endpoint, status, headers, body, delay_millis FROM endpoint_answer")
            .fetch_all(self.readers())
            .await?;
        rows.iter()
            .map(|row| Ok((EndpointId::from_bytes(id_of(row.try_get(0)?)?), rule(row)?)))
            .collect()
    }

    /// Sets what the senders of an endpoint get; `None` is the usual answer.
    ///
    /// # Errors
    ///
    /// When there is no such endpoint, or when it cannot be written.
    pub async fn set_answer_rule(
        &self,
        endpoint: EndpointId,
        rule: Option<AnswerRule>,
    ) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                must_be_there(connection, endpoint).await?;
                let Some(rule) = rule else {
                    sqlx::query("DELETE FROM endpoint_answer WHERE endpoint = ?")
                        .bind(&endpoint.as_bytes()[..])
                        .execute(connection)
                        .await?;
                    return Ok(());
                };
                let headers = serde_json::to_string(&rule.headers).map_err(|error| StoreError::Internal {
                    detail: error.to_string(),
                })?;
                sqlx::query(
                    "INSERT OR REPLACE INTO endpoint_answer (endpoint, status, headers, body, delay_millis)
                     VALUES (?, ?, ?, ?, ?)",
                )
                .bind(&endpoint.as_bytes()[..])
                .bind(i64::from(rule.status))
                .bind(headers)
                .bind(rule.body)
                .bind(millis(rule.delay))
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// The faults of all endpoints.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn faults(&self) -> Result<Vec<Fault>, StoreError> {
        let rows = sqlx::query(
            "SELECT number, endpoint, kind, amount, reach, extent, struck, set_at FROM fault ORDER BY number",
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(fault).collect()
    }

    /// Orders a fault for an endpoint, in the place of the one before; `None` takes it away.
    ///
    /// # Errors
    ///
    /// When there is no such endpoint, or when it cannot be written.
    pub async fn set_fault(
        &self,
        endpoint: EndpointId,
        fault: Option<(FaultKind, FaultReach)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                must_be_there(connection, endpoint).await?;
                sqlx::query("DELETE FROM fault WHERE endpoint = ?")
                    .bind(&endpoint.as_bytes()[..])
                    .execute(&mut *connection)
                    .await?;
                let Some((kind, reach)) = fault else { return Ok(()) };
                let amount = match kind {
                    FaultKind::Fail { status } => i64::from(status),
                    FaultKind::Delay { by } => millis(by),
                    FaultKind::Close | FaultKind::Cut => 0,
                };
                let (word, extent) = match reach {
                    FaultReach::Next(count) => ("next", i64::from(count)),
                    FaultReach::Share(percent) => ("share", i64::from(percent)),
                    FaultReach::All => ("all", 0),
                };
                sqlx::query(
                    "INSERT INTO fault (endpoint, kind, amount, reach, extent, set_at) VALUES (?, ?, ?, ?, ?, ?)",
                )
                .bind(&endpoint.as_bytes()[..])
                .bind(kind.as_str())
                .bind(amount)
                .bind(word)
                .bind(extent)
                .bind(now.as_micros())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Writes down how often faults have struck, and takes away those that are over. Returns whether one was.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn record_strikes(&self, strikes: HashMap<i64, u64>) -> Result<bool, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                for (number, count) in strikes {
                    sqlx::query("UPDATE fault SET struck = struck + ? WHERE number = ?")
                        .bind(whole(count))
                        .bind(number)
                        .execute(&mut *connection)
                        .await?;
                }
                let over = sqlx::query("DELETE FROM fault WHERE reach = 'next' AND struck >= extent")
                    .execute(connection)
                    .await?;
                Ok(over.rows_affected() > 0)
            })
        })
        .await
    }

    /// Takes all faults away.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn clear_faults(&self) -> Result<(), StoreError> {
        self.write(|connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM fault").execute(&mut *connection).await?;
                // Nor does one come back with its endpoint.
                sqlx::query("UPDATE discard SET rows = json_remove(rows, '$.fault') WHERE kind = 'endpoint'")
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

pub(super) async fn must_be_there(
    connection: &mut SqliteConnection,
    endpoint: EndpointId,
) -> Result<(), StoreError> {
    let there: i64 = sqlx::query_scalar("SELECT count(*) FROM endpoint WHERE id = ?")
        .bind(&endpoint.as_bytes()[..])
        .fetch_one(connection)
        .await?;
    there_was(there > 0, "endpoint", &endpoint)
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn rule(row: &SqliteRow) -> Result<AnswerRule, StoreError> {
    let headers: &str = row.try_get(2)?;
    Ok(AnswerRule {
        status: u16::try_from(row.try_get::<i64, _>(1)?).unwrap_or(500),
        headers: serde_json::from_str(headers).map_err(|error| StoreError::Corrupt {
            detail: format!("the headers of an answer: {error}"),
        })?,
        body: row.try_get(3)?,
        delay: Duration::from_millis(row.try_get::<i64, _>(4)?.unsigned_abs()),
    })
}

fn fault(row: &SqliteRow) -> Result<Fault, StoreError> {
    let (kind, amount): (&str, i64) = (row.try_get(2)?, row.try_get(3)?);
    let (reach, extent): (&str, i64) = (row.try_get(4)?, row.try_get(5)?);
    let odd = |word: &str| StoreError::Corrupt {
        detail: format!("unknown word of a fault `{word}`"),
    };
    Ok(Fault {
        number: row.try_get(0)?,
        endpoint: EndpointId::from_bytes(id_of(row.try_get(1)?)?),
        kind: match kind {
            "fail" => FaultKind::Fail {
                status: u16::try_from(amount).unwrap_or(500),
            },
            "delay" => FaultKind::Delay {
                by: Duration::from_millis(amount.unsigned_abs()),
            },
            "close" => FaultKind::Close,
            "cut" => FaultKind::Cut,
            word => return Err(odd(word)),
        },
        reach: match reach {
            "next" => FaultReach::Next(u32::try_from(extent).unwrap_or(u32::MAX)),
            "share" => FaultReach::Share(u8::try_from(extent).unwrap_or(100)),
            "all" => FaultReach::All,
            word => return Err(odd(word)),
        },
        struck: row.try_get::<i64, _>(6)?.unsigned_abs(),
        set_at: Timestamp::from_micros(row.try_get(7)?),
    })
}
