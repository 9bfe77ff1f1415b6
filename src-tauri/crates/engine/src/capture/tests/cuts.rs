//! However the network cuts the stream into reads, the requests are the same.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use proptest::prelude::*;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::*;
use crate::model::State;

/// A socket that gives what a script says, with a pause wherever the script has an empty piece.
struct Scripted {
    pieces: VecDeque<Vec<u8>>,
    written: Arc<Mutex<Vec<u8>>>,
}

impl AsyncRead for Scripted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(mut piece) = self.pieces.pop_front() else {
            return Poll::Ready(Ok(()));
        };
        if piece.is_empty() {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let count = piece.len().min(out.remaining());
        out.put_slice(&piece[..count]);
        if count < piece.len() {
            self.pieces.push_front(piece.split_off(count));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Scripted {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.written.lock().unwrap().extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Head, body, state, reason and answer of a row.
pub(super) type Shown = (Vec<u8>, Vec<u8>, State, String, Option<u16>);

/// What a stream of bytes amounts to.
#[derive(Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) requests: Vec<Shown>,
    pub(super) statuses: Vec<String>,
}

impl Seen {
    /// What may not depend on how the stream was cut. What lies behind a refused head is shown as far as it had come,
    /// which does.
    pub(super) fn comparable(&self) -> Vec<Shown> {
        self.requests
            .iter()
            .map(|(head, body, state, reason, answered)| {
                let body = if *state == State::Refused {
                    Vec::new()
                } else {
                    body.clone()
                };
                (head.clone(), body, *state, reason.clone(), *answered)
            })
            .collect()
    }
}

/// What comes of it. The clock stands still: the rest of a refused head is waited for only so long, and how far it
/// has come by then must not depend on the machine.
pub(super) fn see(pieces: Vec<Vec<u8>>) -> Seen {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let intake = Arc::new(Collecting::default());
    let written = Arc::new(Mutex::new(Vec::new()));
    runtime.block_on(async {
        let spool = Spool::open(folder.path().to_owned()).unwrap();
        let desk = Desk::new(Arc::clone(&intake), spool, Clock::system());
        let entry = Registry::new().enter(1).unwrap();
        let stream = Scripted {
            pieces: pieces.into(),
            written: Arc::clone(&written),
        };
        let peer = SocketAddr::from(([127, 0, 0, 1], 1));
        connection::serve(stream, peer, Arc::new(patient()), desk, entry).await;
    });
    let written = String::from_utf8_lossy(&written.lock().unwrap()).into_owned();
    let statuses = written
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| answer[..3].to_owned())
        .collect();
    let requests = intake
        .rows()
        .into_iter()
        .map(|row| {
            (
                row.head().to_vec(),
                row.body.clone(),
                row.arrival.state,
                row.reason().to_owned(),
                row.answered,
            )
        })
        .collect();
    Seen { requests, statuses }
}

fn header() -> impl Strategy<Value = String> {
    (
        "[A-Za-z][A-Za-z0-9-]{0,12}",
        "[ \t]{0,2}",
        "[ -~]{0,20}",
        "[ \t]{0,2}",
        "\r?\n",
    )
        .prop_filter("framing headers are made apart", |(name, ..)| {
            let name = name.to_ascii_lowercase();
            ![
                "content-length",
                "transfer-encoding",
                "connection",
                "expect",
                "upgrade",
            ]
            .contains(&name.as_str())
        })
        .prop_map(|(name, before, value, after, end)| format!("{name}:{before}{value}{after}{end}"))
}

/// A valid request: its head, its body, and the body as it is framed.
fn request() -> impl Strategy<Value = (Vec<u8>, Vec<u8>, Vec<u8>)> {
    let headers = proptest::collection::vec(header(), 0..8);
    let body = proptest::collection::vec(any::<u8>(), 0..60);
    (
        "(\r\n){0,2}",
        "[A-Z]{1,7}",
        "/[!-~]{0,20}",
        headers,
        body,
        proptest::option::of(1..20_usize),
    )
        .prop_filter("these are answered apart", |(_, method, ..)| {
            method != "CONNECT" && method != "TRACE"
        })
        .prop_map(|(blank, method, target, headers, body, chunk)| {
            let mut head = format!("{blank}{method} {target} HTTP/1.1\r\n{}", headers.concat()).into_bytes();
            let mut framed = Vec::new();
            if let Some(chunk) = chunk {
                head.extend_from_slice(b"transfer-ENCODING: chunked\r\n\r\n");
                for piece in body.chunks(chunk) {
                    framed.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                    framed.extend_from_slice(piece);
                    framed.extend_from_slice(b"\r\n");
                }
                framed.extend_from_slice(b"0\r\nX-Trailer: 1\r\n\r\n");
            } else {
                head.extend_from_slice(format!("Content-length: {}\r\n\r\n", body.len()).as_bytes());
                framed.extend_from_slice(&body);
            }
            (head, body, framed)
        })
        .prop_filter("some targets are no valid ones", |(head, ..)| {
            let line = head
                .split(|byte| *byte == b'\n')
                .find(|line| line.len() > 1)
                .unwrap();
            let target = line.split(|byte| *byte == b' ').nth(1).unwrap();
            http::Uri::try_from(target).is_ok()
        })
}

/// `bytes` cut at random, with pauses in between.
pub(super) fn cut(bytes: &[u8], cuts: &[usize]) -> Vec<Vec<u8>> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    cuts.sort_unstable();
    let mut pieces = Vec::new();
    let mut from = 0;
    for to in cuts.into_iter().chain([bytes.len()]) {
        if to > from {
            pieces.push(bytes[from..to].to_vec());
        }
        pieces.push(Vec::new());
        from = to;
    }
    pieces
}

