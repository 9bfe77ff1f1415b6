//! Where long bodies go, and how much of all bodies may stay in memory.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tempfile::{NamedTempFile, TempPath};
use tokio::sync::Semaphore;

const PREFIX: &str = "body-";

/// No body pauses this long and none waits so long for its row, so a spool file that was last written this long ago was
/// left by a program that died.
const LEFT_BEHIND: Duration = Duration::from_hours(1);

/// The folder of the spool files, and the count of bytes that bodies hold in memory.
#[derive(Debug)]
pub(super) struct Spool {
    folder: PathBuf,
    in_memory: AtomicU64,
    /// Held by who writes: each write has a thread of its own, and a disk does not do many at a time.
    writing: Arc<Semaphore>,
}

impl Spool {
    /// Makes the folder if it is not there, and removes what a program that died left in it.
    pub(super) fn open(folder: PathBuf) -> io::Result<Arc<Self>> {
        make_private_folder(&folder)?;
        remove_left_behind(&folder);
        Ok(Arc::new(Self {
            folder,
            in_memory: AtomicU64::new(0),
            writing: Arc::new(Semaphore::new(WRITERS)),
        }))
    }

    /// The bytes that all bodies together hold in memory.
    pub(super) fn in_memory(&self) -> u64 {
        self.in_memory.load(Ordering::Relaxed)
    }

    /// A new spool file, readable by the user alone.
    pub(super) async fn create(&self) -> io::Result<SpoolFile> {
        let folder = self.folder.clone();
        let permit = Arc::clone(&self.writing).acquire_owned().await;
        let file = blocking(move || {
            let _permit = permit;
            tempfile::Builder::new()
                .prefix(PREFIX)
                .suffix(".part")
                .tempfile_in(folder)
        })
        .await?;
        Ok(SpoolFile {
            file: Some(file),
            waiting: Vec::new(),
            length: 0,
            writing: Arc::clone(&self.writing),
        })
    }
}

/// Counts bytes of a body in memory for as long as it is held.
#[derive(Debug)]
pub(super) struct Held {
    spool: Arc<Spool>,
    bytes: u64,
}

impl Held {
    pub(super) const fn nothing(spool: Arc<Spool>) -> Self {
        Self { spool, bytes: 0 }
    }

    pub(super) fn set(&mut self, bytes: u64) {
        if bytes >= self.bytes {
            self.spool
                .in_memory
                .fetch_add(bytes - self.bytes, Ordering::Relaxed);
        } else {
            self.spool
                .in_memory
                .fetch_sub(self.bytes - bytes, Ordering::Relaxed);
        }
        self.bytes = bytes;
    }

    pub(super) fn spool(&self) -> &Arc<Spool> {
        &self.spool
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.set(0);
    }
}

/// A body on its way into a file. It is removed when nobody holds it any more.
#[derive(Debug)]
pub(super) struct SpoolFile {
    file: Option<NamedTempFile>,
    waiting: Vec<u8>,
    length: u64,
    writing: Arc<Semaphore>,
}

/// How many spool files are made or written at a time.
const WRITERS: usize = 4;
/// Bytes are gathered up to this before a thread is asked to write them.
const PIECE: usize = 32 * 1024;

impl SpoolFile {
    pub(super) async fn write(&mut self, bytes: &Bytes) -> io::Result<()> {
        self.length += bytes.len() as u64;
        if self.waiting.len() + bytes.len() < PIECE {
            self.waiting.extend_from_slice(bytes);
            return Ok(());
        }
        // A long piece is written from where it lies.
        self.flush(bytes.clone()).await
    }

    async fn flush(&mut self, more: Bytes) -> io::Result<()> {
        let mut file = self.file.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let waiting = std::mem::take(&mut self.waiting);
        let permit = Arc::clone(&self.writing).acquire_owned().await;
        self.file = Some(
            blocking(move || {
                let _permit = permit;
                file.write_all(&waiting)?;
                file.write_all(&more)?;
                Ok(file)
            })
            .await?,
        );
        Ok(())
    }

    /// Writes what is waiting and gives the file out of hand.
    pub(super) async fn finish(mut self) -> io::Result<(TempPath, u64)> {
        self.flush(Bytes::new()).await?;
        let file = self.file.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok((file.into_temp_path(), self.length))
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn remove_left_behind(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX));
        let age = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .map(|at| SystemTime::now().duration_since(at));
        if ours && matches!(age, Ok(Ok(age)) if age > LEFT_BEHIND) && fs::remove_file(entry.path()).is_ok() {
            tracing::info!(file = %entry.path().display(), "removed a spool file that was left behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_spool_file_holds_what_was_written_and_goes_with_its_holder() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path().join("spool")).unwrap();
        let mut file = spool.create().await.unwrap();
        let piece = Bytes::from(vec![7; 50_000]);
        for _ in 0..3 {
            file.write(&piece).await.unwrap();
        }
        let (path, length) = file.finish().await.unwrap();
        assert_eq!(length, 150_000, "every byte is counted");
        assert_eq!(fs::read(&path).unwrap(), vec![7; 150_000], "and written");
        let name = path.to_path_buf();
        drop(path);
        assert!(!name.exists(), "nobody holds it any more");
    }

    #[test]
    fn only_old_files_of_our_own_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, age: Duration| {
            let file = fs::File::create(folder.path().join(name)).unwrap();
            file.set_modified(SystemTime::now() - age).unwrap();
        };
        make("body-old.part", LEFT_BEHIND * 2);
        make("body-new.part", Duration::ZERO);
        make("notes.txt", LEFT_BEHIND * 2);
        Spool::open(folder.path().to_owned()).unwrap();
        let left: std::collections::BTreeSet<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(
            left,
            ["body-new.part".into(), "notes.txt".into()].into(),
            "another program may be writing the new one"
        );
    }

    #[test]
    fn bytes_in_memory_are_counted_while_they_are_held() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path().to_owned()).unwrap();
        let mut held = Held::nothing(Arc::clone(&spool));
        held.set(100);
        held.set(40);
        assert_eq!(spool.in_memory(), 40, "the count follows");
        drop(held);
        assert_eq!(spool.in_memory(), 0, "and ends with the holder");
    }
}
