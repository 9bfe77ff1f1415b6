//! Exports and imports that a view asks for, step by step, by a number.
//!
//! A view has neither files nor paths: what it imports it hands over in pieces, which lie in a file without a name until
//! they are all there; what it exports comes to lie in the person's own folder. One that is not gone on with is forgotten
//! when others begin, and with the program.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::exporting::{Export, ExportPlan, Exported};
use crate::importing::{Import, ImportError, LARGEST_IMPORT, Progress};

/// How many may be open. Who begins another forgets the oldest.
const OPEN: usize = 4;

/// After so long it is taken for left lying. A step takes half a second, and a view asks for the next at once.
const LEFT_LYING: Duration = Duration::from_secs(15);

/// Something under way.
enum Carried {
    Export(Box<Export>),
    Import(Box<Import>),
    /// A file that is being handed over.
    Incoming {
        file: File,
        length: u64,
        come: u64,
    },
    /// It failed.
    Nothing,
}

type Slot = Arc<tokio::sync::Mutex<Carried>>;

/// What is done with requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Out,
    In,
}

struct Open {
    id: u32,
    way: Way,
    /// When it was gone on with last.
    moved: Instant,
    slot: Slot,
}

/// All that is under way.
#[derive(Default)]
pub(crate) struct Carrying {
    last: AtomicU32,
    open: Mutex<Vec<Open>>,
}

/// How many are gone on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Moving {
    pub(crate) exports: u64,
    pub(crate) imports: u64,
}

impl Carrying {
    fn put(&self, carried: Carried) -> u32 {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let mut open = self.lock();
        if open.len() >= OPEN {
            open.remove(0);
        }
        open.push(Open {
            id,
            way: match carried {
                Carried::Export(_) => Way::Out,
                _ => Way::In,
            },
            moved: Instant::now(),
            slot: Arc::new(tokio::sync::Mutex::new(carried)),
        });
        id
    }

    fn find(&self, id: u32) -> Result<Slot, EngineError> {
        let mut open = self.lock();
        let found = open.iter_mut().find(|one| one.id == id);
        let found = found.ok_or_else(|| gone(id))?;
        found.moved = Instant::now();
        Ok(Arc::clone(&found.slot))
    }

    /// What is gone on with. What nobody has asked for in a while was left lying: a view that was closed asks no more.
    pub(crate) fn moving(&self, now: Instant) -> Moving {
        let mut moving = Moving::default();
        for one in &*self.lock() {
            let is_at_work = one.slot.try_lock().is_err();
            if is_at_work || now.saturating_duration_since(one.moved) < LEFT_LYING {
                match one.way {
                    Way::Out => moving.exports += 1,
                    Way::In => moving.imports += 1,
                }
            }
        }
        moving
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self, id: u32) -> bool {
        let mut open = self.lock();
        let before = open.len();
        open.retain(|one| one.id != id);
        open.len() < before
    }

    /// Ends everything; what was written and is not whole is removed.
    pub(crate) fn stop(&self) {
        self.lock().clear();
    }
}

fn gone(id: u32) -> EngineError {
    EngineError::NotFound {
        kind: "export or import under way",
        name: id.to_string(),
    }
}

impl Engine {
    /// Begins an export that is gone on with by its number.
    ///
    /// # Errors
    /// As [`Engine::begin_export`].
    pub async fn open_export(&self, plan: ExportPlan) -> Result<(u32, Exported), EngineError> {
        let export = self.begin_export(plan).await?;
        let state = export.state().clone();
        Ok((self.core.carrying.put(Carried::Export(Box::new(export))), state))
    }

    /// The next step of an export. It is forgotten once there is a file, or it failed.
    ///
    /// # Errors
    /// When there is none of this number; otherwise as [`Export::step`].
    pub async fn go_on_exporting(&self, id: u32) -> Result<Exported, EngineError> {
        let slot = self.core.carrying.find(id)?;
        let mut carried = slot.lock().await;
        let Carried::Export(export) = &mut *carried else {
            return Err(gone(id));
        };
        let step = export.step().await;
        if step.as_ref().map_or(true, |state| state.file.is_some()) {
            self.core.carrying.forget(id);
        }
        step
    }

    /// Begins to take over a file of so many bytes, to import it.
    ///
    /// # Errors
    /// When it is too large, or there is no room for it.
    pub async fn open_import(&self, length: u64) -> Result<u32, EngineError> {
        if length > LARGEST_IMPORT {
            return Err(ImportError::TooLarge { length }.into());
        }
        let file = tempfile::tempfile_in(self.data_dir()).map_err(ImportError::from)?;
        Ok(self.core.carrying.put(Carried::Incoming {
            file,
            length,
            come: 0,
        }))
    }

    /// The next bytes of a file that is taken over; tells how many have come.
    ///
    /// # Errors
    /// When there is none of this number, more comes than was said, or there is no room for it.
    pub async fn hand_over(&self, id: u32, piece: Bytes) -> Result<u64, EngineError> {
        let slot = self.core.carrying.find(id)?;
        let mut carried = slot.lock_owned().await;
        let work = move || {
            let Carried::Incoming { file, length, come } = &mut *carried else {
                return Err(gone(id));
            };
            let sum = *come + piece.len() as u64;
            if sum > *length {
                return Err(EngineError::bad_input(
                    "the file is longer than was said",
                    "it changed while it was read; import it again",
                ));
            }
            file.write_all(&piece).map_err(ImportError::from)?;
            *come = sum;
            Ok(sum)
        };
        let done = match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        };
        if done.is_err() {
            self.core.carrying.forget(id);
        }
        done
    }

    /// The next step of an import whose file has come. It is forgotten once it is over.
    ///
    /// # Errors
    /// When there is none of this number, or its file has not come whole; otherwise as [`Engine::begin_import`] and
    /// [`Import::step`].
    pub async fn go_on_importing(&self, id: u32) -> Result<Progress, EngineError> {
        let slot = self.core.carrying.find(id)?;
        let mut carried = slot.lock().await;
        let step = self.import_step(id, &mut carried).await;
        if step.as_ref().map_or(true, |state| state.over) {
            self.core.carrying.forget(id);
        }
        step
    }

    async fn import_step(&self, id: u32, carried: &mut Carried) -> Result<Progress, EngineError> {
        match std::mem::replace(carried, Carried::Nothing) {
            Carried::Incoming {
                mut file,
                length,
                come,
            } if come == length => {
                file.rewind().map_err(ImportError::from)?;
                *carried = Carried::Import(Box::new(self.begin_import(file).await?));
            }
            Carried::Incoming { .. } => {
                return Err(EngineError::bad_input(
                    "the file has not come whole",
                    "import it again",
                ));
            }
            other => *carried = other,
        }
        match carried {
            Carried::Import(import) => import.step().await,
            _ => Err(gone(id)),
        }
    }

    /// Ends an export or import; tells whether there was one. What was imported by then stays, what was written goes.
    #[must_use]
    pub fn stop_carrying(&self, id: u32) -> bool {
        self.core.carrying.forget(id)
    }
}
