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

/// What is to become of the annotations of requests. What is not named stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Annotate {
    /// A star, or none.
    pub starred: Option<bool>,
    /// The note in place of the one that is there; an empty one takes it away.
    pub note: Option<String>,
    /// Tags they have from now on; one is the same in upper and lower case.
    pub add_tags: Vec<String>,
    /// Tags they no longer have.
    pub remove_tags: Vec<String>,
}

impl Annotate {
    /// A star, or none.
    #[must_use]
    pub fn star(starred: bool) -> Self {
        Self {
            starred: Some(starred),
            ..Self::default()
        }
    }

    /// Another note; an empty one takes it away.
    #[must_use]
    pub fn note(note: impl Into<String>) -> Self {
        Self {
            note: Some(note.into()),
            ..Self::default()
        }
    }

    /// A tag more.
    #[must_use]
    pub fn tag(tag: impl Into<String>) -> Self {
        Self {
            add_tags: vec![tag.into()],
            ..Self::default()
        }
    }
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

    /// Changes what is added to requests, all of them or none; those that are gone are left out. Returns how many
    /// there were.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn annotate(&self, ids: &[RequestId], change: Annotate) -> Result<u64, StoreError> {
        let ids = ids.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                let mut found = 0;
                for id in ids {
                    let sequence: Option<i64> =
                        sqlx::query_scalar("SELECT sequence FROM request WHERE id = ?")
                            .bind(&id.as_bytes()[..])
                            .fetch_optional(&mut *connection)
                            .await?;
                    if let Some(sequence) = sequence {
                        annotate_one(connection, sequence, &change).await?;
                        found += 1;
                    }
                }
                Ok(found)
            })
        })
        .await
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

    /// Every tag with how many requests have it.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn tags(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT min(name), count(*) FROM tag JOIN request ON sequence = request GROUP BY name ORDER BY name",
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)?.unsigned_abs())))
            .collect()
    }
}

async fn annotate_one(
    connection: &mut SqliteConnection,
    sequence: i64,
    change: &Annotate,
) -> Result<(), StoreError> {
    if let Some(starred) = change.starred {
        sqlx::query(
            "INSERT INTO annotation (request, starred) VALUES (?, ?)
             ON CONFLICT (request) DO UPDATE SET starred = excluded.starred",
        )
        .bind(sequence)
        .bind(i64::from(starred))
        .execute(&mut *connection)
        .await?;
    }
    if let Some(note) = &change.note {
        sqlx::query(
            "INSERT INTO annotation (request, note) VALUES (?, ?)
             ON CONFLICT (request) DO UPDATE SET note = excluded.note",
        )
        .bind(sequence)
        .bind(Some(note).filter(|note| !note.trim().is_empty()))
        .execute(&mut *connection)
        .await?;
    }
    for (sql, tags) in [
        (
            "DELETE FROM tag WHERE name = ? AND request = ?",
            &change.remove_tags,
        ),
        (
            "INSERT OR IGNORE INTO tag (name, request) VALUES (?, ?)",
            &change.add_tags,
        ),
    ] {
        for tag in tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
            sqlx::query(sql)
                .bind(tag)
                .bind(sequence)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}
