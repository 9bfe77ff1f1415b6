//! The report of a run: one line a step, as JSON or CSV.

use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Delivery, Phase, RawHead, RunId};

/// How many steps are read at once.
const PAGE: u32 = 500;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportForm {
    /// One object a line.
    Json,
    /// For a spreadsheet: what would be taken for a formula is told as text.
    Csv,
}

/// One step.
#[derive(Debug, Serialize)]
struct Line {
    step: u32,
    request: String,
    method: String,
    url: String,
    started_at: String,
    outcome: &'static str,
    status: Option<u16>,
    milliseconds: f64,
    answer_bytes: usize,
    answer_sha256: String,
    message: Option<String>,
}

const COLUMNS: &str =
    "step,request,method,url,started_at,outcome,status,milliseconds,answer_bytes,answer_sha256,message";

impl Engine {
    /// The report of a run, as far as it is. Of one that was cut off it names the steps of which nothing is known.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn run_report(&self, id: RunId, form: ReportForm) -> Result<String, EngineError> {
        let mut report = match form {
            ReportForm::Json => String::new(),
            ReportForm::Csv => format!("{COLUMNS}\r\n"),
        };
        let mut write = |line: &Line| match form {
            ReportForm::Json => {
                report.push_str(&serde_json::to_string(line).unwrap_or_default());
                report.push('\n');
            }
            ReportForm::Csv => write_csv(&mut report, line),
        };
        let (reserved, skipped) = match self.run_state(id).await {
            Ok(run) if matches!(run.phase, Phase::CutOff { .. }) => {
                (self.core.store.reserved(id).await?, run.skipped)
            }
            _ => (0, 0),
        };
        let message = nothing_kept(skipped);
        let open = |step| open(step, &message);
        let mut from = 0;
        loop {
            let page = self.deliveries_of_run(id, from, PAGE).await?;
            for delivery in &page {
                if let Some((step, line)) = delivery.run.zip(line(delivery)) {
                    (from..step.number.min(reserved)).for_each(|step| write(&open(step)));
                    from = step.number + 1;
                    write(&line);
                }
            }
            if page.len() < PAGE as usize {
                break;
            }
        }
        (from..reserved).for_each(|step| write(&open(step)));
        Ok(report)
    }
}

/// Why nothing is kept of a step of a run that was cut off. Which of its requests could not be sent is not kept, only how
/// many those were.
fn nothing_kept(skipped: u64) -> String {
    match skipped {
        0 => "the program ended before it was kept what came of it, if it went at all".to_owned(),
        _ => format!(
            "of the steps that are unknown {skipped} could not be sent; of the others the program ended before it was kept \
             what came of them, if they went at all"
        ),
    }
}

/// A step of which nothing is kept, though it may have begun: the program ended in the middle.
fn open(step: u32, message: &str) -> Line {
    Line {
        step,
        request: String::new(),
        method: String::new(),
        url: String::new(),
        started_at: String::new(),
        outcome: "unknown",
        status: None,
        milliseconds: 0.0,
        answer_bytes: 0,
        answer_sha256: String::new(),
        message: Some(message.to_owned()),
    }
}

fn line(delivery: &Delivery) -> Option<Line> {
    let attempt = delivery.attempts.last()?;
    Some(Line {
        step: delivery.run?.number,
        request: delivery.request.to_string(),
        method: String::from_utf8_lossy(&RawHead::new(delivery.head.clone()).request_line().method)
            .into_owned(),
        url: delivery.url.clone(),
        started_at: attempt.started_at.to_string(),
        outcome: attempt.outcome.as_str(),
        status: attempt.status,
        #[expect(
            clippy::cast_precision_loss,
            reason = "the time of an exchange is far below 2^53 µs"
        )]
        milliseconds: attempt.timings.total as f64 / 1000.0,
        answer_bytes: attempt.body.len(),
        answer_sha256: hex::encode(Sha256::digest(&attempt.body)),
        message: attempt.message.clone(),
    })
}

fn write_csv(report: &mut String, line: &Line) {
    let status = line.status.map(|status| status.to_string()).unwrap_or_default();
    // Writing to a String cannot fail.
    let _ = write!(
        report,
        "{},{},{},{},{},{},{status},{:.3},{},{},{}\r\n",
        line.step,
        line.request,
        cell(&line.method),
        cell(&line.url),
        line.started_at,
        line.outcome,
        line.milliseconds,
        line.answer_bytes,
        line.answer_sha256,
        cell(line.message.as_deref().unwrap_or_default()),
    );
}

/// A cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = text.replace('"', "\"\"");
    if risky {
        format!("\"'{text}\"")
    } else if text.contains([',', '"', '\n', '\r']) {
        format!("\"{text}\"")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        for (text, wanted) in [
            ("POST", "POST"),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("-2", "\"'-2\""),
            ("+x\"y", "\"'+x\"\"y\""),
            ("a,b", "\"a,b\""),
            ("a\nb", "\"a\nb\""),
        ] {
            assert_eq!(cell(text), wanted, "`{text}`");
        }
    }
}
