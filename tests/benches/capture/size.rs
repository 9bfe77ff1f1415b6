//! What a history takes on the disk, whole: requests, search index and delivery keys, none of them removed and nothing
//! left in a log.

use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use hookbench_tests::Hookbench;
use hookbench_tests::measure::{
    Deck, Failure, Load, Options, Outcome, Printed, Random, SECRET, Subject, Until, mixed, per_second, say,
};

/// How long the index may take.
const PATIENCE: Duration = Duration::from_secs(180);

/// The files of a data folder that grow with the history.
const FILES: [(&str, &str); 3] = [
    ("requests", "hookbench.db"),
    ("search", "search.db"),
    ("keys", "keys.db"),
];

/// Captures fewer requests than are kept at most, waits for the index, and compares; bytes kept for each received.
pub(crate) fn on_disk(options: &Options) -> Outcome<f64> {
    let count = options.either(2_000, 50_000);
    let hookbench = Hookbench::on_disk()
        .with_endpoint("/github", "github", SECRET)
        .with_endpoint("/stripe", "stripe", SECRET)
        .with_endpoint("/trutac", "trutac", SECRET);
    let subject = Subject::hookbench(&hookbench, Printed::Discarded)?;
    let mut random = Random::new(1848);
    let cards = (0..options.either(1_024, 16_384)).map(|_| mixed(&mut random));
    let deck = Arc::new(Deck::new(subject.address(), cards)?);
    let load = Load {
        address: subject.address(),
        process: subject.process(),
        deck: Arc::clone(&deck),
        connections: 64,
        until: Until::Count(count),
        first: 0,
    };
    if let Some((_, reason)) = load.run()?.unanswered.first() {
        return Err(Failure::new(format!("a request was not kept: {reason}")));
    }
    wait_for_index(&hookbench)?;
    subject.stop()?;
    let received = to_float(count) * to_float(deck.mean_length() as u64);
    let mut told = Vec::new();
    let mut all = 0.0;
    for (name, file) in FILES {
        let mut bytes = 0;
        for suffix in ["", "-wal"] {
            // A log is there only while something is in it.
            let metadata = std::fs::metadata(hookbench.data().join(format!("{file}{suffix}")));
            bytes += metadata.map_or(0, |metadata| metadata.len());
        }
        all += to_float(bytes);
        told.push(format!("{name} {:.3}", to_float(bytes) / received));
    }
    say(&format!(
        "on disk: {:.3} x the bytes received ({}), {} requests of {} bytes of three providers, all kept and indexed\n",
        all / received,
        told.join(", "),
        per_second(to_float(count)),
        deck.mean_length(),
    ));
    Ok(all / received)
}

fn wait_for_index(hookbench: &Hookbench) -> Outcome<()> {
    let begin = Instant::now();
    loop {
        let state = hookbench.run(&["storage", "--json"]).json().remove(0);
        if state["index_backlog"] == 0 {
            return Ok(());
        }
        if begin.elapsed() > PATIENCE {
            return Err(Failure::new(format!(
                "the index is {} requests behind",
                state["index_backlog"]
            )));
        }
        sleep(Duration::from_secs(1));
    }
}

#[expect(clippy::cast_precision_loss, reason = "gigabytes at the most")]
fn to_float(number: u64) -> f64 {
    number as f64
}
