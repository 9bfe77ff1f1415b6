//! What is masked in copies and while presenting.

/// One JSON pointer of those whose values are masked.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct MaskRef {
    /// The pointer, e.g. `/customer/email`; `*` stands for every key or element, `~2` for a key that is a star.
    pub pointer: String,
}
