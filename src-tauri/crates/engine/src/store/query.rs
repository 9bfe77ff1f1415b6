//! From a filter to SQL: text that is all ours, with every value of a person bound.
//!
//! A list is read newest first and ends at its limit. So an index is right for a value that few rows have, and wrong
//! for one that many have, where walking the rows finds enough at once. The tally knows which it is; a `+` before
//! a column keeps SQLite from its index.

use std::fmt::Write;

use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Row, SqlitePool};

use super::StoreError;
use super::prepared::whole;
use crate::filter::{Bounds, Condition, Delivered, Filter, Flag, Pattern, Term};
use crate::model::Verdict;

/// A value that is bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bind {
    Text(String),
    Number(i64),
    Bytes(Vec<u8>),
}

/// Conditions on the rows of `request`, and what is left for those who see the bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    /// ` AND …` for each condition.
    pub sql: String,
    binds: Vec<Bind>,
    /// The terms that are decided by the bytes of a request.
    pub text: Vec<Term>,
}

/// Up to this many rows, finding them by an index and sorting them is better than walking.
const FEW: i64 = 5_000;
/// More values than these are not listed but compared.
const LISTED: usize = 100;

impl Query {
    /// Binds the values, in the order of their places in the text.
    pub(super) fn bind_to(&self, bound: &mut SqliteArguments) -> Result<(), StoreError> {
        for bind in &self.binds {
            match bind {
                Bind::Text(text) => bound.add(text.as_str()),
                Bind::Number(number) => bound.add(*number),
                Bind::Bytes(bytes) => bound.add(&bytes[..]),
            }
            .map_err(|error| StoreError::Internal {
                detail: error.to_string(),
            })?;
        }
        Ok(())
    }
}

/// Makes the query of `filter`.
pub(super) async fn build(filter: &Filter, readers: &SqlitePool) -> Result<Query, StoreError> {
    let mut query = Query::default();
    for term in &filter.terms {
        if term.condition.is_text() {
            query.text.push(term.clone());
            continue;
        }
        let mut builder = Builder {
            readers,
            negated: term.negated,
            sql: String::new(),
            binds: Vec::new(),
        };
        builder.condition(&term.condition).await?;
        let sql = builder.sql;
        // NULL is neither true nor false: a row without an event has none that could match. Where a term is not
        // negated the bare condition says the same, and an index can be used for it.
        let _ = match term.negated {
            true => write!(query.sql, " AND NOT coalesce(({sql}), 0)"),
            false => write!(query.sql, " AND ({sql})"),
        };
        query.binds.append(&mut builder.binds);
    }
    Ok(query)
}

struct Builder<'a> {
    readers: &'a SqlitePool,
    negated: bool,
    sql: String,
    binds: Vec<Bind>,
}

