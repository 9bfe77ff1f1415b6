//! Settings: JSON values by key. What a key means is known by those who ask for it.

use serde_json::Value;
use sqlx::{Row, SqliteConnection};

use super::{Store, StoreError};

impl Store {
    /// The value of a setting, if it was ever set.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn setting(&self, key: &str) -> Result<Option<Value>, StoreError> {
        let text: Option<String> = sqlx::query_scalar("SELECT value FROM setting WHERE key = ?")
            .bind(key)
            .fetch_optional(self.readers())
            .await?;
        text.map(|text| parse(key, &text)).transpose()
    }

    /// All settings whose key begins with `prefix`, by key.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn settings(&self, prefix: &str) -> Result<Vec<(String, Value)>, StoreError> {
        let rows =
            sqlx::query("SELECT key, value FROM setting WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key")
                .bind(prefix)
                .fetch_all(self.readers())
                .await?;
        let mut settings = Vec::with_capacity(rows.len());
        for row in &rows {
            let key: String = row.try_get(0)?;
            let value = parse(&key, row.try_get(1)?)?;
            settings.push((key, value));
        }
        Ok(settings)
    }

    /// Sets a setting.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn set_setting(&self, key: &str, value: &Value) -> Result<(), StoreError> {
        let (key, value) = (key.to_owned(), value.to_string());
        self.write(move |connection| Box::pin(set(connection, key, value)))
            .await
    }

    /// Forgets a setting.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn remove_setting(&self, key: &str) -> Result<(), StoreError> {
        let key = key.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM setting WHERE key = ?")
                    .bind(key)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

async fn set(connection: &mut SqliteConnection, key: String, value: String) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO setting (key, value) VALUES (?, ?)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .bind(key)
    .bind(value)
    .execute(connection)
    .await?;
    Ok(())
}

fn parse(key: &str, text: &str) -> Result<Value, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt {
        detail: format!("setting `{key}` is no JSON: {error}"),
    })
}
