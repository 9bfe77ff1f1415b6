//! Pages of requests that satisfy a filter.
//!
//! What the rows can tell is asked in SQL. What only the bytes can tell is looked at request by request, in the order
//! of the page, the index naming the candidates where it can. That may take long: a call stops when its time
//! is over and says how far it came, so that the asker shows progress, goes on from there, or does not.

use std::time::Instant;

use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, Row};

use super::query::{self, Query};
use super::request::{From, Page, PageRequest, SUMMARY, summary};
use super::search::{Content, match_text};
use super::{Store, StoreError};
use crate::filter::Term;
use crate::model::{RequestSummary, Sequence};

/// Which way a page goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Older,
    Newer,
}

/// Sequences from the first to the last, both included, and the way they are walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub first: i64,
    pub last: i64,
    pub direction: Direction,
}

impl Span {
    /// What is left once everything up to `place` was walked.
    pub(super) fn beyond(self, place: i64) -> Option<Self> {
        let left = match self.direction {
            Direction::Older => Self {
                last: place.checked_sub(1)?,
                ..self
            },
            Direction::Newer => Self {
                first: place.checked_add(1)?,
                ..self
            },
        };
        (left.first <= left.last).then_some(left)
    }

    const fn order(self) -> &'static str {
        match self.direction {
            Direction::Older => "DESC",
            Direction::Newer => "ASC",
        }
    }
}

/// Requests looked at in one step: few at first, so that a page that fills at once is there at once.
const FIRST_STEP: i64 = 64;
const STEP: i64 = 256;
/// Bytes, as they lie in the file, that are looked at together.
const BYTES: usize = 4 * 1024 * 1024;

