//! What it adds when a request goes through Hookbench to its target and the target's answer back: against the same
//! request sent there directly, and the least that the durable commit before it takes on this disk.
//!
//! `cargo xtask bench through`.

#[path = "capture/commit.rs"]
mod commit;
#[path = "replay/server.rs"]
mod server;

use std::process::{Command, ExitCode};
use std::sync::Arc;

use hookbench_tests::Hookbench;
use hookbench_tests::measure::{
    Deck, Failure, Load, Options, Outcome, Printed, Random, SECRET, Sample, Subject, Summary, Table, Until,
    free_port, github_push, milliseconds, run,
};

/// How much it may add at p50, in seconds.
const GOAL: f64 = 0.001;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [first, port] if first == server::ARGUMENT => server::serve(port),
        _ => run("through", through),
    }
}

fn through(options: &Options) -> Outcome<Summary> {
    let port = free_port()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args([server::ARGUMENT, &port.to_string()]);
    let target = Subject::start(command, port, Printed::Discarded)?;
    let hookbench = Hookbench::on_disk().with_endpoint("/github", "github", SECRET);
    let url = format!("http://{}", target.address());
    let set = hookbench.run(&["endpoint", "forward", "/github", "--to", &url, "--through"]);
    if set.code != 0 {
        return Err(Failure::new(set.stderr));
    }
    let listening = Subject::hookbench(&hookbench, Printed::Discarded)?;

    let rounds = options.rounds.unwrap_or(options.either(2, 9));
    let count = options.count.unwrap_or(options.either(100, 1_000));
    let mut table = Table::new(&["round, p50 in ms", "direct", "commit", "through", "added"]);
    let mut added = Vec::new();
    for round in 1..=rounds {
        let direct = exchange(&target, count)?;
        let commit = commit::durable_write(options)?.median();
        let through = exchange(&listening, count)?;
        let more = through - direct - commit;
        table.line([
            round.to_string(),
            milliseconds(direct),
            milliseconds(commit),
            milliseconds(through),
            milliseconds(more),
        ]);
        added.push(more);
    }
    table.print();
    let added = Sample::of(added).ok_or_else(|| Failure::new("nothing was sent"))?;
    let line = format!(
        "{} ms more at p50 than a direct request and the commit ({} to {} ms in {rounds} rounds)",
        milliseconds(added.median()),
        milliseconds(added.lowest()),
        milliseconds(added.highest()),
    );
    // Short rounds on a busy machine say nothing that a test should fail by.
    if options.quick || added.median() <= GOAL {
        return Ok(Summary::Found(line));
    }
    Err(Failure::new(format!(
        "{line}; wanted: at most {} ms",
        milliseconds(GOAL)
    )))
}

/// The median seconds of one request after the other over one connection.
fn exchange(subject: &Subject, count: u64) -> Outcome<f64> {
    let mut random = Random::new(1969);
    let load = Load {
        address: subject.address(),
        process: subject.process(),
        deck: Arc::new(Deck::new(
            subject.address(),
            (0..64).map(|_| github_push(&mut random)),
        )?),
        connections: 1,
        until: Until::Count(count),
        first: 0,
    };
    let run = load.run()?;
    match run.unanswered.first() {
        Some((_, reason)) => Err(Failure::new(format!("a request was not answered: {reason}"))),
        None => Ok(run.latencies.median()),
    }
}
