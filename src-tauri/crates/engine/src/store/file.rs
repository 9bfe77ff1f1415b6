//! The data file as the operating system sees it: where it lies, who may read it, and whether it is still there.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::place::{self, Room};
use super::{OpenError, StoreError};

/// The name of the data file in the data folder.
pub(super) const NAME: &str = "hookbench.db";

/// The data file, remembered by what tells one file from another.
#[derive(Debug)]
pub(super) struct DataFile {
    path: PathBuf,
    identity: Option<(u64, u64)>,
    /// What was found to be damaged.
    damage: OnceLock<String>,
    room: Room,
    /// What was left on the disk when that was last looked at.
    left: AtomicU64,
}

impl DataFile {
    /// Remembers the file at `path`. No handle is kept: closing one would drop SQLite's locks on the file.
    pub(super) fn remember(path: &Path, room: Room) -> Self {
        Self {
            path: path.to_owned(),
            identity: identity(path),
            damage: OnceLock::new(),
            room,
            left: AtomicU64::new(u64::MAX),
        }
    }

    /// Looks at the room on the disk; gives it where it is so little that the person should know.
    pub(super) fn look_at_room(&self) -> Option<u64> {
        let left = self.path.parent().and_then(place::left);
        self.left.store(left.unwrap_or(u64::MAX), Ordering::Relaxed);
        left.filter(|left| *left < self.room.warn_below)
    }

    /// Fails while there is too little room on the disk to take more.
    pub(super) fn has_room(&self) -> Result<(), StoreError> {
        let left = self.left.load(Ordering::Relaxed);
        if left < self.room.refuse_below {
            return Err(StoreError::NearlyFull { left });
        }
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where its log lies, beside it.
    pub(super) fn log(&self) -> PathBuf {
        let mut log = self.path.as_os_str().to_owned();
        log.push("-wal");
        log.into()
    }

    /// Remembers that it is damaged: nothing is acknowledged into it any more.
    pub(super) fn condemn(&self, detail: &str) {
        let _ = self.damage.set(detail.to_owned());
    }

    /// Fails if the file was deleted or replaced: SQLite would go on writing into a file that no longer has a name.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        if let Some(detail) = self.damage.get() {
            return Err(StoreError::Corrupt {
                detail: detail.clone(),
            });
        }
        if identity(&self.path) == self.identity {
            return Ok(());
        }
        Err(StoreError::Gone {
            path: self.path.clone(),
        })
    }
}

/// What tells a file from another one that takes its path while it is open.
#[cfg(unix)]
pub(super) fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|data| (data.dev(), data.ino()))
}

/// Elsewhere an open file cannot be deleted; that it exists is what can be told.
#[cfg(not(unix))]
pub(super) fn identity(path: &Path) -> Option<(u64, u64)> {
    path.exists().then_some((0, 0))
}

/// Makes the folder, for its owner alone. One that is there keeps its mode: the person may share it on purpose, and
/// every file in it is private by itself.
pub(super) fn make_folder(folder: &Path) -> Result<(), OpenError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| OpenError::from_io(&error, folder.to_owned()))?;
    Ok(())
}

/// Makes an empty file, for its owner alone, where there is none. What SQLite makes beside it has the same mode.
pub(super) fn make_file(path: &Path) -> Result<(), OpenError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(OpenError::from_io(&error, path.to_owned())),
    }
}
