//! Verdicts that changed: what a request *is* never changes, but whether its signature holds depends on secrets and
//! endpoints, and those are set after the first requests came.

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::group::ADD_TO_TALLY;
use super::{Store, StoreError};
use crate::model::{Recognition, RequestId};

impl Store {
    /// Replaces what is known of these requests. Returns the ids of those that were really changed.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn rejudge(&self, judged: Vec<(RequestId, Recognition)>) -> Result<Vec<RequestId>, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let mut changed = Vec::new();
                for (id, known) in judged {
                    if replace(connection, id, &known).await? {
                        changed.push(id);
                    }
                }
                Ok(changed)
            })
        })
        .await
    }
}

async fn replace(
    connection: &mut SqliteConnection,
    id: RequestId,
    known: &Recognition,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT endpoint_path, provider, event, verdict, delivery_key, handshake, endpoint, body_length
         FROM request WHERE id = ?",
    )
    .bind(&id.as_bytes()[..])
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let before: [Option<String>; 6] = [
        row.try_get(0)?,
        row.try_get(1)?,
        row.try_get(2)?,
        row.try_get(3)?,
        row.try_get(4)?,
        row.try_get(5)?,
    ];
    let endpoint_before: Option<Vec<u8>> = row.try_get(6)?;
    let after = [
        known.endpoint_path.clone(),
        known.provider.clone(),
        known.event.clone(),
        Some(known.verdict.as_str().to_owned()),
        known.delivery_key.clone(),
        known.handshake.clone(),
    ];
    let endpoint = known.endpoint.map(|endpoint| endpoint.as_bytes().to_vec());
    if before == after && endpoint_before == endpoint {
        return Ok(false);
    }
    let length: i64 = row.try_get(7)?;
    let mut tally = Vec::new();
    for (kind, (before, after)) in ["endpoint", "provider", "event", "verdict"]
        .iter()
        .zip(before.iter().zip(&after))
    {
        if before != after {
            tally.push((kind, before.clone().unwrap_or_default(), -1, -length));
            tally.push((kind, after.clone().unwrap_or_default(), 1, length));
        }
    }
    if before[1] != after[1] || before[4] != after[4] {
        // What it repeats, and what repeats it, is another question then.
        sqlx::query("INSERT OR IGNORE INTO rekeyed (sequence) SELECT sequence FROM request WHERE id = ?")
            .bind(&id.as_bytes()[..])
            .execute(&mut *connection)
            .await?;
    }
    let [endpoint_path, provider, event, verdict, delivery_key, handshake] = after;
    sqlx::query(
        "UPDATE request SET endpoint = ?, endpoint_path = ?, provider = ?, event = ?, verdict = ?, delivery_key = ?,
             handshake = ?
         WHERE id = ?",
    )
    .bind(endpoint)
    .bind(endpoint_path)
    .bind(provider)
    .bind(event)
    .bind(verdict)
    .bind(delivery_key)
    .bind(handshake)
    .bind(&id.as_bytes()[..])
    .execute(&mut *connection)
    .await?;
    let tally = serde_json::to_string(&tally).map_err(|error| StoreError::Internal {
        detail: error.to_string(),
    })?;
    sqlx::query(ADD_TO_TALLY).bind(tally).execute(connection).await?;
    Ok(true)
}
