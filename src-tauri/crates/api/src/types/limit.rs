//! What senders may take of this machine.

/// A limit and what it is now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct LimitView {
    /// Names it, e.g. `head-time`.
    pub name: String,
    /// The same for a person.
    pub title: String,
    /// What it does, and what a sender gets that goes over it.
    pub meaning: String,
    /// `bytes`, `bytes_per_second`, `seconds` or `count`.
    #[ts(type = "'bytes' | 'bytes_per_second' | 'seconds' | 'count'")]
    pub unit: String,
    /// What it is now.
    pub value: u64,
    /// What it is unless it is set.
    pub usual: u64,
    /// The least that can be set.
    pub least: u64,
    /// The most.
    pub most: u64,
}

/// Sets limits; all of them, or none if one cannot be set.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SetLimits {
    /// Which, and to what.
    pub limits: Vec<SetLimit>,
}

/// Sets a limit.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SetLimit {
    /// Names it.
    pub name: String,
    /// What it is from now on; `null` is back to the usual.
    pub value: Option<u64>,
}
