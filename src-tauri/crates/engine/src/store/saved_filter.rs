//! Filters that the person keeps in the sidebar.

use sqlx::Row;

use super::{Store, StoreError, taken, there_was};

/// A filter with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFilter {
    /// Its name.
    pub name: String,
    /// The filter as it was typed; relative times in it are read anew each time.
    pub filter: String,
}

impl Store {
    /// The saved filters, in the person's order: at first that in which they were saved.
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

    /// Gives a saved filter another name.
    ///
    /// # Errors
    ///
    /// When there is none of this name, when the other one is taken, or when it cannot be written.
    pub async fn rename_saved_filter(&self, name: &str, to: &str) -> Result<(), StoreError> {
        let (name, to) = (name.to_owned(), to.to_owned());
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("UPDATE saved_filter SET name = ? WHERE name = ?")
                    .bind(&to)
                    .bind(&name)
                    .execute(connection)
                    .await
                    .map_err(|error| taken(error, "a saved filter", &to))?;
                there_was(done.rows_affected() > 0, "saved filter", &name)
            })
        })
        .await
    }

    /// Puts the saved filters into this order; those that are not named come after, as they were.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn order_saved_filters(&self, names: &[String]) -> Result<(), StoreError> {
        let names = names.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                let mut all: Vec<String> =
                    sqlx::query_scalar("SELECT name FROM saved_filter ORDER BY position, name")
                        .fetch_all(&mut *connection)
                        .await?;
                // The sort is stable: those that are not named stay in their order.
                all.sort_by_key(|name| {
                    names
                        .iter()
                        .position(|wanted| wanted == name)
                        .unwrap_or(names.len())
                });
                for (position, name) in (1_i64..).zip(all) {
                    sqlx::query("UPDATE saved_filter SET position = ? WHERE name = ?")
                        .bind(position)
                        .bind(name)
                        .execute(&mut *connection)
                        .await?;
                }
                Ok(())
            })
        })
        .await
    }
}
