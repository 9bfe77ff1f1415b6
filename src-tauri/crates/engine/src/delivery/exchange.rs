//! One request and one answer over an open connection: written and read at the same time, since a target may answer
//! before it has read all, and would otherwise be waited for while it waits for us.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt;

use super::answer::{AnswerReader, Progress};
use super::failure::{Broken, Failure};
use super::idle::Wire;
use super::plan::Outgoing;

/// Room for one read; more than most answers need.
const READ_ROOM: usize = 16 * 1024;

/// The request on its way out and the answer on its way in, as far as they are.
#[derive(Debug)]
pub(super) struct Exchange {
    /// The answer.
    pub(super) reader: AnswerReader,
    /// Bytes of head and body that were taken by the system.
    pub(super) sent: usize,
    /// When the last byte of the request had gone.
    pub(super) sent_at: Option<Instant>,
    /// When the first byte of the answer came.
    pub(super) first_byte_at: Option<Instant>,
    /// Nothing more can be sent: the target closed its ear.
    deaf: bool,
    flushed: bool,
    /// The answer ended without the farewell that TLS has for it.
    pub(super) abrupt: bool,
}

/// What ended an exchange early.
pub(super) enum Ended {
    /// The connection broke.
    Closed {
        /// `closed` or `reset`.
        how: &'static str,
        /// How far the answer was.
        when: Broken,
    },
    /// The answer is invalid.
    Invalid(super::answer::InvalidAnswer),
    /// Neither side moved for too long.
    Silent,
}

enum Event {
    Sent(io::Result<usize>),
    Flushed(io::Result<()>),
    Read(io::Result<usize>),
    Silence,
}

impl Exchange {
    pub(super) const fn new(reader: AnswerReader) -> Self {
        Self {
            reader,
            sent: 0,
            sent_at: None,
            first_byte_at: None,
            deaf: false,
            flushed: false,
            abrupt: false,
        }
    }

    /// Whether the whole request has gone.
    pub(super) fn is_sent(&self, outgoing: &Outgoing) -> bool {
        self.sent == outgoing.head.len() + outgoing.body.len() && self.flushed
    }

    /// Sends and reads until the answer is whole. `patience` is how long nothing may move before the first byte of
    /// the answer; after it only the limit on the whole attempt holds.
    pub(super) async fn run(
        &mut self,
        wire: &mut Box<dyn Wire>,
        outgoing: &Outgoing,
        patience: Duration,
    ) -> Result<(), Ended> {
        let mut silence = pin!(tokio::time::sleep(patience));
        loop {
            let event = poll_fn(|context| self.poll(context, wire, outgoing, silence.as_mut())).await;
            match event {
                Event::Sent(Ok(length)) if length > 0 => {
                    self.sent += length;
                    silence.as_mut().reset(tokio::time::Instant::now() + patience);
                }
                Event::Flushed(Ok(())) => {
                    self.flushed = true;
                    self.sent_at = Some(Instant::now());
                    silence.as_mut().reset(tokio::time::Instant::now() + patience);
                }
                // An answer may be there all the same: a target that refuses a long body often answers and closes.
                Event::Sent(_) | Event::Flushed(Err(_)) => self.deaf = true,
                Event::Read(Ok(0)) => {
                    return self
                        .reader
                        .end()
                        .map_err(|when| Ended::Closed { how: "closed", when });
                }
                Event::Read(Ok(_)) => {
                    self.first_byte_at.get_or_insert_with(Instant::now);
                    match self.reader.advance() {
                        Ok(Progress::Whole) => return Ok(()),
                        Ok(Progress::More) => {}
                        Err(invalid) => return Err(Ended::Invalid(invalid)),
                    }
                }
                Event::Read(Err(error)) => return self.broken(&error),
                Event::Silence => return Err(Ended::Silent),
            }
        }
    }

    fn broken(&mut self, error: &io::Error) -> Result<(), Ended> {
        // TLS that ends without `close_notify` is an end all the same where the end is what the answer waits for.
        let eof = error.kind() == io::ErrorKind::UnexpectedEof;
        if eof && self.reader.ends_with_connection() {
            self.abrupt = true;
            return self
                .reader
                .end()
                .map_err(|when| Ended::Closed { how: "closed", when });
        }
        let how = if eof { "closed" } else { "reset" };
        let (received, expected) = self.reader.body_progress();
        let when = match self.reader.head_progress() {
            Some(0) if self.reader.has_begun() => Broken::AfterInterim,
            Some(0) => Broken::BeforeAnswer,
            Some(received) => Broken::InHead { received },
            None => Broken::InBody { received, expected },
        };
        Err(Ended::Closed { how, when })
    }

    fn poll(
        &mut self,
        context: &mut Context<'_>,
        wire: &mut Box<dyn Wire>,
        outgoing: &Outgoing,
        silence: Pin<&mut tokio::time::Sleep>,
    ) -> Poll<Event> {
        let (head, body) = (&outgoing.head, &outgoing.body);
        let length = head.len() + body.len();
        // The end of the sending is seen before an answer to it: the answer's time counts from there.
        if !self.flushed && !self.deaf && self.sent == length {
            let flushed = Pin::new(&mut **wire).poll_flush(context);
            if flushed.is_ready() {
                return flushed.map(Event::Flushed);
            }
        }
        // Then reading, so that an early answer is seen while a long body still goes out.
        let buffer = self.reader.buffer();
        buffer.reserve(READ_ROOM);
        if let Poll::Ready(read) = pin!(wire.read_buf(buffer)).poll(context) {
            return Poll::Ready(Event::Read(read));
        }
        if !self.deaf && self.sent < length {
            let written = if self.sent < head.len() {
                let parts = [io::IoSlice::new(&head[self.sent..]), io::IoSlice::new(body)];
                Pin::new(&mut **wire).poll_write_vectored(context, &parts)
            } else {
                Pin::new(&mut **wire).poll_write(context, &body[self.sent - head.len()..])
            };
            if written.is_ready() {
                return written.map(Event::Sent);
            }
        }
        if self.first_byte_at.is_none() && silence.poll(context).is_ready() {
            return Poll::Ready(Event::Silence);
        }
        Poll::Pending
    }
}

impl Ended {
    /// Whether the connection ended before the first byte of an answer.
    pub(super) const fn is_crossing(&self) -> bool {
        matches!(
            self,
            Self::Closed {
                when: Broken::BeforeAnswer,
                ..
            }
        )
    }

    /// The failure it is, for a target called `authority`; `silent` says what the silence was.
    pub(super) fn into_failure(self, authority: String, silent: impl FnOnce() -> Failure) -> Failure {
        match self {
            Self::Closed { how, when } => Failure::Closed { authority, how, when },
            Self::Invalid(what) => Failure::Invalid { authority, what },
            Self::Silent => silent(),
        }
    }
}
