//! Which requests repeat an earlier one: found behind the commits, in sorted batches, and marked in their rows.
//!
//! Delivery keys come in no order, so that an index of them costs nearly a page a request: too much for the transaction
//! that a sender waits for. They lie in a file of their own as numbers of 64 bits; what they lead to is compared
//! in the rows, so that two keys of one number are no harm. A request without a delivery id is entered by the digest of
//! its bytes. The file says up to where it is complete, so that after any end of the program the work goes on where it
//! was, and all marks are made.

mod resolve;
mod same_bytes;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Row, SqlitePool};
use tokio::sync::{broadcast, watch};

use super::derived::{self, Derived};
use super::request::{SUMMARY, summary};
use super::writer::WeakWriter;
use super::{Store, StoreError};
use crate::model::{RequestId, RequestSummary, Sequence};

/// Requests in one batch.
const BATCH: i64 = 4_096;
/// How long arrivals are gathered before they are looked at …
const GATHER: Duration = Duration::from_millis(15);
/// … and how long while they arrive quickly: the larger a batch, the fewer pages a key costs.
const GATHER_MANY: Duration = Duration::from_millis(100);
/// A batch of this size is many.
const MANY: usize = 128;
/// How long to wait before looking again when another program does the work, or something failed.
const LATER: Duration = Duration::from_secs(3);
/// How often the file is asked for another program's progress.
const ASK: Duration = Duration::from_millis(20);
/// Keys of requests that are gone are removed when so many requests went.
const STALE: i64 = 65_536;
/// The most requests of one key that are shown.
const REPETITIONS: i64 = 500;
/// Batches of marked ids that a slow listener may be behind before it is told that it missed some.
const TOLD: usize = 16;

/// The file of the keys.
pub(super) fn file(folder: &Path, identity: Vec<u8>) -> Derived {
    Derived::new(folder, "keys", identity, 2)
}

/// The requests whose mark changed, with what they repeat now.
pub(crate) type Marked = Arc<[(RequestId, Option<RequestId>)]>;

/// How far it is known what requests repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// Up to here, found by this program, which has told of each mark.
    Here(Sequence),
    /// Up to here, found by another program: the rows have the marks.
    Elsewhere(Sequence),
    /// Not as far as was asked, in the time that was given.
    NotYet,
}

/// What is known of the marking, for those who ask.
#[derive(Debug)]
pub(super) struct Repetitions {
    file: Derived,
    readers: SqlitePool,
    /// Up to where this program has marked.
    progress: watch::Receiver<i64>,
    marked: broadcast::Sender<Marked>,
}

impl Repetitions {
    pub(super) fn new(file: &Derived, marker: &Marker) -> Self {
        Self {
            file: file.clone(),
            readers: file.readers(1),
            progress: marker.progress.subscribe(),
            marked: marker.marked.clone(),
        }
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
    }
}

impl Store {
    /// Ends when it is known what the request at `sequence` and all before it repeat, at the latest after `longest`;
    /// tells how far it is known.
    pub(crate) async fn marked(&self, sequence: Sequence, longest: Duration) -> Known {
        let repetitions = &self.inner.repetitions;
        let mut progress = repetitions.progress.clone();
        let waiting = async {
            loop {
                let here = *progress.borrow_and_update();
                if here >= sequence.0 {
                    return Known::Here(Sequence(here));
                }
                if let Ok(changed) = tokio::time::timeout(ASK, progress.changed()).await {
                    if changed.is_err() {
                        return Known::NotYet;
                    }
                    continue;
                }
                // Another program may be the one that marks: then the file tells.
                let complete = repetitions.file.complete_to(&repetitions.readers).await;
                if complete >= sequence.0 && complete > *progress.borrow() {
                    return Known::Elsewhere(Sequence(complete));
                }
            }
        };
        tokio::time::timeout(longest, waiting)
            .await
            .unwrap_or(Known::NotYet)
    }

