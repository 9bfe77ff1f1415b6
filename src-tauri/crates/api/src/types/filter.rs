//! The filter language at the boundary: what a filter says, and the filters that are kept.

/// Asks what a filter says.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ReadFilter {
    /// The filter as it stands.
    pub text: String,
}

/// What a filter says.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FilterReading {
    /// Where it is wrong, if it is.
    pub problem: Option<FilterProblem>,
}

/// Where and why a filter cannot be understood.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FilterProblem {
    /// The first character (Unicode scalar value) that is wrong.
    pub start: u32,
    /// The character after the last that is wrong.
    pub end: u32,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// A filter that is kept in the sidebar.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedFilterView {
    /// Its name.
    pub name: String,
    /// The filter as it was typed.
    pub filter: String,
    /// How many requests match, where that can be told without counting them.
    pub requests: Option<u64>,
}

/// Saves a filter, in place of one of the same name.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SaveFilter {
    /// Its name.
    pub name: String,
    /// A filter in the filter language.
    pub filter: String,
}

/// Gives a saved filter another name.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RenameFilter {
    /// Its name.
    pub name: String,
    /// Its name from now on.
    pub to: String,
}

/// Puts the saved filters into an order.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct OrderFilters {
    /// Their names; those that are not named come after.
    pub names: Vec<String>,
}

/// Names a saved filter.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct FilterRef {
    /// Its name.
    pub name: String,
}

/// Changes what is added to requests. What is left out stays as it is.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Annotate {
    /// The ids of the requests.
    pub ids: Vec<String>,
    /// Whether they are starred from now on.
    pub starred: Option<bool>,
    /// Their note from now on; an empty one takes it away.
    pub note: Option<String>,
    /// Tags they have from now on.
    pub add_tags: Vec<String>,
    /// Tags they no longer have.
    pub remove_tags: Vec<String>,
}

/// A tag.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct TagView {
    /// Its name.
    pub name: String,
    /// How many requests have it.
    pub requests: u64,
}
