//! What happens to a request once hyper has understood its head: the body is collected, the intake is asked, and
//! its answer goes back.
//!
//! An axum `Router` stands behind a thin gate. The gate is called by hyper the moment a head is parsed, which is
//! when the recorded bytes must be taken from the tape.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::Method;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use tower::Service as _;

use super::answer::{self, Answer, Extent};
use super::body::Collector;
use super::framing::Facts;
use super::limits::Limits;
use super::reel::{BodyLength, Ending, RecordedHead, Reel};
use super::registry::Orders;
use super::spool::{Held, Spool};
use crate::clock::Clock;
use crate::model::{Arrival, HttpVersion, Mark, RawHead, State as Outcome};

/// Judges and keeps what arrives, and says what the sender gets.
pub trait Intake: Send + Sync + 'static {
    /// Called once for every request that came whole. Returns once it is kept for good, or could not be; the
    /// answer says which.
    fn take(&self, arrival: Arrival) -> impl Future<Output = Answer> + Send;

    /// Called for all else: requests that were cut, refused or broken off, and methods that are not served.
    /// `answered` is the status that the sender got or is about to get, if any.
    fn record(&self, arrival: Arrival, answered: Option<u16>) -> impl Future<Output = ()> + Send;
}

/// What all connections of a listener share.
pub(super) struct Desk<I> {
    pub(super) intake: Arc<I>,
    pub(super) clock: Clock,
    pub(super) router: Router,
}

impl<I: Intake> Desk<I> {
    pub(super) fn new(intake: Arc<I>, spool: Arc<Spool>, clock: Clock) -> Arc<Self> {
        let counter = Arc::new(Counter {
            intake: Arc::clone(&intake),
            spool,
        });
        let router = Router::new().fallback(receive::<I>).with_state(counter);
        Arc::new(Self {
            intake,
            clock,
            router,
        })
    }
}

/// The part of the desk that the handler sees.
struct Counter<I> {
    intake: Arc<I>,
    spool: Arc<Spool>,
}

/// The sender is gone, or has been told enough: hyper closes without a word.
#[derive(Debug, thiserror::Error)]
#[error("the sender gets no answer")]
pub(super) struct NoAnswer;

/// Marks a response that shall not be sent.
#[derive(Debug, Clone, Copy)]
struct Unsent;

/// What the gate knows of a request beside what hyper tells.
#[derive(Clone)]
struct Ticket {
    head: Option<RecordedHead>,
    body: BodyLength,
    peer: SocketAddr,
    limits: Arc<Limits>,
    clock: Clock,
    reel: Arc<Reel>,
    orders: Orders,
}

/// The gate of one connection.
pub(super) struct Gate {
    pub(super) router: Router,
    pub(super) peer: SocketAddr,
    pub(super) limits: Arc<Limits>,
    pub(super) clock: Clock,
    pub(super) reel: Arc<Reel>,
    pub(super) orders: Orders,
}

impl hyper::service::Service<http::Request<Incoming>> for Gate {
    type Response = Response;
    type Error = NoAnswer;
    type Future = Pin<Box<dyn Future<Output = Result<Response, NoAnswer>> + Send>>;

    fn call(&self, request: http::Request<Incoming>) -> Self::Future {
        let body = request
            .body()
            .size_hint()
            .exact()
            .map_or(BodyLength::Chunked, BodyLength::Exactly);
        let ticket = Ticket {
            head: self.reel.take_head(body),
            body,
            peer: self.peer,
            limits: Arc::clone(&self.limits),
            clock: self.clock.clone(),
            reel: Arc::clone(&self.reel),
            orders: self.orders.clone(),
        };
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ticket);
        let answered = self.router.clone().call(request);
        Box::pin(async move {
            let response = answered.await.unwrap_or_else(|never| match never {});
            if response.extensions().get::<Unsent>().is_some() {
                Err(NoAnswer)
            } else {
                Ok(response)
            }
        })
    }
}

/// How the collecting of a body ended.
enum End {
    Whole,
    OverLimit,
    Broken,
    Unwritten(std::io::Error),
}

