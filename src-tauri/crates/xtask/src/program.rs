//! Running other programs: shown before they start, and a failure that names them.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::report::{Failure, say};
use crate::workspace::Workspace;

/// A program with what it is given, not yet started.
#[derive(Debug)]
pub(crate) struct Program {
    name: OsString,
    arguments: Vec<String>,
    directory: Option<PathBuf>,
    environment: Vec<(&'static str, OsString)>,
}

impl Program {
    /// A program that is looked for in `PATH`.
    pub(crate) fn new(name: impl Into<OsString>) -> Self {
        Self {
            name: name.into(),
            arguments: Vec::new(),
            directory: None,
            environment: Vec::new(),
        }
    }

    /// The Cargo that runs us, so that a chosen toolchain stays chosen.
    pub(crate) fn cargo() -> Self {
        Self::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// npm, which on Windows is a batch file.
    pub(crate) fn npm() -> Self {
        Self::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
    }

    /// Adds arguments.
    pub(crate) fn arguments<A: Into<String>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// The directory it works in; the root of the tree unless said.
    pub(crate) fn directory(self, directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: Some(directory.into()),
            ..self
        }
    }

    /// Sets a variable for it.
    pub(crate) fn environment(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Shows the program, runs it with its output in sight, and fails if it fails.
    pub(crate) fn run(self, workspace: &Workspace) -> Result<(), Failure> {
        let directory = self.directory.clone().unwrap_or_else(|| workspace.root.clone());
        let line = self.line();
        match workspace.shown(&directory).as_str() {
            "." => say(&format!("      $ {line}")),
            inside => say(&format!("      $ {line}   (in {inside})")),
        }
        let status = self
            .command()
            .current_dir(directory)
            .status()
            .map_err(|error| Failure::new(format!("`{line}` cannot be started: {error}")))?;
        if status.success() {
            Ok(())
        } else {
            Err(Failure::new(format!("`{line}` {}", ended(status))))
        }
    }

    /// Whether it runs and succeeds; nothing is shown.
    pub(crate) fn succeeds(self) -> bool {
        let mut command = self.command();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// What it prints, if it runs and succeeds; nothing is shown.
    pub(crate) fn output(self) -> Option<String> {
        let output = self
            .command()
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The line a person would type.
    fn line(&self) -> String {
        let name = Path::new(&self.name)
            .file_stem()
            .unwrap_or(&self.name)
            .to_string_lossy()
            .into_owned();
        let words = std::iter::once(name).chain(self.arguments.iter().cloned());
        words
            .map(|word| {
                if word.contains([' ', '*']) {
                    format!("'{word}'")
                } else {
                    word
                }
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.name);
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(is_of_cargo_run) {
                command.env_remove(name);
            }
        }
        command
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// Whether `cargo run` set this variable for us. Build scripts that watch it would otherwise be built again each time a
/// person changes between `cargo xtask …` and plain Cargo.
fn is_of_cargo_run(name: &str) -> bool {
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

/// How a program that failed ended, as the rest of a sentence.
fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("failed with exit code {code}"),
        None => format!("was ended from outside ({status})"),
    }
}

/// Where `name` is in `PATH`.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|directory| directory.join(&file))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_what_a_person_would_type() {
        let program = Program::new("/opt/bin/cargo").arguments(["test", "--", "two words"]);
        assert_eq!(program.line(), "cargo test -- 'two words'");
    }

    #[test]
    fn only_what_cargo_run_sets_is_taken_away() {
        for name in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH"] {
            assert!(is_of_cargo_run(name), "{name}");
        }
        for name in ["CARGO_TARGET_DIR", "CARGO_HOME", "CARGO", "PATH"] {
            assert!(!is_of_cargo_run(name), "{name} is the person's own");
        }
    }

    #[test]
    fn a_program_that_does_not_exist_is_not_found() {
        assert_eq!(find("no-program-is-called-like-this"), None);
        assert!(!Program::new("no-program-is-called-like-this").succeeds());
    }

    #[cfg(unix)]
    #[test]
    fn a_failure_names_the_program_and_its_code() {
        let workspace = Workspace {
            root: "/".into(),
            binaries: "/".into(),
        };
        let failure = Program::new("sh")
            .arguments(["-c", "exit 3"])
            .run(&workspace)
            .unwrap_err();
        assert_eq!(failure.to_string(), "`sh -c 'exit 3'` failed with exit code 3");
    }
}
