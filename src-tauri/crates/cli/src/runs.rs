//! `hookbench runs`

use std::fmt::Write as _;

use hookbench_engine::model::{Phase, RunId, RunKind, RunState, Timestamp};
use hookbench_engine::{Engine, ReportForm};
use serde_json::json;

use crate::arguments::Runs;
use crate::failure::Failure;
use crate::resend::{each_step, save_report, summary};
use crate::text::visible;
use crate::{idempotency, output, resend};

pub(crate) async fn run(engine: &Engine, wanted: &Runs) -> Result<(), Failure> {
    let Some(id) = &wanted.id else {
        for state in engine.runs(wanted.limit).await? {
            if wanted.json {
                output::json(&object(&state))?;
            } else {
                output::line(&line(&state))?;
            }
        }
        return Ok(());
    };
    let id = engine.find_run(id).await?;
    match &wanted.report {
        Some(file) => save_report(engine, id, file).await,
        None => one(engine, id, wanted.json).await,
    }
}

async fn one(engine: &Engine, id: RunId, as_json: bool) -> Result<(), Failure> {
    let state = engine.run_state(id).await?;
    let is_check = matches!(state.kind, RunKind::Idempotency { .. });
    if as_json && !is_check {
        for line in engine.run_report(id, ReportForm::Json).await?.lines() {
            output::line(line)?;
        }
        return Ok(());
    }
    if !as_json {
        output::line(&line(&state))?;
        if let Some((request, why)) = &state.skipped_because {
            output::line(&format!("{request}: {}", visible(why)))?;
        }
        if let Some(remark) = remark(&state.phase) {
            output::line(&visible(&remark))?;
        }
        output::line("")?;
    }
    if is_check {
        return idempotency::print(&engine.idempotency_report(id).await?, as_json);
    }
    each_step(engine, id, |delivery| output::line(&resend::line(delivery))).await
}

/// A run in one line.
fn line(state: &RunState) -> String {
    let mut line = format!("{}  {}  {}", state.started_at, state.id, words(state));
    let _ = match state.kind {
        RunKind::Several => write!(line, "  {} of {}: {}", done(state), state.total, summary(state)),
        RunKind::Idempotency { .. } => write!(line, "  {} calls", state.total),
    };
    let _ = write!(line, "  {}", visible(&state.url));
    if !state.how.is_empty() {
        let _ = write!(line, "  ({})", state.how);
    }
    line
}

const fn done(state: &RunState) -> u64 {
    state.tally.ended() + state.skipped
}

/// What it was and how it ended.
fn words(state: &RunState) -> String {
    let what = match &state.kind {
        RunKind::Several => "run",
        RunKind::Idempotency { .. } => "idempotency",
    };
    let how = match (&state.phase, &state.kind) {
        (
            Phase::Done,
            RunKind::Idempotency {
                passed: Some(passed), ..
            },
        ) => {
            if *passed {
                "passed"
            } else {
                "not passed"
            }
        }
        (Phase::CutOff { .. }, _) => "cut off",
        (phase, _) => phase.as_str(),
    };
    format!("{what} {how}")
}

/// What a reader should know of how it ended.
fn remark(phase: &Phase) -> Option<String> {
    match phase {
        Phase::CutOff { unknown: 0 } => Some("the program ended in the middle of it".to_owned()),
        Phase::CutOff { unknown } => Some(format!(
            "the program ended in the middle of it: of up to {unknown} steps it was not kept what came of them, if they \
             went at all"
        )),
        Phase::Failed(why) => Some(why.clone()),
        Phase::Running | Phase::Paused | Phase::Done | Phase::Cancelled => None,
    }
}

fn object(state: &RunState) -> serde_json::Value {
    let unknown = match state.phase {
        Phase::CutOff { unknown } => Some(unknown),
        _ => None,
    };
    let passed = match state.kind {
        RunKind::Idempotency { passed, .. } => passed,
        RunKind::Several => None,
    };
    json!({
        "id": state.id.to_string(),
        "kind": state.kind.as_str(),
        "phase": state.phase.as_str(),
        "url": state.url,
        "how": state.how,
        "total": state.total,
        "delivered": state.tally.delivered,
        "refused": state.tally.refused,
        "failed": state.tally.failed,
        "cancelled": state.tally.cancelled,
        "not_sent": state.skipped,
        "unknown": unknown,
        "passed": passed,
        "problem": remark(&state.phase),
        "started_at": state.started_at.to_string(),
        "ended_at": state.ended_at.map(|at: Timestamp| at.to_string()),
    })
}
