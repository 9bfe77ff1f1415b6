//! From equal numbers to equal keys, and from those to marks.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Row, SqlitePool};

use super::{Identity, Keyed, same_bytes};
use crate::model::RequestId;
use crate::store::{StoreError, id_of};

/// The oldest requests of one number that are looked at together.
const CANDIDATES: i64 = 32;
/// How often that is done again, because all of them were gone.
const ROUNDS: usize = 8;

/// A request that others may repeat.
struct Candidate {
    provider: Option<String>,
    key: Option<String>,
}

/// A request that its provider gave an id.
struct Named<'b> {
    keyed: &'b Keyed,
    provider: &'b Option<String>,
    key: &'b str,
}

impl<'b> Named<'b> {
    fn of(keyed: &'b Keyed) -> Option<Self> {
        match &keyed.identity {
            Identity::Delivery { provider, key } => Some(Self { keyed, provider, key }),
            Identity::Bytes { .. } => None,
        }
    }
}

/// Which requests of the batch get which mark: the sequence of the first request with the same provider and key,
/// or of the first of the same bytes.
pub(super) async fn marks(
    connection: &mut SqliteConnection,
    rows: &SqlitePool,
    batch: &[Keyed],
    looked_at: &[i64],
) -> Result<Vec<(i64, Option<i64>)>, StoreError> {
    let mut firsts: HashMap<(&Option<String>, &str), i64> = HashMap::new();
    let repeated = repeated(connection, batch).await?;
    let mut marks = same_bytes::marks(connection, rows, batch, &repeated).await?;
    let named: Vec<Named<'_>> = batch.iter().filter_map(Named::of).collect();
    let mut open: HashSet<i64> = named
        .iter()
        .map(|named| named.keyed.number)
        .filter(|number| repeated.contains(number))
        .collect();
    for _ in 0..ROUNDS {
        if open.is_empty() {
            break;
        }
        let candidates = candidates(connection, &open).await?;
        let (there, aside) = look(rows, &candidates).await?;
        let mut gone: Vec<(i64, i64)> = Vec::new();
        let mut again = HashSet::new();
        for (number, sequences) in &candidates {
            let before = gone.len();
            gone.extend(
                sequences
                    .iter()
                    .filter(|sequence| !there.contains_key(sequence) && !aside.contains(sequence))
                    .map(|sequence| (*number, *sequence)),
            );
            if gone.len() > before && sequences.len() as i64 == CANDIDATES {
                again.insert(*number);
            }
        }
        forget(connection, &gone).await?;
        for Named { keyed, provider, key } in named.iter().filter(|named| open.contains(&named.keyed.number))
        {
            let first = candidates
                .get(&keyed.number)
                .into_iter()
                .flatten()
                .find(|sequence| {
                    there.get(sequence).is_some_and(|candidate| {
                        candidate.provider == **provider && candidate.key.as_deref() == Some(*key)
                    })
                });
            if let Some(first) = first {
                firsts.entry((*provider, *key)).or_insert(*first);
            }
        }
        open = again;
    }
    for Named { keyed, provider, key } in named {
        let first = firsts
            .get(&(provider, key))
            .copied()
            .filter(|first| *first < keyed.sequence);
        if first.is_some() || keyed.again {
            marks.push((keyed.sequence, first));
        }
    }
    let keyed: HashSet<i64> = batch.iter().map(|keyed| keyed.sequence).collect();
    marks.extend(
        looked_at
            .iter()
            .filter(|sequence| !keyed.contains(sequence))
            .map(|sequence| (*sequence, None)),
    );
    Ok(marks)
}

