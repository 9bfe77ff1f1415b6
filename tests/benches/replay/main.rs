//! How quickly captured requests are sent again to a server on this machine, read from the store and with every attempt
//! kept, as a share of what hyper's client reaches with the same requests from memory, keeping nothing; and by how much
//! the memory it takes grows with their number.
//!
//! `cargo xtask bench replay`; `--count N` sends another number than 10 000.

mod bare;
mod fill;
mod server;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bare::Bare;
use hookbench_engine::model::{Phase, RequestId};
use hookbench_engine::{Aim, Chosen, Engine, LiveEvents, PageQuery, RunPlan};
use hookbench_tests::Hookbench;
use hookbench_tests::measure::{
    Failure, Options, Outcome, Printed, Reading, Subject, Summary, Table, free_port, per_second, ratios, run,
    say, settle,
};
use hyper::body::Bytes;

/// How many are under way at once: as a run does it unless asked, and as one that is to be quick.
const PARALLEL: [usize; 2] = [1, 16];

/// The share of the bare client's rate that is wanted.
const GOAL: f64 = 0.5;

/// How many requests are sent before memory is read for the first time.
const FEW: usize = 1_000;

/// How long leftovers are waited for before memory is read.
const REST: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [first, port] if first == server::ARGUMENT => server::serve(port),
        [first, data, count] if first == fill::ARGUMENT => fill::fill(data, count),
        _ => run("replay", replay),
    }
}

fn replay(options: &Options) -> Outcome<Summary> {
    let count = usize::try_from(options.count.unwrap_or(options.either(2_000, 10_000)))?;
    let rounds = options.rounds.unwrap_or(options.either(2, 7));
    let hookbench = Hookbench::on_disk();
    let mut filling = Command::new(std::env::current_exe()?);
    filling
        .arg(fill::ARGUMENT)
        .arg(hookbench.data())
        .arg(count.to_string());
    if !filling.status()?.success() {
        return Err(Failure::new("the requests could not be captured"));
    }
    let port = free_port()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args([server::ARGUMENT, &port.to_string()]);
    let server = Subject::start(command, port, Printed::Discarded)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let measured = runtime.block_on(measure(&hookbench, server.address(), count, rounds))?;
    let Measured { shares, growth } = measured;
    let told: Vec<String> = PARALLEL
        .iter()
        .zip(&shares)
        .map(|(parallel, share)| format!("{share:.2} x with {parallel} at once"))
        .collect();
    let sent = PARALLEL.len() * rounds;
    let line = format!(
        "of a bare hyper client {} ({count} requests), memory {growth:+.1} MiB from {FEW} to {sent} times {count}",
        told.join(", "),
    );
    // It is a wish, not a gate: on two cores that client, server and disk share, it has not been reached everywhere.
    let wanted = if shares.iter().any(|share| *share < GOAL) {
        format!("; wanted: {GOAL}")
    } else {
        String::new()
    };
    Ok(Summary::Found(format!("{line}{wanted}")))
}

struct Measured {
    /// The share of the bare client's rate for each of [`PARALLEL`].
    shares: Vec<f64>,
    /// MiB that are resident after all rounds beyond those after the first few requests. No ratio: what the bare client
    /// sends lies in the same memory.
    growth: f64,
}

