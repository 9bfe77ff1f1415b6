//! From the start of the window's process to its first paint with content, as the web view itself tells it, and how much
//! memory all its processes hold. On a screen in memory, driven by WebDriver, hence on Linux only.

#[cfg(target_os = "linux")]
mod driver;
#[cfg(target_os = "linux")]
mod family;
#[cfg(target_os = "linux")]
mod measurement;

use std::process::ExitCode;

use hookbench_tests::measure::{Options, Outcome, Summary, run};

fn main() -> ExitCode {
    run("window", window)
}

#[cfg(target_os = "linux")]
fn window(options: &Options) -> Outcome<Summary> {
    measurement::window(options)
}

#[cfg(not(target_os = "linux"))]
fn window(_: &Options) -> Outcome<Summary> {
    Ok(Summary::LeftOut(
        "the window is driven through WebKitWebDriver, which is on Linux only".to_owned(),
    ))
}
