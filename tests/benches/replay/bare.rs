//! What a replay is compared with: hyper's client, which sends what lies ready in memory and keeps nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use hookbench_tests::measure::{Failure, Outcome};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// The parts of a request, before anything is measured.
pub(crate) struct Bare {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Bytes,
}

/// Sends all of `requests` over so many connections; seconds from the first to the last answer.
pub(crate) async fn send_all(
    requests: &Arc<Vec<Request<Full<Bytes>>>>,
    address: SocketAddr,
    parallel: usize,
) -> Outcome<f64> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut senders = JoinSet::new();
    let begin = Instant::now();
    for _ in 0..parallel {
        senders.spawn(send_some(Arc::clone(requests), Arc::clone(&next), address));
    }
    while let Some(sent) = senders.join_next().await {
        sent??;
    }
    Ok(begin.elapsed().as_secs_f64())
}

async fn send_some(
    requests: Arc<Vec<Request<Full<Bytes>>>>,
    next: Arc<AtomicUsize>,
    address: SocketAddr,
) -> Outcome<()> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection): (SendRequest<Full<Bytes>>, _) = handshake(TokioIo::new(stream)).await?;
    let driving = tokio::spawn(connection);
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        sender.ready().await?;
        let answer = sender.send_request(request.clone()).await?;
        let status = answer.status();
        answer.into_body().collect().await?;
        if !status.is_success() {
            return Err(Failure::new(format!("the server answered {status}")));
        }
    }
    drop(sender);
    driving.await??;
    Ok(())
}

impl Bare {
    /// As hyper sends it.
    pub(crate) fn request(&self, authority: &str) -> Outcome<Request<Full<Bytes>>> {
        let mut request = Request::post(&self.path);
        for (name, value) in &self.headers {
            request = match name.as_str() {
                "host" => request.header("host", authority),
                name => request.header(name, &value[..]),
            };
        }
        Ok(request.body(Full::new(self.body.clone()))?)
    }
}
