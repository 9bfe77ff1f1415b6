//! Secrets as files, one a secret, mode 0600 in a folder of mode 0700.
//!
//! One file a secret, so that two processes on the same data never overwrite each other's.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

use super::{SecretError, SecretStore};
use crate::model::SecretId;

/// A folder of secrets.
#[derive(Debug, Clone)]
pub struct SecretFiles {
    folder: PathBuf,
}

impl SecretFiles {
    /// The folder `secrets` in `data_dir`; it is made with the first secret.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self {
            folder: data_dir.join("secrets"),
        }
    }

    fn path(&self, id: SecretId) -> PathBuf {
        self.folder.join(id.to_string())
    }
}

impl SecretStore for SecretFiles {
    fn put(&self, id: SecretId, value: &SecretString) -> Result<(), SecretError> {
        let path = self.path(id);
        write(&self.folder, &path, value.expose_secret().as_bytes())
            .map_err(|cause| SecretError::File { path, cause })
    }

    fn get(&self, id: SecretId) -> Result<Option<SecretString>, SecretError> {
        let path = self.path(id);
        match fs::read_to_string(&path) {
            Ok(value) => Ok(Some(SecretString::from(value))),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(SecretError::File { path, cause }),
        }
    }

    fn remove(&self, id: SecretId) -> Result<(), SecretError> {
        let path = self.path(id);
        match fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(cause) => Err(SecretError::File { path, cause }),
        }
    }
}

/// Writes a file beside its place and moves it there, so that a crash leaves the old value or the new.
fn write(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // A temporary file is made with mode 0600 from the start: the value is never readable by others.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_kept_replaced_and_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let files = SecretFiles::new(dir.path());
        let id = SecretId::generate();
        assert!(files.get(id).unwrap().is_none(), "nothing is there at first");
        files.put(id, &SecretString::from("one")).unwrap();
        files.put(id, &SecretString::from("two\n")).unwrap();
        assert_eq!(
            files.get(id).unwrap().unwrap().expose_secret(),
            "two\n",
            "the last value, byte for byte"
        );
        files.remove(id).unwrap();
        files.remove(id).unwrap();
        assert!(
            files.get(id).unwrap().is_none(),
            "it is gone, and going twice is no error"
        );
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_file_and_its_folder() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let files = SecretFiles::new(dir.path());
        let id = SecretId::generate();
        files.put(id, &SecretString::from("value")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&files.path(id)), 0o600, "the file is the owner's alone");
        assert_eq!(mode(&files.folder), 0o700, "and so is the folder");
    }
}