    /// The requests with the provider and delivery key of this one, or where it has no key those that repeat the same
    /// one by their bytes, itself among them, newest first, at most 500.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn repetitions(&self, id: RequestId) -> Result<Vec<RequestSummary>, StoreError> {
        let row = sqlx::query(
            "SELECT provider, delivery_key, coalesce(duplicate_of, id) FROM request WHERE id = ?",
        )
        .bind(&id.as_bytes()[..])
        .fetch_optional(self.readers())
        .await?;
        if let Some(row) = &row
            && row.try_get::<Option<&str>, _>(1)?.is_none()
        {
            return self.repetitions_of(row.try_get(2)?).await;
        }
        let (mut provider, mut key) = (None::<String>, None::<String>);
        if let Some(row) = row {
            (provider, key) = (row.try_get(0)?, row.try_get(1)?);
        }
        // Asked first: what is entered meanwhile is then looked at twice, and not missed.
        let repetitions = &self.inner.repetitions;
        let complete_to = repetitions.file.complete_to(&repetitions.readers).await;
        let candidates: Vec<i64> = match &key {
            Some(key) => {
                sqlx::query_scalar("SELECT sequence FROM key WHERE number = ? ORDER BY sequence DESC LIMIT ?")
                    .bind(number(key))
                    .bind(REPETITIONS)
                    .fetch_all(&repetitions.readers)
                    .await
                    // A file that is being made anew has none; it is complete to nothing then.
                    .unwrap_or_default()
            }
            None => Vec::new(),
        };
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{SUMMARY} WHERE request.sequence IN (
                 SELECT sequence FROM request WHERE id = ?1
                 UNION SELECT request.sequence FROM json_each(?2) AS one JOIN request ON request.sequence = one.value
                     WHERE request.provider IS ?3 AND request.delivery_key = ?4
                 UNION SELECT sequence FROM request WHERE sequence > ?5 AND provider IS ?3 AND delivery_key = ?4)
             ORDER BY request.sequence DESC LIMIT ?6"
        )))
        .bind(&id.as_bytes()[..])
        .bind(resolve::json(&candidates)?)
        .bind(provider)
        .bind(key)
        .bind(complete_to)
        .bind(REPETITIONS)
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(summary).collect()
    }

    /// The request called `first` and those that are marked as repeating it, newest first.
    async fn repetitions_of(&self, first: Vec<u8>) -> Result<Vec<RequestSummary>, StoreError> {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{SUMMARY} WHERE request.sequence IN (SELECT sequence FROM request WHERE id = ?1
                 UNION SELECT sequence FROM request WHERE duplicate_of = ?1)
             ORDER BY request.sequence DESC LIMIT ?2"
        )))
        .bind(first)
        .bind(REPETITIONS)
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(summary).collect()
    }

    /// Hears of requests that turned out to repeat an earlier one, or no longer to do so.
    #[must_use]
    pub(crate) fn watch_marks(&self) -> broadcast::Receiver<Marked> {
        self.inner.repetitions.marked.subscribe()
    }
}

/// The work: one program at a time does it.
pub(super) struct Marker {
    file: Derived,
    rows: SqlitePool,
    writer: WeakWriter,
    /// Changes when this program writes; ends when the store is closed.
    written: watch::Receiver<u64>,
    progress: watch::Sender<i64>,
    marked: broadcast::Sender<Marked>,
    /// Up to where the keys of requests that are gone were removed.
    swept_to: i64,
}

/// A request and what tells its repetitions.
struct Keyed {
    sequence: i64,
    identity: Identity,
    number: i64,
    /// Its mark may be wrong, not only missing.
    again: bool,
}

/// What two requests have in common where one repeats the other.
#[derive(PartialEq, Eq)]
enum Identity {
    /// The delivery id that its provider gave it.
    Delivery { provider: Option<String>, key: String },
    /// No id, but the same method, target and body.
    Bytes { digest: Vec<u8>, received_at: i64 },
}

/// A row as it is read to be looked at: the last four only where there is no key.
type Read = (
    i64,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// What [`Read`] is made of, for rows of `request` that can repeat another or be repeated.
const READ: &str =
    "json_array(sequence, provider, delivery_key, iif(delivery_key IS NULL, received_at, NULL),
    iif(delivery_key IS NULL, method, NULL), iif(delivery_key IS NULL, target, NULL),
    iif(delivery_key IS NULL, hex(body_sha256), NULL))";
/// Rows that can.
const CAN_REPEAT: &str = "(delivery_key IS NOT NULL OR (body_length > 0 AND state = 'complete'))";

impl Marker {
    pub(super) fn new(
        file: Derived,
        rows: SqlitePool,
        writer: WeakWriter,
        written: watch::Receiver<u64>,
    ) -> Self {
        Self {
            file,
            rows,
            writer,
            written,
            progress: watch::Sender::new(0),
            marked: broadcast::Sender::new(TOLD),
            swept_to: 0,
        }
    }

