//! Gives back the space of words whose requests are gone.
//!
//! A table of the index knows words and not requests, so that nothing can be taken out of it. It is dropped when all of its
//! requests are gone; when few are left, because somebody starred them, it is made anew from those.

use std::collections::HashMap;

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, SqlitePool};

use super::build::{Builder, enter, make_table};
use crate::store::StoreError;

/// A table is made anew when no more than one request in so many that it has words of is left.
const FEW: i64 = 4;

/// What is remembered between two looks.
pub(super) struct Sparse {
    /// How many of all requests that ever were indexed were gone at the last look.
    gone: Option<i64>,
}

impl Sparse {
    /// The index remembers how many requests a table was left with.
    pub(super) async fn new(connection: &mut SqliteConnection) -> Result<Self, StoreError> {
        sqlx::raw_sql(
            "CREATE TABLE IF NOT EXISTS thinned (number INTEGER PRIMARY KEY, requests INTEGER NOT NULL) STRICT",
        )
        .execute(connection)
        .await?;
        Ok(Self { gone: None })
    }

    /// Drops tables of requests that are all gone, and makes those anew of which few are left. Does nothing where hardly
    /// anything was removed since it last did.
    pub(super) async fn look(
        &mut self,
        builder: &Builder,
        connection: &mut SqliteConnection,
    ) -> Result<(), StoreError> {
        let indexed_to = *builder.progress.borrow();
        let gone = indexed_to - requests(&builder.rows).await?;
        if self
            .gone
            .is_some_and(|before| gone - before <= builder.table / 16)
        {
            return Ok(());
        }
        self.gone = Some(gone);
        let thinned: HashMap<i64, i64> = sqlx::query_as("SELECT number, requests FROM thinned")
            .fetch_all(&mut *connection)
            .await?
            .into_iter()
            .collect();
        // The newest table is still being filled.
        let filling = indexed_to / builder.table;
        let mut smaller = false;
        for number in tables(connection)
            .await?
            .into_iter()
            .filter(|number| *number < filling)
        {
            let first = number * builder.table;
            let left = in_range(&builder.rows, first, first + builder.table - 1).await?;
            let had = thinned.get(&number).copied().unwrap_or(builder.table);
            if left == 0 {
                drop_table(connection, number).await?;
                smaller = true;
            } else if left * FEW <= had {
                remake(builder, connection, number).await?;
                smaller = true;
            }
        }
        if smaller {
            sqlx::query("PRAGMA incremental_vacuum")
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }
}

/// How many requests there are, those among them that were deleted and can be brought back.
async fn requests(rows: &SqlitePool) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT (SELECT coalesce(sum(requests), 0) FROM tally WHERE kind = 'all') + (SELECT count(*) FROM trash)",
    )
    .fetch_one(rows)
    .await?)
}

async fn in_range(rows: &SqlitePool, first: i64, last: i64) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM request WHERE sequence BETWEEN ?1 AND ?2)
              + (SELECT count(*) FROM trash WHERE sequence BETWEEN ?1 AND ?2)",
    )
    .bind(first)
    .bind(last)
    .fetch_one(rows)
    .await?)
}

async fn tables(connection: &mut SqliteConnection) -> Result<Vec<i64>, StoreError> {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema
         WHERE type = 'table' AND name GLOB 'words_[0-9]*' AND sql LIKE 'CREATE VIRTUAL%'",
    )
    .fetch_all(connection)
    .await?;
    let number = |name: &String| name.strip_prefix("words_")?.parse().ok();
    Ok(names.iter().filter_map(number).collect())
}

async fn drop_table(connection: &mut SqliteConnection, number: i64) -> Result<(), StoreError> {
    let mut transaction = connection.begin().await?;
    sqlx::query(AssertSqlSafe(format!("DROP TABLE words_{number}")))
        .execute(&mut *transaction)
        .await?;
    sqlx::query("DELETE FROM thinned WHERE number = ?")
        .bind(number)
        .execute(&mut *transaction)
        .await?;
    Ok(transaction.commit().await?)
}

/// Makes a table anew from the requests of it that are left. Until that is committed, who searches sees the old one.
async fn remake(builder: &Builder, connection: &mut SqliteConnection, number: i64) -> Result<(), StoreError> {
    let last = (number + 1) * builder.table - 1;
    let (mut from, mut entered) = (number * builder.table - 1, 0);
    let mut transaction = connection.begin().await?;
    sqlx::query(AssertSqlSafe(format!("DROP TABLE words_{number}")))
        .execute(&mut *transaction)
        .await?;
    make_table(&mut transaction, number).await?;
    while from < last {
        let mut rows = builder.read(from).await?;
        rows.retain(|row| row.sequence <= last);
        let Some(reached) = rows.last().map(|row| row.sequence) else {
            break;
        };
        let texts = builder.words_of(rows).await?;
        enter(&mut transaction, number, &texts).await?;
        entered += i64::try_from(texts.len()).unwrap_or(i64::MAX);
        from = reached;
    }
    sqlx::query(
        "INSERT INTO thinned (number, requests) VALUES (?, ?)
         ON CONFLICT (number) DO UPDATE SET requests = excluded.requests",
    )
    .bind(number)
    .bind(entered)
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.commit().await?)
}
