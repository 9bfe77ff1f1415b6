//! What the benchmarks share: realistic events, a load generator, readings of processes, statistics, tables.
//!
//! Absolute figures of a shared machine mean little, so that everything here is made for ratios within one run: the
//! same bytes, from the same generator, to two programs in turn, with the processor time that each of them took.

mod deck;
mod event;
mod failure;
mod ledger;
mod load;
mod options;
mod process;
mod random;
mod series;
mod statistics;
mod subject;
mod table;

pub use deck::Deck;
pub use event::{Event, SECRET, github_push, github_push_of, mixed};
pub use failure::{Failure, Outcome};
pub use ledger::{Ledger, Tally};
pub use load::{Load, Run, Until};
pub use options::Options;
pub use process::{Reading, settle};
pub use random::Random;
pub use series::{Median, Series, Side};
pub use statistics::{Sample, ratios};
pub use subject::{Printed, Subject, free_port};
pub use table::{Table, microseconds, milliseconds, per_second, say};

use std::process::ExitCode;

/// How a benchmark ended: a line that says what it found, or why it was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Summary {
    /// What was found, in one line.
    Found(String),
    /// What is missing on this machine.
    LeftOut(String),
}

/// Runs a benchmark and prints its summary; the exit code of the process.
pub fn run(name: &str, benchmark: impl FnOnce(&Options) -> Outcome<Summary>) -> ExitCode {
    let options = match Options::of_this_process() {
        Ok(options) => options,
        Err(failure) => {
            say(&format!("{name}: {failure}"));
            return ExitCode::from(2);
        }
    };
    say(&format!(
        "# {name}{}",
        if options.quick {
            " (quick: figures are rough)"
        } else {
            ""
        }
    ));
    match benchmark(&options) {
        Ok(Summary::Found(line)) => {
            say(&format!("{name}: {line}\n"));
            ExitCode::SUCCESS
        }
        Ok(Summary::LeftOut(reason)) => {
            say(&format!("{name}: left out: {reason}\n"));
            ExitCode::SUCCESS
        }
        Err(failure) => {
            say(&format!("{name}: FAILED: {failure}\n"));
            ExitCode::FAILURE
        }
    }
}
