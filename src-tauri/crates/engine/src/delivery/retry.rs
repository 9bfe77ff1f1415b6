//! When a delivery that failed is tried again. Pure: the random number is passed in, and nothing here waits.

use std::time::Duration;

use crate::model::{Attempt, Ending};

/// Waits that grow by a factor up to a longest one, each spread a little so that many do not come at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// The wait before the first retry.
    pub first: Duration,
    /// How much longer each wait is than the one before.
    pub factor: f64,
    /// The longest wait.
    pub longest: Duration,
    /// How many retries there are after the first attempt.
    pub retries: u32,
    /// The share of a wait by which it may be shorter or longer, 0 to 1.
    pub spread: f64,
}

/// Eight retries over about 24 hours: 30 s, 90 s, 4½ min … 6 h, 15 h.
impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(30),
            factor: 3.0,
            longest: Duration::from_secs(15 * 3600),
            retries: 8,
            spread: 0.1,
        }
    }
}

impl Backoff {
    /// The wait before the retry after `attempts` attempts, or `None` when there is none left. `random` is between
    /// 0 and 1.
    #[must_use]
    pub fn wait(&self, attempts: u32, random: f64) -> Option<Duration> {
        let before = attempts.checked_sub(1)?;
        if before >= self.retries {
            return None;
        }
        let exponent = i32::try_from(before).unwrap_or(i32::MAX);
        // Bounded before it becomes a duration, which cannot hold every number.
        let grown =
            (self.first.as_secs_f64() * self.factor.max(1.0).powi(exponent)).min(self.longest.as_secs_f64());
        let spread = self.spread.clamp(0.0, 1.0) * random.clamp(0.0, 1.0).mul_add(2.0, -1.0);
        Some(Duration::try_from_secs_f64(grown * (1.0 + spread)).unwrap_or(self.longest))
    }
}

/// Whether a sender would take it for delivered: a whole answer with a status from 200 to 299.
#[must_use]
pub fn is_delivered(attempt: &Attempt) -> bool {
    Ending::of(attempt.outcome, attempt.status) == Ending::Delivered
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_default_goes_on_for_about_a_day() {
        let waits: Vec<u64> = (1..)
            .map_while(|attempts| Backoff::default().wait(attempts, 0.5))
            .map(|wait| wait.as_secs())
            .collect();
        assert_eq!(
            waits,
            [30, 90, 270, 810, 2430, 7290, 21_870, 54_000],
            "each wait is longer than the one before"
        );
        assert_eq!(waits.iter().sum::<u64>() / 3600, 24, "a day in all");
    }

    #[test]
    fn a_first_attempt_is_no_retry() {
        assert_eq!(Backoff::default().wait(0, 0.5), None, "nothing was attempted yet");
    }

    proptest! {
        #[test]
        fn a_wait_stays_within_its_spread(attempts in 1_u32..50, random in 0.0..1.0_f64, factor in 0.0..1e9_f64) {
            let backoff = Backoff { factor, retries: u32::MAX, ..Backoff::default() };
            let wait = backoff.wait(attempts, random).unwrap();
            prop_assert!(wait >= backoff.first.mul_f64(0.89), "never shorter than the first: {:?}", wait);
            prop_assert!(wait <= backoff.longest.mul_f64(1.11), "never longer than the longest: {:?}", wait);
        }
    }
}
