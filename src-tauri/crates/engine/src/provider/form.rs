//! A provider file as a form: what most schemes need, each field one text.
//!
//! The form is an overlay. What it does not show (other ways to sign, handshakes, conditions) stays in the file as
//! it is, and so does everything whose field was not changed.

mod beyond;
mod fill;
mod words;

use hookbench_signature::{Requirement, SecretDecoding, Template as Content, TimestampUnit};

use super::Provider;
use beyond::beyond;
use words::{escaped, joined, lines, word};

/// The fields. Lists are one text: places parted by commas, templates by line ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(
    missing_docs,
    reason = "they are the fields of a provider file under their names there"
)]
pub struct SchemeForm {
    pub id: String,
    pub name: String,
    pub note: String,
    pub docs: String,
    /// Where signatures are: `header:X-Signature`.
    pub places: String,
    pub prefix: String,
    pub separator: String,
    pub assign: String,
    pub key: String,
    /// In a list without keys, which item the first signature is, from 0.
    pub position: Option<u32>,
    /// Blanks around the items of a list are ignored.
    pub trim: bool,
    pub algorithm: String,
    pub encoding: String,
    /// Line ends inside a template are written `\n`.
    pub content: String,
    pub decode: String,
    pub strip: String,
    /// The digest that makes the key of the secret.
    pub secret_hash: String,
    /// In words, where the secret is found.
    pub key_source: String,
    /// The `alg` values of a token that are accepted.
    pub jwt_algorithms: String,
    /// Where a digest of the body is, beside the signature.
    pub digest: String,
    pub digest_hash: String,
    pub digest_encoding: String,
    /// Where the time of signing is.
    pub timestamp: String,
    pub unit: String,
    pub past: Option<u32>,
    pub future: Option<u32>,
    /// Where the signed id is.
    pub signed_id: String,
    /// Places that are all there in its requests.
    pub detect: String,
    pub event: String,
    pub delivery_id: String,
    /// What the file says beyond the form, in words.
    pub beyond: Vec<String>,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormField {
    /// Names it where something branches on it.
    pub key: &'static str,
    /// As a person reads it.
    pub title: &'static str,
}

/// A field that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormFault {
    /// The field.
    pub field: FormField,
    /// What is wrong.
    pub reason: String,
    /// What to write.
    pub hint: &'static str,
}

/// The file that a new scheme begins with.
pub const BLANK: &str = r#"id = "my-sender"
name = "My sender"
evidence = "D"

[scheme]
algorithm = "hmac-sha256"
signature = { from = "header:X-Signature" }
"#;

impl SchemeForm {
    /// What a provider file says, as far as the form shows it.
    #[must_use]
    pub fn of(provider: &Provider) -> Self {
        let mut form = Self {
            id: provider.id.clone(),
            name: provider.name.clone(),
            note: provider.note.clone().unwrap_or_default(),
            docs: provider.docs.clone().unwrap_or_default(),
            detect: provider
                .detect
                .first()
                .map(|rule| joined(rule.when.iter().map(|condition| &condition.from), ", "))
                .unwrap_or_default(),
            event: lines(&provider.event.from),
            delivery_id: lines(&provider.delivery_id.from),
            beyond: beyond(provider),
            unit: word(&TimestampUnit::default()),
            decode: word(&SecretDecoding::default()),
            digest_hash: "sha256".to_owned(),
            digest_encoding: "hex".to_owned(),
            ..Self::default()
        };
        let Some(scheme) = &provider.scheme else {
            return Self {
                algorithm: "none".to_owned(),
                encoding: "hex".to_owned(),
                content: "{body}".to_owned(),
                ..form
            };
        };
        let signature = scheme.signature.clone().unwrap_or_default();
        form.places = joined(&signature.from, ", ");
        form.prefix = signature.prefix.unwrap_or_default();
        form.separator = signature.separator.unwrap_or_default();
        form.assign = signature.assign.unwrap_or_default();
        form.key = signature.key.unwrap_or_default();
        form.position = signature.position.and_then(|place| u32::try_from(place).ok());
        form.trim = signature.trim;
        form.algorithm = word(&scheme.algorithm);
        form.encoding = word(&scheme.encoding);
        form.content = joined(
            scheme.content.iter().map(|one| escaped(Content::as_str(one))),
            "\n",
        );
        if let Some(secret) = scheme.secret.first() {
            form.decode = word(&secret.decode);
            form.strip = secret.strip.clone().unwrap_or_default();
            form.secret_hash = secret.hash.as_ref().map(word).unwrap_or_default();
        }
        form.key_source = scheme.key_source.clone().unwrap_or_default();
        form.jwt_algorithms = scheme.jwt_algorithms.join(", ");
        if let Some((requirement, hash)) = digest_of(&scheme.require) {
            form.digest = requirement.from.to_string();
            form.digest_hash = word(&hash);
            form.digest_encoding = word(&requirement.encoding);
        }
        if let Some(timestamp) = &scheme.timestamp {
            form.timestamp = joined(&timestamp.from, ", ");
            form.unit = word(&timestamp.unit);
            form.past = timestamp.past;
            form.future = timestamp.future;
        }
        if let Some(id) = &scheme.id {
            form.signed_id = joined(&id.from, ", ");
        }
        form
    }
}

/// The requirement that the form shows: the first that is a digest of the body.
fn digest_of(require: &[Requirement]) -> Option<(&Requirement, hookbench_signature::Hash)> {
    require.iter().find_map(|one| Some((one, one.body_digest?)))
}

#[cfg(test)]
mod tests;
