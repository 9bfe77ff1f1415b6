//! `hookbench queue`

use hookbench_engine::Engine;
use hookbench_engine::model::{Held, Queue, Target};

use crate::arguments::Queue as Command;
use crate::failure::Failure;
use crate::output;
use crate::text::visible;

/// How many held requests are shown of a queue.
const SHOWN: u32 = 500;

pub(crate) async fn run(engine: &Engine, command: Command) -> Result<(), Failure> {
    match command {
        Command::List { target, json } => list(engine, target.as_deref(), json).await,
        Command::Pause { target } => {
            let target = find(engine, &target).await?;
            engine.pause_queue(target.id, true).await?;
            output::line(&format!("{} waits", visible(&target.name)))
        }
        Command::Resume { target } => {
            let target = find(engine, &target).await?;
            engine.pause_queue(target.id, false).await?;
            output::line(&format!("{} goes on", visible(&target.name)))
        }
        Command::Drain { target } => {
            let target = find(engine, &target).await?;
            engine.drain_now(target.id).await?;
            output::line(&format!("{} is tried now", visible(&target.name)))
        }
        Command::Drop { target, number, all } => {
            let target = find(engine, &target).await?;
            if let Some(number) = number {
                engine.drop_held(number).await?;
                return output::line("dropped 1");
            }
            if !all {
                return Err(Failure::new("nothing says what shall be dropped")
                    .hint("name one by --number, or say --all"));
            }
            let dropped = engine.drop_queue(target.id).await?;
            output::line(&format!("dropped {dropped}"))
        }
    }
}

async fn find(engine: &Engine, text: &str) -> Result<Target, Failure> {
    let targets = engine.targets().await?;
    let found = targets
        .into_iter()
        .find(|target| target.name == text || target.url == text || target.id.to_string() == text);
    found.ok_or_else(|| Failure::new(format!("there is no target `{text}`")))
}

async fn list(engine: &Engine, only: Option<&str>, json: bool) -> Result<(), Failure> {
    let only = match only {
        Some(text) => Some(find(engine, text).await?.id),
        None => None,
    };
    let targets = engine.targets().await?;
    for queue in engine.queues().await? {
        let Some(target) = targets.iter().find(|target| target.id == queue.target) else {
            continue;
        };
        if only.is_some_and(|only| only != target.id) {
            continue;
        }
        let held = engine.held(queue.target, 0, SHOWN).await?;
        if json {
            output::json(&object(target, &queue, &held))?;
        } else if queue.count > 0 || queue.paused || only.is_some() {
            told(target, &queue, &held)?;
        }
    }
    Ok(())
}

fn told(target: &Target, queue: &Queue, held: &[Held]) -> Result<(), Failure> {
    let mut line = format!(
        "{}  {}  {} waiting",
        visible(&target.name),
        visible(&target.url),
        queue.count
    );
    if queue.paused {
        line.push_str("  paused");
    }
    if let (Some(why), Some(next)) = (&queue.why, queue.next_at) {
        line.push_str(&format!("  down: {}; tried next at {next}", visible(why)));
    }
    if queue.lost > 0 {
        line.push_str(&format!(
            "  {} removed with the history before they could go",
            queue.lost
        ));
    }
    output::line(&line)?;
    for held in held {
        let line = format!(
            "  {}  {}  {}  {} {}  {}",
            held.number,
            held.received_at,
            held.request,
            visible(&held.method),
            visible(&held.path),
            held.event.as_deref().map(visible).unwrap_or_default()
        );
        output::line(line.trim_end())?;
    }
    Ok(())
}

fn object(target: &Target, queue: &Queue, held: &[Held]) -> serde_json::Value {
    serde_json::json!({
        "target": target.name,
        "url": target.url,
        "waiting": queue.count,
        "paused": queue.paused,
        "oldest": queue.oldest.map(|at| at.to_string()),
        "next_at": queue.next_at.map(|at| at.to_string()),
        "why": queue.why,
        "removed_with_the_history": queue.lost,
        "held": held.iter().map(|held| serde_json::json!({
            "number": held.number,
            "request": held.request.to_string(),
            "received_at": held.received_at.to_string(),
            "event": held.event,
            "attempts": held.attempts,
        })).collect::<Vec<_>>(),
    })
}
