//! Where a request is from that no listener of ours captured.

use super::Timestamp;

/// A request was taken from a file: what is told of it is what the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// When it was taken from there.
    pub at: Timestamp,
    /// The program that wrote the file, in the words of the file, e.g. `Firefox 131.0`; empty where it says nothing.
    pub program: String,
}
