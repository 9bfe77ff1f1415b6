//! `hookbench delete`

use std::io::{IsTerminal as _, Write as _};

use hookbench_engine::store::DeletionId;
use hookbench_engine::{COUNTED_AT_MOST, Engine};
use serde::Serialize;

use crate::arguments::Delete;
use crate::failure::Failure;
use crate::{annotate, listen, output, undo};

/// What a deletion did.
#[derive(Debug, Serialize)]
struct DeletionObject {
    deletion: i64,
    requests: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cancelled: bool,
}

pub(crate) async fn run(engine: &Engine, delete: &Delete) -> Result<(), Failure> {
    if !delete.ids.is_empty() {
        let ids = annotate::find(engine, &delete.ids).await?;
        let deleted = engine.delete(&ids).await?;
        return told(delete.json, deleted.id, deleted.requests, false);
    }
    let filter = delete.filter.as_deref().unwrap_or_default();
    let counted = engine.count_matching(filter, None).await;
    let counted = counted.map_err(|error| Failure::in_filter(error, filter))?;
    let more = counted.next.is_some() || counted.requests > COUNTED_AT_MOST && !filter.trim().is_empty();
    let number = if more {
        format!("more than {}", counted.requests)
    } else {
        counted.requests.to_string()
    };
    if !delete.yes && !agreed(&number, counted.marked)? {
        return Err(Failure::new("nothing was deleted"));
    }
    let shown = std::io::stderr().is_terminal();
    let (mut id, mut requests, mut cancelled) = (None, 0, false);
    let mut goes_on = None;
    let mut stopped = std::pin::pin!(listen::stopped());
    loop {
        let step = engine.delete_matching(filter, goes_on).await?;
        requests += step.requests;
        id = Some(step.id).or(id);
        if shown && step.next.is_some() {
            let _ = write!(std::io::stderr(), "\r{requests} of {number} deleted");
        }
        let Some(next) = step.next else { break };
        goes_on = Some((step.id, next));
        // What was deleted by now can be brought back, as all of it could.
        let asked =
            std::future::poll_fn(|context| std::task::Poll::Ready(stopped.as_mut().poll(context).is_ready()));
        if asked.await {
            cancelled = true;
            break;
        }
    }
    if shown {
        let _ = write!(std::io::stderr(), "\r\u{1b}[K");
    }
    told(delete.json, id.unwrap_or(DeletionId(0)), requests, cancelled)
}

/// Asks on a terminal; elsewhere nobody could answer.
fn agreed(number: &str, marked: u64) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(format!("{number} requests would be deleted")).hint("say so with --yes"));
    }
    let marked = match marked {
        0 => String::new(),
        some => format!(", {some} of them with a star or a note"),
    };
    let mut stderr = std::io::stderr().lock();
    write!(
        stderr,
        "Delete {number} requests{marked}? It can be undone for ten minutes. [y/N] "
    )?;
    stderr.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn told(json: bool, id: DeletionId, requests: u64, cancelled: bool) -> Result<(), Failure> {
    if json {
        return output::json(&DeletionObject {
            deletion: id.0,
            requests,
            cancelled,
        });
    }
    let ended = if cancelled { "cancelled: " } else { "" };
    let number = undo::requests_in_words(requests);
    output::line(&format!(
        "{ended}{number} deleted; `hookbench undo {}` brings them back, for ten minutes",
        id.0
    ))
}
