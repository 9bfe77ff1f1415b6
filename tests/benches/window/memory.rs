//! What all processes of the window hold in memory while requests come in, and whether that grows. What they share is
//! counted once.

use std::thread::sleep;
use std::time::{Duration, Instant};

use hookbench_tests::measure::{Failure, Options, Outcome, Sample, Table};

use crate::family;
use crate::goals::Goals;
use crate::subject::{Subject, Traffic, listener};

/// Requests a second: a busy provider.
const RATE: u32 = 100;

/// Between two readings.
const GLANCE: Duration = Duration::from_secs(2);

/// The ends that are held against each other are no longer.
const MINUTE: Duration = Duration::from_secs(60);

const MEBIBYTE: f64 = 1024.0 * 1024.0;

pub(crate) fn measure(subject: &Subject, options: &Options, goals: &mut Goals) -> Outcome<()> {
    let session = subject.open()?;
    session.page("ready()")?;
    let window = options
        .window
        .unwrap_or(options.either(Duration::from_secs(10), MINUTE));
    let traffic = Traffic::begin(listener(&session)?, RATE, window)?;
    let begin = Instant::now();
    let mut readings = Vec::new();
    while !traffic.is_over() {
        sleep(GLANCE);
        readings.push((begin.elapsed(), family::parts(&subject.processes()?)));
    }
    let run = traffic.end()?;
    session.close()?;
    // Half of a short time is an end of it.
    let end = MINUTE.min(window / 2);
    let mut table = Table::new(&["memory, MiB", "at first", "at last", "highest"]);
    let names: Vec<String> = readings
        .last()
        .map(|(_, parts)| parts.iter().map(|(name, _)| name.clone()).collect())
        .unwrap_or_default();
    let of = |name: Option<&str>, from: Duration, to: Duration| {
        let values = readings
            .iter()
            .filter(|(at, _)| (from..=to).contains(at))
            .map(|(_, parts)| {
                parts
                    .iter()
                    .filter(|(part, _)| name.is_none_or(|name| part == name))
                    .map(|(_, bytes)| bytes / MEBIBYTE)
                    .sum()
            });
        Sample::of(values).ok_or_else(|| Failure::new("the memory was not read"))
    };
    let ever = Duration::MAX;
    for name in names.iter().map(|name| Some(name.as_str())).chain([None]) {
        let figures = [
            of(name, Duration::ZERO, end)?.median(),
            of(name, window.saturating_sub(end), ever)?.median(),
            of(name, Duration::ZERO, ever)?.highest(),
        ];
        let cells = figures.map(|figure| format!("{figure:.0}"));
        table.line(std::iter::once(name.unwrap_or("all").to_owned()).chain(cells));
    }
    table.print();
    let (first, last) = (
        of(None, Duration::ZERO, end)?.median(),
        of(None, window.saturating_sub(end), ever)?.median(),
    );
    let what = format!(
        "memory after {:.0} requests in {:.0} s",
        run.counted(),
        run.elapsed
    );
    goals.at_most(&what, last, 350.0, "MiB");
    goals.at_most("memory, last part more than the first", last - first, 20.0, "MiB");
    Ok(())
}
