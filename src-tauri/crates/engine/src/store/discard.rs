//! What the person removed beside requests: endpoints, secrets, targets, saved filters, and what was dropped from queues.
//!
//! A removal moves the rows aside as they are, in the transaction that removes them, so that nothing that reads endpoints
//! or targets has to know of it and a program that ends at any moment loses nothing. [`restoring`](super::restoring)
//! puts them back. What waits for a target can be much: it stays where it is, in a [`line`] that lies aside.
//!
//! The values of secrets are not here: what is removed for good is marked so first, in the transaction that removes it
//! where that is known by then; then the values are forgotten and then the rows, so that nothing comes back of which a
//! part is gone, and a program that ends in between leaves what names the rest.

use serde_json::Value;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row};

use super::aside::{
    ANSWER, ENDPOINT, FAULT, FORWARD, Key, MASKED, QUEUE, Rows, SAVED, SECRET, TARGET, parsed, word,
};
use super::removal::undo_number;
use super::{Store, StoreError, id_of, line, there_was};
use crate::model::{EndpointId, SecretId, SecretPlace, TargetId, Timestamp};

/// Names a removal, to undo it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DiscardId(pub i64);

/// Whether a removal can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finality {
    /// For a while.
    Undoable,
    /// It is not offered at any moment; what is kept of it only tells what is still to be forgotten.
    Final,
}

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiscardKind {
    /// An endpoint with all that belongs to it.
    Endpoint,
    /// A secret.
    Secret,
    /// A target with its rules, what waited for it, and the forwards that led there.
    Target,
    /// A saved filter.
    SavedFilter,
    /// What waited for a target, all of it or one request.
    Queue,
}

impl DiscardKind {
    /// Its word in the file and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Secret => "secret",
            Self::Target => "target",
            Self::SavedFilter => "saved_filter",
            Self::Queue => "queue",
        }
    }

    pub(super) fn from_word(word: &str) -> Result<Self, StoreError> {
        [
            Self::Endpoint,
            Self::Secret,
            Self::Target,
            Self::SavedFilter,
            Self::Queue,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == word)
        .ok_or_else(|| StoreError::Corrupt {
            detail: format!("unknown kind of a removal `{word}`"),
        })
    }
}

/// A removal that can still be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discard {
    /// Names it.
    pub id: DiscardId,
    /// When it was.
    pub at: Timestamp,
    /// What was removed.
    pub kind: DiscardKind,
    /// What that was called; of a queue the name of its target.
    pub name: String,
    /// How many requests waited there.
    pub held: u64,
}

