//! The capture path with an intake that collects.
//!
//! Over real sockets ([`Bench`]) no deadline is ever near, so that no test can tell a slow machine from a fast one;
//! what one side has to wait for is an event, never a span of time. Tests of deadlines run on a paused clock, which
//! goes on only when nothing else can happen; sockets do not go with that, a pipe in memory does ([`Wire`]).

mod bounds;
mod cuts;
mod endings;
mod exact;
mod fuzz;
mod hostile;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::registry::Registry;
use super::service::Desk;
use super::spool::Spool;
use super::{Answer, Intake, Limits, Listener, connection};
use crate::clock::Clock;
use crate::model::{Arrival, Body, Timestamp};

/// What the tests' clock always says.
const NOW: i64 = 1_795_176_251_482_001;

/// When a test that still waits is given up: far from anything that a loaded machine needs.
const PATIENCE: Duration = Duration::from_mins(2);

/// One arrival with the status that it was answered with, `None` where the sender got nothing.
#[derive(Debug, Clone)]
struct Row {
    arrival: Arrival,
    answered: Option<u16>,
    taken: bool,
    body: Vec<u8>,
}

impl Row {
    fn head(&self) -> &[u8] {
        self.arrival.head.bytes()
    }

    fn reason(&self) -> &str {
        self.arrival.reason.as_deref().unwrap_or_default()
    }
}

/// Keeps everything and says 200.
#[derive(Debug, Default)]
struct Collecting {
    rows: Mutex<Vec<Row>>,
    answer: Mutex<Option<Answer>>,
    /// Where there is one, each request waits for a permit before it is answered.
    gate: Mutex<Option<Arc<Semaphore>>>,
    /// How many requests have come to the gate.
    at_gate: AtomicUsize,
}

impl Collecting {
    fn keep(&self, arrival: Arrival, answered: Option<u16>, taken: bool) {
        let body = match &arrival.body {
            Body::Memory(bytes) => bytes.to_vec(),
            Body::Spooled { file, .. } => std::fs::read(&**file).unwrap(),
        };
        self.rows.lock().unwrap().push(Row {
            arrival,
            answered,
            taken,
            body,
        });
    }

    fn rows(&self) -> Vec<Row> {
        self.rows.lock().unwrap().clone()
    }
}

impl Intake for Collecting {
    async fn take(&self, arrival: Arrival) -> Answer {
        let gate = self.gate.lock().unwrap().clone();
        if let Some(gate) = gate {
            self.at_gate.fetch_add(1, Ordering::SeqCst);
            gate.acquire().await.unwrap().forget();
        }
        let answer = self.answer.lock().unwrap().clone().unwrap_or_else(|| Answer {
            body: "kept\n".into(),
            ..Answer::empty(200)
        });
        self.keep(arrival, Some(answer.status), true);
        answer
    }

    async fn record(&self, arrival: Arrival, answered: Option<u16>) {
        self.keep(arrival, answered, false);
    }
}

/// A listener with its intake and a spool folder of its own.
struct Bench {
    listener: Listener,
    limits: Arc<ArcSwap<Limits>>,
    intake: Arc<Collecting>,
    folder: tempfile::TempDir,
}

/// Limits with deadlines that no test lives to see, unless it sets one and pauses the clock.
fn patient() -> Limits {
    let long = Duration::from_hours(1);
    Limits {
        first_byte: long,
        head_time: long,
        idle: long,
        body_gap: long,
        body_rate_after: long,
        answer_gap: long,
        linger: long,
        ..Limits::default()
    }
}

impl Bench {
    async fn new() -> Self {
        Self::with(patient()).await
    }

    async fn with(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let intake = Arc::new(Collecting::default());
        let limits = Arc::new(ArcSwap::from_pointee(limits));
        let listener = Listener::bind(
            SocketAddr::from(([127, 0, 0, 1], 0)),
            Arc::clone(&limits),
            folder.path().join("spool"),
            Clock::from_fn(|| Timestamp::from_micros(NOW)),
            Arc::clone(&intake),
        )
        .await
        .unwrap();
        Self {
            listener,
            limits,
            intake,
            folder,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.listener.address()).await.unwrap()
    }

    /// Sends `bytes` and reads until the listener closes.
    async fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        read_to_end(&mut stream).await
    }

    /// Sends `bytes`, says that no more will come, and reads until the listener closes.
    async fn exchange_and_end(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        read_to_end(&mut stream).await
    }

    /// Waits until `holds`, and for no other sign.
    async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            assert!(begun.elapsed() < PATIENCE, "{what}: {:#?}", self.intake.rows());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until there are `count` rows.
    async fn rows(&self, count: usize) -> Vec<Row> {
        self.until("there are rows enough", |bench| {
            bench.intake.rows().len() >= count
        })
        .await;
        let rows = self.intake.rows();
        assert_eq!(rows.len(), count, "rows: {rows:#?}");
        rows
    }

    /// The only row there is.
    async fn row(&self) -> Row {
        self.rows(1).await.remove(0)
    }
}

/// One connection without a socket, for tests whose clock is paused.
struct Wire {
    stream: DuplexStream,
    intake: Arc<Collecting>,
    serving: JoinHandle<()>,
    folder: tempfile::TempDir,
}

impl Wire {
    fn with(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let intake = Arc::new(Collecting::default());
        let (stream, far) = tokio::io::duplex(64 * 1024);
        let spool = Spool::open(folder.path().to_owned()).unwrap();
        let clock = Clock::from_fn(|| Timestamp::from_micros(NOW));
        let desk = Desk::new(Arc::clone(&intake), spool, clock);
        let entry = Registry::new().enter(1).unwrap();
        let peer = SocketAddr::from(([127, 0, 0, 1], 1));
        let serving = tokio::spawn(connection::serve(far, peer, Arc::new(limits), desk, entry));
        Self {
            stream,
            intake,
            serving,
            folder,
        }
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Reads until the listener closes, hangs up, and gives what was read and the rows.
    async fn finish(self) -> (String, Vec<Row>) {
        let Self {
            mut stream,
            intake,
            serving,
            folder,
        } = self;
        let answer = read_to_end(&mut stream).await;
        drop(stream);
        serving.await.unwrap();
        let rows = intake.rows();
        drop(folder);
        (answer, rows)
    }
}

/// Everything until the end; a connection that breaks counts as ended.
async fn read_to_end(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let reading = async {
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut piece).await {
            bytes.extend_from_slice(&piece[..count]);
        }
    };
    tokio::time::timeout(PATIENCE, reading)
        .await
        .expect("the listener closes the connection");
    String::from_utf8(bytes).unwrap()
}

/// Reads one answer with the body `kept`, or without one, and leaves the connection open.
async fn read_answer(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut text = String::new();
    let reading = async {
        loop {
            let byte = stream.read_u8().await.expect("an answer comes before the end");
            text.push(byte as char);
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, reading)
        .await
        .expect("an answer comes");
    text
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}