    /// Marks until the store is closed.
    pub(super) async fn run(mut self) {
        while self.written.has_changed().is_ok() {
            if let Some(_turn) = self.file.turn() {
                // What failed is tried again from where the file itself says it is.
                let _ = self.follow().await;
            }
            self.wait(LATER).await;
        }
    }

    /// Waits for something to be written, at most for `longest`.
    async fn wait(&mut self, longest: Duration) {
        let _ = tokio::time::timeout(longest, self.written.changed()).await;
    }

    async fn follow(&mut self) -> Result<(), StoreError> {
        let mut connection = self.file.open("-1000").await?;
        sqlx::raw_sql(
            "CREATE TABLE IF NOT EXISTS key (
                 number INTEGER NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (number, sequence)
             ) STRICT, WITHOUT ROWID",
        )
        .execute(&mut connection)
        .await?;
        let mut gather = GATHER;
        loop {
            self.written.mark_unchanged();
            let done = self.step(&mut connection).await?;
            if self.written.has_changed().is_err() {
                break;
            }
            if done == 0 {
                self.sweep(&mut connection).await?;
                self.wait(LATER).await;
                gather = GATHER;
            } else if done >= MANY {
                gather = GATHER_MANY;
            }
            if done < BATCH.unsigned_abs() as usize {
                tokio::time::sleep(gather).await;
            }
        }
        let _ = connection.close().await;
        Ok(())
    }

    /// Looks at the next requests; tells how many there were.
    async fn step(&self, connection: &mut SqliteConnection) -> Result<usize, StoreError> {
        let from = derived::reached(connection).await?;
        self.progress.send_replace(from);
        let (mut batch, count, last) = self.read(from).await?;
        let again = self.read_again(from).await?;
        if count == 0 && again.is_empty() {
            return Ok(0);
        }
        let looked_at: Vec<i64> = again.iter().map(|(sequence, _)| *sequence).collect();
        batch.extend(again.into_iter().filter_map(|(_, keyed)| keyed));
        let mut transaction = connection.begin().await?;
        enter(&mut transaction, &mut batch).await?;
        let marks = resolve::marks(&mut transaction, &self.rows, &batch, &looked_at).await?;
        let changed = self.write(marks, looked_at).await?;
        derived::reach(&mut transaction, last).await?;
        transaction.commit().await?;
        if !changed.is_empty() {
            // Nobody may be listening. Before the progress is told, so that who hears of that knows all marks.
            let _ = self.marked.send(changed.into());
        }
        self.progress.send_replace(last);
        Ok(count)
    }

    /// The next requests that have a key, how many were looked at, and the last of them.
    async fn read(&self, from: i64) -> Result<(Vec<Keyed>, usize, i64), StoreError> {
        // As one row: each row by itself would cost a hop from the reader's thread.
        const COLUMNS: &str =
            "sequence, provider, delivery_key, received_at, method, target, body_sha256, body_length, state";
        // What was deleted has its key entered too, since it may be brought back.
        let row = sqlx::query(AssertSqlSafe(format!(
            "SELECT count(*), max(sequence), json_group_array({READ}) FILTER (WHERE {CAN_REPEAT})
             FROM (
                 SELECT {COLUMNS} FROM request WHERE sequence > ?1
                 UNION ALL SELECT {COLUMNS} FROM trash WHERE sequence > ?1
                 ORDER BY sequence LIMIT ?2)"
        )))
        .bind(from)
        .bind(BATCH)
        .fetch_one(&self.rows)
        .await?;
        let count = usize::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0);
        let last = row.try_get::<Option<i64>, _>(1)?.unwrap_or(from);
        let keyed: Vec<Read> =
            serde_json::from_str(row.try_get(2)?).map_err(|error| StoreError::Internal {
                detail: error.to_string(),
            })?;
        let keyed = keyed
            .into_iter()
            .filter_map(|read| Keyed::new(read, false))
            .collect();
        Ok((keyed, count, last))
    }

    /// Requests that were judged to have another key than before; none for one that can repeat nothing now. Those beyond
    /// `to` are looked at for the first time anyway.
    async fn read_again(&self, to: i64) -> Result<Vec<(i64, Option<Keyed>)>, StoreError> {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "SELECT rekeyed.sequence, (SELECT {READ} FROM request WHERE sequence = rekeyed.sequence AND {CAN_REPEAT})
             FROM rekeyed WHERE rekeyed.sequence <= ? ORDER BY rekeyed.sequence LIMIT ?"
        )))
        .bind(to)
        .bind(BATCH)
        .fetch_all(&self.rows)
        .await?;
        rows.iter()
            .map(|row| {
                let read = row
                    .try_get::<Option<&str>, _>(1)?
                    .map(serde_json::from_str::<Read>);
                let read = read.transpose().map_err(|error| StoreError::Internal {
                    detail: error.to_string(),
                })?;
                Ok((row.try_get(0)?, read.and_then(|read| Keyed::new(read, true))))
            })
            .collect()
    }

    /// Writes the marks; gives the requests whose mark is another now, with it.
    async fn write(
        &self,
        marks: Vec<(i64, Option<i64>)>,
        looked_at: Vec<i64>,
    ) -> Result<Vec<(RequestId, Option<RequestId>)>, StoreError> {
        if marks.is_empty() && looked_at.is_empty() {
            return Ok(Vec::new());
        }
        let writer = self.writer.upgrade().ok_or(StoreError::Closed)?;
        writer
            .run(
                0,
                Box::new(move |connection| {
                    Box::pin(async move { resolve::write(connection, &marks, &looked_at).await })
                }),
            )
            .await
    }

    /// Removes the keys of requests that are long gone.
    async fn sweep(&mut self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let oldest: Option<i64> = sqlx::query_scalar("SELECT min(place) / 65536 FROM content")
            .fetch_one(&self.rows)
            .await?;
        let oldest = oldest.unwrap_or(0);
        if oldest - self.swept_to < STALE {
            return Ok(());
        }
        let begun = Instant::now();
        sqlx::query("DELETE FROM key WHERE sequence < ?")
            .bind(oldest)
            .execute(&mut *connection)
            .await?;
        sqlx::query("PRAGMA incremental_vacuum")
            .execute(connection)
            .await?;
        tracing::debug!(took = ?begun.elapsed(), "keys of requests that are gone were removed");
        self.swept_to = oldest;
        Ok(())
    }
}

