//! Requests as they are sent again, many at a time: where they lie is one narrow row each, and their bytes are read with
//! one question for a page of them and taken apart off the threads that serve others.

use std::collections::HashMap;

use bytes::Bytes;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Row};

use super::dictionary::Known;
use super::prepared::{PART, framing_of};
use super::words::state_of;
use super::{From, PageRequest, Store, StoreError, content, id_of, pack, query};
use crate::filter::Filter;
use crate::model::{Framing, RawHead, RequestId, Sequence, State, Timestamp};

/// Places read at once.
const PLACES: usize = 4_096;

/// Where a request lies, and how large it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) sequence: Sequence,
    pub(crate) id: RequestId,
    pub(crate) received_at: Timestamp,
    /// Bytes of its body.
    pub(crate) length: u64,
}

/// What is needed of a request to send it again.
pub(crate) struct Sendable {
    pub(crate) state: State,
    pub(crate) framing: Framing,
    pub(crate) head: RawHead,
    pub(crate) body: Bytes,
    pub(crate) provider: Option<String>,
}

/// The columns of a [`Place`] as a list of JSON: one row for thousands, since each row by itself would cost a hop from
/// the thread that reads.
const LIST: &str = "SELECT json_group_array(json_array(request.sequence, hex(request.id), request.received_at, request.body_length)) FROM";

impl Store {
    /// Where the requests lie that satisfy a filter, in the order of arrival. What it would find beyond `most` is looked
    /// for no further than to know that there is more.
    pub(crate) async fn places(&self, filter: &Filter, most: usize) -> Result<Vec<Place>, StoreError> {
        let query = query::build(filter, self.readers()).await?;
        if !query.text.is_empty() {
            return self.places_of_texts(filter, most).await;
        }
        let sql = format!(
            "{LIST} (SELECT sequence, id, received_at, body_length FROM request
                 WHERE request.sequence > ?{} ORDER BY request.sequence LIMIT ?) AS request",
            query.sql
        );
        let mut found: Vec<Place> = Vec::new();
        while found.len() <= most {
            let mut bound = SqliteArguments::default();
            let last = found.last().map_or(0, |place| place.sequence.0);
            let limit = i64::try_from(PLACES.min(most + 1 - found.len())).unwrap_or(i64::MAX);
            add(&mut bound, last)?;
            query.bind_to(&mut bound)?;
            add(&mut bound, limit)?;
            let list: String = sqlx::query_scalar_with(AssertSqlSafe(sql.clone()), bound)
                .persistent(false)
                .fetch_one(self.readers())
                .await?;
            let before = found.len();
            found.extend(places(&list)?);
            if found.len() == before {
                break;
            }
        }
        Ok(found)
    }

    /// As [`places`](Self::places), for a filter that only the bytes can decide.
    async fn places_of_texts(&self, filter: &Filter, most: usize) -> Result<Vec<Place>, StoreError> {
        let mut wanted = PageRequest::newest(1_000).filter(filter.clone());
        let mut found = Vec::new();
        while found.len() <= most {
            let page = self.page(&wanted).await?;
            found.extend(page.rows.iter().map(|row| Place {
                sequence: row.sequence,
                id: row.id,
                received_at: row.received_at,
                length: row.body_length,
            }));
            match page.scanned_to.or(page.rows.last().map(|last| last.sequence)) {
                Some(last) if page.more => wanted = wanted.from(From::Before(last)),
                _ => break,
            }
        }
        found.reverse();
        Ok(found)
    }

    /// Where these requests lie, in the order of arrival; those that are gone are left out.
    pub(crate) async fn places_of(&self, ids: &[RequestId]) -> Result<Vec<Place>, StoreError> {
        let mut found: Vec<Place> = Vec::with_capacity(ids.len());
        for some in ids.chunks(PLACES) {
            let wanted: Vec<String> = some.iter().map(|id| hex::encode(id.as_bytes())).collect();
            let sql = format!("{LIST} json_each(?) AS one JOIN request ON request.id = unhex(one.value)");
            let list: String = sqlx::query_scalar(AssertSqlSafe(sql))
                .bind(json(&wanted)?)
                .fetch_one(self.readers())
                .await?;
            found.extend(places(&list)?);
        }
        found.sort_unstable_by_key(|place| place.sequence);
        found.dedup();
        Ok(found)
    }

    /// Reads these requests and makes of each, or of why it cannot be read, what `work` makes of it, away from the
    /// threads that serve others. One that is gone is not among the results.
    pub(crate) async fn sendable<T, W>(
        &self,
        sequences: &[Sequence],
        work: W,
    ) -> Result<HashMap<Sequence, T>, StoreError>
    where
        T: Send + 'static,
        W: Fn(Result<Sendable, StoreError>) -> T + Send + 'static,
    {
        let wanted: Vec<i64> = sequences.iter().map(|sequence| sequence.0).collect();
        let rows = sqlx::query(
            "SELECT request.sequence, request.id, request.state, request.body_length,
                 content.framing, content.head_length, content.length, content.coding, content.data, request.provider
             FROM json_each(?) AS one CROSS JOIN request ON request.sequence = one.value
             CROSS JOIN content ON content.place = request.sequence * 65536",
        )
        .bind(json(&wanted)?)
        .fetch_all(self.readers())
        .await?;
        let codings: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get(7)).collect();
        let known = self
            .inner
            .dictionaries
            .for_codings(&codings?, self.readers())
            .await?;
        let mut read = Vec::with_capacity(rows.len());
        for row in rows {
            let rest = if row.try_get::<i64, _>(3)?.unsigned_abs() > PART as u64 {
                let id = RequestId::from_bytes(id_of(row.try_get(1)?)?);
                Some(self.body(id, 0..u64::MAX).await.map(|body| body.bytes))
            } else {
                None
            };
            read.push((row, rest));
        }
        let opening = move || -> Result<_, StoreError> {
            read.into_iter()
                .map(|(row, whole)| {
                    let sequence = Sequence(row.try_get(0)?);
                    Ok((sequence, work(open(&row, whole, &known))))
                })
                .collect()
        };
        tokio::task::spawn_blocking(opening)
            .await
            .map_err(|error| StoreError::Internal {
                detail: error.to_string(),
            })?
    }
}

