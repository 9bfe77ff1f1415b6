//! A history of many realistic requests, how long the engine takes to open it, to give pages of it and to find something
//! in it, and what a listener on it holds in memory.
//!
//! `cargo xtask bench history` makes 100 000 requests; `cargo bench -p hookbench-tests --bench history -- --count 1000000`
//! a million.

mod past;

use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookbench_engine::model::Sequence;
use hookbench_engine::secrets::Preference;
use hookbench_engine::store::history::request;
use hookbench_engine::{Engine, EngineError, Options as EngineOptions, PageQuery};
use hookbench_tests::Hookbench;
use hookbench_tests::measure::{
    Deck, Failure, Load, Options, Outcome, Printed, Random, Reading, SECRET, Sample, Subject, Summary, Table,
    Until, milliseconds, mixed, per_second, run, say, settle,
};

/// How many different requests the history is made of.
const CARDS: u64 = 16_384;

/// A listener keeps no more: a longer history is made without one.
const KEPT_AT_MOST: u64 = 100_000;

/// How often each question is asked.
const TIMES: usize = 30;

/// A page as long as a screen.
const SCREEN: u32 = 50;

/// A part of a word that is nowhere: the whole history is looked through.
const NOWHERE: &str = "*onningsvåx*";

/// Starts of a listener on the history.
const STARTS: usize = 5;

/// Requests a listener on the history gets while its memory is watched.
const LOAD: u64 = 20_000;

/// How long a listener's leftovers are waited for before its memory is read.
const REST: Duration = Duration::from_secs(120);

/// Filters of the kinds that are told apart in the goals, `%` standing for an id that is in the history and `$` for a word.
const FILTERS: [(&str, &str); 7] = [
    ("filter: provider", "provider:stripe"),
    ("filter: provider and event", "provider:stripe event:invoice.paid"),
    ("filter: what is rare", "sig:invalid"),
    ("filter: nothing matches", "provider:nobody"),
    ("search: a word", "$"),
    ("search: an id", "%"),
    ("search: a prefix of most", "evt_*"),
];

fn main() -> ExitCode {
    run("history", history)
}

fn history(options: &Options) -> Outcome<Summary> {
    let count = options.count.unwrap_or(options.either(3_000, 100_000));
    let hookbench = Hookbench::on_disk()
        .with_endpoint("/github", "github", SECRET)
        .with_endpoint("/stripe", "stripe", SECRET)
        .with_endpoint("/trutac", "trutac", SECRET);
    let kept = hookbench.run(&[
        "storage",
        "--keep-requests",
        "none",
        "--keep-age",
        "none",
        "--keep-size",
        "none",
    ]);
    if kept.code != 0 {
        return Err(Failure::new(kept.stderr));
    }
    let known = fill(&hookbench, count, options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (first, slowest) = runtime.block_on(questions(&hookbench, count, &known))?;
    drop(runtime);
    let starts = starts(&hookbench)?;
    let memory = Memory::under_load(&hookbench)?;
    Ok(Summary::Found(format!(
        "{} requests: first page {} ms, slowest filter or search {} ms, to listening {} ms, memory {} MiB idle and at most {} \
         MiB under load",
        per_second(to_float(count)),
        milliseconds(first),
        milliseconds(slowest),
        milliseconds(starts.median()),
        mebibytes(memory.idle.resident),
        mebibytes(memory.loaded.peak),
    )))
}

/// From the start of the process to its first line, in seconds.
fn starts(hookbench: &Hookbench) -> Outcome<Sample> {
    let seconds = (0..STARTS).map(|_| {
        let begin = Instant::now();
        let listening = hookbench.listen();
        let seconds = begin.elapsed().as_secs_f64();
        drop(listening);
        seconds
    });
    Sample::of(seconds).ok_or_else(|| Failure::new("it was never started"))
}

/// What a listener on the history holds in memory.
struct Memory {
    idle: Reading,
    loaded: Reading,
}

impl Memory {
    fn under_load(hookbench: &Hookbench) -> Outcome<Self> {
        let subject = Subject::hookbench(hookbench, Printed::Read)?;
        let reading = || {
            settle(subject.process(), REST);
            subject
                .reading()
                .ok_or_else(|| Failure::new("this system does not tell the memory of a process"))
        };
        let idle = reading()?;
        let mut random = Random::new(4665);
        let deck = Arc::new(Deck::new(
            subject.address(),
            (0..1024).map(|_| mixed(&mut random)),
        )?);
        let load = Load {
            address: subject.address(),
            process: subject.process(),
            deck,
            connections: 64,
            until: Until::Count(LOAD),
            first: 0,
        };
        if let Some((_, reason)) = load.run()?.unanswered.first() {
            return Err(Failure::new(format!("a request was not kept: {reason}")));
        }
        let loaded = reading()?;
        subject.stop()?;
        Ok(Self { idle, loaded })
    }
}

/// What is in a history.
struct Known {
    id: String,
    word: &'static str,
}

/// Keeps a history that is longer than what a listener keeps, through the store alone; gives what is in it.
fn generate(hookbench: &Hookbench, count: u64) -> Outcome<Known> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        past::make(hookbench.data(), count).await?;
        let id = (count / 2..count)
            .find_map(|number| request(number).recognition.delivery_key)
            .ok_or_else(|| Failure::new("the history has no delivery id"))?;
        Ok(Known {
            id,
            word: "tachograph",
        })
    })
}

