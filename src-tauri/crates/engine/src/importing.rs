//! Requests taken from a HAR file into the history, marked as such.
//!
//! The file is read on a thread of its own, entry by entry and never far ahead of what was kept. The asker calls for one
//! step after the other: so there is progress to show, and not asking any more is how it is cancelled; what was kept by
//! then stays. Nothing that is imported is answered, forwarded or noticed as an arrival, and a signature is judged at the
//! time that the file tells.

use std::fs::File;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::changes::Change;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::exchange::har::{EntryError, LogError, Reading, Taken, read};
use crate::judge::Case;
use crate::model::{
    Arrival, Body, GivenAnswer, Imported, KeptAnswer, NewRequest, Recognition, RequestId, Sequence, Timestamp,
};
use crate::store::Trace;

/// How long one step works.
const BUDGET: Duration = Duration::from_millis(400);

/// The largest file.
pub const LARGEST_IMPORT: u64 = 2 * 1024 * 1024 * 1024;

/// Entries that are read ahead, and kept in one transaction.
const BATCH: usize = 128;

/// Bytes of bodies that are read ahead.
const AHEAD: u64 = 4 * 1024 * 1024;

/// An entry may have the answer beside the request: this much beyond three times the longest body.
const BESIDE: u64 = 64 * 1024 * 1024;

/// Bodies longer than this are judged on threads that serve nobody else.
const LONG: u64 = 256 * 1024;

/// How many reasons are told one by one.
const TOLD: usize = 100;

/// An entry that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its number in the file, from 1.
    pub entry: u64,
    /// Why.
    pub reason: EntryError,
}

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// Bytes of the file that were read.
    pub read: u64,
    /// All of them.
    pub length: u64,
    /// How many requests were taken.
    pub imported: u64,
    /// How many were there already: the same instant, method, path and body.
    pub known: u64,
    /// How many entries were not taken.
    pub skipped: u64,
    /// Why, for the first hundred of them.
    pub reasons: Vec<Skipped>,
    /// How many of the requests have a head that was put together, since another program wrote the file.
    pub rebuilt: u64,
    /// The program that wrote the file, in its own words.
    pub program: String,
    /// There is no more to come.
    pub over: bool,
    /// Why the file was not read to its end.
    pub broken: Option<LogError>,
}

/// Why an import does not begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// It is too large.
    #[error("the file has {} MB, and {} MB are taken at most", length / 1_000_000, LARGEST_IMPORT / 1_000_000)]
    TooLarge {
        /// Bytes.
        length: u64,
    },
    /// It cannot be read.
    #[error("the file cannot be read: {reason}")]
    Unreadable {
        /// What the system says.
        reason: String,
    },
    /// There is no room beside the data for a file that is handed over.
    #[error("there is no room for the file on the disk of the data folder")]
    NoRoom,
}

impl From<std::io::Error> for ImportError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::NoRoom,
            _ => Self::Unreadable {
                reason: error.to_string(),
            },
        }
    }
}

impl ImportError {
    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "export it in parts, or without the contents of answers",
            Self::Unreadable { .. } => "check that the file is there and may be read",
            Self::NoRoom => "make room, or use `hookbench import`, which reads the file where it lies",
        }
    }
}

/// What was read of one entry.
struct Found {
    entry: u64,
    taken: Result<Taken, EntryError>,
}

/// Some entries, with the name of the program as far as the file told it.
struct Batch {
    program: String,
    found: Vec<Found>,
}

/// An import that is under way. Dropping it ends it; what was taken stays.
pub struct Import {
    engine: Engine,
    batches: mpsc::Receiver<Batch>,
    reading: Option<JoinHandle<Result<(), LogError>>>,
    read: Arc<AtomicU64>,
    /// The newest request when it began: what the file itself has twice is taken twice.
    newest: Sequence,
    at: Timestamp,
    state: Progress,
}

impl std::fmt::Debug for Import {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Import")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Begins to take requests from a HAR file; [`Import::step`] does the work.
    ///
    /// # Errors
    /// When the file is too large or cannot be read at all, or the store cannot be read.
    pub async fn begin_import(&self, file: File) -> Result<Import, EngineError> {
        let data = file.metadata().map_err(ImportError::from)?;
        if data.is_dir() {
            return Err(ImportError::from(std::io::Error::from(std::io::ErrorKind::IsADirectory)).into());
        }
        let length = data.len();
        if length > LARGEST_IMPORT {
            return Err(ImportError::TooLarge { length }.into());
        }
        // Judged by all secrets, not by those that are read by now.
        self.ready().await;
        let newest = self.core.store.newest_sequence().await?;
        let longest_body = self.core.limits.load().body;
        let read = Arc::<AtomicU64>::default();
        let (found, batches) = mpsc::channel(1);
        let counted = Arc::clone(&read);
        let reading = tokio::task::spawn_blocking(move || read_all(file, longest_body, &counted, &found));
        Ok(Import {
            engine: self.clone(),
            batches,
            reading: Some(reading),
            read,
            newest,
            at: self.core.clock.now(),
            state: Progress {
                length,
                ..Progress::default()
            },
        })
    }
}

