//! A provider with what the form says in place of what it said.

use hookbench_signature::{
    Algorithm, Hash, Id, Requirement, Scheme, SecretDecoding, SecretForm, Setting, Signature, Source,
    Template as Content, Timestamp,
};

use super::words::{contents, fault, filled, filled_exactly, from_word, list, sources, templates};
use super::{FormFault, FormField, SchemeForm, digest_of};
use crate::provider::{Condition, DetectRule, Place, Provider, Rank};

const fn field(key: &'static str, title: &'static str) -> FormField {
    FormField { key, title }
}

const NAME: FormField = field("name", "name");
const PLACES: FormField = field("places", "where the signature is");
const ALGORITHM: FormField = field("algorithm", "algorithm");
const ENCODING: FormField = field("encoding", "encoding");
const CONTENT: FormField = field("content", "signed content");
const DECODE: FormField = field("decode", "form of the secret");
const SECRET_HASH: FormField = field("secretHash", "digest of the secret");
const JWT: FormField = field("jwtAlgorithms", "algorithms of the token");
const DIGEST: FormField = field("digest", "where a digest of the body is");
const TIMESTAMP: FormField = field("timestamp", "where the time is");
const UNIT: FormField = field("unit", "unit of the time");
const SIGNED_ID: FormField = field("signedId", "where the id is");
const DETECT: FormField = field("detect", "recognised by");
const EVENT: FormField = field("event", "event type");
const DELIVERY_ID: FormField = field("deliveryId", "delivery id");

impl SchemeForm {
    /// The provider with what the form says in place of what it said.
    ///
    /// # Errors
    /// A field cannot be understood.
    pub fn fill(&self, mut provider: Provider) -> Result<Provider, FormFault> {
        let before = Self::of(&provider);
        self.id.trim().clone_into(&mut provider.id);
        self.name.trim().clone_into(&mut provider.name);
        if provider.name.is_empty() {
            return Err(fault(NAME, "it is empty", "call the sender as people do"));
        }
        if self.note != before.note {
            provider.note = filled(&self.note);
        }
        if self.docs != before.docs {
            provider.docs = filled(&self.docs);
        }
        if self.detect != before.detect {
            provider.detect = self.detection(&provider.detect)?;
        }
        if self.event != before.event {
            provider.event.from = templates(EVENT, &self.event)?;
        }
        if self.delivery_id != before.delivery_id {
            provider.delivery_id.from = templates(DELIVERY_ID, &self.delivery_id)?;
        }
        if provider.scheme.is_none() && self.algorithm != before.algorithm {
            provider.scheme = Some(Scheme {
                signature: None,
                ..Scheme::new(Algorithm::None, Signature::default())
            });
        }
        if let Some(scheme) = provider.scheme.as_mut() {
            self.fill_scheme(&before, scheme)?;
        }
        Ok(provider)
    }

    fn fill_scheme(&self, before: &Self, scheme: &mut Scheme) -> Result<(), FormFault> {
        if self.algorithm != before.algorithm {
            scheme.algorithm = from_word(ALGORITHM, &self.algorithm)?;
        }
        self.fill_signature(before, scheme)?;
        if self.encoding != before.encoding {
            scheme.encoding = from_word(ENCODING, &self.encoding)?;
        }
        if self.content != before.content {
            scheme.content = contents(CONTENT, &self.content)?;
            if scheme.content.is_empty() {
                scheme.content = vec![Content::body()];
            }
        }
        if (&self.decode, &self.strip, &self.secret_hash)
            != (&before.decode, &before.strip, &before.secret_hash)
        {
            self.fill_secret(scheme)?;
        }
        if self.key_source != before.key_source {
            scheme.key_source = filled(&self.key_source);
        }
        if self.jwt_algorithms != before.jwt_algorithms {
            scheme.jwt_algorithms = list(&self.jwt_algorithms).map(str::to_owned).collect();
        }
        if scheme.algorithm == Setting::Fixed(Algorithm::Jwt) && scheme.jwt_algorithms.is_empty() {
            return Err(fault(
                JWT,
                "none is accepted",
                "write those that the sender may use, e.g. `ES256`",
            ));
        }
        let digest = |form: &Self| {
            (
                form.digest.clone(),
                form.digest_hash.clone(),
                form.digest_encoding.clone(),
            )
        };
        if digest(self) != digest(before) {
            self.fill_digest(scheme)?;
        }
        let time = |form: &Self| (form.timestamp.clone(), form.unit.clone(), form.past, form.future);
        if time(self) != time(before) {
            let from = sources(TIMESTAMP, &self.timestamp)?;
            scheme.timestamp = if from.is_empty() {
                None
            } else {
                Some(Timestamp {
                    from,
                    unit: from_word(UNIT, &self.unit)?,
                    past: self.past,
                    future: self.future,
                })
            };
        }
        if self.signed_id != before.signed_id {
            let from = sources(SIGNED_ID, &self.signed_id)?;
            scheme.id = if from.is_empty() { None } else { Some(Id { from }) };
        }
        if self != before {
            self.refuse_unfounded(scheme)?;
        }
        Ok(())
    }

