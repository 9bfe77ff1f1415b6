//! `hookbench backup`

use hookbench_engine::Engine;
use serde::Serialize;

use crate::arguments::Backup;
use crate::failure::Failure;
use crate::output;
use crate::text::{size, visible};

#[derive(Debug, Serialize)]
struct BackupObject {
    file: String,
    bytes: u64,
}

pub(crate) async fn run(engine: &Engine, backup: &Backup) -> Result<(), Failure> {
    let bytes = engine.backup(&backup.file).await?;
    let file = backup.file.display().to_string();
    if backup.json {
        return output::json(&BackupObject { file, bytes });
    }
    output::line(&format!("{} written to {}", size(bytes), visible(&file)))
}
