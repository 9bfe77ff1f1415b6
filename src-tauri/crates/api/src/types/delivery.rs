//! Sending again: resend, edit and replay, what would go, and what was answered.

use super::HeaderLine;

/// A delivery as it is shown.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    /// Its id.
    pub id: String,
    /// The request it was made from.
    pub request: String,
    /// `resend`, `edited` or `forward`.
    #[ts(type = "'resend' | 'edited' | 'forward'")]
    pub kind: String,
    /// The whole URL it was sent to.
    pub url: String,
    /// The method that was sent.
    pub method: String,
    /// When it was asked for, µs.
    pub created_at: i64,
    /// The length of the body that was sent.
    pub body_length: u64,
    /// The names of captured headers that stayed here: credentials that were meant for another host.
    pub withheld: Vec<String>,
    /// The id of the target it went by.
    pub target: Option<String>,
    /// The id of the delivery whose bytes it sent once more.
    pub again: Option<String>,
    /// The id of the run it is a step of.
    pub run: Option<String>,
    /// Its retries, where it has any.
    pub schedule: Option<ScheduleView>,
    /// An attempt is under way, by this program.
    pub under_way: bool,
    /// Its attempts, first to last.
    pub attempts: Vec<AttemptView>,
}

/// The retries of a delivery as they are shown.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleView {
    /// How it stands.
    #[ts(type = "'waiting' | 'delivered' | 'exhausted' | 'stopped'")]
    pub state: String,
    /// The wait before each retry, ms.
    pub waits: Vec<u64>,
    /// How many of them were used.
    pub used: u32,
    /// When the next attempt is due, µs.
    pub next_at: Option<i64>,
    /// Since when an attempt is under way, µs.
    pub trying_since: Option<i64>,
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
    /// Where a redirect led, if it was followed.
    pub url: Option<String>,
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
    /// Where to: a URL without a path keeps the path of the request. Not used where `target` is given.
    #[serde(default)]
    pub url: String,
    /// The id of the target to send to, with its rules.
    #[serde(default)]
    pub target: Option<String>,
    /// A name by which it can be cancelled while it is under way.
    #[serde(default)]
    pub ticket: Option<String>,
    /// The waits before retries after a failure, ms; empty for a single attempt.
    #[serde(default)]
    pub waits: Vec<u64>,
    /// Sign it with the secret of its endpoint and the present time.
    #[serde(default)]
    pub resign: bool,
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
    /// The id of the target whose header rules, time limits and trust are used.
    #[serde(default)]
    pub target: Option<String>,
    /// A name by which it can be cancelled while it is under way.
    #[serde(default)]
    pub ticket: Option<String>,
    /// The waits before retries after a failure, ms; empty for a single attempt.
    #[serde(default)]
    pub waits: Vec<u64>,
    /// What is done about the signature: `kept`, `endpoint`, `secret:ID`, `given`, `test_key` or `stripped`.
    #[serde(default = "kept")]
    pub signature: String,
    /// The secret for `given`; it is kept nowhere.
    #[serde(default)]
    pub secret: Option<String>,
    /// Send it under another delivery id.
    #[serde(default)]
    pub new_id: bool,
}

fn kept() -> String {
    "kept".to_owned()
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

/// Sends the bytes of a delivery once more, as another delivery.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SendAgain {
    /// The id of the delivery.
    pub delivery: String,
    /// A name by which it can be cancelled while it is under way.
    #[serde(default)]
    pub ticket: Option<String>,
}

/// Names a delivery.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryRef {
    /// Its id.
    pub id: String,
}

/// Names what is under way: a ticket, or the id of a delivery.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct CancelSending {
    /// The ticket or id.
    pub ticket: String,
}

/// Whether something was done.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// It was.
    pub done: bool,
}

/// Asks what would go.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum AskPreview {
    /// If the request were resent.
    Resend(Resend),
    /// If the edited copy were sent.
    Replay(Replay),
}

/// The exact head that would go, and what would be asked first.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct PreviewView {
    /// The whole URL.
    pub url: String,
    /// The lines of the head as they go, bytes that are not UTF-8 replaced; the first is the request line.
    pub lines: Vec<String>,
    /// How its lines differ from those that came.
    pub changes: Vec<ChangeView>,
    /// The length of the body.
    pub body_length: u64,
    /// Why it is a live event, if it is.
    pub live: Option<String>,
    /// What has to be agreed to first.
    pub question: Option<QuestionView>,
    /// The names of the header lines that the new signature set, or that were taken away with the old one.
    pub signature_headers: Vec<String>,
    /// The delivery id before and after, where it is another.
    pub ids: Option<(String, String)>,
    /// The public key that a receiver must trust, where it is signed with a test key.
    pub test_key: Option<String>,
    /// The body as base64 where it is made of the one that was given: signed inside, or under a new id.
    pub body_made: Option<String>,
    /// What our own check says of it, where there is a scheme to check by.
    pub check: Option<OwnCheckView>,
    /// The names of captured headers that stay here: credentials that were meant for another host.
    pub withheld: Vec<String>,
    /// The names of such headers that leave the private network as they came: the target's rules let them.
    pub sent_on: Vec<String>,
}

/// What our own check says of something that is to go.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct OwnCheckView {
    /// The verdict.
    pub verdict: String,
    /// It in a sentence.
    pub sentence: String,
    /// The name of the secret that it was checked with.
    pub key: Option<String>,
    /// The id of the provider whose scheme it was checked by.
    pub provider: Option<String>,
}

/// A header line that is not copied as it came.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ChangeView {
    /// As it came; `null` for one that was not there.
    pub before: Option<String>,
    /// As it goes; `null` for one that does not.
    pub after: Option<String>,
    /// Why it is not the same.
    pub why: String,
}

/// Something to agree to.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct QuestionView {
    /// Which question it is.
    #[ts(type = "'confirm_host' | 'confirm_live'")]
    pub code: String,
    /// What is the matter.
    pub message: String,
    /// What agreeing means.
    pub hint: String,
}
