//! Several at once, and the check of idempotency.

use std::num::NonZeroUsize;

use hookbench_engine::delivery::Pace;
use hookbench_engine::model::{Phase, RunKind, RunState, SentStep, Timestamp};
use hookbench_engine::{
    Chosen, Compared, Engine, IdempotencyReport, IdempotencyRow, Order, ReportForm, RunPlan, Sending,
    Signatures,
};

use super::deliveries::{aim, view};
use crate::error::{ApiError, Code};
use crate::types::{
    AgesView, AskAges, AskReport, AskSteps, CheckIdempotency, IdempotencyRowView, IdempotencyView, Nothing,
    PaceView, PauseRun, RunRef, RunView, StartRun, StepView, StepsView, Text,
};

pub(super) async fn start(engine: &Engine, arguments: StartRun) -> Result<RunView, ApiError> {
    let chosen = chosen(arguments.requests, arguments.filter)?;
    let plan = RunPlan {
        pace: match arguments.pace {
            PaceView::AtOnce => Pace::AtOnce,
            PaceView::PerSecond { rate } => Pace::PerSecond(rate),
            PaceView::Original { speed } => Pace::Original { speed },
        },
        parallel: several(arguments.parallel)?,
        times: arguments.times,
        order: if arguments.shuffled {
            Order::Shuffled
        } else {
            Order::Arrival
        },
        signatures: if arguments.resign {
            Signatures::Renewed
        } else {
            Signatures::Kept
        },
        ..RunPlan::new(chosen, aim(arguments.target.as_ref(), &arguments.url)?)
    };
    Ok(run_view(engine.start_run(plan).await?))
}

pub(super) async fn ages(engine: &Engine, arguments: AskAges) -> Result<AgesView, ApiError> {
    let chosen = chosen(arguments.requests, arguments.filter)?;
    let ages = engine
        .ages(&chosen, &aim(arguments.target.as_ref(), &arguments.url)?)
        .await?;
    Ok(AgesView {
        too_old: ages.too_old,
        looked_at: ages.looked_at,
        of: ages.of,
        sentence: ages.sentence(),
        withheld: ages.withheld_sentence(),
    })
}

fn chosen(requests: Option<Vec<String>>, filter: String) -> Result<Chosen, ApiError> {
    Ok(match requests {
        Some(ids) => Chosen::Requests(ids.iter().map(|id| id.parse()).collect::<Result<_, _>>()?),
        None => Chosen::Filter(filter),
    })
}

/// The most runs that are listed.
const LISTED: u32 = 200;

pub(super) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<RunView>, ApiError> {
    Ok(engine.runs(LISTED).await?.into_iter().map(run_view).collect())
}

pub(super) async fn state(engine: &Engine, arguments: RunRef) -> Result<RunView, ApiError> {
    Ok(run_view(engine.run_state(arguments.id.parse()?).await?))
}

pub(super) async fn pause(engine: &Engine, arguments: PauseRun) -> Result<RunView, ApiError> {
    Ok(run_view(
        engine.pause_run(arguments.id.parse()?, arguments.paused)?,
    ))
}

pub(super) async fn cancel(engine: &Engine, arguments: RunRef) -> Result<RunView, ApiError> {
    Ok(run_view(engine.cancel_run(arguments.id.parse()?)?))
}

/// The most steps that are given at once.
const STEPS: u32 = 200;

pub(super) async fn steps(engine: &Engine, arguments: AskSteps) -> Result<StepsView, ApiError> {
    let AskSteps { id, skip, limit } = arguments;
    let (steps, total) = engine
        .sent_steps(id.parse()?, skip, limit.clamp(1, STEPS))
        .await?;
    Ok(StepsView {
        steps: steps.into_iter().map(step_view).collect(),
        total,
    })
}

fn step_view(step: SentStep) -> StepView {
    StepView {
        step: step.number,
        request: step.request.to_string(),
        delivery: step.delivery.to_string(),
        method: step.method,
        path: step.target,
        endpoint: step.endpoint_path,
        provider: step.provider,
        event: step.event,
        outcome: step.outcome.as_str().to_owned(),
        status: step.status,
        micros: step.micros,
        message: step.message,
    }
}

pub(super) async fn report(engine: &Engine, arguments: AskReport) -> Result<Text, ApiError> {
    let form = match arguments.form.as_str() {
        "csv" => ReportForm::Csv,
        _ => ReportForm::Json,
    };
    Ok(Text {
        text: engine.run_report(arguments.id.parse()?, form).await?,
    })
}

pub(super) async fn check_idempotency(
    engine: &Engine,
    arguments: CheckIdempotency,
) -> Result<IdempotencyView, ApiError> {
    let id = arguments.request.parse()?;
    let sending = Sending {
        ticket: arguments.ticket,
        ..Sending::to(aim(arguments.target.as_ref(), &arguments.url)?)
    };
    let report = engine
        .check_idempotency(id, several(arguments.at_once)?, &sending)
        .await?;
    idempotency_view(engine, &report).await
}

pub(super) async fn idempotency_report(
    engine: &Engine,
    arguments: RunRef,
) -> Result<IdempotencyView, ApiError> {
    let report = engine.idempotency_report(arguments.id.parse()?).await?;
    idempotency_view(engine, &report).await
}

async fn idempotency_view(engine: &Engine, report: &IdempotencyReport) -> Result<IdempotencyView, ApiError> {
    let captured = match report.rows.first() {
        Some(row) => engine.request(row.delivery.request).await?.summary.body_length,
        None => 0,
    };
    let row = |row: &IdempotencyRow| IdempotencyRowView {
        title: row.role.title(),
        words: row.words.clone(),
        compared: match row.compared {
            Compared::Reference => "reference",
            Compared::Same => "same",
            Compared::OtherSuccess => "other",
            Compared::SaysKnown => "known",
            Compared::Refused => "refused",
            Compared::Unanswered => "unanswered",
        }
        .to_owned(),
        delivery: view(engine, &row.delivery, captured),
    };
    Ok(IdempotencyView {
        rows: report.rows.iter().map(row).collect(),
        passed: report.passed,
        sentence: report.sentence.clone(),
        no_control: report.no_control.clone(),
    })
}

fn several(number: u32) -> Result<NonZeroUsize, ApiError> {
    NonZeroUsize::new(number as usize).ok_or_else(|| ApiError {
        code: Code::BadInput,
        message: "nothing can go none at a time".to_owned(),
        hint: Some("1 sends one after the other".to_owned()),
    })
}

fn run_view(state: RunState) -> RunView {
    let unknown = match state.phase {
        Phase::CutOff { unknown } => unknown,
        _ => 0,
    };
    RunView {
        id: state.id.to_string(),
        kind: state.kind.as_str().to_owned(),
        url: state.url,
        how: state.how,
        passed: match state.kind {
            RunKind::Idempotency { passed, .. } => passed,
            RunKind::Several => None,
        },
        total: state.total,
        delivered: state.tally.delivered,
        refused: state.tally.refused,
        failed: state.tally.failed,
        cancelled: state.tally.cancelled,
        skipped: state.skipped,
        skipped_because: state.skipped_because.map(|(_, why)| why),
        unknown,
        started_at: state.started_at.as_micros(),
        ended_at: state.ended_at.map(Timestamp::as_micros),
        phase: state.phase.as_str().to_owned(),
        problem: match state.phase {
            Phase::Failed(why) => Some(why),
            Phase::Running | Phase::Paused | Phase::Done | Phase::Cancelled | Phase::CutOff { .. } => None,
        },
    }
}
