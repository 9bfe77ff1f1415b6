//! How a provider signs, as data: the `[scheme]` table of a provider file and of a scheme of one's own.
//!
//! A scheme says **which key** (`secret`), **over what** (`content`), **how** (`algorithm`, `encoding`), **where the
//! result is** (`signature`), **when** (`timestamp`) and **what else must hold** (`require`). Unknown fields are
//! refused, so a misspelt one is found when the file is read. Places are written as [`Source`]s
//! (`header:X-Signature`, `json:data.id`, `item:t`), signed content as a [`Template`] (`{timestamp}.{body}`).
//!
//! # Fields of `[scheme]`
//! | field | meaning | left out |
//! | --- | --- | --- |
//! | `algorithm` | see [`Algorithm`] | required |
//! | `encoding` | how the digest is written, see [`Encoding`] | `hex` |
//! | `content` | template, or a list of templates of which any may match | `{body}` |
//! | `signature` | where it is and how it is taken apart, see [`Signature`] | required but for `none` |
//! | `timestamp` | where, its unit, its tolerance, see [`Timestamp`] | none |
//! | `id` | `{ from = … }`: the id that is signed, see [`Id`] | none |
//! | `secret` | one form or a list, each tried, see [`SecretForm`] | the text as pasted |
//! | `require` | list of facts that must hold beside the signature, see [`Requirement`] | none |
//! | `when` | list of conditions under which this way of signing is meant, see [`Condition`] | always |
//! | `alternatives` | further complete schemes; the first is taken whose `when` holds and whose signature is there | none |
//! | `each` | path of JSON objects that are each signed on their own; `json:` paths are then inside them | the document |
//! | `document` | where the JSON is, if it is not the body: `form:json` | the body |
//! | `jwt_algorithms` | for `jwt`: the `alg` values that are accepted | required for `jwt` |
//! | `key_id` | `{ from = … }`: where the sender names its key; a secret of that name is then the only one tried | all are tried |
//! | `key_source` | in words, where the person finds the secret, key or certificate | none |
//! | `not_covered` | in words, what this signature does not protect, where it cannot be seen from `content` | worked out |
//! | `title` | a name for this way among alternatives: `v3` | none |
//! | `parameters` | what the person must choose, see [`Parameter`]; used as `${name}` in any text | none |
//!
//! # Examples
//! GitHub: HMAC over the body, prefix before hex, SHA-1 only where there is no SHA-256:
//! ```toml
//! [scheme]
//! algorithm = "hmac-sha256"
//! signature = { from = "header:X-Hub-Signature-256", prefix = "sha256=" }
//!
//! [[scheme.alternatives]]
//! title = "SHA-1 (legacy)"
//! algorithm = "hmac-sha1"
//! signature = { from = "header:X-Hub-Signature", prefix = "sha1=" }
//! ```
//! Stripe: a list in the header that also holds the time; only `v1` counts; only too old is refused:
//! ```toml
//! [scheme]
//! algorithm = "hmac-sha256"
//! content = "{timestamp}.{body}"
//! signature = { from = "header:Stripe-Signature", separator = ",", assign = "=", key = "v1" }
//! timestamp = { from = "item:t", unit = "seconds", past = 300 }
//! ```
//! Svix and Standard Webhooks: versions in a list by spaces, base64 secret behind `whsec_`, two families of names:
//! ```toml
//! [scheme]
//! algorithm = "hmac-sha256"
//! encoding = "base64"
//! content = "{id}.{timestamp}.{body}"
//! signature = { from = ["header:svix-signature", "header:webhook-signature"], separator = " ", assign = ",", key = "v1" }
//! timestamp = { from = ["header:svix-timestamp", "header:webhook-timestamp"], unit = "seconds", past = 300, future = 300 }
//! id = { from = ["header:svix-id", "header:webhook-id"] }
//! secret = { decode = "base64", strip = "whsec_" }
//! ```
//! TrackTik: a token in a header whose name the person chooses:
//! ```toml
//! [scheme]
//! algorithm = "token"
//! signature = { from = "header:${header}" }
//!
//! [scheme.parameters.header]
//! title = "Header name"
//! help = "the subscription's `secretHeaderName`"
//! ```
//! Twilio: URL and sorted form, with the ports its SDKs also try; JSON bodies by a digest in the query:
//! ```toml
//! [scheme]
//! algorithm = "hmac-sha1"
//! encoding = "base64"
//! content = ["{url}{form-sorted}", "{url|without-port}{form-sorted}", "{url|with-port}{form-sorted}"]
//! signature = { from = "header:X-Twilio-Signature" }
//! require = [{ from = "query:bodySHA256", body_digest = "sha256", optional = true }]
//! ```
//! Adyen: the signature is inside the body, once an item, over eight of its fields, and the secret is hex:
//! ```toml
//! [scheme]
//! algorithm = "hmac-sha256"
//! encoding = "base64"
//! when = [{ from = "json:notificationItems" }]
//! each = "notificationItems.*.NotificationRequestItem"
//! content = "{json:pspReference?}:{json:originalReference?}:{json:merchantAccountCode?}:{json:merchantReference?}:{json:amount.value?}:{json:amount.currency?}:{json:eventCode?}:{json:success?}"
//! signature = { from = "json:additionalData.hmacSignature" }
//! secret = { decode = "hex" }
//! not_covered = "only eight fields of each item are signed"
//! ```
//! Ed25519 (Discord); the "secret" is the public key as pasted (hex, base64, PEM or JWK):
//! ```toml
//! [scheme]
//! algorithm = "ed25519"
//! encoding = "hex"
//! content = "{timestamp}{body}"
//! signature = { from = "header:X-Signature-Ed25519" }
//! timestamp = { from = "header:X-Signature-Timestamp", unit = "seconds" }
//! key_source = "the application's public key, in the developer portal"
//! ```
//! JWT with the digest of the body as a claim (Plaid):
//! ```toml
//! [scheme]
//! algorithm = "jwt"
//! jwt_algorithms = ["ES256"]
//! signature = { from = "header:Plaid-Verification" }
//! timestamp = { from = "claim:iat", unit = "seconds", past = 300 }
//! require = [{ from = "claim:request_body_sha256", body_digest = "sha256" }]
//! key_source = "the JWK from /webhook_verification_key/get for the token's `kid`"
//! ```

