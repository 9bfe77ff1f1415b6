//! The tables inside a scheme: where things are, and what must hold of them.

use serde::{Deserialize, Serialize};

use super::algorithm::{Encoding, Hash, SecretDecoding, TimestampUnit};
use crate::template::Source;

/// Where signatures are and how the text there is taken apart.
///
/// In order: `prefix` is removed (without it the text is no signature); the rest is cut at `groups`, each group at
/// `separator`, each item at the first `assign` into key and value. Items whose key is `key` are signatures; any of
/// them may match. With `separator` and no `assign`, items are told apart by place, and those from `position` on are
/// signatures. Every place in `from` that is present gives candidates.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The places: one, or a list. `header:NAME*` takes every header that starts so.
    #[serde(with = "one_or_many")]
    pub from: Vec<Source>,
    /// Text before the signature that is not part of it: `sha256=`, `Bearer `.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// What parts groups that each have a time and signatures of their own (Persona while keys rotate).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<String>,
    /// What parts the items of a list: `,`, `;`, a space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<String>,
    /// What parts an item's key from its value: `=`, `,`, `|`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assign: Option<String>,
    /// The key of the items that are signatures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The key is this part of the pasted secret, counted from 0, by `secret.split` (Braintree's public key).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_from_secret: Option<usize>,
    /// In a list without keys, the place of the first signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<usize>,
    /// Items without a key are signatures too.
    #[serde(default, skip_serializing_if = "is_false")]
    pub bare: bool,
    /// Blanks around items are ignored.
    #[serde(default, skip_serializing_if = "is_false")]
    pub trim: bool,
}

impl Signature {
    /// A signature that is a whole header.
    #[must_use]
    pub fn header(name: &str) -> Self {
        Self {
            from: vec![Source::Header(name.to_owned())],
            ..Self::default()
        }
    }
}

/// Where the time of signing is, and how far from the time of receipt it may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timestamp {
    /// The places: one, or a list of which the first that is present is taken.
    #[serde(with = "one_or_many")]
    pub from: Vec<Source>,
    /// How it is written.
    #[serde(default)]
    pub unit: TimestampUnit,
    /// The greatest age in seconds. Left out: any age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past: Option<u32>,
    /// The greatest lead in seconds. Left out: any lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub future: Option<u32>,
}

/// Where an id is: the one that is signed, or the one that names the sender's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Id {
    /// The places: one, or a list of which the first that is present is taken.
    #[serde(with = "one_or_many")]
    pub from: Vec<Source>,
}

/// How the pasted secret becomes a key. `split` comes first, then `strip`, `decode` and last `hash`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretForm {
    /// How the text becomes bytes.
    #[serde(default)]
    pub decode: SecretDecoding,
    /// A prefix that is removed where it is there: `whsec_`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strip: Option<String>,
    /// This form is meant only for secrets that start so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_with: Option<String>,
    /// This form is not meant for secrets that start so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_with: Option<String>,
    /// What parts a pasted text of several parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// Which part is the secret, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<usize>,
    /// The key is the digest of the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<Hash>,
}

/// When a way of signing is meant. Without any of `is`, `item`, `starts_with`, `contains` the source need only be
/// present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// What is looked at.
    pub from: Source,
    /// It is one of these, in any case.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub is: Vec<String>,
    /// One of its items, parted by `,` or `;`, is this, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// It starts so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_with: Option<String>,
    /// It holds this text, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// It is absent; with any of the above, it may be absent.
    #[serde(default, skip_serializing_if = "is_false")]
    pub absent: bool,
    /// What signing puts into a header or the query so that this holds. Left out, it is what is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put: Option<String>,
}

impl Condition {
    /// Whether nothing is asked of the value itself.
    pub(crate) const fn asks_nothing(&self) -> bool {
        self.is.is_empty() && self.item.is_none() && self.starts_with.is_none() && self.contains.is_none()
    }

    /// A value with which this holds.
    pub(crate) fn example(&self) -> Option<&str> {
        let asked = [&self.put, &self.item, &self.starts_with, &self.contains];
        let asked = asked.into_iter().find_map(Option::as_deref);
        asked.or_else(|| self.is.first().map(String::as_str))
    }
}

/// A fact that must hold beside the signature. Where it does not, the verdict is `invalid`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// What is looked at.
    pub from: Source,
    /// It is one of these, exactly.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub is: Vec<String>,
    /// It is an `https` URL of one of these hosts. In a label, `*` stands for any number of letters, digits and
    /// hyphens, `?` for one; a leading `**.` for any number of labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub host: Vec<String>,
    /// It is a URL whose path ends in one of these, with no query after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub path_ends: Vec<String>,
    /// It is the digest of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_digest: Option<Hash>,
    /// How that digest is written.
    #[serde(default)]
    pub encoding: Encoding,
    /// It is the URL the request was sent to.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_url: bool,
    /// Nothing is asked where the source is absent.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
}

impl Requirement {
    /// That there is something at this place.
    #[must_use]
    pub fn of(from: Source) -> Self {
        Self {
            from,
            is: Vec::new(),
            host: Vec::new(),
            path_ends: Vec::new(),
            body_digest: None,
            encoding: Encoding::default(),
            is_url: false,
            optional: false,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Reads one value or a list of them; writes a list of one as the value.
pub(super) mod one_or_many {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<T: Serialize, S: Serializer>(
        values: &[T],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match values {
            [value] => value.serialize(serializer),
            values => values.serialize(serializer),
        }
    }

    pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
    where
        T: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        struct OneOrMany<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for OneOrMany<T> {
            type Value = Vec<T>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("one value or a list of them")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                let value = serde::de::value::StrDeserializer::<E>::new(text);
                Ok(vec![T::deserialize(value)?])
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let value = serde::de::value::MapAccessDeserializer::new(map);
                Ok(vec![T::deserialize(value)?])
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut sequence: A,
            ) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = sequence.next_element()? {
                    values.push(value);
                }
                Ok(values)
            }
        }

        deserializer.deserialize_any(OneOrMany(std::marker::PhantomData))
    }
}
