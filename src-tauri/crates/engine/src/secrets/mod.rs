//! Where the values of secrets are kept: the keychain of the operating system, or files that only their owner can
//! read where there is none.
//!
//! The database holds a secret's id, name and place; the value is found here under its id. The two places are behind
//! one trait because the choice between them is made at run time: a server has no keychain, and a desktop's can be
//! locked. Nothing here logs, and no error carries a value.

mod files;
mod keychain;
mod vault;

pub use files::SecretFiles;
pub use keychain::Keychain;
pub use vault::{Preference, Vault};

pub use secrecy::SecretString;

use crate::model::SecretId;

/// A place that keeps values under ids. Calls may block for as long as a person takes to unlock a keychain.
pub trait SecretStore: Send + Sync {
    /// Keeps `value` under `id`, replacing what was there.
    ///
    /// # Errors
    /// When the place cannot be written.
    fn put(&self, id: SecretId, value: &SecretString) -> Result<(), SecretError>;

    /// The value under `id`; `None` where there is none.
    ///
    /// # Errors
    /// When the place cannot be read.
    fn get(&self, id: SecretId) -> Result<Option<SecretString>, SecretError>;

    /// Forgets the value under `id`; nothing to forget is no error.
    ///
    /// # Errors
    /// When the place cannot be written.
    fn remove(&self, id: SecretId) -> Result<(), SecretError>;
}

/// A place for secrets that did not answer.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The keychain refused or is not there.
    #[error("the keychain cannot be used: {0}")]
    Keychain(String),
    /// A file could not be read or written.
    #[error("the secrets file `{path}` cannot be used: {cause}")]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
}

impl SecretError {
    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Keychain(_) => {
                "unlock the keychain and try again, or start with HOOKBENCH_SECRETS=file to keep secrets in files that only you can read"
            }
            Self::File { .. } => "check who owns the data folder and whether its disk has room",
        }
    }
}
