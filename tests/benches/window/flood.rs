//! The window while thousands of requests come in: how soon it answers to keys and clicks, and that the list neither
//! moves under the pointer nor away from the row that is open. The same is done before, while nothing comes: what is
//! found beyond that is what the requests cost, on whatever machine.

use std::thread::sleep;
use std::time::Duration;

use hookbench_tests::measure::{Failure, Options, Outcome, Sample, Table, milliseconds, per_second, say};
use serde_json::Value;

use crate::driver::Session;
use crate::goals::Goals;
use crate::subject::{Subject, Traffic, listener, now, number};

/// Requests a second.
const RATE: u32 = 2_000;

/// The key a shortcut is held with, and the one that leaves, as WebDriver writes them.
const CONTROL: char = '\u{e009}';
const ESCAPE: char = '\u{e00c}';

/// Between two inputs, so that they meet the window at different moments.
const PAUSES: [u64; 5] = [110, 170, 230, 290, 330];

/// Beginnings of words that are typed in the palette: each of their letters leaves fewer actions.
const WORDS: [&str; 4] = ["re", "co", "fi", "th"];

/// How long a hand rests on a row that is about to click, and one that reads.
const AIMING: Duration = Duration::from_millis(300);
const RESTING: Duration = Duration::from_secs(3);

/// Rows that are clicked in turn.
const PLACES: [usize; 4] = [3, 7, 5, 11];

pub(crate) fn measure(subject: &Subject, options: &Options, goals: &mut Goals) -> Outcome<()> {
    let session = subject.open()?;
    session.page("ready()")?;
    let listener = listener(&session)?;
    let window = options
        .window
        .unwrap_or(options.either(Duration::from_secs(15), Duration::from_secs(80)));
    let quiet = Hand {
        session: &session,
        traffic: None,
        part: window / 14,
    }
    .tries()?;
    session.press(None, ESCAPE)?;
    let mut flooded = Hand {
        session: &session,
        traffic: Some(Traffic::begin(listener, RATE, window)?),
        // A round that has begun is ended: together they take six sevenths of the traffic, and the rest is for that.
        part: window / 7,
    };
    sleep(window / 20);
    let found = flooded.tries()?;
    let traffic = flooded
        .traffic
        .take()
        .ok_or_else(|| Failure::new("nothing came in"))?;
    let run = traffic.end()?;
    session.close()?;
    say(&format!(
        "{} requests a second, answered in {} ms (p50) and {} ms (p99)",
        per_second(run.rate()),
        milliseconds(run.latencies.median()),
        milliseconds(run.latencies.percentile(99.0)),
    ));
    let mut table = Table::new(&[
        "input to answer, ms",
        "p50 when quiet",
        "p95 when quiet",
        "p50",
        "p95",
        "highest",
        "inputs",
        "p95 until the page has it",
        "p95 of its work",
        "p95 of drawing",
        "p95 with the driver",
    ]);
    for ((name, answers), (_, before)) in found.iter().zip(&quiet) {
        let sample = |values: &[f64]| {
            Sample::of(values.iter().copied()).ok_or_else(|| Failure::new(format!("no input: {name}")))
        };
        let of = |values: &[f64]| -> Outcome<String> { Ok(milliseconds(sample(values)?.percentile(95.0))) };
        let (inside, outside) = (sample(&answers.inside)?, sample(&answers.outside)?);
        let before = sample(&before.inside)?;
        table.line([
            (*name).to_owned(),
            milliseconds(before.median()),
            milliseconds(before.percentile(95.0)),
            milliseconds(inside.median()),
            milliseconds(inside.percentile(95.0)),
            milliseconds(inside.highest()),
            inside.count().to_string(),
            of(&answers.waited)?,
            of(&answers.worked)?,
            of(&answers.drew)?,
            milliseconds(outside.percentile(95.0)),
        ]);
        goals.at_most(
            &format!("{name}, p95"),
            inside.percentile(95.0) * 1e3,
            100.0,
            "ms",
        );
    }
    table.print();
    Ok(())
}

/// Seconds to the answers to inputs: from the moment the system gave them to the page, and from that at which the driver
/// was asked for them.
#[derive(Default)]
struct Answers {
    inside: Vec<f64>,
    outside: Vec<f64>,
    /// Parts of `inside`: until the page was free to take it, until the page was free again, until all was drawn.
    waited: Vec<f64>,
    worked: Vec<f64>,
    drew: Vec<f64>,
}

/// Who types and clicks in a window.
struct Hand<'session> {
    session: &'session Session,
    /// What comes in meanwhile; nothing is tried any more once that is over.
    traffic: Option<Traffic>,
    /// How long each kind of input is tried, the palette twice as long.
    part: Duration,
}

