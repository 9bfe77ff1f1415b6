//! Requests given away as a HAR file, oldest first, with what is secret masked unless that was asked for.
//!
//! A file is written in steps that the asker makes one after the other: so there is progress to show, and not asking any
//! more is how it is cancelled. Until it is whole it has another name, and what is not finished is removed.

mod covering;
mod place;

use std::collections::VecDeque;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

pub(crate) use covering::Covering;
pub use place::ExportPlace;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::examining::blocking;
use crate::exchange::har::{BEGINNING, BETWEEN, END, Piece, write};
use crate::filter::{Filter, Moment};
use crate::masking::{LONG, Rules};
use crate::model::{KeptAnswer, Request, RequestId, RequestSummary, Sequence};
use crate::sending::Chosen;
use crate::store::{From, PageRequest};

/// How long one step works.
const BUDGET: Duration = Duration::from_millis(400);

/// How many rows are read at once.
const PAGE: u32 = 200;

/// How many bytes of bodies wait to be written.
const WAITING: usize = 4 * 1024 * 1024;

/// What is exported, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportPlan {
    /// Which requests.
    pub chosen: Chosen,
    /// Credentials, cookies, tokens and signatures in heads are left out, and the chosen values of bodies.
    pub masked: bool,
    /// Where the file comes to lie.
    pub place: ExportPlace,
}

/// How far an export is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// How many requests are in the file.
    pub requests: u64,
    /// How many there are to be, where that is known.
    pub total: Option<u64>,
    /// How many of them something is masked in.
    pub masked: u64,
    /// The bytes of the file.
    pub bytes: u64,
    /// The file, once it is whole.
    pub file: Option<PathBuf>,
}

/// Why there is no file. Nothing of it is left.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Something has that name.
    #[error("`{}` is there already", path.display())]
    Exists {
        /// What has it.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("there is no room on the disk of `{}`", folder.display())]
    Full {
        /// Where the file was to lie.
        folder: PathBuf,
    },
    /// The folder is not there.
    #[error("there is no folder `{}`", folder.display())]
    NoFolder {
        /// Where the file was to lie.
        folder: PathBuf,
    },
    /// Anything else that the system says.
    #[error("a file cannot be written to `{}`: {reason}", folder.display())]
    Unwritable {
        /// Where the file was to lie.
        folder: PathBuf,
        /// What the system says.
        reason: String,
    },
}

impl ExportError {
    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Exists { .. } => "choose another name, or move that file away",
            Self::Full { .. } => "make room, or export fewer requests",
            Self::NoFolder { .. } => "make it first, or choose another",
            Self::Unwritable { .. } => "choose a folder that you may write to",
        }
    }

    fn of(error: &std::io::Error, folder: &Path) -> Self {
        let folder = folder.to_owned();
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full { folder },
            std::io::ErrorKind::NotFound => Self::NoFolder { folder },
            _ => Self::Unwritable {
                folder,
                reason: error.to_string(),
            },
        }
    }
}

fn nothing() -> EngineError {
    EngineError::bad_input("there is nothing to export", "choose at least one request")
}

/// Which requests are still to come.
enum Left {
    /// These, the oldest in front.
    Rows(VecDeque<RequestId>),
    /// Those that match, newer than `after` and not newer than `newest`.
    Matching {
        filter: Box<Filter>,
        after: Sequence,
        newest: Sequence,
    },
    Nothing,
}

/// An export that is under way. Dropping it removes what was written.
pub struct Export {
    engine: Engine,
    left: Left,
    /// What is masked; nothing where all is written.
    rules: Option<Arc<Rules>>,
    place: ExportPlace,
    folder: PathBuf,
    out: Option<BufWriter<NamedTempFile>>,
    state: Exported,
}

