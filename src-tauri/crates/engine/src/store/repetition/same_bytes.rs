//! Requests that no delivery id tells apart: one repeats an earlier one where method, target and body are the same and
//! not long have passed in between. An empty body repeats nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use sqlx::sqlite::SqliteConnection;
use sqlx::{Row, SqlitePool};

use super::resolve::json;
use super::{Identity, Keyed};
use crate::store::StoreError;

/// How long after a request another one of the same bytes repeats it, in µs: senders try again for about a day.
const WINDOW: i64 = 24 * 60 * 60 * 1_000_000;

/// How many requests of one number are looked at before those of a batch: other bytes may have the number, and what
/// was deleted may lie in between.
const CANDIDATES: i64 = 16;

/// A request of the batch with its digest and when it came.
type One<'b> = (&'b Keyed, &'b [u8], i64);

/// The newest request of some bytes.
#[derive(Clone, Copy)]
struct Newest {
    received_at: i64,
    /// The first of those that repeat each other.
    first: i64,
}

/// Which requests of the batch get which mark; `repeated` are the numbers that more than one request has.
pub(super) async fn marks(
    connection: &mut SqliteConnection,
    rows: &SqlitePool,
    batch: &[Keyed],
    repeated: &HashSet<i64>,
) -> Result<Vec<(i64, Option<i64>)>, StoreError> {
    let mut groups: BTreeMap<i64, Vec<One<'_>>> = BTreeMap::new();
    let mut marks = Vec::new();
    for keyed in batch {
        let Identity::Bytes { digest, received_at } = &keyed.identity else {
            continue;
        };
        if repeated.contains(&keyed.number) {
            groups
                .entry(keyed.number)
                .or_default()
                .push((keyed, digest, *received_at));
        } else if keyed.again {
            marks.push((keyed.sequence, None));
        }
    }
    let mut before: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (number, group) in &mut groups {
        group.sort_unstable_by_key(|(keyed, ..)| keyed.sequence);
        if let Some((oldest, ..)) = group.first() {
            let sequences = sqlx::query_scalar(
                "SELECT sequence FROM key WHERE number = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?",
            )
            .bind(number)
            .bind(oldest.sequence)
            .bind(CANDIDATES)
            .fetch_all(&mut *connection)
            .await?;
            before.insert(*number, sequences);
        }
    }
    let there = look(rows, before.values().flatten().copied().collect()).await?;
    for (number, group) in groups {
        let mut newest: HashMap<&[u8], Newest> = HashMap::new();
        // The newest first: what is there already stays.
        for candidate in before
            .get(&number)
            .into_iter()
            .flatten()
            .filter_map(|sequence| there.get(sequence))
        {
            newest.entry(&candidate.digest).or_insert(candidate.newest);
        }
        for (keyed, digest, received_at) in group {
            let earlier = newest
                .get(digest)
                .filter(|newest| received_at.saturating_sub(newest.received_at).saturating_abs() <= WINDOW);
            let first = earlier.map(|newest| newest.first);
            if first.is_some() || keyed.again {
                marks.push((keyed.sequence, first));
            }
            newest.insert(
                digest,
                Newest {
                    received_at,
                    first: first.unwrap_or(keyed.sequence),
                },
            );
        }
    }
    Ok(marks)
}

struct Candidate {
    digest: Vec<u8>,
    newest: Newest,
}

/// Those of the candidates that are in the list and have no delivery id.
async fn look(rows: &SqlitePool, candidates: Vec<i64>) -> Result<HashMap<i64, Candidate>, StoreError> {
    let mut there = HashMap::new();
    for some in candidates.chunks(1_024) {
        let found = sqlx::query(
            "SELECT one.sequence, one.received_at, one.method, one.target, one.body_sha256, first.sequence
             FROM request AS one LEFT JOIN request AS first ON first.id = one.duplicate_of
             WHERE one.sequence IN (SELECT value FROM json_each(?)) AND one.delivery_key IS NULL",
        )
        .bind(json(some)?)
        .fetch_all(rows)
        .await?;
        for row in found {
            let sequence: i64 = row.try_get(0)?;
            let candidate = Candidate {
                digest: super::digest_of(row.try_get(2)?, row.try_get(3)?, row.try_get(4)?),
                newest: Newest {
                    received_at: row.try_get(1)?,
                    first: row.try_get::<Option<i64>, _>(5)?.unwrap_or(sequence),
                },
            };
            there.insert(sequence, candidate);
        }
    }
    Ok(there)
}
