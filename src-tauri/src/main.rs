//! The window's program. Everything is in the library, so that this file has nothing to test.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    hookbench_desktop::run()
}
