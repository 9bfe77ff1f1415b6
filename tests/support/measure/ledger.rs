//! What was acknowledged, against what was kept.

use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde::Deserialize;

use super::deck::{self, Deck};
use super::failure::{Failure, Outcome};
use super::load::Run;
use crate::program::Hookbench;

/// The numbers that were sent to one listener, and which of them it did not acknowledge.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By number: whether it was acknowledged.
    acknowledged: Vec<bool>,
}

/// What a comparison found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many were acknowledged.
    pub acknowledged: u64,
    /// Acknowledged, and kept exactly once with the right body and verdict.
    pub kept: u64,
    /// Acknowledged, and not to be found.
    pub lost: u64,
    /// Kept more than once.
    pub doubled: u64,
    /// Kept with another body than was sent.
    pub altered: u64,
    /// Kept with a verdict other than `valid`.
    pub misjudged: u64,
    /// Kept though nobody sent them.
    pub invented: u64,
    /// Acknowledged, and removed since as the oldest beyond what is kept at most.
    pub removed: u64,
}

/// How many requests are kept at most, where nothing else was said.
const KEPT_AT_MOST: u64 = 100_000;
/// How far requests may overtake each other between being numbered and being kept.
const OVERTAKEN: usize = 1_024;

/// A line of `hookbench list --json`.
#[derive(Debug, Deserialize)]
struct Line {
    headers: Vec<[String; 2]>,
    body_sha256: String,
    verdict: String,
}

impl Ledger {
    /// The number of the next request.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.acknowledged.len() as u64
    }

    /// Enters a run that began with [`Ledger::next`].
    ///
    /// # Errors
    /// When it did not.
    pub fn enter(&mut self, run: &Run) -> Outcome<()> {
        if run.numbers.start != self.next() {
            return Err(Failure::new(format!(
                "run {:?} does not follow on {}",
                run.numbers,
                self.next()
            )));
        }
        self.acknowledged.resize(usize::try_from(run.numbers.end)?, true);
        for (number, _) in &run.unanswered {
            self.acknowledged[usize::try_from(*number)?] = false;
        }
        Ok(())
    }

    /// Asks the terminal program for everything it kept and compares.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn compare(&self, hookbench: &Hookbench, deck: &Deck) -> Outcome<Tally> {
        let limit = u32::MAX.to_string();
        let mut child = hookbench
            .command()
            .args(["list", "--json", "--limit", &limit])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child
            .stdout
            .take()
            .ok_or_else(|| Failure::new("the list has no output"))?;
        let mut lines = Vec::new();
        let read = || -> Outcome<()> {
            for line in BufReader::new(output).lines() {
                let line: Line = serde_json::from_str(&line?)?;
                lines.push((deck::number(&line.headers), line.body_sha256, line.verdict));
            }
            Ok(())
        };
        let outcome = read();
        let status = child.wait()?;
        outcome?;
        if !status.success() {
            return Err(Failure::new(format!("the list ended with {status}")));
        }
        Ok(self.tally(deck, lines))
    }

    fn tally(&self, deck: &Deck, kept: impl IntoIterator<Item = (Option<u64>, String, String)>) -> Tally {
        let mut times = vec![0_u32; self.acknowledged.len()];
        let mut tally = Tally::default();
        for (number, digest, verdict) in kept {
            let place =
                number.and_then(|number| Some((number, times.get_mut(usize::try_from(number).ok()?)?)));
            let Some((number, times)) = place else {
                tally.invented += 1;
                continue;
            };
            *times += 1;
            tally.altered += u64::from(digest != deck.digest(number));
            tally.misjudged += u64::from(verdict != "valid");
        }
        // Only what is older than everything that is kept may have been removed, and only if there is so much.
        let there: u64 = times.iter().map(|times| u64::from(*times)).sum();
        let oldest = times.iter().position(|times| *times > 0).unwrap_or(0);
        let removed_to = if there >= KEPT_AT_MOST {
            oldest + OVERTAKEN
        } else {
            0
        };
        for (place, (times, acknowledged)) in times.into_iter().zip(&self.acknowledged).enumerate() {
            tally.acknowledged += u64::from(*acknowledged);
            tally.kept += u64::from(*acknowledged && times == 1);
            let gone = *acknowledged && times == 0;
            tally.removed += u64::from(gone && place < removed_to);
            tally.lost += u64::from(gone && place >= removed_to);
            tally.doubled += u64::from(times > 1);
        }
        tally
    }
}

