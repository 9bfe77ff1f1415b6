//! Two programs in turn under the same load.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::deck::Deck;
use super::failure::{Failure, Outcome};
use super::ledger::Ledger;
use super::load::{Load, Run, Until};
use super::options::Options;
use super::process::settle;
use super::statistics::{Sample, ratios};
use super::subject::Subject;
use super::table::{Table, microseconds, milliseconds, per_second, say};

/// How long a program's leftovers are waited for before the other is measured.
const REST: Duration = Duration::from_secs(20);

/// A program and the requests made for it.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What it is called in the tables.
    pub name: &'a str,
    /// The running program.
    pub subject: &'a Subject,
    /// The requests for its address.
    pub deck: &'a Arc<Deck>,
}

/// Rounds of one program against another, which is the measure, at one number of connections.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// The measure.
    pub measure: Side<'a>,
    /// What is measured.
    pub measured: Side<'a>,
    /// How many connections.
    pub connections: usize,
    /// How many rounds.
    pub rounds: usize,
    /// How long each program is under load before it is counted.
    pub warm_up: Duration,
    /// How long it is counted.
    pub window: Duration,
}

/// One round: both programs, and how long the measured one needed afterwards to come to rest.
struct Round {
    measure: Run,
    measured: Run,
    rest: Duration,
}

/// The middle of all rounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Median {
    /// What was measured, against what, at how many connections.
    pub title: String,
    /// Requests a second as a share of the measure's.
    pub share: f64,
    /// Seconds that half of the answers took at the most.
    pub half: f64,
    /// Seconds that 99 of 100 answers took at the most.
    pub tail: f64,
    /// Processor seconds a request as a multiple of the measure's; not a number where the system does not tell.
    pub processor: f64,
}

impl fmt::Display for Median {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            title,
            share,
            half,
            tail,
            processor,
        } = self;
        let (half, tail) = (milliseconds(*half), milliseconds(*tail));
        write!(
            formatter,
            "{title} {share:.3} (p50 {half} p99 {tail} ms, CPU {processor:.1} x)"
        )
    }
}

impl<'a> Series<'a> {
    /// Rounds as long as the command line wants them.
    #[must_use]
    pub fn new(options: &Options, measure: Side<'a>, measured: Side<'a>, connections: usize) -> Self {
        Self {
            measure,
            measured,
            connections,
            rounds: options.rounds.unwrap_or(options.either(2, 5)),
            warm_up: options.either(Duration::from_millis(200), Duration::from_millis(500)),
            window: options
                .window
                .unwrap_or(options.either(Duration::from_millis(500), Duration::from_secs(3))),
        }
    }

    /// Measures all rounds, prints them, and enters in the ledger what was sent to the measured program.
    ///
    /// # Errors
    /// When a program answers nothing.
    pub fn run(self, ledger: &mut Ledger) -> Outcome<Median> {
        let mut rounds = Vec::new();
        for round in 0..self.rounds {
            // Who goes first changes, so that a machine that grows slower favours neither.
            let first = if round % 2 == 0 {
                Some(self.load(self.measure, 0)?)
            } else {
                None
            };
            let measured = self.load(self.measured, ledger.next())?;
            ledger.enter(&measured)?;
            let rest = settle(self.measured.subject.process(), REST);
            let measure = match first {
                Some(run) => run,
                None => self.load(self.measure, 0)?,
            };
            rounds.push(Round {
                measure,
                measured,
                rest,
            });
        }
        self.report(&rounds)
    }

    fn load(self, side: Side<'_>, first: u64) -> Outcome<Run> {
        Load {
            address: side.subject.address(),
            process: side.subject.process(),
            deck: Arc::clone(side.deck),
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
        let (measure, measured) = (self.measure.name, self.measured.name);
        say(&format!(
            "## {} connections: {measured} against {measure}",
            self.connections
        ));
        let rate = |name: &str| format!("{name}/s");
        let mut table = Table::new(&[
            "round",
            &rate(measure),
            "p50 ms",
            "p99 ms",
            "CPU us",
            &rate(measured),
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
        for (
            number,
            Round {
                measure,
                measured,
                rest,
            },
        ) in rounds.iter().enumerate()
        {
            table.line([
                (number + 1).to_string(),
                per_second(measure.rate()),
                milliseconds(measure.latencies.median()),
                milliseconds(measure.latencies.percentile(99.0)),
                microseconds(measure.processor()),
                per_second(measured.rate()),
                milliseconds(measured.latencies.median()),
                milliseconds(measured.latencies.percentile(99.0)),
                milliseconds(measured.latencies.highest()),
                microseconds(measured.processor()),
                format!("{:.3}", measured.rate() / measure.rate()),
                format!("{:.1}", measured.processor() / measure.processor()),
                format!("{:.1}", measured.written() / 1e3),
                rest.as_millis().to_string(),
                measured.unanswered.len().to_string(),
            ]);
        }
        table.print();
        for (_, reason) in rounds.iter().flat_map(|round| &round.measured.unanswered).take(3) {
            say(&format!("not answered: {reason}"));
        }
        let own = middle(rounds, |round| round.measure.own / round.measure.counted());
        if let Ok(own) = own {
            let ceiling = per_second(1.0 / own);
            say(&format!(
                "the generator: {} us of CPU a request, {ceiling}/s with a core to itself\n",
                microseconds(own)
            ));
        }
        let rates = |of: fn(&Round) -> &Run| rounds.iter().map(|round| of(round).rate()).collect::<Vec<_>>();
        let shares = ratios(&rates(|round| &round.measured), &rates(|round| &round.measure));
        Ok(Median {
            title: format!("{measured}/{measure} at {}:", self.connections),
            share: shares
                .ok_or_else(|| Failure::new("there were no rounds"))?
                .median(),
            half: middle(rounds, |round| round.measured.latencies.median())?,
            tail: middle(rounds, |round| round.measured.latencies.percentile(99.0))?,
            processor: middle(rounds, |round| {
                round.measured.processor() / round.measure.processor()
            })
            .unwrap_or(f64::NAN),
        })
    }
}

fn middle(rounds: &[Round], value: impl Fn(&Round) -> f64) -> Outcome<f64> {
    let sample = Sample::of(rounds.iter().map(value)).ok_or_else(|| Failure::new("there are no figures"))?;
    Ok(sample.median())
}
