//! `cargo xtask lint`: everything that reads the sources without running them.

use crate::node;
use crate::program::{self, Program};
use crate::report::Failure;
use crate::steps::{self, Outcome, Step};
use crate::workspace::Workspace;

/// The version of cargo-deny whose configuration format `.cargo/deny.toml` is written for.
const CARGO_DENY: &str = "cargo install --locked cargo-deny@0.20.2";

pub(crate) fn perform(workspace: &Workspace) -> Result<(), Failure> {
    let mut list = vec![
        Step::new("Formatting of the Rust sources", |workspace| {
            cargo(workspace, "fmt --all --check")
        })
        .advice("`cargo fmt --all` mends it."),
    ];
    list.extend(super::set_up());
    list.push(
        Step::new("eslint and prettier", |workspace| {
            node::script(workspace, &workspace.ui(), "lint")
        })
        .advice("`npm run format` in ui/ mends the formatting; the rest is named above."),
    );
    list.push(Step::new("Types of the user interface", |workspace| {
        node::script(workspace, &workspace.ui(), "check")
    }));
    list.push(
        Step::new("eslint, prettier and types of the browser tests", |workspace| {
            node::install(workspace, &workspace.e2e())?;
            node::script(workspace, &workspace.e2e(), "lint")
        })
        .advice("`npm run format` in tests/e2e/ mends the formatting; the rest is named above."),
    );
    list.push(Step::new(
        "Licences, bans and sources of the dependencies",
        dependencies,
    ));
    list.push(Step::new("clippy", |workspace| {
        cargo(workspace, "clippy --workspace --all-targets -- -D warnings")
    }));
    list.push(Step::new("rustdoc", |workspace| {
        Program::cargo()
            .arguments(["doc", "--workspace", "--no-deps"])
            .environment("RUSTDOCFLAGS", "-D warnings")
            .run(workspace)?;
        Ok(Outcome::Done)
    }));
    steps::perform(workspace, list)
}

fn cargo(workspace: &Workspace, line: &str) -> Result<Outcome, Failure> {
    Program::cargo()
        .arguments(line.split_whitespace())
        .run(workspace)?;
    Ok(Outcome::Done)
}

/// Looks at the lock file only; known vulnerabilities are left to whoever can fetch the list of them.
fn dependencies(workspace: &Workspace) -> Result<Outcome, Failure> {
    if program::find("cargo-deny").is_none() {
        return Err(Failure::new("cargo-deny is missing")
            .hint(format!("Type this, then run this again:\n  {CARGO_DENY}")));
    }
    Program::cargo()
        .arguments([
            "deny",
            "--workspace",
            "--all-features",
            "check",
            "bans",
            "licenses",
            "sources",
        ])
        .run(workspace)?;
    Ok(Outcome::Done)
}