async fn receive<I: Intake>(State(counter): State<Arc<Counter<I>>>, mut request: Request) -> Response {
    // A request without a ticket did not come through the gate.
    let Some(ticket) = request.extensions_mut().remove::<Ticket>() else {
        return answer::refusal(500);
    };
    let served = !matches!(*request.method(), Method::CONNECT | Method::TRACE);
    let (mut receipt, body) = Receipt::new(Arc::clone(&counter), &ticket, request);
    let end = if ticket.body == BodyLength::Exactly(0) {
        End::Whole
    } else {
        receipt.collect(&ticket, body).await
    };
    let whole_at = tokio::time::Instant::now();
    match end {
        End::Whole if served => {
            let Some((arrival, _held)) = receipt.arrival(Outcome::Complete, None).await else {
                return answer::refusal(507);
            };
            let lost = arrival.framing.marks.contains(&Mark::RebuiltHead);
            let mut answer = counter.intake.take(arrival).await;
            if answer.extent == Extent::Nothing {
                return unsent();
            }
            if let Some(witness) = answer.witness.take() {
                ticket.reel.answer(witness, whole_at);
            }
            answer::response(answer, lost || ticket.orders.is_closing())
        }
        End::Whole => {
            receipt.record(Outcome::Complete, None, Some(405)).await;
            answer::not_allowed()
        }
        End::OverLimit => {
            let reason = format!(
                "the body is larger than the limit of {} bytes",
                ticket.limits.body
            );
            receipt.record(Outcome::Cut, Some(reason), Some(413)).await;
            answer::refusal(413)
        }
        End::Unwritten(error) => {
            let status = if error.kind() == std::io::ErrorKind::StorageFull {
                507
            } else {
                503
            };
            let reason = format!("the body could not be written to the spool folder: {error}");
            receipt.record(Outcome::Cut, Some(reason), Some(status)).await;
            answer::refusal(status)
        }
        End::Broken => {
            let came = receipt.came();
            let (outcome, reason, status) = why_broken(&ticket, came);
            receipt.record(outcome, Some(reason), status).await;
            status.map_or_else(unsent, answer::refusal)
        }
    }
}

fn unsent() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Unsent);
    response
}

fn why_broken(ticket: &Ticket, came: u64) -> (Outcome, String, Option<u16>) {
    if let Some(fault) = ticket.reel.fault() {
        return (Outcome::Refused, fault.to_owned(), Some(400));
    }
    let place = match ticket.body {
        BodyLength::Exactly(length) => format!("after {came} of {length} bytes of the body"),
        BodyLength::Chunked => format!("after {came} bytes of a chunked body"),
    };
    let limits = &ticket.limits;
    match ticket.reel.ending() {
        Some(Ending::Silent) => (
            Outcome::Aborted,
            format!("nothing came for {:?} {place}", limits.body_gap),
            Some(408),
        ),
        Some(Ending::TooSlow) => {
            let rate = limits.body_rate;
            (
                Outcome::Aborted,
                format!("it came slower than {rate} bytes a second {place}"),
                Some(408),
            )
        }
        Some(Ending::TooLate) => (
            Outcome::Aborted,
            format!("the body was not whole after {:?}, {place}", limits.body_time),
            Some(408),
        ),
        Some(Ending::Reset) => (
            Outcome::Aborted,
            format!("the sender broke the connection {place}"),
            None,
        ),
        Some(Ending::Stopped | Ending::MadeRoom) => {
            (Outcome::Aborted, format!("the listener was closed {place}"), None)
        }
        Some(Ending::Closed) => (
            Outcome::Aborted,
            format!("the sender closed the connection {place}"),
            None,
        ),
        // hyper gave up on bytes that the tape found nothing wrong with, such as trailers that are no headers.
        Some(Ending::TooLong) | None => (
            Outcome::Refused,
            format!("the framing of the body is not valid {place}"),
            Some(400),
        ),
    }
}

/// A request in the making. If the connection goes down under it, what came is recorded all the same.
struct Receipt<I: Intake> {
    counter: Arc<Counter<I>>,
    parts: Option<Parts>,
}

struct Parts {
    head: RecordedHead,
    facts: Facts,
    chunked: bool,
    peer: SocketAddr,
    reel: Arc<Reel>,
    collector: Collector,
}

impl<I: Intake> Receipt<I> {
    fn new(counter: Arc<Counter<I>>, ticket: &Ticket, request: Request) -> (Self, Body) {
        let (head, facts) = match &ticket.head {
            Some(head) => (head.clone(), Facts::of(&head.bytes)),
            None => {
                let head = rebuild(&request, &ticket.clock);
                let mut facts = Facts::of(&head.bytes);
                facts.marks.push(Mark::RebuiltHead);
                (head, facts)
            }
        };
        let collector = Collector::new(Arc::clone(&ticket.limits), Arc::clone(&counter.spool));
        let chunked = ticket.body == BodyLength::Chunked;
        let reel = Arc::clone(&ticket.reel);
        let parts = Some(Parts {
            head,
            facts,
            chunked,
            peer: ticket.peer,
            reel,
            collector,
        });
        (Self { counter, parts }, request.into_body())
    }

