//! Black-box tests: the terminal program over real sockets and a real data file.
#![expect(
    clippy::expect_used,
    reason = "what a test cannot do without is a failed test"
)]

mod capture;
mod decoding;
mod delivery;
mod handshakes;
mod layout;
mod safety;
mod scripts;
mod signatures;
mod terminal;
