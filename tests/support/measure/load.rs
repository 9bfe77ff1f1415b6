//! The load generator: one thread, connections that are kept alive, each with one request under way.
//!
//! It does as little as it can, because it shares the machine with what it measures: the requests are made beforehand,
//! of an answer only status and length are looked at. What it takes itself is part of the result ([`Run::own`]), so that
//! nobody takes its ceiling for that of a server.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::deck::Deck;
use super::failure::{Failure, Outcome};
use super::process::Reading;
use super::statistics::Sample;

/// After so many failures a connection gives up: the figures are worth nothing then.
const FAILURES: usize = 10;

/// How long nothing at all may be answered before the run is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// When a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Measures for `window`, after `warm_up`, in which the same is done but not counted.
    Elapsed {
        /// How long before counting.
        warm_up: Duration,
        /// How long counting.
        window: Duration,
    },
    /// After so many requests, all counted.
    Count(u64),
    /// So many a second for so long, all counted: each has its moment, and is sent as soon after it as a connection is
    /// free.
    Paced {
        /// Requests a second.
        rate: u32,
        /// How long.
        window: Duration,
    },
}

/// When requests are due.
#[derive(Debug, Clone, Copy)]
struct Pace {
    begin: Instant,
    rate: u32,
}

/// What to send.
#[derive(Debug, Clone)]
pub struct Load {
    /// To whom.
    pub address: SocketAddr,
    /// The process to take readings of.
    pub process: u32,
    /// The requests.
    pub deck: Arc<Deck>,
    /// How many connections.
    pub connections: usize,
    /// How long.
    pub until: Until,
    /// The number of the first request.
    pub first: u64,
}

/// What came of it.
#[derive(Debug)]
pub struct Run {
    /// The numbers that were sent, counted or not; all were acknowledged but those in `unanswered`.
    pub numbers: Range<u64>,
    /// Which were not acknowledged with a 200, and why.
    pub unanswered: Vec<(u64, String)>,
    /// Seconds from the first byte sent to the last byte of the answer, of each counted request.
    pub latencies: Sample,
    /// Seconds in which they were counted.
    pub elapsed: f64,
    /// The readings of the process at the beginning and the end of counting.
    pub readings: Option<(Reading, Reading)>,
    /// Processor seconds of the generator while counting.
    pub own: f64,
}

impl Run {
    /// Counted requests a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.counted() / self.elapsed
    }

    /// How many were counted.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "requests of a few seconds")]
    pub fn counted(&self) -> f64 {
        self.latencies.count() as f64
    }

    /// Processor seconds of the process for each counted request; not a number where the system does not tell.
    #[must_use]
    pub fn processor(&self) -> f64 {
        self.readings.map_or(f64::NAN, |(before, after)| {
            (after.processor - before.processor) / self.counted()
        })
    }

    /// Bytes the process caused to be written for each counted request.
    #[must_use]
    pub fn written(&self) -> f64 {
        self.readings.map_or(f64::NAN, |(before, after)| {
            (after.written - before.written) / self.counted()
        })
    }
}

const WARMING: u8 = 0;
const COUNTING: u8 = 1;
const STOPPED: u8 = 2;

#[derive(Debug)]
struct Shared {
    address: SocketAddr,
    deck: Arc<Deck>,
    phase: AtomicU8,
    next: AtomicU64,
    /// The first number that is not sent any more.
    end: u64,
    answered: AtomicU64,
    pace: Option<Pace>,
    first: u64,
}

impl Shared {
    fn phase(&self) -> u8 {
        self.phase.load(Ordering::Relaxed)
    }

    fn take(&self) -> Option<u64> {
        if self.phase() == STOPPED {
            return None;
        }
        self.next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
                (next < self.end).then_some(next + 1)
            })
            .ok()
    }
}

impl Pace {
    /// The moment of the request that so many went before.
    fn due(self, before: u64) -> Instant {
        #[expect(clippy::cast_precision_loss, reason = "requests of some minutes")]
        let seconds = before as f64 / f64::from(self.rate.max(1));
        self.begin + Duration::from_secs_f64(seconds)
    }
}

#[derive(Debug, Default)]
struct Told {
    latencies: Vec<f64>,
    unanswered: Vec<(u64, String)>,
}