impl Hand<'_> {
    /// Each kind of input with how soon it was answered. A request is open afterwards.
    fn tries(&self) -> Outcome<[(&'static str, Answers); 5]> {
        let (palette, letters) = self.palette()?;
        Ok([
            ("the palette opens while the list follows", palette),
            ("a letter is typed in the palette", letters),
            ("a row is clicked under the pointer", self.pointing()?),
            ("other rows are clicked", self.clicks()?),
            ("up and down beside an open request", self.keys()?),
        ])
    }

    /// Opens the palette, types in it and leaves it, again and again, while the list follows.
    fn palette(&self) -> Outcome<(Answers, Answers)> {
        let mut letters = Answers::default();
        let part = self.part * 2;
        let opened = self.repeat(part, |session, round, answers| {
            input(session, "palette", answers, || session.press(Some(CONTROL), 'k'))?;
            let word = WORDS[round % WORDS.len()];
            for letter in word.chars() {
                input(session, "found", &mut letters, || session.press(None, letter))?;
            }
            session.press(None, ESCAPE)
        })?;
        Ok((opened, letters))
    }

    /// Moves the pointer over a row and rests there, at first for long: that row stays under it and is the one opened.
    fn pointing(&self) -> Outcome<Answers> {
        let resting = RESTING.min(self.part);
        self.repeat(self.part, |session, round, answers| {
            let [x, y] = place(session, PLACES[round % PLACES.len()])?;
            session.point([x - 20, y])?;
            session.point([x, y])?;
            session.page(&format!("watchPlace({x}, {y})"))?;
            sleep(if round == 0 { resting } else { AIMING });
            let changes = session.page("watched()")?;
            stays(&changes, "the list moves under the pointer")?;
            let aimed = input(session, "opened", answers, || session.click())?;
            let opened = session.page("opened()")?;
            if opened != aimed {
                return Err(Failure::new(format!("{aimed} was clicked and {opened} opened")));
            }
            session.press(None, ESCAPE)
        })
    }

    /// Opens one row after another.
    fn clicks(&self) -> Outcome<Answers> {
        self.repeat(self.part, |session, round, answers| {
            session.point(place(session, PLACES[round % PLACES.len()])?)?;
            input(session, "opened", answers, || session.click()).map(|_| ())
        })
    }

    /// Leaves the open request alone, then walks up and down from it: each that is walked to is opened, where it is.
    fn keys(&self) -> Outcome<Answers> {
        self.session.page("watchOpen()")?;
        sleep(self.part / 2);
        let changes = self.session.page("watched()")?;
        stays(&changes, "the list moves or the open request changes by itself")?;
        self.session.page("watchRows()")?;
        let answers = self.repeat(self.part, |session, round, answers| {
            let key = if round % 4 < 2 { 'j' } else { 'k' };
            input(session, "standing", answers, || session.press(None, key)).map(|_| ())
        })?;
        let changes = self.session.page("watched()")?;
        stays(&changes, "the list moves under who walks in it")?;
        Ok(answers)
    }

    fn repeat(
        &self,
        part: Duration,
        mut round: impl FnMut(&Session, usize, &mut Answers) -> Outcome<()>,
    ) -> Outcome<Answers> {
        let mut answers = Answers::default();
        let end = std::time::Instant::now() + part;
        for number in 0.. {
            if std::time::Instant::now() > end || self.traffic.as_ref().is_some_and(Traffic::is_over) {
                break;
            }
            round(self.session, number, &mut answers)?;
            sleep(Duration::from_millis(PAUSES[number % PAUSES.len()]));
        }
        Ok(answers)
    }
}

/// Makes an input and enters how long its answer took; gives the row it was made on, if on one.
fn input(
    session: &Session,
    what: &str,
    answers: &mut Answers,
    make: impl FnOnce() -> Outcome<()>,
) -> Outcome<Value> {
    session.page(&format!("expect('{what}')"))?;
    let asked = now()?;
    make()?;
    let answer = session.page("answer()")?;
    let (began, drawn) = (number(&answer["began"])?, number(&answer["drawn"])?);
    let (given, done) = (number(&answer["given"])?, number(&answer["done"])?);
    answers.inside.push((drawn - began) / 1e3);
    answers.waited.push((given - began).max(0.0) / 1e3);
    answers.worked.push((done - given) / 1e3);
    answers.drew.push((drawn - done).max(0.0) / 1e3);
    answers.outside.push((drawn - asked) / 1e3);
    Ok(answer["aimed"].clone())
}

fn place(session: &Session, at: usize) -> Outcome<[i64; 2]> {
    let told = session.page(&format!("place({at})"))?;
    match (told[0].as_i64(), told[1].as_i64()) {
        (Some(x), Some(y)) => Ok([x, y]),
        _ => Err(Failure::new(format!("no row is there: {told}"))),
    }
}

fn stays(changes: &Value, what: &str) -> Outcome<()> {
    match changes.as_array().map(Vec::as_slice) {
        Some([]) => Ok(()),
        _ => Err(Failure::new(format!("{what}: {changes}"))),
    }
}
