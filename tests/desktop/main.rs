//! Black-box tests of the real window, on a display of its own, driven through WebDriver as a person would drive it.
//!
//! They need Linux: Tauri's view there is WebKitGTK, whose own driver starts the program without further parts.
#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot do without is a failed test"
)]

mod arrivals;
mod driver;
mod filtering;
mod hostile;
mod lasting;
mod screens;
mod sender;
mod sending;
mod signature;
mod stage;
mod standing;
mod tied;
mod window;
