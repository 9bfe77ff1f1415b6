//! One transaction for a group of requests, sent to SQLite as one prepared text: the price of a statement here is
//! the hop to the connection's thread, so a group costs one hop whatever its size.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Arguments, AssertSqlSafe, Either, Executor};

use super::prepared::{PART, PARTS, Prepared, read_part, whole};
use super::{Kept, StoreError, imported, pack};
use crate::model::{Sequence, TargetId};

const COLUMNS: &str = "id, received_at, took_micros, method, target, version, peer, endpoint, endpoint_path, provider, \
     event, delivery_key, handshake, verdict, state, reason, answered, reply, body_length, body_sha256";
const PLACES: &str = "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

/// Adds a JSON list of `[kind, value, requests, bytes]` to the tally.
pub(super) const ADD_TO_TALLY: &str = "INSERT INTO tally (kind, value, requests, bytes)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true
ON CONFLICT (kind, value) DO UPDATE SET requests = requests + excluded.requests, bytes = bytes + excluded.bytes";

/// The texts of groups by their size, written once each.
#[derive(Debug, Default)]
pub(super) struct Texts(BTreeMap<(usize, bool), Arc<str>>);

impl Texts {
    /// The text for `rows` rows; one that goes on (more parts of a body follow) leaves its transaction open.
    fn get(&mut self, rows: usize, goes_on: bool) -> Arc<str> {
        Arc::clone(
            self.0
                .entry((rows, goes_on))
                .or_insert_with(|| write_text(rows, goes_on).into()),
        )
    }
}

fn write_text(rows: usize, goes_on: bool) -> String {
    // A statement that fails ends the transaction, so that SQLite need not remember how to undo that statement alone.
    let mut sql = format!("BEGIN IMMEDIATE;\nINSERT OR ROLLBACK INTO request ({COLUMNS}) VALUES ");
    for row in 0..rows {
        sql.push_str(if row == 0 { "" } else { "," });
        sql.push_str(PLACES);
    }
    sql.push_str(
        ";\nINSERT OR ROLLBACK INTO content (place, framing, head_length, length, coding, data) VALUES ",
    );
    for row in 0..rows {
        let comma = if row == 0 { "" } else { "," };
        let back = rows - 1 - row;
        // Writing to a String cannot fail.
        let _ = write!(
            sql,
            "{comma}(((SELECT max(sequence) FROM request) - {back}) * {PARTS}, ?,?,?,?,?)"
        );
    }
    let _ = write!(sql, ";\n{ADD_TO_TALLY};\n");
    if !goes_on {
        sql.push_str("COMMIT");
    }
    sql
}

/// Keeps `rows` in one transaction. After an error the connection is in an unknown state and must be dropped.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    texts: &mut Texts,
    rows: &[&Prepared],
) -> Result<Vec<Kept>, StoreError> {
    let goes_on = rows
        .iter()
        .any(|row| row.rest.is_some() || !row.forwards.is_empty() || row.imported.is_some());
    let kept = run(connection, texts.get(rows.len(), goes_on), rows).await?;
    if goes_on {
        for (row, kept) in rows.iter().zip(&kept) {
            insert_rest(connection, row, kept.sequence).await?;
        }
        hold(connection, rows, &kept).await?;
        imported::note(connection, rows, &kept).await?;
        sqlx::query("COMMIT").execute(&mut *connection).await?;
    }
    Ok(kept)
}

async fn run(
    connection: &mut SqliteConnection,
    text: Arc<str>,
    rows: &[&Prepared],
) -> Result<Vec<Kept>, StoreError> {
    let arguments = bind(rows).map_err(|error| StoreError::Refused {
        detail: error.to_string(),
    })?;
    let mut results = connection.fetch_many(sqlx::query_with(AssertSqlSafe(text), arguments));
    let (mut statement, mut last) = (0, 0);
    while let Some(result) = results.try_next().await? {
        if let Either::Left(done) = result {
            statement += 1;
            if statement == 2 {
                last = done.last_insert_rowid();
            }
        }
    }
    let count = whole(rows.len() as u64);
    Ok((last - count + 1..=last)
        .map(|sequence| Kept {
            sequence: Sequence(sequence),
        })
        .collect())
}

