//! Two programs in turn under the same load.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hookbench_tests::measure::{
    Deck, Failure, Ledger, Load, Outcome, Printed, Run, Sample, Subject, Table, Until, microseconds,
    milliseconds, per_second, ratios, say, settle,
};

/// How long a program's leftovers are waited for before the other is measured.
const REST: Duration = Duration::from_secs(20);

/// Rounds at one number of connections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Series {
    pub(crate) connections: usize,
    pub(crate) printed: Printed,
    pub(crate) rounds: usize,
    pub(crate) warm_up: Duration,
    pub(crate) window: Duration,
}

/// One round: both programs, and how long the listener needed afterwards to come to rest.
struct Round {
    bare: Run,
    subject: Run,
    rest: Duration,
}

/// The middle of all rounds.
#[derive(Debug)]
pub(crate) struct Median {
    series: Series,
    share: f64,
    half: f64,
    tail: f64,
    processor: f64,
}

impl fmt::Display for Median {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unread = if self.series.printed == Printed::Unread {
            " unread"
        } else {
            ""
        };
        write!(
            formatter,
            "{}{unread}: {:.3} of bare, p50 {} p99 {} ms, CPU {:.1} x",
            self.series.connections,
            self.share,
            milliseconds(self.half),
            milliseconds(self.tail),
            self.processor,
        )
    }
}

impl Series {
    /// Measures all rounds and prints them.
    pub(crate) fn run(
        self,
        bare: (&Subject, &Arc<Deck>),
        subject: (&Subject, &Arc<Deck>),
        ledger: &mut Ledger,
    ) -> Outcome<Median> {
        let mut rounds = Vec::new();
        for round in 0..self.rounds {
            // Who goes first changes, so that a machine that grows slower favours neither.
            let bare_first = (round % 2 == 0).then(|| self.load(bare, 0)).transpose()?;
            let subject_run = self.load(subject, ledger.next())?;
            ledger.enter(&subject_run)?;
            let rest = settle(subject.0.process(), REST);
            let bare_run = match bare_first {
                Some(run) => run,
                None => self.load(bare, 0)?,
            };
            rounds.push(Round {
                bare: bare_run,
                subject: subject_run,
                rest,
            });
        }
        self.report(&rounds)
    }

    fn load(self, (subject, deck): (&Subject, &Arc<Deck>), first: u64) -> Outcome<Run> {
        Load {
            address: subject.address(),
            process: subject.process(),
            deck: Arc::clone(deck),
            connections: self.connections,
            until: Until::Elapsed {
                warm_up: self.warm_up,
                window: self.window,
            },
            first,
        }
        .run()
    }

    fn report(self, rounds: &[Round]) -> Outcome<Median> {
        let printed = match self.printed {
            Printed::Discarded => "/dev/null",
            Printed::Read => "a reader",
            Printed::Unread => "a pipe that nobody reads",
        };
        say(&format!(
            "## {} connections, output to {printed}",
            self.connections
        ));
        let mut table = Table::new(&[
            "round",
            "bare/s",
            "p50 ms",
            "p99 ms",
            "CPU us",
            "hookbench/s",
            "p50 ms",
            "p99 ms",
            "max ms",
            "CPU us",
            "share",
            "CPU x",
            "kB written",
            "rest ms",
            "failed",
        ]);
        for (number, round) in rounds.iter().enumerate() {
            let Round { bare, subject, rest } = round;
            table.line([
                (number + 1).to_string(),
                per_second(bare.rate()),
                milliseconds(bare.latencies.median()),
                milliseconds(bare.latencies.percentile(99.0)),
                microseconds(bare.processor()),
                per_second(subject.rate()),
                milliseconds(subject.latencies.median()),
                milliseconds(subject.latencies.percentile(99.0)),
                milliseconds(subject.latencies.highest()),
                microseconds(subject.processor()),
                format!("{:.3}", subject.rate() / bare.rate()),
                format!("{:.1}", subject.processor() / bare.processor()),
                format!("{:.1}", subject.written() / 1e3),
                rest.as_millis().to_string(),
                subject.unanswered.len().to_string(),
            ]);
        }
        table.print();
        for (_, reason) in rounds.iter().flat_map(|round| &round.subject.unanswered).take(3) {
            say(&format!("not answered: {reason}"));
        }
        let own = middle(rounds, |round| round.bare.own / round.bare.counted())?;
        say(&format!(
            "the generator: {} us of CPU a request, {} /s on a core of its own\n",
            microseconds(own),
            per_second(1.0 / own)
        ));
        let rates = |of: fn(&Round) -> &Run| rounds.iter().map(|round| of(round).rate()).collect::<Vec<_>>();
        let shares = ratios(&rates(|round| &round.subject), &rates(|round| &round.bare));
        Ok(Median {
            series: self,
            share: shares
                .ok_or_else(|| Failure::new("there were no rounds"))?
                .median(),
            half: middle(rounds, |round| round.subject.latencies.median())?,
            tail: middle(rounds, |round| round.subject.latencies.percentile(99.0))?,
            processor: middle(rounds, |round| round.subject.processor() / round.bare.processor())
                .unwrap_or(f64::NAN),
        })
    }
}

fn middle(rounds: &[Round], value: impl Fn(&Round) -> f64) -> Outcome<f64> {
    let sample = Sample::of(rounds.iter().map(value)).ok_or_else(|| Failure::new("there are no figures"))?;
    Ok(sample.median())
}
