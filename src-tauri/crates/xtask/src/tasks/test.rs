//! `cargo xtask test`: the same set-up as for running, then every test, step by step.
//!
//! It uses nothing that a person with Cargo and Node does not have; in particular plain `cargo test`.

use std::fs;
use std::path::Path;

use crate::arguments::Scope;
use crate::needs::{self, BROWSERS, BUILD, TEST};
use crate::node;
use crate::program::{self, Program};
use crate::report::{Failure, say};
use crate::steps::{self, Outcome, Step};
use crate::system::System;
use crate::workspace::Workspace;

/// Which Rust tests are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coverage {
    /// All of them, the window's too.
    Everything,
    /// All but those that drive the window, which needs WebKitWebDriver and hence Linux.
    WithoutDriver,
    /// Nothing that needs the window to be built.
    WithoutWindow,
}

impl Coverage {
    fn of(scope: Scope, system: System) -> Self {
        match scope {
            Scope::Fast => Self::WithoutWindow,
            Scope::Everything if system.is_linux() => Self::Everything,
            Scope::Everything => Self::WithoutDriver,
        }
    }
}

pub(crate) fn perform(workspace: &Workspace, scope: Scope) -> Result<(), Failure> {
    let system = System::current();
    let coverage = Coverage::of(scope, system);
    let mut list = Vec::new();
    if coverage == Coverage::WithoutWindow {
        let compiler = &BUILD[..1];
        list.push(Step::new("System packages for building", move |workspace| {
            needs::provide(workspace, compiler)
        }));
        list.extend(super::set_up().into_iter().skip(1));
    } else {
        list.extend(super::set_up());
    }
    if coverage == Coverage::Everything {
        list.insert(
            1,
            Step::new("System packages for testing", |workspace| {
                needs::provide(workspace, TEST)
            }),
        );
    }
    list.push(
        Step::new("Types of the user interface", |workspace| {
            node::script(workspace, &workspace.ui(), "check")
        })
        .advice("The messages above name file and line; `npm run check` in ui/ repeats only this step."),
    );
    list.push(
        Step::new("Unit tests of the user interface", |workspace| {
            node::script(workspace, &workspace.ui(), "test")
        })
        .advice("`npm test` in ui/ repeats only this step."),
    );
    list.push(
        Step::new("Build the programs and the Rust tests", move |workspace| {
            build(workspace, coverage)
        })
        .advice("The compiler's first error above is the one to mend."),
    );
    list.push(
        Step::new("Rust tests", move |workspace| rust_tests(workspace, coverage))
            .advice("`cargo test -p PACKAGE NAME` repeats one test; its name and package are above."),
    );
    list.push(
        Step::new("The user interface in a browser", move |workspace| {
            browser_tests(workspace, scope, system)
        })
        .advice("`npm test` in tests/e2e repeats only this step, on the programs that are built."),
    );
    steps::perform(workspace, list)
}

/// Builds programs and tests in one go. Separately they would be resolved with different features, and much of the
/// dependencies would be compiled twice.
fn build(workspace: &Workspace, coverage: Coverage) -> Result<Outcome, Failure> {
    let mut cargo = Program::cargo().arguments(["build", "--workspace", "--lib", "--bins", "--tests"]);
    if coverage == Coverage::WithoutWindow {
        cargo = cargo.arguments(["--exclude", "hookbench-desktop"]);
    }
    cargo.run(workspace)?;
    Ok(Outcome::Done)
}

fn rust_tests(workspace: &Workspace, coverage: Coverage) -> Result<Outcome, Failure> {
    if coverage != Coverage::Everything {
        say("      left out: the tests that drive the window (package hookbench-tests, test `desktop`)");
    }
    for arguments in rust_test_arguments(coverage, &test_targets(&workspace.root)) {
        with_programs(Program::cargo(), workspace)
            .arguments(arguments)
            .run(workspace)?;
    }
    Ok(Outcome::Done)
}

