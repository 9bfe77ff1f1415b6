//! What may come next while a filter is typed: the filter language knows its words, the tally the values that are kept.

use std::ops::Range;

use super::{Store, StoreError, TallyKind};
use crate::filter::{Field, Wanted, complete};

/// Something that may be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The characters of the filter that it replaces.
    pub replaces: Range<usize>,
    /// What is put there, with quotes where it needs them.
    pub text: String,
    /// What it means, or how many requests have it.
    pub meaning: String,
    /// It is the name of an event, which may be masked.
    pub is_event: bool,
}

/// The most that are offered.
const MOST: usize = 20;

impl Store {
    /// What may be typed at `cursor`, counted in characters.
    ///
    /// # Errors
    ///
    /// When the values that are kept cannot be read.
    pub async fn suggest(&self, filter: &str, cursor: usize) -> Result<Vec<Suggestion>, StoreError> {
        let completion = complete(filter, cursor);
        let replaces = completion.replaces;
        let is_event = matches!(
            completion.wanted,
            Wanted::Value {
                field: Field::Event,
                ..
            }
        );
        let suggestion = |text: String, meaning: String| Suggestion {
            replaces: replaces.clone(),
            text,
            meaning,
            is_event,
        };
        let (field, typed, known) = match completion.wanted {
            Wanted::Field(fields) => {
                let fields = fields.into_iter();
                return Ok(fields
                    .map(|info| suggestion(format!("{}:", info.name), info.meaning.to_owned()))
                    .collect());
            }
            Wanted::Value { field, typed, known } => (field, typed.to_lowercase(), known),
        };
        let mut offered: Vec<Suggestion> = Vec::new();
        for (value, meaning) in self.kept_values(field).await? {
            if !value.is_empty() && value.to_lowercase().starts_with(&typed) {
                offered.push(suggestion(quoted(&value), meaning));
            }
        }
        offered.extend(known.into_iter().map(|value| suggestion(value, String::new())));
        offered.truncate(MOST);
        Ok(offered)
    }

    async fn kept_values(&self, field: Field) -> Result<Vec<(String, String)>, StoreError> {
        let kind = match field {
            Field::Provider => TallyKind::Provider,
            Field::Event => TallyKind::Event,
            Field::Endpoint => TallyKind::Endpoint,
            Field::Method => TallyKind::Method,
            Field::Status => TallyKind::Answered,
            Field::Tag => {
                let tags = self.tags().await?.into_iter();
                return Ok(tags
                    .map(|(name, requests)| (name, requests.to_string()))
                    .collect());
            }
            Field::Target => {
                let targets = self.targets().await?.into_iter();
                return Ok(targets.map(|target| (target.name, target.url)).collect());
            }
            _ => return Ok(Vec::new()),
        };
        let counts = self.counts(kind).await?.into_iter();
        Ok(counts
            .map(|count| (count.value, count.requests.to_string()))
            .collect())
    }
}

/// The value as it can stand in a filter.
fn quoted(value: &str) -> String {
    let plain = value
        .chars()
        .all(|letter| letter.is_alphanumeric() || "/._-:".contains(letter));
    if plain {
        value.to_owned()
    } else {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
