//! Sending again: resend, edit and replay, and what was answered.

use super::HeaderLine;

/// A delivery as it is shown.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    /// Its id.
    pub id: String,
    /// The request it was made from.
    pub request: String,
    /// `resend` or `edited`.
    #[ts(type = "'resend' | 'edited'")]
    pub kind: String,
    /// The whole URL it was sent to.
    pub url: String,
    /// The method that was sent.
    pub method: String,
    /// When it was asked for, µs.
    pub created_at: i64,
    /// The length of the body that was sent.
    pub body_length: u64,
    /// Its attempts, first to last.
    pub attempts: Vec<AttemptView>,
}

/// An attempt as it is shown.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct AttemptView {
    /// Its id.
    pub id: String,
    /// When it began, µs.
    pub started_at: i64,
    /// How it ended.
    #[ts(
        type = "'answered' | 'unresolved' | 'refused' | 'timed_out' | 'tls_failed' | 'closed' | 'invalid_answer' | 'cancelled'"
    )]
    pub outcome: String,
    /// What happened, where it was not answered.
    pub message: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// The header lines of the answer in their order.
    pub headers: Vec<HeaderLine>,
    /// The value of the answer's `Content-Type`.
    pub content_type: Option<String>,
    /// The length of the answer's body as far as it was kept.
    pub body_length: u64,
    /// The answer went on beyond what is kept.
    pub body_cut: bool,
    /// How long each stage took.
    pub timings: TimingsView,
}

/// How long each stage of an attempt took, µs.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct TimingsView {
    /// Resolving the name.
    pub resolve: Option<u64>,
    /// Connecting.
    pub connect: Option<u64>,
    /// The TLS handshake.
    pub tls: Option<u64>,
    /// From the last byte sent to the first byte of the answer.
    pub first_byte: Option<u64>,
    /// From start to end.
    pub total: u64,
}

/// Asks for the deliveries of a request.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ListDeliveries {
    /// The id of the request.
    pub request: String,
}

/// Sends a request again, unchanged.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct Resend {
    /// The id of the request.
    pub request: String,
    /// The target: a URL without a path keeps the path of the request.
    pub url: String,
}

/// Sends an edited copy of a request.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct Replay {
    /// The id of the request.
    pub request: String,
    /// The whole URL.
    pub url: String,
    /// The method.
    pub method: String,
    /// Name and value of each header, in order. `Host` and `Content-Length` are set by the target and the body.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: EditedBody,
}

/// The body of an edited copy.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum EditedBody {
    /// The captured bytes.
    Captured,
    /// This text in UTF-8.
    Text(String),
    /// These bytes, as base64.
    Base64(String),
}

/// A target as it is shown.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct TargetView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its URL.
    pub url: String,
}

/// Makes a target, or changes the one with this id.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase", default)]
pub struct SaveTarget {
    /// The id of the target to change; `null` makes one.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its URL.
    pub url: String,
}

/// Names a target.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct TargetRef {
    /// Its id.
    pub id: String,
}
