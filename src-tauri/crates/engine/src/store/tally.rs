//! Counts that scan nothing: rows that are kept right by the transactions that add and remove requests.

use sqlx::Row;

use super::{Store, StoreError};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TallyKind {
    /// All requests; the value is empty.
    All,
    /// By the path of the endpoint; empty for none.
    Endpoint,
    /// By provider; empty for none.
    Provider,
    /// By event; empty for none.
    Event,
    /// By the word of the verdict.
    Verdict,
    /// By the word of the state.
    State,
    /// By the status we answered; empty for none.
    Answered,
    /// By method.
    Method,
}

impl TallyKind {
    const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Endpoint => "endpoint",
            Self::Provider => "provider",
            Self::Event => "event",
            Self::Verdict => "verdict",
            Self::State => "state",
            Self::Answered => "answered",
            Self::Method => "method",
        }
    }
}

/// How many there are of one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The value, e.g. `/stripe`.
    pub value: String,
    /// How many requests have it.
    pub requests: u64,
    /// The bytes of their bodies, as received.
    pub bytes: u64,
}

impl Store {
    /// The counts of one kind, largest first, at most 1,000.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn counts(&self, kind: TallyKind) -> Result<Vec<Count>, StoreError> {
        let rows = sqlx::query(
            "SELECT value, requests, bytes FROM tally WHERE kind = ? AND requests > 0
             ORDER BY requests DESC, value LIMIT 1000",
        )
        .bind(kind.word())
        .fetch_all(self.readers())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Count {
                    value: row.try_get(0)?,
                    requests: row.try_get::<i64, _>(1)?.unsigned_abs(),
                    bytes: row.try_get::<i64, _>(2)?.unsigned_abs(),
                })
            })
            .collect()
    }

    /// How many requests there are and how many bytes their bodies had.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn total(&self) -> Result<Count, StoreError> {
        let none = Count {
            value: String::new(),
            requests: 0,
            bytes: 0,
        };
        Ok(self
            .counts(TallyKind::All)
            .await?
            .into_iter()
            .next()
            .unwrap_or(none))
    }
}
