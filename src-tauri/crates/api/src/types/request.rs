//! Requests: the rows of the list and one request whole.

use super::{GivenAnswerView, ImportedView, SignatureView};

/// A row of the list.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RequestRow {
    /// Its id.
    pub id: String,
    /// Its place in the order of arrival, rising.
    pub sequence: i64,
    /// When its first byte came, µs.
    pub received_at: i64,
    /// µs from the first byte to the last.
    pub took_micros: u64,
    /// The method as sent; empty where none could be read.
    pub method: String,
    /// The target as sent; empty where none could be read.
    pub target: String,
    /// `HTTP/1.1`, `HTTP/1.0` or empty.
    pub version: String,
    /// Who sent it, `address:port`; empty where it is not known of an imported one.
    pub peer: String,
    /// The path of the endpoint it came to.
    pub endpoint: Option<String>,
    /// The id of its provider.
    pub provider: Option<String>,
    /// What happened, in the provider's words.
    pub event: Option<String>,
    /// The provider's name for the question, where it is a handshake and no event.
    pub handshake: Option<String>,
    /// What the provider calls the delivery.
    pub delivery_id: Option<String>,
    /// `valid`, `invalid`, `expired`, `missing`, `malformed`, `no secret`, `unsigned` or `unknown`.
    #[ts(
        type = "'valid' | 'invalid' | 'expired' | 'missing' | 'malformed' | 'no secret' | 'unsigned' | 'unknown'"
    )]
    pub verdict: String,
    /// `complete`, `cut`, `aborted` or `refused`.
    #[ts(type = "'complete' | 'cut' | 'aborted' | 'refused'")]
    pub state: String,
    /// Why it is not complete.
    pub reason: Option<String>,
    /// The status we answered.
    pub answered: Option<u16>,
    /// Where our answer came from; `null` where that is not known (yet).
    #[ts(type = "'usual' | 'set' | 'handshake' | 'fault' | 'target' | 'gateway' | null")]
    pub answer_source: Option<String>,
    /// µs from its last byte to the last of our answer.
    pub answer_micros: Option<u64>,
    /// The seconds after which its provider would have given up, where our answer came later than that.
    pub too_late_for: Option<u32>,
    /// The length of the kept body.
    pub body_length: u64,
    /// The id of the first request that this one repeats.
    pub duplicate_of: Option<String>,
    /// By what a repetition of this request is known: the delivery id that its provider gave it, or its bytes.
    #[ts(type = "'delivery_id' | 'bytes'")]
    pub repeated_by: String,
    /// How many requests repeat the same one, or this one where it is the first; counted no further than 1000.
    pub repeats: u32,
    /// How many deliveries it has.
    pub deliveries: u32,
    /// How its forwards stand, where it has any.
    #[ts(type = "'held' | 'failed' | 'delivered' | null")]
    pub forwarded: Option<String>,
    /// What came of the newest time it was sent again by hand or in a run; `null` where it never was, or is still being tried.
    #[ts(type = "'delivered' | 'refused' | 'failed' | 'cancelled' | null")]
    pub resent: Option<String>,
    /// Marked by the person.
    pub starred: bool,
    /// The person wrote a note to it.
    pub noted: bool,
    /// The tags the person gave it.
    pub tags: Vec<String>,
    /// It was framed in two ways at once, by `Content-Length` and by `Transfer-Encoding`.
    pub ambiguous: bool,
    /// It was taken from a file and not captured: `peer`, times and `answered` are what the file says.
    pub imported: Option<ImportedView>,
}

/// Asks for a page of the list, newest first.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase", default)]
pub struct ListRequests {
    /// Only requests older than this sequence.
    pub before: Option<i64>,
    /// Only requests newer than this sequence (the nearest ones; still given newest first).
    pub after: Option<i64>,
    /// So many rows are passed over first. Where the filter looks into the bytes, none are.
    pub skip: u64,
    /// How many rows at the most, 1 to 1,000; 0 means 200.
    pub limit: u32,
    /// A filter in the filter language; empty for all.
    pub filter: String,
}

/// A page of the list.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RequestPage {
    /// The rows, newest first.
    pub rows: Vec<RequestRow>,
    /// Whether there are, or may be, more in the direction that was asked for.
    pub more: bool,
    /// The sequence to go on from: the last row's, or further where a search looked through rows that do not match.
    pub next: Option<i64>,
}

/// Asks how many requests match a filter.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase", default)]
pub struct CountRequests {
    /// Only requests up to this sequence.
    pub up_to: i64,
    /// A filter in the filter language; empty for all.
    pub filter: String,
}

/// How many requests match a filter.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RequestCount {
    /// How many; nothing where only the bytes of each could tell.
    pub requests: Option<u64>,
}

/// Asks how many requests that came after another match a filter.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase", default)]
pub struct CountAfter {
    /// Only requests after this sequence.
    pub after: i64,
    /// A filter in the filter language; empty for all.
    pub filter: String,
}

/// How many requests that came after another match a filter, as far as they were counted in a short time.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct CountedAfter {
    /// How many.
    pub requests: u64,
    /// Everything up to this sequence was looked at.
    pub to: i64,
    /// There are newer ones than that.
    pub more: bool,
}

/// A filter whose words are to be marked in what is shown.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SeekFilter {
    /// A filter in the filter language.
    pub filter: String,
}

/// What a filter looks for in text.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SoughtView {
    /// Anywhere in a request.
    pub anywhere: Vec<SoughtText>,
    /// In its body only.
    pub body: Vec<SoughtText>,
    /// JSON pointers into its body.
    pub pointers: Vec<String>,
}

/// A text that is looked for.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SoughtText {
    /// What follows one another on a line, in lower case.
    pub parts: Vec<String>,
    /// Whether it is found inside of words too and not only where one begins.
    pub inside: bool,
}

