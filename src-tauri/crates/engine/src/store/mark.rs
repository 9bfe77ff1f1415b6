//! How far the history had come, kept beside the data file.
//!
//! What was committed last is in SQLite's log, a file of its own. If that is deleted or damaged, the data file opens
//! as if nothing had ever been in it. The mark outlives the log, so that the loss is said and not discovered.

use std::path::Path;

use super::file;

const NAME: &str = "hookbench.mark";

/// The last sequence that was known to be kept in the file of this identity.
pub(super) fn read(folder: &Path, identity: &[u8]) -> Option<i64> {
    let text = std::fs::read_to_string(folder.join(NAME)).ok()?;
    let (whose, sequence) = text.trim_end().split_once(' ')?;
    (whose == hex::encode(identity)).then(|| sequence.parse().ok())?
}

/// Remembers that `sequence` is kept. It is written after the commit, so the file is never behind the mark by itself;
/// that the disk may not have it yet only means that less of a loss is known.
pub(super) fn write(folder: &Path, identity: &[u8], sequence: i64) {
    let path = folder.join(NAME);
    let text = format!("{} {sequence}\n", hex::encode(identity));
    let written = file::make_file(&path)
        .map_err(|error| error.to_string())
        .and_then(|()| std::fs::write(&path, text).map_err(|error| error.to_string()));
    if let Err(error) = written {
        tracing::debug!(%error, "the mark of the history cannot be written");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_of_one_file_only() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path(), b"a"), None, "there is none at first");
        write(folder.path(), b"a", 7);
        write(folder.path(), b"a", 12);
        assert_eq!(read(folder.path(), b"a"), Some(12), "the last one");
        assert_eq!(
            read(folder.path(), b"b"),
            None,
            "another file has its own history"
        );
        std::fs::write(folder.path().join(NAME), b"\xff garbage").unwrap();
        assert_eq!(read(folder.path(), b"a"), None, "garbage says nothing");
    }
}
