//! What a person writes: drafts, and templates with variables.

use std::collections::BTreeMap;

use super::EditedBody;

/// A request as a person wrote it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct WrittenView {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Name and value of each header, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: EditedBody,
    /// What is done about the signature: `kept`, `endpoint`, `secret:ID`, `test_key` or `stripped`.
    pub signature: String,
    /// Whether it goes under another delivery id.
    pub new_id: bool,
}

/// A draft as it is listed.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct DraftView {
    /// The id of the request it is a copy of.
    pub request: String,
    /// When it was last changed, µs.
    pub updated_at: i64,
    /// Its method.
    pub method: String,
    /// Its URL.
    pub url: String,
    /// What the request is about, or its target.
    pub about: String,
    /// Whose event it names, where it names one.
    #[serde(skip)]
    #[ts(skip)]
    pub event_of: Option<String>,
}

/// A draft, if there is one.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct KeptDraftView {
    /// What was written.
    pub written: Option<WrittenView>,
}

/// Keeps what was written beside a request.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SaveDraft {
    /// The id of the request.
    pub request: String,
    /// What was written.
    pub written: WrittenView,
}

/// A template as it is listed.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct TemplateView {
    /// Its name.
    pub name: String,
    /// Its method.
    pub method: String,
    /// Its URL, variables included.
    pub url: String,
    /// The variables that the person gives values to, in the order in which they stand.
    pub variables: Vec<String>,
    /// How often it was used.
    pub used: u64,
    /// The id of the request that it was made from, which may be gone.
    pub request: String,
    /// The length of its body.
    pub body_length: u64,
}

/// Keeps what was written beside a request as a template.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SaveTemplate {
    /// Its name; one of the same name is replaced.
    pub name: String,
    /// The id of the request.
    pub request: String,
    /// What was written, with `{{variables}}`.
    pub written: WrittenView,
}

/// Names a template.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct TemplateRef {
    /// Its name.
    pub name: String,
}

/// Fills in the variables of a template.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FillTemplate {
    /// Its name.
    pub name: String,
    /// The id of the target or the URL it goes to; for each the values of the last time are kept.
    pub place: String,
    /// The id of the request it is to speak of, in place of the one it was made from.
    pub request: Option<String>,
    /// The values that the person gives.
    pub values: BTreeMap<String, String>,
    /// Whether this is a use of it, or only a look.
    #[ts(type = "'look' | 'use'")]
    pub purpose: String,
}

/// A template with its variables filled in.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FilledTemplateView {
    /// What it is now.
    pub written: WrittenView,
    /// Variables that have no value.
    pub missing: Vec<String>,
    /// The variables that the person gives values to, with those they have now.
    pub values: Vec<(String, Option<String>)>,
    /// The id of the request that it speaks of, if that is there.
    pub request: Option<String>,
}
