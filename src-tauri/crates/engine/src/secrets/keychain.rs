//! The keychain: Keychain Services on macOS, the Credential Manager on Windows, the Secret Service elsewhere.

use keyring::v1::{Entry, Error};
use secrecy::{ExposeSecret as _, SecretString};

use super::{SecretError, SecretStore};
use crate::model::SecretId;

/// The name under which the keychain lists our entries.
const APPLICATION: &str = "hookbench";

/// The keychain of the operating system.
#[derive(Debug, Clone, Copy)]
pub struct Keychain;

impl Keychain {
    /// Connects to the keychain. May take some milliseconds the first time.
    ///
    /// # Errors
    /// When there is none, for example on a server without a session bus.
    pub fn connect() -> Result<Self, SecretError> {
        match Entry::store_status() {
            Ok(()) => Ok(Self),
            Err(error) => Err(SecretError::Keychain(error.to_string())),
        }
    }

    fn entry(id: SecretId) -> Result<Entry, SecretError> {
        Entry::new(APPLICATION, &id.to_string()).map_err(|error| SecretError::Keychain(error.to_string()))
    }
}

impl SecretStore for Keychain {
    fn put(&self, id: SecretId, value: &SecretString) -> Result<(), SecretError> {
        Self::entry(id)?
            .set_password(value.expose_secret())
            .map_err(|error| SecretError::Keychain(error.to_string()))
    }

    fn get(&self, id: SecretId) -> Result<Option<SecretString>, SecretError> {
        match Self::entry(id)?.get_password() {
            Ok(value) => Ok(Some(SecretString::from(value))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(SecretError::Keychain(error.to_string())),
        }
    }

    fn remove(&self, id: SecretId) -> Result<(), SecretError> {
        match Self::entry(id)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(SecretError::Keychain(error.to_string())),
        }
    }
}