/// The numbers of the batch that more than one request has.
async fn repeated(connection: &mut SqliteConnection, batch: &[Keyed]) -> Result<HashSet<i64>, StoreError> {
    let mut found = HashSet::new();
    for some in batch.chunks(512) {
        let numbers: Vec<i64> = some.iter().map(|keyed| keyed.number).collect();
        let rows: Vec<i64> = sqlx::query_scalar(
            "SELECT one.value FROM json_each(?) AS one
             WHERE EXISTS (SELECT 1 FROM key WHERE key.number = one.value LIMIT 1 OFFSET 1)",
        )
        .bind(json(&numbers)?)
        .fetch_all(&mut *connection)
        .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// The oldest requests of each number, oldest first.
async fn candidates(
    connection: &mut SqliteConnection,
    numbers: &HashSet<i64>,
) -> Result<BTreeMap<i64, Vec<i64>>, StoreError> {
    let mut found = BTreeMap::new();
    for number in numbers {
        let sequences: Vec<i64> =
            sqlx::query_scalar("SELECT sequence FROM key WHERE number = ? ORDER BY sequence LIMIT ?")
                .bind(number)
                .bind(CANDIDATES)
                .fetch_all(&mut *connection)
                .await?;
        found.insert(*number, sequences);
    }
    Ok(found)
}

/// Which of the candidates are in the list, and which are deleted but may come back.
async fn look(
    rows: &SqlitePool,
    candidates: &BTreeMap<i64, Vec<i64>>,
) -> Result<(HashMap<i64, Candidate>, HashSet<i64>), StoreError> {
    let (mut there, mut aside) = (HashMap::new(), HashSet::new());
    let all: Vec<i64> = candidates.values().flatten().copied().collect();
    for some in all.chunks(1_024) {
        let some = json(some)?;
        let found = sqlx::query(
            "SELECT sequence, provider, delivery_key FROM request
             WHERE sequence IN (SELECT value FROM json_each(?))",
        )
        .bind(&some)
        .fetch_all(rows)
        .await?;
        for row in found {
            let candidate = Candidate {
                provider: row.try_get(1)?,
                key: row.try_get(2)?,
            };
            there.insert(row.try_get(0)?, candidate);
        }
        let deleted: Vec<i64> = sqlx::query_scalar(
            "SELECT sequence FROM trash WHERE sequence IN (SELECT value FROM json_each(?))",
        )
        .bind(&some)
        .fetch_all(rows)
        .await?;
        aside.extend(deleted);
    }
    Ok((there, aside))
}

/// Removes the keys of requests that are gone for good.
async fn forget(connection: &mut SqliteConnection, gone: &[(i64, i64)]) -> Result<(), StoreError> {
    if gone.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "DELETE FROM key WHERE (number, sequence) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
    )
    .bind(json(&gone)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Sets the marks that are not yet as they should be; gives those requests with their marks.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    marks: &[(i64, Option<i64>)],
    looked_at: &[i64],
) -> Result<Vec<(RequestId, Option<RequestId>)>, StoreError> {
    let mut changed = Vec::new();
    if !marks.is_empty() {
        let rows: Vec<(Vec<u8>, Option<Vec<u8>>)> = sqlx::query_as(
            "WITH mark (sequence, first) AS MATERIALIZED (
                 SELECT one.value ->> 0, (SELECT id FROM request WHERE sequence = one.value ->> 1)
                 FROM json_each(?) AS one)
             UPDATE request SET duplicate_of = mark.first FROM mark
             WHERE request.sequence = mark.sequence AND request.duplicate_of IS NOT mark.first
             RETURNING request.id, request.duplicate_of",
        )
        .bind(json(&marks)?)
        .fetch_all(&mut *connection)
        .await?;
        for (id, first) in rows {
            let first = first.map(id_of).transpose()?;
            changed.push((
                RequestId::from_bytes(id_of(id)?),
                first.map(RequestId::from_bytes),
            ));
        }
    }
    if !looked_at.is_empty() {
        sqlx::query("DELETE FROM rekeyed WHERE sequence IN (SELECT value FROM json_each(?))")
            .bind(json(&looked_at)?)
            .execute(connection)
            .await?;
    }
    Ok(changed)
}

pub(super) fn json(list: &(impl Serialize + ?Sized)) -> Result<String, StoreError> {
    serde_json::to_string(list).map_err(|error| StoreError::Internal {
        detail: error.to_string(),
    })
}
