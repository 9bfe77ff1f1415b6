//! Provider files of the person's own, as they were written.

use sqlx::Row;

use super::{Store, StoreError, there_was};
use crate::model::Timestamp;

/// A provider file that the person keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnProvider {
    /// The provider's id.
    pub id: String,
    /// The file's text.
    pub toml: String,
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
                    sqlx::query("UPDATE endpoint SET provider = ? WHERE provider = ?")
                        .bind(&own.id)
                        .bind(&before)
                        .execute(&mut *connection)
                        .await?;
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

    /// Removes one. Endpoints that were pinned to it are pinned to none any more; their paths are given.
    ///
    /// # Errors
    ///
    /// When there is none, or when it cannot be written.
    pub async fn remove_own_provider(&self, id: &str) -> Result<Vec<String>, StoreError> {
        let id = id.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("DELETE FROM own_provider WHERE id = ?")
                    .bind(&id)
                    .execute(&mut *connection)
                    .await?;
                there_was(done.rows_affected() > 0, "scheme of your own", &id)?;
                let rows =
                    sqlx::query("UPDATE endpoint SET provider = NULL WHERE provider = ? RETURNING path")
                        .bind(&id)
                        .fetch_all(connection)
                        .await?;
                rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
            })
        })
        .await
    }
}
