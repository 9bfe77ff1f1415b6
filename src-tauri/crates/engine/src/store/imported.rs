//! Requests that were taken from a file: that they were, and whether they are there already.

use sqlx::sqlite::SqliteConnection;

use super::prepared::Prepared;
use super::{Kept, Store, StoreError};
use crate::model::{Sequence, Timestamp};

/// What tells a request in a file from the others: when it was received, what it asked for, and its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// When its first byte came.
    pub received_at: Timestamp,
    /// The method.
    pub method: String,
    /// The target; what follows a `?` does not count, since it may have been masked.
    pub target: String,
    /// SHA-256 over the body.
    pub body_sha256: [u8; 32],
}

/// The path of a target, as the rows below compare it.
fn path(target: &str) -> &str {
    target.split('?').next().unwrap_or_default()
}

impl Store {
    /// Which of these are among the requests up to `newest`.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn known(&self, traces: &[Trace], newest: Sequence) -> Result<Vec<bool>, StoreError> {
        let list: Vec<_> = (traces.iter().enumerate())
            .map(|(at, trace)| {
                let digest = hex::encode(trace.body_sha256);
                (
                    at,
                    trace.received_at.as_micros(),
                    &trace.method,
                    path(&trace.target),
                    digest,
                )
            })
            .collect();
        let list = serde_json::to_string(&list).map_err(|error| StoreError::Internal {
            detail: error.to_string(),
        })?;
        let there: Vec<i64> = sqlx::query_scalar(
            "SELECT one.value ->> 0 FROM json_each(?) AS one WHERE EXISTS (
                 SELECT 1 FROM request INDEXED BY request_received
                 WHERE received_at = one.value ->> 1 AND sequence <= ? AND method = one.value ->> 2
                 AND CASE WHEN instr(target, '?') > 0 THEN substr(target, 1, instr(target, '?') - 1) ELSE target END
                     = one.value ->> 3
                 AND body_sha256 = unhex(one.value ->> 4))",
        )
        .bind(list)
        .bind(newest.0)
        .fetch_all(self.readers())
        .await?;
        let mut known = vec![false; traces.len()];
        for at in there {
            if let Some(place) = usize::try_from(at).ok().and_then(|at| known.get_mut(at)) {
                *place = true;
            }
        }
        Ok(known)
    }
}

/// Notes which of `rows` were taken from a file, in the transaction that keeps them.
pub(super) async fn note(
    connection: &mut SqliteConnection,
    rows: &[&Prepared],
    kept: &[Kept],
) -> Result<(), StoreError> {
    let list: Vec<_> = (rows.iter().zip(kept))
        .filter_map(|(row, kept)| {
            let imported = row.imported.as_ref()?;
            Some((kept.sequence.0, imported.at.as_micros(), &imported.program))
        })
        .collect();
    if list.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO imported (request, at, program)
         SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE true",
    )
    .bind(serde_json::to_string(&list).unwrap_or_else(|_| "[]".to_owned()))
    .execute(connection)
    .await?;
    Ok(())
}
