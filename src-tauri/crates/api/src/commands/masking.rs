//! What is masked in copies and while presenting.

use hookbench_engine::model::EndpointId;
use hookbench_engine::{BadMaskPath, ChosenPath, Engine, MaskPath};

use crate::error::{ApiError, Code};
use crate::types::{MaskRef, MaskView, Nothing, Switch};

pub(super) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<MaskView>, ApiError> {
    Ok(views(engine.mask_paths().await?))
}

pub(super) async fn add(engine: &Engine, arguments: MaskRef) -> Result<Vec<MaskView>, ApiError> {
    let endpoint = endpoint(engine, arguments.endpoint).await?;
    Ok(views(
        engine.add_mask_path(path(&arguments.pointer)?, endpoint).await?,
    ))
}

pub(super) async fn remove(engine: &Engine, arguments: MaskRef) -> Result<Vec<MaskView>, ApiError> {
    let endpoint = endpoint(engine, arguments.endpoint).await?;
    Ok(views(
        engine
            .remove_mask_path(&path(&arguments.pointer)?, endpoint)
            .await?,
    ))
}

pub(super) async fn present(engine: &Engine, wanted: Switch) -> Result<Nothing, ApiError> {
    engine.set_presenting(wanted.on).await?;
    Ok(Nothing {})
}

async fn endpoint(engine: &Engine, named: Option<String>) -> Result<Option<EndpointId>, ApiError> {
    match named {
        Some(text) => Ok(Some(engine.find_endpoint(&text).await?.id)),
        None => Ok(None),
    }
}

fn views(chosen: Vec<ChosenPath>) -> Vec<MaskView> {
    chosen
        .into_iter()
        .map(|one| MaskView {
            pointer: one.path.to_string(),
            endpoint: one.endpoint.map(|endpoint| endpoint.path),
        })
        .collect()
}

fn path(text: &str) -> Result<MaskPath, ApiError> {
    text.parse().map_err(|bad: BadMaskPath| ApiError {
        code: Code::BadInput,
        message: bad.to_string(),
        hint: Some(bad.hint().to_owned()),
    })
}
