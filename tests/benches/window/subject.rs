//! A history, and windows on it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hookbench_engine::store::{Store, StoreOptions};
use hookbench_tests::measure::{Deck, Failure, Load, Outcome, Random, Run, SECRET, Until, mixed};
use hookbench_tests::{Hookbench, request};
use serde_json::Value;

use crate::driver::{Session, Stage};
use crate::{family, past};

/// A listener keeps no more, unless it is told to.
const KEPT: u64 = 100_000;

/// How long something of the page is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Connections that traffic comes over.
const CONNECTIONS: usize = 16;

pub(crate) struct Subject<'stage> {
    stage: &'stage Stage,
    binary: &'stage Path,
    hookbench: Hookbench,
    /// How many requests the history had at the beginning.
    pub(crate) count: u64,
}

impl<'stage> Subject<'stage> {
    /// Makes the history, or takes the one of this length that lies among `histories`.
    pub(crate) fn new(
        stage: &'stage Stage,
        binary: &'stage Path,
        count: u64,
        histories: Option<&Path>,
    ) -> Outcome<Self> {
        let hookbench = match histories {
            None => made(Hookbench::on_disk(), count)?,
            Some(histories) => taken(histories, count)?,
        };
        Ok(Self {
            stage,
            binary,
            count: length(hookbench.data())?,
            hookbench,
        })
    }

    /// Opens a window; comes back when its page is loaded.
    pub(crate) fn open(&self) -> Outcome<Session> {
        Session::open(self.stage, self.binary, self.hookbench.data())
    }

    /// Waits until all processes of the window have ended.
    pub(crate) fn see_off(&self) -> Outcome<()> {
        family::see_off(self.hookbench.data())
    }

    /// All processes of the window.
    pub(crate) fn processes(&self) -> Outcome<Vec<u32>> {
        family::members(self.hookbench.data())
    }

    /// When the process of the window began, in milliseconds since the epoch.
    pub(crate) fn began(&self) -> Outcome<f64> {
        family::began(&self.processes()?, self.binary)
    }
}

/// The history of this length among those that stay, made first where it is not there. It has another name until it is
/// whole: what was broken off is made anew.
fn taken(histories: &Path, count: u64) -> Outcome<Hookbench> {
    let whole = histories.join(count.to_string());
    if !whole.exists() {
        let partial = histories.join(format!("{count}.partial"));
        if partial.exists() {
            std::fs::remove_dir_all(&partial)?;
        }
        made(Hookbench::kept(&partial), count)?;
        std::fs::rename(&partial, &whole)?;
    }
    Ok(Hookbench::kept(&whole))
}

/// Fills an empty data folder.
fn made(hookbench: Hookbench, count: u64) -> Outcome<Hookbench> {
    let hookbench = hookbench
        .with_endpoint("/github", "github", SECRET)
        .with_endpoint("/stripe", "stripe", SECRET)
        .with_endpoint("/trutac", "trutac", SECRET);
    let limit = if count > KEPT {
        "none".to_owned()
    } else {
        KEPT.to_string()
    };
    // The requests are older than a person would keep them.
    let told = hookbench.run(&[
        "storage",
        "--keep-requests",
        &limit,
        "--keep-age",
        "none",
        "--keep-size",
        "none",
    ]);
    if told.code != 0 {
        return Err(Failure::new(told.stderr));
    }
    runtime()?.block_on(past::make(hookbench.data(), count))?;
    Ok(hookbench)
}

/// How many requests there are: what was measured with a history that stays has added to it.
fn length(data: &Path) -> Outcome<u64> {
    runtime()?.block_on(async {
        let store = Store::open(data, StoreOptions::default()).await?;
        let total = store.total().await?;
        store.close().await;
        Ok(total.requests)
    })
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

/// Where a window listens.
pub(crate) fn listener(session: &Session) -> Outcome<SocketAddr> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let told = session.page("listener()")?;
        let address = told
            .as_str()
            .and_then(|url| url.strip_prefix("http://")?.trim_end_matches('/').parse().ok());
        if let Some(address) = address {
            return Ok(address);
        }
        if Instant::now() > deadline {
            return Err(Failure::new(format!(
                "the window does not say where it listens: {told}"
            )));
        }
        sleep(Duration::from_millis(20));
    }
}

/// Traffic to a window: so many requests a second for so long, beside what is measured meanwhile.
pub(crate) struct Traffic(JoinHandle<Outcome<Run>>);

impl Traffic {
    pub(crate) fn begin(listener: SocketAddr, rate: u32, window: Duration) -> Outcome<Self> {
        let mut random = Random::new(4665);
        let deck = Arc::new(Deck::new(listener, (0..1024).map(|_| mixed(&mut random)))?);
        let load = Load {
            address: listener,
            process: std::process::id(),
            deck,
            connections: CONNECTIONS,
            until: Until::Paced { rate, window },
            first: 0,
        };
        Ok(Self(spawn(move || load.run())))
    }

    pub(crate) fn is_over(&self) -> bool {
        self.0.is_finished()
    }

    /// Waits for its end. Each request has to be taken.
    pub(crate) fn end(self) -> Outcome<Run> {
        let run = self
            .0
            .join()
            .map_err(|_| Failure::new("the sender has panicked"))??;
        match run.unanswered.first() {
            Some((_, reason)) => Err(Failure::new(format!("a request was not taken: {reason}"))),
            None => Ok(run),
        }
    }
}

/// Posts a little JSON.
pub(crate) fn post(listener: SocketAddr, path: &str) -> Outcome<()> {
    let body = "{\"of\":\"the window\"}";
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {listener}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    match request(listener, format!("{head}{body}").as_bytes()).status {
        200 => Ok(()),
        status => Err(Failure::new(format!("the request was answered with {status}"))),
    }
}

/// Milliseconds since the epoch, as the page counts them.
pub(crate) fn now() -> Outcome<f64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64() * 1e3)
}

/// A number that the page told.
pub(crate) fn number(told: &Value) -> Outcome<f64> {
    told.as_f64()
        .ok_or_else(|| Failure::new(format!("the page told no number: {told}")))
}
