//! The structure of a provider file.
//!
//! # A provider file
//! ```toml
//! # A remark for whoever maintains the file, above all where the evidence is thin.
//! id = "example"                          # also the file's name
//! name = "Example"
//! evidence = "B"                          # see Evidence
//! evidence_note = "read from their SDK 1.2"
//! docs = "https://example.com/webhooks"
//! note = "One sentence the person should know."
//! answer_within = 10                      # seconds the sender waits for an answer
//! retries = "5 times within a day"
//! delivery_docs = "https://example.com/r" # where both are read; without it they are from memory
//! retry_after = [60, 300]                 # its waits in seconds, where each is known
//! user_agent = "Example-Hooks/1"          # what the samples are sent with
//!
//! [[detect]]                              # any of the rules; see DetectRule
//! when = ["header:Example-Signature"]
//!
//! [event]                                 # what happened; the first template that has a value
//! from = ["{header:Example-Event}.{json:action}", "{header:Example-Event}"]
//!
//! [delivery_id]                           # equal for repetitions of one delivery
//! from = ["{header:Example-Delivery}"]
//!
//! [parameters.verify_token]               # what the person chooses beside the parameters of the scheme
//! title = "Verify token"
//!
//! [scheme]                                # see hookbench_signature::Scheme
//! algorithm = "hmac-sha256"
//! signature = { from = "header:Example-Signature" }
//!
//! [[handshake]]                           # see HandshakeRule
//! [[hint]]                                # see HintRule
//! [[sample]]                              # see Sample
//! ```
//! Unknown fields are refused, so that a misspelt one is found when the file is read.

use std::collections::BTreeMap;

use hookbench_signature::{Hint, Parameter, ResolveError, Scheme};
use serde::{Deserialize, Serialize};

use super::{DetectRule, Facts, HandshakeRule, HintRule, Sample, Template};

/// How well a provider file is founded, best first, as the catalogue of schemes grades it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Evidence {
    /// Official documentation was read and official code was read or run.
    #[serde(rename = "A+B")]
    DocumentedAndRun,
    /// Official documentation or a specification was read.
    #[serde(rename = "A")]
    Documented,
    /// The source of an official SDK or sample was read or run.
    #[serde(rename = "B")]
    OfficialCode,
    /// Only others' code or notes.
    #[serde(rename = "C")]
    SecondHand,
    /// General knowledge that nothing confirmed.
    #[serde(rename = "D")]
    Unconfirmed,
}

impl Evidence {
    /// The grade's letters.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DocumentedAndRun => "A+B",
            Self::Documented => "A",
            Self::OfficialCode => "B",
            Self::SecondHand => "C",
            Self::Unconfirmed => "D",
        }
    }

    /// What the grade means, in a sentence without a full stop.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::DocumentedAndRun => "from the official documentation and the official code",
            Self::Documented => "from the official documentation",
            Self::OfficialCode => "from the official SDK or sample code",
            Self::SecondHand => "from the code and notes of others; check it before relying on it",
            Self::Unconfirmed => "from general knowledge; nothing official confirmed it",
        }
    }
}

/// Where the event's name is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventRule {
    /// Templates; the first that has a value is the event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<Template>,
    /// Names for values that are not names: `"1" = "PING"`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
}

/// What tells one delivery from another and is equal for repetitions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryIdRule {
    /// Templates; the first that has a value is the key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<Template>,
    /// The sender gives no id of its own: the key is worked out and two different deliveries could share it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guessed: bool,
}

/// Who sends webhooks, and all that is known about how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its stable id, e.g. `stripe`; also the name of its file.
    pub id: String,
    /// Its name as people write it.
    pub name: String,
    /// Other ids under which it is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// How well this file is founded.
    pub evidence: Evidence,
    /// What the evidence is, where the grade alone says too little.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_note: Option<String>,
    /// The page that documents its webhooks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    /// What a person who integrates it should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Seconds it waits for an answer, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_within: Option<u32>,
    /// How it sends again after a failure, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<String>,
    /// The page on which both of these were read; without one they are from memory and nothing confirmed them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_docs: Option<String>,
    /// The seconds it waits before each of them, where each is known or announced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retry_after: Vec<u32>,
    /// The `User-Agent` its samples carry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// How it is recognised; any of the rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub detect: Vec<DetectRule>,
    /// What happened.
    #[serde(default)]
    pub event: EventRule,
    /// What makes a repetition a repetition.
    #[serde(default)]
    pub delivery_id: DeliveryIdRule,
    /// What the person chooses beside the scheme's own parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Parameter>,
    /// How it signs; left out where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// What it asks before or between events, and what we answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handshake: Vec<HandshakeRule>,
    /// What a request says of itself that may be why its signature does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hint: Vec<HintRule>,
    /// Events that can be sent for trying out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sample: Vec<Sample>,
}

impl Provider {
    /// Everything the person chooses: the provider's own parameters and those of its scheme.
    pub fn all_parameters(&self) -> impl Iterator<Item = (&str, &Parameter)> {
        let of_scheme = self.scheme.iter().flat_map(|scheme| &scheme.parameters);
        self.parameters
            .iter()
            .chain(of_scheme)
            .map(|(name, parameter)| (name.as_str(), parameter))
    }

    /// The given values, and the default for each parameter that has none.
    #[must_use]
    pub fn with_defaults(&self, values: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut all = values.clone();
        all.retain(|_, value| !value.is_empty());
        for (name, parameter) in self.all_parameters() {
            if let Some(default) = &parameter.default {
                all.entry(name.to_owned()).or_insert_with(|| default.clone());
            }
        }
        all
    }

    /// The scheme with its parameters put in; `None` for a provider that does not sign.
    ///
    /// This walks the whole scheme: keep what it returns instead of asking for every request.
    ///
    /// # Errors
    /// A parameter has no value, or one that is not among its choices.
    pub fn scheme(&self, values: &BTreeMap<String, String>) -> Result<Option<Scheme>, ResolveError> {
        let Some(scheme) = &self.scheme else {
            return Ok(None);
        };
        if scheme.parameters.is_empty() && !scheme.needs_parameters() {
            return Ok(Some(scheme.clone()));
        }
        scheme.resolve(&self.with_defaults(values)).map(Some)
    }

    /// That it signs nothing, in a sentence.
    #[must_use]
    pub fn signs_nothing(&self) -> String {
        format!("{} does not sign its requests.", self.name)
    }

    /// What a request says about a signature that does not hold; `parameters` are what the person chose.
    #[must_use]
    pub fn hints(&self, facts: &Facts<'_>, parameters: &BTreeMap<String, String>) -> Vec<Hint> {
        let parameters = self.with_defaults(parameters);
        self.hint
            .iter()
            .filter_map(|rule| rule.hint(facts, &parameters))
            .collect()
    }

    /// The sample of this name.
    #[must_use]
    pub fn sample(&self, name: &str) -> Option<&Sample> {
        self.sample.iter().find(|sample| sample.name == name)
    }
}
