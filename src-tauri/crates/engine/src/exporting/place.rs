//! Where an exported file comes to lie, and under which name.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use tempfile::NamedTempFile;

use super::ExportError;
use crate::model::Timestamp;

/// How many names are tried where each is taken.
const NAMES: u32 = 1_000;

/// Where an exported file comes to lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportPlace {
    /// There, where nothing may be yet.
    File(PathBuf),
    /// In the person's folder for downloads, under a name of ours: what was captured never names a file. Where there is
    /// no such folder, in `exports` of the data folder.
    Downloads,
}

impl ExportPlace {
    /// The folder, made where it is ours.
    pub(super) fn folder(&self, data: &Path) -> Result<PathBuf, ExportError> {
        match self {
            Self::File(path) => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                Ok(folder.unwrap_or(Path::new(".")).to_owned())
            }
            Self::Downloads => match downloads() {
                Some(folder) => Ok(folder),
                None => {
                    let folder = data.join("exports");
                    std::fs::create_dir_all(&folder).map_err(|error| ExportError::of(&error, &folder))?;
                    Ok(folder)
                }
            },
        }
    }

    /// Gives a whole file its name, which nothing has.
    pub(super) fn keep(
        &self,
        file: NamedTempFile,
        folder: &Path,
        now: Timestamp,
    ) -> Result<PathBuf, ExportError> {
        let mut file = file;
        for number in 1..=NAMES {
            let path = match self {
                Self::File(path) => path.clone(),
                Self::Downloads => folder.join(name(now, number)),
            };
            match file.persist_noclobber(&path) {
                Ok(_) => return Ok(path),
                Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => match self {
                    Self::File(_) => return Err(ExportError::Exists { path }),
                    Self::Downloads => file = error.file,
                },
                Err(error) => return Err(ExportError::of(&error.error, folder)),
            }
        }
        Err(ExportError::Exists {
            path: folder.join(name(now, NAMES)),
        })
    }
}

/// The person's folder for downloads, where there is one.
fn downloads() -> Option<PathBuf> {
    let person = directories::UserDirs::new()?;
    let usual = || person.home_dir().join("Downloads");
    let folder = person.download_dir().map_or_else(usual, Path::to_owned);
    folder.is_dir().then_some(folder)
}

/// `hookbench-2026-11-21-094412.har`, by the clock on the wall; a second one in the same second has a number.
fn name(now: Timestamp, number: u32) -> String {
    let moment = match jiff::Timestamp::from_microsecond(now.as_micros()) {
        Ok(now) => now
            .to_zoned(TimeZone::system())
            .strftime("%Y-%m-%d-%H%M%S")
            .to_string(),
        // Beyond the calendar there is no date to name it by.
        Err(_) => "export".to_owned(),
    };
    match number {
        1 => format!("hookbench-{moment}.har"),
        number => format!("hookbench-{moment}-{number}.har"),
    }
}