/// Captures the history; gives what is in one of its bodies.
fn fill(hookbench: &Hookbench, count: u64, options: &Options) -> Outcome<Known> {
    if count > KEPT_AT_MOST {
        return generate(hookbench, count);
    }
    let subject = Subject::hookbench(hookbench, Printed::Discarded)?;
    let mut random = Random::new(4665);
    let events = (0..options.either(256, CARDS))
        .map(|_| mixed(&mut random))
        .collect::<Outcome<Vec<_>>>()?;
    let known = events
        .iter()
        .find_map(|event| id(&event.body))
        .unwrap_or_default();
    let deck = Arc::new(Deck::new(subject.address(), events.into_iter().map(Ok))?);
    let begin = Instant::now();
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
    subject.stop()?;
    let seconds = begin.elapsed().as_secs_f64();
    say(&format!(
        "{count} requests of {} bytes captured in {seconds:.1} s",
        deck.mean_length()
    ));
    Ok(Known {
        id: known,
        word: "Honningsvåg",
    })
}

/// The id of a Stripe event.
fn id(body: &str) -> Option<String> {
    let (_, after) = body.split_once("\"evt_")?;
    Some(format!("evt_{}", after.split('"').next()?))
}

/// The median seconds of the first page and of the slowest filter or search.
async fn questions(hookbench: &Hookbench, count: u64, known: &Known) -> Outcome<(f64, f64)> {
    // The keychain of the person who runs this is none of its business.
    let options = EngineOptions {
        secrets: Preference::Files,
        ..EngineOptions::at(Some(hookbench.data().to_owned()))
    };
    let begin = Instant::now();
    let engine = Engine::open(options).await?;
    say(&format!(
        "opened in {} ms",
        milliseconds(begin.elapsed().as_secs_f64())
    ));

    let mut table = Table::new(&["question, ms", "first", "median", "highest", "rows"]);
    let newest = PageQuery {
        limit: SCREEN,
        ..PageQuery::default()
    };
    let middle = PageQuery {
        before: Some(Sequence(i64::try_from(count / 2)?)),
        ..newest.clone()
    };
    let first = ask(&mut table, "the first page", || rows(&engine, &newest)).await?;
    ask(&mut table, "a page in the middle", || rows(&engine, &middle)).await?;
    let one = engine.requests(&middle).await?.rows.first().map(|row| row.id);
    let one = one.ok_or_else(|| Failure::new("the middle of the history is empty"))?;
    ask(&mut table, "one request with its head", || async {
        engine.request(one).await.map(|_| 1)
    })
    .await?;
    let mut slowest: f64 = 0.0;
    for (name, filter) in FILTERS {
        let query = PageQuery {
            filter: filter.replace('%', &known.id).replace('$', known.word),
            ..newest.clone()
        };
        slowest = slowest.max(ask(&mut table, name, || rows(&engine, &query)).await?);
    }
    table.print();
    let (seconds, steps) = look_through(&engine, &newest).await?;
    say(&format!(
        "a part of a word that is nowhere: all looked through in {seconds:.2} s, in {steps} steps"
    ));
    engine.shut_down().await;
    Ok((first, slowest))
}

/// Seconds until the whole history was looked through, and in how many steps.
async fn look_through(engine: &Engine, newest: &PageQuery) -> Outcome<(f64, u32)> {
    let begin = Instant::now();
    let mut query = PageQuery {
        filter: NOWHERE.to_owned(),
        ..newest.clone()
    };
    let mut steps = 1;
    while let Some(seen) = engine.requests(&query).await?.scanned_to {
        query.before = Some(seen);
        steps += 1;
    }
    Ok((begin.elapsed().as_secs_f64(), steps))
}

async fn rows(engine: &Engine, query: &PageQuery) -> Result<usize, EngineError> {
    engine.requests(query).await.map(|page| page.rows.len())
}

/// Asks the same several times and enters the times; gives the median in seconds.
async fn ask<F>(table: &mut Table, name: &str, question: impl Fn() -> F) -> Outcome<f64>
where
    F: Future<Output = Result<usize, EngineError>>,
{
    let mut seconds = Vec::with_capacity(TIMES);
    let mut rows = 0;
    for _ in 0..TIMES {
        let begin = Instant::now();
        rows = question().await?;
        seconds.push(begin.elapsed().as_secs_f64());
    }
    let first = seconds.remove(0);
    let sample = Sample::of(seconds).ok_or_else(|| Failure::new("nothing was asked"))?;
    table.line([
        name.to_owned(),
        milliseconds(first),
        milliseconds(sample.median()),
        milliseconds(sample.highest()),
        rows.to_string(),
    ]);
    Ok(sample.median())
}

fn mebibytes(bytes: f64) -> String {
    format!("{:.1}", bytes / 1024.0 / 1024.0)
}

#[expect(clippy::cast_precision_loss, reason = "requests of one run")]
fn to_float(count: u64) -> f64 {
    count as f64
}
