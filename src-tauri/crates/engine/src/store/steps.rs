//! What came of the steps of a run, a group of them in one transaction with few statements: the price of a statement is
//! the hop to the connection's thread, and a commit waits for the disk whatever is in it.

use std::fmt::Write as _;
use std::sync::LazyLock;

use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Arguments, AssertSqlSafe};

use super::delivery::names_text;
use super::job::Work;
use super::pack::{self, Packed};
use super::prepared::whole;
use super::{Store, StoreError, sent_length};
use crate::model::{Attempt, Delivery, RunId, RunStep, Tally};

/// How many deliveries one text is for. Any number is put together of these, so that few texts are kept prepared.
const SIZES: [usize; 5] = [64, 32, 16, 4, 1];

const DELIVERY: &str =
    "id, request, kind, url, created_at, head, body_length, body_coding, body, target, run, step, withheld";
const DELIVERY_COLUMNS: usize = 13;
const ATTEMPT: &str = "id, delivery, started_at, outcome, message, hint, status, head, body_length, body_coding, body, \
     body_cut, resolve_micros, connect_micros, tls_micros, first_byte_micros, total_micros";
const ATTEMPT_COLUMNS: usize = 17;

static TEXTS: LazyLock<[String; SIZES.len()]> = LazyLock::new(|| SIZES.map(write_text));

/// A delivery of a run with its one attempt, packed before the writer has it.
struct Step {
    delivery: Delivery,
    body: Option<Packed>,
    attempt: Attempt,
    answer: Packed,
}

/// How far a run is, as it is kept with its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) run: RunId,
    /// How those that are kept have ended.
    pub(crate) tally: Tally,
    /// Requests that could not be sent.
    pub(crate) skipped: u64,
    /// Steps below this may have begun when the next progress is kept.
    pub(crate) reserved: u64,
}

impl Store {
    /// Keeps what came of steps of a run and how far it is, all or nothing. Those whose request is gone are left out,
    /// and so is one without an attempt: nothing came of it.
    pub(crate) async fn add_steps(&self, steps: Vec<Delivery>, progress: Progress) -> Result<(), StoreError> {
        let length = steps.iter().map(sent_length).sum();
        let steps: Vec<Step> = steps
            .into_iter()
            .filter_map(|mut delivery| {
                let attempt = delivery.attempts.pop()?;
                Some(Step {
                    body: delivery.body.take().map(|body| pack::pack(body.to_vec())),
                    answer: pack::pack(attempt.body.to_vec()),
                    attempt,
                    delivery,
                })
            })
            .collect();
        let keeping: Work<()> = Box::new(move |connection| {
            Box::pin(async move {
                let mut left = &steps[..];
                for (size, text) in SIZES.into_iter().zip(TEXTS.iter()) {
                    while left.len() >= size {
                        let (now, later) = left.split_at(size);
                        insert(connection, text, now).await?;
                        left = later;
                    }
                }
                keep(connection, progress).await
            })
        });
        self.inner.writer.run(length, keeping).await
    }
}

