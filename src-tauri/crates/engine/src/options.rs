//! How an engine is opened.

use std::path::PathBuf;

use crate::capture::Limits;
use crate::clock::Clock;
use crate::secrets::Preference;
use crate::store::{RetentionLimits, StoreOptions};

/// How an engine is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder with all data. It is made where it is not there.
    pub data_dir: PathBuf,
    /// Where new secrets go.
    pub secrets: Preference,
    /// What senders may take of this machine.
    pub limits: Limits,
    /// How the data file is opened.
    pub store: StoreOptions,
    /// How much history is kept.
    pub retention: RetentionLimits,
    /// The clock.
    pub clock: Clock,
}

impl Options {
    /// The usual options for the data in `data_dir`, or in the person's own data folder: `~/.local/share/hookbench`,
    /// `~/Library/Application Support/dev.hookbench.Hookbench` or `%APPDATA%\hookbench\Hookbench\data`.
    ///
    /// `HOOKBENCH_SECRETS=file` keeps secrets in files even where there is a keychain.
    #[must_use]
    pub fn at(data_dir: Option<PathBuf>) -> Self {
        let data_dir = data_dir.or_else(|| {
            directories::ProjectDirs::from("dev", "hookbench", "Hookbench")
                .map(|dirs| dirs.data_dir().to_owned())
        });
        let files = std::env::var_os("HOOKBENCH_SECRETS").is_some_and(|choice| choice == "file");
        Self {
            // Without a home folder there is only the present one; the first line says where the data is.
            data_dir: data_dir.unwrap_or_else(|| PathBuf::from("hookbench-data")),
            secrets: if files {
                Preference::Files
            } else {
                Preference::KeychainFirst
            },
            limits: Limits::default(),
            store: StoreOptions::default(),
            retention: RetentionLimits::default(),
            clock: Clock::system(),
        }
    }
}
