//! Targets.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, id_of, line};
use crate::model::{Target, TargetId};

impl Store {
    /// All targets, by name.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn targets(&self) -> Result<Vec<Target>, StoreError> {
        let rows = sqlx::query("SELECT id, name, url, rules FROM target ORDER BY name")
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(target).collect()
    }

    /// Those that were removed and can still be brought back, or are just being forgotten.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub(crate) async fn removed_targets(&self) -> Result<Vec<Target>, StoreError> {
        let rows = sqlx::query(
            "SELECT unhex(row ->> 'id'), row ->> 'name', row ->> 'url', row ->> 'rules'
             FROM (SELECT rows -> '$.target[0]' AS row FROM discard WHERE kind = 'target')",
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(target).collect()
    }

    /// Adds a target, or changes the one with this id.
    ///
    /// # Errors
    ///
    /// When another one has its name, or when it cannot be written.
    pub async fn put_target(&self, target: Target) -> Result<(), StoreError> {
        let rules = serde_json::to_string(&target.rules).map_err(|error| StoreError::Internal {
            detail: error.to_string(),
        })?;
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO target (id, name, url, rules) VALUES (?, ?, ?, ?)
                     ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url, rules = excluded.rules",
                )
                .bind(&target.id.as_bytes()[..])
                .bind(&target.name)
                .bind(&target.url)
                .bind(rules)
                .execute(&mut *connection)
                .await
                .map_err(|error| super::taken(error, "a target", &target.name))?;
                line::open(connection, target.id.as_bytes()).await
            })
        })
        .await
    }
}

fn target(row: &SqliteRow) -> Result<Target, StoreError> {
    Ok(Target {
        id: TargetId::from_bytes(id_of(row.try_get(0)?)?),
        name: row.try_get(1)?,
        url: row.try_get(2)?,
        rules: serde_json::from_str(row.try_get(3)?).map_err(|error| StoreError::Corrupt {
            detail: format!("the rules of a target cannot be read: {error}"),
        })?,
    })
}
