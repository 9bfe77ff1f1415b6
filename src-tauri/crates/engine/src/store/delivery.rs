//! Deliveries and their attempts.

use std::collections::HashMap;

use bytes::Bytes;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row, SqlitePool};

use super::prepared::whole;
use super::schedule::{self, waits_of};
use super::{Store, StoreError, id_of, pack, sent_length};
use crate::model::{
    Attempt, AttemptId, Delivery, DeliveryId, DeliveryKind, Outcome, RequestId, RunId, RunStep, TargetId,
    Timestamp, Timings,
};

impl Store {
    /// Keeps a delivery with the attempts it has already.
    ///
    /// # Errors
    ///
    /// When its request is gone, or when it cannot be written.
    pub async fn add_delivery(&self, delivery: Delivery) -> Result<(), StoreError> {
        self.write_sent(sent_length(&delivery), move |connection| {
            Box::pin(insert_delivery(connection, delivery.clone()))
        })
        .await
    }

    /// Keeps one more attempt of a delivery.
    ///
    /// # Errors
    ///
    /// When there is no such delivery, or when it cannot be written.
    pub async fn add_attempt(&self, delivery: DeliveryId, attempt: Attempt) -> Result<(), StoreError> {
        self.write_sent(attempt.body.len(), move |connection| {
            let attempt = attempt.clone();
            Box::pin(async move {
                let number = number_of(connection, delivery).await?;
                insert_attempt(connection, number, attempt).await
            })
        })
        .await
    }

    /// The deliveries of a request with their attempts, first to last.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn deliveries(&self, request: RequestId) -> Result<Vec<Delivery>, StoreError> {
        let mut transaction = self.readers().begin().await?;
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{DELIVERY} WHERE delivery.request = (SELECT sequence FROM request WHERE id = ?) ORDER BY number"
        )))
        .bind(&request.as_bytes()[..])
        .fetch_all(&mut *transaction)
        .await?;
        with_attempts(&mut transaction, &rows).await
    }

    /// The newest deliveries of all requests, newest first, with their attempts.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn newest_deliveries(&self, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let mut transaction = self.readers().begin().await?;
        let rows = sqlx::query(AssertSqlSafe(format!("{DELIVERY} ORDER BY number DESC LIMIT ?")))
            .bind(i64::from(limit))
            .fetch_all(&mut *transaction)
            .await?;
        with_attempts(&mut transaction, &rows).await
    }

    /// The deliveries of a run from step `from` on, in the order of its steps, with their attempts.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn deliveries_of_run(
        &self,
        run: RunId,
        from: u32,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let mut transaction = self.readers().begin().await?;
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{DELIVERY} WHERE delivery.run = ? AND delivery.step >= ? ORDER BY delivery.step LIMIT ?"
        )))
        .bind(&run.as_bytes()[..])
        .bind(i64::from(from))
        .bind(i64::from(limit))
        .fetch_all(&mut *transaction)
        .await?;
        with_attempts(&mut transaction, &rows).await
    }

    /// The delivery whose id is `text` or begins with it.
    ///
    /// # Errors
    ///
    /// When there is none, when there are several, or when they cannot be read.
    pub async fn find_delivery(&self, text: &str) -> Result<DeliveryId, StoreError> {
        id_like(self.readers(), "delivery", text)
            .await
            .map(DeliveryId::from_bytes)
    }

    /// One delivery with its attempts, if it is there.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        let mut transaction = self.readers().begin().await?;
        let row = sqlx::query(AssertSqlSafe(format!("{DELIVERY} WHERE delivery.id = ?")))
            .bind(&id.as_bytes()[..])
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let attempts = attempts(&mut transaction, row.try_get(0)?).await?;
        Ok(Some(delivery(&row, attempts)?))
    }

    /// Whether there is such a delivery.
    pub(crate) async fn has_delivery(&self, id: DeliveryId) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM delivery WHERE id = ?)");
        Ok(query.bind(&id.as_bytes()[..]).fetch_one(self.readers()).await?)
    }

    /// One attempt, if it is there.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn attempt(&self, id: AttemptId) -> Result<Option<Attempt>, StoreError> {
        let row = sqlx::query(AssertSqlSafe(format!("{ATTEMPT} WHERE id = ?")))
            .bind(&id.as_bytes()[..])
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(attempt).transpose()
    }

    /// The delivery that an attempt is of.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn delivery_of(&self, attempt: AttemptId) -> Result<Option<DeliveryId>, StoreError> {
        let id: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT delivery.id FROM attempt JOIN delivery ON delivery.number = attempt.delivery WHERE attempt.id = ?",
        )
        .bind(&attempt.as_bytes()[..])
        .fetch_optional(self.readers())
        .await?;
        id.map(|id| id_of(id).map(DeliveryId::from_bytes)).transpose()
    }
}