/// Reads the file for as long as somebody takes what is found.
fn read_all(
    file: File,
    longest_body: u64,
    counted: &AtomicU64,
    batches: &mpsc::Sender<Batch>,
) -> Result<(), LogError> {
    let how = Reading {
        longest: longest_body.saturating_mul(3).saturating_add(BESIDE),
        read: counted,
    };
    let (mut waiting, mut bytes) = (Vec::new(), 0);
    let mut of = String::new();
    let ended = read(file, &how, |entry, program: &str, text: &str| {
        let taken = Taken::of(text, longest_body);
        bytes += taken.as_ref().map_or(0, |taken| taken.arrival.body.len());
        waiting.push(Found { entry, taken });
        if of != program {
            program.clone_into(&mut of);
        }
        if waiting.len() < BATCH && bytes < AHEAD {
            return ControlFlow::Continue(());
        }
        bytes = 0;
        let batch = Batch {
            program: of.clone(),
            found: std::mem::take(&mut waiting),
        };
        match batches.blocking_send(batch) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    // What came before a place where the file is broken is taken all the same.
    if !waiting.is_empty() {
        let _ = batches.blocking_send(Batch {
            program: of,
            found: waiting,
        });
    }
    ended
}

impl Import {
    /// How far it is.
    #[must_use]
    pub const fn state(&self) -> &Progress {
        &self.state
    }

    /// Takes requests for a short time, and tells how far it is.
    ///
    /// # Errors
    /// When the store cannot be read or written; what was taken by then stays.
    pub async fn step(&mut self) -> Result<Progress, EngineError> {
        let deadline = Instant::now() + BUDGET;
        while !self.state.over {
            match self.batches.recv().await {
                Some(batch) => {
                    if let Err(error) = self.take(batch).await {
                        self.state.over = true;
                        self.tell();
                        return Err(error);
                    }
                }
                None => {
                    self.state.over = true;
                    if let Some(reading) = self.reading.take() {
                        match reading.await {
                            Ok(ended) => self.state.broken = ended.err(),
                            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
                        }
                    }
                    self.tell();
                }
            }
            if Instant::now() >= deadline {
                break;
            }
        }
        self.state.read = self.read.load(Ordering::Relaxed);
        Ok(self.state.clone())
    }

    /// The list and the counts are to be looked at again; nobody was sent anything.
    fn tell(&self) {
        if self.state.imported > 0 {
            self.engine.core.changes.tell(Change::Everything);
        }
    }

    async fn take(&mut self, batch: Batch) -> Result<(), EngineError> {
        let Batch { program, found } = batch;
        let mut all = Vec::with_capacity(found.len());
        for Found { entry, taken } in found {
            match taken {
                Ok(taken) => all.push(taken),
                Err(reason) => {
                    self.state.skipped += 1;
                    if self.state.reasons.len() < TOLD {
                        self.state.reasons.push(Skipped { entry, reason });
                    }
                }
            }
        }
        let traces: Vec<Trace> = all.iter().map(|taken| trace(&taken.arrival)).collect();
        let store = &self.engine.core.store;
        let known = store.known(&traces, self.newest).await?;
        let mut keeping = Vec::new();
        let mut answers = Vec::new();
        for (taken, known) in all.into_iter().zip(known) {
            if known {
                self.state.known += 1;
                continue;
            }
            if taken
                .arrival
                .framing
                .marks
                .contains(&crate::model::Mark::HeadFromHar)
            {
                self.state.rebuilt += 1;
            }
            let new = self.request(taken.arrival, taken.status, &program).await;
            answers.push(taken.answer);
            keeping.push(new);
        }
        self.state.program = program;
        let kept = store.insert_requests(keeping).await;
        let mut given = Vec::new();
        let mut failed = None;
        for (kept, answer) in kept.into_iter().zip(answers) {
            match kept {
                Ok(kept) => {
                    self.state.imported += 1;
                    given.extend(answer.map(|answer| given_answer(kept.sequence, answer)));
                }
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if !given.is_empty() {
            store.record_answers(given).await?;
        }
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    async fn request(&self, arrival: Arrival, status: Option<u16>, program: &str) -> NewRequest {
        let (arrival, recognition) = self.judged(arrival).await;
        NewRequest {
            id: RequestId::generate(),
            arrival,
            recognition,
            answered: status,
            forwards: Vec::new(),
            reply: None,
            imported: Some(Imported {
                at: self.at,
                program: program.to_owned(),
            }),
        }
    }

    async fn judged(&self, arrival: Arrival) -> (Arrival, Recognition) {
        let judge = self.engine.core.judge.load_full();
        let is_long = arrival.body.len() > LONG;
        let look = move || {
            let body: &[u8] = match &arrival.body {
                Body::Memory(body) => body,
                // What was read from a file of ours is in memory.
                Body::Spooled { .. } => &[],
            };
            let recognition = judge.recognise(Case::of_arrival(&arrival, body));
            (arrival, recognition)
        };
        if is_long {
            match tokio::task::spawn_blocking(look).await {
                Ok(done) => done,
                Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
            }
        } else {
            look()
        }
    }
}

fn trace(arrival: &Arrival) -> Trace {
    let line = arrival.head.request_line();
    Trace {
        received_at: arrival.received_at,
        method: String::from_utf8_lossy(&line.method).into_owned(),
        target: String::from_utf8_lossy(&line.target).into_owned(),
        body_sha256: arrival.body_sha256,
    }
}

fn given_answer(request: Sequence, answer: KeptAnswer) -> GivenAnswer {
    GivenAnswer {
        request,
        source: answer.source,
        status: None,
        micros: answer.micros,
        bytes: answer.bytes,
    }
}

#[cfg(test)]
mod tests;
