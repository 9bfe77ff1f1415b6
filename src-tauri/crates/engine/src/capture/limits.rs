//! How much a sender may take of this machine: bytes, time, connections.

use std::time::Duration;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// What the listener allows. A connection keeps the limits that held when it was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The longest body that is kept whole, in bytes.
    pub body: u64,
    /// The longest head, in bytes.
    pub head: usize,
    /// The most header lines.
    pub headers: usize,
    /// The most connections at a time; over it the one that has waited longest without a whole head is dropped.
    pub connections: usize,
    /// From the opening of a connection to its first byte.
    pub first_byte: Duration,
    /// From the first byte of a head to its last.
    pub head_time: Duration,
    /// Between two requests on a connection. Tunnels keep connections for 90 s.
    pub idle: Duration,
    /// Between two bytes of a body.
    pub body_gap: Duration,
    /// The slowest body, in bytes a second, measured from its beginning …
    pub body_rate: u32,
    /// … once it has come for this long.
    pub body_rate_after: Duration,
    /// The longest that a body may take, however fast it comes.
    pub body_time: Duration,
    /// How long an answer may wait for the sender to read it.
    pub answer_gap: Duration,
    /// How long a connection is read on after a refusal, so that the sender gets to see the answer …
    pub linger: Duration,
    /// … and how many bytes are thrown away meanwhile.
    pub linger_bytes: u64,
    /// A body longer than this goes to a file …
    pub spool_above: u64,
    /// … and one longer than this, once all bodies together hold `bodies_in_memory`.
    pub spool_above_when_full: u64,
    /// The most bytes of bodies in memory over all connections.
    pub bodies_in_memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 25 * MIB,
            head: 64 * 1024,
            headers: 200,
            connections: 1024,
            first_byte: Duration::from_secs(10),
            head_time: Duration::from_secs(10),
            idle: Duration::from_mins(2),
            body_gap: Duration::from_secs(10),
            body_rate: 500,
            body_rate_after: Duration::from_secs(10),
            body_time: Duration::from_mins(30),
            answer_gap: Duration::from_secs(30),
            linger: Duration::from_secs(2),
            linger_bytes: 128 * MIB,
            spool_above: MIB,
            spool_above_when_full: 64 * KIB,
            bodies_in_memory: 16 * MIB,
        }
    }
}
