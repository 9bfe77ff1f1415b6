//! The JSON pointers to values that are masked, each of one endpoint or of all.

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::conduct::must_be_there;
use super::{Store, StoreError, id_of, there_was};
use crate::masking::MaskedEndpoint;
use crate::model::EndpointId;

impl Store {
    /// The pointers, and of which endpoint each is.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub(crate) async fn mask_paths(&self) -> Result<Vec<(String, Option<MaskedEndpoint>)>, StoreError> {
        // One that held for a removed endpoint may now be there twice.
        let rows = sqlx::query(
            "SELECT DISTINCT mask_path.pointer, endpoint.id, endpoint.path
             FROM mask_path LEFT JOIN endpoint ON endpoint.id = mask_path.endpoint",
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter()
            .map(|row| {
                let id: Option<Vec<u8>> = row.try_get(1)?;
                let id = id.map(id_of).transpose()?;
                let path: Option<String> = row.try_get(2)?;
                let endpoint = id.zip(path).map(|(id, path)| MaskedEndpoint {
                    path,
                    id: EndpointId::from_bytes(id),
                });
                Ok((row.try_get(0)?, endpoint))
            })
            .collect()
    }

    /// Adds a pointer, unless it is there; tells whether there is room for it among `most`. One for all stays one for all,
    /// whichever removed endpoint comes back that has the same one.
    ///
    /// # Errors
    ///
    /// When there is no such endpoint, or when it cannot be written.
    pub(crate) async fn add_mask_path(
        &self,
        pointer: &str,
        endpoint: Option<EndpointId>,
        most: u32,
    ) -> Result<bool, StoreError> {
        let pointer = pointer.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let id = endpoint.map(|id| id.as_bytes().to_vec());
                if let Some(endpoint) = endpoint {
                    must_be_there(connection, endpoint).await?;
                }
                let known: i64 =
                    sqlx::query_scalar("SELECT count(*) FROM mask_path WHERE pointer = ? AND endpoint IS ?")
                        .bind(&pointer)
                        .bind(&id)
                        .fetch_one(&mut *connection)
                        .await?;
                if endpoint.is_none() {
                    chosen_for_all(connection, &pointer).await?;
                }
                if known > 0 {
                    return Ok(true);
                }
                let all: i64 = sqlx::query_scalar("SELECT count(*) FROM mask_path")
                    .fetch_one(&mut *connection)
                    .await?;
                if all >= i64::from(most) {
                    return Ok(false);
                }
                sqlx::query("INSERT INTO mask_path (endpoint, pointer) VALUES (?, ?)")
                    .bind(id)
                    .bind(pointer)
                    .execute(connection)
                    .await?;
                Ok(true)
            })
        })
        .await
    }

    /// Removes a pointer of an endpoint, or of all.
    ///
    /// # Errors
    ///
    /// When it is not there, or when it cannot be written.
    pub(crate) async fn remove_mask_path(
        &self,
        pointer: &str,
        endpoint: Option<EndpointId>,
    ) -> Result<(), StoreError> {
        let pointer = pointer.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("DELETE FROM mask_path WHERE pointer = ? AND endpoint IS ?")
                    .bind(&pointer)
                    .bind(endpoint.map(|id| id.as_bytes().to_vec()))
                    .execute(connection)
                    .await?;
                there_was(done.rows_affected() > 0, "masked pointer", &pointer)
            })
        })
        .await
    }
}

/// What holds for all only while an endpoint is away goes back to that endpoint. Here it was chosen for all meanwhile.
async fn chosen_for_all(connection: &mut SqliteConnection, pointer: &str) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE discard SET rows = json_set(rows, '$.mask_path', json((
             SELECT json_group_array(json(iif(value ->> 'pointer' = ?1, json_set(value, '$.for_all', 1), value)))
             FROM json_each(rows, '$.mask_path'))))
         WHERE kind = 'endpoint'
             AND EXISTS (SELECT 1 FROM json_each(rows, '$.mask_path') WHERE value ->> 'pointer' = ?1)",
    )
    .bind(pointer.to_owned())
    .execute(connection)
    .await?;
    Ok(())
}