fn write_text(size: usize) -> String {
    let places = |columns: usize| {
        let row = format!("({})", vec!["?"; columns].join(","));
        vec![row; size].join(",")
    };
    let mut sql = String::new();
    let values = |columns: usize, second: &str| -> String {
        (1..=columns)
            .map(|column| match column {
                2 => second.to_owned(),
                _ => format!("one.column{column}"),
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    // Writing to a String cannot fail. The numbers of deliveries are given one after the other, so that those that were
    // just added are the highest. Left to itself SQLite groups by the index of requests and so reads all deliveries.
    let _ = write!(
        sql,
        "INSERT INTO delivery ({DELIVERY}) SELECT {} FROM (VALUES {}) AS one
             CROSS JOIN request ON request.id = one.column2;
         INSERT INTO annotation (request, deliveries) SELECT request, count(*) FROM delivery NOT INDEXED
             WHERE number > (SELECT max(number) FROM delivery) - changes() GROUP BY request
             ON CONFLICT (request) DO UPDATE SET deliveries = deliveries + excluded.deliveries;
         INSERT INTO attempt ({ATTEMPT}) SELECT {} FROM (VALUES {}) AS one
             CROSS JOIN delivery ON delivery.id = one.column2",
        values(DELIVERY_COLUMNS, "request.sequence"),
        places(DELIVERY_COLUMNS),
        values(ATTEMPT_COLUMNS, "delivery.number"),
        places(ATTEMPT_COLUMNS),
    );
    sql
}

async fn insert(
    connection: &mut SqliteConnection,
    text: &'static str,
    steps: &[Step],
) -> Result<(), StoreError> {
    let bound = bind(steps).map_err(|error| StoreError::Refused {
        detail: error.to_string(),
    })?;
    sqlx::query_with(AssertSqlSafe(text), bound)
        .execute(connection)
        .await?;
    Ok(())
}

fn bind(steps: &[Step]) -> Result<SqliteArguments, sqlx::error::BoxDynError> {
    let mut bound = SqliteArguments::default();
    bound.reserve(steps.len() * (DELIVERY_COLUMNS + ATTEMPT_COLUMNS), 0);
    for Step { delivery, body, .. } in steps {
        bound.add(&delivery.id.as_bytes()[..])?;
        bound.add(&delivery.request.as_bytes()[..])?;
        bound.add(delivery.kind.as_str())?;
        bound.add(delivery.url.as_str())?;
        bound.add(delivery.created_at.as_micros())?;
        bound.add(&delivery.head[..])?;
        bound.add(body.as_ref().map(|body| body.length))?;
        bound.add(body.as_ref().map(|body| body.coding))?;
        bound.add(body.as_ref().map(|body| &body.data[..]))?;
        bound.add(delivery.target.as_ref().map(|target| &target.as_bytes()[..]))?;
        let Some(RunStep { run, number }) = delivery.run else {
            return Err("a step of no run".into());
        };
        bound.add(run.as_bytes().to_vec())?;
        bound.add(i64::from(number))?;
        bound.add(names_text(&delivery.withheld))?;
    }
    for Step {
        delivery,
        attempt,
        answer,
        ..
    } in steps
    {
        let timings = attempt.timings;
        bound.add(&attempt.id.as_bytes()[..])?;
        bound.add(&delivery.id.as_bytes()[..])?;
        bound.add(attempt.started_at.as_micros())?;
        bound.add(attempt.outcome.as_str())?;
        bound.add(attempt.message.as_deref())?;
        bound.add(attempt.hint.as_deref())?;
        bound.add(attempt.status.map(i64::from))?;
        bound.add(&attempt.head[..])?;
        bound.add(answer.length)?;
        bound.add(answer.coding)?;
        bound.add(&answer.data[..])?;
        bound.add(i64::from(attempt.body_cut))?;
        bound.add(timings.resolve.map(whole))?;
        bound.add(timings.connect.map(whole))?;
        bound.add(timings.tls.map(whole))?;
        bound.add(timings.first_byte.map(whole))?;
        bound.add(whole(timings.total))?;
    }
    Ok(bound)
}

async fn keep(connection: &mut SqliteConnection, progress: Progress) -> Result<(), StoreError> {
    let Progress {
        run,
        tally,
        skipped,
        reserved,
    } = progress;
    sqlx::query(
        "UPDATE run SET delivered = ?, refused = ?, failed = ?, cancelled = ?, skipped = ?, reserved = ? WHERE id = ?",
    )
    .bind(whole(tally.delivered))
    .bind(whole(tally.refused))
    .bind(whole(tally.failed))
    .bind(whole(tally.cancelled))
    .bind(whole(skipped))
    .bind(whole(reserved))
    .bind(&run.as_bytes()[..])
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use sqlx::Row as _;

    use super::*;

    #[tokio::test]
    async fn keeping_steps_takes_no_longer_the_more_deliveries_there_are() {
        let (_folder, store) = super::super::tests::store().await;
        for statement in TEXTS[0].split(';') {
            let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")))
                .fetch_all(store.readers())
                .await
                .unwrap();
            let steps: Vec<String> = plan.iter().map(|step| step.get("detail")).collect();
            let reads_all = |step: &&String| {
                ["delivery", "request", "attempt"]
                    .iter()
                    .any(|table| step.starts_with(&format!("SCAN {table}")))
            };
            assert_eq!(
                steps.iter().find(reads_all),
                None,
                "a table is read whole: {steps:?}"
            );
        }
    }
}
