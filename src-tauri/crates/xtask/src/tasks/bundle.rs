//! `cargo xtask bundle`: the packages to install, made by Tauri's own bundler.

use crate::program::Program;
use crate::report::{Failure, say};
use crate::steps::{self, Outcome, Step};
use crate::system::System;
use crate::workspace::Workspace;

pub(crate) fn perform(workspace: &Workspace) -> Result<(), Failure> {
    let mut list = super::set_up();
    list.push(Step::new("Build and bundle for release", bundle));
    steps::perform(workspace, list)
}

fn bundle(workspace: &Workspace) -> Result<Outcome, Failure> {
    let bundler = workspace
        .ui()
        .join("node_modules")
        .join("@tauri-apps")
        .join("cli")
        .join("tauri.js");
    if !bundler.is_file() {
        return Err(
            Failure::new(format!("the bundler `{}` is missing", workspace.shown(&bundler)))
                .hint("It is the npm package `@tauri-apps/cli` of ui/package.json."),
        );
    }
    Program::new("node")
        .arguments([bundler.display().to_string()])
        .arguments(["build", "--bundles", kinds(System::current())])
        .run(workspace)?;
    if let Some(target) = workspace.binaries.parent() {
        say(&format!(
            "      the packages are in {}",
            workspace.shown(&target.join("release").join("bundle"))
        ));
    }
    Ok(Outcome::Done)
}

/// What is bundled on each system. No AppImage: making one downloads programs that are not pinned.
fn kinds(system: System) -> &'static str {
    match system {
        System::MacOs => "app,dmg",
        System::Windows => "nsis",
        System::Debian | System::Fedora | System::Arch | System::OtherLinux => "deb,rpm",
    }
}
