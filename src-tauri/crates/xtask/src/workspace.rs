//! Where things are: the source tree, the user interface, and the directory Cargo puts programs into.

use std::env;
use std::path::{Path, PathBuf};

use crate::report::Failure;

/// The places a task works in.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Where Cargo puts programs in this profile; `CARGO_TARGET_DIR` and a configured target are thereby respected.
    pub(crate) binaries: PathBuf,
}

impl Workspace {
    /// Finds the tree this program was compiled from, and the directory it was put into.
    pub(crate) fn find() -> Result<Self, Failure> {
        // At run time first: with one target directory for several trees, the compiled-in path may be another's.
        let crate_directory = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = crate_directory
            .ancestors()
            .nth(3)
            .filter(|root| root.join("src-tauri").is_dir())
            .ok_or_else(|| {
                Failure::new(format!(
                    "`{}` is not in the source tree",
                    crate_directory.display()
                ))
            })?
            .to_path_buf();
        let program = env::current_exe()
            .map_err(|error| Failure::new(format!("cannot tell where this program is: {error}")))?;
        let binaries = program.parent().unwrap_or(Path::new(".")).to_path_buf();
        Ok(Self { root, binaries })
    }

    /// The user interface.
    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// The tests of the user interface in a browser.
    pub(crate) fn e2e(&self) -> PathBuf {
        self.root.join("tests").join("e2e")
    }

    /// A program of this workspace, as Cargo builds it.
    pub(crate) fn binary(&self, name: &str) -> PathBuf {
        self.binaries.join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// A path as a person in the source tree would write it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.root).unwrap_or(path);
        if inside.as_os_str().is_empty() {
            ".".to_string()
        } else {
            inside.display().to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_found_from_this_crate() {
        let workspace = Workspace::find().unwrap();
        assert!(
            workspace.root.join("Cargo.lock").is_file(),
            "the root holds the lock file: {workspace:?}"
        );
    }

    #[test]
    fn paths_are_shown_from_the_root() {
        let workspace = Workspace {
            root: "/tree".into(),
            binaries: "/tree/target/debug".into(),
        };
        assert_eq!(workspace.shown(Path::new("/tree/tests/e2e")), "tests/e2e");
        assert_eq!(workspace.shown(Path::new("/tree")), ".");
        assert_eq!(workspace.shown(Path::new("/elsewhere")), "/elsewhere");
    }
}