impl Store {
    /// Removes an endpoint with its secrets, answer, fault and forwards. Its requests stay and keep its path; the
    /// pointers that were masked in them hold for all requests from then on.
    ///
    /// # Errors
    ///
    /// When there is none, or when it cannot be written.
    pub async fn discard_endpoint(
        &self,
        id: EndpointId,
        finality: Finality,
        now: Timestamp,
    ) -> Result<DiscardId, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let key = &id.as_bytes()[..];
                let mut rows = Rows::new();
                let found = ENDPOINT.read(connection, "id", Key::Bytes(key)).await?;
                there_was(!found.is_empty(), "endpoint", &id)?;
                let name = word(&found, "path");
                rows.insert(ENDPOINT.table.to_owned(), found);
                for table in [&SECRET, &ANSWER, &FAULT, &MASKED, &FORWARD] {
                    let found = table.read(connection, "endpoint", Key::Bytes(key)).await?;
                    rows.insert(table.table.to_owned(), found);
                }
                delete(connection, "endpoint", key).await?;
                put_aside(connection, (DiscardKind::Endpoint, finality), &name, &rows, now).await
            })
        })
        .await
    }

    /// Removes a secret.
    ///
    /// # Errors
    ///
    /// When there is none, or when it cannot be written.
    pub async fn discard_secret(
        &self,
        id: SecretId,
        finality: Finality,
        now: Timestamp,
    ) -> Result<DiscardId, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let key = &id.as_bytes()[..];
                let found = SECRET.read(connection, "id", Key::Bytes(key)).await?;
                there_was(!found.is_empty(), "secret", &id)?;
                let name = word(&found, "name");
                let rows = Rows::from([(SECRET.table.to_owned(), found)]);
                delete(connection, "secret", key).await?;
                put_aside(connection, (DiscardKind::Secret, finality), &name, &rows, now).await
            })
        })
        .await
    }

    /// Removes a target with its rules, what waits for it and the forwards that lead there. Deliveries stay.
    ///
    /// # Errors
    ///
    /// When there is none, or when it cannot be written.
    pub async fn discard_target(
        &self,
        id: TargetId,
        finality: Finality,
        now: Timestamp,
    ) -> Result<DiscardId, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let key = &id.as_bytes()[..];
                let found = TARGET.read(connection, "id", Key::Bytes(key)).await?;
                there_was(!found.is_empty(), "target", &id)?;
                let name = word(&found, "name");
                let mut rows = Rows::from([(TARGET.table.to_owned(), found)]);
                for table in [&QUEUE, &FORWARD] {
                    let found = table.read(connection, "target", Key::Bytes(key)).await?;
                    rows.insert(table.table.to_owned(), found);
                }
                let discard =
                    put_aside(connection, (DiscardKind::Target, finality), &name, &rows, now).await?;
                line::aside(connection, discard, key).await?;
                delete(connection, "target", key).await?;
                Ok(discard)
            })
        })
        .await
    }

    /// Removes a saved filter.
    ///
    /// # Errors
    ///
    /// When there is none of this name, or when it cannot be written.
    pub async fn discard_saved_filter(
        &self,
        name: &str,
        finality: Finality,
        now: Timestamp,
    ) -> Result<DiscardId, StoreError> {
        let name = name.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let found = SAVED.read(connection, "name", Key::Text(&name)).await?;
                there_was(!found.is_empty(), "saved filter", &name)?;
                sqlx::query("DELETE FROM saved_filter WHERE name = ?")
                    .bind(&name)
                    .execute(&mut *connection)
                    .await?;
                let rows = Rows::from([(SAVED.table.to_owned(), found)]);
                put_aside(
                    connection,
                    (DiscardKind::SavedFilter, finality),
                    &name,
                    &rows,
                    now,
                )
                .await
            })
        })
        .await
    }

    /// Takes a held request out of its queue.
    ///
    /// # Errors
    ///
    /// When it is gone, or when it cannot be written.
    pub async fn discard_held(
        &self,
        number: i64,
        finality: Finality,
        now: Timestamp,
    ) -> Result<DiscardId, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let target: Option<(Vec<u8>, String)> = sqlx::query_as(
                    "SELECT target.id, target.name FROM held JOIN line ON line.number = held.line
                     JOIN target ON target.id = line.target WHERE held.number = ? AND line.discard IS NULL",
                )
                .bind(number)
                .fetch_optional(&mut *connection)
                .await?;
                let Some((target, name)) = target else {
                    return Err(StoreError::NotFound {
                        kind: "held request",
                        name: number.to_string(),
                    });
                };
                let rows = Rows::from([(TARGET.table.to_owned(), vec![named(&target)])]);
                let kind = (DiscardKind::Queue, finality);
                let discard = put_aside(connection, kind, &name, &rows, now).await?;
                line::one_aside(connection, discard, &target, number).await?;
                Ok(discard)
            })
        })
        .await
    }

    /// Takes all that waits for a target out of its queue, and how many were lost there out of sight. Says how many there
    /// were.
    ///
    /// # Errors
    ///
    /// When there is no such target, or when it cannot be written.
    pub async fn discard_queue(
        &self,
        target: TargetId,
        finality: Finality,
        now: Timestamp,
    ) -> Result<(DiscardId, u64), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let key = &target.as_bytes()[..];
                let found = TARGET.read(connection, "id", Key::Bytes(key)).await?;
                there_was(!found.is_empty(), "target", &target)?;
                let rows = Rows::from([(TARGET.table.to_owned(), vec![named(key)])]);
                let (kind, name) = ((DiscardKind::Queue, finality), word(&found, "name"));
                let discard = put_aside(connection, kind, &name, &rows, now).await?;
                let dropped = line::aside(connection, discard, key).await?;
                line::open(connection, key).await?;
                sqlx::query("UPDATE queue SET next_at = NULL, tries = 0, why = NULL WHERE target = ?")
                    .bind(key.to_vec())
                    .execute(connection)
                    .await?;
                Ok((discard, dropped))
            })
        })
        .await
    }

    /// What can still be brought back, the newest first.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn discards(&self) -> Result<Vec<Discard>, StoreError> {
        let rows = sqlx::query(
            "SELECT number, at, kind, name,
                 (SELECT count(*) FROM line JOIN held ON held.line = line.number WHERE line.discard = discard.number)
             FROM discard WHERE final = 0 ORDER BY number DESC",
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Discard {
                    id: DiscardId(row.try_get(0)?),
                    at: Timestamp::from_micros(row.try_get(1)?),
                    kind: DiscardKind::from_word(row.try_get(2)?)?,
                    name: row.try_get(3)?,
                    held: row.try_get::<i64, _>(4)?.unsigned_abs(),
                })
            })
            .collect()
    }

    /// Removals from before an instant, and those that somebody has begun to make final.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub(crate) async fn discards_over(&self, before: Timestamp) -> Result<Vec<DiscardId>, StoreError> {
        let numbers: Vec<i64> = sqlx::query_scalar("SELECT number FROM discard WHERE final = 1 OR at < ?")
            .bind(before.as_micros())
            .fetch_all(self.readers())
            .await?;
        Ok(numbers.into_iter().map(DiscardId).collect())
    }

    /// Says that a removal is final from now on, and gives the secrets whose values are to be forgotten.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) async fn begin_purge(
        &self,
        id: DiscardId,
    ) -> Result<Vec<(SecretId, SecretPlace)>, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let rows: Option<String> =
                    sqlx::query_scalar("UPDATE discard SET final = 1 WHERE number = ? RETURNING rows")
                        .bind(id.0)
                        .fetch_optional(connection)
                        .await?;
                let rows: Rows = rows.map_or_else(|| Ok(Rows::new()), |rows| parsed(&rows))?;
                let secrets = rows.get(SECRET.table).map(Vec::as_slice).unwrap_or_default();
                secrets.iter().map(secret).collect()
            })
        })
        .await
    }

    /// Forgets what is kept of a removal that was made final; what waited in parts, between which requests are kept as
    /// ever.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) async fn end_purge(&self, id: DiscardId) -> Result<(), StoreError> {
        while self
            .write(move |connection| Box::pin(line::forget_part(connection, id)))
            .await?
            > 0
        {}
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM discard WHERE number = ? AND final = 1")
                    .bind(id.0)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

