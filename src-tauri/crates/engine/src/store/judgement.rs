//! Verdicts that changed: what a request *is* never changes, but whether its signature holds depends on secrets and
//! endpoints, and those are set after the first requests came.

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::group::ADD_TO_TALLY;
use super::{Store, StoreError};
use crate::model::{Recognition, RequestId};

impl Store {
    /// Replaces what is known of these requests: provider, event, delivery key and verdict; the endpoint stays. Returns
    /// the ids of those that were really changed.
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
    let row = sqlx::query("SELECT provider, event, verdict, body_length, delivery_key FROM request WHERE id = ?")
        .bind(&id.as_bytes()[..])
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(false) };
    let before: [Option<String>; 4] = [row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(4)?];
    let after =
        [known.provider.clone(), known.event.clone(), Some(known.verdict.as_str().to_owned()), known.delivery_key.clone()];
    if before == after {
        return Ok(false);
    }
    let length: i64 = row.try_get(3)?;
    let mut tally = Vec::new();
    for (kind, at) in [("provider", 0), ("event", 1), ("verdict", 2)] {
        if before[at] != after[at] {
            tally.push((kind, before[at].clone().unwrap_or_default(), -1, -length));
            tally.push((kind, after[at].clone().unwrap_or_default(), 1, length));
        }
    }
    let [provider, event, verdict, delivery_key] = after;
    sqlx::query("UPDATE request SET provider = ?, event = ?, verdict = ?, delivery_key = ? WHERE id = ?")
        .bind(provider)
        .bind(event)
        .bind(verdict)
        .bind(delivery_key)
        .bind(&id.as_bytes()[..])
        .execute(&mut *connection)
        .await?;
    let tally = serde_json::to_string(&tally).map_err(|error| StoreError::Internal { detail: error.to_string() })?;
    sqlx::query(ADD_TO_TALLY).bind(tally).execute(connection).await?;
    Ok(true)
}