/// The id in the table `kind` that is `text` or begins with it.
pub(super) async fn id_like(
    readers: &SqlitePool,
    kind: &'static str,
    text: &str,
) -> Result<[u8; 16], StoreError> {
    let digits: String = text
        .chars()
        .filter(|digit| *digit != '-')
        .collect::<String>()
        .to_ascii_lowercase();
    let absent = || StoreError::NotFound {
        kind,
        name: text.to_owned(),
    };
    if digits.is_empty() || digits.len() > 32 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(absent());
    }
    let bound = |fill: &str| {
        let mut all = digits.clone();
        all.push_str(&fill.repeat(32 - digits.len()));
        hex::decode(all).unwrap_or_default()
    };
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT id FROM {kind} WHERE id BETWEEN ? AND ? LIMIT 2"
    )))
    .bind(bound("0"))
    .bind(bound("f"))
    .fetch_all(readers)
    .await?;
    match rows.as_slice() {
        [] => Err(absent()),
        [one] => id_of(one.try_get(0)?),
        _ => Err(StoreError::Ambiguous {
            prefix: text.to_owned(),
        }),
    }
}

/// What [`delivery`] reads, in its order.
pub(super) const DELIVERY: &str =
    "SELECT number, delivery.id, kind, url, created_at, head, delivery.body_length, body_coding, body,
    request.id, delivery.target, again, run, step, waits, waits_used, schedule, next_at, trying_since, withheld FROM delivery JOIN request ON request.sequence = delivery.request";

/// What [`attempt`] reads, in its order.
const ATTEMPT: &str =
    "SELECT id, started_at, outcome, message, hint, status, head, body_length, body_coding, body,
    body_cut, resolve_micros, connect_micros, tls_micros, first_byte_micros, total_micros, url, sent, delivery FROM attempt";

pub(super) async fn with_attempts(
    connection: &mut SqliteConnection,
    rows: &[SqliteRow],
) -> Result<Vec<Delivery>, StoreError> {
    let numbers: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get(0)).collect();
    let numbers = serde_json::to_string(&numbers?).map_err(|error| StoreError::Internal {
        detail: error.to_string(),
    })?;
    let found = sqlx::query(AssertSqlSafe(format!(
        "{ATTEMPT} WHERE delivery IN (SELECT value FROM json_each(?)) ORDER BY number"
    )))
    .bind(numbers)
    .fetch_all(connection)
    .await?;
    let mut attempts: HashMap<i64, Vec<Attempt>> = HashMap::new();
    for row in &found {
        attempts.entry(row.try_get(18)?).or_default().push(attempt(row)?);
    }
    rows.iter()
        .map(|row| delivery(row, attempts.remove(&row.try_get(0)?).unwrap_or_default()))
        .collect()
}

/// The number of the row of a delivery.
pub(super) async fn number_of(
    connection: &mut SqliteConnection,
    delivery: DeliveryId,
) -> Result<i64, StoreError> {
    let number: Option<i64> = sqlx::query_scalar("SELECT number FROM delivery WHERE id = ?")
        .bind(&delivery.as_bytes()[..])
        .fetch_optional(connection)
        .await?;
    number.ok_or_else(|| StoreError::NotFound {
        kind: "delivery",
        name: delivery.to_string(),
    })
}

