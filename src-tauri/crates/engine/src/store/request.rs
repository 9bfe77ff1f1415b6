//! Reading requests: rows of the list, single ones, and finding one by the beginning of its id.

use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Row};

use super::content;
use super::delivery::id_like;
use super::dictionary::Known;
use super::prepared::{framing_of, reply_of};
use super::words::{state_of, verdict_of, version_of};
use super::{Store, StoreError, id_of, pack};
use crate::filter::Filter;
use crate::model::{
    AnswerSource, Ending, EndpointId, Forwarded, HandshakeReply, Imported, Outcome, RawHead, Recognition,
    Request, RequestId, RequestSummary, Sequence, Timestamp,
};

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// At the newest.
    Newest,
    /// At the newest that is older than this one.
    Before(Sequence),
    /// At the oldest that is newer than this one.
    After(Sequence),
}

/// Which rows a page shall have.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// Where it begins.
    pub from: From,
    /// How many rows are passed over before it begins, so that a far place of the list is reached at once. A search
    /// in the bytes passes over none: it would have to find them all first.
    pub skip: u64,
    /// How many rows it has at most.
    pub limit: u32,
    /// What its rows satisfy.
    pub filter: Filter,
    /// How long it may take to look into requests; a page that takes longer ends early and says how far it came.
    pub budget: Duration,
}

impl PageRequest {
    /// The newest `limit` rows.
    #[must_use]
    pub fn newest(limit: u32) -> Self {
        Self {
            from: From::Newest,
            skip: 0,
            limit,
            filter: Filter::default(),
            budget: Duration::from_millis(250),
        }
    }

    /// The same page from another place.
    #[must_use]
    pub fn from(mut self, from: From) -> Self {
        self.from = from;
        self
    }

    /// The same page, so many rows further on.
    #[must_use]
    pub const fn skip(mut self, skip: u64) -> Self {
        self.skip = skip;
        self
    }

    /// The same page of the rows that satisfy `filter`.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }
}

/// Rows of the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The rows, newest first, whichever way the page was asked for.
    pub rows: Vec<RequestSummary>,
    /// Whether there are, or may be, more in the direction that was asked for.
    pub more: bool,
    /// Set when time was over before the page was full: everything up to here was looked at, and the same request
    /// from here goes on.
    pub scanned_to: Option<Sequence>,
}

/// Bytes of packed requests that are read at once to be shown.
const BETWEEN: usize = 2 * 1024 * 1024;

/// What [`summary`] reads, in its order.
pub(super) const SUMMARY: &str = "SELECT request.id, request.sequence, request.received_at, request.took_micros, \
    request.method, request.target, request.version, request.peer, request.endpoint, request.endpoint_path, \
    request.provider, request.event, request.delivery_key, request.verdict, request.state, request.reason, \
    request.answered, request.body_length, request.body_sha256, request.duplicate_of, \
    coalesce(annotation.deliveries, 0), coalesce(annotation.starred, 0), request.handshake, \
    EXISTS (SELECT 1 FROM content INDEXED BY content_ambiguous WHERE place = request.sequence << 16 AND instr(framing, 'ambiguous_framing') > 0), \
    annotation.note IS NOT NULL, \
    (SELECT json_group_array(name) FROM (SELECT name FROM tag WHERE tag.request = request.sequence ORDER BY name)), \
    answer.source AS answer_source, answer.micros AS answer_micros, \
    CASE WHEN EXISTS (SELECT 1 FROM held JOIN line ON line.number = held.line \
        WHERE held.request = request.sequence AND line.discard IS NULL) THEN 'held' ELSE annotation.forwarded END \
        AS forwarded, \
    CASE WHEN annotation.deliveries > 0 THEN (SELECT outcome || coalesce(' ' || status, '') FROM attempt \
        JOIN delivery ON delivery.number = attempt.delivery \
        WHERE attempt.delivery = (SELECT max(number) FROM delivery \
            WHERE delivery.request = request.sequence AND kind <> 'forward') \
            AND delivery.schedule IS NOT 'waiting' AND delivery.trying_since IS NULL \
        ORDER BY attempt.number DESC LIMIT 1) END AS resent, \
    imported.at AS imported_at, imported.program AS imported_program, \
    (SELECT count(*) FROM (SELECT 1 FROM request AS again \
        WHERE again.duplicate_of = coalesce(request.duplicate_of, request.id) LIMIT 1000)) AS repeats \
    FROM request LEFT JOIN annotation ON annotation.request = request.sequence \
    LEFT JOIN answer ON answer.request = request.sequence \
    LEFT JOIN imported ON imported.request = request.sequence ";

