//! `hookbench mask`

use hookbench_engine::Engine;
use serde::Serialize;

use crate::arguments::Mask;
use crate::failure::Failure;
use crate::output;
use crate::text::visible;

#[derive(Debug, Serialize)]
struct MaskObject<'p> {
    pointer: &'p str,
}

pub(crate) async fn run(engine: &Engine, command: Mask) -> Result<(), Failure> {
    match command {
        Mask::List { json } => {
            for path in engine.mask_paths().await? {
                let pointer = path.as_str();
                if json {
                    output::json(&MaskObject { pointer })?;
                } else {
                    output::line(&visible(pointer))?;
                }
            }
        }
        Mask::Add { pointer } => drop(engine.add_mask_path(pointer).await?),
        Mask::Remove { pointer } => drop(engine.remove_mask_path(&pointer).await?),
    }
    Ok(())
}
