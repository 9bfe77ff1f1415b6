//! What goes to targets by itself, and what waits for them.

/// When the sender gets its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum WayWord {
    /// At once, ours.
    AtOnce,
    /// The target's, through us.
    Through,
}

/// Where requests of an endpoint go by themselves, and how.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ForwardView {
    /// The id of the target.
    pub target: String,
    /// Only requests that match, in the filter language; empty for all.
    pub filter: String,
    /// When the sender gets its answer.
    pub way: WayWord,
    /// How long the target has for its answer where the sender waits for it, ms.
    pub deadline_millis: u32,
}

/// Sets where the requests of an endpoint go by themselves, in the place of what was set before.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SetForwards {
    /// The id of the endpoint.
    pub endpoint: String,
    /// Where to; empty for nowhere.
    pub forwards: Vec<ForwardView>,
}

/// What waits for one target.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct QueueView {
    /// The id of the target.
    pub target: String,
    /// How many requests wait.
    pub count: u64,
    /// When the oldest of them came, µs.
    pub oldest: Option<i64>,
    /// The person let it wait.
    pub paused: bool,
    /// When the target is tried next, where it is down, µs.
    pub next_at: Option<i64>,
    /// How often it was found down one after the other.
    pub tries: u32,
    /// Why it is taken for down.
    pub why: Option<String>,
    /// How many requests were removed with the history before they could go.
    pub lost: u64,
}

/// Asks for what waits for a target.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ListHeld {
    /// The id of the target.
    pub target: String,
    /// How many are passed over.
    pub skip: u32,
    /// How many at the most, 1 to 500.
    pub limit: u32,
}

/// A request that waits.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct HeldView {
    /// Names it.
    pub number: i64,
    /// The id of the request.
    pub request: String,
    /// When the request came, µs.
    pub received_at: i64,
    /// Its method.
    pub method: String,
    /// Its path and query.
    pub path: String,
    /// Its event.
    pub event: Option<String>,
    /// How many attempts were made.
    pub attempts: u32,
    /// An attempt is under way.
    pub trying: bool,
}

/// Lets what waits for a target wait on, or go.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct PauseQueue {
    /// The id of the target.
    pub target: String,
    /// Whether it waits from now on.
    pub paused: bool,
}

/// Names a held request.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct HeldRef {
    /// Its number.
    pub number: i64,
}

/// Where a held request is moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum MoveWord {
    /// Before all others.
    First,
    /// One place towards the front.
    Earlier,
    /// One place towards the end.
    Later,
}

/// Moves a held request within its queue.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct MoveHeld {
    /// Its number.
    pub number: i64,
    /// Where to.
    pub to: MoveWord,
}

/// What was taken out of a queue. It can be undone for ten minutes.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize, ts_rs::TS)]
pub struct Dropped {
    /// Names it, to undo it.
    pub id: i64,
    /// How many.
    pub requests: u64,
}