async fn attempts(connection: &mut SqliteConnection, delivery: i64) -> Result<Vec<Attempt>, StoreError> {
    let rows = sqlx::query(AssertSqlSafe(format!(
        "{ATTEMPT} WHERE delivery = ? ORDER BY number"
    )))
    .bind(delivery)
    .fetch_all(connection)
    .await?;
    rows.iter().map(attempt).collect()
}

pub(super) async fn insert_delivery(
    connection: &mut SqliteConnection,
    delivery: Delivery,
) -> Result<(), StoreError> {
    let sequence: Option<i64> = sqlx::query_scalar("SELECT sequence FROM request WHERE id = ?")
        .bind(&delivery.request.as_bytes()[..])
        .fetch_optional(&mut *connection)
        .await?;
    let sequence = sequence.ok_or_else(|| StoreError::NotFound {
        kind: "request",
        name: delivery.request.to_string(),
    })?;
    let body = delivery.body.map(|body| pack::pack(body.to_vec()));
    let next_at = delivery.schedule.as_ref().and_then(|schedule| schedule.next_at);
    let trying_since = delivery
        .schedule
        .as_ref()
        .and_then(|schedule| schedule.trying_since);
    let number = sqlx::query(
        "INSERT INTO delivery (id, request, kind, url, created_at, head, body_length, body_coding, body, target, again,
             run, step, waits, waits_used, schedule, next_at, trying_since, withheld)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&delivery.id.as_bytes()[..])
    .bind(sequence)
    .bind(delivery.kind.as_str())
    .bind(&delivery.url)
    .bind(delivery.created_at.as_micros())
    .bind(&delivery.head[..])
    .bind(body.as_ref().map(|body| body.length))
    .bind(body.as_ref().map(|body| body.coding))
    .bind(body.map(|body| body.data))
    .bind(delivery.target.map(|target| target.as_bytes().to_vec()))
    .bind(delivery.again.map(|again| again.as_bytes().to_vec()))
    .bind(delivery.run.map(|step| step.run.as_bytes().to_vec()))
    .bind(delivery.run.map(|step| i64::from(step.number)))
    .bind(delivery.schedule.as_ref().map(waits_of))
    .bind(delivery.schedule.as_ref().map_or(0, |schedule| i64::from(schedule.used)))
    .bind(delivery.schedule.as_ref().map(|schedule| schedule.state.as_str()))
    .bind(next_at.map(Timestamp::as_micros))
    .bind(trying_since.map(Timestamp::as_micros))
    .bind(names_text(&delivery.withheld))
    .execute(&mut *connection)
    .await?
    .last_insert_rowid();
    for attempt in delivery.attempts {
        insert_attempt(connection, number, attempt).await?;
    }
    sqlx::query(
        "INSERT INTO annotation (request, deliveries) VALUES (?, 1)
         ON CONFLICT (request) DO UPDATE SET deliveries = deliveries + 1",
    )
    .bind(sequence)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn insert_attempt(
    connection: &mut SqliteConnection,
    delivery: i64,
    attempt: Attempt,
) -> Result<(), StoreError> {
    let body = pack::pack(attempt.body.to_vec());
    let timings = attempt.timings;
    sqlx::query(
        "INSERT INTO attempt (id, delivery, started_at, outcome, message, hint, status, head, body_length, body_coding,
             body, body_cut, resolve_micros, connect_micros, tls_micros, first_byte_micros, total_micros, url, sent)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&attempt.id.as_bytes()[..])
    .bind(delivery)
    .bind(attempt.started_at.as_micros())
    .bind(attempt.outcome.as_str())
    .bind(attempt.message)
    .bind(attempt.hint)
    .bind(attempt.status.map(i64::from))
    .bind(&attempt.head[..])
    .bind(body.length)
    .bind(body.coding)
    .bind(body.data)
    .bind(i64::from(attempt.body_cut))
    .bind(timings.resolve.map(whole))
    .bind(timings.connect.map(whole))
    .bind(timings.tls.map(whole))
    .bind(timings.first_byte.map(whole))
    .bind(whole(timings.total))
    .bind(attempt.url)
    .bind(attempt.sent.map(|head| head.to_vec()))
    .execute(connection)
    .await?;
    Ok(())
}

