//! `hookbench limit`

use hookbench_engine::{Engine, LimitState, limit_of};
use serde::Serialize;

use crate::arguments::Limit;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, Serialize)]
struct LimitObject {
    name: &'static str,
    value: u64,
    usual: u64,
    least: u64,
    most: u64,
    unit: &'static str,
}

pub(crate) async fn run(engine: &Engine, command: Limit) -> Result<(), Failure> {
    match command {
        Limit::List { json } => {
            for limit in engine.limits() {
                if json {
                    output::json(&object(&limit))?;
                } else {
                    output::line(&told(&limit))?;
                }
            }
            Ok(())
        }
        Limit::Set { name, value } => {
            let value = known(&name)?.parse(&value)?;
            set(engine, name, Some(value)).await
        }
        Limit::Reset { name } => {
            known(&name)?;
            set(engine, name, None).await
        }
    }
}

async fn set(engine: &Engine, name: String, value: Option<u64>) -> Result<(), Failure> {
    engine.set_limits(&[(name.clone(), value)]).await?;
    for limit in engine.limits().iter().filter(|limit| limit.info.name == name) {
        output::line(&told(limit))?;
    }
    Ok(())
}

fn known(name: &str) -> Result<&'static hookbench_engine::LimitInfo, Failure> {
    limit_of(name).ok_or_else(|| {
        Failure::new(format!("there is no limit `{name}`")).hint("`hookbench limit list` names all of them")
    })
}

fn told(limit: &LimitState) -> String {
    let LimitState { info, value, usual } = limit;
    let counted = match info.counted() {
        "of them" => String::new(),
        counted => format!(" {counted}"),
    };
    let usually = if value == usual {
        String::new()
    } else {
        format!(" (usually {usual})")
    };
    format!("{:<16} {value}{counted}{usually}", info.name)
}

fn object(limit: &LimitState) -> LimitObject {
    LimitObject {
        name: limit.info.name,
        value: limit.value,
        usual: limit.usual,
        least: limit.info.least,
        most: limit.info.most,
        unit: limit.info.counted(),
    }
}