async fn measure(
    hookbench: &Hookbench,
    address: SocketAddr,
    count: usize,
    rounds: usize,
) -> Outcome<Measured> {
    let engine = Engine::open(fill::options(hookbench.data())).await?;
    let (ids, requests, bytes) = requests(&engine, address).await?;
    if ids.len() != count {
        return Err(Failure::new(format!(
            "{} of {count} requests were captured",
            ids.len()
        )));
    }
    say(&format!("{count} requests of {} bytes", bytes / count));
    let reading = || {
        settle(std::process::id(), REST);
        Reading::of(std::process::id()).unwrap_or_default()
    };
    let some = Chosen::Requests(ids[..FEW.min(count)].to_vec());
    send_again(&engine, some, address, PARALLEL[0]).await?;
    let few = reading();

    let mut table = Table::new(&[
        "at once",
        "round",
        "bare, per second",
        "replay, per second",
        "share",
        "µs of processor each",
    ]);
    let mut shares = Vec::new();
    for parallel in PARALLEL {
        let (mut bare, mut again) = (Vec::new(), Vec::new());
        for round in 1..=rounds {
            let seconds = bare::send_all(&requests, address, parallel).await?;
            bare.push(to_float(count) / seconds);
            let before = Reading::of(std::process::id()).unwrap_or_default();
            let seconds = send_again(&engine, Chosen::Filter(String::new()), address, parallel).await?;
            let after = Reading::of(std::process::id()).unwrap_or_default();
            again.push(to_float(count) / seconds);
            let (bare, again) = (bare[round - 1], again[round - 1]);
            table.line([
                parallel.to_string(),
                round.to_string(),
                per_second(bare),
                per_second(again),
                format!("{:.3}", again / bare),
                format!(
                    "{:.1}",
                    (after.processor - before.processor) * 1e6 / to_float(count)
                ),
            ]);
            settle(std::process::id(), REST);
        }
        let share = ratios(&again, &bare).ok_or_else(|| Failure::new("nothing was sent"))?;
        shares.push(share.median());
    }
    table.print();
    let many = reading();
    let mebibytes = |reading: Reading| reading.resident / 1024.0 / 1024.0;
    say(&format!(
        "memory, what the bare client sends among it: {:.1} MiB after {FEW}, {:.1} MiB after {} times {count}\n",
        mebibytes(few),
        mebibytes(many),
        PARALLEL.len() * rounds,
    ));
    engine.shut_down().await;
    Ok(Measured {
        shares,
        growth: mebibytes(many) - mebibytes(few),
    })
}

/// Everything that was captured, newest first, and as the bare client sends it; with the bytes of it all.
async fn requests(
    engine: &Engine,
    address: SocketAddr,
) -> Outcome<(
    Vec<RequestId>,
    Arc<Vec<hyper::Request<http_body_util::Full<Bytes>>>>,
    usize,
)> {
    let (mut ids, mut requests, mut bytes) = (Vec::new(), Vec::new(), 0);
    let mut query = PageQuery {
        limit: 1_000,
        ..PageQuery::default()
    };
    loop {
        let page = engine.requests(&query).await?;
        for row in &page.rows {
            let request = engine.request(row.id).await?;
            let body = engine.read_body(row.id, 0, u64::MAX).await?;
            bytes += request.head.bytes().len() + body.len();
            let headers = request.head.headers();
            let bare = Bare {
                path: row.target.clone(),
                headers: headers
                    .iter()
                    .map(|header| {
                        let name = String::from_utf8_lossy(&header.name).to_ascii_lowercase();
                        (name, header.value.to_vec())
                    })
                    .collect(),
                body,
            };
            requests.push(bare.request(&address.to_string())?);
            ids.push(row.id);
        }
        match page.rows.last() {
            Some(last) if page.more => query.before = Some(last.sequence),
            _ => return Ok((ids, Arc::new(requests), bytes)),
        }
    }
}

/// Sends them as the terminal does; seconds from the wish to the end of the run, everything kept.
async fn send_again(engine: &Engine, chosen: Chosen, address: SocketAddr, parallel: usize) -> Outcome<f64> {
    let begin = Instant::now();
    let plan = RunPlan {
        parallel: NonZeroUsize::new(parallel).unwrap_or(NonZeroUsize::MIN),
        live: LiveEvents::AskBeyondThisMachine,
        ..RunPlan::new(chosen, Aim::Url(format!("http://{address}")))
    };
    let run = engine.start_run(plan).await?;
    let ended = engine.run_ended(run.id).await?;
    let seconds = begin.elapsed().as_secs_f64();
    if ended.phase != Phase::Done || ended.tally.delivered != run.total {
        return Err(Failure::new(format!("not all were delivered: {ended:?}")));
    }
    Ok(seconds)
}

#[expect(clippy::cast_precision_loss, reason = "requests of one run")]
fn to_float(count: usize) -> f64 {
    count as f64
}