impl Load {
    /// Sends it all, and comes back when each request is answered or given up.
    ///
    /// # Errors
    /// When nothing was answered or the listener fell silent.
    pub fn run(&self) -> Outcome<Run> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(self.send())
    }

    async fn send(&self) -> Outcome<Run> {
        let (phase, end) = match self.until {
            Until::Elapsed { .. } => (WARMING, u64::MAX),
            Until::Count(count) => (COUNTING, self.first + count),
            Until::Paced { rate, window } => {
                let count = f64::from(rate) * window.as_secs_f64();
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "requests of some minutes"
                )]
                let count = count.round() as u64;
                (COUNTING, self.first + count)
            }
        };
        // Before the first connection works: what is sent while these are started belongs to what is counted.
        let (mut before, mut begin) = (self.readings(), Instant::now());
        let pace = match self.until {
            Until::Paced { rate, .. } => Some(Pace { begin, rate }),
            Until::Elapsed { .. } | Until::Count(_) => None,
        };
        let shared = Arc::new(Shared {
            address: self.address,
            deck: Arc::clone(&self.deck),
            phase: AtomicU8::new(phase),
            next: AtomicU64::new(self.first),
            end,
            answered: AtomicU64::new(0),
            pace,
            first: self.first,
        });
        let mut connections = JoinSet::new();
        for _ in 0..self.connections {
            connections.spawn(converse(Arc::clone(&shared)));
        }
        let (after, elapsed);
        let mut told = Told::default();
        match self.until {
            Until::Elapsed { warm_up, window } => {
                sleep(warm_up).await;
                (before, begin) = (self.readings(), Instant::now());
                shared.phase.store(COUNTING, Ordering::Relaxed);
                sleep(window).await;
                shared.phase.store(STOPPED, Ordering::Relaxed);
                (elapsed, after) = (begin.elapsed(), self.readings());
                gather(&mut connections, &shared, &mut told).await?;
            }
            Until::Count(_) | Until::Paced { .. } => {
                gather(&mut connections, &shared, &mut told).await?;
                (elapsed, after) = (begin.elapsed(), self.readings());
            }
        }
        let reason = told
            .unanswered
            .first()
            .map_or("nothing was counted", |(_, reason)| reason);
        let latencies = Sample::of(told.latencies)
            .ok_or_else(|| Failure::new(format!("no request was answered: {reason}")))?;
        Ok(Run {
            numbers: self.first..shared.next.load(Ordering::Relaxed),
            unanswered: told.unanswered,
            latencies,
            elapsed: elapsed.as_secs_f64(),
            readings: before.0.zip(after.0),
            own: after.1 - before.1,
        })
    }

    /// The process's reading and the generator's own processor time.
    fn readings(&self) -> (Option<Reading>, f64) {
        let own = Reading::of(std::process::id()).map_or(f64::NAN, |reading| reading.processor);
        (Reading::of(self.process), own)
    }
}

/// Waits for all connections to end, as long as anything is answered.
async fn gather(connections: &mut JoinSet<Told>, shared: &Shared, told: &mut Told) -> Outcome<()> {
    let mut answered = 0;
    loop {
        match tokio::time::timeout(PATIENCE, connections.join_next()).await {
            Ok(None) => return Ok(()),
            Ok(Some(ended)) => {
                let ended = ended?;
                told.latencies.extend(ended.latencies);
                told.unanswered.extend(ended.unanswered);
            }
            Err(_) => {
                let now = shared.answered.load(Ordering::Relaxed);
                if now == answered {
                    return Err(Failure::new(format!(
                        "nothing was answered for {} s",
                        PATIENCE.as_secs()
                    )));
                }
                answered = now;
            }
        }
    }
}

/// One connection, a request at a time.
async fn converse(shared: Arc<Shared>) -> Told {
    let mut told = Told::default();
    let (mut request, mut answer) = (Vec::new(), Vec::with_capacity(1024));
    let mut connection = None;
    while told.unanswered.len() < FAILURES
        && let Some(number) = shared.take()
    {
        shared.deck.write(number, &mut request);
        if let Some(pace) = shared.pace {
            tokio::time::sleep_until(pace.due(number - shared.first).into()).await;
        }
        let begin = Instant::now();
        match exchange(&mut connection, shared.address, &request, &mut answer).await {
            Ok(()) => {
                if shared.phase() == COUNTING {
                    told.latencies.push(begin.elapsed().as_secs_f64());
                }
                shared.answered.fetch_add(1, Ordering::Relaxed);
            }
            Err(failure) => {
                connection = None;
                told.unanswered.push((number, failure.to_string()));
            }
        }
    }
    told
}

