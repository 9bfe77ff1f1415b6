//! Two things held against each other.

use super::{ByteSource, HeaderLine, RequestRow};

/// What is compared.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum SubjectRef {
    /// A request as it came.
    Request(String),
    /// What a delivery sent.
    Sent(String),
    /// What came back to an attempt.
    Answer(String),
}

/// Asks how two differ.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct AskComparison {
    /// The one that is taken as the earlier.
    pub before: SubjectRef,
    /// The other.
    pub after: SubjectRef,
    /// What is not counted as a difference.
    pub ignoring: IgnoringView,
    /// In which form bodies are compared: the best that both have, as text as it was sent, or byte by byte.
    #[ts(type = "'best' | 'text' | 'bytes'")]
    pub form: String,
}

/// What is not counted as a difference.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct IgnoringView {
    /// Values that are points in time on both sides.
    pub times: bool,
    /// Values that are ids on both sides.
    pub ids: bool,
    /// Headers that carry a signature.
    pub signatures: bool,
    /// Headers and query parameters of these names.
    pub names: Vec<String>,
    /// JSON pointers to values, with all below them; a step `*` stands for any.
    pub pointers: Vec<String>,
}

/// How two differ.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ComparisonView {
    /// The one that is taken as the earlier.
    pub before: ComparedView,
    /// The other.
    pub after: ComparedView,
    /// Nothing differs but what is ignored.
    pub same: bool,
    /// What is told of both by name.
    pub facts: Vec<FactView>,
    /// Header lines.
    pub headers: Vec<PairView>,
    /// Parameters of the query.
    pub query: Vec<PairView>,
    /// Bodies.
    pub body: BodyComparisonView,
}

/// One of the two.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ComparedView {
    /// What it is.
    pub subject: SubjectRef,
    /// The request it belongs to.
    pub request: String,
    /// What it is called.
    pub title: String,
    /// When it came or was sent, µs.
    pub at: i64,
    /// Where the bytes of its body are read.
    pub source: ByteSource,
    /// Under which id.
    pub id: String,
    /// The length of that body.
    pub length: u64,
}

/// Something that is told of both by the same name.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FactView {
    /// Its name.
    pub name: String,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

/// A name with its values on both sides.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct PairView {
    /// What became of the value.
    #[ts(type = "'same' | 'changed' | 'added' | 'removed'")]
    pub kind: String,
    /// Name and value before.
    pub before: Option<HeaderLine>,
    /// Name and value after.
    pub after: Option<HeaderLine>,
    /// Upper and lower case of the name differ.
    pub recased: bool,
    /// It stands elsewhere.
    pub moved: bool,
    /// The difference is ignored.
    pub ignored: bool,
}

/// How two bodies differ. Lines and marks are ranges of bytes: the bytes themselves are read apart.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct BodyComparisonView {
    /// How they were compared.
    #[ts(type = "'empty' | 'json' | 'text' | 'bytes'")]
    pub shape: String,
    /// Every byte is the same; `null` where that is not known.
    pub identical: Option<bool>,
    /// Nothing differs but what is ignored and blanks between the tokens of JSON.
    pub same: bool,
    /// What differs in the structure.
    pub changes: Vec<StructureChange>,
    /// How many changes there are in all.
    pub changes_in_all: u64,
    /// Start, end and depth of each line before, one after the other.
    pub lines_before: Vec<u32>,
    /// The same of the body after.
    pub lines_after: Vec<u32>,
    /// How the lines go together.
    pub blocks: Vec<BlockView>,
    /// Start and end of what differs inside lines before, one after the other.
    pub marks_before: Vec<u32>,
    /// The same of the body after.
    pub marks_after: Vec<u32>,
    /// What should be known.
    pub notes: Vec<String>,
}

/// A difference in the structure.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct StructureChange {
    /// What became of it.
    #[ts(type = "'added' | 'removed' | 'changed' | 'rewritten' | 'moved' | 'reordered'")]
    pub kind: String,
    /// Where it was.
    pub before: Option<PlaceView>,
    /// Where it is.
    pub after: Option<PlaceView>,
    /// The difference is ignored.
    pub ignored: bool,
}

/// Where a value is.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct PlaceView {
    /// Its JSON pointer.
    pub pointer: String,
    /// Which of the members with this key it is, from 1.
    pub occurrence: u32,
    /// Its first byte.
    pub start: u32,
    /// One after its last.
    pub end: u32,
}

/// A stretch of lines, as ranges of their numbers.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct BlockView {
    /// What it is.
    #[ts(type = "'same' | 'ignored' | 'changed' | 'removed' | 'added'")]
    pub kind: String,
    /// The first line before, and one after the last.
    pub before: (u32, u32),
    /// The same of the lines after.
    pub after: (u32, u32),
}

/// The request before another that is about the same.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct PreviousView {
    /// That request; `null` where there is none.
    pub request: Option<RequestRow>,
}
