//! Requests written to a file and taken from one.

/// Begins to write requests to a HAR file in the person's folder for downloads.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct BeginExport {
    /// Which requests, by id; `null` for all that match the filter.
    pub requests: Option<Vec<String>>,
    /// A filter in the filter language; empty for all.
    pub filter: String,
    /// Credentials, cookies, tokens and signatures in heads are left out.
    pub masked: bool,
}

/// Names an export or import that is under way.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct CarryRef {
    /// Its number.
    pub id: u32,
}

/// How far an export is. It is asked for the next step until there is a file.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ExportView {
    /// Its number.
    pub id: u32,
    /// How many requests are in the file.
    pub requests: u64,
    /// How many there are to be, where that is known.
    pub total: Option<u64>,
    /// How many of them something is masked in.
    pub masked: u64,
    /// The bytes of the file.
    pub bytes: u64,
    /// The whole path of the file, once it is whole.
    pub file: Option<String>,
}

/// Begins to hand over a HAR file, to import it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct BeginImport {
    /// How many bytes it has.
    pub length: u64,
}

/// The next bytes of a file that is handed over.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportPiece {
    /// The number of the import.
    pub id: u32,
    /// The bytes as base64; a few MiB at the most.
    pub base64: String,
}

/// How much of a file has come.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct HandedOver {
    /// Bytes.
    pub come: u64,
}

/// How far an import is. It is asked for the next step until it is over.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportView {
    /// Its number.
    pub id: u32,
    /// Bytes of the file that were read.
    pub read: u64,
    /// All of them.
    pub length: u64,
    /// How many requests were taken.
    pub imported: u64,
    /// How many were there already.
    pub known: u64,
    /// How many entries were not taken.
    pub skipped: u64,
    /// Why, for the first hundred of them.
    pub reasons: Vec<SkippedView>,
    /// How many of the requests have a head that was put together.
    pub rebuilt: u64,
    /// The program that wrote the file, in its own words; may be empty.
    pub program: String,
    /// There is no more to come.
    pub over: bool,
    /// Why the file was not read to its end.
    pub broken: Option<BrokenView>,
}

/// An entry that was not taken.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SkippedView {
    /// Its number in the file, from 1.
    pub entry: u64,
    /// Why.
    pub reason: String,
}

/// Why a file was not read to its end.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct BrokenView {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Where a request is from that was not captured.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportedView {
    /// When it was taken from a file, µs.
    pub at: i64,
    /// The program that wrote the file, in its own words; may be empty.
    pub program: String,
}
