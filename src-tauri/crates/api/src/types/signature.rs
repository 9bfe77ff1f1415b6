//! The check of a signature as a story. Mirrors the signature crate's report; no secret and no key is in it.

/// The whole story.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SignatureView {
    /// The outcome at the time of receipt.
    pub verdict: String,
    /// What it would be if the same request came now.
    pub verdict_now: String,
    /// The outcome in one sentence.
    pub sentence: String,
    /// The id of the provider whose scheme was used.
    pub provider: Option<String>,
    /// The ids of the providers it could be from, where it does not say enough to be sure.
    pub could_be: Vec<String>,
    /// The algorithm as people write it, e.g. `HMAC-SHA256`.
    pub algorithm: Option<String>,
    /// The places where signatures were found, taken apart.
    pub found: Vec<FoundView>,
    /// The signatures taken out of them.
    pub candidates: Vec<CandidateView>,
    /// The secret that matched; where none did, the first that could be used.
    pub key: Option<KeyView>,
    /// What was signed.
    pub content: Option<ContentView>,
    /// What was computed and what came.
    pub digests: Option<DigestsView>,
    /// The age at the time of receipt.
    pub age: Option<AgeView>,
    /// Facts that had to hold beside the signature.
    pub checks: Vec<CheckView>,
    /// What is worth knowing though it does not change the verdict.
    pub notes: Vec<String>,
}

/// A place that holds a signature.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FoundView {
    /// The place as a person reads it, e.g. `X-Hub-Signature-256`.
    pub place: String,
    /// Its text; masked where it is itself the secret.
    pub text: String,
    /// What its bytes are. Offsets count bytes of the text in UTF-8.
    pub parts: Vec<PartView>,
}

/// A stretch of bytes and what it is.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct PartView {
    /// What it is, e.g. `timestamp`, `body`, `prefix`, `signature`.
    pub kind: String,
    /// Its name, where it has one.
    pub label: Option<String>,
    /// The first byte.
    pub start: u64,
    /// The byte after the last.
    pub end: u64,
}

/// One signature taken out of the message.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct CandidateView {
    /// Its text; masked where it is itself the secret.
    pub text: String,
    /// The index of its place.
    pub found: u32,
    /// Whether it is the one that matched.
    pub matched: bool,
}

/// The secret that was used, never its value.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    /// Its name.
    pub name: String,
    /// A form that may be shown, e.g. `whsec_••••••••`.
    pub masked: String,
    /// How it became a key, e.g. `the text as pasted`.
    pub form: String,
    /// The key's length.
    pub length: u64,
}

/// What was signed.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ContentView {
    /// The template it was made by.
    pub template: String,
    /// Its first and its last bytes as base64, at most 4 KiB: enough to see how it begins and ends; the body itself is
    /// read as bytes.
    pub base64: String,
    /// What is left out between them.
    pub left_out: Option<LeftOutView>,
    /// Its whole length.
    pub length: u64,
    /// Its parts in order, over the whole length.
    pub parts: Vec<PartView>,
}

/// A stretch of signed content that does not travel with the report.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct LeftOutView {
    /// Its first byte.
    pub start: u64,
    /// The byte after its last.
    pub end: u64,
}

/// What was computed and what came.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct DigestsView {
    /// What was computed, in the scheme's encoding; `null` where only the sender can make it, or the value is a secret.
    pub expected: Option<String>,
    /// What came.
    pub received: String,
    /// The first character in which they differ.
    pub first_difference: Option<u32>,
}

/// Age against tolerance.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct AgeView {
    /// The time of signing, µs.
    pub signed_at: i64,
    /// As it was written.
    pub text: String,
    /// Time of receipt minus time of signing, µs; negative where the sender was ahead.
    pub age: Option<i64>,
    /// The greatest age, seconds.
    pub past: Option<u32>,
    /// The greatest lead, seconds.
    pub future: Option<u32>,
    /// Whether it was within both when it was received.
    pub within: bool,
    /// Now minus time of signing, µs.
    pub age_now: i64,
    /// Whether it would be within both now.
    pub within_now: bool,
}

/// A fact that had to hold.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct CheckView {
    /// What was looked at.
    pub subject: String,
    /// What was asked, in words.
    pub asked: String,
    /// What was there.
    pub found: Option<String>,
    /// Whether it holds.
    pub holds: bool,
}

/// Why a signature does not hold.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosisView {
    /// The code of the cause; the README lists them. `unknown` where nothing fits.
    pub cause: String,
    /// What happened, in a sentence.
    pub message: String,
    /// The computation that proves it; without one the cause is what the facts say, or not proved.
    pub proof: Option<ProofView>,
    /// What to do.
    pub remedy: Option<RemedyView>,
    /// What cannot be proved and may matter.
    pub hints: Vec<String>,
    /// What was tried and does not fit.
    pub excluded: Vec<String>,
    /// How many computations were made.
    pub tries: u32,
    /// Whether the search was stopped before its end.
    pub cut_short: bool,
}

/// The computation that gives the signature that came.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ProofView {
    /// What was changed, step by step.
    pub changes: Vec<String>,
    /// The algorithm.
    pub algorithm: String,
    /// What was signed, as a template.
    pub template: String,
    /// The name of the secret.
    pub secret: String,
    /// What was computed, in hex; `null` for public keys.
    pub computed: Option<String>,
    /// What came, in hex: the same bytes; `null` where the secret itself was sent.
    pub received: Option<String>,
    /// What the documented scheme gives for the request as it is, in hex.
    pub documented: Option<String>,
    /// Where the body that was signed parts from the one that came, where it is another form of it.
    pub difference: Option<DifferenceView>,
}

/// What to do about a signature that does not hold.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RemedyView {
    /// In a sentence.
    pub text: String,
    /// What one button each does, where something can be done so.
    pub actions: Vec<RemedyAction>,
}

/// What one button does.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RemedyAction {
    /// Given back to apply it.
    pub kind: String,
    /// What stands on the button.
    pub label: String,
}

/// Asks for code that verifies what a request's scheme signs.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct WriteSnippet {
    /// The id of the request.
    pub id: String,
    /// The language: `node`, `python`, `rust`, `go`, `php`, `ruby`, `java` or `csharp`.
    pub language: String,
}

/// Code that verifies a signature, or why there is none.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SnippetView {
    /// The code.
    pub code: Option<String>,
    /// Why a few lines cannot do it, in a sentence without a full stop.
    pub refused: Option<String>,
}

/// Two bodies from a little before they part.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct DifferenceView {
    /// The offset of the first byte that differs.
    pub at: u64,
    /// The offset at which both windows begin.
    pub window_at: u64,
    /// The body that came from there on, base64.
    pub ours: String,
    /// What was signed from there on, base64.
    pub signed: String,
    /// The length of the body that came.
    pub our_length: u64,
    /// The length of what was signed.
    pub signed_length: u64,
}