    fn fill_signature(&self, before: &Self, scheme: &mut Scheme) -> Result<(), FormFault> {
        let marks = |form: &Self| {
            let texts = [
                &form.places,
                &form.prefix,
                &form.separator,
                &form.assign,
                &form.key,
            ];
            (texts.map(Clone::clone), form.position, form.trim)
        };
        if self.places.trim().is_empty() {
            if scheme.algorithm == Setting::Fixed(Algorithm::None) {
                scheme.signature = None;
                return Ok(());
            }
            return Err(fault(
                PLACES,
                "it is empty",
                "write a place such as `header:X-Signature`",
            ));
        }
        if marks(self) != marks(before) {
            let from = sources(PLACES, &self.places)?;
            let signature = scheme.signature.get_or_insert_with(Signature::default);
            signature.from = from;
            signature.prefix = filled_exactly(&self.prefix);
            signature.separator = filled_exactly(&self.separator);
            signature.assign = filled_exactly(&self.assign);
            signature.key = filled(&self.key);
            signature.position = self.position.map(|place| place as usize);
            signature.trim = self.trim;
        }
        Ok(())
    }

    fn fill_secret(&self, scheme: &mut Scheme) -> Result<(), FormFault> {
        let decode: SecretDecoding = from_word(DECODE, &self.decode)?;
        let hash: Option<Hash> = match filled(&self.secret_hash) {
            Some(word) => Some(from_word(SECRET_HASH, &word)?),
            None => None,
        };
        let strip = filled(&self.strip);
        match scheme.secret.first_mut() {
            Some(secret) => (secret.decode, secret.strip, secret.hash) = (decode, strip, hash),
            None => {
                scheme.secret = vec![SecretForm {
                    decode,
                    strip,
                    hash,
                    ..SecretForm::default()
                }];
            }
        }
        Ok(())
    }

    fn fill_digest(&self, scheme: &mut Scheme) -> Result<(), FormFault> {
        let from: Vec<Source> = sources(DIGEST, &self.digest)?;
        let shown = digest_of(&scheme.require).map(|(shown, _)| shown.clone());
        let place = scheme.require.iter().position(|one| Some(one) == shown.as_ref());
        let Some(from) = from.into_iter().next() else {
            if let Some(place) = place {
                scheme.require.remove(place);
            }
            return Ok(());
        };
        let made = Requirement {
            from,
            body_digest: Some(from_word(DIGEST, &self.digest_hash)?),
            encoding: from_word(DIGEST, &self.digest_encoding)?,
            is: shown.as_ref().map(|one| one.is.clone()).unwrap_or_default(),
            host: shown.as_ref().map(|one| one.host.clone()).unwrap_or_default(),
            path_ends: shown
                .as_ref()
                .map(|one| one.path_ends.clone())
                .unwrap_or_default(),
            is_url: shown.as_ref().is_some_and(|one| one.is_url),
            optional: shown.as_ref().is_some_and(|one| one.optional),
        };
        match place.and_then(|place| scheme.require.get_mut(place)) {
            Some(requirement) => *requirement = made,
            None => scheme.require.push(made),
        }
        Ok(())
    }

    /// Content that reads what no field says where to find.
    fn refuse_unfounded(&self, scheme: &Scheme) -> Result<(), FormFault> {
        let reads = |source: &Source| scheme.content.iter().any(|template| template.reads(source));
        if scheme.timestamp.is_none() && reads(&Source::Timestamp) {
            return Err(fault(
                TIMESTAMP,
                "the signed content has `{timestamp}`, and nothing says where that is",
                "e.g. `header:X-Timestamp`, or `item:t` for an item of the signature's list",
            ));
        }
        if scheme.id.is_none() && reads(&Source::Id) {
            return Err(fault(
                SIGNED_ID,
                "the signed content has `{id}`, and nothing says where that is",
                "e.g. `header:X-Event-Id`",
            ));
        }
        Ok(())
    }

    /// What was asked of a place before stays asked of it.
    fn detection(&self, before: &[DetectRule]) -> Result<Vec<DetectRule>, FormFault> {
        let places: Vec<Place> = sources(DETECT, &self.detect)?;
        let shown = before.first();
        let when: Vec<Condition> = places
            .into_iter()
            .map(|from| {
                let known = shown.and_then(|rule| rule.when.iter().find(|one| one.from == from));
                known.cloned().unwrap_or(Condition {
                    from,
                    tests: Vec::new(),
                })
            })
            .collect();
        let further = before.get(1..).unwrap_or_default().iter().cloned();
        let first = (!when.is_empty()).then(|| DetectRule {
            rank: shown.map_or(Rank::default(), |rule| rule.rank),
            when,
            unless: shown.map(|rule| rule.unless.clone()).unwrap_or_default(),
        });
        Ok(first.into_iter().chain(further).collect())
    }
}