/// Names as they lie in the file; most deliveries have none.
pub(super) fn names_text(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| serde_json::to_string(names).unwrap_or_else(|_| "[]".to_owned()))
}

fn delivery(row: &SqliteRow, attempts: Vec<Attempt>) -> Result<Delivery, StoreError> {
    let kind: &str = row.try_get(2)?;
    let body = match row.try_get::<Option<Vec<u8>>, _>(8)? {
        Some(data) => Some(pack::unpack(row.try_get(7)?, row.try_get(6)?, data)?),
        None => None,
    };
    Ok(Delivery {
        id: DeliveryId::from_bytes(id_of(row.try_get(1)?)?),
        request: RequestId::from_bytes(id_of(row.try_get(9)?)?),
        kind: DeliveryKind::from_word(kind).ok_or_else(|| StoreError::Corrupt {
            detail: format!("unknown kind of delivery `{kind}`"),
        })?,
        url: row.try_get(3)?,
        created_at: Timestamp::from_micros(row.try_get(4)?),
        head: Bytes::from(row.try_get::<Vec<u8>, _>(5)?),
        body,
        withheld: match row.try_get::<Option<&str>, _>(19)? {
            Some(names) => serde_json::from_str(names).map_err(|error| StoreError::Corrupt {
                detail: format!("what a delivery left here cannot be read: {error}"),
            })?,
            None => Vec::new(),
        },
        target: optional(row, 10)?.map(TargetId::from_bytes),
        again: optional(row, 11)?.map(DeliveryId::from_bytes),
        run: match (optional(row, 12)?, row.try_get::<Option<i64>, _>(13)?) {
            (Some(run), Some(number)) => Some(RunStep {
                run: RunId::from_bytes(run),
                number: u32::try_from(number).unwrap_or_default(),
            }),
            _ => None,
        },
        schedule: schedule::read(row, 14)?,
        attempts,
    })
}

/// An id that may not be there.
fn optional(row: &SqliteRow, at: usize) -> Result<Option<[u8; 16]>, StoreError> {
    row.try_get::<Option<Vec<u8>>, _>(at)?.map(id_of).transpose()
}

fn attempt(row: &SqliteRow) -> Result<Attempt, StoreError> {
    let outcome: &str = row.try_get(2)?;
    let micros = |at: usize| {
        row.try_get::<Option<i64>, _>(at)
            .map(|micros| micros.map(i64::unsigned_abs))
    };
    Ok(Attempt {
        id: AttemptId::from_bytes(id_of(row.try_get(0)?)?),
        started_at: Timestamp::from_micros(row.try_get(1)?),
        outcome: Outcome::from_word(outcome).ok_or_else(|| StoreError::Corrupt {
            detail: format!("unknown outcome of an attempt `{outcome}`"),
        })?,
        message: row.try_get(3)?,
        hint: row.try_get(4)?,
        url: row.try_get(16)?,
        sent: row.try_get::<Option<Vec<u8>>, _>(17)?.map(Bytes::from),
        status: row
            .try_get::<Option<i64>, _>(5)?
            .and_then(|status| u16::try_from(status).ok()),
        head: Bytes::from(row.try_get::<Vec<u8>, _>(6)?),
        body: pack::unpack(row.try_get(8)?, row.try_get(7)?, row.try_get(9)?)?,
        body_cut: row.try_get::<i64, _>(10)? != 0,
        timings: Timings {
            resolve: micros(11)?,
            connect: micros(12)?,
            tls: micros(13)?,
            first_byte: micros(14)?,
            total: row.try_get::<i64, _>(15)?.unsigned_abs(),
        },
    })
}
