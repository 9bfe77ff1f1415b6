//! What black-box tests and benchmarks share: the built programs, run on throw-away data, and raw sockets.
//!
//! Nothing here uses a crate of the product: what is tested is what a user runs.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot do without is a failed test"
)]

pub mod measure;
mod program;
mod scripted;
mod server;
mod wire;

pub use program::{Hookbench, Listening, Output, program, target_directory};
pub use scripted::{Act, Scripted};
pub use server::{Server, free_address};
pub use wire::{Answer, exchange, read_answer, request};
