//! From the socket to an [`Arrival`](crate::model::Arrival): the listener, and the tape that keeps the exact bytes.
//!
//! The boundary is here because what lies before it is about bytes, time and hostile peers, and what lies behind
//! it about meaning. Nothing here knows a provider, an endpoint or the database: an [`Intake`] is told what came,
//! and says what the sender gets. Nothing is answered before it has said so, and nothing that came is altered.

mod alarm;
mod answer;
mod body;
mod buffer;
mod chunks;
mod connection;
mod framing;
mod limits;
mod listener;
mod reel;
mod refuse;
mod registry;
mod service;
mod spool;
mod tape;

pub use answer::{Answer, Extent, Sent, Witness};
pub use limits::Limits;
pub use listener::{BindError, Listener};
pub use service::Intake;

#[cfg(test)]
mod tests;
