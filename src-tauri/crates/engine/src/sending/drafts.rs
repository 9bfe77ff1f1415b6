//! Drafts: what a person is editing, kept so that a restart loses none of it.

use crate::changes::Change;
use crate::delivery::credentials;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{DraftLine, KeptDraft, RequestId, Written};

/// The longest body of a draft.
pub const LONGEST_DRAFT: usize = 8 * 1024 * 1024;

impl Engine {
    /// The drafts of requests that are there, the last changed first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn drafts(&self) -> Result<Vec<DraftLine>, EngineError> {
        Ok(self.core.store.drafts().await?)
    }

    /// The draft of a request.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn draft(&self, request: RequestId) -> Result<Option<KeptDraft>, EngineError> {
        Ok(self.core.store.draft(request).await?)
    }

    /// Keeps what was written beside a request, in the place of its draft.
    ///
    /// # Errors
    /// When there is no such request, its body is too long to be kept here, or the store cannot write.
    pub async fn save_draft(&self, request: RequestId, written: Written) -> Result<(), EngineError> {
        check_length(&written)?;
        let captured = self.known_credentials(request).await?;
        let draft = KeptDraft {
            request,
            updated_at: self.core.clock.now(),
            captured: credentials::remembered(&captured, &written.headers),
            written,
        };
        self.core.store.save_draft(draft).await?;
        self.core.changes.tell(Change::Status);
        Ok(())
    }

    /// Forgets the draft of a request; `false` where there is none.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn discard_draft(&self, request: RequestId) -> Result<bool, EngineError> {
        let was_there = self.core.store.remove_draft(request).await?;
        self.core.changes.tell(Change::Status);
        Ok(was_there)
    }
}

pub(super) fn check_length(written: &Written) -> Result<(), EngineError> {
    match &written.body {
        Some(body) if body.len() > LONGEST_DRAFT => Err(EngineError::bad_input(
            format!("a body of {} bytes is too long to be kept as a draft", body.len()),
            "send it from its file; 8 MiB can be kept",
        )),
        _ => Ok(()),
    }
}
