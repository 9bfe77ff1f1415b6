//! Several at once, and the check of idempotency.

use super::DeliveryView;

/// Begins a run: many requests sent one after the other or several at once.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct StartRun {
    /// The ids of the requests; `null` where a filter chooses them.
    pub requests: Option<Vec<String>>,
    /// All that match this filter.
    pub filter: String,
    /// Where to. Not used where `target` is given.
    pub url: String,
    /// The id of the target to send to, with its rules.
    pub target: Option<String>,
    /// When each begins.
    pub pace: PaceView,
    /// How many may be under way at once.
    pub parallel: u32,
    /// How often each goes, one time after the other.
    pub times: u32,
    /// In any order.
    pub shuffled: bool,
    /// Each is signed with the secret of its endpoint and the time at which it goes.
    pub resign: bool,
}

/// Asks how many requests of a run to be carry a signature that has grown too old, or leave credentials behind.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct AskAges {
    /// The ids of the requests; `null` where a filter chooses them.
    pub requests: Option<Vec<String>>,
    /// All that match this filter.
    pub filter: String,
    /// Where to. Not used where `target` is given.
    pub url: String,
    /// The id of the target to send to, with its rules.
    pub target: Option<String>,
}

/// How many of some requests carry a signature that has grown too old, and whether credentials stay here.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct AgesView {
    /// How many do.
    pub too_old: u64,
    /// So many were looked at, the oldest.
    pub looked_at: u64,
    /// So many there are.
    pub of: u64,
    /// It in words, where there is something to say.
    pub sentence: Option<String>,
    /// What is said of credentials that stay here, where there are any.
    pub withheld: Option<String>,
}

/// When each request of a run begins.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum PaceView {
    /// As soon as there is room among those under way.
    AtOnce,
    /// So many a second.
    PerSecond {
        /// How many.
        rate: f64,
    },
    /// With the gaps in which they came.
    Original {
        /// How many times as fast.
        speed: f64,
    },
}

/// A run as it is shown.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    /// Its id.
    pub id: String,
    /// What it is for: several requests, or one several times to compare the answers.
    #[ts(type = "'several' | 'idempotency'")]
    pub kind: String,
    /// Where it goes.
    pub url: String,
    /// How it goes, in words; empty where there is nothing to say.
    pub how: String,
    /// Of a check of idempotency: whether repetitions were taken well.
    pub passed: Option<bool>,
    /// How many sendings there are in all.
    pub total: u64,
    /// Answered with a status from 200 to 299.
    pub delivered: u64,
    /// Answered with another status.
    pub refused: u64,
    /// Without a whole answer.
    pub failed: u64,
    /// Broken off.
    pub cancelled: u64,
    /// Requests that could not be sent.
    pub skipped: u64,
    /// Why the first of them could not.
    pub skipped_because: Option<String>,
    /// Of a run that was cut off: steps of which nothing is known, though they may have gone, at the most.
    pub unknown: u64,
    /// When it began, µs.
    pub started_at: i64,
    /// When it ended, µs; not known of one that was cut off.
    pub ended_at: Option<i64>,
    /// How far it is.
    #[ts(type = "'running' | 'paused' | 'done' | 'cancelled' | 'failed' | 'cut_off'")]
    pub phase: String,
    /// Why it failed.
    pub problem: Option<String>,
}

/// Names a run.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RunRef {
    /// Its id.
    pub id: String,
}

/// Holds a run, or lets it go on.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct PauseRun {
    /// Its id.
    pub id: String,
    /// Hold it.
    pub paused: bool,
}

/// Asks for steps of a run.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct AskSteps {
    /// The id of the run.
    pub id: String,
    /// How many are passed over.
    pub skip: u32,
    /// How many at the most, 1 to 200.
    pub limit: u32,
}

/// Steps of a run: those that were not delivered before those that were, else in their order.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct StepsView {
    /// The ones that were asked for.
    pub steps: Vec<StepView>,
    /// How many there are in all of which something is kept.
    pub total: u64,
}

/// What came of one step of a run.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// Its number as the report has it, from 0 on.
    pub step: u32,
    /// The id of the request that was sent again.
    pub request: String,
    /// The id of what was sent.
    pub delivery: String,
    /// The method of the request.
    pub method: String,
    /// The path and query of the request.
    pub path: String,
    /// The path of the endpoint that the request came to.
    pub endpoint: Option<String>,
    /// The id of the request's provider.
    pub provider: Option<String>,
    /// The request's event.
    pub event: Option<String>,
    /// How it ended.
    #[ts(
        type = "'answered' | 'unresolved' | 'refused' | 'timed_out' | 'tls_failed' | 'closed' | 'invalid_answer' | 'cancelled'"
    )]
    pub outcome: String,
    /// The status that came back.
    pub status: Option<u16>,
    /// How long it took, µs.
    pub micros: u64,
    /// Why there was no answer.
    pub message: Option<String>,
}

/// Asks for the report of a run.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct AskReport {
    /// The id of the run.
    pub id: String,
    /// `csv` for a spreadsheet, `json` for one object a line.
    #[ts(type = "'csv' | 'json'")]
    pub form: String,
}

/// Sends the same event several times and compares the answers.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct CheckIdempotency {
    /// The id of the request.
    pub request: String,
    /// Where to. Not used where `target` is given.
    pub url: String,
    /// The id of the target to send to, with its rules.
    pub target: Option<String>,
    /// How many go at once, after the two in a row.
    pub at_once: u32,
    /// A name by which it can be cancelled while it is under way.
    pub ticket: Option<String>,
}

/// What a check of idempotency found.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct IdempotencyView {
    /// In the order in which they were sent.
    pub rows: Vec<IdempotencyRowView>,
    /// Whether repetitions were taken well; unknown where not all was sent, where the first call was no success,
    /// or where it is not kept any more.
    pub passed: Option<bool>,
    /// What that means.
    pub sentence: String,
    /// Why there is no control under a new id, where there is none.
    pub no_control: Option<String>,
}

/// A row of the table.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct IdempotencyRowView {
    /// What it is called, e.g. `second call`.
    pub title: String,
    /// The answer in words, e.g. `200 in 4 ms, same body`.
    pub words: String,
    /// How its answer compares with the first.
    #[ts(type = "'reference' | 'same' | 'other' | 'known' | 'refused' | 'unanswered'")]
    pub compared: String,
    /// What was sent and what came back.
    pub delivery: DeliveryView,
}
