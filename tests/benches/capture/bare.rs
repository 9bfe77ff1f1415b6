//! What everything is compared with: the smallest axum program that reads a body and answers, in a process of its own.

use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::serve::ListenerExt as _;
use hookbench_tests::measure::Outcome;

/// Makes this program the bare one; the port follows.
pub(crate) const ARGUMENT: &str = "--bare";

/// Nobody measures for longer: a bare program that was left behind ends by itself.
const LIFE: Duration = Duration::from_secs(60 * 60);

/// Serves until it is killed.
pub(crate) fn serve(port: &str) -> ExitCode {
    match listen(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn listen(port: &str) -> Outcome<()> {
    let port: u16 = port.parse()?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            // As listeners of webhooks do: an answer is one small write, which must not wait for another.
            let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))
                .await?
                .tap_io(|stream| {
                    // A connection that is gone already has no options.
                    let _ = stream.set_nodelay(true);
                });
            let router = Router::new().fallback(answer);
            tokio::select! {
                served = async { axum::serve(listener, router).await } => served?,
                () = tokio::time::sleep(LIFE) => {}
            }
            Ok(())
        })
}

async fn answer(body: Bytes) -> &'static str {
    // The body has been read, or this would not run.
    if body.is_empty() { "empty\n" } else { "ok\n" }
}
