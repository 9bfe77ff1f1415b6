//! `hookbench idempotency`

use hookbench_engine::{Engine, IdempotencyReport, Sending};
use serde_json::json;

use crate::arguments::Idempotency;
use crate::failure::Failure;
use crate::output;
use crate::resend::agree;
use crate::text::visible;

pub(crate) async fn run(engine: &Engine, wanted: &Idempotency) -> Result<(), Failure> {
    let id = engine.find_request(&wanted.id).await?;
    let sending = Sending {
        live: agree(engine, &wanted.consent, &wanted.to).await?,
        ..Sending::to(engine.find_aim(&wanted.to).await?)
    };
    let report = engine.check_idempotency(id, wanted.parallel, &sending).await?;
    print(&report, wanted.json)?;
    match report.passed {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::new("repetitions of this event are not taken well")),
        None => Err(Failure::new(
            "whether repetitions of this event are taken well is not known",
        )),
    }
}

/// What a check found.
pub(crate) fn print(report: &IdempotencyReport, as_json: bool) -> Result<(), Failure> {
    if as_json {
        output::json(&object(report))
    } else {
        for row in &report.rows {
            output::line(&format!("{:<14}  {}", row.role.title(), visible(&row.words)))?;
        }
        if let Some(why) = &report.no_control {
            output::line(&format!("{:<14}  not sent: {}", "with a new id", visible(why)))?;
        }
        output::line("")?;
        output::line(&visible(&report.sentence))
    }
}

fn object(report: &IdempotencyReport) -> serde_json::Value {
    let rows: Vec<_> = report
        .rows
        .iter()
        .map(|row| {
            let attempt = row.delivery.attempts.last();
            json!({
                "call": row.role.title(),
                "delivery": row.delivery.id.to_string(),
                "status": attempt.and_then(|attempt| attempt.status),
                "outcome": attempt.map(|attempt| attempt.outcome.as_str()),
                "answer": row.words,
            })
        })
        .collect();
    json!({
        "passed": report.passed,
        "sentence": report.sentence,
        "rows": rows,
        "no_control": report.no_control,
    })
}
