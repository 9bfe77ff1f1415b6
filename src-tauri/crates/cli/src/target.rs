//! `hookbench target`

use std::time::Duration;

use hookbench_engine::Engine;
use hookbench_engine::model::{Credentials, HeaderRule, PathRule, Redirects, Target, TargetRules, TrustRule};

use crate::arguments::{Target as Command, TargetChange};
use crate::failure::Failure;
use crate::output;
use crate::text::visible;

pub(crate) async fn run(engine: &Engine, command: Command) -> Result<(), Failure> {
    match command {
        Command::Add { name, url, change } => {
            if engine.targets().await?.iter().any(|target| target.name == name) {
                return Err(Failure::new(format!("there is already a target `{name}`"))
                    .hint("change it with `hookbench target set`"));
            }
            let rules = changed(TargetRules::default(), &change)?;
            show(&engine.save_target(None, &name, &url, rules).await?, change.json)
        }
        Command::Set {
            name,
            rename,
            url,
            change,
        } => {
            let target = named(engine, &name).await?;
            let rules = changed(target.rules, &change)?;
            let name = rename.as_deref().unwrap_or(&target.name);
            let url = url.unwrap_or(target.url);
            show(
                &engine.save_target(Some(target.id), name, &url, rules).await?,
                change.json,
            )
        }
        Command::List { json, check } => list(engine, json, check).await,
        Command::Remove { name } => {
            let target = named(engine, &name).await?;
            engine.remove_target(target.id).await?;
            output::line(&format!("removed {}", visible(&target.name)))
        }
    }
}

async fn named(engine: &Engine, name: &str) -> Result<Target, Failure> {
    let targets = engine.targets().await?;
    let found = targets
        .into_iter()
        .find(|target| target.name == name || target.id.to_string() == name);
    found.ok_or_else(|| {
        Failure::new(format!("there is no target `{name}`")).hint("`hookbench target list` shows all of them")
    })
}

async fn list(engine: &Engine, json: bool, check: bool) -> Result<(), Failure> {
    let checked = if check {
        engine.check_targets().await?
    } else {
        Vec::new()
    };
    for target in engine.targets().await? {
        let reachable = checked.iter().find(|told| told.target == target.id);
        if json {
            let mut object = object(&target);
            if let Some(told) = reachable {
                object["reachable"] = told.reachable.into();
                object["message"] = told.told.as_ref().err().cloned().into();
            }
            output::json(&object)?;
            continue;
        }
        let mut line = format!("{}  {}", visible(&target.name), visible(&target.url));
        if let Some(told) = reachable {
            line.push_str(match told.reachable {
                Some(true) => "  reachable",
                Some(false) => "  not reachable",
                None => "  not looked at",
            });
            if let Err(why) = &told.told {
                line.push_str(&format!(": {}", visible(why)));
            }
        }
        output::line(&line)?;
    }
    Ok(())
}

fn show(target: &Target, json: bool) -> Result<(), Failure> {
    if json {
        output::json(&object(target))
    } else {
        output::line(&format!("{}  {}", visible(&target.name), visible(&target.url)))
    }
}

fn object(target: &Target) -> serde_json::Value {
    let rules = &target.rules;
    let millis =
        |limit: Option<Duration>| limit.map(|limit| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
    let headers: Vec<_> = rules
        .headers
        .iter()
        .map(|rule| match rule {
            HeaderRule::Add { name, value } => serde_json::json!({"add": name, "value": value}),
            HeaderRule::Remove { name } => serde_json::json!({"remove": name}),
            HeaderRule::Replace { name, value } => serde_json::json!({"replace": name, "value": value}),
        })
        .collect();
    serde_json::json!({
        "id": target.id.to_string(),
        "name": target.name,
        "url": target.url,
        "path": match &rules.path {
            PathRule::Url => serde_json::json!("url"),
            PathRule::Keep => serde_json::json!("keep"),
            PathRule::Prefix { from, to } => serde_json::json!({"from": from, "to": to}),
            PathRule::Fixed(path) => serde_json::json!({"fixed": path}),
        },
        "headers": headers,
        "connect_ms": millis(rules.timeouts.connect),
        "first_byte_ms": millis(rules.timeouts.first_byte),
        "total_ms": millis(rules.timeouts.total),
        "trust": match &rules.trust {
            TrustRule::System => "system",
            TrustRule::Certificate(_) => "certificate",
            TrustRule::Anything => "anything",
        },
        "follow_redirects": rules.redirects == Redirects::Followed,
        "send_credentials": rules.credentials == Credentials::Sent,
    })
}

/// The rules with what was asked for changed and all else as it was.
fn changed(mut rules: TargetRules, change: &TargetChange) -> Result<TargetRules, Failure> {
    if change.keep_path {
        rules.path = PathRule::Keep;
    }
    if change.path_of_url {
        rules.path = PathRule::Url;
    }
    if let Some((from, to)) = &change.replace_prefix {
        rules.path = PathRule::Prefix {
            from: from.clone(),
            to: to.clone(),
        };
    }
    if let Some(path) = &change.fixed_path {
        rules.path = PathRule::Fixed(path.clone());
    }
    if change.clear_headers {
        rules.headers.clear();
    }
    let pair = |(name, value): &(String, String)| (name.trim().to_owned(), value.trim().to_owned());
    rules.headers.extend(
        change
            .add_header
            .iter()
            .map(pair)
            .map(|(name, value)| HeaderRule::Add { name, value }),
    );
    rules.headers.extend(
        change
            .set_header
            .iter()
            .map(pair)
            .map(|(name, value)| HeaderRule::Replace { name, value }),
    );
    rules.headers.extend(
        change
            .remove_header
            .iter()
            .map(|name| HeaderRule::Remove { name: name.clone() }),
    );
    let limit = |seconds: Option<f64>, old: Option<Duration>| match seconds {
        None => Ok(old),
        Some(seconds) => Duration::try_from_secs_f64(seconds)
            .map(Some)
            .map_err(|_| Failure::new(format!("`{seconds}` is no time limit"))),
    };
    rules.timeouts.connect = limit(change.connect_timeout, rules.timeouts.connect)?;
    rules.timeouts.first_byte = limit(change.first_byte_timeout, rules.timeouts.first_byte)?;
    rules.timeouts.total = limit(change.timeout, rules.timeouts.total)?;
    if let Some(file) = &change.certificate {
        let pem = std::fs::read_to_string(file)
            .map_err(|error| Failure::new(format!("`{}` cannot be read: {error}", file.display())))?;
        rules.trust = TrustRule::Certificate(pem);
    }
    if change.insecure {
        rules.trust = TrustRule::Anything;
    }
    if change.system_roots {
        rules.trust = TrustRule::System;
    }
    if let Some(follow) = change.follow_redirects {
        rules.redirects = if follow {
            Redirects::Followed
        } else {
            Redirects::Shown
        };
    }
    if let Some(send) = change.send_credentials {
        rules.credentials = if send {
            Credentials::Sent
        } else {
            Credentials::Withheld
        };
    }
    Ok(rules)
}
