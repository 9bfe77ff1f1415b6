//! What all processes of the window hold in memory while requests come in, and whether that grows. What they share is
//! counted once. In the first minutes the page's heap fills to the size at which its collector leaves it; so whether it
//! grows is told from the half of the time on.

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

/// The parts that are held against each other are no longer.
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
    // A quarter of a short time is a part of it.
    let part = MINUTE.min(window / 4);
    let from = |begin: Duration| (begin, begin + part);
    let (half, last) = (from((window - part) / 2), (window - part, Duration::MAX));
    let mut table = Table::new(&["memory, MiB", "at first", "half way", "at last", "highest"]);
    let names: Vec<String> = readings
        .last()
        .map(|(_, parts)| parts.iter().map(|(name, _)| name.clone()).collect())
        .unwrap_or_default();
    let of = |name: Option<&str>, (from, to): (Duration, Duration)| {
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
    for name in names.iter().map(|name| Some(name.as_str())).chain([None]) {
        let figures = [
            of(name, from(Duration::ZERO))?.median(),
            of(name, half)?.median(),
            of(name, last)?.median(),
            of(name, (Duration::ZERO, Duration::MAX))?.highest(),
        ];
        let cells = figures.map(|figure| format!("{figure:.0}"));
        table.line(std::iter::once(name.unwrap_or("all").to_owned()).chain(cells));
    }
    table.print();
    let (half, last) = (of(None, half)?.median(), of(None, last)?.median());
    let what = format!(
        "memory after {:.0} requests in {:.0} s",
        run.counted(),
        run.elapsed
    );
    goals.at_most(&what, last, 350.0, "MiB");
    goals.at_most("memory, last part more than half way", last - half, 10.0, "MiB");
    Ok(())
}
