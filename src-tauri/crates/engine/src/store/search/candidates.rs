//! Asks the index which requests may satisfy a filter. The last say has the document itself.

use sqlx::AssertSqlSafe;

use super::SearchIndex;
use crate::filter::{IndexWords, Term};
use crate::store::find::{Direction, Span};

/// The text for `MATCH`, or `None` where the index cannot help.
pub(in crate::store) fn match_text(terms: &[Term]) -> Option<String> {
    let all: Vec<String> = terms
        .iter()
        .filter_map(Term::index_words)
        .map(|any| one_of(&any))
        .collect();
    (!all.is_empty()).then(|| all.join(" AND "))
}

fn one_of(any: &[IndexWords]) -> String {
    let any: Vec<String> = any.iter().map(all_of).collect();
    format!("({})", any.join(" OR "))
}

/// Words are letters, digits and `_` alone: quoted, nothing in them means anything to FTS5.
fn all_of(words: &IndexWords) -> String {
    let whole = words.words.iter().map(|word| format!("\"{word}\""));
    let begun = words.beginnings.iter().map(|word| format!("\"{word}\" *"));
    format!("({})", whole.chain(begun).collect::<Vec<_>>().join(" AND "))
}

impl SearchIndex {
    /// The next candidates within `span`, in its direction, and the span that is left; the index must cover it.
    pub(in crate::store) async fn candidates(
        &self,
        matching: &str,
        span: Span,
        limit: i64,
    ) -> Result<(Vec<i64>, Option<Span>), sqlx::Error> {
        let (number, order) = match span.direction {
            Direction::Older => (span.last / self.table, "DESC"),
            Direction::Newer => (span.first / self.table, "ASC"),
        };
        let here = Span {
            first: span.first.max(number * self.table),
            last: span.last.min((number + 1) * self.table - 1),
            direction: span.direction,
        };
        let exists: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = ?")
            .bind(format!("words_{number}"))
            .fetch_one(&self.readers)
            .await?;
        let mut found = Vec::new();
        if exists > 0 {
            // The name of the table is a number of ours; all else is bound.
            let sql = format!(
                "SELECT rowid FROM words_{number} WHERE words_{number} MATCH ? AND rowid BETWEEN ? AND ?
                 ORDER BY rowid {order} LIMIT ?"
            );
            found = sqlx::query_scalar(AssertSqlSafe(sql))
                .bind(matching)
                .bind(here.first)
                .bind(here.last)
                .bind(limit)
                .fetch_all(&self.readers)
                .await?;
        }
        let left = match found.last() {
            Some(last) if found.len() as i64 >= limit => span.beyond(*last),
            _ => span.beyond(match span.direction {
                Direction::Older => here.first,
                Direction::Newer => here.last,
            }),
        };
        Ok((found, left))
    }
}
