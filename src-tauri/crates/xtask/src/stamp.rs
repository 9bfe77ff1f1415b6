//! Remembering what was done for which input, so that it is done again only when the input changed.
//!
//! The input is compared by content: a checkout that only touches times costs nothing.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::report::Failure;

/// A file that holds the digest of the input something was last done for.
#[derive(Debug)]
pub(crate) struct Stamp {
    path: PathBuf,
    digest: String,
}

impl Stamp {
    /// The stamp kept at `path`, for the content of `inputs` (files and directories) as it is now.
    pub(crate) fn of(path: PathBuf, inputs: &[PathBuf]) -> Result<Self, Failure> {
        let digest =
            digest(inputs).map_err(|error| Failure::new(format!("the sources cannot be read: {error}")))?;
        Ok(Self { path, digest })
    }

    /// Whether the work was last done for just this input.
    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|kept| kept.trim() == self.digest)
    }

    /// Remembers that the work is done for this input.
    pub(crate) fn keep(&self) -> Result<(), Failure> {
        // A project without packages has no directory for them.
        let written = self.path.parent().map_or(Ok(()), fs::create_dir_all);
        written
            .and_then(|()| fs::write(&self.path, format!("{}\n", self.digest)))
            .map_err(|error| Failure::new(format!("`{}` cannot be written: {error}", self.path.display())))
    }
}

/// What is made from the sources, or has nothing to do with them.
const PASSED_OVER: [&str; 5] = [
    "node_modules",
    "dist",
    "coverage",
    "test-results",
    "playwright-report",
];

/// Every file of `inputs` in a fixed order; what is generated is passed over.
fn files(inputs: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = inputs.to_vec();
    while let Some(path) = waiting.pop() {
        if path
            .file_name()
            .is_some_and(|name| PASSED_OVER.iter().any(|passed| name == *passed))
        {
            continue;
        }
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                waiting.push(entry?.path());
            }
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// FNV-1a over names, lengths and contents. It guards against forgetting, not against malice, and unlike the standard
/// library's hasher it is the same in every version of Rust.
fn digest(inputs: &[PathBuf]) -> io::Result<String> {
    let mut state: u64 = 0xcbf2_9ce4_8422_2325;
    let mut take = |bytes: &[u8]| {
        for part in [&(bytes.len() as u64).to_le_bytes()[..], bytes] {
            for byte in part {
                state = (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
    };
    for path in files(inputs)? {
        take(path.to_string_lossy().as_bytes());
        take(&fs::read(&path)?);
    }
    Ok(format!("{state:016x}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A directory of its own for one test, removed with it.
    struct Room(PathBuf);

    impl Room {
        fn new() -> Self {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let name = format!(
                "hookbench-xtask-{}-{}",
                std::process::id(),
                NEXT.fetch_add(1, Ordering::Relaxed)
            );
            let path = std::env::temp_dir().join(name);
            fs::create_dir_all(path.join("src/deep")).unwrap();
            fs::create_dir_all(path.join("node_modules")).unwrap();
            fs::write(path.join("src/deep/a.ts"), "1").unwrap();
            Self(path)
        }

        fn stamp(&self) -> Stamp {
            Stamp::of(
                self.0.join("stamp"),
                &[self.0.join("src"), self.0.join("node_modules")],
            )
            .unwrap()
        }
    }

    impl Drop for Room {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    #[test]
    fn a_stamp_is_current_until_a_source_changes() {
        let room = Room::new();
        assert!(!room.stamp().is_current(), "nothing was done yet");
        room.stamp().keep().unwrap();
        assert!(room.stamp().is_current(), "the input is the same");
        fs::write(room.0.join("src/deep/a.ts"), "2").unwrap();
        assert!(!room.stamp().is_current(), "a changed file is a changed input");
    }

    #[test]
    fn a_new_a_renamed_and_a_moved_byte_are_each_seen() {
        let room = Room::new();
        room.stamp().keep().unwrap();
        fs::write(room.0.join("src/b.ts"), "").unwrap();
        assert!(!room.stamp().is_current(), "an empty new file counts");
        room.stamp().keep().unwrap();
        fs::rename(room.0.join("src/b.ts"), room.0.join("src/c.ts")).unwrap();
        assert!(!room.stamp().is_current(), "a new name counts");
        fs::write(room.0.join("src/b.ts"), "xy").unwrap();
        fs::write(room.0.join("src/c.ts"), "z").unwrap();
        room.stamp().keep().unwrap();
        fs::write(room.0.join("src/b.ts"), "x").unwrap();
        fs::write(room.0.join("src/c.ts"), "yz").unwrap();
        assert!(
            !room.stamp().is_current(),
            "a byte that moves to the next file counts"
        );
    }

    #[test]
    fn what_is_generated_does_not_count() {
        let room = Room::new();
        room.stamp().keep().unwrap();
        fs::write(room.0.join("node_modules/x.js"), "generated").unwrap();
        assert!(room.stamp().is_current(), "installed packages are no source");
    }

    #[test]
    fn a_missing_source_is_an_error_and_not_an_empty_input() {
        let failure = Stamp::of("stamp".into(), &["/no/such/file".into()]).unwrap_err();
        assert!(
            failure.to_string().starts_with("the sources cannot be read"),
            "{failure}"
        );
    }
}
