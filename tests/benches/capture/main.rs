//! How many requests a second are captured, each answered after it is on the disk, as a share of what a bare axum
//! handler answers to the same bytes in the same minute; and whether every acknowledged one is there afterwards.

mod bare;
mod series;

use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use hookbench_tests::measure::{
    Deck, Failure, Ledger, Options, Outcome, Printed, Random, SECRET, Subject, Summary, free_port,
    github_push, run, say,
};
use hookbench_tests::{Hookbench, program};

use series::{Median, Series};

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
    let bare_deck = Arc::new(deck(&bare, options)?);
    say(&format!(
        "requests of {} bytes, body {} bytes or more; one thread sends",
        bare_deck.mean_length(),
        2_560
    ));

    let levels = options.connections.clone().unwrap_or_else(|| vec![1, 16, 64]);
    let mut medians = capture_with(options, &bare, &bare_deck, Printed::Discarded, &levels)?;
    // What is printed is not read here, as on a terminal that was stopped: capturing must not wait for it.
    let most = levels.iter().copied().max().unwrap_or(64);
    medians.extend(capture_with(
        options,
        &bare,
        &bare_deck,
        Printed::Unread,
        &[most],
    )?);

    let told: Vec<String> = medians.iter().map(ToString::to_string).collect();
    Ok(Summary::Found(told.join("; ")))
}

/// Measures a listener of its own data at each number of connections, and looks for what it acknowledged.
fn capture_with(
    options: &Options,
    bare: &Subject,
    bare_deck: &Arc<Deck>,
    printed: Printed,
    levels: &[usize],
) -> Outcome<Vec<Median>> {
    let hookbench = with_endpoint()?;
    let subject = Subject::hookbench(&hookbench, printed)?;
    let subject_deck = Arc::new(deck(&subject, options)?);
    let mut ledger = Ledger::default();
    let mut medians = Vec::new();
    for connections in levels {
        let series = Series {
            connections: *connections,
            printed,
            rounds: options.rounds.unwrap_or(options.either(2, 5)),
            warm_up: options.either(Duration::from_millis(200), Duration::from_millis(500)),
            window: options
                .window
                .unwrap_or(options.either(Duration::from_millis(500), Duration::from_secs(3))),
        };
        medians.push(series.run((bare, bare_deck), (&subject, &subject_deck), &mut ledger)?);
    }
    // Killed, not asked to stop: nothing that was acknowledged may be on its way to the disk still.
    drop(subject);
    let tally = ledger.compare(&hookbench, &subject_deck)?;
    say(&format!("after a kill: {tally}"));
    if !tally.is_clean() {
        return Err(Failure::new("what was acknowledged is not what was kept"));
    }
    let received = ledger.next().saturating_mul(subject_deck.mean_length() as u64);
    say(&format!(
        "on disk: {:.2} x the bytes received\n",
        ratio(folder_bytes(&hookbench)?, received)
    ));
    Ok(medians)
}

/// Data with an endpoint and a secret, so that each signature is checked.
fn with_endpoint() -> Outcome<Hookbench> {
    let hookbench = Hookbench::on_disk();
    for (arguments, input) in [
        (&["endpoint", "add", "/github", "--provider", "github"][..], ""),
        (&["secret", "set", "/github"], SECRET),
    ] {
        let output = hookbench.run_with_input(arguments, input.as_bytes());
        if output.code != 0 {
            return Err(Failure::new(format!(
                "`{}`: {}",
                arguments.join(" "),
                output.stderr
            )));
        }
    }
    Ok(hookbench)
}

fn deck(subject: &Subject, options: &Options) -> Outcome<Deck> {
    let mut random = Random::new(4665);
    Deck::new(
        subject.address(),
        (0..options.either(256, 4096)).map(|_| github_push(&mut random)),
    )
}

fn folder_bytes(hookbench: &Hookbench) -> Outcome<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(hookbench.data())? {
        let metadata = entry?.metadata()?;
        bytes += if metadata.is_file() { metadata.len() } else { 0 };
    }
    Ok(bytes)
}

#[expect(clippy::cast_precision_loss, reason = "gigabytes at the most")]
fn ratio(bytes: u64, of: u64) -> f64 {
    bytes as f64 / of as f64
}
