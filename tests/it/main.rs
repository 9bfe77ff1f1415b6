//! Black-box tests: the terminal program over real sockets and a real data file.
#![expect(
    clippy::expect_used,
    reason = "what a test cannot do without is a failed test"
)]

mod bounds;
mod capture;
mod decoding;
mod delivery;
mod faults;
mod handshakes;
mod keeping;
mod layout;
mod safety;
mod scripts;
mod signatures;
mod terminal;
