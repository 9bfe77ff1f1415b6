//! Writes the TypeScript of the boundary, so that the view cannot disagree with the engine.

use std::path::Path;

use ts_rs::{Config, ExportError, TS as _};

use crate::commands::Commands;
use crate::error::ApiError;
use crate::types::{ByteRange, FeedEvent};

/// Writes one file a type into `folder`.
///
/// # Errors
/// When the folder cannot be written.
pub fn export(folder: &Path) -> Result<(), ExportError> {
    // Every integer that crosses is below 2^53 (see the types' docs), so that a number holds it exactly.
    let config = Config::new().with_large_int("number").with_out_dir(folder);
    Commands::export_all(&config)?;
    ApiError::export_all(&config)?;
    ByteRange::export_all(&config)?;
    FeedEvent::export_all(&config)
}
