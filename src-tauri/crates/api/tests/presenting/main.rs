//! What crosses the boundary while the screen is shared.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

mod answers;
mod bench;
mod bounds;
mod masked;
mod meanings;
mod places;
mod undoing;
