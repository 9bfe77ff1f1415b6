//! What senders ask before or between events, and what they want to hear.
//!
//! Which questions there are and how they are answered stands in the provider files. Here a rule is matched and its
//! answer put together; a digest that an answer needs is made by the signature crate. Nothing is stored and no link is
//! followed: what a person should keep or open is offered.

use std::collections::BTreeMap;

use hookbench_signature::{Algorithm, Encoding, Question, Secret, SecretForm, Verdict, check, keyed_digest};
use serde::{Deserialize, Serialize};

use super::{Condition, Facts, Provider, Template};

/// One question that a provider asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandshakeRule {
    /// What the provider calls it, e.g. `url_verification`.
    pub name: String,
    /// Why we answer so, in one sentence without a full stop.
    pub why: String,
    /// How it is recognised: all of these hold.
    pub when: Vec<Condition>,
    /// What must not hold, none of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<Condition>,
    /// No question: every delivery wants this answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub acknowledgement: bool,
    /// The provider asks this without a signature, whatever the method; what is asked with GET, HEAD or OPTIONS always is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsigned: bool,
    /// A digest that the answer needs as `{signed}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<SignedPart>,
    /// What is answered.
    #[serde(default)]
    pub answer: Answer,
    /// The status instead, where there are secrets and the request's signature is not valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless_valid: Option<u16>,
    /// The status instead, where a token is not the one that the person chose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless_token: Option<TokenTest>,
    /// What the person should keep, copy or open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offer: Vec<OfferRule>,
}

/// A digest over a text of the request, with the endpoint's secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedPart {
    /// The text.
    pub over: Template,
    /// How it is signed.
    pub algorithm: Algorithm,
    /// How the digest is written; hexadecimal where nothing is said.
    #[serde(default)]
    pub encoding: Encoding,
    /// How the pasted secret becomes a key.
    #[serde(default)]
    pub secret: SecretForm,
}

/// The answer, as templates. A header whose template has no value is left out; without a value for the body the
/// question is not what the rule took it for, and the rule is passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The status.
    #[serde(default = "ok")]
    pub status: u16,
    /// The content type; that of JSON where `json` is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The body as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Template>,
    /// The body as a JSON object of texts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub json: BTreeMap<String, Template>,
    /// Further headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Template>,
}

const fn ok() -> u16 {
    200
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            status: ok(),
            content_type: None,
            body: None,
            json: BTreeMap::new(),
            headers: BTreeMap::new(),
        }
    }
}

/// A token that the person chose with the provider and that comes back with the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenTest {
    /// The token in the request.
    pub token: Template,
    /// The parameter that holds the person's choice. Without a value nothing is tested.
    pub parameter: String,
    /// The status where they differ.
    pub status: u16,
}

/// What a handshake gives into the person's hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OfferKind {
    /// From now on the secret of this endpoint.
    Secret,
    /// To be copied into the provider's own pages.
    Copy,
    /// To be opened, if the person trusts it.
    Link,
}

/// One such thing, as a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferRule {
    /// What is to be done with it.
    pub kind: OfferKind,
    /// The thing itself.
    pub value: Template,
    /// What to do, in one sentence without a full stop.
    pub text: String,
}

/// One such thing.
#[derive(Clone, PartialEq, Eq)]
pub struct Offer {
    /// What is to be done with it.
    pub kind: OfferKind,
    /// The thing itself. A secret where the kind says so.
    pub value: String,
    /// What to do, in one sentence without a full stop.
    pub text: String,
}

impl std::fmt::Debug for Offer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Offer")
            .field("kind", &self.kind)
            .field("value", &"[redacted]")
            .finish_non_exhaustive()
    }
}

/// What is answered to a question, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandshakeAnswer {
    /// What the provider calls the question.
    pub name: String,
    /// Why we answer so.
    pub why: String,
    /// The request is an event like any other, whose sender wants this answer; `false`: it is a question.
    pub acknowledgement: bool,
    /// The status.
    pub status: u16,
    /// The headers, `Content-Type` among them where there is a body.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// What keeps this from being the answer that the provider wants.
    pub lacks: Option<String>,
    /// What the person should keep, copy or open.
    pub offers: Vec<Offer>,
}

impl HandshakeRule {
    /// Whether a request is this question.
    pub(super) fn holds(&self, facts: &Facts<'_>) -> bool {
        self.when.iter().all(|condition| condition.holds(facts))
            && !self.unless.iter().any(|condition| condition.holds(facts))
    }
}

impl Provider {
    /// What this provider wants to hear, if the request is a question and not an event.
    ///
    /// Only senders that are known ask questions: with an ambiguous one, nobody should be answered in its name.
    #[must_use]
    pub fn handshake(
        &self,
        facts: &Facts<'_>,
        secrets: &[Secret],
        parameters: &BTreeMap<String, String>,
    ) -> Option<HandshakeAnswer> {
        let parameters = self.with_defaults(parameters);
        self.handshake
            .iter()
            .filter(|rule| rule.holds(facts))
            .find_map(|rule| self.answer(rule, facts, secrets, &parameters))
    }

