//! A task as a list of steps: each is announced, timed and counted, and the first that fails ends the list.
//!
//! Several programs print their own totals on the way; the last line here counts steps, and a step that failed, was
//! left out or was never reached is named beside it.

use std::time::{Duration, Instant};

use crate::report::{Failure, say, spoken};
use crate::workspace::Workspace;

/// How a step that did not fail ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    Done,
    /// It was done already; the text says why.
    AlreadyDone(String),
    /// This system cannot do it; the text says why.
    LeftOut(String),
}

/// What a step does when its turn comes.
type Work<'a> = Box<dyn FnOnce(&Workspace) -> Result<Outcome, Failure> + 'a>;

/// One thing to do, with a name a person can look for in the output.
pub(crate) struct Step<'a> {
    title: &'static str,
    work: Work<'a>,
    advice: Option<&'static str>,
}

impl<'a> Step<'a> {
    /// A step with its title and its work.
    pub(crate) fn new(
        title: &'static str,
        work: impl FnOnce(&Workspace) -> Result<Outcome, Failure> + 'a,
    ) -> Self {
        Self {
            title,
            work: Box::new(work),
            advice: None,
        }
    }

    /// What to do if it fails and the failure itself says nothing nearer.
    pub(crate) fn advice(self, advice: &'static str) -> Self {
        Self {
            advice: Some(advice),
            ..self
        }
    }
}

/// What became of the steps that were reached and those that were not.
#[derive(Debug, Default)]
struct Tally {
    passed: Vec<(&'static str, Duration)>,
    left_out: Vec<(&'static str, String)>,
    failed: Option<&'static str>,
    not_reached: Vec<&'static str>,
}

impl Tally {
    /// The closing lines; the last one is the count.
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let width = self
            .passed
            .iter()
            .map(|(title, _)| title.chars().count())
            .max()
            .unwrap_or(0);
        for (title, span) in &self.passed {
            lines.push(format!("  passed    {title:width$}  {}", spoken(*span)));
        }
        for (title, reason) in &self.left_out {
            lines.push(format!("  left out  {title}: {reason}"));
        }
        if let Some(title) = self.failed {
            lines.push(format!("  FAILED    {title}"));
        }
        for title in &self.not_reached {
            lines.push(format!("  not run   {title}"));
        }
        lines.push(format!(
            "{} passed, {} failed",
            self.passed.len(),
            usize::from(self.failed.is_some())
        ));
        lines
    }
}

/// Does the steps in order and says at the end what became of each.
pub(crate) fn perform(workspace: &Workspace, steps: Vec<Step<'_>>) -> Result<(), Failure> {
    let begun = Instant::now();
    let (tally, failure) = follow(workspace, steps);
    let heading = if failure.is_some() {
        "Stopped after"
    } else {
        "Done in"
    };
    say(&format!("\n{heading} {}", spoken(begun.elapsed())));
    let Some(failure) = failure else {
        say(&tally.lines().join("\n"));
        return Ok(());
    };
    say(&tally.lines().join("\n"));
    Err(failure)
}

fn follow(workspace: &Workspace, steps: Vec<Step<'_>>) -> (Tally, Option<Failure>) {
    let total = steps.len();
    let mut tally = Tally::default();
    let mut failure = None;
    for (index, Step { title, work, advice }) in steps.into_iter().enumerate() {
        if failure.is_some() {
            tally.not_reached.push(title);
            continue;
        }
        say(&format!("\n[{}/{total}] {title}", index + 1));
        let begun = Instant::now();
        match work(workspace) {
            Ok(outcome) => {
                let span = begun.elapsed();
                match outcome {
                    Outcome::Done => say(&format!("      done in {}", spoken(span))),
                    Outcome::AlreadyDone(why) => say(&format!("      nothing to do: {why}")),
                    Outcome::LeftOut(why) => {
                        say(&format!("      left out: {why}"));
                        tally.left_out.push((title, why));
                        continue;
                    }
                }
                tally.passed.push((title, span));
            }
            Err(reason) => {
                say(&format!("      failed after {}", spoken(begun.elapsed())));
                tally.failed = Some(title);
                failure = Some(match advice {
                    Some(advice) => reason.or_hint(advice),
                    None => reason,
                });
            }
        }
    }
    (tally, failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nowhere() -> Workspace {
        Workspace {
            root: "/nowhere".into(),
            binaries: "/nowhere/target/debug".into(),
        }
    }

    #[test]
    fn the_first_failure_ends_the_list_and_is_counted() {
        let steps = vec![
            Step::new("one", |_| Ok(Outcome::Done)),
            Step::new("two", |_| Ok(Outcome::LeftOut("not on this system".to_string()))),
            Step::new("three", |_| Err(Failure::new("it broke"))),
            Step::new("four", |_| unreachable!("a step after a failure must not run")),
        ];
        let (tally, failure) = follow(&nowhere(), steps);
        assert_eq!(failure.expect("the failure is handed on").to_string(), "it broke");
        let lines = tally.lines();
        assert_eq!(lines.last().map(String::as_str), Some("1 passed, 1 failed"));
        assert!(
            lines.contains(&"  FAILED    three".to_string()),
            "the failed step is named: {lines:?}"
        );
        assert!(
            lines.contains(&"  not run   four".to_string()),
            "what was not reached is named: {lines:?}"
        );
        assert!(
            lines.contains(&"  left out  two: not on this system".to_string()),
            "a step left out is not counted as passed: {lines:?}"
        );
    }

    #[test]
    fn a_list_without_failure_ends_with_a_zero() {
        let steps = vec![
            Step::new("one", |_| Ok(Outcome::Done)),
            Step::new("two", |_| Ok(Outcome::AlreadyDone("fresh".to_string()))),
        ];
        let (tally, failure) = follow(&nowhere(), steps);
        assert!(failure.is_none(), "nothing failed");
        assert_eq!(
            tally.lines().last().map(String::as_str),
            Some("2 passed, 0 failed")
        );
    }

    #[test]
    fn the_advice_of_a_step_reaches_its_failure() {
        let steps = vec![Step::new("one", |_| Err(Failure::new("it broke"))).advice("mend it")];
        let (_, failure) = follow(&nowhere(), steps);
        let failure = failure.expect("the step failed");
        assert!(format!("{failure:?}").contains("mend it"), "{failure:?}");
    }
}
