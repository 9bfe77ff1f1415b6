//! Bringing back what was removed beside requests: all of it in one transaction, as it was. Where much of what waited for a
//! target was removed with the history meanwhile, that is forgotten in transactions before that one, once it is known that
//! the rest can come back.
//!
//! What it belongs to may be gone by then, or its name taken: then nothing is brought back and the reason is told, but for
//! forwards. Those stand between an endpoint and a target; one whose other end was removed as well waits with that.

use serde_json::Value;
use sqlx::sqlite::SqliteConnection;

use super::aside::{
    ANSWER, Columns, ENDPOINT, FAULT, FORWARD, MASKED, QUEUE, Rows, SAVED, SECRET, TARGET, parsed, word,
};
use super::discard::{DiscardId, DiscardKind};
use super::{Store, StoreError, line, taken};
use crate::model::MOST_FORWARDS;

/// What a removal gave back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroughtBack {
    /// What it is.
    pub kind: DiscardKind,
    /// What it is called; of a queue the name of its target.
    pub name: String,
    /// Requests that wait again.
    pub held: u64,
    /// Requests that waited and are not there any more; the queue counts them as lost.
    pub lost: u64,
    /// Forwards that come back once their other end does.
    pub forwards_later: u64,
    /// Forwards that cannot come back: their other end is gone, or the endpoint forwards otherwise by now.
    pub forwards_gone: u64,
}

impl Store {
    /// Brings back what was removed.
    ///
    /// # Errors
    ///
    /// When it is not known any more, its name is taken, what it belongs to is not there, or it cannot be written; then
    /// it can still be brought back later. Nothing of it is forgotten where that is so from the beginning; where it comes
    /// about only while much is being forgotten, some of what is not there any more is.
    pub async fn bring_back(&self, id: DiscardId) -> Result<BroughtBack, StoreError> {
        let (mut lost, mut back) = self
            .write(move |connection| Box::pin(begin(connection, id)))
            .await?;
        loop {
            if let Some(back) = back {
                return Ok(BroughtBack { lost, ..back });
            }
            // What waited and is not there any more can be much: it goes in parts, and the last one brings back the rest.
            let part = self
                .write(move |connection| Box::pin(go_on(connection, id)))
                .await?;
            lost += part.0;
            back = part.1;
        }
    }
}

/// Does as [`go_on`], and nothing where the rest cannot be brought back as things stand.
async fn begin(
    connection: &mut SqliteConnection,
    id: DiscardId,
) -> Result<(u64, Option<BroughtBack>), StoreError> {
    let part = go_on(connection, id).await?;
    if part.1.is_none() {
        sqlx::query("SAVEPOINT trial").execute(&mut *connection).await?;
        bring_back(connection, id).await?;
        sqlx::query("ROLLBACK TO trial; RELEASE trial")
            .execute(connection)
            .await?;
    }
    Ok(part)
}

/// Forgets some of what is not there any more, and brings back the rest where that was all. Says how many were forgotten.
async fn go_on(
    connection: &mut SqliteConnection,
    id: DiscardId,
) -> Result<(u64, Option<BroughtBack>), StoreError> {
    let gone = line::forget_gone(connection, id).await?;
    let back = if gone.is_all {
        Some(bring_back(connection, id).await?)
    } else {
        None
    };
    Ok((gone.lost, back))
}

async fn bring_back(connection: &mut SqliteConnection, id: DiscardId) -> Result<BroughtBack, StoreError> {
    let found: Option<(String, String, String)> =
        sqlx::query_as("SELECT kind, name, rows FROM discard WHERE number = ? AND final = 0")
            .bind(id.0)
            .fetch_optional(&mut *connection)
            .await?;
    let Some((kind, name, rows)) = found else {
        return Err(StoreError::NotFound {
            kind: "removal that can be undone",
            name: id.0.to_string(),
        });
    };
    let rows: Rows = parsed(&rows)?;
    let mut back = BroughtBack {
        kind: DiscardKind::from_word(&kind)?,
        name,
        held: 0,
        lost: 0,
        forwards_later: 0,
        forwards_gone: 0,
    };
    match back.kind {
        DiscardKind::Endpoint => {
            first(connection, &ENDPOINT, &rows, "an endpoint", &back.name).await?;
            for table in [&SECRET, &ANSWER, &FAULT] {
                table.write(connection, of(&rows, table)).await?;
            }
            masks(connection, of(&rows, &MASKED)).await?;
            forwards(connection, of(&rows, &FORWARD), &mut back).await?;
        }
        DiscardKind::Secret => {
            secret(connection, of(&rows, &SECRET)).await?;
        }
        DiscardKind::Target => {
            first(connection, &TARGET, &rows, "a target", &back.name).await?;
            QUEUE.write(connection, of(&rows, &QUEUE)).await?;
            forwards(connection, of(&rows, &FORWARD), &mut back).await?;
            back.held = line::back(connection, id, &id_in(of(&rows, &TARGET))?).await?;
        }
        DiscardKind::SavedFilter => {
            first(connection, &SAVED, &rows, "a saved filter", &back.name).await?;
        }
        DiscardKind::Queue => {
            let target = of(&rows, &TARGET);
            let instead = "what waited there is still in the list: send it from there";
            must_be_there(connection, &TARGET, &word(target, "id"), instead).await?;
            back.held = line::back(connection, id, &id_in(target)?).await?;
        }
    }
    sqlx::query("DELETE FROM discard WHERE number = ?")
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(back)
}

fn of<'r>(rows: &'r Rows, table: &Columns) -> &'r [Value] {
    rows.get(table.table).map(Vec::as_slice).unwrap_or_default()
}

