//! The client: takes the bytes of a plan to a target and comes back with an attempt, never with an error.
//!
//! Whatever ends an attempt (an answer, a failure, a limit on time, the person), what had come by then is kept.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rustls::pki_types::CertificateDer;
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;

use super::answer::{AnswerLimits, AnswerReader};
use super::cancel::Cancel;
use super::connector::{self, Resolved, Resolver};
use super::destination::{Origin, Scheme};
use super::exchange::{Ended, Exchange};
use super::failure::{Failure, Stall};
use super::guard::{self, Reach};
use super::idle::{Idle, Wire};
use super::plan::Outgoing;
use super::tls::{self, TlsFailure, Trust};
use crate::clock::Clock;
use crate::model::{Attempt, AttemptId, Outcome, Timings};

/// How long each part of an attempt may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Resolving, connecting and the TLS handshake together.
    pub connect: Duration,
    /// From the last byte that went to the first that comes; while the request goes out, between two pieces of it.
    pub first_byte: Duration,
    /// The whole attempt.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(30),
            total: Duration::from_secs(60),
        }
    }
}

/// What becomes of a connection after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reuse {
    /// It is closed.
    #[default]
    Never,
    /// It waits a moment for the next request to the same target, for sequences.
    Always,
}

/// The sockets that this program listens on, as they are now. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct OwnSockets(Arc<RwLock<Vec<SocketAddr>>>);

impl OwnSockets {
    /// From now on it listens on these.
    pub fn set(&self, sockets: Vec<SocketAddr>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = sockets;
    }

    /// What it listens on now.
    #[must_use]
    pub fn get(&self) -> Vec<SocketAddr> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl From<Vec<SocketAddr>> for OwnSockets {
    fn from(sockets: Vec<SocketAddr>) -> Self {
        Self(Arc::new(RwLock::new(sockets)))
    }
}

/// How a client goes about it.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// How long it waits.
    pub timeouts: Timeouts,
    /// How much of an answer it takes.
    pub limits: AnswerLimits,
    /// Whose certificates it believes.
    pub trust: Trust,
    /// Whether it uses connections again.
    pub reuse: Reuse,
    /// How far away a target may be.
    pub farthest: Reach,
    /// The sockets we listen on ourselves: what leads to one of them is refused.
    pub listening: OwnSockets,
    /// Who turns names into addresses.
    pub resolver: Resolver,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            timeouts: Timeouts::default(),
            limits: AnswerLimits::default(),
            trust: Trust::System,
            reuse: Reuse::Never,
            farthest: Reach::Other,
            listening: OwnSockets::default(),
            resolver: Resolver::system(),
        }
    }
}

/// Sends requests byte for byte.
pub struct Client {
    settings: ClientSettings,
    clock: Clock,
    tls: OnceCell<TlsConnector>,
    idle: Idle,
}

/// How far an attempt is; kept apart from the work, so that it is there when the work is stopped.
struct Course {
    began: Instant,
    stage: Stage,
    resolve: Option<Duration>,
    connect: Option<Duration>,
    tls: Option<Duration>,
    exchange: Exchange,
    /// What was done after the target had closed a connection that waited.
    crossing: Option<Crossing>,
}

/// The target closed a waiting connection while the request was on its way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Crossing {
    /// It went once more on a connection of its own.
    SentAgain,
    /// It may have been handled, and a second one could do harm, so that it did not go once more.
    LeftAlone,
}

#[derive(Clone, Copy)]
enum Stage {
    Resolving,
    Connecting,
    Handshake,
    Exchange,
}

impl Client {
    /// A client that tells the time by `clock`.
    #[must_use]
    pub fn new(settings: ClientSettings, clock: Clock) -> Self {
        Self {
            settings,
            clock,
            tls: OnceCell::new(),
            idle: Idle::default(),
        }
    }

    /// The addresses of a target, for [`Reach::of_all`] and then for [`send_to`](Self::send_to).
    ///
    /// # Errors
    /// If its name does not resolve, or not in time.
    pub async fn resolve(&self, origin: &Origin) -> Result<Resolved, Failure> {
        let limit = self.settings.timeouts.connect;
        match tokio::time::timeout(limit, self.settings.resolver.resolve(origin)).await {
            Ok(resolved) => resolved,
            Err(_) => Err(Failure::TimedOut {
                stall: Stall::Resolving {
                    name: origin.host.to_string(),
                    limit,
                },
            }),
        }
    }

