//! Rows of tables as text and back, exactly: how what was removed is kept for as long as that can be undone.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;

use super::StoreError;

/// The columns of a table that are kept of a row: those that are bytes, and the others.
pub(super) struct Columns {
    pub(super) table: &'static str,
    bytes: &'static [&'static str],
    plain: &'static [&'static str],
}

impl Columns {
    const fn new(
        table: &'static str,
        bytes: &'static [&'static str],
        plain: &'static [&'static str],
    ) -> Self {
        Self { table, bytes, plain }
    }

    /// The rows of the table whose `column` has this value, as a JSON object each.
    pub(super) async fn read(
        &self,
        connection: &mut SqliteConnection,
        column: &str,
        value: Key<'_>,
    ) -> Result<Vec<Value>, StoreError> {
        let bytes = self
            .bytes
            .iter()
            .map(|name| format!("'{name}', iif({name} IS NULL, NULL, hex({name}))"));
        let plain = self.plain.iter().map(|name| format!("'{name}', {name}"));
        let pairs: Vec<String> = bytes.chain(plain).collect();
        let sql = format!(
            "SELECT json_object({}) FROM {} WHERE {column} = ?",
            pairs.join(", "),
            self.table
        );
        let query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql));
        let query = match value {
            Key::Bytes(id) => query.bind(id.to_vec()),
            Key::Text(text) => query.bind(text.to_owned()),
        };
        let rows = query.fetch_all(connection).await?;
        rows.iter().map(|row| parsed(row)).collect()
    }

    /// Puts rows that were read back as they were.
    pub(super) async fn write(
        &self,
        connection: &mut SqliteConnection,
        rows: &[Value],
    ) -> Result<(), sqlx::Error> {
        let names: Vec<&str> = self.bytes.iter().chain(self.plain).copied().collect();
        let bytes = self.bytes.iter().map(|name| format!("unhex(value ->> '{name}')"));
        let plain = self.plain.iter().map(|name| format!("value ->> '{name}'"));
        let values: Vec<String> = bytes.chain(plain).collect();
        let sql = format!(
            "INSERT INTO {} ({}) SELECT {} FROM json_each(?)",
            self.table,
            names.join(", "),
            values.join(", ")
        );
        sqlx::query(AssertSqlSafe(sql))
            .bind(Value::from(rows).to_string())
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// What a row is found by.
pub(super) enum Key<'a> {
    Bytes(&'a [u8]),
    Text(&'a str),
}

pub(super) const ENDPOINT: Columns = Columns::new(
    "endpoint",
    &["id"],
    &[
        "path",
        "provider",
        "parameters",
        "answers_handshakes",
        "created_at",
        "public_url",
        "tolerance_past",
        "tolerance_future",
    ],
);
pub(super) const SECRET: Columns = Columns::new(
    "secret",
    &["id", "endpoint"],
    &["name", "place", "created_at", "retired_at"],
);
pub(super) const ANSWER: Columns = Columns::new(
    "endpoint_answer",
    &["endpoint"],
    &["status", "headers", "body", "delay_millis"],
);
pub(super) const FAULT: Columns = Columns::new(
    "fault",
    &["endpoint"],
    &["number", "kind", "amount", "reach", "extent", "struck", "set_at"],
);
pub(super) const MASKED: Columns = Columns::new("mask_path", &["endpoint"], &["pointer"]);
pub(super) const FORWARD: Columns = Columns::new(
    "forward",
    &["id", "endpoint", "target"],
    &["filter", "way", "deadline_millis", "position"],
);
pub(super) const TARGET: Columns = Columns::new("target", &["id"], &["name", "url", "rules"]);
pub(super) const QUEUE: Columns = Columns::new("queue", &["target"], &["paused", "next_at", "tries", "why"]);
pub(super) const SAVED: Columns = Columns::new("saved_filter", &[], &["name", "filter", "position"]);

/// Rows by their table.
pub(super) type Rows = BTreeMap<String, Vec<Value>>;

pub(super) fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt {
        detail: format!("what was removed cannot be read: {error}"),
    })
}

/// A text of the first row.
pub(super) fn word(rows: &[Value], column: &str) -> String {
    let value = rows.first().and_then(|row| row.get(column));
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}
