//! The real window, under load and with a long history: how soon it is there and answers, how soon a request is seen, how
//! it scrolls, what it is like while thousands come in, what it holds in memory. On a screen in memory, driven by
//! WebDriver, hence on Linux only.
//!
//! All parts: `cargo xtask bench window`; some: `-- --only start,arrival,scroll,flood,memory`. The memory is
//! watched for a minute; `-- --only memory --seconds 600` watches it for ten. `--count` is the length of the history;
//! with `--data FOLDER` histories stay in that folder, one of each length, and are taken from there the next time.

#[cfg(target_os = "linux")]
mod arrival;
#[cfg(target_os = "linux")]
mod driver;
#[cfg(target_os = "linux")]
mod family;
#[cfg(target_os = "linux")]
mod flood;
#[cfg(target_os = "linux")]
mod goals;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod parts;
#[cfg(target_os = "linux")]
#[path = "../past.rs"]
mod past;
#[cfg(target_os = "linux")]
mod scroll;
#[cfg(target_os = "linux")]
mod start;
#[cfg(target_os = "linux")]
mod subject;

use std::process::ExitCode;

use hookbench_tests::measure::{Options, Outcome, Summary, run};

fn main() -> ExitCode {
    run("window", window)
}

#[cfg(target_os = "linux")]
fn window(options: &Options) -> Outcome<Summary> {
    parts::window(options)
}

#[cfg(not(target_os = "linux"))]
fn window(_: &Options) -> Outcome<Summary> {
    Ok(Summary::LeftOut(
        "the window is driven through WebKitWebDriver, which is on Linux only".to_owned(),
    ))
}
