//! `hookbench listen`

use std::time::Instant;

use hookbench_engine::forwarding::{PassingForward, USUAL_DEADLINE};
use hookbench_engine::model::{ForwardRule, ForwardWay, Request, Sequence};
use hookbench_engine::{Engine, ListenerState, PageQuery};
use serde::Serialize;
use tokio::signal;
use tokio::task::block_in_place;

use crate::arguments::Listen;
use crate::failure::Failure;
use crate::json::RequestObject;
use crate::{output, text};

/// In a burst, printing rests so many times as long as it took: capturing has the processor, and what is not printed yet
/// waits on the disk.
const REST: u32 = 3;

/// Requests that are read and printed at once.
const AT_ONCE: u32 = 200;

/// The first line of `listen --json`.
#[derive(Debug, Serialize)]
struct Listening<'a> {
    listening: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    wanted_port: Option<u16>,
    data_dir: String,
    secrets: &'static str,
    version: &'static str,
}

pub(crate) async fn run(engine: &Engine, listen: &Listen) -> Result<(), Failure> {
    let mut arrivals = Arrivals::from_now(engine).await?;
    start(engine, listen).await?;
    // On a task of its own: a reader that does not read blocks the writing, and must not keep us from stopping.
    let (engine, json) = (engine.clone(), listen.json);
    let mut printing = tokio::spawn(async move {
        loop {
            arrivals.print_next(&engine, json).await?;
        }
    });
    tokio::select! {
        () = stopped() => {
            printing.abort();
            Ok(())
        }
        ended = &mut printing => match ended {
            Ok(failure) => failure,
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        },
    }
}

/// Where to listen, by the command line.
pub(crate) const fn wanted(listen: &Listen) -> hookbench_engine::Listen {
    hookbench_engine::Listen {
        address: Some(listen.bind),
        port: Some(listen.port),
        exact_port: listen.exact_port,
    }
}

/// Forwards while this program runs, where that is asked for.
pub(crate) async fn forward(engine: &Engine, listen: &Listen) -> Result<(), Failure> {
    if let Some(to) = &listen.forward {
        let rule = ForwardRule {
            target: engine.target_for(to).await?.id,
            filter: String::new(),
            way: ForwardWay::AtOnce,
            deadline: USUAL_DEADLINE,
        };
        engine
            .forward_for_now(PassingForward { path: None, rule })
            .await?;
    }
    Ok(())
}

/// Starts the listener and says where it listens.
pub(crate) async fn start(engine: &Engine, listen: &Listen) -> Result<ListenerState, Failure> {
    forward(engine, listen).await?;
    let state = engine.listen(wanted(listen)).await?;
    if let Some(port) = state.wanted_port {
        output::aside(&format!(
            "PORT {port} IS TAKEN: listening on {} instead",
            state.url
        ));
    }
    if !listen.bind.is_loopback() {
        output::aside(&format!(
            "{} is not a loopback address: any machine that reaches it can send requests",
            listen.bind
        ));
    }
    if let Some(lost) = engine.lost_requests() {
        output::aside(&format!(
            "THE NEWEST {lost} REQUESTS THAT WERE KEPT ARE GONE: the log beside the data file was deleted or damaged"
        ));
    }
    if let Some(place) = engine.folder_reservation() {
        output::aside(&format!(
            "the data folder is {place}: a data file can be damaged there when two programs use it"
        ));
    }
    if let Some(trouble) = engine.keychain_trouble().await {
        tracing::info!(%trouble, "there is no keychain");
        output::aside("no keychain on this machine: secrets are kept in files that only you can read");
    }
    if listen.json {
        output::json(&Listening {
            listening: &state.url,
            wanted_port: state.wanted_port,
            data_dir: engine.data_dir().display().to_string(),
            secrets: engine.secrets_place().await.as_str(),
            version: env!("CARGO_PKG_VERSION"),
        })?;
    } else {
        output::line(&format!(
            "listening on {}  (data in {})",
            state.url,
            engine.data_dir().display()
        ))?;
    }
    Ok(state)
}

/// Ends when the process is asked to stop.
pub(crate) async fn stopped() {
    #[cfg(unix)]
    {
        let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) else {
            let _ = signal::ctrl_c().await;
            return;
        };
        tokio::select! {
            _ = signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        // An error means that no handler could be set; then the process ends by the system's own.
        let _ = signal::ctrl_c().await;
    }
}

/// Prints each request that is kept from now on, once, in the order of arrival, whoever captured it.
struct Arrivals {
    subscription: hookbench_engine::changes::Subscription,
    printed: Sequence,
}

impl Arrivals {
    async fn from_now(engine: &Engine) -> Result<Self, Failure> {
        let subscription = engine.changes().subscribe();
        let page = engine
            .requests(&PageQuery {
                limit: 1,
                ..PageQuery::default()
            })
            .await?;
        let printed = page.rows.first().map_or(Sequence(0), |row| row.sequence);
        Ok(Self {
            subscription,
            printed,
        })
    }

    async fn print_next(&mut self, engine: &Engine, json: bool) -> Result<(), Failure> {
        let batch = self.subscription.next().await;
        if batch.arrived == 0 && !batch.everything {
            return Ok(());
        }
        let newest = engine.newest().await?;
        while self.printed < newest {
            let begun = Instant::now();
            let (lines, last) = if json {
                let requests = engine.between(self.printed, newest, AT_ONCE).await?;
                let lines = block_in_place(|| objects(&requests))?;
                (lines, requests.last().map(|request| request.summary.sequence))
            } else {
                let query = PageQuery {
                    after: Some(self.printed),
                    limit: AT_ONCE,
                    ..PageQuery::default()
                };
                let mut rows = engine.requests(&query).await?.rows;
                rows.retain(|row| row.sequence <= newest);
                let lines = rows
                    .iter()
                    .rev()
                    .fold(String::new(), |lines, row| lines + &text::line(row) + "\n");
                (lines.into_bytes(), rows.first().map(|row| row.sequence))
            };
            // What lies between was deleted.
            self.printed = last.unwrap_or(newest);
            let took = begun.elapsed();
            block_in_place(|| output::bytes(&lines))?;
            if self.printed < newest {
                tokio::time::sleep(took * REST).await;
            }
        }
        Ok(())
    }
}

/// A line of JSON for each.
fn objects(requests: &[Request]) -> Result<Vec<u8>, Failure> {
    let mut lines = Vec::new();
    for request in requests {
        serde_json::to_writer(&mut lines, &RequestObject::new(request))?;
        lines.push(b'\n');
    }
    Ok(lines)
}