fn bind(rows: &[&Prepared]) -> Result<SqliteArguments, sqlx::error::BoxDynError> {
    let mut bound = SqliteArguments::default();
    bound.reserve(rows.len() * 25 + 1, 0);
    for row in rows {
        bound.add(&row.id.as_bytes()[..])?;
        bound.add(row.received_at)?;
        bound.add(row.took_micros)?;
        bound.add(row.method.as_str())?;
        bound.add(row.target.as_str())?;
        bound.add(row.version.as_str())?;
        bound.add(row.peer.as_str())?;
        bound.add(row.endpoint.as_ref().map(|id| &id[..]))?;
        bound.add(row.endpoint_path.as_deref())?;
        bound.add(row.provider.as_deref())?;
        bound.add(row.event.as_deref())?;
        bound.add(row.delivery_key.as_deref())?;
        bound.add(row.handshake.as_deref())?;
        bound.add(row.verdict)?;
        bound.add(row.state.as_str())?;
        bound.add(row.reason.as_deref())?;
        bound.add(row.answered.map(i64::from))?;
        bound.add(row.reply.as_deref())?;
        bound.add(whole(row.body_length))?;
        bound.add(&row.body_sha256[..])?;
    }
    for row in rows {
        bound.add(row.framing.as_deref())?;
        bound.add(row.head_length)?;
        bound.add(row.first.length)?;
        bound.add(row.first.coding)?;
        bound.add(&row.first.data[..])?;
    }
    bound.add(tally(rows))?;
    Ok(bound)
}

/// What the group adds to the tally.
fn tally(rows: &[&Prepared]) -> String {
    let mut counts: BTreeMap<(&str, Cow<'_, str>), (i64, i64)> = BTreeMap::new();
    for row in rows {
        let answered = row
            .answered
            .map_or(Cow::Borrowed(""), |status| Cow::Owned(status.to_string()));
        for (kind, value) in [
            ("all", Cow::Borrowed("")),
            ("endpoint", some(row.endpoint_path.as_ref())),
            ("provider", some(row.provider.as_ref())),
            ("event", some(row.event.as_ref())),
            ("verdict", Cow::Borrowed(row.verdict)),
            ("state", Cow::Borrowed(row.state.as_str())),
            ("answered", answered),
            ("method", Cow::Borrowed(row.method.as_str())),
        ] {
            let entry = counts.entry((kind, value)).or_default();
            entry.0 += 1;
            entry.1 += whole(row.body_length);
        }
    }
    let list: Vec<_> = counts
        .iter()
        .map(|((kind, value), (requests, bytes))| (kind, value, requests, bytes))
        .collect();
    serde_json::to_string(&list).unwrap_or_else(|_| "[]".to_owned())
}

fn some(value: Option<&String>) -> Cow<'_, str> {
    value.map_or(Cow::Borrowed(""), |value| Cow::Borrowed(value.as_str()))
}

/// Puts what goes to targets by itself into their queues.
async fn hold(
    connection: &mut SqliteConnection,
    rows: &[&Prepared],
    kept: &[Kept],
) -> Result<(), StoreError> {
    let list: Vec<(i64, String)> = rows
        .iter()
        .zip(kept)
        .flat_map(|(row, kept)| {
            let target = |target: &TargetId| (kept.sequence.0, hex::encode(target.as_bytes()));
            row.forwards.iter().map(target)
        })
        .collect();
    if list.is_empty() {
        return Ok(());
    }
    // A target that was removed a moment ago takes nothing any more.
    sqlx::query(
        "INSERT INTO held (request, line, place) SELECT value ->> 0, line.number, CAST(value ->> 0 AS REAL)
         FROM json_each(?) CROSS JOIN line ON line.number =
             (SELECT max(number) FROM line WHERE target = unhex(value ->> 1) AND discard IS NULL)",
    )
    .bind(serde_json::to_string(&list).unwrap_or_else(|_| "[]".to_owned()))
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_rest(
    connection: &mut SqliteConnection,
    row: &Prepared,
    sequence: Sequence,
) -> Result<(), StoreError> {
    let Some(body) = &row.rest else { return Ok(()) };
    let parts = body.len().div_ceil(PART as u64);
    for part in 1..parts {
        let body = body.clone();
        let at = usize::try_from(part).unwrap_or(usize::MAX);
        let packed = tokio::task::spawn_blocking(move || read_part(&body, at).map(pack::pack))
            .await
            .map_err(|error| StoreError::Internal {
                detail: error.to_string(),
            })??;
        sqlx::query("INSERT INTO content (place, head_length, length, coding, data) VALUES (?, 0, ?, ?, ?)")
            .bind(sequence.0 * PARTS + whole(part))
            .bind(packed.length)
            .bind(packed.coding)
            .bind(packed.data)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