impl Builder<'_> {
    async fn condition(&mut self, condition: &Condition) -> Result<(), StoreError> {
        match condition {
            Condition::Provider(any) => self.tallied("provider", "request.provider", any).await?,
            Condition::Event(any) => self.tallied("event", "request.event", any).await?,
            Condition::Endpoint(any) => {
                let any = with_slash(any);
                self.tallied("endpoint", "request.endpoint_path", &any).await?;
            }
            Condition::Method(any) => self.tallied("method", "request.method", any).await?,
            Condition::Path(any) => self.like_any(PATH, any),
            Condition::Key(any) => self.like_any("request.delivery_key", any),
            Condition::Id(any) => self.ids(any),
            Condition::Tag(any) => {
                let tags = sqlx::query_scalar("SELECT DISTINCT name FROM tag")
                    .fetch_all(self.readers)
                    .await?;
                let tags: Vec<String> = matching(tags, any);
                self.sql.push_str(
                    "request.sequence IN (SELECT request FROM tag WHERE name IN (SELECT value FROM ",
                );
                self.bind(
                    "json_each(?)))",
                    Bind::Text(serde_json::Value::from(tags).to_string()),
                );
            }
            Condition::Status(any) => self.status(any).await?,
            Condition::Signature(any) => self.signature(any).await?,
            Condition::Target(any) => self.target(any).await?,
            Condition::Delivered(any) => self.any(any, Self::delivered),
            Condition::Size(any) => self.any(any, |it, bounds| it.between("request.body_length", *bounds)),
            Condition::After(at) => self.time(">=", at.as_micros()).await?,
            Condition::Before(at) => self.time("<", at.as_micros()).await?,
            Condition::Is(any) => self.any(any, |it, flag| it.sql.push_str(flag_sql(*flag))),
            // Decided by the bytes: never asked for here.
            Condition::Text(_) | Condition::Body(_) | Condition::Header { .. } | Condition::Json { .. } => {
                self.sql.push('1');
            }
        }
        Ok(())
    }

    fn any<T>(&mut self, values: &[T], mut one: impl FnMut(&mut Self, &T)) {
        for (at, value) in values.iter().enumerate() {
            self.sql.push_str(if at == 0 { "(" } else { " OR (" });
            one(self, value);
            self.sql.push(')');
        }
    }

    fn bind(&mut self, sql: &str, bind: Bind) {
        self.sql.push_str(sql);
        self.binds.push(bind);
    }

    fn like_any(&mut self, column: &str, any: &[Pattern]) {
        self.any(any, |it, pattern| {
            let sql = format!("coalesce({column}, '') LIKE ? ESCAPE '\\'");
            it.bind(&sql, Bind::Text(pattern.to_like()));
        });
    }

    fn between(&mut self, column: &str, bounds: Bounds) {
        let sql = format!("{column} BETWEEN ? AND ");
        self.bind(&sql, Bind::Number(whole(bounds.first)));
        self.bind("?", Bind::Number(whole(bounds.last)));
    }

    /// A column whose values the tally knows: their case is found there, and how many rows have them.
    async fn tallied(&mut self, kind: &'static str, column: &str, any: &[Pattern]) -> Result<(), StoreError> {
        let mut values: Vec<(String, i64)> = Vec::new();
        for pattern in any {
            let rows = sqlx::query(
                "SELECT value, requests FROM tally WHERE kind = ? AND requests > 0 AND value LIKE ? ESCAPE '\\' LIMIT ?",
            )
            .bind(kind)
            .bind(pattern.to_like())
            .bind(whole(LISTED as u64 + 1))
            .fetch_all(self.readers)
            .await?;
            for row in rows {
                let (value, requests): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
                if pattern.matches(&value) {
                    values.push((value, requests));
                }
            }
        }
        if values.len() > LISTED {
            self.like_any(column, any);
            return Ok(());
        }
        let values = values.into_iter().map(|(value, rows)| {
            let bind = (!value.is_empty()).then(|| Bind::Text(value.clone()));
            (bind, rows)
        });
        self.listed(column, "", values.collect());
        Ok(())
    }

    /// A column that has one of these values, `None` for none, each with how many rows have it. `partial` is the
    /// condition of an index that knows these values only: SQLite uses it when it sees its words.
    fn listed(&mut self, column: &str, partial: &str, mut values: Vec<(Option<Bind>, i64)>) {
        let rows: i64 = values.iter().map(|(_, rows)| rows).sum();
        let absent = values.iter().any(|(value, _)| value.is_none());
        values.retain(|(value, _)| value.is_some());
        if !partial.is_empty() && !self.negated {
            let _ = write!(self.sql, "{partial} AND (");
        }
        if absent {
            let _ = write!(self.sql, "{column} IS NULL OR ");
        }
        match values.len() {
            0 => self.sql.push('0'),
            1 => {
                let _ = write!(self.sql, "{column} = ?");
            }
            several => {
                let walk = if rows > FEW { "+" } else { "" };
                let _ = write!(self.sql, "{walk}{column} IN ({})", vec!["?"; several].join(","));
            }
        }
        self.binds
            .extend(values.into_iter().filter_map(|(value, _)| value));
        if !partial.is_empty() && !self.negated {
            self.sql.push(')');
        }
    }

    /// Every value of a kind in the tally, with how many rows have it.
    async fn tally(&self, kind: &str) -> Result<Vec<(String, i64)>, StoreError> {
        let rows =
            sqlx::query("SELECT value, requests FROM tally WHERE kind = ? AND requests > 0 LIMIT 1000")
                .bind(kind)
                .fetch_all(self.readers)
                .await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }

    fn ids(&mut self, any: &[String]) {
        self.sql
            .push_str("request.sequence IN (SELECT named.sequence FROM request AS named WHERE ");
        self.any(any, |it, digits| {
            let bytes = |fill: char| {
                let mut digits = digits.clone();
                digits.extend(std::iter::repeat_n(fill, 32_usize.saturating_sub(digits.len())));
                Bind::Bytes(hex::decode(digits).unwrap_or_default())
            };
            it.bind("named.id BETWEEN ? AND ", bytes('0'));
            it.bind("?", bytes('f'));
        });
        self.sql.push(')');
    }

    async fn status(&mut self, any: &[Option<Bounds>]) -> Result<(), StoreError> {
        let mut values = Vec::new();
        for (word, rows) in self.tally("answered").await? {
            let status = word.parse::<u64>().ok();
            let wanted = any.iter().any(|bounds| match (bounds, status) {
                (Some(bounds), Some(status)) => bounds.contain(status),
                (bounds, status) => bounds.is_none() && status.is_none(),
            });
            if wanted {
                values.push((status.map(|status| Bind::Number(whole(status))), rows));
            }
        }
        let usual = values.iter().any(|(value, _)| *value == Some(Bind::Number(200)));
        let partial = if usual {
            ""
        } else {
            "(request.answered IS NULL OR request.answered <> 200)"
        };
        self.listed("request.answered", partial, values);
        Ok(())
    }

    async fn signature(&mut self, any: &[Verdict]) -> Result<(), StoreError> {
        let mut values = self.tally("verdict").await?;
        values.retain(|(word, _)| any.iter().any(|verdict| verdict.as_str() == word));
        let usual = values
            .iter()
            .any(|(word, _)| matches!(word.as_str(), "valid" | "unknown"));
        let partial = if usual {
            ""
        } else {
            "request.verdict NOT IN ('valid', 'unknown')"
        };
        let values = values
            .into_iter()
            .map(|(word, rows)| (Some(Bind::Text(word)), rows))
            .collect();
        self.listed("request.verdict", partial, values);
        Ok(())
    }

    async fn time(&mut self, sign: &'static str, micros: i64) -> Result<(), StoreError> {
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM request WHERE received_at {sign} ? LIMIT ?)");
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(micros)
            .bind(FEW + 1)
            .fetch_one(self.readers)
            .await?;
        if rows > FEW {
            self.bind(&format!("+request.received_at {sign} ?"), Bind::Number(micros));
        } else {
            let sql = format!(
                "request.sequence IN (SELECT timed.sequence FROM request AS timed WHERE timed.received_at {sign} ?)"
            );
            self.bind(&sql, Bind::Number(micros));
        }
        Ok(())
    }

    /// By the name of a target, or by the beginning of the URL.
    async fn target(&mut self, any: &[Pattern]) -> Result<(), StoreError> {
        let rows = sqlx::query("SELECT name, url FROM target")
            .fetch_all(self.readers)
            .await?;
        let mut urls = Vec::new();
        for row in &rows {
            let name: String = row.try_get(0)?;
            if any.iter().any(|pattern| pattern.matches(&name)) {
                urls.push(row.try_get::<String, _>(1)?);
            }
        }
        self.sql
            .push_str("request.sequence IN (SELECT delivery.request FROM delivery WHERE ");
        self.any(any, |it, pattern| {
            it.bind(
                "delivery.url LIKE ? ESCAPE '\\'",
                Bind::Text(format!("{}%", pattern.to_like())),
            );
        });
        self.bind(
            " OR EXISTS (SELECT 1 FROM json_each(?) WHERE substr(delivery.url, 1, length(value)) = value))",
            Bind::Text(serde_json::Value::from(urls).to_string()),
        );
        Ok(())
    }

    fn delivered(&mut self, ended: &Delivered) {
        const ATTEMPTS: &str = "request.sequence IN (SELECT delivery.request FROM delivery
            JOIN attempt ON attempt.delivery = delivery.number WHERE ";
        match ended {
            Delivered::Yes => self.sql.push_str(flag_sql(Flag::Delivery)),
            Delivered::Held => self.sql.push_str(
                "request.sequence IN (SELECT held.request FROM held
                    JOIN line ON line.number = held.line WHERE line.discard IS NULL)",
            ),
            Delivered::No => {
                let _ = write!(self.sql, "NOT {}", flag_sql(Flag::Delivery));
            }
            Delivered::Status(bounds) => {
                self.sql.push_str(ATTEMPTS);
                self.between("attempt.status", *bounds);
                self.sql.push(')');
            }
            Delivered::Outcome(outcome) => {
                self.sql.push_str(ATTEMPTS);
                self.bind("attempt.outcome = ?)", Bind::Text(outcome.as_str().to_owned()));
            }
        }
    }
}