/// Each case serves whole connections: few of them, unless `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    let cases = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config.cases,
        None => 64,
    };
    ProptestConfig { cases, ..config }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn valid_requests_come_out_byte_for_byte(
        requests in proptest::collection::vec(request(), 1..6),
        cuts in proptest::collection::vec(any::<usize>(), 0..40),
    ) {
        let stream: Vec<u8> =
            requests.iter().flat_map(|(head, _, framed)| [&head[..], &framed[..]].concat()).collect();
        let seen = see(cut(&stream, &cuts));
        prop_assert_eq!(seen.requests.len(), requests.len(), "one row each: {:?}", seen);
        for (row, (head, body, _)) in seen.requests.iter().zip(&requests) {
            prop_assert_eq!(&row.0, head, "the head as sent");
            prop_assert_eq!(&row.1, body, "the body as sent");
            prop_assert_eq!(row.2, State::Complete, "{}", &row.3);
        }
    }

    #[test]
    fn broken_streams_are_the_same_however_they_are_cut(
        requests in proptest::collection::vec(request(), 1..4),
        cuts in proptest::collection::vec(any::<usize>(), 0..40),
        change_at: usize,
        change_to: u8,
        end_at: usize,
    ) {
        let mut stream: Vec<u8> =
            requests.iter().flat_map(|(head, _, framed)| [&head[..], &framed[..]].concat()).collect();
        let at = change_at % stream.len();
        stream[at] = change_to;
        stream.truncate(end_at % (stream.len() * 2) + 1);
        let whole = see(vec![stream.clone()]);
        let pieces = see(cut(&stream, &cuts));
        prop_assert_eq!(whole.comparable(), pieces.comparable(), "{}", stream.escape_ascii());
        prop_assert_eq!(&whole.statuses, &pieces.statuses, "{}", stream.escape_ascii());
        let answered: Vec<String> =
            pieces.requests.iter().filter_map(|row| row.4).map(|status| status.to_string()).collect();
        prop_assert_eq!(&answered, &pieces.statuses, "the record says what was sent");
    }

    #[test]
    fn any_bytes_end_in_good_order(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        cuts in proptest::collection::vec(any::<usize>(), 0..10),
    ) {
        let seen = see(cut(&bytes, &cuts));
        prop_assert!(seen.requests.len() <= 1 + bytes.len() / 16, "no row out of nothing: {:?}", seen);
    }
}
