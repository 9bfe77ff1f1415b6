//! Readers of what comes from outside, fed with what nobody wrote on purpose: a few seconds with each run of the tests,
//! longer with `HOOKBENCH_FUZZ_SECONDS=600 cargo test -p hookbench-tests --test fuzz`.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a test cannot do without is a failed test, and it says what it tried"
)]

mod mutation;
mod signature;
