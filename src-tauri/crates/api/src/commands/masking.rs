//! What is masked in copies and while presenting.

use hookbench_engine::{BadMaskPath, Engine, MaskPath};

use crate::error::{ApiError, Code};
use crate::types::{MaskRef, Nothing, Switch};

pub(super) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<String>, ApiError> {
    Ok(texts(&engine.mask_paths().await?))
}

pub(super) async fn add(engine: &Engine, arguments: MaskRef) -> Result<Vec<String>, ApiError> {
    Ok(texts(&engine.add_mask_path(path(&arguments.pointer)?).await?))
}

pub(super) async fn remove(engine: &Engine, arguments: MaskRef) -> Result<Vec<String>, ApiError> {
    Ok(texts(&engine.remove_mask_path(&path(&arguments.pointer)?).await?))
}

pub(super) async fn present(engine: &Engine, wanted: Switch) -> Result<Nothing, ApiError> {
    engine.set_presenting(wanted.on).await?;
    Ok(Nothing {})
}

fn texts(paths: &[MaskPath]) -> Vec<String> {
    paths.iter().map(MaskPath::to_string).collect()
}

fn path(text: &str) -> Result<MaskPath, ApiError> {
    text.parse().map_err(|bad: BadMaskPath| ApiError {
        code: Code::BadInput,
        message: bad.to_string(),
        hint: Some(bad.hint().to_owned()),
    })
}
