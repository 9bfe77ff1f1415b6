//! Faults: answers that go wrong on purpose, so that a sender's retries can be tried out.

use std::time::Duration;

use super::{EndpointId, Timestamp};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The sender gets this status, 400 to 599.
    Fail {
        /// The status.
        status: u16,
    },
    /// The sender gets its answer late.
    Delay {
        /// How late.
        by: Duration,
    },
    /// The connection ends without an answer.
    Close,
    /// The connection ends in the middle of the answer.
    Cut,
}

impl FaultKind {
    /// `fail`, `delay`, `close` or `cut`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fail { .. } => "fail",
            Self::Delay { .. } => "delay",
            Self::Close => "close",
            Self::Cut => "cut",
        }
    }
}

/// Whom it strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultReach {
    /// The next so many requests, then it is over.
    Next(u32),
    /// So many of a hundred, evenly spread.
    Share(u8),
    /// Every request until it is taken away.
    All,
}

impl FaultReach {
    /// Whether request number `index`, counted from 0 since the fault was ordered, is struck.
    #[must_use]
    pub fn strikes(self, index: u64) -> bool {
        match self {
            Self::Next(count) => index < u64::from(count),
            Self::Share(percent) => {
                let struck = |requests: u64| requests * u64::from(percent.min(100)) / 100;
                struck(index + 1) > struck(index)
            }
            Self::All => true,
        }
    }
}

/// A fault of an endpoint. It ends with the listening program, if not before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Its number: each fault that is ordered has its own.
    pub number: i64,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// What goes wrong.
    pub kind: FaultKind,
    /// For whom.
    pub reach: FaultReach,
    /// How many requests it has struck.
    pub struck: u64,
    /// When it was ordered.
    pub set_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_exact_and_spread_evenly() {
        let struck: Vec<u64> = (0..20)
            .filter(|index| FaultReach::Share(30).strikes(*index))
            .collect();
        assert_eq!(struck, [3, 6, 9, 13, 16, 19], "six of twenty, never two at once");
        for (percent, wanted) in [(0, 0), (1, 10), (50, 500), (99, 990), (100, 1000), (200, 1000)] {
            let count = (0..1000)
                .filter(|index| FaultReach::Share(percent).strikes(*index))
                .count();
            assert_eq!(count, wanted, "{percent} % of a thousand");
        }
    }

    #[test]
    fn the_next_few_are_struck_and_no_more() {
        let struck = (0..10)
            .filter(|index| FaultReach::Next(3).strikes(*index))
            .count();
        assert_eq!(struck, 3, "then it is over");
    }
}
