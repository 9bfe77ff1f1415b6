//! How many requests satisfy a filter, without looking at each where that can be told otherwise.
//!
//! What the tally knows is told at once. Everything else is counted piece by piece from the newest on, each call for a
//! short time only, so that the asker shows how far it is and stops where "more than" is all that is wanted.

use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, Row};

use super::query::{self, Query, with_slash};
use super::{From, PageRequest, Store, StoreError, TallyKind};
use crate::filter::{Condition, Filter, Flag, Pattern, Term};
use crate::model::{Sequence, Verdict};

/// Requests that satisfy a filter, as far as one call counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// How many.
    pub requests: u64,
    /// How many of them have a star or a note.
    pub marked: u64,
    /// Where to go on; `None` when all were counted.
    pub next: Option<Sequence>,
}

/// Requests that came after another and satisfy a filter, as far as one call counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedAfter {
    /// How many.
    pub requests: u64,
    /// Everything up to here was looked at.
    pub to: Sequence,
    /// There are newer ones than that.
    pub more: bool,
}

/// Places in the order of arrival that one statement looks through.
const SPAN: i64 = if cfg!(test) { 3 } else { 20_000 };
/// Requests on one page where their bytes have to be looked at.
const PAGE: u32 = if cfg!(test) { 3 } else { 500 };
/// The tally lists so many values of a kind; where there may be more, it does not know enough.
const LISTED: usize = 1_000;