/// Asks what may be typed next in a filter.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SuggestFilter {
    /// The filter as it stands.
    pub text: String,
    /// Where the cursor is, in characters (Unicode scalar values).
    pub cursor: u32,
}

/// Something that may be typed.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FilterSuggestion {
    /// The first character that it replaces.
    pub start: u32,
    /// The character after the last that it replaces.
    pub end: u32,
    /// What is put there.
    pub text: String,
    /// What it means, or how many requests have it.
    pub meaning: String,
    /// It is the name of an event.
    #[serde(skip)]
    #[ts(skip)]
    pub is_event: bool,
}

/// Names one request.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RequestRef {
    /// Its id.
    pub id: String,
}

/// Names requests.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RequestRefs {
    /// Their ids.
    pub ids: Vec<String>,
}

/// Deletes requests with their deliveries.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct DeleteRequests {
    /// The ids of the requests.
    pub ids: Vec<String>,
}

/// Asks for a request as text for the clipboard.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct CopyRequest {
    /// Its id.
    pub id: String,
    /// The URL it is to be sent to; empty for the listener's own.
    pub url: String,
    /// `curl`, `powershell`, `cmd`, `http`, `fetch`, `python`, `rust` or `go`.
    pub format: String,
    /// Credentials, cookies, tokens and signatures are left out, and the values of the body that were chosen.
    pub masked: bool,
    /// It is signed anew with a test secret, which the text names.
    #[serde(default)]
    pub signed_for_test: bool,
}

/// A request as text for the clipboard.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct CopiedRequest {
    /// The text.
    pub text: String,
    /// The names of the headers whose values are masked in it, or would be if that were asked for, and `query NAME` for
    /// each such parameter of the query; `body POINTER` for each pointer at which the body has values that are masked.
    pub secret_headers: Vec<String>,
    /// The secret it was signed with, or the public half of the key.
    pub test_secret: Option<String>,
}

/// A text made by the engine.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
pub struct Text {
    /// The text.
    pub text: String,
}

/// One header line.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct HeaderLine {
    /// The name in the case in which it came.
    pub name: String,
    /// The value; where it is not UTF-8, each such byte is shown as U+FFFD and `exact` is false.
    pub value: String,
    /// Whether name and value are exactly what came.
    pub exact: bool,
    /// What it is to the provider of a captured request, in words of Hookbench's; `null` where it does not matter to it.
    pub meaning: Option<String>,
}

/// One thing about the framing of a request.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FramingFact {
    /// What it is about, e.g. `Body`.
    pub name: String,
    /// The fact.
    pub text: String,
}

/// How a request was framed on the wire.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FramingView {
    /// `Content-Length` as declared.
    pub declared_length: Option<u64>,
    /// The body came in chunks.
    pub chunked: bool,
    /// The sender waited for `100 Continue`.
    pub expect_continue: bool,
    /// Its place on its connection, from 0.
    pub position: u32,
    /// Trailer fields after a chunked body.
    pub trailers: Vec<HeaderLine>,
    /// The same as a person reads it.
    pub facts: Vec<FramingFact>,
    /// What a reader should know of its form, a sentence each.
    pub marks: Vec<String>,
}

/// A body with its content coding undone; its bytes are read as `request_unpacked`.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct UnpackedView {
    /// The codings in the order in which they were put on: `gzip`, `deflate`, `br`, `zstd`.
    pub codings: Vec<String>,
    /// How many bytes came out.
    pub length: u64,
    /// Whether there is more, which is not shown.
    pub cut: bool,
    /// Why nothing more could be read.
    pub problem: Option<String>,
}

/// A question of a provider, and what it was answered.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct HandshakeView {
    /// The provider's name for it, e.g. `url_verification`.
    pub name: String,
    /// Why it is answered so, in a sentence.
    pub why: String,
    /// What kept the answer from being the one that the provider wants.
    pub lacks: Option<String>,
    /// What was answered; `null` where it was answered like an event.
    pub reply: Option<ReplyView>,
    /// What should be kept, copied or opened.
    pub offers: Vec<OfferView>,
}

/// What was answered to a question.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ReplyView {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<HeaderLine>,
    /// The body.
    pub body: String,
}

/// Something that a handshake gives into the person's hands.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct OfferView {
    /// `secret`, to be kept as the endpoint's; `copy`, into the provider's pages; `link`, to be opened if it is trusted.
    #[ts(type = "'secret' | 'copy' | 'link'")]
    pub kind: String,
    /// The thing itself.
    pub value: String,
    /// What to do, in a sentence.
    pub text: String,
}

/// One request whole, but for its bytes.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RequestDetail {
    /// What the list shows.
    pub row: RequestRow,
    /// The header lines in the order in which they came.
    pub headers: Vec<HeaderLine>,
    /// The length of the head.
    pub head_length: u64,
    /// SHA-256 over the kept body, hex.
    pub body_sha256: String,
    /// The value of `Content-Type`, where there is one.
    pub content_type: Option<String>,
    /// How it was framed.
    pub framing: FramingView,
    /// The answer that went back, once that is written down.
    pub answer: Option<GivenAnswerView>,
    /// Its body with the content coding undone, where it has one.
    pub unpacked: Option<UnpackedView>,
    /// What its provider asks with it, where it is a handshake.
    pub handshake: Option<HandshakeView>,
    /// The check of its signature as a story, made anew with the secrets of now at the time of receipt.
    pub signature: SignatureView,
    /// What the person wrote to it.
    pub note: Option<String>,
    /// What is chosen to be masked cannot all be found in it: while presenting, all is covered that might repeat it.
    pub more_covered: bool,
}
