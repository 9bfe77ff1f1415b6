//! How many requests a second are captured, each answered after it is on the disk, as a share of what a bare axum
//! handler answers to the same bytes in the same minute; and whether every acknowledged one is there afterwards.

mod bare;
mod commit;
mod size;

use std::process::{Command, ExitCode};
use std::sync::Arc;

use hookbench_tests::measure::{
    Deck, Failure, Ledger, Median, Options, Outcome, Printed, Random, SECRET, Series, Side, Subject, Summary,
    free_port, github_push, milliseconds, run, say,
};
use hookbench_tests::{Hookbench, program};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, port] = &arguments[..]
        && first == bare::ARGUMENT
    {
        return bare::serve(port);
    }
    run("capture", capture)
}

fn capture(options: &Options) -> Outcome<Summary> {
    say(&format!("measured: {}", program("hookbench").display()));
    let port = free_port()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args([bare::ARGUMENT, &port.to_string()]);
    let bare = Subject::start(command, port, Printed::Discarded)?;
    let deck = Arc::new(deck(&bare, options)?);
    let bare = Side {
        name: "bare",
        subject: &bare,
        deck: &deck,
    };
    say(&format!(
        "requests of {} bytes, signed; one thread sends them",
        deck.mean_length()
    ));

    let commit = commit::durable_write(options)?;
    say(&format!(
        "the least a durable answer waits for, one write and its sync: p50 {} p99 {} ms\n",
        milliseconds(commit.median()),
        milliseconds(commit.percentile(99.0)),
    ));
    let levels = options.connections.clone().unwrap_or_else(|| vec![1, 16, 64]);
    let mut medians = capture_with(options, bare, Printed::Discarded, &levels)?;
    // What is printed is not read here, as on a terminal that was stopped: capturing must not wait for it.
    let most = levels.iter().copied().max().unwrap_or(64);
    medians.extend(capture_with(options, bare, Printed::Unread, &[most])?);

    let size = size::on_disk(options)?;

    let mut told: Vec<String> = medians.iter().map(ToString::to_string).collect();
    told.push(format!("{size:.3} x the bytes received on the disk"));
    Ok(Summary::Found(told.join("; ")))
}

/// Measures a listener with data of its own at each number of connections, and looks for what it acknowledged.
fn capture_with(
    options: &Options,
    bare: Side<'_>,
    printed: Printed,
    levels: &[usize],
) -> Outcome<Vec<Median>> {
    let hookbench = Hookbench::on_disk().with_endpoint("/github", "github", SECRET);
    let subject = Subject::hookbench(&hookbench, printed)?;
    let deck = Arc::new(deck(&subject, options)?);
    let name = if printed == Printed::Unread {
        "unread"
    } else {
        "hookbench"
    };
    let measured = Side {
        name,
        subject: &subject,
        deck: &deck,
    };
    let mut ledger = Ledger::default();
    let mut medians = Vec::new();
    for connections in levels {
        medians.push(Series::new(options, bare, measured, *connections).run(&mut ledger)?);
    }
    // Killed, not asked to stop: nothing that was acknowledged may be on its way to the disk still.
    drop(subject);
    let tally = ledger.compare(&hookbench, &deck)?;
    say(&format!("after a kill: {tally}"));
    if !tally.is_clean() {
        return Err(Failure::new("what was acknowledged is not what was kept"));
    }
    Ok(medians)
}

fn deck(subject: &Subject, options: &Options) -> Outcome<Deck> {
    let mut random = Random::new(4665);
    Deck::new(
        subject.address(),
        (0..options.either(256, 4096)).map(|_| github_push(&mut random)),
    )
}