/// Sends a request and reads its answer, on a new connection where there is none.
async fn exchange(
    connection: &mut Option<TcpStream>,
    address: SocketAddr,
    request: &[u8],
    answer: &mut Vec<u8>,
) -> Outcome<()> {
    let stream = match connection {
        Some(stream) => stream,
        None => {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            connection.insert(stream)
        }
    };
    stream.write_all(request).await?;
    answer.clear();
    loop {
        if stream.read_buf(answer).await? == 0 {
            return Err(Failure::new("the connection was closed before the answer"));
        }
        match judge(answer)? {
            Some(200) => return Ok(()),
            Some(status) => return Err(Failure::new(format!("answered with {status}"))),
            None => {}
        }
    }
}

/// The status of an answer that is whole; `None` while there is more to come.
fn judge(answer: &[u8]) -> Outcome<Option<u16>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&answer[..end])?;
    let status = head.get(9..12).unwrap_or_default().parse()?;
    let length = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>())
    });
    let length = length.transpose()?.unwrap_or_default();
    Ok((answer.len() >= end + 4 + length).then_some(status))
}

#[cfg(test)]
mod tests {
    use super::super::{Random, github_push};
    use super::*;
    use crate::Server;

    fn load(address: SocketAddr, count: u64) -> Load {
        let mut random = Random::new(1);
        let deck = Deck::new(address, (0..4).map(|_| github_push(&mut random))).expect("four pushes");
        Load {
            address,
            process: std::process::id(),
            deck: Arc::new(deck),
            connections: 2,
            until: Until::Count(count),
            first: 5,
        }
    }

    #[test]
    fn an_answer_is_whole_with_its_last_byte() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n";
        for length in 0..answer.len() {
            assert_eq!(
                judge(&answer[..length]).expect("it is no nonsense"),
                None,
                "{length} bytes are not all"
            );
        }
        assert_eq!(judge(answer).expect("an answer"), Some(200), "now it is");
        assert_eq!(
            judge(b"HTTP/1.1 503 x\r\n\r\n").expect("an answer"),
            Some(503),
            "no length is no body"
        );
        assert!(
            judge(b"SSH-2.0-OpenSSH_9.2\r\n\r\n").is_err(),
            "something else is not HTTP"
        );
    }

    #[test]
    fn every_request_is_sent_once_and_counted() {
        let server = Server::start(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        // The server closes each connection, which the generator takes for a failure of the next request.
        let run = load(server.address(), 2).run().expect("it answers");
        assert_eq!(run.numbers, 5..7, "two numbers from the first");
        assert_eq!(
            run.latencies.count() + run.unanswered.len(),
            2,
            "each is answered or told"
        );
    }

    #[test]
    fn paced_requests_are_not_sent_before_their_moment() {
        let pace = Pace {
            begin: Instant::now(),
            rate: 50,
        };
        assert_eq!(
            pace.due(0).duration_since(pace.begin),
            Duration::ZERO,
            "the first is sent at once"
        );
        assert_eq!(
            pace.due(75).duration_since(pace.begin),
            Duration::from_millis(1500),
            "75 of 50 a second"
        );
        let server = Server::start(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let until = Until::Paced {
            rate: 100,
            window: Duration::from_millis(60),
        };
        let paced = Load {
            until,
            ..load(server.address(), 0)
        };
        let run = paced.run().expect("it answers");
        assert_eq!(run.numbers, 5..11, "six of 100 a second in 60 ms");
        assert!(
            run.elapsed >= 0.05,
            "the last is due after 50 ms: {}",
            run.elapsed
        );
    }

    #[test]
    fn a_refusal_is_not_counted() {
        let server = Server::start(b"HTTP/1.1 507 Full\r\nContent-Length: 0\r\n\r\n");
        let failure = load(server.address(), 2).run().expect_err("nothing was kept");
        assert!(failure.to_string().contains("507"), "it says why: {failure}");
    }
}
