//! What is kept, for how long, and what was deleted.

/// Asks how many requests match a filter.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct CountMatching {
    /// A filter in the filter language; empty for all.
    pub filter: String,
    /// Where the count before said to go on; `null` to begin.
    pub from: Option<i64>,
}

/// How many requests match, as far as they were counted in a short time.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct MatchCount {
    /// How many.
    pub requests: u64,
    /// How many of them have a star or a note.
    pub marked: u64,
    /// Where to go on; `null` when all were counted.
    pub next: Option<i64>,
}

/// Deletes the next requests that match a filter. It is asked again until it is done, or no more.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct DeleteMatching {
    /// A filter in the filter language; empty for all.
    pub filter: String,
    /// The deletion that goes on; `null` to begin one.
    pub id: Option<i64>,
    /// Where it goes on; `null` to begin.
    pub from: Option<i64>,
}

/// What a step of a deletion, or of its undoing, did. It can be undone for ten minutes.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct Deletion {
    /// Names it, to undo it.
    pub id: i64,
    /// How many requests the step deleted, or brought back.
    pub requests: u64,
    /// Where to go on; `null` when it is done.
    pub next: Option<i64>,
}

/// Brings back the next requests that a deletion took away. It is asked again until it is done.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct UndoDeletion {
    /// Names the deletion.
    pub id: i64,
}

/// A deletion that can still be undone.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct DeletionView {
    /// Names it.
    pub id: i64,
    /// When it was done, µs.
    pub at: i64,
    /// Until when it can be undone, µs.
    pub until: i64,
    /// The filter that chose its requests, empty for all; `null` where they were named one by one.
    pub filter: Option<String>,
    /// How many requests can be brought back.
    pub requests: u64,
}

/// How many requests were removed for good.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct Purged {
    /// How many; 0 when none are left.
    pub requests: u64,
}

/// How much history is kept. `null` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct Retention {
    /// How many requests.
    pub requests: Option<u64>,
    /// How old they may be, seconds.
    pub age_seconds: Option<u64>,
    /// How many bytes of the disk data and search index may use.
    pub bytes: Option<u64>,
}

/// What is used of the disk, and what the limits will take next.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct StorageView {
    /// How many requests are kept.
    pub requests: u64,
    /// The bytes of their bodies, as received.
    pub body_bytes: u64,
    /// Bytes of the data file that hold something.
    pub database_bytes: u64,
    /// Bytes of the data file that are free and will be used again or given back.
    pub free_bytes: u64,
    /// Bytes of the log beside it.
    pub log_bytes: u64,
    /// Bytes of the search index.
    pub index_bytes: u64,
    /// Bytes of bodies on their way in.
    pub spool_bytes: u64,
    /// When the oldest request was received, µs.
    pub oldest: Option<i64>,
    /// How many requests have a star or a note: they stay whatever the limits are.
    pub exempt: u64,
    /// How many requests are beyond the limits now and will be removed.
    pub beyond: u64,
    /// How many more become too old within a day; 10,000 stands for that many or more.
    pub within_a_day: u64,
    /// The limits.
    pub limits: Retention,
}
