//! Filters that the person keeps in the sidebar.

use sqlx::Row;

use super::{Store, StoreError};

/// A filter with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFilter {
    /// Its name.
    pub name: String,
    /// The filter as it was typed; relative times in it are read anew each time.
    pub filter: String,
}

impl Store {
    /// The saved filters, in the order in which they were saved.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn saved_filters(&self) -> Result<Vec<SavedFilter>, StoreError> {
        let rows = sqlx::query("SELECT name, filter FROM saved_filter ORDER BY position, name")
            .fetch_all(self.readers())
            .await?;
        rows.iter()
            .map(|row| {
                Ok(SavedFilter {
                    name: row.try_get(0)?,
                    filter: row.try_get(1)?,
                })
            })
            .collect()
    }

    /// Saves a filter, in place of one of the same name.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn save_filter(&self, saved: SavedFilter) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO saved_filter (name, filter, position)
                     VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM saved_filter))
                     ON CONFLICT (name) DO UPDATE SET filter = excluded.filter",
                )
                .bind(saved.name)
                .bind(saved.filter)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Removes a saved filter.
    ///
    /// # Errors
    ///
    /// When there is none of this name, or when it cannot be written.
    pub async fn remove_saved_filter(&self, name: &str) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("DELETE FROM saved_filter WHERE name = ?")
                    .bind(&name)
                    .execute(connection)
                    .await?;
                if done.rows_affected() == 0 {
                    return Err(StoreError::NotFound {
                        kind: "saved filter",
                        name,
                    });
                }
                Ok(())
            })
        })
        .await
    }
}
