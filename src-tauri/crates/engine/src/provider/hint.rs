//! What a request says of itself that may be why its signature does not hold: that it is of the test mode, of another
//! shop, of another account. Nothing of it is a proof.

use std::collections::BTreeMap;

use hookbench_signature::{Cause, Hint};
use serde::{Deserialize, Serialize};

use super::{Condition, Facts, Template};

/// One such thing.
///
/// ```toml
/// [[hint]]
/// when = [{ from = "json:livemode", is = "false" }]
/// text = "It is an event of the test mode: that has a secret of its own."
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HintRule {
    /// All of these are so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
    /// What is told, in a sentence; values of the request may stand in it, and without them it is not told.
    pub text: Template,
}

impl HintRule {
    pub(super) fn hint(&self, facts: &Facts<'_>, parameters: &BTreeMap<String, String>) -> Option<Hint> {
        if !self.when.iter().all(|condition| condition.holds(facts)) {
            return None;
        }
        Some(Hint {
            cause: Cause::OtherSecret,
            text: self.text.render(facts, parameters)?,
        })
    }
}