impl Store {
    /// A page of the list.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn page(&self, wanted: &PageRequest) -> Result<Page, StoreError> {
        let query = query::build(&wanted.filter, self.readers()).await?;
        let span = match wanted.from {
            From::Newest => Span {
                first: 0,
                last: i64::MAX,
                direction: Direction::Older,
            },
            From::Before(sequence) => Span {
                first: 0,
                last: sequence.0.saturating_sub(1),
                direction: Direction::Older,
            },
            From::After(sequence) => Span {
                first: sequence.0.saturating_add(1),
                last: i64::MAX,
                direction: Direction::Newer,
            },
        };
        let limit = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
        let mut page = if query.text.is_empty() {
            self.page_of_rows(&query, span, wanted.skip, limit).await?
        } else {
            self.page_of_texts(query, span, limit, wanted.budget).await?
        };
        if span.direction == Direction::Newer {
            page.rows.reverse();
        }
        Ok(page)
    }

    /// How many requests up to `sequence` satisfy the filter; `None` where only their bytes could tell.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn count_to(
        &self,
        sequence: Sequence,
        filter: &crate::filter::Filter,
    ) -> Result<Option<u64>, StoreError> {
        let query = query::build(filter, self.readers()).await?;
        if !query.text.is_empty() {
            return Ok(None);
        }
        // All are counted already; what came since is little.
        let (all, side) = match query.sql.is_empty() {
            true => (self.total().await?.requests, ">"),
            false => (0, "<="),
        };
        let sql = format!(
            "SELECT count(*) FROM request WHERE request.sequence {side} ?{}",
            query.sql
        );
        let mut bound = SqliteArguments::default();
        add(&mut bound, sequence.0)?;
        query.bind_to(&mut bound)?;
        let row = sqlx::query_with(AssertSqlSafe(sql), bound)
            .persistent(query.sql.is_empty())
            .fetch_one(self.readers())
            .await?;
        let counted = row.try_get::<i64, _>(0)?.unsigned_abs();
        Ok(Some(match query.sql.is_empty() {
            true => all.saturating_sub(counted),
            false => counted,
        }))
    }

    /// How many requests newer than `sequence` the rows say satisfy the filter, counted no further than 10,000. Terms
    /// about text are left out of account.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn count_newer(
        &self,
        sequence: Sequence,
        filter: &crate::filter::Filter,
    ) -> Result<u32, StoreError> {
        let query = query::build(filter, self.readers()).await?;
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM request WHERE request.sequence > ?{} LIMIT {COUNT_LIMIT})",
            query.sql
        );
        let mut bound = SqliteArguments::default();
        add(&mut bound, sequence.0)?;
        query.bind_to(&mut bound)?;
        let row = sqlx::query_with(AssertSqlSafe(sql), bound)
            .persistent(false)
            .fetch_one(self.readers())
            .await?;
        Ok(u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(COUNT_LIMIT))
    }

    async fn page_of_rows(
        &self,
        query: &Query,
        span: Span,
        skip: u64,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let span = match skip {
            0 => span,
            _ => match self.passed(query, span, skip).await? {
                Some(span) => span,
                None => return Ok(Page::default()),
            },
        };
        let sql = format!(
            "{SUMMARY} WHERE request.sequence BETWEEN ? AND ?{} ORDER BY request.sequence {} LIMIT ?",
            query.sql,
            span.order()
        );
        let mut bound = SqliteArguments::default();
        add(&mut bound, span.first)?;
        add(&mut bound, span.last)?;
        query.bind_to(&mut bound)?;
        add(
            &mut bound,
            i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1),
        )?;
        let statement = sqlx::query_with(AssertSqlSafe(sql), bound).persistent(query.sql.is_empty());
        let rows = statement.fetch_all(self.readers()).await?;
        let more = rows.len() > limit;
        let rows = rows
            .iter()
            .take(limit)
            .map(summary)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Page {
            rows,
            more,
            scanned_to: None,
        })
    }

    /// What is left of `span` beyond its first `skip` rows. Only the order is walked, not the rows of the list; and not
    /// even that where all are wanted and none was taken out in between, since the numbers themselves tell then.
    async fn passed(&self, query: &Query, span: Span, skip: u64) -> Result<Option<Span>, StoreError> {
        if query.sql.is_empty()
            && let Some((oldest, newest)) = self.unbroken().await?
        {
            let within = Span {
                first: span.first.max(oldest),
                last: span.last.min(newest),
                ..span
            };
            let by = i64::try_from(skip - 1).unwrap_or(i64::MAX);
            let place = match span.direction {
                Direction::Older => within.last.saturating_sub(by),
                Direction::Newer => within.first.saturating_add(by),
            };
            let is_within = (within.first..=within.last).contains(&place);
            // What came after the numbers were looked at belongs to it too.
            return Ok(is_within.then(|| span.beyond(place)).flatten());
        }
        let sql = format!(
            "SELECT request.sequence FROM request WHERE request.sequence BETWEEN ? AND ?{}
             ORDER BY request.sequence {} LIMIT 1 OFFSET ?",
            query.sql,
            span.order()
        );
        let mut bound = SqliteArguments::default();
        add(&mut bound, span.first)?;
        add(&mut bound, span.last)?;
        query.bind_to(&mut bound)?;
        add(&mut bound, i64::try_from(skip - 1).unwrap_or(i64::MAX))?;
        let statement = sqlx::query_with(AssertSqlSafe(sql), bound).persistent(query.sql.is_empty());
        let last = statement.fetch_optional(self.readers()).await?;
        Ok(match last {
            Some(row) => span.beyond(row.try_get(0)?),
            None => None,
        })
    }

    /// The oldest and the newest sequence, where there is a request for each that lies between them.
    async fn unbroken(&self) -> Result<Option<(i64, i64)>, StoreError> {
        // In one statement, so that no request comes in between.
        let row = sqlx::query(
            "SELECT (SELECT min(sequence) FROM request), (SELECT max(sequence) FROM request),
                 (SELECT requests FROM tally WHERE kind = 'all')",
        )
        .fetch_one(self.readers())
        .await?;
        let (oldest, newest): (Option<i64>, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
        let all: Option<i64> = row.try_get(2)?;
        Ok(oldest
            .zip(newest)
            .filter(|(oldest, newest)| all == newest.checked_sub(*oldest).map(|between| between + 1)))
    }

    async fn page_of_texts(
        &self,
        query: Query,
        span: Span,
        limit: usize,
        budget: std::time::Duration,
    ) -> Result<Page, StoreError> {
        let deadline = Instant::now() + budget;
        let indexed_to = self.inner.search.indexed_to().await;
        let mut search = Search {
            store: self,
            matching: match_text(&query.text),
            query,
            indexed_to,
            step: FIRST_STEP,
        };
        let mut found: Vec<i64> = Vec::new();
        // Nothing is newer than the newest, and an open end would be walked table by table.
        let newest = self.newest_sequence().await?.0;
        let mut left = (span.first <= newest).then_some(Span {
            last: span.last.min(newest),
            ..span
        });
        let mut scanned_to = None;
        while let Some(span) = left {
            let (candidates, rest) = search.candidates(span).await?;
            found.extend(search.verify(candidates, span).await?);
            left = rest;
            if found.len() > limit {
                break;
            }
            if let Some(rest) = rest
                && Instant::now() >= deadline
            {
                scanned_to = Some(Sequence(match rest.direction {
                    Direction::Older => rest.last + 1,
                    Direction::Newer => rest.first - 1,
                }));
                break;
            }
        }
        let more = found.len() > limit || scanned_to.is_some();
        if found.len() > limit {
            scanned_to = None;
        }
        found.truncate(limit);
        Ok(Page {
            rows: self.rows_of(&found, span).await?,
            more,
            scanned_to,
        })
    }

    async fn rows_of(&self, sequences: &[i64], span: Span) -> Result<Vec<RequestSummary>, StoreError> {
        let sql = format!(
            "{SUMMARY} WHERE request.sequence IN (SELECT value FROM json_each(?)) ORDER BY request.sequence {}",
            span.order()
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(list(sequences))
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(summary).collect()
    }
}

/// Counting stops here: "10000 or more" is all a person wants to know.
const COUNT_LIMIT: u32 = 10_000;

struct Search<'a> {
    store: &'a Store,
    query: Query,
    /// What the index is asked, where it can help.
    matching: Option<String>,
    indexed_to: i64,
    step: i64,
}