impl std::fmt::Debug for Export {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Export")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Begins an export; nothing of it is seen until [`Export::step`] has made its last step.
    ///
    /// # Errors
    /// When the filter cannot be understood, something has the name of the file, or its folder cannot be written to.
    pub async fn begin_export(&self, plan: ExportPlan) -> Result<Export, EngineError> {
        let store = &self.core.store;
        let (left, total) = match plan.chosen {
            Chosen::Requests(ids) => {
                let mut rows = Vec::with_capacity(ids.len());
                for some in ids.chunks(500) {
                    rows.extend(
                        (store.summaries(some).await?)
                            .into_iter()
                            .map(|row| (row.sequence, row.id)),
                    );
                }
                rows.sort_unstable_by_key(|(sequence, _)| *sequence);
                rows.dedup();
                let total = rows.len() as u64;
                (
                    Left::Rows(rows.into_iter().map(|(_, id)| id).collect()),
                    Some(total),
                )
            }
            Chosen::Filter(text) => {
                let filter = Filter::parse(&text, &Moment::local(self.core.clock.now()))?;
                let newest = store.newest_sequence().await?;
                let total = store.count_to(newest, &filter).await?;
                let matching = Left::Matching {
                    filter: Box::new(filter),
                    after: Sequence(0),
                    newest,
                };
                (matching, total)
            }
        };
        if total == Some(0) {
            return Err(nothing());
        }
        let folder = plan.place.folder(self.data_dir())?;
        if let ExportPlace::File(path) = &plan.place
            && path.exists()
        {
            return Err(ExportError::Exists { path: path.clone() }.into());
        }
        // Readable by its owner alone, as the data itself is.
        let out = tempfile::Builder::new()
            .prefix(".hookbench-")
            .suffix(".part")
            .tempfile_in(&folder)
            .and_then(|file| {
                let mut out = BufWriter::new(file);
                out.write_all(BEGINNING.as_bytes())?;
                Ok(out)
            })
            .map_err(|error| ExportError::of(&error, &folder))?;
        Ok(Export {
            engine: self.clone(),
            left,
            rules: if plan.masked {
                Some(self.mask_rules().await?)
            } else {
                None
            },
            place: plan.place,
            folder,
            out: Some(out),
            state: Exported {
                requests: 0,
                total,
                masked: 0,
                bytes: BEGINNING.len() as u64,
                file: None,
            },
        })
    }
}

impl Export {
    /// How far it is.
    #[must_use]
    pub const fn state(&self) -> &Exported {
        &self.state
    }

    /// Writes for a short time, and tells how far it is: until there is a file.
    ///
    /// # Errors
    /// When the store cannot be read or the file not be written; nothing of it is left then.
    pub async fn step(&mut self) -> Result<Exported, EngineError> {
        let done = self.go_on().await;
        if done.is_err() {
            self.out = None;
            self.left = Left::Nothing;
        }
        done.map(|()| self.state.clone())
    }

    async fn go_on(&mut self) -> Result<(), EngineError> {
        let deadline = Instant::now() + BUDGET;
        while self.state.file.is_none() {
            let rows = self.next_rows().await?;
            self.write_all(rows).await?;
            if matches!(self.left, Left::Nothing) {
                if self.state.requests == 0 {
                    return Err(nothing());
                }
                self.finish().await?;
            }
            if Instant::now() >= deadline {
                break;
            }
        }
        Ok(())
    }

    /// The next rows, oldest first.
    async fn next_rows(&mut self) -> Result<Vec<RequestSummary>, EngineError> {
        let store = &self.engine.core.store;
        match &mut self.left {
            Left::Nothing => Ok(Vec::new()),
            Left::Rows(ids) => {
                let some = ids.len().min(PAGE as usize);
                let some: Vec<RequestId> = ids.drain(..some).collect();
                let mut rows = store.summaries(&some).await?;
                rows.reverse();
                if ids.is_empty() {
                    self.left = Left::Nothing;
                }
                Ok(rows)
            }
            Left::Matching {
                filter,
                after,
                newest,
            } => {
                let wanted = PageRequest::newest(PAGE)
                    .from(From::After(*after))
                    .filter((**filter).clone());
                let page = store.page(&wanted).await?;
                let mut rows = page.rows;
                rows.reverse();
                let reached = page.scanned_to.or_else(|| rows.last().map(|row| row.sequence));
                // What came since the beginning is left out.
                let newest = *newest;
                rows.retain(|row| row.sequence <= newest);
                match reached {
                    Some(reached) if page.more && reached < newest => *after = reached,
                    _ => self.left = Left::Nothing,
                }
                Ok(rows)
            }
        }
    }

