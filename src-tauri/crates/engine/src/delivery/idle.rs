//! Connections that are open and wait for another request, so that a sequence need not connect each time.
//!
//! Kept for a second only: servers close idle connections after two seconds or more, and a request that crosses
//! such a close would look as if the target had failed on it.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::destination::Origin;

/// How long a connection may wait.
const PATIENCE: Duration = Duration::from_secs(1);

/// A plain or TLS connection.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// Open connections by what they lead to.
#[derive(Default)]
pub(super) struct Idle(Mutex<HashMap<Origin, Vec<Waiting>>>);

/// A connection and since when it waits.
type Waiting = (Instant, Box<dyn Wire>);

impl Idle {
    /// A connection to `origin` that is still open, if there is one.
    pub(super) async fn take(&self, origin: &Origin) -> Option<Box<dyn Wire>> {
        loop {
            let (since, mut wire) = {
                let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                waiting.get_mut(origin)?.pop()?
            };
            if since.elapsed() < PATIENCE && is_quiet(&mut wire).await {
                return Some(wire);
            }
        }
    }

    /// Keeps `wire` for the next request.
    pub(super) fn put(&self, origin: &Origin, wire: Box<dyn Wire>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let connections = waiting.entry(origin.clone()).or_default();
        connections.retain(|(since, _)| since.elapsed() < PATIENCE);
        connections.push((Instant::now(), wire));
    }
}

/// Whether a connection is open with nothing in it: an end or bytes that nobody asked for rule it out.
async fn is_quiet(wire: &mut Box<dyn Wire>) -> bool {
    poll_fn(|context| {
        let mut byte = [0; 1];
        let mut buffer = ReadBuf::new(&mut byte);
        Poll::Ready(Pin::new(&mut *wire).poll_read(context, &mut buffer).is_pending())
    })
    .await
}
