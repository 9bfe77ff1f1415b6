//! The steps of a run as a person reads them: what failed first.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, id_of};
use crate::model::{DeliveryId, Outcome, RequestId, RunId, SentStep};

/// The steps of a run whose requests are still there, each with its one attempt. The text of the index is read alone where
/// that is enough, so that the bodies beside it are not.
const SENT: &str = "FROM delivery INDEXED BY delivery_run
    JOIN request ON request.sequence = delivery.request
    JOIN attempt ON attempt.number = (SELECT max(number) FROM attempt WHERE attempt.delivery = delivery.number)
    WHERE delivery.run = ?";

impl Store {
    /// So many steps of a run after `skip`: those that were not delivered before those that were, else in their order;
    /// and how many there are. Steps whose request was deleted are left out.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub(crate) async fn sent_steps(
        &self,
        run: RunId,
        skip: u32,
        limit: u32,
    ) -> Result<(Vec<SentStep>, u64), StoreError> {
        let mut transaction = self.readers().begin().await?;
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "WITH page AS MATERIALIZED (
                 SELECT delivery.number AS delivery, attempt.number AS attempt, delivery.step AS step,
                     attempt.outcome = 'answered' AND attempt.status BETWEEN 200 AND 299 AS delivered
                 {SENT} ORDER BY delivered, step LIMIT ? OFFSET ?)
             SELECT page.step, delivery.id, request.id, request.method, request.target, request.endpoint_path,
                 request.provider, request.event, attempt.outcome, attempt.status, attempt.total_micros, attempt.message
             FROM page
             JOIN delivery ON delivery.number = page.delivery
             JOIN request ON request.sequence = delivery.request
             JOIN attempt ON attempt.number = page.attempt
             ORDER BY page.delivered, page.step"
        )))
        .bind(&run.as_bytes()[..])
        .bind(i64::from(limit))
        .bind(i64::from(skip))
        .fetch_all(&mut *transaction)
        .await?;
        let total: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) {SENT}")))
            .bind(&run.as_bytes()[..])
            .fetch_one(&mut *transaction)
            .await?;
        let steps = rows.iter().map(step).collect::<Result<_, _>>()?;
        Ok((steps, total.unsigned_abs()))
    }
}

fn step(row: &SqliteRow) -> Result<SentStep, StoreError> {
    let outcome: &str = row.try_get(8)?;
    Ok(SentStep {
        number: u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(u32::MAX),
        delivery: DeliveryId::from_bytes(id_of(row.try_get(1)?)?),
        request: RequestId::from_bytes(id_of(row.try_get(2)?)?),
        method: row.try_get(3)?,
        target: row.try_get(4)?,
        endpoint_path: row.try_get(5)?,
        provider: row.try_get(6)?,
        event: row.try_get(7)?,
        outcome: Outcome::from_word(outcome).ok_or_else(|| StoreError::Corrupt {
            detail: format!("unknown outcome of an attempt `{outcome}`"),
        })?,
        status: row
            .try_get::<Option<i64>, _>(9)?
            .and_then(|status| u16::try_from(status).ok()),
        micros: row.try_get::<i64, _>(10)?.unsigned_abs(),
        message: row.try_get(11)?,
    })
}