    /// Whether somebody accepts connections at `origin`: one is opened and closed, and nothing is sent. Nothing
    /// farther away than `farthest` is touched.
    ///
    /// # Errors
    /// Why nobody does.
    pub async fn knock(
        &self,
        origin: &Origin,
        farthest: Reach,
        patience: Duration,
    ) -> Result<Duration, Failure> {
        let started = Instant::now();
        let knocking = async {
            let resolved = self.settings.resolver.resolve(origin).await?;
            self.judge(origin, &resolved.addresses, farthest)?;
            connector::connect(origin, &resolved.addresses).await
        };
        match tokio::time::timeout(patience, knocking).await {
            Ok(opened) => opened.map(|_| started.elapsed()),
            Err(_) => Err(Failure::TimedOut {
                stall: Stall::Connecting {
                    authority: origin.authority(),
                    limit: patience,
                },
            }),
        }
    }

    /// The certificates that a target shows, its own first, whoever vouches for them. Nothing is sent.
    ///
    /// # Errors
    /// If it cannot be reached or does not speak TLS.
    pub async fn certificates(
        &self,
        origin: &Origin,
        farthest: Reach,
        patience: Duration,
    ) -> Result<Vec<CertificateDer<'static>>, Failure> {
        let asking = async {
            let resolved = self.settings.resolver.resolve(origin).await?;
            self.judge(origin, &resolved.addresses, farthest)?;
            let stream = connector::connect(origin, &resolved.addresses).await?;
            let connector = tls::connector(&Trust::Anything).await?;
            let stream = tls::handshake(&connector, origin, stream).await?;
            let shown = stream.get_ref().1.peer_certificates().unwrap_or_default();
            Ok(shown
                .iter()
                .map(|certificate| certificate.clone().into_owned())
                .collect())
        };
        match tokio::time::timeout(patience, asking).await {
            Ok(shown) => shown,
            Err(_) => Err(Failure::TimedOut {
                stall: Stall::Handshake {
                    authority: origin.authority(),
                    limit: patience,
                },
            }),
        }
    }

    /// Resolves the target of `outgoing` and sends it there.
    pub async fn send(&self, outgoing: &Outgoing, cancel: &Cancel) -> Attempt {
        self.send_within(outgoing, self.settings.farthest, cancel).await
    }

    /// Resolves the target of `outgoing` and sends it there if it is no farther away than `farthest`.
    pub async fn send_within(&self, outgoing: &Outgoing, farthest: Reach, cancel: &Cancel) -> Attempt {
        self.attempt(outgoing, None, farthest, cancel).await
    }

    /// Sends `outgoing` to the addresses that were resolved, and perhaps judged, before.
    pub async fn send_to(&self, outgoing: &Outgoing, resolved: &Resolved, cancel: &Cancel) -> Attempt {
        self.attempt(outgoing, Some(resolved), self.settings.farthest, cancel)
            .await
    }

    async fn attempt(
        &self,
        outgoing: &Outgoing,
        resolved: Option<&Resolved>,
        farthest: Reach,
        cancel: &Cancel,
    ) -> Attempt {
        let started_at = self.clock.now();
        let reader = AnswerReader::new(self.settings.limits, outgoing.head.starts_with(b"HEAD "));
        let mut course = Course {
            began: Instant::now(),
            stage: Stage::Resolving,
            resolve: None,
            connect: None,
            tls: None,
            exchange: Exchange::new(reader),
            crossing: None,
        };
        let total = self.settings.timeouts.total;
        let ended = tokio::select! {
            biased;
            () = cancel.cancelled() => None,
            ended = tokio::time::timeout(total, self.work(outgoing, (resolved, farthest), &mut course)) => Some(ended),
        };
        let ended = match ended {
            None => Err(Failure::Cancelled {
                during: course.doing(outgoing),
            }),
            Some(Ok(ended)) => ended,
            Some(Err(_)) => Err(Failure::TimedOut {
                stall: course.stall(outgoing, total),
            }),
        };
        course.into_attempt(started_at, &ended, outgoing)
    }

    async fn work(
        &self,
        outgoing: &Outgoing,
        bounds: (Option<&Resolved>, Reach),
        course: &mut Course,
    ) -> Result<(), Failure> {
        let origin = &outgoing.origin;
        let patience = self.settings.timeouts.first_byte;
        let (mut wire, waited) = match self.idle_connection(origin).await {
            Some(wire) => (wire, true),
            None => (self.open(outgoing, bounds, course).await?, false),
        };
        course.stage = Stage::Exchange;
        let mut ended = course.exchange.run(&mut wire, outgoing, patience).await;
        if waited && ended.as_ref().is_err_and(Ended::is_crossing) {
            // That says nothing about the request. Where nothing of it went, or a second one does no more than the
            // first (RFC 9110 section 9.2.2), it goes once more on a connection of its own, and the attempt says so.
            if course.exchange.sent == 0 || is_idempotent(&outgoing.head) {
                course.crossing = Some(Crossing::SentAgain);
                let reader = AnswerReader::new(self.settings.limits, outgoing.head.starts_with(b"HEAD "));
                course.exchange = Exchange::new(reader);
                wire = self.open(outgoing, bounds, course).await?;
                course.stage = Stage::Exchange;
                ended = course.exchange.run(&mut wire, outgoing, patience).await;
            } else {
                course.crossing = Some(Crossing::LeftAlone);
            }
        }
        ended.map_err(|ended| {
            let silent = || Failure::TimedOut {
                stall: course.stall(outgoing, patience),
            };
            ended.into_failure(origin.authority(), silent)
        })?;
        if self.settings.reuse == Reuse::Always
            && course.exchange.is_sent(outgoing)
            && course.exchange.reader.may_follow()
        {
            self.idle.put(origin, wire);
        }
        Ok(())
    }

    async fn idle_connection(&self, origin: &Origin) -> Option<Box<dyn Wire>> {
        match self.settings.reuse {
            Reuse::Never => None,
            Reuse::Always => self.idle.take(origin).await,
        }
    }

    /// Resolves, judges, connects and agrees on TLS, all within the limit on connecting.
    async fn open(
        &self,
        outgoing: &Outgoing,
        bounds: (Option<&Resolved>, Reach),
        course: &mut Course,
    ) -> Result<Box<dyn Wire>, Failure> {
        let limit = self.settings.timeouts.connect;
        let opened = tokio::time::timeout(limit, self.open_unhurried(&outgoing.origin, bounds, course)).await;
        opened.unwrap_or_else(|_| {
            Err(Failure::TimedOut {
                stall: course.stall(outgoing, limit),
            })
        })
    }

    async fn open_unhurried(
        &self,
        origin: &Origin,
        (resolved, farthest): (Option<&Resolved>, Reach),
        course: &mut Course,
    ) -> Result<Box<dyn Wire>, Failure> {
        let looked_up;
        let resolved = match resolved {
            Some(resolved) => resolved,
            None => {
                looked_up = self.settings.resolver.resolve(origin).await?;
                &looked_up
            }
        };
        course.resolve = resolved.took;
        self.judge(origin, &resolved.addresses, farthest)?;

        course.stage = Stage::Connecting;
        let connecting = Instant::now();
        let stream = connector::connect(origin, &resolved.addresses).await?;
        course.connect = Some(connecting.elapsed());
        if origin.scheme == Scheme::Http {
            return Ok(Box::new(stream));
        }

        course.stage = Stage::Handshake;
        let tls: Result<&TlsConnector, TlsFailure> = self
            .tls
            .get_or_try_init(|| tls::connector(&self.settings.trust))
            .await;
        let tls = tls?;
        let shaking = Instant::now();
        let stream = tls::handshake(tls, origin, stream).await?;
        course.tls = Some(shaking.elapsed());
        Ok(Box::new(stream))
    }

    fn judge(&self, origin: &Origin, addresses: &[SocketAddr], farthest: Reach) -> Result<(), Failure> {
        if guard::own_listener(addresses, &self.settings.listening.get(), connector::is_here).is_some() {
            return Err(Failure::OwnListener {
                authority: origin.authority(),
            });
        }
        if Reach::of_all(addresses) > farthest {
            return Err(Failure::TooFar {
                authority: origin.authority(),
            });
        }
        Ok(())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Course {
    fn stall(&self, outgoing: &Outgoing, limit: Duration) -> Stall {
        let authority = outgoing.origin.authority();
        match self.stage {
            Stage::Resolving => {
                return Stall::Resolving {
                    name: outgoing.origin.host.to_string(),
                    limit,
                };
            }
            Stage::Connecting => return Stall::Connecting { authority, limit },
            Stage::Handshake => return Stall::Handshake { authority, limit },
            Stage::Exchange => {}
        }
        let reader = &self.exchange.reader;
        if !reader.has_begun() && !self.exchange.is_sent(outgoing) {
            let length = outgoing.head.len() + outgoing.body.len();
            return Stall::Sending {
                sent: self.exchange.sent,
                length,
                limit,
            };
        }
        match reader.head_progress() {
            Some(0) if reader.has_begun() => Stall::Interim { limit },
            Some(0) => Stall::Waiting {
                connect: self.connect,
                limit,
            },
            Some(received) => Stall::Head { received, limit },
            None => {
                let (received, expected) = reader.body_progress();
                Stall::Body {
                    received,
                    expected,
                    limit,
                }
            }
        }
    }

    fn doing(&self, outgoing: &Outgoing) -> &'static str {
        match self.stall(outgoing, Duration::ZERO) {
            Stall::Resolving { .. } => "while the name was being resolved",
            Stall::Connecting { .. } => "while connecting",
            Stall::Handshake { .. } => "during the TLS handshake",
            Stall::Sending { .. } => "while the request was being sent",
            Stall::Waiting { .. } | Stall::Interim { .. } => "while waiting for the answer",
            Stall::Head { .. } | Stall::Body { .. } => "while the answer was coming",
        }
    }

    fn into_attempt(
        self,
        started_at: crate::model::Timestamp,
        ended: &Result<(), Failure>,
        outgoing: &Outgoing,
    ) -> Attempt {
        let (outcome, message, hint) = match ended {
            Ok(()) => (Outcome::Answered, self.remark(outgoing), None),
            Err(failure) => (failure.outcome(), Some(failure.to_string()), failure.hint()),
        };
        let message = match self.crossing {
            None => message,
            Some(crossing) => {
                let said = message.map(|said| format!("{said}; ")).unwrap_or_default();
                Some(format!("{said}{}", crossing.words()))
            }
        };
        let first_byte = self.exchange.first_byte_at.map(|came| {
            // An answer that came before the request had gone was waited for not at all.
            self.exchange
                .sent_at
                .map_or(Duration::ZERO, |sent| came.saturating_duration_since(sent))
        });
        let timings = Timings {
            resolve: self.resolve.map(micros),
            connect: self.connect.map(micros),
            tls: self.tls.map(micros),
            first_byte: first_byte.map(micros),
            total: micros(self.began.elapsed()),
        };
        let (status, head, body, body_cut) = self.exchange.reader.into_parts();
        Attempt {
            id: AttemptId::generate(),
            started_at,
            outcome,
            message,
            hint,
            url: None,
            sent: None,
            status,
            head,
            body,
            body_cut,
            timings,
        }
    }

    /// What a reader should know of an answer that is whole.
    fn remark(&self, outgoing: &Outgoing) -> Option<String> {
        let exchange = &self.exchange;
        if !exchange.is_sent(outgoing) {
            let length = outgoing.head.len() + outgoing.body.len();
            return Some(format!(
                "it answered before it had read the request: `{}` of `{length}` bytes",
                exchange.sent
            ));
        }
        if exchange.abrupt {
            return Some(
                "the connection ended without a TLS farewell, so the body may not be whole".to_owned(),
            );
        }
        match exchange.reader.surplus() {
            0 => None,
            surplus => Some(format!(
                "`{surplus}` bytes that belong to no answer came after it"
            )),
        }
    }
}

impl Crossing {
    const fn words(self) -> &'static str {
        match self {
            Self::SentAgain => {
                "the target had closed the connection that was kept open from before, so the request was sent once more on a new one"
            }
            Self::LeftAlone => {
                "the connection was one kept open from before, and the request was not sent once more by itself: it may have been handled"
            }
        }
    }
}

/// Whether two requests of this method mean no more than one (RFC 9110 section 9.2.2).
fn is_idempotent(head: &[u8]) -> bool {
    let method = head.split(|byte| *byte == b' ').next().unwrap_or_default();
    [&b"GET"[..], b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE"].contains(&method)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "tests/client.rs"]
mod tests;
