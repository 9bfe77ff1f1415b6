//! What changed: numbers and ids only, coalesced, so that the view asks for the rows it shows.

use super::{RecheckView, Wish};

/// Something changed since the event before.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FeedEvent {
    /// Rises by one with each event of a subscription; a gap means that events were lost and all must be asked for again.
    pub number: u64,
    /// How many requests came since the event before.
    pub arrived: u32,
    /// Requests that were changed beside (star, deliveries, deletion).
    pub requests: Vec<String>,
    /// So were others, too many to be named: ask for the rows again.
    pub more_requests: bool,
    /// Endpoints, secrets or targets changed.
    pub endpoints: bool,
    /// The listener, the store or the settings changed.
    pub status: bool,
    /// Numbers of the status and of filters are others, such as how far the search index is; nothing else has to be asked
    /// for.
    pub counts: bool,
    /// How far checking signatures again is; `null` while nothing is checked again.
    pub recheck: Option<RecheckView>,
    /// Any of it may be another: ask for everything again.
    pub refetch: bool,
    /// What the desktop wants of the window; nothing in a browser.
    pub wishes: Vec<Wish>,
}
