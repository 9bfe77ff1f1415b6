//! The capture path over real sockets, with an intake that collects.

mod bounds;
mod cuts;
mod endings;
mod exact;
mod hostile;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Answer, Intake, Limits, Listener};
use crate::clock::Clock;
use crate::model::{Arrival, Body, Timestamp};

/// What the tests' clock always says.
const NOW: i64 = 1_795_176_251_482_001;

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
    delay: Mutex<Duration>,
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
        let delay = *self.delay.lock().unwrap();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
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

/// Limits under which nothing that these tests wait for takes long.
fn brisk() -> Limits {
    Limits {
        linger: Duration::from_millis(500),
        ..Limits::default()
    }
}

impl Bench {
    async fn new() -> Self {
        Self::with(brisk()).await
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

    /// Waits until there are `count` rows, and for no other sign.
    async fn rows(&self, count: usize) -> Vec<Row> {
        let begun = Instant::now();
        loop {
            let rows = self.intake.rows();
            if rows.len() >= count || begun.elapsed() > Duration::from_secs(10) {
                assert_eq!(rows.len(), count, "rows: {rows:#?}");
                return rows;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// The only row there is.
    async fn row(&self) -> Row {
        self.rows(1).await.remove(0)
    }
}

/// Everything until the end; a connection that breaks counts as ended.
async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let reading = async {
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut piece).await {
            bytes.extend_from_slice(&piece[..count]);
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reading)
        .await
        .expect("the listener closes the connection");
    String::from_utf8(bytes).unwrap()
}

/// Reads one answer with the body `kept`, or without one, and leaves the connection open.
async fn read_answer(stream: &mut TcpStream) -> String {
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
    tokio::time::timeout(Duration::from_secs(10), reading)
        .await
        .expect("an answer comes");
    text
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}
