//! The tape: runs between the socket and hyper and keeps the exact bytes of every head.
//!
//! hyper lower-cases, regroups and drops; the tape records. While a head is awaited it gathers bytes until the
//! blank line, then hands hyper the head and not one byte more. hyper parses it and at once calls the service, which takes the
//! recorded head and says how long the body is *by hyper's own decoding*. So there is no second parser whose
//! opinion could differ on where a request ends. Should hyper ask for more in between, recording stops and
//! the request is marked. What is left of a head when the connection ends is the request that hyper refused.
//!
//! All deadlines of reading and writing live here, because only here it is known what is being waited for.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::alarm::Alarm;
use super::buffer::{Buffer, HeadEnd};
use super::chunks::Chunks;
use super::limits::Limits;
use super::reel::{BodyLength, Ending, RecordedHead, Reel};
use super::refuse;
use super::registry::{Entry, Order};
use crate::clock::Clock;
use crate::model::Timestamp;

/// How long the rest of a head that cannot be valid any more is waited for, so that it is shown whole.
const SETTLE: Duration = Duration::from_millis(50);

/// A deadline that is missed by more than this was slept through: the machine was suspended.
const SUSPENDED: Duration = Duration::from_secs(5);

/// What one read of a body takes at the most. hyper asks for more and more while it gets all that it asks for, and would hold
/// as much for each connection.
const PIECE: usize = 16 * 1024;

#[derive(Debug)]
enum Stage {
    /// Gathering a head; hyper gets nothing.
    Head,
    /// Handing the gathered bytes to hyper: so many of them are left.
    Handing { left: usize },
    /// A body of known length: so many bytes are left.
    Body { left: u64 },
    /// A chunked body.
    Chunked(Chunks),
    /// hyper read past the head; everything passes.
    Lost,
    /// No more bytes.
    Over,
}

pub(super) struct Tape<S> {
    stream: S,
    limits: Arc<Limits>,
    clock: Clock,
    reel: Arc<Reel>,
    entry: Entry,
    stage: Stage,
    buffer: Buffer,
    end: HeadEnd,
    /// When the first byte of the present head came that is no line break.
    begun: Option<(Instant, Timestamp)>,
    /// The gathered bytes can be no beginning of a request since then.
    doomed_since: Option<Instant>,
    /// How many lines had come when that was looked into.
    judged_lines: Option<usize>,
    position: u32,
    /// When the present wait began: the opening, the end of the last request, or the last byte of a body.
    since: Instant,
    body_since: Instant,
    body_bytes: u64,
    reading: Alarm,
    writing: Alarm,
    stalled_since: Option<Instant>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Tape<S> {
    pub(super) fn new(stream: S, limits: Arc<Limits>, clock: Clock, reel: Arc<Reel>, entry: Entry) -> Self {
        let now = Instant::now();
        Self {
            stream,
            limits,
            clock,
            reel,
            entry,
            stage: Stage::Head,
            buffer: Buffer::default(),
            end: HeadEnd::default(),
            begun: None,
            doomed_since: None,
            judged_lines: None,
            position: 0,
            since: now,
            body_since: now,
            body_bytes: 0,
            reading: Alarm::default(),
            writing: Alarm::default(),
            stalled_since: None,
        }
    }

    /// What is left when hyper is done.
    pub(super) fn finish(self) -> Remains<S> {
        let unfinished = match self.stage {
            // A head in the making, of which hyper never saw a byte.
            Stage::Head | Stage::Over => self.begun.map(|(begun, received_at)| RecordedHead {
                bytes: Bytes::copy_from_slice(self.buffer.bytes()),
                begun,
                received_at,
                position: self.position,
            }),
            // A head that hyper saw and called nobody for.
            Stage::Handing { .. } | Stage::Lost => self.reel.take_refused(),
            Stage::Body { .. } | Stage::Chunked(_) => None,
        };
        let unread = match &self.stage {
            Stage::Body { left } => *left > 0,
            Stage::Chunked(chunks) => !chunks.is_over(),
            Stage::Handing { .. } => !matches!(self.reel.take_body(), Some(BodyLength::Exactly(0))),
            Stage::Lost => true,
            Stage::Head | Stage::Over => false,
        };
        let handed = match self.stage {
            Stage::Handing { left } => left,
            Stage::Head | Stage::Over => self.buffer.len(),
            Stage::Body { .. } | Stage::Chunked(_) | Stage::Lost => 0,
        };
        Remains {
            unread: unread || !self.buffer.is_empty(),
            rest: Bytes::copy_from_slice(&self.buffer.bytes()[handed..]),
            stream: self.stream,
            entry: self.entry,
            unfinished,
        }
    }

    /// Gathers until a head is whole (true) or the connection is over (false).
    fn poll_gather(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        loop {
            if self.begun.is_none()
                && self
                    .buffer
                    .bytes()
                    .iter()
                    .any(|byte| !matches!(byte, b'\r' | b'\n'))
            {
                self.begun = Some((Instant::now(), self.clock.now()));
            }
            match self.end.find(self.buffer.bytes()) {
                Some(length) if length <= self.limits.head => return Poll::Ready(self.hand_over(length)),
                None if self.buffer.len() < self.limits.head => {}
                _ if self.is_doomed() => return Poll::Ready(self.hand_over(self.buffer.len())),
                _ => return Poll::Ready(self.end_with(Ending::TooLong)),
            }
            match self.buffer.poll_fill(context, &mut self.stream) {
                Poll::Ready(Ok(0)) if self.is_doomed() => {
                    return Poll::Ready(self.hand_over(self.buffer.len()));
                }
                Poll::Ready(Ok(0)) => return Poll::Ready(self.end_with(Ending::Closed)),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(_)) => return Poll::Ready(self.end_with(Ending::Reset)),
                Poll::Pending => return self.poll_patience(context),
            }
        }
    }

