//! What the person was asked once and said yes to.

use sqlx::Row;

use super::{Store, StoreError};
use crate::model::Timestamp;

/// What is agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Consent {
    /// Sending to a host that is neither on this machine nor in a private network.
    Far,
    /// Sending live events.
    Live,
}

impl Consent {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Far => "far",
            Self::Live => "live",
        }
    }
}

impl Store {
    /// Whether `authority` (`host:port`) was agreed to.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn is_agreed(&self, consent: Consent, authority: &str) -> Result<bool, StoreError> {
        let found = sqlx::query("SELECT 1 FROM consent WHERE kind = ? AND authority = ?")
            .bind(consent.as_str())
            .bind(authority)
            .fetch_optional(self.readers())
            .await?;
        Ok(found.is_some())
    }

    /// Every `host:port` that was agreed to, by name.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn agreed(&self, consent: Consent) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("SELECT authority FROM consent WHERE kind = ? ORDER BY authority")
            .bind(consent.as_str())
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Remembers that `authority` was agreed to.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn agree(&self, consent: Consent, authority: String, at: Timestamp) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("INSERT OR IGNORE INTO consent (kind, authority, at) VALUES (?, ?, ?)")
                    .bind(consent.as_str())
                    .bind(authority)
                    .bind(at.as_micros())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Forgets all that was agreed to for `authority`.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn withdraw(&self, authority: String) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM consent WHERE authority = ?")
                    .bind(authority)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
