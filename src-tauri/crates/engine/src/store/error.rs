//! What can go wrong with the store, in words a person can act on. No sqlx type is in a public variant.

use std::path::PathBuf;

/// A read or a write failed. The message is the fact, [`StoreError::hint`] the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No room on the disk, or the file may not grow.
    #[error("the disk is full")]
    Full,
    /// So little room is left on the disk that nothing more is taken.
    #[error("only {} MB are left on the disk of the data folder", .left / 1_000_000)]
    NearlyFull {
        /// Bytes.
        left: u64,
    },
    /// Another program holds the write lock for longer than we wait.
    #[error("the data file is locked by another program")]
    Locked,
    /// The file or its file system can only be read.
    #[error("the data file can only be read")]
    ReadOnly,
    /// The file was deleted, moved or replaced while it was open.
    #[error("the data file `{path}` was deleted or replaced")]
    Gone {
        /// Where it was.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("the data file is damaged: {detail}")]
    Corrupt {
        /// What SQLite says.
        detail: String,
    },
    /// The disk did not do what it was asked to.
    #[error("the disk reported an error: {detail}")]
    Disk {
        /// What SQLite or the operating system says.
        detail: String,
    },
    /// What was asked for is not there.
    #[error("no {kind} `{name}`")]
    NotFound {
        /// What was asked for, e.g. `request`.
        kind: &'static str,
        /// Its id or name.
        name: String,
    },
    /// A prefix that begins several ids.
    #[error("`{prefix}` begins the ids of several requests")]
    Ambiguous {
        /// The prefix.
        prefix: String,
    },
    /// A prefix that is no beginning of an id, or too short a one.
    #[error("`{prefix}` is no request id or beginning of one")]
    BadPrefix {
        /// What was given.
        prefix: String,
    },
    /// There is one with this name already.
    #[error("there is already {kind} `{name}`")]
    Exists {
        /// What it is, with its article, e.g. `an endpoint`.
        kind: &'static str,
        /// The name that is taken.
        name: String,
    },
    /// What it belongs to is not there, and can be brought back.
    #[error("its {kind} is not there")]
    Needs {
        /// What that is.
        kind: &'static str,
    },
    /// What it belongs to is not there and never will be.
    #[error("its {kind} is gone for good")]
    Orphaned {
        /// What that is.
        kind: &'static str,
        /// What can be done in its stead.
        instead: &'static str,
    },
    /// One request could not be kept, though others can.
    #[error("the store refused this record: {detail}")]
    Refused {
        /// What SQLite says.
        detail: String,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// A fault of this program.
    #[error("the store failed: {detail}")]
    Internal {
        /// What was reported.
        detail: String,
    },
}

impl StoreError {
    /// What to do about it, where there is something to do.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Full | Self::NearlyFull { .. } => {
                Some("make room on the disk, or lower the limits of what is kept")
            }
            Self::Locked => {
                Some("close the program that works on the data file; receiving goes on by itself")
            }
            Self::ReadOnly => Some("make the data folder writable, or choose another one"),
            Self::Gone { .. } => Some("put the file back, or start again for a new one"),
            Self::Corrupt { .. } => {
                Some("set the file aside and start a new one: the damaged one is kept as it is")
            }
            Self::Disk { .. } => Some("check the disk; requests are refused until a write succeeds"),
            Self::Ambiguous { .. } => Some("give more of the id"),
            Self::BadPrefix { .. } => {
                Some("give the whole id, or at least its first four hexadecimal digits")
            }
            Self::Exists { .. } => Some("choose another name"),
            Self::Needs { .. } => Some("bring that back first"),
            Self::Orphaned { instead, .. } => Some(instead),
            Self::NotFound { .. } | Self::Refused { .. } | Self::Closed | Self::Internal { .. } => None,
        }
    }

    /// Whether room on the disk is what is missing.
    #[must_use]
    pub const fn is_about_room(&self) -> bool {
        matches!(self, Self::Full | Self::NearlyFull { .. })
    }

    /// Whether the same may be there, and be read, another time: nothing of it may be given up for this. Not so where
    /// the file has answered, be it that there is none or that this one is damaged.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        !matches!(
            self,
            Self::NotFound { .. }
                | Self::Corrupt { .. }
                | Self::Refused { .. }
                | Self::Ambiguous { .. }
                | Self::BadPrefix { .. }
                | Self::Exists { .. }
                | Self::Needs { .. }
                | Self::Orphaned { .. }
        )
    }

    /// Whether the next write would fail in the same way, whatever it wrote.
    pub(super) const fn fails_every_write(&self) -> bool {
        matches!(
            self,
            Self::Locked
                | Self::ReadOnly
                | Self::Gone { .. }
                | Self::Corrupt { .. }
                | Self::Disk { .. }
                | Self::Closed
        )
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let detail = error.to_string();
        let Some(code) = code_of(&error) else {
            return match error {
                sqlx::Error::Io(_) => Self::Disk { detail },
                sqlx::Error::PoolTimedOut => Self::Locked,
                sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed,
                // What lies there is none of what is ever written there.
                sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Corrupt { detail },
                _ => Self::Internal { detail },
            };
        };
        match code & 0xff {
            5 | 6 => Self::Locked,
            8 => Self::ReadOnly,
            10 | 14 | 15 => Self::Disk { detail },
            11 | 26 => Self::Corrupt { detail },
            13 => Self::Full,
            18..=20 => Self::Refused { detail },
            _ => Self::Internal { detail },
        }
    }
}

