//! What was removed beside requests, and how it comes back.

/// Names a removal. It can be undone for ten minutes.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct Discarded {
    /// Names it, to undo it.
    pub id: i64,
}

/// Brings back what was removed.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct BringBack {
    /// Names the removal.
    pub id: i64,
}

/// What came back, and what of it could not.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct BroughtBackView {
    /// What it is.
    #[ts(type = "'endpoint' | 'secret' | 'target' | 'saved_filter' | 'queue'")]
    pub kind: String,
    /// What it is called; of a queue the name of its target.
    pub name: String,
    /// How many requests wait again.
    pub held: u64,
    /// How many that waited were removed with the history meanwhile.
    pub lost: u64,
    /// How many forwards come back once their other end does.
    pub forwards_later: u64,
    /// How many forwards cannot come back.
    pub forwards_gone: u64,
}

/// A removal that can still be undone.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct DiscardView {
    /// Names it.
    pub id: i64,
    /// When it was done, µs.
    pub at: i64,
    /// Until when it can be undone, µs.
    pub until: i64,
    /// What was removed.
    #[ts(type = "'endpoint' | 'secret' | 'target' | 'saved_filter' | 'queue'")]
    pub kind: String,
    /// What it is called; of a queue the name of its target.
    pub name: String,
    /// How many requests waited there.
    pub held: u64,
}
