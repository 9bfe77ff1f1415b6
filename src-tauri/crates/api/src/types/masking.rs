//! What is masked in copies and while presenting.

/// A JSON pointer of those whose values are masked, or are to be.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct MaskRef {
    /// The pointer, e.g. `/customer/email`; `*` stands for every key or element, `~2` for a key that is a star.
    pub pointer: String,
    /// The path or the id of the endpoint whose requests it holds for; `null` for all requests.
    pub endpoint: Option<String>,
}

/// A JSON pointer whose values are masked.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct MaskView {
    /// The pointer.
    pub pointer: String,
    /// The path of the endpoint whose requests it holds for; `null` for all requests.
    pub endpoint: Option<String>,
}
