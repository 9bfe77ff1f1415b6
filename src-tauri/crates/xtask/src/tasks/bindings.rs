//! `cargo xtask bindings`: the TypeScript types of the boundary, written from the Rust types.

use std::path::{Path, PathBuf};

use crate::arguments::AfterBindings;
use crate::program::Program;
use crate::report::{Failure, say};
use crate::stamp;
use crate::workspace::Workspace;

pub(crate) fn perform(workspace: &Workspace, then: AfterBindings) -> Result<(), Failure> {
    let directory = workspace.ui().join("src").join("bindings");
    let before = stamp::contents(&directory)?;
    generator(&directory).run(workspace)?;
    let changed = differing(&before, &stamp::contents(&directory)?);
    if changed.is_empty() {
        say("The bindings are fresh.");
        return Ok(());
    }
    let named = changed
        .iter()
        .map(|path| format!("  {}", workspace.shown(path)))
        .collect::<Vec<_>>()
        .join("\n");
    match then {
        AfterBindings::Keep => {
            say(&format!("Written:\n{named}"));
            Ok(())
        }
        AfterBindings::Compare => Err(Failure::new(format!("these bindings were not fresh:\n{named}"))
            .hint("They are written anew; look at the difference and commit it.")),
    }
}

/// The program that writes the bindings. The only place that knows how it is done.
fn generator(directory: &Path) -> Program {
    Program::cargo()
        .arguments([
            "run",
            "--quiet",
            "--package",
            "hookbench-api",
            "--example",
            "bindings",
        ])
        .environment("TS_RS_EXPORT_DIR", directory)
}

/// The files that were added, removed or changed.
fn differing(before: &[(PathBuf, Vec<u8>)], after: &[(PathBuf, Vec<u8>)]) -> Vec<PathBuf> {
    let gone = before.iter().filter(|file| !after.contains(file));
    let new = after.iter().filter(|file| !before.contains(file));
    let mut paths: Vec<PathBuf> = gone.chain(new).map(|(path, _)| path.clone()).collect();
    paths.sort();
    paths.dedup();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn added_removed_and_changed_files_are_named_once() {
        let file = |name: &str, content: &str| (PathBuf::from(name), content.as_bytes().to_vec());
        let before = [file("a", "1"), file("b", "1"), file("c", "1")];
        let after = [file("a", "1"), file("b", "2"), file("d", "1")];
        assert_eq!(differing(&before, &after), ["b", "c", "d"].map(PathBuf::from));
        assert!(differing(&before, &before).is_empty(), "the same files are fresh");
    }
}
