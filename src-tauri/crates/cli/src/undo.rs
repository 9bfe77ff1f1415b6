//! `hookbench undo`: what was deleted or removed with undo, here or in the window, comes back.
//!
//! Requests and what else was removed have numbers of one row, so that one number names one thing.

use hookbench_engine::Engine;
use hookbench_engine::model::Timestamp;
use hookbench_engine::store::{BroughtBack, Deletion, DeletionId, Discard, DiscardId, DiscardKind};
use serde::Serialize;

use crate::arguments::Undo;
use crate::failure::Failure;
use crate::output;
use crate::text::visible;

/// Something that can be undone.
enum Undoable {
    Requests(Deletion),
    Other(Discard),
}

#[derive(Debug, Serialize)]
struct UndoableObject {
    deletion: i64,
    at: String,
    until: String,
    kind: &'static str,
    name: Option<String>,
    filter: Option<String>,
    requests: u64,
}

/// What came back, and what of it could not.
#[derive(Debug, Serialize)]
struct UndoneObject {
    deletion: i64,
    kind: &'static str,
    name: Option<String>,
    requests: u64,
    lost: u64,
    forwards_later: u64,
    forwards_gone: u64,
}

pub(crate) async fn run(engine: &Engine, undo: &Undo) -> Result<(), Failure> {
    let all = undoable(engine).await?;
    if undo.list {
        return all
            .iter()
            .try_for_each(|(one, until)| listed(one, *until, undo.json));
    }
    let wanted = match undo.deletion {
        Some(number) => all.iter().find(|(one, _)| one.number() == number),
        None => all.first(),
    };
    let Some((one, _)) = wanted else {
        let hint = "what is not listed by `hookbench undo --list` was removed for good, more than ten minutes ago, or is back";
        return Err(match undo.deletion {
            Some(number) => {
                Failure::new(format!("there is no deletion `{number}` that can be undone")).hint(hint)
            }
            None => Failure::new("there is no deletion that can be undone"),
        });
    };
    match one {
        Undoable::Requests(deletion) => requests_back(engine, deletion.id, undo.json).await,
        Undoable::Other(discard) => {
            let back = engine.bring_back(discard.id).await?;
            told(discard.id, &back, undo.json)
        }
    }
}

/// All of it and until when, the latest first.
async fn undoable(engine: &Engine) -> Result<Vec<(Undoable, Timestamp)>, Failure> {
    let requests = engine.deletions().await?.into_iter();
    let others = engine.discards().await?.into_iter();
    let mut all: Vec<_> = requests
        .map(|(one, until)| (Undoable::Requests(one), until))
        .chain(others.map(|(one, until)| (Undoable::Other(one), until)))
        .collect();
    all.sort_by_key(|(one, _)| std::cmp::Reverse(one.number()));
    Ok(all)
}

impl Undoable {
    const fn number(&self) -> i64 {
        match self {
            Self::Requests(deletion) => deletion.id.0,
            Self::Other(discard) => discard.id.0,
        }
    }
}

fn listed(one: &Undoable, until: Timestamp, json: bool) -> Result<(), Failure> {
    let number = one.number();
    if json {
        let until = until.to_string();
        return output::json(&match one {
            Undoable::Requests(deletion) => UndoableObject {
                deletion: number,
                at: deletion.at.to_string(),
                until,
                kind: "requests",
                name: None,
                filter: deletion.filter.clone(),
                requests: deletion.requests,
            },
            Undoable::Other(discard) => UndoableObject {
                deletion: number,
                at: discard.at.to_string(),
                until,
                kind: discard.kind.as_str(),
                name: Some(discard.name.clone()),
                filter: None,
                requests: discard.held,
            },
        });
    }
    let (at, what) = match one {
        Undoable::Requests(deletion) => {
            let chosen = match &deletion.filter {
                None => "named one by one".to_owned(),
                Some(filter) if filter.is_empty() => "all".to_owned(),
                Some(filter) => visible(filter),
            };
            let requests = requests_in_words(deletion.requests);
            (deletion.at, format!("{requests}  {chosen}"))
        }
        Undoable::Other(discard) => {
            let waited = match (discard.kind, discard.held) {
                (DiscardKind::Target, 1..) => {
                    format!(" and {} that waited for it", requests_in_words(discard.held))
                }
                _ => String::new(),
            };
            let what = in_words(discard.kind, &discard.name, discard.held);
            (discard.at, format!("{what}{waited}"))
        }
    };
    output::line(&format!("{number}  {at}  {what}  until {until}"))
}

async fn requests_back(engine: &Engine, id: DeletionId, json: bool) -> Result<(), Failure> {
    let mut requests = 0;
    loop {
        let step = engine.undo_deletion(id).await?;
        requests += step.requests;
        if step.next.is_none() {
            break;
        }
    }
    if json {
        return output::json(&UndoneObject {
            deletion: id.0,
            kind: "requests",
            name: None,
            requests,
            lost: 0,
            forwards_later: 0,
            forwards_gone: 0,
        });
    }
    output::line(&format!("{} brought back", requests_in_words(requests)))
}

fn told(id: DiscardId, back: &BroughtBack, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&UndoneObject {
            deletion: id.0,
            kind: back.kind.as_str(),
            name: Some(back.name.clone()),
            requests: back.held,
            lost: back.lost,
            forwards_later: back.forwards_later,
            forwards_gone: back.forwards_gone,
        });
    }
    let mut parts = Vec::new();
    // Of a queue nothing may be left to say that of.
    if back.kind != DiscardKind::Queue || back.held > 0 || back.lost == 0 {
        let what = in_words(back.kind, &back.name, back.held);
        parts.push(format!("{what} brought back"));
    }
    if back.kind == DiscardKind::Target && back.held > 0 {
        let wait = if back.held == 1 { "waits" } else { "wait" };
        parts.push(format!("{} {wait} for it again", requests_in_words(back.held)));
    }
    if back.lost > 0 {
        let were = if back.lost == 1 { "was" } else { "were" };
        parts.push(format!(
            "{} that waited {were} deleted meanwhile",
            requests_in_words(back.lost)
        ));
    }
    let (other, why) = match back.kind {
        DiscardKind::Endpoint => ("target", "the target is gone, or another one answers by now"),
        _ => ("endpoint", "the endpoint is gone or forwards otherwise by now"),
    };
    if back.forwards_later > 0 {
        parts.push(format!(
            "{} will be back with the {other}, which is removed",
            forwards_in_words(back.forwards_later)
        ));
    }
    if back.forwards_gone > 0 {
        parts.push(format!(
            "{} cannot come back: {why}",
            forwards_in_words(back.forwards_gone)
        ));
    }
    output::line(&parts.join("; "))
}

/// What it is; `waited` is how many requests a queue had.
fn in_words(kind: DiscardKind, name: &str, waited: u64) -> String {
    let name = visible(name);
    match kind {
        DiscardKind::Endpoint => format!("endpoint {name}"),
        DiscardKind::Secret => format!("secret `{name}`"),
        DiscardKind::Target => format!("target {name}"),
        DiscardKind::SavedFilter => format!("filter `{name}`"),
        DiscardKind::Queue => format!("{} that waited for {name}", requests_in_words(waited)),
    }
}

pub(crate) fn requests_in_words(requests: u64) -> String {
    if requests == 1 {
        "1 request".to_owned()
    } else {
        format!("{requests} requests")
    }
}

fn forwards_in_words(forwards: u64) -> String {
    if forwards == 1 {
        "1 forward".to_owned()
    } else {
        format!("{forwards} forwards")
    }
}