impl Store {
    /// How many requests satisfy `filter`, where that can be told without counting them: for one term about what the
    /// tally or an index of annotations knows, and for none.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn known_count(&self, filter: &Filter) -> Result<Option<u64>, StoreError> {
        let total = self.total().await?.requests;
        let [term] = &filter.terms[..] else {
            return Ok(filter.is_empty().then_some(total));
        };
        let found = self.known_of(&term.condition).await?;
        Ok(found.map(|found| {
            if term.negated {
                total.saturating_sub(found)
            } else {
                found
            }
        }))
    }

    /// Counts the requests from `from` on downwards that satisfy `filter`, for about as long as `budget`, and no longer
    /// than until there are `enough`.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn count_next(
        &self,
        filter: &Filter,
        from: Option<Sequence>,
        enough: u64,
        budget: Duration,
    ) -> Result<Counted, StoreError> {
        let deadline = Instant::now() + budget;
        let query = query::build(filter, self.readers()).await?;
        let newest = match from {
            Some(from) => from.0,
            None => self.newest_sequence().await?.0,
        };
        if !query.text.is_empty() {
            return self.count_texts(filter, newest, enough, deadline).await;
        }
        if from.is_none()
            && let Some(requests) = self.known_count(filter).await?
        {
            let marked = self.count_marked(&query, 0, newest).await?;
            return Ok(Counted {
                requests,
                marked,
                next: None,
            });
        }
        let oldest: i64 = sqlx::query_scalar("SELECT coalesce(min(sequence), 0) FROM request")
            .fetch_one(self.readers())
            .await?;
        let mut counted = Counted::default();
        let mut last = newest;
        // Once at least, so that each call comes further.
        while last >= oldest {
            let first = oldest.max(last - SPAN + 1);
            counted.requests += self.count_span(&query, first, last).await?;
            last = first - 1;
            if counted.requests >= enough || Instant::now() >= deadline {
                break;
            }
        }
        counted.marked = self.count_marked(&query, last + 1, newest).await?;
        counted.next = (last >= oldest).then_some(Sequence(last));
        Ok(counted)
    }

    /// Counts the requests that came after `sequence` and satisfy `filter`, oldest first: one piece of them, so that each
    /// call is short however many came.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn count_after(&self, filter: &Filter, sequence: Sequence) -> Result<CountedAfter, StoreError> {
        let query = query::build(filter, self.readers()).await?;
        let newest = self.newest_sequence().await?;
        if !query.text.is_empty() {
            let wanted = PageRequest::newest(PAGE)
                .from(From::After(sequence))
                .filter(filter.clone());
            let page = self.page(&wanted).await?;
            let reached = page
                .scanned_to
                .or_else(|| page.rows.first().map(|row| row.sequence));
            let to = match reached {
                Some(reached) if page.more => reached,
                // What came while it was looked through may be counted already.
                reached => newest.max(reached.unwrap_or(sequence)).max(sequence),
            };
            return Ok(CountedAfter {
                requests: page.rows.len() as u64,
                to,
                more: page.more,
            });
        }
        let to = newest
            .min(Sequence(sequence.0.saturating_add(SPAN)))
            .max(sequence);
        Ok(CountedAfter {
            requests: self
                .count_span(&query, sequence.0.saturating_add(1), to.0)
                .await?,
            to,
            more: to < newest,
        })
    }

    async fn count_texts(
        &self,
        filter: &Filter,
        newest: i64,
        enough: u64,
        deadline: Instant,
    ) -> Result<Counted, StoreError> {
        let mut counted = Counted::default();
        let mut before = Sequence(newest.saturating_add(1));
        loop {
            let wanted = PageRequest::newest(PAGE)
                .from(From::Before(before))
                .filter(filter.clone());
            let page = self.page(&wanted).await?;
            counted.requests += page.rows.len() as u64;
            counted.marked += page.rows.iter().filter(|row| row.starred || row.noted).count() as u64;
            let reached = page
                .scanned_to
                .or_else(|| page.rows.last().map(|row| row.sequence));
            let Some(reached) = reached.filter(|_| page.more) else {
                return Ok(counted);
            };
            before = reached;
            if counted.requests >= enough || Instant::now() >= deadline {
                counted.next = Some(Sequence(reached.0 - 1));
                return Ok(counted);
            }
        }
    }

    async fn count_span(&self, query: &Query, first: i64, last: i64) -> Result<u64, StoreError> {
        let sql = format!(
            "SELECT count(*) FROM request WHERE request.sequence BETWEEN ? AND ?{}",
            query.sql
        );
        self.count_by(sql, query, first, last).await
    }

    /// Those with a star or a note, which are few: they are looked at one by one.
    async fn count_marked(&self, query: &Query, first: i64, last: i64) -> Result<u64, StoreError> {
        let sql = format!(
            "SELECT count(*) FROM (SELECT request AS marked FROM annotation WHERE starred = 1
                 UNION SELECT request FROM annotation WHERE note IS NOT NULL)
             CROSS JOIN request ON request.sequence = marked
             WHERE request.sequence BETWEEN ? AND ?{}",
            query.sql
        );
        self.count_by(sql, query, first, last).await
    }

    async fn count_by(&self, sql: String, query: &Query, first: i64, last: i64) -> Result<u64, StoreError> {
        let mut bound = SqliteArguments::default();
        for place in [first, last] {
            bound.add(place).map_err(|error| StoreError::Internal {
                detail: error.to_string(),
            })?;
        }
        query.bind_to(&mut bound)?;
        let row = sqlx::query_with(AssertSqlSafe(sql), bound)
            .persistent(false)
            .fetch_one(self.readers())
            .await?;
        Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
    }

    async fn known_of(&self, condition: &Condition) -> Result<Option<u64>, StoreError> {
        match condition {
            Condition::Provider(any) => self.tallied(TallyKind::Provider, any).await,
            Condition::Event(any) => self.tallied(TallyKind::Event, any).await,
            Condition::Endpoint(any) => self.tallied(TallyKind::Endpoint, &with_slash(any)).await,
            Condition::Method(any) => self.tallied(TallyKind::Method, any).await,
            Condition::Status(any) => {
                self.summed(TallyKind::Answered, |word| {
                    let status = word.parse::<u64>().ok();
                    any.iter().any(|bounds| match (bounds, status) {
                        (Some(bounds), Some(status)) => bounds.contain(status),
                        (bounds, status) => bounds.is_none() && status.is_none(),
                    })
                })
                .await
            }
            Condition::Signature(any) => {
                let is_wanted = |word: &str| any.iter().copied().map(Verdict::as_str).any(|it| it == word);
                self.summed(TallyKind::Verdict, is_wanted).await
            }
            Condition::Is(flags) => match &flags[..] {
                [Flag::Complete] => self.summed(TallyKind::State, |word| word == "complete").await,
                [Flag::Cut] => self.summed(TallyKind::State, |word| word == "cut").await,
                [Flag::Aborted] => self.summed(TallyKind::State, |word| word == "aborted").await,
                [Flag::Refused] => self.summed(TallyKind::State, |word| word == "refused").await,
                [Flag::Starred | Flag::Note | Flag::Tag] => self.annotated(condition).await.map(Some),
                _ => Ok(None),
            },
            Condition::Tag(_) => self.annotated(condition).await.map(Some),
            _ => Ok(None),
        }
    }

    async fn tallied(&self, kind: TallyKind, any: &[Pattern]) -> Result<Option<u64>, StoreError> {
        self.summed(kind, |value| any.iter().any(|pattern| pattern.matches(value)))
            .await
    }

    async fn summed(
        &self,
        kind: TallyKind,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Option<u64>, StoreError> {
        let counts = self.counts(kind).await?;
        let known = counts.len() < LISTED;
        let sum = counts
            .iter()
            .filter(|count| wanted(&count.value))
            .map(|count| count.requests)
            .sum();
        Ok(known.then_some(sum))
    }

    /// What people marked, by the index of what they marked.
    async fn annotated(&self, condition: &Condition) -> Result<u64, StoreError> {
        let term = Term {
            negated: false,
            condition: condition.clone(),
        };
        let query = query::build(&Filter { terms: vec![term] }, self.readers()).await?;
        self.count_span(&query, 0, i64::MAX).await
    }
}
