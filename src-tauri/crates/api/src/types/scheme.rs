//! Schemes of the person's own: kept, being made, tried, looked for. A secret goes in and never comes out.

use super::SignatureView;

/// A scheme of the person's own.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct OwnSchemeView {
    /// Its id.
    pub id: String,
    /// Its name; its id where the file cannot be read.
    pub name: String,
    /// How it signs, in words; `null` where the file cannot be read.
    pub words: Option<String>,
    /// Why the file cannot be read by this version.
    pub fault: Option<String>,
    /// The paths of the endpoints that are pinned to it.
    pub used_by: Vec<String>,
    /// Its file.
    pub toml: String,
}

/// Keeps a file as a scheme of the person's own.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SaveOwnScheme {
    /// The file.
    pub toml: String,
    /// The id of the own scheme whose place it takes; endpoints follow.
    pub replaces: Option<String>,
}

/// Names a scheme of the person's own.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct OwnSchemeRef {
    /// Its id.
    pub id: String,
}

/// Begins a scheme.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase", tag = "from")]
pub enum DraftScheme {
    /// With nothing known.
    #[serde(rename = "nothing")]
    Nothing,
    /// With a copy of a provider, be it one that comes with Hookbench or an own one.
    #[serde(rename = "provider")]
    Provider {
        /// Its id.
        id: String,
    },
    /// With what a captured request looks like.
    #[serde(rename = "request")]
    Request {
        /// Its id.
        id: String,
    },
}

/// A file to be looked at.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ReadScheme {
    /// The file.
    pub toml: String,
    /// The form that is laid over it; `null` to fill one from the file.
    pub form: Option<SchemeFormView>,
}

/// A file that was looked at.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SchemeReadingView {
    /// The file; as it was given where something is wrong.
    pub toml: String,
    /// The form; `null` where the file cannot be read.
    pub form: Option<SchemeFormView>,
    /// What is wrong.
    pub fault: Option<SchemeFaultView>,
}

/// What is wrong with a scheme that is being made.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SchemeFaultView {
    /// The field of the form, by its name in `SchemeFormView`.
    pub field: Option<String>,
    /// The line of the file, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub hint: Option<String>,
}

/// A provider file as a form. Lists are one text: places parted by commas, templates by line ends.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "they are the fields of a provider file under their names there"
)]
pub struct SchemeFormView {
    pub id: String,
    pub name: String,
    pub note: String,
    pub docs: String,
    /// Where signatures are: `header:X-Signature`.
    pub places: String,
    pub prefix: String,
    pub separator: String,
    pub assign: String,
    pub key: String,
    /// In a list without keys, which item the first signature is, from 0.
    pub position: Option<u32>,
    pub trim: bool,
    pub algorithm: String,
    pub encoding: String,
    /// Line ends inside a template are written `\n`.
    pub content: String,
    pub decode: String,
    pub strip: String,
    pub secret_hash: String,
    pub key_source: String,
    pub jwt_algorithms: String,
    pub digest: String,
    pub digest_hash: String,
    pub digest_encoding: String,
    pub timestamp: String,
    pub unit: String,
    pub past: Option<u32>,
    pub future: Option<u32>,
    pub signed_id: String,
    pub detect: String,
    pub event: String,
    pub delivery_id: String,
    /// What the file says beyond the form, in words.
    pub beyond: Vec<String>,
}

/// The secret that a scheme is tried with.
#[derive(Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase", tag = "from")]
pub enum TrialSecret {
    /// Those of the endpoint that the request came to.
    #[serde(rename = "endpoint")]
    OfEndpoint,
    /// One that was typed and is kept nowhere.
    #[serde(rename = "typed")]
    Typed {
        /// It.
        value: String,
    },
    /// One that is stored.
    #[serde(rename = "stored")]
    Stored {
        /// Its id.
        id: String,
    },
}

impl std::fmt::Debug for TrialSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::OfEndpoint => "OfEndpoint",
            Self::Typed { .. } => "Typed([redacted])",
            Self::Stored { .. } => "Stored",
        })
    }
}

/// Tries a scheme on a captured request.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct TryScheme {
    /// The file.
    pub toml: String,
    /// The id of the request.
    pub request: String,
    /// What it is checked with.
    pub secret: TrialSecret,
}

/// A scheme that was tried.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct TriedView {
    /// The check.
    pub signature: SignatureView,
    /// What the request would be about.
    pub event: Option<String>,
    /// What would tell its repetitions.
    pub delivery_id: Option<String>,
    /// Whether the scheme recognises the request by itself.
    pub recognised: bool,
}

/// Tries a scheme on the requests that came to the same endpoint as one, a stretch of the list at a time.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct TrySchemeOn {
    /// The file.
    pub toml: String,
    /// The id of the request that they are like.
    pub request: String,
    /// What they are checked with.
    pub secret: TrialSecret,
    /// Where the last stretch ended; `null` for the newest.
    pub from: Option<i64>,
}

/// How a scheme stood on a stretch of the list.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct TriedOnView {
    /// How many it makes valid; expired ones count, their signature is right.
    pub valid: u32,
    /// How many came to the same endpoint.
    pub of: u32,
    /// Some that it does not make valid, newest first.
    pub others: Vec<TriedOther>,
    /// How many requests were looked through.
    pub looked: u32,
    /// Where the next stretch begins; `null` where nothing is left.
    pub next: Option<i64>,
}

/// A request that a scheme does not make valid.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct TriedOther {
    /// Its id.
    pub id: String,
    /// What it would be.
    pub verdict: String,
}

/// Looks for the scheme of a sender.
#[derive(Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FindScheme {
    /// The id of a request of it; others that came to the same path confirm what is found.
    pub id: String,
    /// The secret that it may sign with.
    pub secret: String,
    /// By which the search is watched and stopped.
    pub ticket: String,
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

/// What came of a search.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FoundSchemes {
    /// What was found, best first; where it was stopped, until then.
    pub schemes: Vec<FoundScheme>,
    /// Whether the person stopped it.
    pub stopped: bool,
    /// How many steps of some computations each it made.
    pub steps: u32,
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

/// Names a search.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchRef {
    /// Its ticket.
    pub ticket: String,
}

/// How far a search is.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchView {
    /// Whether it is under way.
    pub under_way: bool,
    /// How many steps of some computations each it has made.
    pub steps: u32,
}

/// Keeps a scheme as one of the person's own and checks the endpoint of a request by it.
#[derive(Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct AdoptScheme {
    /// The id of the request.
    pub id: String,
    /// The file.
    pub toml: String,
    /// The id of the own scheme whose place it takes.
    pub replaces: Option<String>,
    /// The secret that the endpoint gets, if it does not have it.
    pub secret: Option<String>,
}

impl std::fmt::Debug for AdoptScheme {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "AdoptScheme {{ id: {:?}, toml: {:?}, replaces: {:?}, secret: [redacted] }}",
            self.id, self.toml, self.replaces
        )
    }
}
