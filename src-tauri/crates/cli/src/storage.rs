//! `hookbench storage`

use std::time::Duration;

use hookbench_engine::store::RetentionLimits;
use hookbench_engine::{Engine, Storage as State};
use serde::Serialize;

use crate::arguments::Storage;
use crate::failure::Failure;
use crate::{output, text};

#[derive(Debug, Serialize)]
struct StorageObject {
    requests: u64,
    body_bytes: u64,
    database_bytes: u64,
    free_bytes: u64,
    log_bytes: u64,
    index_bytes: u64,
    index_backlog: u64,
    spool_bytes: u64,
    oldest: Option<String>,
    exempt: u64,
    beyond: u64,
    within_a_day: u64,
    keep: KeepObject,
}

#[derive(Debug, Serialize)]
struct KeepObject {
    requests: Option<u64>,
    age_seconds: Option<u64>,
    bytes: Option<u64>,
}

pub(crate) async fn run(engine: &Engine, storage: &Storage) -> Result<(), Failure> {
    let before = engine.storage().await?.limits;
    let limits = RetentionLimits {
        requests: storage.keep_requests.map_or(before.requests, |limit| limit.0),
        age: storage
            .keep_age
            .map_or(before.age, |limit| limit.0.map(Duration::from_secs)),
        bytes: storage.keep_size.map_or(before.bytes, |limit| limit.0),
    };
    if limits != before {
        engine.set_retention(limits).await?;
    }
    if storage.purge {
        while engine.purge_deletions().await? > 0 {}
        // A keychain that is locked keeps no room from being given back.
        let purged = engine.purge_discards().await;
        let mut free = u64::MAX;
        loop {
            let left = engine.give_back().await?;
            if left >= free || left == 0 {
                break;
            }
            free = left;
        }
        purged?;
    }
    let state = engine.storage().await?;
    if storage.json {
        return output::json(&object(&state, engine.search_backlog().await?));
    }
    people(&state, engine.search_backlog().await?)
}

fn object(state: &State, index_backlog: u64) -> StorageObject {
    StorageObject {
        requests: state.usage.requests,
        body_bytes: state.usage.body_bytes,
        database_bytes: state.usage.used_bytes,
        free_bytes: state.usage.free_bytes,
        log_bytes: state.usage.log_bytes,
        index_bytes: state.usage.search_bytes,
        index_backlog,
        spool_bytes: state.spool_bytes,
        oldest: state.outlook.oldest.map(|instant| instant.to_string()),
        exempt: state.outlook.exempt,
        beyond: state.outlook.beyond,
        within_a_day: state.outlook.within_a_day,
        keep: KeepObject {
            requests: state.limits.requests,
            age_seconds: state.limits.age.map(|age| age.as_secs()),
            bytes: state.limits.bytes,
        },
    }
}

fn people(state: &State, index_backlog: u64) -> Result<(), Failure> {
    let usage = &state.usage;
    let bodies = text::size(usage.body_bytes);
    output::line(&format!(
        "requests   {} ({bodies} of bodies as received)",
        usage.requests
    ))?;
    if let Some(oldest) = state.outlook.oldest {
        output::line(&format!("oldest     {oldest}"))?;
    }
    let free = text::size(usage.free_bytes);
    output::line(&format!(
        "database   {} (and {free} free in it)",
        text::size(usage.used_bytes)
    ))?;
    output::line(&format!("log        {}", text::size(usage.log_bytes)))?;
    let behind = match index_backlog {
        0 => String::new(),
        1 => " (1 request behind)".to_owned(),
        many => format!(" ({many} requests behind: a search reads those one by one)"),
    };
    output::line(&format!("index      {}{behind}", text::size(usage.search_bytes)))?;
    output::line(&format!("spool      {}", text::size(state.spool_bytes)))?;
    let none = || "no limit".to_owned();
    let limits = &state.limits;
    output::line(&format!(
        "kept       {}, {}, {}",
        limits
            .requests
            .map_or_else(|| "any number".to_owned(), |most| format!("{most} requests")),
        limits.age.map_or_else(|| "any age".to_owned(), age),
        limits.bytes.map_or_else(none, text::size),
    ))?;
    output::line(&format!(
        "exempt     {} with a star or a note",
        state.outlook.exempt
    ))?;
    output::line(&format!(
        "next       {} beyond the limits now, {} within a day",
        state.outlook.beyond, state.outlook.within_a_day
    ))
}

/// `30 days`, `12 hours`, `90 minutes`: in the largest unit that gives a whole number.
fn age(age: Duration) -> String {
    let seconds = age.as_secs();
    for (unit, length) in [("days", 86_400), ("hours", 3_600), ("minutes", 60)] {
        if seconds.is_multiple_of(length) {
            return format!("{} {unit}", seconds / length);
        }
    }
    format!("{seconds} seconds")
}
