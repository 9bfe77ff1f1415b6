//! `hookbench mask`

use hookbench_engine::model::EndpointId;
use hookbench_engine::{ChosenPath, Engine};
use serde::Serialize;

use crate::arguments::{Mask, MaskedAt};
use crate::failure::Failure;
use crate::output;
use crate::text::visible;

#[derive(Debug, Serialize)]
struct MaskObject<'p> {
    pointer: &'p str,
    /// `null` where it holds for all requests.
    endpoint: Option<&'p str>,
}

pub(crate) async fn run(engine: &Engine, command: Mask) -> Result<(), Failure> {
    match command {
        Mask::List { json } => {
            for chosen in engine.mask_paths().await? {
                told(&chosen, json)?;
            }
        }
        Mask::Add(at) => {
            let endpoint = endpoint(engine, &at).await?;
            drop(engine.add_mask_path(at.pointer, endpoint).await?);
        }
        Mask::Remove(at) => {
            let endpoint = endpoint(engine, &at).await?;
            drop(engine.remove_mask_path(&at.pointer, endpoint).await?);
        }
    }
    Ok(())
}

async fn endpoint(engine: &Engine, at: &MaskedAt) -> Result<Option<EndpointId>, Failure> {
    match &at.endpoint {
        Some(text) => Ok(Some(engine.find_endpoint(text).await?.id)),
        None => Ok(None),
    }
}

fn told(chosen: &ChosenPath, json: bool) -> Result<(), Failure> {
    let pointer = chosen.path.as_str();
    let endpoint = chosen.endpoint.as_ref().map(|endpoint| endpoint.path.as_str());
    if json {
        return output::json(&MaskObject { pointer, endpoint });
    }
    let of = endpoint.map_or_else(String::new, |path| format!(" (only {})", visible(path)));
    output::line(&format!("{}{of}", visible(pointer)))
}