/// How the tables of [`SUMMARY`] begin.
const TABLES: &str = " FROM request LEFT JOIN annotation ";

/// What came of an attempt, from its outcome and its status, if it has one, with a space between.
fn ending_of(text: &str) -> Option<Ending> {
    let (outcome, status) = text.split_once(' ').unwrap_or((text, ""));
    Some(Ending::of(Outcome::from_word(outcome)?, status.parse().ok()))
}

/// A row of [`SUMMARY`].
pub(super) fn summary(row: &SqliteRow) -> Result<RequestSummary, StoreError> {
    let sha256: Vec<u8> = row.try_get(18)?;
    Ok(RequestSummary {
        id: RequestId::from_bytes(id_of(row.try_get(0)?)?),
        sequence: Sequence(row.try_get(1)?),
        received_at: Timestamp::from_micros(row.try_get(2)?),
        took_micros: row.try_get::<i64, _>(3)?.unsigned_abs(),
        method: row.try_get(4)?,
        target: row.try_get(5)?,
        version: version_of(row.try_get(6)?),
        peer: row.try_get(7)?,
        recognition: Recognition {
            endpoint: row
                .try_get::<Option<Vec<u8>>, _>(8)?
                .map(id_of)
                .transpose()?
                .map(EndpointId::from_bytes),
            endpoint_path: row.try_get(9)?,
            provider: row.try_get(10)?,
            event: row.try_get(11)?,
            delivery_key: row.try_get(12)?,
            verdict: verdict_of(row.try_get(13)?),
            handshake: row.try_get(22)?,
        },
        state: state_of(row.try_get(14)?),
        reason: row.try_get(15)?,
        answered: row
            .try_get::<Option<i64>, _>(16)?
            .and_then(|status| u16::try_from(status).ok()),
        body_length: row.try_get::<i64, _>(17)?.unsigned_abs(),
        body_sha256: sha256.try_into().map_err(|_| StoreError::Corrupt {
            detail: "a digest is not 32 bytes long".to_owned(),
        })?,
        duplicate_of: row
            .try_get::<Option<Vec<u8>>, _>(19)?
            .map(id_of)
            .transpose()?
            .map(RequestId::from_bytes),
        deliveries: u32::try_from(row.try_get::<i64, _>(20)?).unwrap_or(u32::MAX),
        starred: row.try_get::<i64, _>(21)? != 0,
        ambiguous: row.try_get::<i64, _>(23)? != 0,
        noted: row.try_get::<i64, _>(24)? != 0,
        tags: serde_json::from_str(row.try_get(25)?).unwrap_or_default(),
        answer_source: row
            .try_get::<Option<&str>, _>("answer_source")?
            .and_then(AnswerSource::from_word),
        answer_micros: row
            .try_get::<Option<i64>, _>("answer_micros")?
            .map(i64::unsigned_abs),
        forwarded: row
            .try_get::<Option<&str>, _>("forwarded")?
            .and_then(Forwarded::from_word),
        resent: row.try_get::<Option<&str>, _>("resent")?.and_then(ending_of),
        imported: match row.try_get::<Option<i64>, _>("imported_at")? {
            Some(at) => Some(Imported {
                at: Timestamp::from_micros(at),
                program: row.try_get("imported_program")?,
            }),
            None => None,
        },
        repeats: u32::try_from(row.try_get::<i64, _>("repeats")?).unwrap_or(u32::MAX),
    })
}

/// A row of [`SUMMARY`] with `head_length`, `length`, `coding`, `data`, `framing` and `reply` after it. They are read by
/// their names: the summary grows.
fn whole(row: &SqliteRow, known: &Known) -> Result<Request, StoreError> {
    let bytes = pack::unpack_with(
        row.try_get("coding")?,
        row.try_get("length")?,
        row.try_get("data")?,
        known,
    )?;
    let (head, _) = content::cut(&bytes, row.try_get("head_length")?)?;
    Ok(Request {
        summary: summary(row)?,
        // A copy, so that a small head does not hold a large body in memory.
        head: RawHead::new(Bytes::copy_from_slice(&head)),
        framing: framing_of(row.try_get::<Option<&str>, _>("framing")?)?,
        reply: reply_of(row.try_get::<Option<&str>, _>("reply")?)?,
    })
}

