//! `hookbench filter`

use hookbench_engine::Engine;
use serde::Serialize;

use crate::arguments::Filter;
use crate::failure::Failure;
use crate::output;
use crate::text::visible;

#[derive(Debug, Serialize)]
struct FilterObject {
    name: String,
    filter: String,
    requests: Option<u64>,
}

pub(crate) async fn run(engine: &Engine, command: Filter) -> Result<(), Failure> {
    match command {
        Filter::Save { name, filter } => engine
            .save_filter(&name, &filter)
            .await
            .map_err(|error| Failure::in_filter(error, &filter)),
        Filter::List { json } => list(engine, json).await,
        Filter::Rename { name, to } => Ok(engine.rename_saved_filter(&name, &to).await?),
        Filter::Remove { name } => Ok(engine.remove_saved_filter(&name).await?),
    }
}

async fn list(engine: &Engine, json: bool) -> Result<(), Failure> {
    for state in engine.saved_filters().await? {
        let (name, filter) = (state.saved.name, state.saved.filter);
        if json {
            output::json(&FilterObject {
                name,
                filter,
                requests: state.requests,
            })?;
        } else {
            let requests = state
                .requests
                .map_or_else(String::new, |count| format!("  {count}"));
            output::line(&format!("{}  {}{requests}", visible(&name), visible(&filter)))?;
        }
    }
    Ok(())
}
