//! Reading heads and bodies as raw bytes, by range.

/// Which bytes are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ByteSource {
    /// The head of a request as it came.
    RequestHead,
    /// The body of a request after transfer framing.
    RequestBody,
    /// The answer that went back to the sender of a request, head and body; empty where it was the usual one.
    RequestAnswer,
    /// The body of a request with its content coding undone, 10 MiB at the most.
    RequestUnpacked,
    /// The head that a delivery sent.
    DeliveryHead,
    /// The body that a delivery sent.
    DeliveryBody,
    /// The head of an answer as it came.
    AttemptHead,
    /// The body of an answer after transfer framing.
    AttemptBody,
}

/// A range of bytes of a request, delivery or attempt.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ByteRange {
    /// Which bytes.
    pub source: ByteSource,
    /// The id of the request, delivery or attempt they belong to.
    pub id: String,
    /// The first byte wanted, from 0.
    pub offset: u64,
    /// How many bytes at the most; at most 16 MiB are given at once.
    pub length: u64,
}
