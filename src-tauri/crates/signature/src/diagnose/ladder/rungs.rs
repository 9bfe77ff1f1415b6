//! The rungs for signatures that are computed over content.

use super::{Answer, Ladder};
use crate::diagnose::cause::Cause;
use crate::diagnose::search::{Search, TrialKey, Way};
use crate::diagnose::variant::Variant;
use crate::diagnose::words::Side;
use crate::diagnose::{Action, body, key, url};
use crate::encoding;
use crate::message::Message;
use crate::scheme::{Algorithm, Encoding, Hash, Scheme};
use crate::secret::Secret;
use crate::template::Source;
use crate::view::Given;

/// Bodies longer than this are not tried in pairs with every form of the secret.
pub(super) const SMALL: usize = 128 * 1024;

impl Ladder<'_> {
    pub(super) fn digest_rungs(&mut self, search: &mut Search<'_>) -> Option<Answer> {
        let way = Way::of(self.way.algorithm.get()?)?;
        let own = self.own_keys();
        let quick = body::quick(self.message, self.context.decoded_body.as_deref());
        let answer = self
            .as_documented(search, way, &own)
            .or_else(|| self.near_values(search))
            .or_else(|| self.other_secrets(search, way))
            .or_else(|| self.secret_forms(search, way))
            .or_else(|| self.bodies(search, way, &own, &quick, "forms of the body"));
        if answer.is_some() {
            return answer;
        }
        let written = body::reserialised(self.message.body, &|| search.should_stop());
        self.bodies(search, way, &own, &written, "the JSON parsed and written again")
            .or_else(|| self.urls(search, way, &own))
            .or_else(|| self.contents(search, way, &own))
            .or_else(|| self.near_times(search, way, &own))
            .or_else(|| self.pairs(search, way, &own, &quick, &written))
            .or_else(|| self.edited_content(search, way, &own))
            .or_else(|| self.miscopied_secrets(search, way))
    }

    /// The documented computation, against every value in the header.
    fn as_documented(&mut self, search: &mut Search<'_>, way: Way, own: &[TrialKey]) -> Option<Answer> {
        let before = search.tries;
        let Some(hit) = search.message(self.way, self.message, own, way, Given::default()) else {
            self.exclude(
                "the documented computation, against every value there is",
                search,
                before,
            );
            return None;
        };
        let found = search.targets.get(hit.target?)?;
        let documented = self.way.encoding.get().unwrap_or_default();
        let expected = hit
            .computed
            .as_ref()
            .map(|computed| encoding::encode_bytes(computed, documented));
        let same_kind =
            |one: Encoding, other: Encoding| is_hex(one) == is_hex(other) && (is_hex(one) || one == other);
        let cause = if expected.as_deref() == Some(found.text.as_str()) {
            match self.side {
                Side::Receiver => Cause::Comparison,
                // Nothing was taken for a signature, and there it stands.
                Side::Message if self.report.candidates.is_empty() && self.prefix().is_some() => {
                    Cause::HeaderMangled
                }
                Side::Message => Cause::WrongItem,
            }
        } else if found.is_twice || !same_kind(found.encoding, documented) {
            Cause::Encoding
        } else if expected
            .as_ref()
            .is_some_and(|expected| expected.eq_ignore_ascii_case(&found.text))
        {
            Cause::LetterCase
        } else {
            Cause::Encoding
        };
        let written = match (found.is_twice, found.encoding) {
            (true, _) => "its hex text encoded once more",
            (false, Encoding::Base64) => "base64",
            (false, Encoding::Base64url) => "URL-safe base64",
            (false, _) if found.text.bytes().any(|byte| byte.is_ascii_uppercase()) => "upper-case hex",
            (false, _) => "hex",
        };
        let change = match (cause, self.prefix()) {
            (Cause::HeaderMangled, Some(prefix)) => format!("the value without its prefix `{prefix}`"),
            _ => format!("the value written in {written}"),
        };
        let mut answer = Answer::of(cause, change, hit);
        if matches!(cause, Cause::Encoding | Cause::LetterCase) && !found.is_twice {
            let encoding = if is_hex(found.encoding) {
                Encoding::HexAny
            } else {
                found.encoding
            };
            answer.actions.push(self.use_way(Scheme {
                encoding: encoding.into(),
                ..self.way.clone()
            }));
        }
        Some(answer)
    }

    fn other_secrets(&mut self, search: &mut Search<'_>, way: Way) -> Option<Answer> {
        let before = search.tries;
        for (cause, secrets) in self.stored() {
            let keys = self.keys_of(secrets);
            if let Some(hit) = search.message(self.way, self.message, &keys, way, Given::default()) {
                let change = format!("made with `{}`", hit.key);
                return Some(Answer::of(cause, change, hit));
            }
        }
        self.exclude("other stored secrets", search, before);
        None
    }

    fn secret_forms(&mut self, search: &mut Search<'_>, way: Way) -> Option<Answer> {
        if matches!(way, Way::Public(_)) {
            return None;
        }
        let before = search.tries;
        for (form, trial) in self.forms_of_secrets() {
            let keys = [trial];
            if let Some(hit) = search.message(self.way, self.message, &keys, way, Given::default()) {
                let action = self.secret_action(form.cause, &keys[0]);
                return Some(Answer::of(form.cause, form.change, hit).offering(action));
            }
        }
        self.exclude("forms of the secret", search, before);
        None
    }

    pub(super) fn prefix(&self) -> Option<&str> {
        self.way.signature.as_ref()?.prefix.as_deref()
    }

    /// What is offered where another secret or another form of one fits.
    pub(super) fn secret_action(&self, cause: Cause, trial: &TrialKey) -> Option<Action> {
        match cause {
            Cause::SecretEncoding | Cause::SecretPrefix | Cause::SecretHashed => {
                let secret = Secret::new(trial.name.as_str(), trial.pasted.as_str());
                let form = key::form(self.way, &secret, &trial.bytes)?;
                Some(self.use_way(Scheme {
                    secret: vec![form],
                    ..self.way.clone()
                }))
            }
            cause => self.action(cause, &trial.name),
        }
    }

    pub(super) fn forms_of_secrets(&self) -> Vec<(Variant<Vec<u8>>, TrialKey)> {
        let mut forms = Vec::new();
        for secret in self.secrets {
            for form in key::keys(self.way, secret) {
                let trial = TrialKey::of(secret, form.value.clone());
                forms.push((form, trial));
            }
        }
        if self.secrets.is_empty() {
            let empty = Variant::new(Cause::EmptyKey, "no key at all", Vec::new());
            forms.push((
                empty,
                TrialKey {
                    name: String::new(),
                    bytes: Vec::new(),
                    pasted: String::new(),
                },
            ));
        }
        forms
    }

    fn bodies(
        &mut self,
        search: &mut Search<'_>,
        way: Way,
        own: &[TrialKey],
        bodies: &[Variant<Vec<u8>>],
        what: &str,
    ) -> Option<Answer> {
        let before = search.tries;
        let Some((body, hit)) = search.bodies(self.way, self.message, bodies, own, way) else {
            self.exclude(what, search, before);
            return None;
        };
        let mut answer = Answer::of(body.cause, body.change.clone(), hit);
        answer.body = Some(body.value.clone());
        Some(answer)
    }

    pub(super) fn urls(&mut self, search: &mut Search<'_>, way: Way, own: &[TrialKey]) -> Option<Answer> {
        let reads_url = |source: &Source| {
            matches!(
                source,
                Source::Url | Source::Path | Source::QueryString | Source::Host | Source::Target
            )
        };
        if !self
            .way
            .content
            .iter()
            .any(|template| template.reads_any(reads_url))
        {
            return None;
        }
        let before = search.tries;
        let forms = url::urls(self.message, &self.context.urls, &|| search.should_stop());
        for form in forms {
            let parts = crate::read::url::split(&form.value);
            let target = format!("{}{}", parts.path, parts.query);
            let message = Message {
                url: Some(&form.value),
                target: &target,
                ..*self.message
            };
            if let Some(hit) = search.message(self.way, &message, own, way, Given::default()) {
                let mut answer = Answer::of(form.cause, form.change, hit);
                answer.actions.push(Action::SetUrl { url: form.value });
                return Some(answer);
            }
        }
        self.exclude("forms of the URL", search, before);
        None
    }

    pub(super) fn use_algorithm(&self, algorithm: Algorithm) -> Action {
        self.use_way(Scheme {
            algorithm: algorithm.into(),
            ..self.way.clone()
        })
    }

    pub(super) fn use_way(&self, scheme: Scheme) -> Action {
        Action::UseScheme {
            scheme: Box::new(Scheme {
                alternatives: Vec::new(),
                when: Vec::new(),
                ..scheme
            }),
        }
    }
}

fn is_hex(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::Hex | Encoding::HexAny | Encoding::HexUpper)
}

pub(super) fn algorithm_of(way: Way) -> Option<Algorithm> {
    match way {
        Way::Hmac(hash) => Some(Algorithm::hmac(hash)),
        Way::Plain(Hash::Md5) => Some(Algorithm::Md5),
        Way::Plain(Hash::Sha1) => Some(Algorithm::Sha1),
        Way::Plain(Hash::Sha256) => Some(Algorithm::Sha256),
        Way::Plain(Hash::Sha384) => Some(Algorithm::Sha384),
        Way::Plain(Hash::Sha512) => Some(Algorithm::Sha512),
        Way::Public(_) => None,
    }
}
