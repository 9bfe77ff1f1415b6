//! From the start of the window's process to its first paint with content, as the web view itself tells it, to its rows
//! and to the answer to a first key. The last two are seen through the driver, which can look only once the page is
//! loaded and needs some time of its own: they are bounds.

use std::thread::sleep;
use std::time::{Duration, Instant};

use hookbench_tests::measure::{Failure, Options, Outcome, Sample, Table, milliseconds, say};

use crate::driver::Session;
use crate::family;
use crate::goals::Goals;
use crate::subject::{Subject, number};

/// How long a window may take to paint something.
const PATIENCE: Duration = Duration::from_secs(20);

/// When the page began, and when something was painted first; milliseconds since the epoch.
const PAINT: &str = "const paint = performance.getEntriesByName('first-contentful-paint')[0]; \
    return [performance.timeOrigin, paint ? performance.timeOrigin + paint.startTime : null];";

/// One start, in seconds from the beginning of the process.
struct Start {
    page: f64,
    paint: f64,
    rows: f64,
    usable: f64,
    memory: f64,
}

pub(crate) fn measure(subject: &Subject, options: &Options, goals: &mut Goals) -> Outcome<()> {
    let mut starts = Vec::new();
    // The first start warms the web view's caches: it is not counted.
    for round in 0..=options.rounds.unwrap_or(options.either(2, 7)) {
        let started = start(subject);
        subject.see_off()?;
        let started = started?;
        if round > 0 {
            starts.push(started);
        }
    }
    let sample = |value: fn(&Start) -> f64| {
        Sample::of(starts.iter().map(value)).ok_or_else(|| Failure::new("there were no rounds"))
    };
    let title = format!("start with {} requests, ms", subject.count);
    let mut table = Table::new(&[&title, "median", "lowest", "highest"]);
    let (paint, usable) = (sample(|start| start.paint)?, sample(|start| start.usable)?);
    for (name, sample) in [
        ("page begins", &sample(|start| start.page)?),
        ("first paint", &paint),
        ("rows", &sample(|start| start.rows)?),
        ("a key is answered", &usable),
    ] {
        let figures = [sample.median(), sample.lowest(), sample.highest()];
        table.line(std::iter::once(name.to_owned()).chain(figures.map(milliseconds)));
    }
    table.print();
    let memory = sample(|start| start.memory)?.median() / 1024.0 / 1024.0;
    say(&format!(
        "memory after the start: {memory:.0} MiB in all processes"
    ));
    goals.at_most("start to first paint", paint.median() * 1e3, 700.0, "ms");
    goals.at_most("start to usable", usable.median() * 1e3, 1_200.0, "ms");
    Ok(())
}

fn start(subject: &Subject) -> Outcome<Start> {
    let session = subject.open()?;
    let rows = number(&session.page("ready()")?)?;
    session.page("expect('standing')")?;
    // The first key goes to the first row, the second below it.
    session.press(None, 'j')?;
    session.press(None, 'j')?;
    let usable = number(&session.page("answer()")?["drawn"])?;
    let (page, paint) = painted(&session)?;
    let began = subject.began()?;
    let memory = family::memory(&subject.processes()?);
    session.close()?;
    Ok(Start {
        page: (page - began) / 1e3,
        paint: (paint - began) / 1e3,
        rows: (rows - began) / 1e3,
        usable: (usable - began) / 1e3,
        memory,
    })
}

fn painted(session: &Session) -> Outcome<(f64, f64)> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let told = session.ask(PAINT)?;
        if let (Some(page), Some(paint)) = (told[0].as_f64(), told[1].as_f64()) {
            return Ok((page, paint));
        }
        if Instant::now() > deadline {
            return Err(Failure::new(format!("nothing is painted: {told}")));
        }
        sleep(Duration::from_millis(20));
    }
}
