//! What the person chooses: `${name}` in a scheme's texts.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::Scheme;
use crate::template::fill_parameters;

/// One thing the person chooses, with what a form needs to ask for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its label.
    pub title: String,
    /// One sentence that says where to find it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The value where none is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The values there are, if they are few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

/// A value of a closed set, or the parameter that will name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting<T> {
    /// The value.
    Fixed(T),
    /// Text with `${name}` in it.
    Open(String),
}

impl<T: Copy> Setting<T> {
    /// The value, if it is known.
    #[must_use]
    pub const fn get(&self) -> Option<T> {
        match self {
            Self::Fixed(value) => Some(*value),
            Self::Open(_) => None,
        }
    }
}

impl<T> From<T> for Setting<T> {
    fn from(value: T) -> Self {
        Self::Fixed(value)
    }
}

impl<T: Default> Default for Setting<T> {
    fn default() -> Self {
        Self::Fixed(T::default())
    }
}

impl<T: Serialize> Serialize for Setting<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fixed(value) => value.serialize(serializer),
            Self::Open(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Setting<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.contains("${") {
            return Ok(Self::Open(text));
        }
        T::deserialize(text.into_deserializer()).map(Self::Fixed)
    }
}

/// Why a scheme's parameters could not be put in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// A parameter without a value and without a default.
    #[error("the parameter `{0}` has no value")]
    Missing(String),
    /// A value outside the choices.
    #[error("`{value}` is not one of the choices of `{name}`")]
    Choice {
        /// The parameter.
        name: String,
        /// What was given.
        value: String,
    },
    /// The values are known and the scheme they make is not one.
    #[error("the scheme is not valid with these parameters: {0}")]
    Invalid(String),
}

impl fmt::Display for Parameter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.title)
    }
}

/// The first parameter that is still named somewhere in the scheme's texts.
pub(super) fn first_open(scheme: &Scheme) -> Option<String> {
    // Serialising is the one walk that meets every text, also those of fields added later.
    let value = serde_json::to_value(scheme).ok()?;
    find(&value)
}

fn find(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => {
            let (_, rest) = text.split_once("${")?;
            rest.split_once('}').map(|(name, _)| name.to_owned())
        }
        Value::Array(values) => values.iter().find_map(find),
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| *key != "parameters")
            .find_map(|(_, value)| find(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

pub(super) fn resolve(scheme: &Scheme, values: &BTreeMap<String, String>) -> Result<Scheme, ResolveError> {
    let mut known = BTreeMap::new();
    for (name, parameter) in &scheme.parameters {
        let value = values
            .get(name)
            .filter(|value| !value.is_empty())
            .or(parameter.default.as_ref());
        let Some(value) = value else { continue };
        if !parameter.choices.is_empty() && !parameter.choices.contains(value) {
            return Err(ResolveError::Choice {
                name: name.clone(),
                value: value.clone(),
            });
        }
        known.insert(name.as_str(), value.as_str());
    }
    for (name, value) in values {
        known.entry(name).or_insert(value);
    }
    let invalid = |error: serde_json::Error| ResolveError::Invalid(error.to_string());
    let mut tree = serde_json::to_value(scheme).map_err(invalid)?;
    if let Value::Object(members) = &mut tree {
        members.remove("parameters");
    }
    fill(&mut tree, &known)?;
    serde_json::from_value(tree).map_err(invalid)
}

fn fill(value: &mut Value, known: &BTreeMap<&str, &str>) -> Result<(), ResolveError> {
    match value {
        Value::String(text) if text.contains("${") => {
            *text = fill_parameters(text, |name| {
                known
                    .get(name)
                    .ok_or_else(|| ResolveError::Missing(name.to_owned()))
            })?;
        }
        Value::Array(values) => values.iter_mut().try_for_each(|value| fill(value, known))?,
        Value::Object(members) => members.values_mut().try_for_each(|value| fill(value, known))?,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    Ok(())
}
