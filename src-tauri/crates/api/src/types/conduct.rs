//! What an endpoint does beside keeping requests: the answer that was set, faults; and the answer that was given.

/// What the senders of an endpoint get once their request is kept.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct AnswerRuleView {
    /// The status, 200 to 599.
    pub status: u16,
    /// Name and value of each header, in order; values may have variables.
    pub headers: Vec<(String, String)>,
    /// The body; may have variables.
    pub body: String,
    /// How long the sender waits for it, ms.
    pub delay_millis: u32,
}

/// Sets what the senders of an endpoint get.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SetAnswer {
    /// The id of the endpoint.
    pub endpoint: String,
    /// The answer; `null` for the usual one.
    pub answer: Option<AnswerRuleView>,
}

/// A variable that an answer may have.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct VariableView {
    /// What stands between the braces.
    pub name: String,
    /// What it stands for.
    pub meaning: String,
}

/// What goes wrong with an answer on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum FaultWord {
    /// The sender gets a status that says it failed.
    Fail,
    /// The answer comes late.
    Delay,
    /// The connection ends without an answer.
    Close,
    /// The connection ends in the middle of the answer.
    Cut,
}

/// Whom a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ReachWord {
    /// The next `extent` requests.
    Next,
    /// `extent` of a hundred, evenly spread.
    Share,
    /// Every request.
    All,
}

/// A fault that was ordered.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FaultView {
    /// What goes wrong.
    pub kind: FaultWord,
    /// The status of `fail`, the ms of `delay`; 0 for the rest.
    pub amount: u32,
    /// Whom it strikes.
    pub reach: ReachWord,
    /// How many requests, or how many of a hundred.
    pub extent: u32,
    /// How many it has struck.
    pub struck: u64,
}

/// Orders a fault for an endpoint.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SetFault {
    /// The id of the endpoint.
    pub endpoint: String,
    /// The fault; `null` takes it away.
    pub fault: Option<OrderedFault>,
}

/// A fault as it is ordered.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct OrderedFault {
    /// What goes wrong.
    pub kind: FaultWord,
    /// The status of `fail`, the ms of `delay`; 0 for the rest.
    pub amount: u32,
    /// Whom it strikes.
    pub reach: ReachWord,
    /// How many requests, or how many of a hundred.
    pub extent: u32,
}

/// The answer that went back to a sender.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct GivenAnswerView {
    /// Where it came from.
    #[ts(type = "'usual' | 'set' | 'handshake' | 'fault' | 'target' | 'gateway'")]
    pub source: String,
    /// µs from the last byte of the request to the last of the answer; `null` where none went.
    pub micros: Option<u64>,
    /// How many of its bytes were kept, head and body; 0 where they are the usual ones.
    pub length: u64,
    /// The seconds after which its provider gives up, where that is documented.
    pub within: Option<u32>,
}
