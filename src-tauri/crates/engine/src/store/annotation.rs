//! What the person adds to a request: a star, a note, tags. It sits beside the request, which never changes.

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::{Store, StoreError};
use crate::model::RequestId;

/// What the person added to a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Annotation {
    /// It is marked with a star.
    pub starred: bool,
    /// A note.
    pub note: Option<String>,
    /// Tags, by name.
    pub tags: Vec<String>,
}

impl Store {
    /// What the person added to a request.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn annotation(&self, id: RequestId) -> Result<Annotation, StoreError> {
        let mut transaction = self.readers().begin().await?;
        let row = sqlx::query(
            "SELECT starred, note FROM annotation WHERE request = (SELECT sequence FROM request WHERE id = ?)",
        )
        .bind(&id.as_bytes()[..])
        .fetch_optional(&mut *transaction)
        .await?;
        let mut annotation = Annotation::default();
        if let Some(row) = row {
            annotation.starred = row.try_get::<i64, _>(0)? != 0;
            annotation.note = row.try_get(1)?;
        }
        annotation.tags = sqlx::query_scalar(
            "SELECT name FROM tag WHERE request = (SELECT sequence FROM request WHERE id = ?) ORDER BY name",
        )
        .bind(&id.as_bytes()[..])
        .fetch_all(&mut *transaction)
        .await?;
        Ok(annotation)
    }

    /// Marks requests with a star; those that are gone are left out. Returns how many there were.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn star(&self, ids: &[RequestId]) -> Result<u64, StoreError> {
        self.set_starred(ids, 1).await
    }

    /// Takes the star from requests.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn unstar(&self, ids: &[RequestId]) -> Result<u64, StoreError> {
        self.set_starred(ids, 0).await
    }

    /// How many requests have a star.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn count_starred(&self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM annotation JOIN request ON sequence = request WHERE starred = 1",
        )
        .fetch_one(self.readers())
        .await?;
        Ok(count.unsigned_abs())
    }

    async fn set_starred(&self, ids: &[RequestId], starred: i64) -> Result<u64, StoreError> {
        let ids = ids.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                let mut changed = 0;
                for id in ids {
                    changed += sqlx::query(
                        "INSERT INTO annotation (request, starred) SELECT sequence, ?2 FROM request WHERE id = ?1
                         ON CONFLICT (request) DO UPDATE SET starred = excluded.starred",
                    )
                    .bind(&id.as_bytes()[..])
                    .bind(starred)
                    .execute(&mut *connection)
                    .await?
                    .rows_affected();
                }
                Ok(changed)
            })
        })
        .await
    }

    /// Sets the note of a request, or takes it away.
    ///
    /// # Errors
    ///
    /// When the request is gone, or when it cannot be written.
    pub async fn set_note(&self, id: RequestId, note: Option<String>) -> Result<(), StoreError> {
        let note = note.filter(|note| !note.trim().is_empty());
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "INSERT INTO annotation (request, note) SELECT sequence, ?2 FROM request WHERE id = ?1
                     ON CONFLICT (request) DO UPDATE SET note = excluded.note",
                )
                .bind(&id.as_bytes()[..])
                .bind(note)
                .execute(connection)
                .await?;
                found(done.rows_affected(), id)
            })
        })
        .await
    }

    /// Sets the tags of a request, in place of those it has.
    ///
    /// # Errors
    ///
    /// When the request is gone, or when it cannot be written.
    pub async fn set_tags(&self, id: RequestId, tags: Vec<String>) -> Result<(), StoreError> {
        self.write(move |connection| Box::pin(replace_tags(connection, id, tags)))
            .await
    }

    /// Every tag with how many requests have it.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn tags(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT name, count(*) FROM tag JOIN request ON sequence = request GROUP BY name ORDER BY name",
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)?.unsigned_abs())))
            .collect()
    }
}

async fn replace_tags(
    connection: &mut SqliteConnection,
    id: RequestId,
    tags: Vec<String>,
) -> Result<(), StoreError> {
    let sequence: Option<i64> = sqlx::query_scalar("SELECT sequence FROM request WHERE id = ?")
        .bind(&id.as_bytes()[..])
        .fetch_optional(&mut *connection)
        .await?;
    let sequence = sequence.ok_or_else(|| StoreError::NotFound {
        kind: "request",
        name: id.to_string(),
    })?;
    sqlx::query("DELETE FROM tag WHERE request = ?")
        .bind(sequence)
        .execute(&mut *connection)
        .await?;
    for tag in tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
        sqlx::query("INSERT OR IGNORE INTO tag (name, request) VALUES (?, ?)")
            .bind(tag)
            .bind(sequence)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn found(rows: u64, id: RequestId) -> Result<(), StoreError> {
    if rows == 0 {
        Err(StoreError::NotFound {
            kind: "request",
            name: id.to_string(),
        })
    } else {
        Ok(())
    }
}
