//! From a request that is sent to its row on the screen, while nothing else comes.

use std::thread::sleep;
use std::time::Duration;

use hookbench_tests::measure::{Failure, Options, Outcome, Sample, Table, milliseconds};

use crate::goals::Goals;
use crate::subject::{Subject, listener, now, number, post};

/// The pauses between them differ, so that no clock of the page is met at the same moment each time.
const PAUSES: [u64; 7] = [310, 470, 530, 620, 710, 830, 970];

pub(crate) fn measure(subject: &Subject, options: &Options, goals: &mut Goals) -> Outcome<()> {
    let session = subject.open()?;
    session.page("ready()")?;
    let listener = listener(&session)?;
    let rounds = options.rounds.unwrap_or(options.either(5, 60));
    let mut seconds = Vec::with_capacity(rounds);
    for round in 0..=rounds {
        sleep(Duration::from_millis(PAUSES[round % PAUSES.len()]));
        let path = format!("/seen-{round}-");
        let begin = now()?;
        post(listener, &path)?;
        let drawn = number(&session.page(&format!("shown('{path}')"))?)?;
        // The first one opens what is not open yet.
        if round > 0 {
            seconds.push((drawn - begin) / 1e3);
        }
    }
    session.close()?;
    let sample = Sample::of(seconds).ok_or_else(|| Failure::new("there were no rounds"))?;
    let mut table = Table::new(&["POST to visible row, ms", "p50", "p95", "highest"]);
    let figures = [sample.median(), sample.percentile(95.0), sample.highest()];
    table.line(std::iter::once(format!("{} requests", sample.count())).chain(figures.map(milliseconds)));
    table.print();
    goals.at_most(
        "POST to visible row, p95",
        sample.percentile(95.0) * 1e3,
        100.0,
        "ms",
    );
    Ok(())
}
