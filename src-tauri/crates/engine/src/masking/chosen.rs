//! What the person chose to be masked, and whether the screen is shared: kept with the data, the same for every program
//! that uses it, and so there again after a restart before anything is shown.

use serde_json::Value;

use super::path::MaskPath;
use crate::changes::Change;
use crate::engine::Engine;
use crate::error::EngineError;

const PATHS: &str = "mask_paths";
const PRESENTING: &str = "presenting";

/// So many pointers are kept at the most.
const MOST: usize = 200;

impl Engine {
    /// The pointers to the values of bodies that are masked, in their order of letters.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn mask_paths(&self) -> Result<Vec<MaskPath>, EngineError> {
        let kept = self.core.store.setting(PATHS).await?;
        let texts = kept.as_ref().and_then(Value::as_array).into_iter().flatten();
        Ok(texts
            .filter_map(Value::as_str)
            .filter_map(|text| text.parse().ok())
            .collect())
    }

    /// Masks the values at one more pointer; one that is there already stays.
    ///
    /// # Errors
    /// When there are too many, or the store cannot write.
    pub async fn add_mask_path(&self, path: MaskPath) -> Result<Vec<MaskPath>, EngineError> {
        let mut paths = self.mask_paths().await?;
        if !paths.contains(&path) {
            if paths.len() >= MOST {
                return Err(EngineError::bad_input(
                    format!("{MOST} pointers are masked already"),
                    "remove one, or write a `*` where many differ in one step",
                ));
            }
            paths.push(path);
        }
        paths.sort();
        self.keep_mask_paths(&paths).await?;
        Ok(paths)
    }

    /// Masks the values at a pointer no longer.
    ///
    /// # Errors
    /// When it is not masked, or the store cannot write.
    pub async fn remove_mask_path(&self, path: &MaskPath) -> Result<Vec<MaskPath>, EngineError> {
        let mut paths = self.mask_paths().await?;
        let before = paths.len();
        paths.retain(|known| known != path);
        if paths.len() == before {
            return Err(EngineError::NotFound {
                kind: "masked pointer",
                name: path.to_string(),
            });
        }
        self.keep_mask_paths(&paths).await?;
        Ok(paths)
    }

    async fn keep_mask_paths(&self, paths: &[MaskPath]) -> Result<(), EngineError> {
        let texts: Value = paths.iter().map(MaskPath::as_str).collect();
        self.core.store.set_setting(PATHS, &texts).await?;
        self.core.changes.tell(Change::Status);
        Ok(())
    }

    /// Whether what is shown on a screen is masked.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn presenting(&self) -> Result<bool, EngineError> {
        let kept = self.core.store.setting(PRESENTING).await?;
        Ok(kept.as_ref().and_then(Value::as_bool).unwrap_or(false))
    }

    /// Masks what is shown on a screen from now on, or no longer.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn set_presenting(&self, on: bool) -> Result<(), EngineError> {
        self.core.store.set_setting(PRESENTING, &on.into()).await?;
        self.core.changes.tell(Change::Status);
        Ok(())
    }
}
