//! Whether the wall clock may be trusted to end what cannot be brought back: a clock that was set forward by mistake must
//! not make a whole history "too old", nor end every undo.
//!
//! Beside the wall clock runs one that nobody can set. Where the first goes ahead of the second, somebody set it, or the
//! machine slept: which of the two cannot be told, so for a while nothing is removed for its age. Limits of count and
//! size, which ask no clock, hold meanwhile.
//!
//! Only what happens while the program runs is seen. A clock that was wrong already at the start is trusted, and one that
//! goes ahead by less than a jump shortens what can be undone by no more than that.

use std::time::{Duration, Instant};

use crate::model::Timestamp;

/// A wall clock that went this much further than the time that passed was set forward. Corrections over the network are
/// far smaller, and so is this than the time for which a deletion can be undone.
const JUMP: i64 = 60 * 1_000_000;

/// How long nothing is removed for its age after a jump: time to notice, and to set the clock right.
const WAIT: Duration = Duration::from_secs(15 * 60);

/// What was seen of the two clocks.
#[derive(Debug)]
pub(crate) struct Trust {
    wall: Timestamp,
    steady: Instant,
    /// Where the last jump is not long ago: until when is waited.
    until: Option<Instant>,
}

impl Trust {
    /// Trusts the clock as it is found.
    pub(crate) const fn begin(wall: Timestamp, steady: Instant) -> Self {
        Self {
            wall,
            steady,
            until: None,
        }
    }

    /// Looks at both clocks; whether the wall clock may be trusted now.
    pub(crate) fn look(&mut self, wall: Timestamp, steady: Instant) -> bool {
        let passed = steady.saturating_duration_since(self.steady).as_micros();
        let told = wall.as_micros().saturating_sub(self.wall.as_micros());
        let ahead = told.saturating_sub(i64::try_from(passed).unwrap_or(i64::MAX));
        (self.wall, self.steady) = (wall, steady);
        if ahead > JUMP {
            tracing::warn!(
                seconds = ahead / 1_000_000,
                "the clock was set forward, or the machine slept: nothing is removed for its age for 15 minutes"
            );
            self.until = Some(steady + WAIT);
        } else if ahead < -JUMP {
            // Set back: what was waited for has happened.
            self.until = None;
        }
        if self.until.is_some_and(|until| steady >= until) {
            self.until = None;
        }
        self.until.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600 * 1_000_000;

    #[test]
    fn a_clock_that_jumps_forward_is_not_trusted_for_a_while() {
        let begin = Instant::now();
        let at = |seconds: u64| begin + Duration::from_secs(seconds);
        let wall = |seconds: i64, jumped: i64| Timestamp::from_micros(seconds * 1_000_000 + jumped);
        let mut trust = Trust::begin(wall(0, 0), at(0));
        assert!(
            trust.look(wall(10, 0), at(10)),
            "a clock that runs evenly is trusted"
        );
        assert!(
            !trust.look(wall(20, 48 * HOUR), at(20)),
            "one that was set two days on is not"
        );
        assert!(!trust.look(wall(900, 48 * HOUR), at(900)), "nor soon after");
        assert!(
            trust.look(wall(921, 48 * HOUR), at(921)),
            "a machine that slept goes on after a quarter of an hour"
        );
    }

    #[test]
    fn a_jump_that_would_end_every_undo_is_no_small_one() {
        let begin = Instant::now();
        let undo = i64::try_from(super::super::retention::UNDO_FOR.as_micros()).unwrap();
        let mut trust = Trust::begin(Timestamp::from_micros(0), begin);
        assert!(
            !trust.look(Timestamp::from_micros(undo / 2), begin),
            "half of the time for an undo would be gone"
        );
        let mut trust = Trust::begin(Timestamp::from_micros(0), begin);
        assert!(
            trust.look(Timestamp::from_micros(undo / 20), begin),
            "a correction over the network is none"
        );
    }

    #[test]
    fn a_clock_that_is_set_right_is_trusted_at_once() {
        let begin = Instant::now();
        let mut trust = Trust::begin(Timestamp::from_micros(0), begin);
        assert!(!trust.look(Timestamp::from_micros(48 * HOUR), begin), "it jumped");
        assert!(trust.look(Timestamp::from_micros(0), begin), "and was set back");
        assert!(
            trust.look(Timestamp::from_micros(-24 * HOUR), begin),
            "a clock that is behind makes nothing too old"
        );
    }
}
