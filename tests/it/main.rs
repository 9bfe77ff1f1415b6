//! Black-box tests: the terminal program over real sockets and a real data file.
#![expect(
    clippy::expect_used,
    reason = "what a test cannot do without is a failed test"
)]

mod answering;
mod archive;
mod bounds;
mod capture;
mod decoding;
mod delivery;
mod diff;
mod documented;
mod faults;
mod forwarding;
mod handshakes;
mod keeping;
mod layout;
mod masking;
mod outcomes;
mod power;
mod resending;
mod safety;
mod script_lines;
mod scripts;
mod sending;
mod signatures;
mod signed_anew;
mod templates;
mod terminal;
mod undoing;
