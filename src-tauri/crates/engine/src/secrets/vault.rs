//! Chooses between the two places, and keeps the blocking calls off the runtime.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use secrecy::SecretString;

use super::{Keychain, SecretError, SecretFiles, SecretStore};
use crate::model::{SecretId, SecretPlace};

/// Which place new secrets go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preference {
    /// The keychain where there is one, else files.
    #[default]
    KeychainFirst,
    /// Files, even where there is a keychain: for servers, containers and tests.
    Files,
}

/// The values of all secrets.
#[derive(Clone)]
pub struct Vault {
    files: SecretFiles,
    preference: Preference,
    /// Found out once, at the first need: asking for the keychain can take longer than starting the listener.
    keychain: Arc<OnceLock<Result<Keychain, String>>>,
}

impl Vault {
    /// A vault for the data in `data_dir`.
    #[must_use]
    pub fn new(data_dir: &Path, preference: Preference) -> Self {
        Self {
            files: SecretFiles::new(data_dir),
            preference,
            keychain: Arc::default(),
        }
    }

    /// Where a new secret is kept.
    pub async fn place(&self) -> SecretPlace {
        self.blocking(|vault| match vault.keychain() {
            Ok(_) => SecretPlace::Keychain,
            Err(_) => SecretPlace::File,
        })
        .await
    }

    /// Why the keychain is not used, where it was asked for and is not there.
    pub async fn trouble(&self) -> Option<String> {
        if self.preference == Preference::Files {
            return None;
        }
        self.blocking(|vault| vault.keychain().err()).await
    }

    /// Keeps `value` under `id` and tells where.
    ///
    /// # Errors
    /// When the place cannot be written. A keychain that is there but refuses is an error: the value never goes to a
    /// file instead without the person's word.
    pub async fn put(&self, id: SecretId, value: SecretString) -> Result<SecretPlace, SecretError> {
        self.blocking(move |vault| match vault.keychain() {
            Ok(keychain) => keychain.put(id, &value).map(|()| SecretPlace::Keychain),
            Err(_) => vault.files.put(id, &value).map(|()| SecretPlace::File),
        })
        .await
    }

    /// The value under `id`; `None` where there is none.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub async fn get(&self, id: SecretId, place: SecretPlace) -> Result<Option<SecretString>, SecretError> {
        self.blocking(move |vault| vault.store(place)?.get(id)).await
    }

    /// Forgets the value under `id`.
    ///
    /// # Errors
    /// When the place cannot be written.
    pub async fn remove(&self, id: SecretId, place: SecretPlace) -> Result<(), SecretError> {
        self.blocking(move |vault| vault.store(place)?.remove(id)).await
    }

    fn store(&self, place: SecretPlace) -> Result<Box<dyn SecretStore>, SecretError> {
        Ok(match place {
            SecretPlace::File => Box::new(self.files.clone()),
            // A value that was put into the keychain is only there, whatever is preferred today.
            SecretPlace::Keychain => Box::new(Keychain::connect()?),
        })
    }

    fn keychain(&self) -> Result<Keychain, String> {
        match self.preference {
            Preference::Files => Err("files are preferred".to_owned()),
            Preference::KeychainFirst => self
                .keychain
                .get_or_init(|| Keychain::connect().map_err(|error| error.to_string()))
                .clone(),
        }
    }

    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Self) -> T + Send + 'static) -> T {
        let vault = self.clone();
        match tokio::task::spawn_blocking(move || work(&vault)).await {
            Ok(done) => done,
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        }
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Vault({:?})", self.preference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    #[tokio::test]
    async fn files_serve_where_they_are_preferred() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::new(dir.path(), Preference::Files);
        let id = SecretId::generate();
        let place = vault.put(id, SecretString::from("s3cret")).await.unwrap();
        assert_eq!(place, SecretPlace::File, "the choice is honoured");
        let value = vault.get(id, place).await.unwrap().unwrap();
        assert_eq!(value.expose_secret(), "s3cret", "and the value comes back");
        assert!(
            !format!("{vault:?} {value:?}").contains("s3cret"),
            "debug output never shows a value"
        );
    }
}
