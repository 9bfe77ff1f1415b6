//! Remedies that are applied, and what explains a value.

/// Applies what the diagnosis of a request offers.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplyRemedy {
    /// The id of the request.
    pub id: String,
    /// The kind that was offered; refused where the diagnosis offers another one by now.
    pub kind: String,
}

/// Something was applied.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RemedyApplied {
    /// Undoes it.
    pub undo: u64,
    /// What was done, in a sentence without a full stop.
    pub done: String,
}

/// Takes back what was applied.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct UndoRemedy {
    /// Which.
    pub undo: u64,
}

/// Asks which mistake gives a value that somebody's code computed.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct Explain {
    /// The id of the request.
    pub id: String,
    /// The value.
    pub computed: String,
}