    /// Nothing came while a head is awaited: how long may that go on?
    fn poll_patience(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        let now = Instant::now();
        self.entry.waits(now);
        self.entry.listen(context.waker());
        match self.entry.order() {
            Order::Stay => {}
            Order::Drain if self.begun.is_some() => {}
            Order::Drain | Order::Stop => return Poll::Ready(self.end_with(Ending::Stopped)),
            Order::MakeRoom => return Poll::Ready(self.end_with(Ending::MadeRoom)),
        }
        if self.begun.is_some() {
            self.seems_doomed();
        }
        loop {
            let deadline = match (self.begun, self.doomed_since) {
                (_, Some(since)) => since + SETTLE,
                (Some((begun, _)), None) => begun.max(self.since) + self.limits.head_time,
                (None, None) if self.position == 0 => self.since + self.limits.first_byte,
                (None, None) => self.since + self.limits.idle,
            };
            ready!(self.reading.poll(context, now, deadline));
            if self.doomed_since.is_some() {
                return Poll::Ready(self.hand_over(self.buffer.len()));
            }
            if now.saturating_duration_since(deadline) >= SUSPENDED {
                self.since = now;
            } else if self.is_doomed() {
                return Poll::Ready(self.hand_over(self.buffer.len()));
            } else {
                return Poll::Ready(self.end_with(Ending::Silent));
            }
        }
    }

    /// Whether no request can begin with what was gathered.
    fn is_doomed(&mut self) -> bool {
        if self.doomed_since.is_none() && refuse::is_hopeless(self.buffer.bytes(), self.limits.headers) {
            self.doomed_since = Some(Instant::now());
        }
        self.doomed_since.is_some()
    }

    /// The same while more may come: looked into once for each line, so that dripping bytes cost no more.
    fn seems_doomed(&mut self) -> bool {
        if self.judged_lines == Some(self.end.lines()) {
            return self.doomed_since.is_some();
        }
        self.judged_lines = Some(self.end.lines());
        self.is_doomed()
    }

    /// Lets hyper see the first `length` bytes.
    fn hand_over(&mut self, length: usize) -> bool {
        let (begun, received_at) = self
            .begun
            .take()
            .unwrap_or_else(|| (Instant::now(), self.clock.now()));
        self.entry.is_busy();
        self.reel.wind_on(RecordedHead {
            bytes: Bytes::copy_from_slice(&self.buffer.bytes()[..length]),
            begun,
            received_at,
            position: self.position,
        });
        self.stage = Stage::Handing { left: length };
        true
    }

    fn end_with(&mut self, ending: Ending) -> bool {
        self.reel.set_ending(ending);
        self.stage = Stage::Over;
        false
    }

    /// hyper has had the whole head and wants more: what for?
    fn after_head(&mut self) {
        let now = Instant::now();
        self.since = now;
        self.body_since = now;
        self.body_bytes = 0;
        match self.reel.take_body() {
            Some(BodyLength::Exactly(0)) => self.next_request(),
            Some(BodyLength::Exactly(left)) => self.stage = Stage::Body { left },
            Some(BodyLength::Chunked) => self.stage = Stage::Chunked(Chunks::new()),
            None => {
                self.reel.lose();
                self.stage = Stage::Lost;
            }
        }
    }

    fn next_request(&mut self) {
        self.stage = Stage::Head;
        self.position += 1;
        self.since = Instant::now();
        self.end = HeadEnd::default();
        self.begun = None;
        self.doomed_since = None;
        self.judged_lines = None;
    }