impl Tally {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        *self
            == Self {
                acknowledged: self.acknowledged,
                kept: self.acknowledged.saturating_sub(self.removed),
                removed: self.removed,
                ..Self::default()
            }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            acknowledged,
            kept,
            lost,
            doubled,
            altered,
            misjudged,
            invented,
            removed,
        } = self;
        write!(
            formatter,
            "{acknowledged} acknowledged, {kept} kept once; {lost} lost, {doubled} doubled, {altered} altered, \
             {misjudged} misjudged, {invented} invented, {removed} removed as the oldest"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Random, Sample, github_push};
    use super::*;

    fn deck() -> Deck {
        let mut random = Random::new(2);
        Deck::new(
            ([127, 0, 0, 1], 1).into(),
            (0..3).map(|_| github_push(&mut random)),
        )
        .expect("three pushes")
    }

    fn ledger(count: u64, unanswered: &[u64]) -> Ledger {
        let mut ledger = Ledger::default();
        let run = Run {
            numbers: 0..count,
            unanswered: unanswered
                .iter()
                .map(|number| (*number, "closed".to_owned()))
                .collect(),
            latencies: Sample::of([1.0]).expect("one value"),
            elapsed: 1.0,
            readings: None,
            own: 0.0,
        };
        ledger.enter(&run).expect("the first run");
        ledger
    }

    fn kept(deck: &Deck, numbers: &[u64]) -> Vec<(Option<u64>, String, String)> {
        numbers
            .iter()
            .map(|number| (Some(*number), deck.digest(*number).to_owned(), "valid".to_owned()))
            .collect()
    }

    #[test]
    fn everything_once_is_clean() {
        let deck = deck();
        let tally = ledger(4, &[]).tally(&deck, kept(&deck, &[3, 2, 1, 0]));
        assert!(tally.is_clean(), "{tally}");
    }

    #[test]
    fn what_was_not_acknowledged_may_be_kept_or_not() {
        let deck = deck();
        for numbers in [&[0, 2][..], &[0, 1, 2]] {
            let tally = ledger(3, &[1]).tally(&deck, kept(&deck, numbers));
            assert!(tally.is_clean(), "with {numbers:?} kept: {tally}");
        }
    }

    #[test]
    fn each_fault_is_counted() {
        let deck = deck();
        let mut rows = kept(&deck, &[0, 0, 1, 9]);
        rows[2].1 = "0".repeat(64);
        rows.push((None, String::new(), String::new()));
        rows.push((Some(3), deck.digest(3).to_owned(), "invalid".to_owned()));
        let tally = ledger(4, &[]).tally(&deck, rows);
        let wanted = Tally {
            acknowledged: 4,
            kept: 2,
            lost: 1,
            doubled: 1,
            altered: 1,
            misjudged: 1,
            invented: 2,
            removed: 0,
        };
        assert_eq!(
            tally, wanted,
            "0 twice, 1 altered, 2 lost, 3 misjudged, 9 and a nameless one from nowhere"
        );
        assert!(!tally.is_clean(), "and is not passed over");
    }

    #[test]
    fn only_the_oldest_beyond_what_is_kept_may_be_gone() {
        let deck = deck();
        let all: Vec<u64> = (5_000..5_000 + KEPT_AT_MOST + 1).collect();
        let tally = ledger(5_000 + KEPT_AT_MOST + 1, &[]).tally(&deck, kept(&deck, &all));
        assert_eq!((tally.removed, tally.lost), (5_000, 0), "{tally}");
        assert!(tally.is_clean(), "they were removed on purpose");
        let mut gap = all.clone();
        gap.remove(50_000);
        let tally = ledger(5_000 + KEPT_AT_MOST + 1, &[]).tally(&deck, kept(&deck, &gap));
        assert_eq!(
            (tally.removed, tally.lost),
            (5_000, 1),
            "one in the midst is lost"
        );
        let few = &all[KEPT_AT_MOST as usize / 2..];
        let tally = ledger(5_000 + KEPT_AT_MOST + 1, &[]).tally(&deck, kept(&deck, few));
        assert_eq!(tally.removed, 0, "nothing is removed from less than what is kept");
    }

    #[test]
    fn runs_follow_one_another_without_gaps() {
        let mut ledger = ledger(4, &[]);
        let run = Run {
            numbers: 5..6,
            unanswered: Vec::new(),
            latencies: Sample::of([1.0]).expect("one value"),
            elapsed: 1.0,
            readings: None,
            own: 0.0,
        };
        assert!(ledger.enter(&run).is_err(), "4 is missing");
    }
}