mod algorithm;
mod parameter;
mod place;

pub use algorithm::{Algorithm, Encoding, Hash, SecretDecoding, TimestampUnit};
pub use parameter::{Parameter, ResolveError, Setting};
pub use place::{Condition, Id, Requirement, SecretForm, Signature, Timestamp};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::template::{JsonPath, Source, Template};

/// How one provider signs. The fields are explained in the table at the head of this module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// A name for this way among alternatives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The algorithm, or a parameter that names it.
    pub algorithm: Setting<Algorithm>,
    /// How the digest is written.
    #[serde(default)]
    pub encoding: Setting<Encoding>,
    /// What is signed; any of the templates may match.
    #[serde(default = "body_alone", with = "place::one_or_many")]
    pub content: Vec<Template>,
    /// For `jwt`: the accepted `alg` values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jwt_algorithms: Vec<String>,
    /// Path of the JSON objects that are signed one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<JsonPath>,
    /// Where the JSON document is, if it is not the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Source>,
    /// Where the sender names its key. Of several secrets only the one of that name is tried, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<Id>,
    /// In words, where the person finds the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_source: Option<String>,
    /// In words, what the signature does not protect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_covered: Option<String>,
    /// Where the signature is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// Where the time of signing is and how old it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// Where the signed id is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    /// How the pasted secret becomes a key; each form is tried.
    #[serde(default = "as_pasted", with = "place::one_or_many")]
    pub secret: Vec<SecretForm>,
    /// When this way of signing is meant; all must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
    /// What else must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub require: Vec<Requirement>,
    /// What the person chooses.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Parameter>,
    /// Further ways, tried in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Scheme>,
}

fn body_alone() -> Vec<Template> {
    vec![Template::body()]
}

fn as_pasted() -> Vec<SecretForm> {
    vec![SecretForm::default()]
}

impl Scheme {
    /// The plainest scheme of an algorithm: over the body, in hex, at one place.
    #[must_use]
    pub fn new(algorithm: Algorithm, signature: Signature) -> Self {
        Self {
            title: None,
            algorithm: Setting::Fixed(algorithm),
            encoding: Setting::default(),
            content: body_alone(),
            jwt_algorithms: Vec::new(),
            each: None,
            document: None,
            key_id: None,
            key_source: None,
            not_covered: None,
            signature: Some(signature),
            timestamp: None,
            id: None,
            secret: as_pasted(),
            when: Vec::new(),
            require: Vec::new(),
            parameters: BTreeMap::new(),
            alternatives: Vec::new(),
        }
    }

    /// This scheme and its alternatives, in the order they are tried.
    pub fn ways(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.alternatives.iter())
    }

    /// Whether some text of the scheme still names a parameter.
    #[must_use]
    pub fn needs_parameters(&self) -> bool {
        parameter::first_open(self).is_some()
    }

    /// Whether the signature or a part of what it covers is read out of the JSON document, so that a right signature
    /// says nothing of the rest of it.
    pub(crate) fn is_read_from_document(&self) -> bool {
        let is_json = |source: &Source| matches!(source, Source::Json(_));
        let any_json = |sources: &[Source]| sources.iter().any(is_json);
        let timestamp = self.timestamp.as_ref().is_some_and(|rule| any_json(&rule.from));
        let id = self.id.as_ref().is_some_and(|rule| any_json(&rule.from));
        let reads = |source: &Source| match source {
            Source::Timestamp => timestamp,
            Source::Id => id,
            source => is_json(source),
        };
        // With the body itself among what is signed, every byte of the document is.
        let is_partial = |template: &Template| !template.reads(&Source::Body) && template.reads_any(reads);
        self.each.is_some()
            || self
                .signature
                .as_ref()
                .is_some_and(|signature| any_json(&signature.from))
            || self.content.iter().any(is_partial)
    }

    /// The scheme with its parameters put in: the given values first, then their defaults.
    pub fn resolve(&self, values: &BTreeMap<String, String>) -> Result<Self, ResolveError> {
        parameter::resolve(self, values)
    }

    /// In words: `HMAC-SHA256 over {timestamp}.{body} in header:X-Signature`; data stand in backticks.
    #[must_use]
    pub fn in_words(&self) -> String {
        let algorithm = self.algorithm.get().map_or("", Algorithm::title);
        let places = self.signature.iter().flat_map(|signature| &signature.from);
        let place = places.map(ToString::to_string).next().unwrap_or_default();
        match self.algorithm.get() {
            Some(Algorithm::None) => algorithm.to_owned(),
            Some(Algorithm::Token | Algorithm::Basic | Algorithm::Jwt) => format!("{algorithm} in `{place}`"),
            _ => {
                let content = self.content.first().map_or("", Template::as_str);
                format!("{algorithm} over `{content}` in `{place}`")
            }
        }
    }
}
