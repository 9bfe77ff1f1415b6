//! `hookbench import`

use std::fs::File;
use std::future::Future as _;
use std::io::IsTerminal as _;

use hookbench_engine::{Engine, Progress};
use serde::Serialize;

use crate::arguments::Import;
use crate::failure::Failure;
use crate::text::visible;
use crate::{listen, output};

/// What was taken from a file.
#[derive(Debug, Serialize)]
struct ImportObject {
    imported: u64,
    known: u64,
    skipped: u64,
    rebuilt: u64,
    program: String,
    reasons: Vec<SkippedObject>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cancelled: bool,
}

/// An entry that was not taken.
#[derive(Debug, Serialize)]
struct SkippedObject {
    entry: u64,
    reason: String,
}

pub(crate) async fn run(engine: &Engine, wanted: &Import) -> Result<(), Failure> {
    let name = wanted.file.display().to_string();
    let file = File::open(&wanted.file)
        .map_err(|error| Failure::new(format!("`{name}` cannot be read: {error}")))?;
    let mut import = engine.begin_import(file).await?;
    let shown = std::io::stderr().is_terminal();
    let mut stopped = std::pin::pin!(listen::stopped());
    let (state, cancelled) = loop {
        let state = import.step().await?;
        if state.over {
            break (state, false);
        }
        if shown {
            let percent = state.read.saturating_mul(100) / state.length.max(1);
            output::aside_here(&format!("\r{} requests, {percent} % of the file", state.imported));
        }
        let asked =
            std::future::poll_fn(|context| std::task::Poll::Ready(stopped.as_mut().poll(context).is_ready()));
        if asked.await {
            break (state, true);
        }
    };
    if shown {
        output::aside_here("\r\u{1b}[K");
    }
    told(wanted, &state, cancelled)?;
    match state.broken {
        Some(broken) => Err(Failure::new(broken.to_string()).hint(broken.hint())),
        None => Ok(()),
    }
}

fn told(wanted: &Import, state: &Progress, cancelled: bool) -> Result<(), Failure> {
    if wanted.json {
        return output::json(&ImportObject {
            imported: state.imported,
            known: state.known,
            skipped: state.skipped,
            rebuilt: state.rebuilt,
            program: state.program.clone(),
            reasons: (state.reasons.iter())
                .map(|skipped| SkippedObject {
                    entry: skipped.entry,
                    reason: skipped.reason.to_string(),
                })
                .collect(),
            cancelled,
        });
    }
    for skipped in &state.reasons {
        output::aside(&format!(
            "entry {} was not taken: {}",
            skipped.entry,
            visible(&skipped.reason.to_string())
        ));
    }
    let untold = state.skipped - state.reasons.len() as u64;
    if untold > 0 {
        output::aside(&format!("and {untold} more"));
    }
    let mut line = match (cancelled, state.imported) {
        (true, some) => format!("stopped: {some} imported"),
        (false, 1) => "1 request imported".to_owned(),
        (false, some) => format!("{some} requests imported"),
    };
    if !state.program.is_empty() {
        line.push_str(&format!(" from {}", visible(&state.program)));
    }
    if state.known > 0 {
        line.push_str(&format!("; {} were there already", state.known));
    }
    if state.skipped > 0 {
        line.push_str(&format!("; {} not taken", state.skipped));
    }
    if state.rebuilt > 0 {
        line.push_str(&format!("; the head of {} was rebuilt from HAR", state.rebuilt));
    }
    output::line(&line)
}