/// Tells tests where the programs are and which browser to take.
fn with_programs(mut program: Program, workspace: &Workspace) -> Program {
    program = program
        .environment("HOOKBENCH_BINARY", workspace.binary("hookbench"))
        .environment("HOOKBENCH_DESKTOP_BINARY", workspace.binary("hookbench-desktop"));
    match BROWSERS.iter().find_map(|name| program::find(name)) {
        Some(browser) => program.environment("HOOKBENCH_BROWSER", browser),
        None => program,
    }
}

/// The arguments of each `cargo test`. Cargo can name the tests to run but not those to leave out, so that leaving out
/// one means naming all others, and the examples in the documentation apart.
fn rust_test_arguments(coverage: Coverage, targets: &[String]) -> Vec<Vec<String>> {
    let words = |text: &str| text.split_whitespace().map(String::from).collect::<Vec<_>>();
    let packages = match coverage {
        Coverage::Everything => return vec![words("test --workspace")],
        Coverage::WithoutDriver => "test --workspace",
        Coverage::WithoutWindow => "test --workspace --exclude hookbench-desktop",
    };
    let mut named = words(packages);
    named.extend(words("--lib --bins"));
    for target in targets.iter().filter(|target| *target != "desktop") {
        named.extend(["--test".to_string(), target.clone()]);
    }
    let mut documentation = words(packages);
    documentation.push("--doc".to_string());
    vec![named, documentation]
}

/// The names of the integration tests: of the black-box package `it`, and what each crate has in its `tests`.
fn test_targets(root: &Path) -> Vec<String> {
    let mut targets = vec!["it".to_string()];
    let crates = fs::read_dir(root.join("src-tauri").join("crates"))
        .into_iter()
        .flatten()
        .flatten();
    for directory in crates.map(|entry| entry.path().join("tests")) {
        let files = fs::read_dir(directory).into_iter().flatten().flatten();
        let names = files
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == "rs"));
        targets.extend(names.filter_map(|path| Some(path.file_stem()?.to_str()?.to_string())));
    }
    targets.sort();
    targets.dedup();
    targets
}

fn browser_tests(workspace: &Workspace, scope: Scope, system: System) -> Result<Outcome, Failure> {
    if scope == Scope::Fast {
        return Ok(Outcome::LeftOut("--fast was given".to_string()));
    }
    let has_browser = BROWSERS.iter().any(|name| program::find(name).is_some());
    if !system.is_linux() && !has_browser {
        return Ok(Outcome::LeftOut(format!(
            "no browser was found in PATH ({})",
            BROWSERS.join(", ")
        )));
    }
    node::install(workspace, &workspace.e2e())?;
    with_programs(Program::npm(), workspace)
        .arguments(["run", "--silent", "test"])
        .directory(workspace.e2e())
        .run(workspace)?;
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(coverage: Coverage) -> Vec<String> {
        let targets = ["desktop", "it", "vectors"].map(String::from);
        rust_test_arguments(coverage, &targets)
            .into_iter()
            .map(|words| words.join(" "))
            .collect()
    }

    #[test]
    fn nothing_is_left_out_where_everything_can_run() {
        assert_eq!(
            lines(Coverage::of(Scope::Everything, System::Debian)),
            ["test --workspace"]
        );
        assert_eq!(
            lines(Coverage::of(Scope::Everything, System::OtherLinux)),
            ["test --workspace"]
        );
    }

    #[test]
    fn only_the_driver_is_left_out_where_there_is_none() {
        assert_eq!(
            lines(Coverage::of(Scope::Everything, System::MacOs)),
            [
                "test --workspace --lib --bins --test it --test vectors",
                "test --workspace --doc"
            ]
        );
    }

    #[test]
    fn the_fast_run_does_not_compile_the_window() {
        for line in lines(Coverage::of(Scope::Fast, System::Debian)) {
            assert!(line.contains("--exclude hookbench-desktop"), "{line}");
            assert!(!line.contains("--test desktop"), "{line}");
        }
    }
}
