//! A target that does exactly what a test says, byte for byte.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::{Cancel, Client, ClientSettings, Edit, Outgoing, Timeouts};
use crate::clock::Clock;
use crate::model::{Attempt, Outcome};

/// A listening target; it goes when this is dropped.
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Target {
    /// Runs `script` for each connection.
    pub(crate) async fn with<F, R>(script: F) -> Self
    where
        F: Fn(TcpStream) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            let mut running = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                running.spawn(script(stream));
            }
        });
        Self {
            address,
            connections,
            task,
        }
    }

    /// Reads a request, writes `answer`, closes.
    pub(crate) async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        Self::writing(answer.into(), true).await
    }

    /// Reads a request, writes `answer`, and then neither writes nor closes.
    pub(crate) async fn answering_then_silent(answer: impl Into<Vec<u8>>) -> Self {
        Self::writing(answer.into(), false).await
    }

    async fn writing(answer: Vec<u8>, closes: bool) -> Self {
        let answer = Arc::new(answer);
        Self::with(move |mut stream| {
            let answer = Arc::clone(&answer);
            async move {
                read_request(&mut stream).await;
                let _ = stream.write_all(&answer).await;
                if closes {
                    let _ = stream.shutdown().await;
                }
                drain(&mut stream).await;
            }
        })
        .await
    }

    /// Answers each request with 204 and closes; the requests as they came.
    pub(crate) async fn recording() -> (Self, mpsc::UnboundedReceiver<Vec<u8>>) {
        Self::recording_and_answering(b"HTTP/1.1 204 x\r\nConnection: close\r\n\r\n").await
    }

    /// The same with another answer.
    pub(crate) async fn recording_and_answering(
        answer: &'static [u8],
    ) -> (Self, mpsc::UnboundedReceiver<Vec<u8>>) {
        let (recorded, records) = mpsc::unbounded_channel();
        let target = Self::with(move |mut stream| {
            let recorded = recorded.clone();
            async move {
                recorded.send(read_request(&mut stream).await).unwrap();
                let _ = stream.write_all(answer).await;
            }
        })
        .await;
        (target, records)
    }

    /// How many connections it has had.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// `http://127.0.0.1:port` and `rest`.
    pub(crate) fn url(&self, rest: &str) -> String {
        format!("http://{}{rest}", self.address)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads to the end of the sender.
pub(crate) async fn drain(stream: &mut TcpStream) {
    let mut buffer = [0; 4096];
    while matches!(stream.read(&mut buffer).await, Ok(read) if read > 0) {}
}

/// Reads one request with a content length, or none; gives its bytes, empty at the end of the connection.
pub(crate) async fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut wanted = usize::MAX;
    while request.len() < wanted {
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
            _ => break,
        }
        if wanted == usize::MAX
            && let Some(end) = request.windows(4).position(|part| part == b"\r\n\r\n")
        {
            let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            wanted = end + 4 + length.unwrap_or(0);
        }
    }
    request
}

/// Times that no test waits out.
pub(crate) fn unhurried() -> ClientSettings {
    ClientSettings::default()
}

/// Times that a test waits out, for targets that are reached but never do what they wait for.
pub(crate) fn hurried() -> ClientSettings {
    let timeouts = Timeouts {
        first_byte: Duration::from_millis(500),
        total: Duration::from_secs(1),
        ..Timeouts::default()
    };
    ClientSettings {
        timeouts,
        ..unhurried()
    }
}

/// A time that a test waits out, for targets that are never reached.
pub(crate) fn impatient() -> ClientSettings {
    let timeouts = Timeouts {
        connect: Duration::from_millis(200),
        ..Timeouts::default()
    };
    ClientSettings {
        timeouts,
        ..unhurried()
    }
}

pub(crate) fn post(url: &str, body: impl Into<Bytes>) -> Outgoing {
    Edit {
        method: "POST".into(),
        url: url.into(),
        headers: vec![("X-a".into(), b"1".into())],
        body: body.into(),
    }
    .plan()
    .unwrap()
}

pub(crate) async fn sent(settings: ClientSettings, outgoing: &Outgoing) -> Attempt {
    Client::new(settings, Clock::system())
        .send(outgoing, &Cancel::new())
        .await
}

pub(crate) fn told(attempt: &Attempt) -> (Outcome, &str) {
    (attempt.outcome, attempt.message.as_deref().unwrap_or_default())
}
