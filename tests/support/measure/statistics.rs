//! Order statistics of measured values. Nothing here assumes a distribution: the machines are noisy and the tails long.

/// At least one measured value, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    sorted: Vec<f64>,
}

impl Sample {
    /// The sample of these values; `None` where there is none, or one is not a number.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        if sorted.is_empty() || sorted.iter().any(|value| value.is_nan()) {
            return None;
        }
        sorted.sort_unstable_by(f64::total_cmp);
        Some(Self { sorted })
    }

    /// The value in the middle; of an even number of values the mean of the two in the middle.
    #[must_use]
    pub fn median(&self) -> f64 {
        let middle = self.sorted.len() / 2;
        if self.sorted.len() % 2 == 1 {
            self.sorted[middle]
        } else {
            f64::midpoint(self.sorted[middle - 1], self.sorted[middle])
        }
    }

    /// The smallest value that at least `percent` of a hundred of all values do not exceed (nearest rank).
    #[must_use]
    pub fn percentile(&self, percent: f64) -> f64 {
        let count = self.sorted.len();
        let rank = (percent.clamp(0.0, 100.0) / 100.0 * to_float(count)).ceil();
        // Float to integer saturates: a rank is between 0 and `count`, whatever rounding does.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within 0..=count"
        )]
        let rank = rank as usize;
        self.sorted[rank.clamp(1, count) - 1]
    }

    /// The smallest value.
    #[must_use]
    pub fn lowest(&self) -> f64 {
        self.sorted[0]
    }

    /// The greatest value.
    #[must_use]
    pub fn highest(&self) -> f64 {
        self.sorted[self.sorted.len() - 1]
    }

    /// How many values there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.sorted.len()
    }
}

/// Each value as a share of its partner in the same round: noise that lasts longer than a round cancels out. A partner
/// of zero gives no ratio.
#[must_use]
pub fn ratios(values: &[f64], partners: &[f64]) -> Option<Sample> {
    Sample::of(
        values
            .iter()
            .zip(partners)
            .filter(|(_, partner)| **partner != 0.0)
            .map(|(value, partner)| value / partner),
    )
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a count of values in memory is far below 2^52"
)]
fn to_float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::of(values.iter().copied()).expect("there are values")
    }

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        for (values, median) in [
            (&[7.0][..], 7.0),
            (&[3.0, 1.0, 2.0], 2.0),
            (&[4.0, 1.0, 3.0, 2.0], 2.5),
            (&[1.0, 1.0, 1.0, 1000.0], 1.0),
        ] {
            assert_eq!(sample(values).median(), median, "of {values:?}");
        }
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let hundred = sample(&(1..=100).rev().map(f64::from).collect::<Vec<_>>());
        for (percent, value) in [
            (0.0, 1.0),
            (1.0, 1.0),
            (1.5, 2.0),
            (50.0, 50.0),
            (99.0, 99.0),
            (99.1, 100.0),
            (100.0, 100.0),
        ] {
            assert_eq!(hundred.percentile(percent), value, "the {percent}th of 1 to 100");
        }
        let three = sample(&[10.0, 20.0, 30.0]);
        for (percent, value) in [
            (33.0, 10.0),
            (34.0, 20.0),
            (67.0, 30.0),
            (99.0, 30.0),
            (250.0, 30.0),
            (-1.0, 10.0),
        ] {
            assert_eq!(three.percentile(percent), value, "the {percent}th of three");
        }
    }

    #[test]
    fn the_ends_are_the_ends() {
        let sample = sample(&[2.0, -1.0, 5.0]);
        assert_eq!(
            (sample.lowest(), sample.highest(), sample.count()),
            (-1.0, 5.0, 3),
            "of -1, 2 and 5"
        );
    }

    #[test]
    fn nothing_and_not_a_number_are_no_sample() {
        assert_eq!(Sample::of([]), None, "no values have no median");
        assert_eq!(
            Sample::of([1.0, f64::NAN]),
            None,
            "and not a number has no place in an order"
        );
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        // The machine is ten times slower in the second round, for both.
        let ratios = ratios(&[20.0, 2.0, 30.0], &[100.0, 10.0, 100.0]).expect("there are rounds");
        assert_eq!(
            (ratios.median(), ratios.lowest(), ratios.highest()),
            (0.2, 0.2, 0.3),
            "the slow round changes nothing"
        );
    }

    #[test]
    fn a_round_in_which_the_partner_did_nothing_is_passed_over() {
        assert_eq!(
            ratios(&[1.0, 2.0], &[0.0, 4.0]),
            Sample::of([0.5]),
            "no ratio to zero"
        );
        assert_eq!(ratios(&[1.0], &[0.0]), None, "nothing is left");
    }
}
