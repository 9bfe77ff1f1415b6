//! Stars, notes and tags: what the person adds to requests. The requests stay as they came.

use crate::changes::Change;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::RequestId;
use crate::store::{Annotate, Annotation};

/// The longest tag, in characters.
const LONGEST_TAG: usize = 40;
/// The longest note, in bytes.
const LONGEST_NOTE: usize = 64 * 1024;
/// More changed requests than these are not named one by one.
const NAMED: usize = 200;

impl Engine {
    /// What the person added to a request.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn annotation(&self, id: RequestId) -> Result<Annotation, EngineError> {
        Ok(self.core.store.annotation(id).await?)
    }

    /// Changes what is added to requests; those that are gone are left out. Tells how many there were.
    ///
    /// # Errors
    /// When a tag or the note cannot be one, when none of the requests is there, or when the store cannot write.
    pub async fn annotate(&self, ids: &[RequestId], mut change: Annotate) -> Result<u64, EngineError> {
        for tag in change.add_tags.iter_mut().chain(&mut change.remove_tags) {
            *tag = checked(tag)?;
        }
        if change.note.as_ref().is_some_and(|note| note.len() > LONGEST_NOTE) {
            return Err(EngineError::bad_input(
                "the note is too long",
                format!("a note has at most {} KiB", LONGEST_NOTE / 1024),
            ));
        }
        let found = self.core.store.annotate(ids, change).await?;
        if found == 0
            && let [id, ..] = ids
        {
            return Err(EngineError::NotFound {
                kind: "request",
                name: id.to_string(),
            });
        }
        if ids.len() > NAMED {
            self.core.changes.tell(Change::Requests);
        } else {
            for id in ids {
                self.core.changes.tell(Change::Request(*id));
            }
        }
        self.core.changes.tell(Change::Status);
        Ok(found)
    }

    /// Every tag with how many requests have it, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn tags(&self) -> Result<Vec<(String, u64)>, EngineError> {
        Ok(self.core.store.tags().await?)
    }
}

fn checked(tag: &str) -> Result<String, EngineError> {
    let tag = tag.trim().trim_start_matches('#');
    let right = |letter: char| !letter.is_control() && !matches!(letter, ',' | '"' | '\\' | '*');
    if tag.is_empty() || tag.chars().count() > LONGEST_TAG || !tag.chars().all(right) {
        return Err(EngineError::bad_input(
            format!("`{}` cannot be a tag", tag.escape_debug()),
            format!("a tag has 1 to {LONGEST_TAG} characters and no comma, quote, backslash or star"),
        ));
    }
    Ok(tag.to_owned())
}
