//! Remedies that are applied, and schemes that are looked for.

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

/// Opens a link that a request offers in the browser of this machine. Nothing else is ever opened.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct OpenOffer {
    /// The id of the request.
    pub id: String,
    /// The link as it was shown; refused where the request offers no such link.
    pub link: String,
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

/// Looks for the scheme of a sender.
#[derive(Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FindScheme {
    /// The id of a request of it; others that came to the same path confirm what is found.
    pub id: String,
    /// The secret that it may sign with.
    pub secret: String,
}

impl std::fmt::Debug for FindScheme {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "FindScheme {{ id: {:?}, secret: [redacted] }}",
            self.id
        )
    }
}

/// A scheme that was found.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FoundScheme {
    /// In words: algorithm, signed content, encoding, place.
    pub title: String,
    /// How many requests it makes valid.
    pub confirmed: u32,
    /// How many it was tried on.
    pub of: u32,
    /// Its file, ready to be kept.
    pub toml: String,
}

/// Keeps a scheme as one of the person's own and checks the endpoint of a request by it.
#[derive(Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct AdoptScheme {
    /// The id of the request.
    pub id: String,
    /// The file.
    pub toml: String,
    /// The secret that the endpoint gets, if it does not have it.
    pub secret: Option<String>,
}

impl std::fmt::Debug for AdoptScheme {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "AdoptScheme {{ id: {:?}, toml: {:?}, secret: [redacted] }}",
            self.id, self.toml
        )
    }
}
