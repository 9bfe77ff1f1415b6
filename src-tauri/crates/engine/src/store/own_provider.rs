//! Provider files of the person's own, as they were written, and the endpoints that are pinned to them: those that are
//! there, and those that were removed and can be brought back, which would else come back pinned to nothing.

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::{Store, StoreError, id_of, there_was};
use crate::model::{EndpointId, Timestamp};

/// A provider file that the person keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnProvider {
    /// The provider's id.
    pub id: String,
    /// The file's text.
    pub toml: String,
}

/// Endpoints that were pinned to a provider and are pinned to none any more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Freed {
    /// The paths of those that are there.
    pub paths: Vec<String>,
    /// All of them, also those that were removed and can be brought back.
    pub endpoints: Vec<EndpointId>,
}

impl Store {
    /// All of them, by id.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn own_providers(&self) -> Result<Vec<OwnProvider>, StoreError> {
        let rows = sqlx::query("SELECT id, toml FROM own_provider ORDER BY id")
            .fetch_all(self.readers())
            .await?;
        rows.iter()
            .map(|row| {
                Ok(OwnProvider {
                    id: row.try_get(0)?,
                    toml: row.try_get(1)?,
                })
            })
            .collect()
    }

    /// Keeps one, in place of that with the same id and of the one called `replaced`. Endpoints that were pinned to
    /// `replaced` follow.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn put_own_provider(
        &self,
        own: OwnProvider,
        replaced: Option<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                if let Some(before) = replaced.filter(|before| *before != own.id) {
                    sqlx::query("DELETE FROM own_provider WHERE id = ?")
                        .bind(&before)
                        .execute(&mut *connection)
                        .await?;
                    pin_otherwise(connection, &before, Some(&own.id)).await?;
                }
                sqlx::query(
                    "INSERT INTO own_provider (id, toml, changed_at) VALUES (?, ?, ?)
                     ON CONFLICT (id) DO UPDATE SET toml = excluded.toml, changed_at = excluded.changed_at",
                )
                .bind(own.id)
                .bind(own.toml)
                .bind(now.as_micros())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Removes one. Endpoints that were pinned to it are pinned to none any more.
    ///
    /// # Errors
    ///
    /// When there is none, or when it cannot be written.
    pub async fn remove_own_provider(&self, id: &str) -> Result<Freed, StoreError> {
        let id = id.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("DELETE FROM own_provider WHERE id = ?")
                    .bind(&id)
                    .execute(&mut *connection)
                    .await?;
                there_was(done.rows_affected() > 0, "scheme of your own", &id)?;
                pin_otherwise(connection, &id, None).await
            })
        })
        .await
    }

    /// Pins those of these endpoints to a provider that are pinned to none, also where they were removed and can be brought
    /// back.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) async fn pin(&self, endpoints: &[EndpointId], provider: &str) -> Result<(), StoreError> {
        let (endpoints, provider) = (endpoints.to_vec(), provider.to_owned());
        self.write(move |connection| {
            Box::pin(async move {
                for endpoint in endpoints {
                    for sql in [
                        "UPDATE endpoint SET provider = ?1 WHERE id = ?2 AND provider IS NULL",
                        "UPDATE discard SET rows = json_set(rows, '$.endpoint[0].provider', ?1)
                         WHERE kind = 'endpoint' AND rows ->> '$.endpoint[0].id' = hex(?2)
                             AND rows ->> '$.endpoint[0].provider' IS NULL",
                    ] {
                        sqlx::query(sql)
                            .bind(&provider)
                            .bind(endpoint.as_bytes().to_vec())
                            .execute(&mut *connection)
                            .await?;
                    }
                }
                Ok(())
            })
        })
        .await
    }
}

/// Pins what was pinned to one provider to another one, or to none.
async fn pin_otherwise(
    connection: &mut SqliteConnection,
    from: &str,
    to: Option<&str>,
) -> Result<Freed, StoreError> {
    let mut freed = Freed::default();
    let there = sqlx::query("UPDATE endpoint SET provider = ?1 WHERE provider = ?2 RETURNING id, path")
        .bind(to.map(str::to_owned))
        .bind(from.to_owned())
        .fetch_all(&mut *connection)
        .await?;
    for row in there {
        freed
            .endpoints
            .push(EndpointId::from_bytes(id_of(row.try_get(0)?)?));
        freed.paths.push(row.try_get(1)?);
    }
    let aside = sqlx::query(
        "UPDATE discard SET rows = json_set(rows, '$.endpoint[0].provider', ?1)
         WHERE kind = 'endpoint' AND rows ->> '$.endpoint[0].provider' = ?2
         RETURNING unhex(rows ->> '$.endpoint[0].id')",
    )
    .bind(to.map(str::to_owned))
    .bind(from.to_owned())
    .fetch_all(connection)
    .await?;
    for row in aside {
        freed
            .endpoints
            .push(EndpointId::from_bytes(id_of(row.try_get(0)?)?));
    }
    Ok(freed)
}