/// The path of the target as sent, without its query.
const PATH: &str = "CASE WHEN instr(request.target, '?') > 0
    THEN substr(request.target, 1, instr(request.target, '?') - 1) ELSE request.target END";

/// Those of `names` that match.
fn matching(names: Vec<String>, any: &[Pattern]) -> Vec<String> {
    let matches = |name: &String| any.iter().any(|pattern| pattern.matches(name));
    names.into_iter().filter(matches).collect()
}

/// `stripe` is taken for `/stripe`.
pub(super) fn with_slash(any: &[Pattern]) -> Vec<Pattern> {
    any.iter()
        .map(|pattern| match pattern.as_literal() {
            Some(path) if !path.is_empty() && !path.starts_with('/') => Pattern::literal(&format!("/{path}")),
            _ => pattern.clone(),
        })
        .collect()
}

const fn flag_sql(flag: Flag) -> &'static str {
    match flag {
        Flag::Starred => "request.sequence IN (SELECT request FROM annotation WHERE starred = 1)",
        Flag::Duplicate => "request.duplicate_of IS NOT NULL",
        Flag::Handshake => "request.handshake IS NOT NULL",
        Flag::Complete => "request.state = 'complete'",
        Flag::Cut => "request.state <> 'complete' AND request.state = 'cut'",
        Flag::Aborted => "request.state <> 'complete' AND request.state = 'aborted'",
        Flag::Refused => "request.state <> 'complete' AND request.state = 'refused'",
        // What is over a limit is refused with a status that says so.
        Flag::Malformed => {
            "request.state <> 'complete' AND request.state = 'refused' AND request.answered IS 400"
        }
        Flag::Ambiguous => {
            "request.sequence IN (SELECT place >> 16 FROM content INDEXED BY content_ambiguous WHERE instr(framing, 'ambiguous_framing') > 0)"
        }
        Flag::Imported => "request.sequence IN (SELECT request FROM imported)",
        Flag::Note => "request.sequence IN (SELECT request FROM annotation WHERE note IS NOT NULL)",
        Flag::Tag => "request.sequence IN (SELECT request FROM tag)",
        Flag::Delivery => "request.sequence IN (SELECT request FROM annotation WHERE deliveries > 0)",
    }
}
