//! Which of the programs that listen on one data folder does what only one may do: deliver what is held, and end
//! faults with the last listener. It holds a lock on a file, which the system lets go of however the program ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::sync::{Mutex, PoisonError};

use crate::engine::Core;

/// The file whose lock says it.
const FILE: &str = "listening.lock";

/// Whether this program is the one.
#[derive(Debug, Default)]
pub(crate) struct Lead {
    held: Mutex<Option<File>>,
}

impl Lead {
    /// Takes the lead if nobody has it. `true` when this program has it only since now.
    pub(crate) fn take(&self, core: &Core) -> bool {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_some() {
            return false;
        }
        *held = lock(core).unwrap_or_default();
        held.is_some()
    }

    /// Whether this program leads.
    pub(crate) fn is_ours(&self) -> bool {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Lets another program take it.
    pub(crate) fn leave(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether any program listens on this data.
    pub(crate) fn somebody_listens(core: &Core) -> bool {
        core.lead.is_ours() || matches!(lock(core), Ok(None))
    }
}

/// The lock, if nobody has it.
fn lock(core: &Core) -> std::io::Result<Option<File>> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(core.options.data_dir.join(FILE))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
