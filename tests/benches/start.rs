//! From the start of the process to listening, and how much memory it holds: with nothing, after a thousand requests,
//! after a hundred thousand.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookbench_tests::measure::{
    Deck, Failure, Load, Options, Outcome, Printed, Random, Reading, Sample, Subject, Summary, Table, Until,
    milliseconds, mixed, per_second, run, say, settle,
};
use hookbench_tests::{Hookbench, program};

/// How long a listener's leftovers are waited for before its memory is read.
const REST: Duration = Duration::from_secs(120);

fn main() -> ExitCode {
    run("start", start)
}

fn start(options: &Options) -> Outcome<Summary> {
    say(&format!("measured: {}", program("hookbench").display()));
    let rounds = options.rounds.unwrap_or(options.either(3, 15));
    let many = options.count.unwrap_or(options.either(5_000, 100_000));

    let first_ever = starts(rounds, &mut || Ok(Hookbench::on_disk()))?;
    let empty = Hookbench::on_disk();
    empty.listen().stop();
    let with_nothing = starts_on(rounds, &empty)?;

    let full = Hookbench::on_disk();
    let memory = Memory::after_capturing(&full, many)?;
    let with_many = starts_on(rounds, &full)?;

    let mut table = Table::new(&["start to listening, ms", "median", "lowest", "highest"]);
    for (name, sample) in [
        ("no data yet (the database is made)", &first_ever),
        ("an empty database", &with_nothing),
        (&format!("{} requests", per_second(to_float(many))), &with_many),
    ] {
        table.line([
            name.to_owned(),
            milliseconds(sample.median()),
            milliseconds(sample.lowest()),
            milliseconds(sample.highest()),
        ]);
    }
    table.print();
    memory.print(many);
    Ok(Summary::Found(format!(
        "to listening {} ms empty, {} ms with {many} requests; memory {} MiB idle, {:.2} x from 1000 to {many} requests",
        milliseconds(with_nothing.median()),
        milliseconds(with_many.median()),
        mebibytes(memory.idle.resident),
        memory.growth(),
    )))
}

/// Starts on the data that `data` gives each time, in seconds to the first line.
fn starts(rounds: usize, data: &mut dyn FnMut() -> Outcome<Hookbench>) -> Outcome<Sample> {
    let mut seconds = Vec::new();
    for _ in 0..rounds {
        let hookbench = data()?;
        seconds.push(seconds_to_listening(&hookbench));
    }
    Sample::of(seconds).ok_or_else(|| Failure::new("there were no rounds"))
}

fn starts_on(rounds: usize, hookbench: &Hookbench) -> Outcome<Sample> {
    Sample::of((0..rounds).map(|_| seconds_to_listening(hookbench)))
        .ok_or_else(|| Failure::new("there were no rounds"))
}

fn seconds_to_listening(hookbench: &Hookbench) -> f64 {
    let begin = Instant::now();
    let listening = hookbench.listen();
    let seconds = begin.elapsed().as_secs_f64();
    #[cfg(unix)]
    listening.stop();
    #[cfg(not(unix))]
    drop(listening);
    seconds
}

/// What a listener holds in memory.
struct Memory {
    idle: Reading,
    after_few: Reading,
    after_many: Reading,
}

impl Memory {
    const FEW: u64 = 1_000;

    /// Captures `many` requests with one listener.
    fn after_capturing(hookbench: &Hookbench, many: u64) -> Outcome<Self> {
        let subject = Subject::hookbench(hookbench, Printed::Discarded)?;
        let mut random = Random::new(4665);
        let deck = Arc::new(Deck::new(
            subject.address(),
            (0..1024).map(|_| mixed(&mut random)),
        )?);
        let idle = at_rest(&subject)?;
        fill(&subject, &deck, 0, Self::FEW)?;
        let after_few = at_rest(&subject)?;
        let begin = Instant::now();
        fill(&subject, &deck, Self::FEW, many.saturating_sub(Self::FEW))?;
        let after_many = at_rest(&subject)?;
        say(&format!(
            "{many} requests of {} bytes captured in {:.1} s",
            deck.mean_length(),
            begin.elapsed().as_secs_f64()
        ));
        subject.stop()?;
        Ok(Self {
            idle,
            after_few,
            after_many,
        })
    }

    fn growth(&self) -> f64 {
        self.after_many.resident / self.after_few.resident
    }

    fn print(&self, many: u64) {
        let mut table = Table::new(&["memory of the listener, MiB", "resident", "peak"]);
        for (name, reading) in [
            ("idle after the start".to_owned(), &self.idle),
            (format!("after {} requests", Self::FEW), &self.after_few),
            (format!("after {many} requests"), &self.after_many),
        ] {
            table.line([name, mebibytes(reading.resident), mebibytes(reading.peak)]);
        }
        table.print();
    }
}

fn fill(subject: &Subject, deck: &Arc<Deck>, first: u64, count: u64) -> Outcome<()> {
    let load = Load {
        address: subject.address(),
        process: subject.process(),
        deck: Arc::clone(deck),
        connections: 16,
        until: Until::Count(count),
        first,
    };
    match load.run()?.unanswered.first() {
        Some((_, reason)) => Err(Failure::new(format!("a request was not kept: {reason}"))),
        None => Ok(()),
    }
}

fn at_rest(subject: &Subject) -> Outcome<Reading> {
    settle(subject.process(), REST);
    subject
        .reading()
        .ok_or_else(|| Failure::new("this system does not tell the memory of a process"))
}

fn mebibytes(bytes: f64) -> String {
    format!("{:.1}", bytes / 1024.0 / 1024.0)
}

#[expect(clippy::cast_precision_loss, reason = "requests of one run")]
fn to_float(count: u64) -> f64 {
    count as f64
}