impl Search<'_> {
    /// The next requests within `span` that the rows and the index let through, in order, and the span that is left.
    async fn candidates(&mut self, span: Span) -> Result<(Vec<i64>, Option<Span>), StoreError> {
        let step = self.step;
        self.step = (step * 2).min(STEP);
        let Some(matching) = &self.matching else {
            return self.walk(span, span, step).await;
        };
        let (indexed, tail) = (
            Span {
                last: span.last.min(self.indexed_to),
                ..span
            },
            Span {
                first: span.first.max(self.indexed_to + 1),
                ..span
            },
        );
        let in_index = match span.direction {
            Direction::Older => tail.first > tail.last,
            Direction::Newer => indexed.first <= indexed.last,
        };
        if !in_index {
            return self.walk(tail, span, step).await;
        }
        match self.store.inner.search.candidates(matching, indexed, step).await {
            Ok((found, left)) => {
                let found = self.narrow(&found, span).await?;
                // Going to newer ones, the tail comes after the index.
                let left = match (left, span.direction) {
                    (Some(left), Direction::Newer) => Some(Span {
                        last: span.last,
                        ..left
                    }),
                    (None, Direction::Newer) => span.beyond(indexed.last),
                    (left, Direction::Older) => left,
                };
                Ok((found, left))
            }
            Err(_) => {
                // The index was damaged or made anew meanwhile: everything can be found without it.
                self.matching = None;
                self.walk(span, span, step).await
            }
        }
    }

    /// The next rows within `part`, which is the next piece of `whole`.
    async fn walk(&self, part: Span, whole: Span, step: i64) -> Result<(Vec<i64>, Option<Span>), StoreError> {
        let sql = format!(
            "SELECT request.sequence FROM request WHERE request.sequence BETWEEN ? AND ?{}
             ORDER BY request.sequence {} LIMIT ?",
            self.query.sql,
            part.order()
        );
        let mut bound = SqliteArguments::default();
        add(&mut bound, part.first)?;
        add(&mut bound, part.last)?;
        self.query.bind_to(&mut bound)?;
        add(&mut bound, step)?;
        let rows = sqlx::query_with(AssertSqlSafe(sql), bound)
            .fetch_all(self.store.readers())
            .await?;
        let found = rows
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<Vec<i64>, _>>()?;
        let left = match found.last() {
            Some(last) if found.len() as i64 >= step => whole.beyond(*last),
            _ => whole.beyond(match part.direction {
                Direction::Older => part.first,
                Direction::Newer => part.last,
            }),
        };
        Ok((found, left))
    }

    /// Those of `candidates` that are there and that the rows let through.
    async fn narrow(&self, candidates: &[i64], span: Span) -> Result<Vec<i64>, StoreError> {
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT request.sequence FROM request WHERE request.sequence IN (SELECT value FROM json_each(?)){}
             ORDER BY request.sequence {}",
            self.query.sql,
            span.order()
        );
        let mut bound = SqliteArguments::default();
        add(&mut bound, list(candidates))?;
        self.query.bind_to(&mut bound)?;
        let rows = sqlx::query_with(AssertSqlSafe(sql), bound)
            .fetch_all(self.store.readers())
            .await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Those of `candidates` whose bytes satisfy the filter, in the same order.
    async fn verify(&self, candidates: Vec<i64>, span: Span) -> Result<Vec<i64>, StoreError> {
        use futures_util::TryStreamExt;
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT content.head_length, content.length, content.coding, content.data, one.value
             FROM json_each(?) AS one CROSS JOIN content ON content.place = one.value * 65536
             ORDER BY one.value {}",
            span.order()
        );
        let mut rows = sqlx::query(AssertSqlSafe(sql))
            .bind(list(&candidates))
            .fetch(self.store.readers());
        let (mut found, mut waiting, mut bytes) = (Vec::new(), Vec::new(), 0);
        while let Some(row) = rows.try_next().await? {
            let content = Content::of(&row)?;
            bytes += content.data.len();
            waiting.push(content);
            if bytes > BYTES {
                found.extend(self.look(std::mem::take(&mut waiting)).await?);
                bytes = 0;
            }
        }
        found.extend(self.look(waiting).await?);
        Ok(found)
    }

    async fn look(&self, contents: Vec<Content>) -> Result<Vec<i64>, StoreError> {
        let (terms, body_text): (Vec<Term>, _) = (self.query.text.clone(), self.store.inner.body_text);
        let codings: Vec<i64> = contents.iter().map(|content| content.coding).collect();
        let dictionaries = &self.store.inner.dictionaries;
        let known = dictionaries.for_codings(&codings, self.store.readers()).await?;
        tokio::task::spawn_blocking(move || {
            let mut found = Vec::new();
            for content in contents {
                let sequence = content.sequence;
                // One that is damaged is left out; opening it says what is wrong with it.
                let Ok(document) = content.document(body_text, &known) else {
                    continue;
                };
                if terms.iter().all(|term| document.satisfies(term)) {
                    found.push(sequence);
                }
            }
            found
        })
        .await
        .map_err(|error| StoreError::Internal {
            detail: error.to_string(),
        })
    }
}

fn list(sequences: &[i64]) -> String {
    format!(
        "[{}]",
        sequences.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
    )
}

fn add<'t, T>(bound: &mut SqliteArguments, value: T) -> Result<(), StoreError>
where
    T: sqlx::Encode<'t, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    bound.add(value).map_err(|error| StoreError::Internal {
        detail: error.to_string(),
    })
}