    /// Passes what there is on to hyper, at least a byte unless the stream is over.
    fn poll_pass(&mut self, context: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = out.filled().len();
        if self.buffer.is_empty() {
            let mut piece = ReadBuf::new(out.initialize_unfilled_to(out.remaining().min(PIECE)));
            match Pin::new(&mut self.stream).poll_read(context, &mut piece) {
                Poll::Ready(Ok(())) => {
                    let count = piece.filled().len();
                    if count == 0 {
                        self.reel.set_ending(Ending::Closed);
                    }
                    out.advance(count);
                }
                Poll::Ready(Err(error)) => {
                    self.reel.set_ending(Ending::Reset);
                    return Poll::Ready(Err(error));
                }
                Poll::Pending => return self.poll_body_patience(context),
            }
            let own = self.own(&out.filled()[before..]);
            self.buffer.push(&out.filled()[before + own..]);
            out.set_filled(before + own);
        } else {
            let held = self.buffer.len().min(out.remaining());
            // What lies behind the body stays: it is the next request.
            let bytes = std::mem::take(&mut self.buffer);
            let own = self.own(&bytes.bytes()[..held]);
            out.put_slice(&bytes.bytes()[..own]);
            self.buffer = bytes;
            self.buffer.consume(own);
        }
        self.body_bytes += (out.filled().len() - before) as u64;
        self.since = Instant::now();
        Poll::Ready(Ok(()))
    }

    /// How many of `bytes` belong to the present body.
    fn own(&mut self, bytes: &[u8]) -> usize {
        match &mut self.stage {
            Stage::Body { left } => {
                let own = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= own as u64;
                own
            }
            Stage::Chunked(chunks) => {
                let own = chunks.follow(bytes);
                self.reel.set_chunks(chunks.sizes());
                if chunks.is_over() {
                    let trailers = chunks.take_trailers();
                    if !trailers.is_empty() {
                        self.reel.set_trailers(trailers);
                    }
                } else if let Some(fault) = chunks.fault() {
                    self.reel.set_fault(fault);
                }
                own
            }
            Stage::Head | Stage::Handing { .. } | Stage::Lost | Stage::Over => bytes.len(),
        }
    }

    /// Nothing came while a body is awaited: how long may that go on?
    fn poll_body_patience(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let now = Instant::now();
        self.entry.listen(context.waker());
        if matches!(self.entry.order(), Order::Stop | Order::MakeRoom) {
            self.reel.set_ending(Ending::Stopped);
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        loop {
            let silent = self.since + self.limits.body_gap;
            let earned =
                Duration::from_millis(self.body_bytes * 1000 / u64::from(self.limits.body_rate.max(1)));
            let slow = self.body_since + self.limits.body_rate_after.max(earned);
            let late = self.body_since + self.limits.body_time;
            let deadline = silent.min(slow).min(late);
            ready!(self.reading.poll(context, now, deadline));
            if now.saturating_duration_since(deadline) < SUSPENDED {
                self.reel.set_ending(if deadline == silent {
                    Ending::Silent
                } else if deadline == slow {
                    Ending::TooSlow
                } else {
                    Ending::TooLate
                });
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.since = now;
            self.body_since = now;
            self.body_bytes = 0;
        }
    }

    /// Watches over an answer that the sender does not read.
    fn watch_write<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled_since = None;
            return written;
        }
        let now = Instant::now();
        let since = *self.stalled_since.get_or_insert(now);
        ready!(self.writing.poll(context, now, since + self.limits.answer_gap));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Tape<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let tape = &mut *self;
        loop {
            match &mut tape.stage {
                Stage::Head => {
                    ready!(tape.poll_gather(context));
                }
                Stage::Handing { left: 0 } => tape.after_head(),
                Stage::Handing { left } => {
                    let count = (*left).min(out.remaining());
                    *left -= count;
                    out.put_slice(&tape.buffer.bytes()[..count]);
                    tape.buffer.consume(count);
                    return Poll::Ready(Ok(()));
                }
                Stage::Body { left: 0 } => tape.next_request(),
                Stage::Chunked(chunks) if chunks.is_over() => tape.next_request(),
                Stage::Body { .. } | Stage::Chunked(_) | Stage::Lost => {
                    return tape.poll_pass(context, out);
                }
                Stage::Over => return Poll::Ready(Ok(())),
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Tape<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if let Poll::Ready(Ok(count)) = written {
            self.reel.wrote(std::iter::once(bytes), count);
        }
        self.watch_write(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        if let Poll::Ready(Ok(count)) = written {
            self.reel.wrote(slices.iter().map(|slice| &**slice), count);
        }
        self.watch_write(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.reel.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// What a connection leaves behind.
pub(super) struct Remains<S> {
    pub(super) stream: S,
    pub(super) entry: Entry,
    /// The head for which no service was called.
    pub(super) unfinished: Option<RecordedHead>,
    /// Bytes behind it that hyper did not see.
    pub(super) rest: Bytes,
    /// The sender may still be sending: closing at once would take the answer from it.
    pub(super) unread: bool,
}
