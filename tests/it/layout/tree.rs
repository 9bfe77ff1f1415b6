//! A tree of files as paths and texts: this repository's, or an invented one.

use std::fmt;
use std::fs;
use std::path::Path;

/// What is built or installed, and hence nobody's to keep in order.
const PASSED_OVER: [&str; 7] = [
    ".git",
    "target",
    "node_modules",
    "dist",
    "gen",
    "test-results",
    "coverage",
];

/// The kinds of files that rules read; of all others only the name counts.
const READ: [&str; 6] = ["rs", "toml", "ts", "js", "svelte", "html"];

/// A place that breaks a rule, and how.
#[derive(Debug)]
pub(super) struct Breach {
    place: String,
    how: String,
}

impl Breach {
    pub(super) fn new(place: &str, how: &str) -> Self {
        Self {
            place: place.to_string(),
            how: how.to_string(),
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` {}", self.place, self.how)
    }
}

/// Paths from the root, with `/` on every system, and the texts of those that are sources.
pub(super) struct Tree {
    files: Vec<(String, String)>,
}

impl Tree {
    /// An invented tree.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        Self {
            files: files
                .iter()
                .map(|(path, text)| ((*path).to_string(), (*text).to_string()))
                .collect(),
        }
    }

    /// The tree this test was compiled from.
    #[expect(
        clippy::expect_used,
        reason = "a test that cannot read the repository has nothing to say"
    )]
    pub(super) fn of_this_repository() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("the tests lie in the repository");
        let mut files = Vec::new();
        let mut waiting = vec![root.to_path_buf()];
        while let Some(directory) = waiting.pop() {
            for entry in fs::read_dir(&directory).expect("a directory of the repository can be read") {
                let path = entry.expect("an entry of the repository can be read").path();
                if path
                    .file_name()
                    .is_some_and(|name| PASSED_OVER.iter().any(|passed| name == *passed))
                {
                    continue;
                }
                if path.is_dir() {
                    waiting.push(path);
                    continue;
                }
                let is_read = path
                    .extension()
                    .is_some_and(|end| READ.iter().any(|read| end == *read));
                let text = if is_read {
                    fs::read_to_string(&path).unwrap_or_default()
                } else {
                    String::new()
                };
                let inside = path.strip_prefix(root).expect("it was found below the root");
                files.push((inside.to_string_lossy().replace('\\', "/"), text));
            }
        }
        files.sort();
        Self { files }
    }

    /// The same tree with one more text: a new file, or more of one that is there.
    pub(super) fn with(mut self, path: &str, text: &str) -> Self {
        match self.files.iter_mut().find(|(known, _)| known == path) {
            Some((_, content)) => {
                content.push('\n');
                content.push_str(text);
            }
            None => self.files.push((path.to_string(), text.to_string())),
        }
        self
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(path, _)| path.as_str())
    }

    /// The files under `directory` whose name ends in one of `ends`.
    pub(super) fn files_under(&self, directory: &str, ends: &[&str]) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter(move |(path, _)| {
                path.starts_with(directory) && ends.iter().any(|end| path.ends_with(end))
            })
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files
            .iter()
            .find(|(known, _)| known == path)
            .map(|(_, text)| text.as_str())
    }
}
