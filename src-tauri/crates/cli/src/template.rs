//! `hookbench template`

use std::io::Read as _;

use hookbench_engine::Engine;
use hookbench_engine::model::Written;
use serde::Serialize;

use crate::arguments::{Template, TemplateWritten};
use crate::failure::Failure;
use crate::output;
use crate::text::visible;

#[derive(Debug, Serialize)]
struct TemplateObject {
    name: String,
    method: String,
    url: String,
    variables: Vec<String>,
    used: u64,
    request: String,
}

pub(crate) async fn run(engine: &Engine, command: Template) -> Result<(), Failure> {
    match command {
        Template::Save {
            name,
            request,
            written,
        } => save(engine, &name, &request, *written).await,
        Template::List { json } => list(engine, json).await,
        Template::Remove { name } => Ok(engine.remove_template(&name).await?),
    }
}

async fn save(engine: &Engine, name: &str, request: &str, wanted: TemplateWritten) -> Result<(), Failure> {
    let id = engine.find_request(request).await?;
    let original = engine.request(id).await?;
    let line = original.head.request_line();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut headers: Vec<(String, String)> = original
        .head
        .headers()
        .iter()
        .map(|header| (text(&header.name), text(&header.value)))
        .collect();
    for (name, value) in wanted.header {
        match headers
            .iter_mut()
            .find(|(known, _)| known.eq_ignore_ascii_case(&name))
        {
            Some(line) => line.1 = value,
            None => headers.push((name, value)),
        }
    }
    let body = match wanted.body {
        None => None,
        Some(path) => Some(read(&path)?),
    };
    let written = Written {
        method: wanted.method.unwrap_or_else(|| text(&line.method)),
        url: wanted
            .url
            .unwrap_or_else(|| format!("http://localhost:3000{}", text(&line.target))),
        headers,
        body: body.map(Into::into),
        signature: if wanted.resign { "endpoint" } else { "kept" }.to_owned(),
        new_id: wanted.new_id,
    };
    Ok(engine.save_template(name, id, written).await?)
}

fn read(path: &str) -> Result<Vec<u8>, Failure> {
    let read = if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    read.map_err(|error| Failure::new(format!("`{path}` cannot be read: {error}")))
}

async fn list(engine: &Engine, json: bool) -> Result<(), Failure> {
    for state in engine.templates().await? {
        let kept = state.kept;
        if json {
            output::json(&TemplateObject {
                name: kept.name,
                method: kept.written.method,
                url: kept.written.url,
                variables: state.variables,
                used: kept.used,
                request: kept.request.to_string(),
            })?;
        } else {
            let variables: Vec<String> = state
                .variables
                .iter()
                .map(|name| format!("  --var {}=", visible(name)))
                .collect();
            output::line(&format!(
                "{}  {} {}{}",
                visible(&kept.name),
                visible(&kept.written.method),
                visible(&kept.written.url),
                variables.concat()
            ))?;
        }
    }
    Ok(())
}