/// The id of the first row.
fn id_in(rows: &[Value]) -> Result<Vec<u8>, StoreError> {
    hex::decode(word(rows, "id")).map_err(|_| StoreError::Corrupt {
        detail: "the record of a removed target".to_owned(),
    })
}

/// Puts back the row that others hang on, whose name may be taken.
async fn first(
    connection: &mut SqliteConnection,
    table: &Columns,
    rows: &Rows,
    kind: &'static str,
    name: &str,
) -> Result<(), StoreError> {
    let done = table.write(connection, of(rows, table)).await;
    done.map_err(|error| taken(error, kind, name))
}

async fn is_there(connection: &mut SqliteConnection, table: &Columns, id: &str) -> Result<bool, StoreError> {
    let sql = format!("SELECT count(*) FROM {} WHERE id = unhex(?)", table.table);
    let there: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(id.to_owned())
        .fetch_one(connection)
        .await?;
    Ok(there > 0)
}

/// Fails where that is missing which something belongs to; `instead` is what can be done where it is gone for good.
async fn must_be_there(
    connection: &mut SqliteConnection,
    table: &Columns,
    id: &str,
    instead: &'static str,
) -> Result<(), StoreError> {
    if is_there(connection, table, id).await? {
        return Ok(());
    }
    let kind = table.table;
    let waits: i64 =
        sqlx::query_scalar("SELECT count(*) FROM discard WHERE kind = ? AND rows ->> ? = ? AND final = 0")
            .bind(kind)
            .bind(path_of_id(table))
            .bind(id.to_owned())
            .fetch_one(connection)
            .await?;
    Err(match waits {
        0 => StoreError::Orphaned { kind, instead },
        _ => StoreError::Needs { kind },
    })
}

/// Where the id of what was removed lies in its rows.
fn path_of_id(table: &Columns) -> String {
    format!("$.{}[0].id", table.table)
}

/// A secret that was in use goes back into use, unless another one took its name.
async fn secret(connection: &mut SqliteConnection, rows: &[Value]) -> Result<(), StoreError> {
    let endpoint = word(rows, "endpoint");
    let instead = "set the secret at another endpoint";
    must_be_there(connection, &ENDPOINT, &endpoint, instead).await?;
    let is_retired = rows
        .first()
        .and_then(|row| row.get("retired_at"))
        .is_some_and(|at| !at.is_null());
    let name = word(rows, "name");
    let same: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM secret WHERE endpoint = unhex(?) AND name = ? AND retired_at IS NULL",
    )
    .bind(endpoint)
    .bind(name.clone())
    .fetch_one(&mut *connection)
    .await?;
    if same > 0 && !is_retired {
        return Err(StoreError::Exists {
            kind: "a secret",
            name,
        });
    }
    Ok(SECRET.write(connection, rows).await?)
}

/// The pointers of an endpoint hold for all requests since it was removed, and are its own again. Those that somebody
/// chose for all meanwhile hold for all as well.
async fn masks(connection: &mut SqliteConnection, rows: &[Value]) -> Result<(), StoreError> {
    for row in rows {
        let is_for_all = row.get("for_all").is_some();
        let row = std::slice::from_ref(row);
        if is_for_all {
            MASKED.write(connection, row).await?;
            continue;
        }
        let done = sqlx::query(
            "UPDATE mask_path SET endpoint = unhex(?1) WHERE rowid =
                 (SELECT rowid FROM mask_path WHERE endpoint IS NULL AND pointer = ?2 LIMIT 1)",
        )
        .bind(word(row, "endpoint"))
        .bind(word(row, "pointer"))
        .execute(&mut *connection)
        .await?;
        if done.rows_affected() == 0 {
            MASKED.write(connection, row).await?;
        }
    }
    Ok(())
}

async fn forwards(
    connection: &mut SqliteConnection,
    rows: &[Value],
    back: &mut BroughtBack,
) -> Result<(), StoreError> {
    for row in rows {
        let one = std::slice::from_ref(row);
        let (endpoint, target) = (word(one, "endpoint"), word(one, "target"));
        let has_target = is_there(connection, &TARGET, &target).await?;
        if has_target && is_there(connection, &ENDPOINT, &endpoint).await? {
            if has_room(connection, &endpoint, &word(one, "way")).await? {
                FORWARD.write(connection, one).await?;
            } else {
                back.forwards_gone += 1;
            }
            continue;
        }
        let (table, missing) = if has_target {
            (&ENDPOINT, endpoint)
        } else {
            (&TARGET, target)
        };
        // It comes back with its other end, if that was removed and can come back.
        let handed_over = sqlx::query(
            "UPDATE discard SET rows = json_insert(rows, '$.forward[#]', json(?1))
             WHERE kind = ?2 AND rows ->> ?3 = ?4 AND final = 0",
        )
        .bind(row.to_string())
        .bind(table.table)
        .bind(path_of_id(table))
        .bind(missing)
        .execute(&mut *connection)
        .await?;
        match handed_over.rows_affected() {
            0 => back.forwards_gone += 1,
            _ => back.forwards_later += 1,
        }
    }
    Ok(())
}

/// Whether an endpoint can have one more forward: two targets cannot both answer its sender.
async fn has_room(connection: &mut SqliteConnection, endpoint: &str, way: &str) -> Result<bool, StoreError> {
    let (all, same): (i64, i64) = sqlx::query_as(
        "SELECT count(*), coalesce(sum(way = 'through' AND ?2 = 'through'), 0) FROM forward WHERE endpoint = unhex(?1)",
    )
    .bind(endpoint.to_owned())
    .bind(way.to_owned())
    .fetch_one(connection)
    .await?;
    Ok(usize::try_from(all).is_ok_and(|all| all < MOST_FORWARDS) && same == 0)
}