/// SQLite's extended result code, where the error came from SQLite.
pub(super) fn code_of(error: &sqlx::Error) -> Option<i32> {
    let sqlx::Error::Database(database) = error else {
        return None;
    };
    database.code()?.parse().ok()
}

/// The data file could not be opened. It is left as it was found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file is something else.
    #[error("`{path}` is not a Hookbench data file")]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("`{path}` is damaged: {detail}")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        detail: String,
    },
    /// A build between two versions made it, with other tables than any version has.
    #[error("`{path}` was made by an unreleased build of Hookbench whose tables are not those of this one")]
    Unreleased {
        /// The file.
        path: PathBuf,
    },
    /// A later version of the program made it.
    #[error(
        "`{path}` was written by Hookbench {made_by} (schema {found}); this version knows schema {known}"
    )]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema that is known here.
        known: i64,
        /// The version that wrote it.
        made_by: String,
    },
    /// Another program holds it.
    #[error("`{path}` is locked by another program")]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// It can only be read.
    #[error("`{path}` can only be read")]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// No room on the disk.
    #[error("there is no room on the disk for `{path}`")]
    NoRoom {
        /// The file.
        path: PathBuf,
    },
    /// The operating system denies it.
    #[error("no permission to use `{path}`")]
    Permission {
        /// The file or folder.
        path: PathBuf,
    },
    /// Anything else.
    #[error("cannot open `{path}`: {detail}")]
    Other {
        /// The file or folder.
        path: PathBuf,
        /// What was reported.
        detail: String,
    },
}

impl OpenError {
    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NotOurs { .. } => {
                "choose another data folder, or set that file aside with `hookbench set-aside`; it is kept as it is"
            }
            Self::Corrupt { .. } | Self::Unreleased { .. } => {
                "set the file aside with `hookbench set-aside` and start a new one; the old one is kept as it is"
            }
            Self::NewerSchema { .. } => {
                "use that version of Hookbench or another data folder, or set the file aside with `hookbench set-aside`; it is unchanged"
            }
            Self::Locked { .. } => "close the program that uses it and try again",
            Self::ReadOnly { .. } => "make the data folder writable, or choose another one",
            Self::NoRoom { .. } => "make room on the disk and try again",
            Self::Permission { .. } => "make the data folder yours, or choose another one",
            Self::Other { .. } => "check that the data folder is on a local disk and can be written to",
        }
    }

    /// Whether setting the file aside and beginning a new one is a way on.
    #[must_use]
    pub const fn may_set_aside(&self) -> bool {
        matches!(
            self,
            Self::NotOurs { .. } | Self::Corrupt { .. } | Self::Unreleased { .. } | Self::NewerSchema { .. }
        )
    }

    pub(super) fn from_io(error: &std::io::Error, path: PathBuf) -> Self {
        match error.kind() {
            std::io::ErrorKind::PermissionDenied => Self::Permission { path },
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::NoRoom { path },
            std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            _ => Self::Other {
                path,
                detail: error.to_string(),
            },
        }
    }

    pub(super) fn from_sqlx(error: &sqlx::Error, path: PathBuf) -> Self {
        let detail = error.to_string();
        match code_of(error).map(|code| code & 0xff) {
            Some(5 | 6) => Self::Locked { path },
            Some(8) => Self::ReadOnly { path },
            Some(11) => Self::Corrupt { path, detail },
            Some(13) => Self::NoRoom { path },
            Some(14) => match std::fs::OpenOptions::new().write(true).open(&path) {
                Ok(_) => Self::Other { path, detail },
                Err(error) => Self::from_io(&error, path),
            },
            Some(26) => Self::NotOurs { path },
            _ => Self::Other { path, detail },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_told_from_what_the_file_says() {
        for error in [
            sqlx::Error::PoolTimedOut,
            sqlx::Error::PoolClosed,
            sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()),
        ] {
            let error = StoreError::from(error);
            assert!(error.may_pass(), "another time it can be read: {error}");
        }
        for error in [
            sqlx::Error::Decode("no number".into()),
            sqlx::Error::ColumnDecode {
                index: "0".to_owned(),
                source: "no number".into(),
            },
        ] {
            let error = StoreError::from(error);
            assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
            assert!(!error.may_pass(), "it is as damaged the next time: {error}");
        }
        let missing = StoreError::NotFound {
            kind: "request",
            name: "a".to_owned(),
        };
        assert!(!missing.may_pass(), "there is none");
    }
}