impl Store {
    /// The newest place in the order of arrival that was ever given.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn newest_sequence(&self) -> Result<Sequence, StoreError> {
        let newest: Option<i64> =
            sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'request'")
                .fetch_optional(self.readers())
                .await?;
        Ok(Sequence(newest.unwrap_or(0)))
    }

    /// The rows of these requests, newest first; those that are gone are left out.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn summaries(&self, ids: &[RequestId]) -> Result<Vec<RequestSummary>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(500) {
            let places = vec!["?"; some.len()].join(",");
            let sql = format!("{SUMMARY} WHERE request.id IN ({places})");
            let mut bound = SqliteArguments::default();
            for id in some {
                bound
                    .add(&id.as_bytes()[..])
                    .map_err(|error| StoreError::Internal {
                        detail: error.to_string(),
                    })?;
            }
            // The text depends on the number of ids: not one worth keeping prepared.
            let query = sqlx::query_with(AssertSqlSafe(sql), bound).persistent(false);
            for row in query.fetch_all(self.readers()).await? {
                found.push(summary(&row)?);
            }
        }
        found.sort_by_key(|row| std::cmp::Reverse(row.sequence));
        Ok(found)
    }

    /// One request with its head and framing, if it is there.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn request(&self, id: RequestId) -> Result<Option<Request>, StoreError> {
        let sql = format!("{SUMMARY} WHERE request.id = ?");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(&id.as_bytes()[..])
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let summary = summary(&row)?;
        let (head, framing) = self.read_head(summary.sequence.0).await?;
        let reply = match summary.recognition.handshake {
            Some(_) => self.reply(summary.sequence).await?,
            None => None,
        };
        Ok(Some(Request {
            summary,
            head,
            framing,
            reply,
        }))
    }

    /// Whether there is such a request.
    pub(crate) async fn has_request(&self, id: RequestId) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM request WHERE id = ?)");
        Ok(query.bind(&id.as_bytes()[..]).fetch_one(self.readers()).await?)
    }

    /// What was answered to a request as to a question.
    async fn reply(&self, sequence: Sequence) -> Result<Option<HandshakeReply>, StoreError> {
        let text: Option<Option<String>> = sqlx::query_scalar("SELECT reply FROM request WHERE sequence = ?")
            .bind(sequence.0)
            .fetch_optional(self.readers())
            .await?;
        reply_of(text.flatten().as_deref())
    }

    /// At most `limit` requests with their heads, newer than `after`, none newer than `to`, oldest first; fewer where
    /// they are large, but never none where there are some.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn between(
        &self,
        after: Sequence,
        to: Sequence,
        limit: u32,
    ) -> Result<Vec<Request>, StoreError> {
        // One question for all of them, the bytes beside the columns of the summary.
        let sql = SUMMARY.replacen(
            TABLES,
            &format!(
                ", content.head_length, content.length, content.coding, content.data, content.framing, request.reply{TABLES}"
            ),
            1,
        ) + "JOIN content ON content.place = request.sequence * 65536
             WHERE request.sequence > ? AND request.sequence <= ? ORDER BY request.sequence LIMIT ?";
        let (mut rows, mut bytes) = (Vec::new(), 0);
        {
            let mut found = sqlx::query(AssertSqlSafe(sql))
                .bind(after.0)
                .bind(to.0)
                .bind(limit)
                .fetch(self.readers());
            while bytes < BETWEEN
                && let Some(row) = found.try_next().await?
            {
                bytes += row.try_get::<&[u8], _>("data")?.len();
                rows.push(row);
            }
        }
        let codings: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get("coding")).collect();
        let known = self
            .inner
            .dictionaries
            .for_codings(&codings?, self.readers())
            .await?;
        let requests = move || rows.iter().map(|row| whole(row, &known)).collect();
        tokio::task::spawn_blocking(requests)
            .await
            .map_err(|error| StoreError::Internal {
                detail: error.to_string(),
            })?
    }

    /// The request whose id is `text` or begins with it: at least four hexadecimal digits, hyphens do not matter.
    ///
    /// # Errors
    ///
    /// When there is none, when there are several, or when it cannot be read.
    pub async fn resolve_id(&self, text: &str) -> Result<RequestId, StoreError> {
        let digits = text.bytes().filter(|letter| *letter != b'-');
        let is_hexadecimal = digits.clone().all(|digit| digit.is_ascii_hexdigit());
        if !is_hexadecimal || !(4..=32).contains(&digits.count()) {
            return Err(StoreError::BadPrefix {
                prefix: text.to_owned(),
            });
        }
        let id = id_like(self.readers(), "request", text).await?;
        Ok(RequestId::from_bytes(id))
    }
}