    fn came(&self) -> u64 {
        self.parts.as_ref().map_or(0, |parts| parts.collector.len())
    }

    async fn collect(&mut self, ticket: &Ticket, mut body: Body) -> End {
        let Some(parts) = &mut self.parts else {
            return End::Broken;
        };
        if let BodyLength::Exactly(length) = ticket.body
            && length > ticket.limits.body
        {
            // A sender that asks first must not be told to go on.
            if !parts.facts.expects_continue {
                take_what_is_there(&mut parts.collector, &mut body).await;
            }
            return End::OverLimit;
        }
        loop {
            match body.frame().await {
                None => return End::Whole,
                Some(Err(_)) => return End::Broken,
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    match parts.collector.push(data).await {
                        Ok(true) => {}
                        Ok(false) => return End::OverLimit,
                        Err(error) => return End::Unwritten(error),
                    }
                }
            }
        }
    }

    /// The arrival, with the count of its bytes in memory; `None` if its body could not be written.
    async fn arrival(&mut self, state: Outcome, reason: Option<String>) -> Option<(Arrival, Held)> {
        let parts = self.parts.take()?;
        let (arrival, held, error) = parts.finish(state, reason).await;
        let Some(error) = error else {
            return Some((arrival, held));
        };
        let reason = format!("the body could not be written to the spool folder: {error}");
        let arrival = Arrival {
            state: Outcome::Cut,
            reason: Some(reason),
            ..arrival
        };
        self.counter.intake.record(arrival, Some(507)).await;
        None
    }

    async fn record(&mut self, state: Outcome, reason: Option<String>, answered: Option<u16>) {
        let Some(parts) = self.parts.take() else { return };
        let (arrival, _held, _) = parts.finish(state, reason).await;
        self.counter.intake.record(arrival, answered).await;
    }
}

impl Parts {
    async fn finish(self, state: Outcome, reason: Option<String>) -> (Arrival, Held, Option<std::io::Error>) {
        let took_micros = u64::try_from(self.head.begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let (collected, error) = self.collector.finish().await;
        let mut framing = self.facts.into_framing(self.chunked, self.head.position);
        if self.chunked {
            framing.chunks = self.reel.take_chunks();
            framing.trailers = trailers(&self.reel.take_trailers());
        }
        let head = RawHead::new(self.head.bytes);
        let arrival = Arrival {
            received_at: self.head.received_at,
            took_micros,
            peer: self.peer,
            version: HttpVersion::from_word(&head.request_line().version),
            head,
            body: collected.body,
            body_sha256: collected.sha256,
            state,
            reason,
            framing,
        };
        (arrival, collected.held, error)
    }
}

impl<I: Intake> Drop for Receipt<I> {
    fn drop(&mut self) {
        let Some(parts) = self.parts.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let counter = Arc::clone(&self.counter);
        runtime.spawn(async move {
            let reason = "the connection broke before the body was whole".to_owned();
            let (arrival, _held, _) = parts.finish(Outcome::Aborted, Some(reason)).await;
            counter.intake.record(arrival, None).await;
        });
    }
}

/// How much of a body that is refused for its length is kept.
const GLIMPSE: u64 = 64 * 1024;

/// Takes what has come, and waits for nothing.
async fn take_what_is_there(collector: &mut Collector, body: &mut Body) {
    while collector.len() < GLIMPSE {
        // hyper hands on one piece at a time and needs a turn for the next.
        tokio::task::yield_now().await;
        let Some(Some(Ok(frame))) = futures_util::FutureExt::now_or_never(body.frame()) else {
            return;
        };
        let Ok(data) = frame.into_data() else { return };
        if !matches!(collector.push(data).await, Ok(true)) {
            return;
        }
    }
}

/// The trailer lines as headers, in the order and the case in which they came.
fn trailers(lines: &[u8]) -> Vec<crate::model::Header> {
    if lines.is_empty() {
        return Vec::new();
    }
    let mut head = b"-\r\n".to_vec();
    head.extend_from_slice(lines);
    RawHead::new(Bytes::from(head)).headers()
}

/// The head as hyper understood it, for the case that it could not be recorded.
fn rebuild(request: &Request, clock: &Clock) -> RecordedHead {
    let version = if request.version() == http::Version::HTTP_10 {
        "HTTP/1.0"
    } else {
        "HTTP/1.1"
    };
    let mut bytes = format!("{} {} {version}\r\n", request.method(), request.uri()).into_bytes();
    for (name, value) in request.headers() {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    RecordedHead {
        bytes: bytes.into(),
        begun: tokio::time::Instant::now(),
        received_at: clock.now(),
        position: 0,
    }
}