impl Keyed {
    fn new((sequence, provider, key, received_at, method, target, body): Read, again: bool) -> Option<Self> {
        let (number, identity) = match key {
            Some(key) => (number(&key), Identity::Delivery { provider, key }),
            None => {
                let body = hex::decode(body?).ok()?;
                let digest = digest_of(&method?, &target?, &body);
                let received_at = received_at?;
                (number_of(&digest), Identity::Bytes { digest, received_at })
            }
        };
        Some(Self {
            sequence,
            identity,
            number,
            again,
        })
    }
}

/// What stands for the bytes of a request: always the same, in every version of the program.
fn digest_of(method: &str, target: &str, body_sha256: &[u8]) -> Vec<u8> {
    let mut digest = Sha256::new();
    // No method and no target has a line break in it.
    for part in [method.as_bytes(), b"\n", target.as_bytes(), b"\n", body_sha256] {
        digest.update(part);
    }
    digest.finalize().to_vec()
}

/// The number that stands for a digest.
fn number_of(digest: &[u8]) -> i64 {
    digest.first_chunk().copied().map_or(0, i64::from_be_bytes)
}

/// The number that stands for a key: always the same, in every version of the program.
fn number(key: &str) -> i64 {
    number_of(&Sha256::digest(key.as_bytes()))
}

/// Enters the keys, in the order in which they lie in the file.
async fn enter(connection: &mut SqliteConnection, batch: &mut [Keyed]) -> Result<(), StoreError> {
    batch.sort_by_key(|keyed| (keyed.number, keyed.sequence));
    for some in batch.chunks(512) {
        let list: Vec<(i64, i64)> = some.iter().map(|keyed| (keyed.number, keyed.sequence)).collect();
        sqlx::query(
            "INSERT OR IGNORE INTO key (number, sequence) SELECT value ->> 0, value ->> 1 FROM json_each(?)",
        )
        .bind(resolve::json(&list)?)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn the_number_of_a_key_never_changes() {
        assert_eq!(
            number("evt_1"),
            number("evt_1"),
            "it is what lies in files of former versions"
        );
        assert_ne!(number("evt_1"), number("evt_2"), "other keys have other numbers");
    }
}
