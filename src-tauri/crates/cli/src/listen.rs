//! `hookbench listen`

use std::sync::Arc;

use hookbench_engine::forwarding::{PassingForward, USUAL_DEADLINE};
use hookbench_engine::model::{ForwardRule, ForwardWay, Request};
use hookbench_engine::{Engine, ListenerState};
use serde::Serialize;
use tokio::signal;
use tokio::task::block_in_place;

use crate::arguments::Listen;
use crate::credentials::tell_credentials;
use crate::failure::Failure;
use crate::json::RequestObject;
use crate::{output, text};

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
    let mut arrivals = engine.arrivals().await?;
    start(engine, listen).await?;
    // On a task of its own: a reader that does not read blocks the writing, and must not keep us from stopping.
    let json = listen.json;
    let mut printing = tokio::spawn(async move {
        loop {
            let requests = arrivals.next().await?;
            let lines = lines(&requests, json)?;
            block_in_place(|| output::bytes(&lines))?;
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
        let target = engine.target_for(to).await?;
        let rule = ForwardRule {
            target: target.id,
            filter: String::new(),
            way: ForwardWay::AtOnce,
            deadline: USUAL_DEADLINE,
        };
        engine
            .forward_for_now(PassingForward { path: None, rule })
            .await?;
        tell_credentials(engine, &target).await?;
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
    tokio::spawn(tell_of_unreadable(engine.clone()));
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

/// Says which secrets could not be read, once that was tried: a keychain may ask the person first, and nobody waits for it.
async fn tell_of_unreadable(engine: Engine) {
    engine.ready().await;
    for secret in engine.unreadable_secrets().iter() {
        output::aside(&format!(
            "the secret `{}` of `{}` cannot be read ({}): signatures are judged without it",
            secret.name, secret.endpoint_path, secret.detail
        ));
    }
}

/// A line for each: of JSON, or for people.
fn lines(requests: &[Arc<Request>], json: bool) -> Result<Vec<u8>, Failure> {
    let mut lines = Vec::new();
    for request in requests {
        if json {
            serde_json::to_writer(&mut lines, &RequestObject::new(request))?;
        } else {
            lines.extend_from_slice(text::line(&request.summary).as_bytes());
        }
        lines.push(b'\n');
    }
    Ok(lines)
}
