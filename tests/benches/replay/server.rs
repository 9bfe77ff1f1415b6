//! Where requests are sent to: the smallest hyper server that reads a body and answers, in a process of its own.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

use hookbench_tests::measure::{Outcome, say};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

/// Makes this program the server; the port follows.
pub(crate) const ARGUMENT: &str = "--server";

/// Nobody measures for longer: a server that was left behind ends by itself.
const LIFE: Duration = Duration::from_secs(60 * 60);

/// Serves until it is killed.
pub(crate) fn serve(port: &str) -> ExitCode {
    match listen(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Read by whoever starts it by hand: what is measured prints to nobody.
            say(&format!("server: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn listen(port: &str) -> Outcome<()> {
    let port: u16 = port.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    continue;
                };
                // A connection that is gone already has no options.
                let _ = stream.set_nodelay(true);
                let serving = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service_fn(answer));
                tokio::spawn(serving);
            }
        });
        tokio::time::sleep(LIFE).await;
        Ok(())
    })
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let told = match request
        .into_body()
        .collect()
        .await
        .map(|body| body.to_bytes().len())
    {
        Ok(0) => "empty\n",
        Ok(_) => "ok\n",
        Err(_) => "broken\n",
    };
    Ok(Response::new(Full::new(Bytes::from_static(told.as_bytes()))))
}
