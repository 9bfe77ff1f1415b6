//! How much history is kept, what it uses of the disk, and copies of it.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::changes::Change;
use crate::engine::{Core, Engine};
use crate::error::EngineError;
use crate::store::{Outlook, RetentionLimits, Usage};

const RETENTION: &str = "retention";

/// The least that can be chosen: below it the file is larger than what is in it.
const LEAST_BYTES: u64 = 16 * 1024 * 1024;
const LEAST_AGE: Duration = Duration::from_secs(60);
/// The most that crosses to the window exactly.
const MOST: u64 = 1 << 50;

/// The limits as they lie among the settings. What is absent has no limit.
#[derive(Debug, Serialize, Deserialize)]
struct Chosen {
    requests: Option<u64>,
    age_seconds: Option<u64>,
    bytes: Option<u64>,
}

/// What is used of the disk, and what will be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Storage {
    /// What the store uses.
    pub usage: Usage,
    /// Bodies on their way in.
    pub spool_bytes: u64,
    /// What the limits will take next.
    pub outlook: Outlook,
    /// The limits.
    pub limits: RetentionLimits,
}

impl Engine {
    /// What is used of the disk, and what will be given back.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn storage(&self) -> Result<Storage, EngineError> {
        let limits = self.core.retention().await?;
        Ok(Storage {
            usage: self.usage().await?,
            spool_bytes: files_of(&self.core.options.data_dir.join("spool")),
            outlook: self.core.store.outlook(&limits, self.core.clock.now()).await?,
            limits,
        })
    }

    /// Keeps history within other limits from now on, in every program that uses this data.
    ///
    /// # Errors
    /// When a limit is too small or too large, or the store cannot write.
    pub async fn set_retention(&self, limits: RetentionLimits) -> Result<(), EngineError> {
        check(&limits)?;
        let chosen = Chosen {
            requests: limits.requests,
            age_seconds: limits.age.map(|age| age.as_secs()),
            bytes: limits.bytes,
        };
        let value = serde_json::to_value(chosen).unwrap_or_default();
        self.core.store.set_setting(RETENTION, &value).await?;
        self.core.housekeeping.renew(&self.core).await;
        self.core.changes.tell(Change::Status);
        Ok(())
    }

    /// Gives free space of the file back to the disk, for a short time. Returns how many bytes are still free in it.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn give_back(&self) -> Result<u64, EngineError> {
        Ok(self.core.store.give_back_next().await?)
    }

    /// Writes a whole, consistent copy of the data file to `path`, where nothing may be yet; receiving goes on
    /// meanwhile. Returns its length in bytes.
    ///
    /// # Errors
    /// When something is there, or it cannot be written; then nothing is left of it.
    pub async fn backup(&self, path: &Path) -> Result<u64, EngineError> {
        Ok(self.core.store.backup(path).await?)
    }
}

impl Core {
    /// The limits that hold: what the person chose, else what the engine was opened with.
    pub(crate) async fn retention(&self) -> Result<RetentionLimits, EngineError> {
        let chosen = self.store.setting(RETENTION).await?;
        let chosen = chosen.and_then(|value| serde_json::from_value::<Chosen>(value).ok());
        Ok(chosen.map_or(self.options.retention, |chosen| RetentionLimits {
            requests: chosen.requests,
            age: chosen.age_seconds.map(Duration::from_secs),
            bytes: chosen.bytes,
        }))
    }
}

fn check(limits: &RetentionLimits) -> Result<(), EngineError> {
    let problem = if limits.requests.is_some_and(|most| !(1..=MOST).contains(&most)) {
        "keep at least 1 request"
    } else if limits
        .age
        .is_some_and(|age| age < LEAST_AGE || age.as_secs() > MOST / 1_000_000)
    {
        "keep requests for a minute at least"
    } else if limits
        .bytes
        .is_some_and(|most| !(LEAST_BYTES..=MOST).contains(&most))
    {
        "let the data use 16 MiB at least"
    } else {
        return Ok(());
    };
    Err(EngineError::bad_input(
        "the data cannot be kept within these limits",
        problem,
    ))
}

/// The bytes of the files in a folder; 0 where there is none.
fn files_of(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    entries
        .flatten()
        .filter_map(|entry| entry.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|data| data.len())
        .sum()
}
