//! `cargo xtask run`: from a fresh checkout to the open window.

use std::env;
use std::ffi::OsStr;
use std::path::Path;

use crate::program::Program;
use crate::report::{Failure, say};
use crate::steps;
use crate::system::System;
use crate::workspace::Workspace;

pub(crate) fn perform(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    // Before everything else: nobody should wait minutes for a window that cannot be shown.
    if System::current().is_linux() && !has_display(|name| env::var_os(name)) {
        return Err(
            Failure::new("there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set").hint(
                "Without a display the same engine runs in the terminal:\n  cargo run -p hookbench -- listen",
            ),
        );
    }
    steps::perform(workspace, super::set_up())?;
    say("\nOpening the window (the first build takes some minutes)");
    let mut window = Program::cargo().arguments(["run", "--package", "hookbench-desktop"]);
    if !arguments.is_empty() {
        window = window.arguments(["--"]).arguments(arguments.iter().cloned());
    }
    if System::current().is_linux() && !Path::new("/dev/dri").exists() {
        // Without a graphics card WebKit's buffer sharing only costs: more memory, a later first paint.
        window = window.environment("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
    }
    window.run(workspace)
}

/// Whether a display is named. An empty variable names none.
fn has_display<V: AsRef<OsStr>>(variable: impl Fn(&str) -> Option<V>) -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .into_iter()
        .any(|name| variable(name).is_some_and(|value| !value.as_ref().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_kind_of_display_will_do() {
        let with = |set: &'static [(&str, &str)]| {
            has_display(|name| set.iter().find(|(set, _)| *set == name).map(|(_, value)| *value))
        };
        assert!(with(&[("DISPLAY", ":0")]));
        assert!(with(&[("WAYLAND_DISPLAY", "wayland-0")]));
        assert!(with(&[("DISPLAY", ""), ("WAYLAND_DISPLAY", "wayland-0")]));
        assert!(!with(&[]));
        assert!(!with(&[("DISPLAY", "")]), "an empty variable names no display");
    }
}
