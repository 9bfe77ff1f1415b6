//! One connection from its acceptance to its end: hyper drives it, and what hyper leaves is recorded here.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::answer::last_words;
use super::body::sha256;
use super::framing::Facts;
use super::limits::Limits;
use super::reel::{Ending, RecordedHead, Reel};
use super::refuse;
use super::registry::Entry;
use super::service::{Desk, Gate, Intake};
use super::tape::{Remains, Tape};
use crate::model::{Arrival, Body, HttpVersion, RawHead, State};

/// How long a sender may take to accept the few bytes of a last answer.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// hyper's answer to a target longer than this is 414; to any other head that is too large 431.
const LONGEST_TARGET: usize = (u16::MAX - 1) as usize;

/// Serves one connection until it ends.
pub(super) async fn serve<S, I>(
    stream: S,
    peer: SocketAddr,
    limits: Arc<Limits>,
    desk: Arc<Desk<I>>,
    entry: Entry,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send,
    I: Intake,
{
    let reel = Arc::new(Reel::default());
    let gate = Gate {
        router: desk.router.clone(),
        peer,
        limits: Arc::clone(&limits),
        clock: desk.clock.clone(),
        reel: Arc::clone(&reel),
        orders: entry.orders(),
    };
    let tape = Tape::new(
        stream,
        Arc::clone(&limits),
        desk.clock.clone(),
        Arc::clone(&reel),
        entry,
    );
    let mut connection = builder(&limits).serve_connection(TokioIo::new(tape), gate);
    let result = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let Remains {
        mut stream,
        entry,
        unfinished,
        rest,
        unread,
    } = connection.into_parts().io.into_inner().finish();

    let mut linger = unread;
    if let Some(head) = unfinished {
        let end = Unfinished {
            head,
            rest,
            peer,
            ending: reel.ending(),
            error: result.err(),
        };
        let (arrival, answered, words) = end.judge(&limits);
        if let Some(status) = words {
            say(&mut stream, status).await;
        }
        linger = answered.is_some();
        desk.intake.record(arrival, answered).await;
    } else if let Err(error) = result {
        tracing::debug!(%peer, %error, "a connection ended early");
    }
    close(stream, linger, &limits).await;
    drop(entry);
}

fn builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .half_close(true)
        .keep_alive(true)
        .max_headers(limits.headers)
        // Room for the longest head, and a bound on what a fast body may take at a time.
        .max_buf_size(limits.head.max(8 * 1024) + 16 * 1024)
        .header_read_timeout(None);
    builder
}

/// A head for which nobody was called.
struct Unfinished {
    head: RecordedHead,
    rest: Bytes,
    peer: SocketAddr,
    ending: Option<Ending>,
    error: Option<hyper::Error>,
}

impl Unfinished {
    /// What it was, the status that the sender gets, and the status that hyper has not sent.
    fn judge(self, limits: &Limits) -> (Arrival, Option<u16>, Option<u16>) {
        let aborted = |reason: &str| (State::Aborted, reason.to_owned());
        let bytes = &self.head.bytes;
        let ((state, reason), answered, words) = match self.ending {
            Some(Ending::Closed) => (
                aborted("the sender closed the connection in the middle of the head"),
                None,
                None,
            ),
            Some(Ending::Reset) => (
                aborted("the sender broke the connection in the middle of the head"),
                None,
                None,
            ),
            Some(Ending::Silent | Ending::TooSlow | Ending::TooLate) => {
                let reason = format!("the head was not whole after {:?}", limits.head_time);
                ((State::Aborted, reason), Some(408), Some(408))
            }
            Some(Ending::MadeRoom) => {
                let reason = "it had waited longest for the rest of its head when others needed the place";
                (aborted(reason), None, None)
            }
            Some(Ending::Stopped) => (
                aborted("the listener was closed in the middle of the head"),
                None,
                None,
            ),
            Some(Ending::TooLong) => {
                let (status, reason) = refuse::too_long(bytes, limits.head);
                ((State::Refused, reason), Some(status), Some(status))
            }
            None => {
                let (status, sent) = status_of(self.error.as_ref(), bytes);
                let reason = refuse::why(bytes, limits.headers);
                ((State::Refused, reason), Some(status), (!sent).then_some(status))
            }
        };
        (self.into_arrival(state, reason, limits), answered, words)
    }

    fn into_arrival(self, state: State, reason: String, limits: &Limits) -> Arrival {
        let RecordedHead {
            bytes,
            begun,
            received_at,
            position,
        } = self.head;
        let head = RawHead::new(bytes.slice(..bytes.len().min(limits.head)));
        let body = self.rest.slice(..self.rest.len().min(limits.head));
        Arrival {
            received_at,
            took_micros: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
            peer: self.peer,
            version: HttpVersion::from_word(&head.request_line().version),
            framing: Facts::of(head.bytes()).into_framing(false, position),
            head,
            body_sha256: sha256(&body),
            body: Body::Memory(body),
            state,
            reason: Some(reason),
        }
    }
}

/// The status of a refusal by hyper, and whether hyper has sent it.
fn status_of(error: Option<&hyper::Error>, head: &[u8]) -> (u16, bool) {
    match error {
        Some(error) if error.is_parse_too_large() => {
            let target = RawHead::new(Bytes::copy_from_slice(head)).request_line().target;
            (if target.len() > LONGEST_TARGET { 414 } else { 431 }, true)
        }
        // hyper says nothing to the beginning of HTTP/2.
        Some(error) => (400, error.is_parse() && !head.starts_with(b"PRI * HTTP/2.0")),
        None => (400, false),
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, status: u16) {
    // A sender that does not take it has been told as well as could be.
    let _ = timeout(LAST_WORDS, stream.write_all(last_words(status).as_bytes())).await;
}

/// Ends the connection. Closing while the sender still sends would make its system throw the answer away, so a
/// bounded part of that is read first.
async fn close<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, linger: bool, limits: &Limits) {
    if !matches!(timeout(LAST_WORDS, stream.shutdown()).await, Ok(Ok(()))) || !linger {
        return;
    }
    let drain = async {
        let mut scratch = vec![0; 16 * 1024];
        let mut left = limits.linger_bytes;
        while let Ok(count @ 1..) = stream.read(&mut scratch).await {
            left = left.saturating_sub(count as u64);
            if left == 0 {
                return;
            }
        }
    };
    let _ = timeout(limits.linger, drain).await;
}
