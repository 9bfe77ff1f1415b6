//! Fills the index, behind the commits: one program at a time, in small steps, and slowly while requests arrive.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Arguments, AssertSqlSafe, Connection, Row, SqlitePool};
use tokio::sync::watch;

use super::sparse::Sparse;
use crate::filter::Document;
use crate::model::RawHead;
use crate::store::derived::{self, Derived};
use crate::store::dictionary::{Dictionaries, Known};
use crate::store::options::BodyText;
use crate::store::prepared::PARTS;
use crate::store::{StoreError, content, pack};

/// Requests in one step …
const ROWS: usize = 256;
/// … or bytes of them, as they lie in the file.
const BYTES: usize = 2 * 1024 * 1024;
/// Rows in one statement.
const AT_ONCE: usize = 32;
/// While requests arrive, the work rests so many times as long as it took: capturing has the processor.
const REST: u32 = 19;
/// From this backlog on it rests no longer than it took, since what is not indexed is scanned by each search.
const LONG: i64 = 200_000;
/// How long to wait before looking again when another program builds the index, or something failed.
const LATER: Duration = Duration::from_secs(3);

/// What the builder works with.
pub(in crate::store) struct Builder {
    pub derived: Derived,
    /// Requests in one table.
    pub table: i64,
    pub rows: SqlitePool,
    pub body_text: BodyText,
    pub dictionaries: Arc<Dictionaries>,
    /// Changes when this program writes; ends when the store is closed.
    pub written: watch::Receiver<u64>,
    pub progress: watch::Sender<i64>,
}

/// Builds until the store is closed.
pub(in crate::store) async fn run(mut builder: Builder) {
    while builder.written.has_changed().is_ok() {
        if let Some(_turn) = builder.derived.turn() {
            // What failed is tried again from where the index itself says it is.
            let _ = builder.build().await;
        }
        builder.wait(LATER).await;
    }
}

impl Builder {
    /// Waits for something to be written, at most for `longest`.
    async fn wait(&mut self, longest: Duration) {
        let _ = tokio::time::timeout(longest, self.written.changed()).await;
    }

    async fn build(&mut self) -> Result<(), StoreError> {
        let mut connection = self.derived.open("-2000").await?;
        let mut sparse = Sparse::new(&mut connection).await?;
        loop {
            let begun = Instant::now();
            self.written.mark_unchanged();
            let done = self.step(&mut connection).await?;
            let Ok(arrived) = self.written.has_changed() else {
                break;
            };
            if done == 0 {
                sparse.look(self, &mut connection).await?;
                self.wait(LATER).await;
            } else if arrived {
                let newest = newest(&self.rows).await?;
                let long = newest - *self.progress.borrow() > LONG;
                tokio::time::sleep(begun.elapsed() * if long { 1 } else { REST }).await;
            }
        }
        let _ = connection.close().await;
        Ok(())
    }

    /// Indexes the next requests; tells how many.
    async fn step(&self, connection: &mut SqliteConnection) -> Result<usize, StoreError> {
        let from = derived::reached(connection).await?;
        self.progress.send_replace(from);
        let rows = self.read(from).await?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Ok(0);
        };
        let (number, last, count) = (first.sequence / self.table, last.sequence, rows.len());
        let texts = self.words_of(rows).await?;
        let mut transaction = connection.begin().await?;
        make_table(&mut transaction, number).await?;
        enter(&mut transaction, number, &texts).await?;
        derived::reach(&mut transaction, last).await?;
        transaction.commit().await?;
        self.progress.send_replace(last);
        Ok(count)
    }

    /// The words of each request, found on a thread that serves nobody.
    pub(super) async fn words_of(&self, rows: Vec<Content>) -> Result<Vec<(i64, String)>, StoreError> {
        let body_text = self.body_text;
        let codings: Vec<i64> = rows.iter().map(|row| row.coding).collect();
        let known = self.dictionaries.for_codings(&codings, &self.rows).await?;
        tokio::task::spawn_blocking(move || texts(rows, body_text, &known))
            .await
            .map_err(|error| StoreError::Internal {
                detail: error.to_string(),
            })
    }

    /// The next requests, all of one table of the index.
    pub(super) async fn read(&self, from: i64) -> Result<Vec<Content>, StoreError> {
        let mut rows = sqlx::query(
            // What was deleted is indexed too, since it may be brought back.
            "SELECT head_length, length, coding, data, place / 65536 FROM content
             WHERE place > ? * 65536 + 65535 AND place % 65536 = 0 ORDER BY place LIMIT ?",
        )
        .bind(from)
        .bind(ROWS as i64)
        .fetch(&self.rows);
        let (mut read, mut bytes): (Vec<Content>, usize) = (Vec::new(), 0);
        while let Some(row) = rows.try_next().await? {
            let content = Content::of(&row)?;
            if read
                .first()
                .is_some_and(|first| first.sequence / self.table != content.sequence / self.table)
            {
                break;
            }
            bytes += content.data.len();
            read.push(content);
            if bytes > BYTES {
                break;
            }
        }
        Ok(read)
    }
}

