//! Node, npm, and the packages of `ui/` and `tests/e2e/`.

use std::path::Path;

use crate::program::Program;
use crate::report::Failure;
use crate::stamp::Stamp;
use crate::steps::Outcome;
use crate::system::System;
use crate::workspace::Workspace;

/// A version of Node, without its build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// Takes `v20.19.2` apart, as `node --version` prints it.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split(['-', '+']).next().unwrap_or(text);
        let mut numbers = text.split('.').map(str::parse);
        let mut next = || numbers.next()?.ok();
        let version = Self {
            major: next()?,
            minor: next()?,
            patch: next()?,
        };
        numbers.next().is_none().then_some(version)
    }

    /// Whether Vite runs on it: 20.19 or newer, but neither 21 nor the first releases of 22.
    fn is_enough(self) -> bool {
        match self.major {
            20 => self.minor >= 19,
            22 => self.minor >= 12,
            major => major > 22,
        }
    }
}

/// Checks that Node is new enough and npm is there.
pub(crate) fn check(_: &Workspace) -> Result<Outcome, Failure> {
    let line = System::current().node_line();
    let stop = |message: String| {
        Failure::new(message).hint(format!("Install Node with npm, then run this again:\n  {line}"))
    };
    let Some(printed) = Program::new("node").arguments(["--version"]).output() else {
        return Err(stop(
            "Node is missing; version 20.19 or newer is needed".to_string(),
        ));
    };
    let printed = printed.trim().to_string();
    let version = Version::parse(&printed).ok_or_else(|| {
        Failure::new(format!(
            "`node --version` printed `{printed}`, which is no version"
        ))
    })?;
    if !version.is_enough() {
        return Err(stop(format!(
            "Node `{printed}` is too old; 20.19, 22.12 or anything newer is needed"
        )));
    }
    let Some(npm) = Program::npm().arguments(["--version"]).output() else {
        return Err(stop(format!("Node `{printed}` is here, but npm is missing")));
    };
    Ok(Outcome::AlreadyDone(format!(
        "Node {printed}, npm {}",
        npm.trim()
    )))
}

/// Installs the packages of the npm project in `directory`, if the lock file changed since they were installed last.
pub(crate) fn install(workspace: &Workspace, directory: &Path) -> Result<Outcome, Failure> {
    let lock = directory.join("package-lock.json");
    if !lock.is_file() {
        return Err(Failure::new(format!("`{}` is missing", workspace.shown(&lock)))
            .hint("It belongs to the source tree: is the checkout complete?"));
    }
    let modules = directory.join("node_modules");
    let stamp = Stamp::of(
        modules.join(".installed-for"),
        &[lock, directory.join("package.json")],
    )?;
    if stamp.is_current() {
        return Ok(Outcome::AlreadyDone(
            "package-lock.json is the one they were installed for".to_string(),
        ));
    }
    Program::npm()
        .arguments(["ci", "--no-audit", "--no-fund"])
        .directory(directory)
        .run(workspace)
        .map_err(|failure| {
            failure
                .hint("npm needs its registry: is the network there, and is `npm config get registry` right?")
        })?;
    stamp.keep()?;
    Ok(Outcome::Done)
}

/// Builds the user interface into `ui/dist`, if a source changed since it was built last.
pub(crate) fn build_ui(workspace: &Workspace) -> Result<Outcome, Failure> {
    let ui = workspace.ui();
    // With the packages, not in `dist`: what lies in `dist` is embedded in the program.
    let stamp = Stamp::of(
        ui.join("node_modules").join(".built-for"),
        std::slice::from_ref(&ui),
    )?;
    if stamp.is_current() && ui.join("dist").join("index.html").is_file() {
        return Ok(Outcome::AlreadyDone(
            "no source changed since ui/dist was built".to_string(),
        ));
    }
    script(workspace, &ui, "build")?;
    if !ui.join("dist").join("index.html").is_file() {
        return Err(Failure::new(
            "`npm run build` succeeded, but `ui/dist/index.html` is not there",
        ));
    }
    stamp.keep()?;
    Ok(Outcome::Done)
}

/// Runs a script of the npm project in `directory`.
pub(crate) fn script(workspace: &Workspace, directory: &Path, name: &str) -> Result<Outcome, Failure> {
    Program::npm()
        .arguments(["run", "--silent", name])
        .directory(directory)
        .run(workspace)?;
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_node_prints_them() {
        let version = |major, minor, patch| Some(Version { major, minor, patch });
        assert_eq!(Version::parse("v20.19.2\n"), version(20, 19, 2));
        assert_eq!(Version::parse("22.12.0"), version(22, 12, 0));
        assert_eq!(Version::parse("v25.0.0-nightly20260101"), version(25, 0, 0));
        for text in ["", "v20", "v20.19", "twenty", "v20.19.x", "v20.19.2.1"] {
            assert_eq!(Version::parse(text), None, "{text:?} is no version of Node");
        }
    }

    #[test]
    fn what_vite_refuses_is_refused_before_the_build() {
        for (text, enough) in [
            ("v18.20.4", false),
            ("v20.18.3", false),
            ("v20.19.0", true),
            ("v20.20.2", true),
            ("v21.7.3", false),
            ("v22.11.0", false),
            ("v22.12.0", true),
            ("v23.0.0", true),
            ("v24.1.0", true),
        ] {
            assert_eq!(Version::parse(text).unwrap().is_enough(), enough, "{text}");
        }
    }
}
