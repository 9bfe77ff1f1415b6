//! A very long list is scrolled. On a screen in memory there is no vertical blank: WebKit takes a timer of 60 a second
//! for it and paints by processor. An interval says which of these ticks the page kept; the work of a frame says what
//! script, style, layout and paint took of its 16.7 ms; the processor time of a frame, of the page's process and of all,
//! says the same where others want the processor too. What a graphics card does is not in it. While the bar is dragged
//! through a million rows nothing could be read that is still there when it comes: what counts is how soon rows are there
//! once it rests, which the jumps tell.

use hookbench_tests::measure::{Failure, Options, Outcome, Sample, Table, milliseconds, say};
use serde_json::Value;

use crate::driver::Session;
use crate::family;
use crate::goals::Goals;
use crate::subject::{Subject, number};

/// Milliseconds between two frames of 60 a second, and of 30; a timer is not exact to the tenth.
const FRAME: f64 = 1000.0 / 60.0 + 1.0;
const TWO_FRAMES: f64 = 2000.0 / 60.0 + 1.0;

/// How the list is moved, by an expression that is given the milliseconds.
const WAYS: [(&str, &str); 5] = [
    (PLAIN, "rollPlain(%)"),
    ("at rest", "still(%)"),
    ("wheel, 3 rows a frame", "roll(%, 84)"),
    ("wheel, 2 screens a frame", "roll(%, 1400)"),
    ("bar dragged over all of it", "drag(%)"),
];

/// What the same window does with rows of nothing but text that are all there: no list can be smoother here.
const PLAIN: &str = "1,000 plain rows, 3 a frame";

/// Places that are gone to at once, as parts of the whole.
const JUMPS: u32 = 40;

pub(crate) fn measure(subject: &Subject, options: &Options, goals: &mut Goals) -> Outcome<()> {
    let session = subject.open()?;
    session.page("ready()")?;
    session.page(&format!("counted({})", subject.count))?;
    let window = options.window.map_or(options.either(1_500, 8_000), |window| {
        window.as_millis().min(20_000) as u64
    });
    let title = format!("{} rows", subject.count);
    let mut table = Table::new(&[
        &title,
        "frames/s",
        "interval p50",
        "p95",
        "p99",
        "highest",
        "> 16.7 ms, %",
        "> 33 ms, %",
        "work p50",
        "p95",
        "p99",
        "highest",
        "blank, %",
        "longest",
        "CPU of the page",
        "of all",
    ]);
    for (name, way) in WAYS {
        session.page("jump(0.31)")?;
        if name == PLAIN {
            session.page("plain()")?;
        }
        let before = family::processor(&subject.processes()?);
        let told = session.page(&way.replace('%', &window.to_string()))?;
        let after = family::processor(&subject.processes()?);
        if name == PLAIN {
            session.page("bare()")?;
        }
        let seen = Seen::of(&told)?;
        let a_frame = |which: fn(&family::Processor) -> f64| {
            format!("{:.1}", (which(&after) - which(&before)) * 1e3 / seen.frames())
        };
        let mut line = seen.line(name);
        line.extend([a_frame(|taken| taken.page), a_frame(|taken| taken.all)]);
        table.line(line);
        if name.starts_with("wheel") {
            goals.at_most(&format!("{name}: late frames"), seen.over(FRAME), 5.0, "%");
            goals.at_most(
                &format!("{name}: frames of 33 ms"),
                seen.over(TWO_FRAMES),
                1.0,
                "%",
            );
            goals.at_most(
                &format!("{name}: work, p95"),
                seen.works.percentile(95.0),
                16.7,
                "ms",
            );
        }
        if name.starts_with("wheel, 3") {
            goals.at_most(&format!("{name}: longest blank"), seen.longest, 0.0, "ms");
        } else if name.starts_with("wheel") {
            goals.at_most(&format!("{name}: longest blank"), seen.longest, 500.0, "ms");
        }
    }
    table.print();
    let jumps = jumps(&session)?;
    say(&format!(
        "gone to a far place, until its rows are drawn: p50 {} ms, p95 {} ms, highest {} ms",
        milliseconds(jumps.median()),
        milliseconds(jumps.percentile(95.0)),
        milliseconds(jumps.highest()),
    ));
    goals.at_most(
        "rows of a far place, p95",
        jumps.percentile(95.0) * 1e3,
        200.0,
        "ms",
    );
    session.close()
}

fn jumps(session: &Session) -> Outcome<Sample> {
    let times = (1..=JUMPS).map(|jump| {
        let part = f64::from(jump) * 0.37 % 1.0;
        number(&session.page(&format!("jump({part})"))?)
    });
    let times: Vec<f64> = times.collect::<Outcome<_>>()?;
    Sample::of(times.into_iter().map(|time| time / 1e3)).ok_or_else(|| Failure::new("there were no jumps"))
}

/// What the frames were like; milliseconds.
struct Seen {
    intervals: Vec<f64>,
    works: Sample,
    blank: f64,
    longest: f64,
}

impl Seen {
    fn of(told: &Value) -> Outcome<Self> {
        let numbers = |name: &str| -> Outcome<Vec<f64>> {
            let list = told[name].as_array().map(Vec::as_slice).unwrap_or_default();
            list.iter().map(number).collect()
        };
        let none = || Failure::new(format!("there were no frames: {told}"));
        Ok(Self {
            intervals: numbers("intervals")?,
            works: Sample::of(numbers("works")?).ok_or_else(none)?,
            blank: number(&told["blank"])?,
            longest: number(&told["longest"])?,
        })
    }

    /// How many of a hundred frames came later than this after the one before.
    fn over(&self, limit: f64) -> f64 {
        let late = self
            .intervals
            .iter()
            .filter(|interval| **interval > limit)
            .count();
        share(late, self.intervals.len())
    }

    #[expect(clippy::cast_precision_loss, reason = "frames of some seconds")]
    fn frames(&self) -> f64 {
        self.intervals.len() as f64
    }

    fn line(&self, name: &str) -> Vec<String> {
        let tenths = |value: f64| format!("{value:.1}");
        let spread = |sample: &Sample| {
            [
                tenths(sample.median()),
                tenths(sample.percentile(95.0)),
                tenths(sample.percentile(99.0)),
                tenths(sample.highest()),
            ]
        };
        let intervals = Sample::of(self.intervals.iter().copied());
        let total: f64 = self.intervals.iter().sum();
        let mut cells = vec![name.to_owned(), tenths(self.frames() / total * 1e3)];
        cells.extend(intervals.as_ref().map(spread).into_iter().flatten());
        cells.extend([tenths(self.over(FRAME)), tenths(self.over(TWO_FRAMES))]);
        cells.extend(spread(&self.works));
        cells.extend([tenths(self.blank / self.frames() * 100.0), tenths(self.longest)]);
        cells
    }
}

#[expect(clippy::cast_precision_loss, reason = "frames of some seconds")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64 * 100.0
}
