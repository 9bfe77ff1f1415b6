//! `hookbench star`, `note` and `tag`: what the person adds to requests.

use std::io::Read as _;

use hookbench_engine::Engine;
use hookbench_engine::model::RequestId;
use hookbench_engine::store::Annotate;
use serde::Serialize;

use crate::arguments::{Note, Star, Tag};
use crate::failure::Failure;
use crate::output;
use crate::text::visible;

#[derive(Debug, Serialize)]
struct TagObject {
    name: String,
    requests: u64,
}

pub(crate) async fn star(engine: &Engine, star: &Star) -> Result<(), Failure> {
    let ids = find(engine, &star.ids).await?;
    engine.annotate(&ids, Annotate::star(!star.remove)).await?;
    Ok(())
}

pub(crate) async fn note(engine: &Engine, note: Note) -> Result<(), Failure> {
    let id = engine.find_request(&note.id).await?;
    let text = match note.text {
        Some(text) if text == "-" => read_standard_input()?,
        Some(text) => text,
        None if note.remove => String::new(),
        None => {
            let note = engine.annotation(id).await?.note.unwrap_or_default();
            for line in note.lines() {
                output::line(&visible(line))?;
            }
            return Ok(());
        }
    };
    engine.annotate(&[id], Annotate::note(text.trim_end())).await?;
    Ok(())
}

pub(crate) async fn tag(engine: &Engine, tag: Tag) -> Result<(), Failure> {
    if tag.ids.is_empty() {
        for (name, requests) in engine.tags().await? {
            if tag.json {
                output::json(&TagObject { name, requests })?;
            } else {
                output::line(&format!("{}  {requests}", visible(&name)))?;
            }
        }
        return Ok(());
    }
    let ids = find(engine, &tag.ids).await?;
    if tag.add.is_empty() && tag.remove.is_empty() {
        for id in ids {
            let tags = engine.annotation(id).await?.tags;
            output::line(&format!("{id}  {}", visible(&tags.join(", "))))?;
        }
        return Ok(());
    }
    let change = Annotate {
        add_tags: tag.add,
        remove_tags: tag.remove,
        ..Annotate::default()
    };
    engine.annotate(&ids, change).await?;
    Ok(())
}

/// The requests of these ids or beginnings of ids; none of them where one is not there.
pub(crate) async fn find(engine: &Engine, texts: &[String]) -> Result<Vec<RequestId>, Failure> {
    let mut ids = Vec::with_capacity(texts.len());
    for text in texts {
        ids.push(engine.find_request(text).await?);
    }
    Ok(ids)
}

fn read_standard_input() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().lock().read_to_string(&mut text);
    read.map_err(|error| Failure::new(format!("the note cannot be read from standard input: {error}")))?;
    Ok(text)
}
