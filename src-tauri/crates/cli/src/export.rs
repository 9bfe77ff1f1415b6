//! `hookbench export`

use std::future::Future as _;
use std::io::IsTerminal as _;

use hookbench_engine::{Chosen, Engine, ExportPlace, ExportPlan, Exported};
use serde::Serialize;

use crate::arguments::Export;
use crate::failure::Failure;
use crate::text::{size, visible};
use crate::{annotate, listen, output};

/// A file that was written.
#[derive(Debug, Serialize)]
struct ExportObject {
    file: String,
    requests: u64,
    masked: u64,
    bytes: u64,
}

pub(crate) async fn run(engine: &Engine, wanted: &Export) -> Result<(), Failure> {
    let filter = wanted.filter.as_deref().unwrap_or_default();
    let chosen = if wanted.ids.is_empty() {
        Chosen::Filter(filter.to_owned())
    } else {
        Chosen::Requests(annotate::find(engine, &wanted.ids).await?)
    };
    // Endpoints say which headers hold their signatures.
    engine.ready().await;
    let plan = ExportPlan {
        chosen,
        masked: !wanted.unmasked,
        place: ExportPlace::File(wanted.har.clone()),
    };
    let begun = engine.begin_export(plan).await;
    let mut export = begun.map_err(|error| Failure::in_filter(error, filter))?;
    let shown = std::io::stderr().is_terminal();
    let mut stopped = std::pin::pin!(listen::stopped());
    let state = loop {
        let state = export.step().await?;
        if state.file.is_some() {
            break state;
        }
        if shown {
            output::aside_here(&format!("\r{}", progress(&state)));
        }
        let asked =
            std::future::poll_fn(|context| std::task::Poll::Ready(stopped.as_mut().poll(context).is_ready()));
        if asked.await {
            return Err(Failure::new("stopped; nothing was written"));
        }
    };
    if shown {
        output::aside_here("\r\u{1b}[K");
    }
    told(wanted, &state)
}

fn progress(state: &Exported) -> String {
    match state.total {
        Some(total) => format!("{} of {total} requests", state.requests),
        None => format!("{} requests", state.requests),
    }
}

fn told(wanted: &Export, state: &Exported) -> Result<(), Failure> {
    let file = state.file.as_ref().map(|file| file.display().to_string());
    let file = file.unwrap_or_default();
    if wanted.json {
        return output::json(&ExportObject {
            file,
            requests: state.requests,
            masked: state.masked,
            bytes: state.bytes,
        });
    }
    if wanted.unmasked {
        output::aside("credentials, cookies, tokens and signatures are in it: look who gets it");
    } else if state.masked > 0 {
        output::aside(&format!(
            "masked in {} of them (--unmasked shows it)",
            state.masked
        ));
    }
    let requests = match state.requests {
        1 => "1 request".to_owned(),
        some => format!("{some} requests"),
    };
    output::line(&format!(
        "{requests}, {}, written to {}",
        size(state.bytes),
        visible(&file)
    ))
}