fn open(
    row: &SqliteRow,
    whole: Option<Result<Bytes, StoreError>>,
    known: &Known,
) -> Result<Sendable, StoreError> {
    let bytes = pack::unpack_with(row.try_get(7)?, row.try_get(6)?, row.try_get(8)?, known)?;
    let (head, body) = content::cut(&bytes, row.try_get(5)?)?;
    Ok(Sendable {
        state: state_of(row.try_get(2)?),
        framing: framing_of(row.try_get::<Option<&str>, _>(4)?)?,
        head: RawHead::new(head),
        body: whole.unwrap_or(Ok(body))?,
        provider: row.try_get(9)?,
    })
}

fn places(list: &str) -> Result<Vec<Place>, StoreError> {
    let damaged = |detail: String| StoreError::Corrupt { detail };
    let rows: Vec<(i64, &str, i64, i64)> =
        serde_json::from_str(list).map_err(|error| damaged(error.to_string()))?;
    rows.into_iter()
        .map(|(sequence, id, received_at, length)| {
            let id = hex::decode(id).map_err(|error| damaged(error.to_string()))?;
            Ok(Place {
                sequence: Sequence(sequence),
                id: RequestId::from_bytes(id_of(id)?),
                received_at: Timestamp::from_micros(received_at),
                length: length.unsigned_abs(),
            })
        })
        .collect()
}

fn json(list: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(list).map_err(|error| StoreError::Internal {
        detail: error.to_string(),
    })
}

fn add(bound: &mut SqliteArguments, number: i64) -> Result<(), StoreError> {
    bound.add(number).map_err(|error| StoreError::Internal {
        detail: error.to_string(),
    })
}
