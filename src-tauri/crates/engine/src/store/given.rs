//! Answers that were given: written together, a moment after they went, so that no sender waits for it.

use bytes::Bytes;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::group::ADD_TO_TALLY;
use super::prepared::whole;
use super::{Store, StoreError, pack};
use crate::model::{AnswerSource, GivenAnswer, KeptAnswer, RequestId};

impl Store {
    /// Keeps answers that were given.
    ///
    /// # Errors
    ///
    /// When they cannot be written.
    pub async fn record_answers(&self, answers: Vec<GivenAnswer>) -> Result<(), StoreError> {
        self.write(move |connection| Box::pin(record(connection, answers)))
            .await
    }

    /// The answer to a request, if it is known.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn given_answer(&self, id: RequestId) -> Result<Option<KeptAnswer>, StoreError> {
        let row = sqlx::query(
            "SELECT source, micros, length, coding, bytes FROM answer
             WHERE request = (SELECT sequence FROM request WHERE id = ?)",
        )
        .bind(&id.as_bytes()[..])
        .fetch_optional(self.readers())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let source: &str = row.try_get(0)?;
        let bytes = match row.try_get::<Option<Vec<u8>>, _>(4)? {
            Some(data) => Some(pack::unpack(row.try_get(3)?, row.try_get(2)?, data)?),
            None => None,
        };
        Ok(AnswerSource::from_word(source).map(|source| KeptAnswer {
            source,
            micros: row
                .try_get::<Option<i64>, _>(1)
                .ok()
                .flatten()
                .map(i64::unsigned_abs),
            bytes,
        }))
    }
}

async fn record(connection: &mut SqliteConnection, answers: Vec<GivenAnswer>) -> Result<(), StoreError> {
    let list: Vec<_> = answers
        .iter()
        .map(|answer| (answer.request.0, answer.source.as_str(), answer.micros.map(whole)))
        .collect();
    let list = serde_json::to_string(&list).map_err(|error| StoreError::Internal {
        detail: error.to_string(),
    })?;
    sqlx::query(
        "INSERT OR REPLACE INTO answer (request, source, micros)
         SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE true",
    )
    .bind(list)
    .execute(&mut *connection)
    .await?;
    for answer in answers {
        if let Some(bytes) = answer.bytes {
            keep_bytes(connection, answer.request.0, &bytes).await?;
        }
        if let Some(status) = answer.status {
            settle(connection, answer.request.0, status).await?;
        }
    }
    Ok(())
}

async fn keep_bytes(
    connection: &mut SqliteConnection,
    request: i64,
    bytes: &Bytes,
) -> Result<(), StoreError> {
    let packed = pack::pack(bytes.to_vec());
    sqlx::query("UPDATE answer SET length = ?, coding = ?, bytes = ? WHERE request = ?")
        .bind(packed.length)
        .bind(packed.coding)
        .bind(packed.data)
        .bind(request)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes down the status that was not known when the request was kept; the tally goes with it.
async fn settle(connection: &mut SqliteConnection, request: i64, status: u16) -> Result<(), StoreError> {
    let length: Option<i64> = sqlx::query_scalar(
        "UPDATE request SET answered = ? WHERE sequence = ? AND answered IS NULL RETURNING body_length",
    )
    .bind(i64::from(status))
    .bind(request)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(length) = length else { return Ok(()) };
    let tally = serde_json::json!([
        ["answered", "", -1, -length],
        ["answered", status.to_string(), 1, length]
    ]);
    sqlx::query(ADD_TO_TALLY)
        .bind(tally.to_string())
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM tally WHERE kind = 'answered' AND requests <= 0")
        .execute(connection)
        .await?;
    Ok(())
}