fn secret(row: &Value) -> Result<(SecretId, SecretPlace), StoreError> {
    let odd = || StoreError::Corrupt {
        detail: "the record of a removed secret".to_owned(),
    };
    let text = |name: &str| row.get(name).and_then(Value::as_str).ok_or_else(odd);
    let id = hex::decode(text("id")?).map_err(|_| odd())?;
    let place = SecretPlace::from_word(text("place")?).ok_or_else(odd)?;
    Ok((SecretId::from_bytes(id_of(id)?), place))
}

/// A row that says no more than which one it is.
fn named(id: &[u8]) -> Value {
    serde_json::json!({ "id": hex::encode_upper(id) })
}

async fn delete(connection: &mut SqliteConnection, table: &str, id: &[u8]) -> Result<(), StoreError> {
    sqlx::query(AssertSqlSafe(format!("DELETE FROM {table} WHERE id = ?")))
        .bind(id.to_vec())
        .execute(connection)
        .await?;
    Ok(())
}

async fn put_aside(
    connection: &mut SqliteConnection,
    (kind, finality): (DiscardKind, Finality),
    name: &str,
    rows: &Rows,
    now: Timestamp,
) -> Result<DiscardId, StoreError> {
    let rows = serde_json::to_string(rows).map_err(|error| StoreError::Internal {
        detail: error.to_string(),
    })?;
    let number = undo_number(connection).await?;
    sqlx::query("INSERT INTO discard (number, at, kind, name, rows, final) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(number)
        .bind(now.as_micros())
        .bind(kind.as_str())
        .bind(name.to_owned())
        .bind(rows)
        .bind(finality == Finality::Final)
        .execute(connection)
        .await?;
    Ok(DiscardId(number))
}
