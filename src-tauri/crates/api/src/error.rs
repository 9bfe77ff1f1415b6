//! The one form in which errors cross the boundary.

use hookbench_engine::Kind;
use hookbench_engine::model::ParseIdError;
use hookbench_signature::shortened;

/// What failed, why, and what to do.
///
/// A code exists only where something branches on it; the message names the datum; the hint is the way on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
pub struct ApiError {
    /// Names the kind of failure.
    pub code: Code,
    /// The fact.
    pub message: String,
    /// The remedy.
    pub hint: Option<String>,
}

/// The kinds of failure that somebody branches on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The thing that was named is not there (any more).
    NotFound,
    /// An argument cannot be understood; the form stays open.
    BadInput,
    /// The filter cannot be understood; the list stays as it was.
    BadFilter,
    /// The store cannot write or read now.
    Store,
    /// The data file cannot be used as it is; it can be set aside and a new one begun.
    Unusable,
    /// The data file cannot be opened now; it can be tried again.
    Unopened,
    /// The person has to agree to send to a host that is far away: ask, then `allow_host`, then again.
    ConfirmHost,
    /// The person has to agree to send a live event: ask, then `allow_live`, then again.
    ConfirmLive,
    /// Everything else.
    Failed,
}

/// Letters of a message at the most: it names what was asked, which may be long.
const LONGEST: usize = 1_000;

impl ApiError {
    /// The same in few enough words for a note on the screen.
    pub(crate) fn in_short(mut self) -> Self {
        self.message = shortened(&self.message, LONGEST);
        self.hint = self.hint.map(|hint| shortened(&hint, LONGEST));
        self
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}

impl From<hookbench_engine::EngineError> for ApiError {
    fn from(error: hookbench_engine::EngineError) -> Self {
        let code = match error.kind() {
            Kind::NotFound => Code::NotFound,
            Kind::BadInput => Code::BadInput,
            Kind::BadFilter => Code::BadFilter,
            Kind::Store => Code::Store,
            Kind::Unusable => Code::Unusable,
            Kind::Unopened => Code::Unopened,
            Kind::ConfirmHost => Code::ConfirmHost,
            Kind::ConfirmLive => Code::ConfirmLive,
            Kind::Failed => Code::Failed,
        };
        Self {
            code,
            message: error.to_string(),
            hint: error.hint(),
        }
    }
}

impl From<ParseIdError> for ApiError {
    fn from(error: ParseIdError) -> Self {
        Self {
            code: Code::BadInput,
            message: error.to_string(),
            hint: None,
        }
    }
}