    /// The question that a request is, as a diagnosis takes it into account.
    #[must_use]
    pub fn question(&self, facts: &Facts<'_>, parameters: &BTreeMap<String, String>) -> Option<Question> {
        let asked = self.handshake(facts, &[], parameters)?;
        let rule = self.handshake.iter().find(|rule| rule.name == asked.name)?;
        (!rule.acknowledgement).then(|| Question {
            name: rule.name.clone(),
            why: rule.why.clone(),
            is_unsigned: rule.unsigned || matches!(facts.method(), "GET" | "HEAD" | "OPTIONS"),
            is_wrong_on_purpose: rule.unless_valid.is_some(),
        })
    }

    fn answer(
        &self,
        rule: &HandshakeRule,
        facts: &Facts<'_>,
        secrets: &[Secret],
        parameters: &BTreeMap<String, String>,
    ) -> Option<HandshakeAnswer> {
        let mut answer = HandshakeAnswer {
            name: rule.name.clone(),
            why: rule.why.clone(),
            acknowledgement: rule.acknowledgement,
            status: rule.answer.status,
            headers: Vec::new(),
            body: String::new(),
            lacks: None,
            offers: Vec::new(),
        };
        if let Some((status, why)) = self.refusal(rule, facts, secrets, parameters) {
            return Some(HandshakeAnswer {
                status,
                why,
                ..answer
            });
        }
        let mut extras = BTreeMap::new();
        if let Some(part) = &rule.signed {
            let over = part.over.render(facts, parameters)?;
            let Some((secret, digest)) = secrets
                .iter()
                .find_map(|secret| Some((secret, part.digest(&over, secret)?)))
            else {
                let lacks = "the answer needs the secret of this endpoint".to_owned();
                return Some(HandshakeAnswer {
                    lacks: Some(lacks),
                    ..answer
                });
            };
            extras.insert("signed", digest);
            if let Some((public, _)) = secret.expose().split_once('|') {
                extras.insert("public-key", public.to_owned());
            }
        }
        let render = |template: &Template| template.render_with(facts, parameters, &extras);
        let content_type = if rule.answer.json.is_empty() {
            answer.body = rule.answer.body.as_ref().map_or(Some(String::new()), render)?;
            rule.answer.content_type.clone()
        } else {
            let members: Option<BTreeMap<_, _>> = rule
                .answer
                .json
                .iter()
                .map(|(name, template)| Some((name, render(template)?)))
                .collect();
            answer.body = serde_json::to_string(&members?).ok()?;
            Some("application/json".to_owned())
        };
        answer
            .headers
            .extend(content_type.map(|value| ("Content-Type".to_owned(), value)));
        for (name, template) in &rule.answer.headers {
            answer.headers.extend(
                render(template)
                    .filter(|value| fits(value))
                    .map(|value| (name.clone(), value)),
            );
        }
        answer.offers = rule
            .offer
            .iter()
            .filter_map(|offer| {
                Some(Offer {
                    kind: offer.kind,
                    value: render(&offer.value)?,
                    text: offer.text.clone(),
                })
            })
            .collect();
        Some(answer)
    }

    /// Why the question is refused, where it is.
    fn refusal(
        &self,
        rule: &HandshakeRule,
        facts: &Facts<'_>,
        secrets: &[Secret],
        parameters: &BTreeMap<String, String>,
    ) -> Option<(u16, String)> {
        if let Some(test) = &rule.unless_token
            && let Some(chosen) = parameters.get(&test.parameter)
            && test.token.render(facts, parameters).as_ref() != Some(chosen)
        {
            return Some((
                test.status,
                "the token is not the one chosen for this endpoint".to_owned(),
            ));
        }
        let status = rule.unless_valid.filter(|_| !secrets.is_empty())?;
        let scheme = self.scheme(parameters).ok().flatten()?;
        let verdict = check(&scheme, &facts.message(None, None), secrets).verdict;
        matches!(verdict, Verdict::Invalid | Verdict::Malformed | Verdict::Missing).then(|| {
            (
                status,
                format!(
                    "{} tests whether wrong signatures are refused, and this one is {verdict}",
                    self.name
                ),
            )
        })
    }
}

impl SignedPart {
    fn digest(&self, over: &str, secret: &Secret) -> Option<String> {
        keyed_digest(
            self.algorithm,
            self.encoding,
            &self.secret,
            secret,
            over.as_bytes(),
        )
        .ok()
    }
}

/// Whether a value from outside may stand in a header: a line break would start another one.
fn fits(value: &str) -> bool {
    value
        .bytes()
        .all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte) || byte >= 0x80)
}
