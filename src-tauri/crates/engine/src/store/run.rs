//! Runs: what each was, how far it came and how it ended. What came of their steps is in `delivery` and `attempt`.
//!
//! A run is kept before its first step begins, with how many steps may begin until it is kept again. So a run that was
//! cut off says of each step what came of it, that it did not begin, or that it may have.

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};

use super::delivery::id_like;
use super::prepared::whole;
use super::{Store, StoreError, id_of};
use crate::model::{Phase, RequestId, RunId, RunKind, RunState, Tally, Timestamp};

/// The most runs that are remembered; what came of their steps stays with their requests.
const REMEMBERED: i64 = 1_000;

impl Store {
    /// Keeps a run that is about to begin. Steps below `reserved` may begin before it is kept again.
    pub(crate) async fn add_run(&self, run: RunState, reserved: u64) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (at_once, no_control) = match &run.kind {
                    RunKind::Several => (None, None),
                    RunKind::Idempotency {
                        at_once, no_control, ..
                    } => (Some(i64::from(*at_once)), no_control.clone()),
                };
                sqlx::query(
                    "INSERT INTO run (id, kind, at_once, no_control, url, how, total, started_at, phase, reserved)
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                )
                .bind(&run.id.as_bytes()[..])
                .bind(run.kind.as_str())
                .bind(at_once)
                .bind(no_control)
                .bind(run.url)
                .bind(run.how)
                .bind(whole(run.total))
                .bind(run.started_at.as_micros())
                .bind(run.phase.as_str())
                .bind(whole(reserved))
                .execute(&mut *connection)
                .await?;
                sqlx::query("DELETE FROM run WHERE number <= (SELECT max(number) FROM run) - ?")
                    .bind(REMEMBERED)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Keeps how a run ended.
    pub(crate) async fn end_run(&self, run: RunState) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (no_control, passed) = match run.kind {
                    RunKind::Several => (None, None),
                    RunKind::Idempotency {
                        no_control, passed, ..
                    } => (no_control, passed.map(i64::from)),
                };
                let problem = match &run.phase {
                    Phase::Failed(why) => Some(why.clone()),
                    _ => None,
                };
                let (request, why) = run.skipped_because.unzip();
                sqlx::query(
                    "UPDATE run SET delivered = ?, refused = ?, failed = ?, cancelled = ?, skipped = ?, total = ?,
                         skipped_request = ?, skipped_because = ?, ended_at = ?, phase = ?, problem = ?,
                         no_control = ?, passed = ? WHERE id = ?",
                )
                .bind(whole(run.tally.delivered))
                .bind(whole(run.tally.refused))
                .bind(whole(run.tally.failed))
                .bind(whole(run.tally.cancelled))
                .bind(whole(run.skipped))
                .bind(whole(run.total))
                .bind(request.map(|request| request.as_bytes().to_vec()))
                .bind(why)
                .bind(run.ended_at.map(Timestamp::as_micros))
                .bind(run.phase.as_str())
                .bind(problem)
                .bind(no_control)
                .bind(passed)
                .bind(&run.id.as_bytes()[..])
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// The newest runs, newest first. One that did not end is told as if it had been cut off: whether a program is
    /// still at it cannot be seen here.
    pub(crate) async fn runs(&self, limit: u32) -> Result<Vec<RunState>, StoreError> {
        let rows = sqlx::query(AssertSqlSafe(format!("{RUN} ORDER BY number DESC LIMIT ?")))
            .bind(i64::from(limit))
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(state).collect()
    }

    /// One run, if it is there, as [`runs`](Self::runs) tells it.
    pub(crate) async fn run(&self, id: RunId) -> Result<Option<RunState>, StoreError> {
        let row = sqlx::query(AssertSqlSafe(format!("{RUN} WHERE id = ?")))
            .bind(&id.as_bytes()[..])
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(state).transpose()
    }

    /// The steps of a run that was cut off, or goes on, that may have begun are below this; 0 for one that ended.
    pub(crate) async fn reserved(&self, id: RunId) -> Result<u32, StoreError> {
        let reserved: Option<i64> =
            sqlx::query_scalar("SELECT reserved FROM run WHERE id = ? AND ended_at IS NULL")
                .bind(&id.as_bytes()[..])
                .fetch_optional(self.readers())
                .await?;
        Ok(u32::try_from(reserved.unwrap_or(0)).unwrap_or(0))
    }

    /// The run whose id is `text` or begins with it.
    pub(crate) async fn find_run(&self, text: &str) -> Result<RunId, StoreError> {
        id_like(self.readers(), "run", text).await.map(RunId::from_bytes)
    }
}

/// What [`state`] reads, in its order.
const RUN: &str =
    "SELECT id, kind, at_once, no_control, passed, url, how, total, delivered, refused, failed, cancelled,
    skipped, skipped_request, skipped_because, started_at, ended_at, phase, problem, reserved FROM run";

fn state(row: &SqliteRow) -> Result<RunState, StoreError> {
    let count = |at: usize| row.try_get::<i64, _>(at).map(i64::unsigned_abs);
    let kind = match row.try_get::<&str, _>(1)? {
        "several" => RunKind::Several,
        _ => RunKind::Idempotency {
            at_once: u32::try_from(row.try_get::<Option<i64>, _>(2)?.unwrap_or(0)).unwrap_or(0),
            no_control: row.try_get(3)?,
            passed: row.try_get::<Option<i64>, _>(4)?.map(|passed| passed != 0),
        },
    };
    let tally = Tally {
        delivered: count(8)?,
        refused: count(9)?,
        failed: count(10)?,
        cancelled: count(11)?,
    };
    let skipped = count(12)?;
    let skipped_request = row.try_get::<Option<Vec<u8>>, _>(13)?.map(id_of).transpose()?;
    let phase = match row.try_get::<&str, _>(17)? {
        "done" => Phase::Done,
        "cancelled" => Phase::Cancelled,
        "failed" => Phase::Failed(row.try_get::<Option<String>, _>(18)?.unwrap_or_default()),
        _ => Phase::CutOff {
            unknown: count(19)?.saturating_sub(tally.ended() + skipped),
        },
    };
    Ok(RunState {
        id: RunId::from_bytes(id_of(row.try_get(0)?)?),
        kind,
        url: row.try_get(5)?,
        how: row.try_get(6)?,
        total: count(7)?,
        tally,
        skipped,
        skipped_because: skipped_request
            .map(RequestId::from_bytes)
            .zip(row.try_get::<Option<String>, _>(14)?),
        started_at: Timestamp::from_micros(row.try_get(15)?),
        ended_at: row.try_get::<Option<i64>, _>(16)?.map(Timestamp::from_micros),
        phase,
    })
}
