//! What senders may take of this machine.

use hookbench_engine::{Engine, LimitUnit};

use crate::error::ApiError;
use crate::types::{LimitView, Nothing, SetLimits};

pub(super) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<LimitView>, ApiError> {
    // Asynchronous because every command is.
    std::future::ready(()).await;
    Ok(views(engine))
}

pub(super) async fn set(engine: &Engine, arguments: SetLimits) -> Result<Vec<LimitView>, ApiError> {
    let wanted: Vec<_> = arguments
        .limits
        .into_iter()
        .map(|limit| (limit.name, limit.value))
        .collect();
    engine.set_limits(&wanted).await?;
    Ok(views(engine))
}

fn views(engine: &Engine) -> Vec<LimitView> {
    let limits = engine.limits();
    let view = |state: hookbench_engine::LimitState| LimitView {
        name: state.info.name.to_owned(),
        title: state.info.title.to_owned(),
        meaning: state.info.meaning.to_owned(),
        unit: match state.info.unit {
            LimitUnit::Bytes => "bytes",
            LimitUnit::BytesPerSecond => "bytes_per_second",
            LimitUnit::Seconds => "seconds",
            LimitUnit::Count => "count",
        }
        .to_owned(),
        value: state.value,
        usual: state.usual,
        least: state.info.least,
        most: state.info.most,
    };
    limits.into_iter().map(view).collect()
}