    async fn write_all(&mut self, rows: Vec<RequestSummary>) -> Result<(), EngineError> {
        let (mut pieces, mut waiting) = (Vec::new(), 0);
        for row in rows {
            let Some(piece) = self.piece(row).await? else {
                continue;
            };
            waiting += piece.body.len();
            pieces.push(piece);
            if waiting >= WAITING {
                self.write(std::mem::take(&mut pieces)).await?;
                waiting = 0;
            }
        }
        self.write(pieces).await
    }

    /// All that is written of a request; nothing where it was removed meanwhile.
    async fn piece(&self, summary: RequestSummary) -> Result<Option<Piece>, EngineError> {
        let store = &self.engine.core.store;
        let Some((head, framing, body)) = store.content(&summary).await? else {
            return Ok(None);
        };
        let answer = match summary.answer_source {
            Some(_) => store.given_answer(summary.id).await?,
            None => None,
        };
        let length = body.len() + answer_length(answer.as_ref());
        let piece = Piece {
            request: Request {
                summary,
                head,
                framing,
                reply: None,
            },
            body,
            answer,
            is_masked: false,
            has_masked_answer: false,
        };
        let Some(rules) = self.rules.clone() else {
            return Ok(Some(piece));
        };
        let known = self.engine.known_of(&piece.request, &piece.body, &rules).await?;
        let cover = move || Covering::by(&known, &piece).cover(piece);
        let piece = if length > LONG {
            blocking(cover).await?
        } else {
            cover()
        };
        Ok(Some(piece))
    }

    async fn write(&mut self, pieces: Vec<Piece>) -> Result<(), EngineError> {
        let first = self.state.requests == 0;
        let added = pieces.len() as u64;
        if added == 0 {
            return Ok(());
        }
        let (bytes, masked) = self
            .with_out(move |out| {
                let before = out.get_ref().as_file().metadata()?.len() + out.buffer().len() as u64;
                let mut masked = 0;
                for (at, piece) in pieces.iter().enumerate() {
                    if at > 0 || !first {
                        out.write_all(BETWEEN.as_bytes())?;
                    }
                    write(out, piece)?;
                    masked += u64::from(piece.is_masked || piece.has_masked_answer);
                }
                let after = out.get_ref().as_file().metadata()?.len() + out.buffer().len() as u64;
                Ok((after - before, masked))
            })
            .await?;
        self.state.requests += added;
        self.state.masked += masked;
        self.state.bytes += bytes;
        Ok(())
    }

    /// Ends the file, brings it to the disk and gives it its name.
    async fn finish(&mut self) -> Result<(), EngineError> {
        self.with_out(|out| {
            out.write_all(END.as_bytes())?;
            out.flush()?;
            out.get_ref().as_file().sync_all()
        })
        .await?;
        let Some(out) = self.out.take() else {
            return Ok(());
        };
        let broken = |error: std::io::Error| ExportError::of(&error, &self.folder);
        let file = out.into_inner().map_err(|error| broken(error.into_error()))?;
        self.state.bytes += END.len() as u64;
        let named = self
            .place
            .keep(file, &self.folder, self.engine.core.clock.now())?;
        self.state.file = Some(named);
        Ok(())
    }

    /// Does something with the file on a thread that may wait for the disk.
    async fn with_out<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut BufWriter<NamedTempFile>) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, EngineError> {
        let Some(mut out) = self.out.take() else {
            return Err(EngineError::bad_input(
                "this export came to nothing",
                "begin it again",
            ));
        };
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&mut out);
            (out, done)
        });
        match done.await {
            Ok((out, done)) => {
                self.out = Some(out);
                done.map_err(|error| ExportError::of(&error, &self.folder).into())
            }
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        }
    }
}

fn answer_length(answer: Option<&KeptAnswer>) -> usize {
    let bytes = answer.and_then(|answer| answer.bytes.as_ref());
    bytes.map_or(0, bytes::Bytes::len)
}

#[cfg(test)]
mod tests;