/// The newest request that can be indexed.
pub(in crate::store) async fn newest(rows: &SqlitePool) -> Result<i64, StoreError> {
    let newest: Option<i64> = sqlx::query_scalar("SELECT max(place) FROM content")
        .fetch_one(rows)
        .await?;
    Ok(newest.unwrap_or(0) / PARTS)
}

/// The first part of a request as it lies in the file.
pub(in crate::store) struct Content {
    pub sequence: i64,
    head_length: i64,
    length: i64,
    pub coding: i64,
    pub data: Vec<u8>,
}

impl Content {
    /// From a row of `head_length, length, coding, data, sequence`.
    pub(in crate::store) fn of(row: &sqlx::sqlite::SqliteRow) -> Result<Self, StoreError> {
        Ok(Self {
            head_length: row.try_get(0)?,
            length: row.try_get(1)?,
            coding: row.try_get(2)?,
            data: row.try_get(3)?,
            sequence: row.try_get(4)?,
        })
    }

    /// The request as text: its head and the first part of its body.
    pub(in crate::store) fn document(
        self,
        body_text: BodyText,
        known: &Known,
    ) -> Result<Document, StoreError> {
        let bytes = pack::unpack_with(self.coding, self.length, self.data, known)?;
        let (head, body) = content::cut(&bytes, self.head_length)?;
        let head = RawHead::new(head);
        let decoded: Option<Bytes> = body_text(&head, &body);
        Ok(Document::new(head, decoded.as_ref().unwrap_or(&body)))
    }
}

/// Makes the table of this number, where it is not there.
pub(super) async fn make_table(connection: &mut SqliteConnection, number: i64) -> Result<(), StoreError> {
    let sql = format!(
        "CREATE VIRTUAL TABLE IF NOT EXISTS words_{number} USING fts5(
             text, content='', columnsize=0, detail=none, tokenize=\"ascii tokenchars '_'\")"
    );
    sqlx::query(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

/// Enters the words of requests into the table of this number.
pub(super) async fn enter(
    connection: &mut SqliteConnection,
    number: i64,
    texts: &[(i64, String)],
) -> Result<(), StoreError> {
    for some in texts.chunks(AT_ONCE) {
        let places = vec!["(?,?)"; some.len()].join(",");
        let mut bound = SqliteArguments::default();
        for (sequence, text) in some {
            bound
                .add(*sequence)
                .and_then(|()| bound.add(text.as_str()))
                .map_err(|error| StoreError::Internal {
                    detail: error.to_string(),
                })?;
        }
        let sql = format!("INSERT INTO words_{number} (rowid, text) VALUES {places}");
        sqlx::query_with(AssertSqlSafe(sql), bound)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The words of each request. One that is damaged has none: reading it says what is wrong with it.
fn texts(rows: Vec<Content>, body_text: BodyText, known: &Known) -> Vec<(i64, String)> {
    rows.into_iter()
        .map(|row| {
            let sequence = row.sequence;
            let words = row.document(body_text, known).map(|document| {
                let words: Vec<&str> = document.tokens().into_iter().collect();
                words.join(" ")
            });
            (sequence, words.unwrap_or_default())
        })
        .collect()
}
