//! The rungs for signatures that are computed over content.

use super::{Answer, Ladder};
use crate::diagnose::cause::Cause;
use crate::diagnose::search::{Search, TrialKey, Way};
use crate::diagnose::variant::Variant;
use crate::diagnose::{Action, body, key, target, template, url};
use crate::encoding;
use crate::message::Message;
use crate::scheme::{Algorithm, Encoding, Hash, Scheme, Setting};
use crate::template::Source;
use crate::view::{Given, Scene, View};

/// Bodies longer than this are not tried in pairs with every form of the secret.
const SMALL: usize = 128 * 1024;

impl Ladder<'_> {
    pub(super) fn digest_rungs(&mut self, search: &mut Search<'_>) -> Option<Answer> {
        let way = Way::of(self.way.algorithm.get()?)?;
        let own = self.own_keys();
        let quick = body::quick(self.message, self.context.decoded_body.as_deref());
        let answer = self
            .as_documented(search, way, &own)
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
            .or_else(|| self.pairs(search, way, &own, &quick, &written))
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
        let found = search.targets.get(hit.target)?;
        let documented = self.way.encoding.get().unwrap_or_default();
        let expected = hit
            .computed
            .as_ref()
            .map(|computed| encoding::encode_bytes(computed, documented));
        let same_kind =
            |one: Encoding, other: Encoding| is_hex(one) == is_hex(other) && (is_hex(one) || one == other);
        let cause = if expected.as_deref() == Some(found.text.as_str()) {
            if self.side == super::Side::Receiver {
                Cause::Comparison
            } else {
                Cause::WrongItem
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
        let mut answer = Answer::of(cause, format!("the value written in {written}"), hit);
        if matches!(cause, Cause::Encoding | Cause::LetterCase) && !found.is_twice {
            let encoding = if is_hex(found.encoding) {
                Encoding::HexAny
            } else {
                found.encoding
            };
            answer.action = Some(self.use_way(Scheme {
                encoding: encoding.into(),
                ..self.way.clone()
            }));
        }
        Some(answer)
    }

    fn other_secrets(&mut self, search: &mut Search<'_>, way: Way) -> Option<Answer> {
        let before = search.tries;
        for (cause, secrets) in [
            (Cause::PreviousSecret, &self.context.previous_secrets),
            (Cause::OtherSecret, &self.context.other_secrets),
        ] {
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
                return Some(Answer::of(form.cause, form.change, hit));
            }
        }
        self.exclude("forms of the secret", search, before);
        None
    }

    fn forms_of_secrets(&self) -> Vec<(Variant<Vec<u8>>, TrialKey)> {
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

    fn urls(&mut self, search: &mut Search<'_>, way: Way, own: &[TrialKey]) -> Option<Answer> {
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
        for form in url::urls(self.message, &self.context.urls) {
            let message = Message {
                url: Some(&form.value),
                ..*self.message
            };
            if let Some(hit) = search.message(self.way, &message, own, way, Given::default()) {
                let mut answer = Answer::of(form.cause, form.change, hit);
                answer.action = Some(Action::SetUrl { url: form.value });
                return Some(answer);
            }
        }
        self.exclude("forms of the URL", search, before);
        None
    }

    /// Other contents, other hash functions, and both.
    fn contents(&mut self, search: &mut Search<'_>, way: Way, own: &[TrialKey]) -> Option<Answer> {
        let before = search.tries;
        let answer = self
            .times(search, way, own)
            .or_else(|| self.hashes(search, way, own))
            .or_else(|| {
                let Way::Hmac(hash) = way else { return None };
                let hmacs = target::hashes(&search.targets).into_iter();
                let mut ways = vec![way];
                ways.extend(hmacs.filter(|other| *other != hash).map(Way::Hmac));
                self.templates(search, &ways, &template::candidates(), own)
                    .or_else(|| {
                        let plain: Vec<Way> = target::hashes(&search.targets)
                            .into_iter()
                            .map(Way::Plain)
                            .collect();
                        self.templates(search, &plain, &template::plain_candidates(), own)
                    })
            });
        let answer = answer.or_else(|| match way {
            Way::Public(_) => self.templates(search, &[way], &template::candidates(), own),
            Way::Plain(_) => {
                let hmacs: Vec<Way> = target::hashes(&search.targets)
                    .into_iter()
                    .map(Way::Hmac)
                    .collect();
                self.templates(search, &hmacs, &template::candidates(), own)
                    .or_else(|| self.templates(search, &[way], &template::plain_candidates(), own))
            }
            Way::Hmac(_) => None,
        });
        if answer.is_none() {
            self.exclude("other contents and hash functions", search, before);
        }
        answer
    }

    /// The documented content, its time in another unit.
    fn times(&self, search: &mut Search<'_>, way: Way, own: &[TrialKey]) -> Option<Answer> {
        let text = self.timestamp()?;
        template::times(&text).into_iter().find_map(|time| {
            let given = Given {
                timestamp: Some(&time.value),
                id: None,
            };
            let hit = search.message(self.way, self.message, own, way, given)?;
            Some(Answer::of(time.cause, time.change, hit))
        })
    }

    fn timestamp(&self) -> Option<String> {
        let scene = Scene::new(self.way, self.message);
        let units = crate::examine::units(&scene, &[]);
        let place = units
            .get(self.unit)
            .and_then(|unit| unit.places.first())
            .map(|place| (place, 0));
        let view = View {
            place,
            ..View::of(&scene)
        };
        view.get(&Source::Timestamp)
            .map(|text| String::from_utf8_lossy(&text).into_owned())
    }

    /// The documented content, another hash function.
    fn hashes(&self, search: &mut Search<'_>, way: Way, own: &[TrialKey]) -> Option<Answer> {
        let Way::Hmac(documented) = way else { return None };
        target::hashes(&search.targets)
            .into_iter()
            .filter(|hash| *hash != documented)
            .find_map(|hash| {
                let hit = search.message(self.way, self.message, own, Way::Hmac(hash), Given::default())?;
                let change = format!("{} in place of {}", hash.title(), documented.title());
                let mut answer = Answer::of(Cause::WrongHash, change, hit);
                answer.action = Some(self.use_algorithm(Algorithm::hmac(hash)));
                Some(answer)
            })
    }

    fn templates(
        &self,
        search: &mut Search<'_>,
        ways: &[Way],
        templates: &[crate::template::Template],
        own: &[TrialKey],
    ) -> Option<Answer> {
        let documented = Way::of(self.way.algorithm.get()?)?;
        for content in templates {
            let scheme = template::with_content(self.way, content.clone());
            for way in ways {
                let Some(hit) = search.message(&scheme, self.message, own, *way, Given::default()) else {
                    continue;
                };
                let (mut cause, mut change) = template::cause_of(self.way, content);
                if let (Way::Plain(hash), Way::Hmac(_)) = (*way, documented) {
                    cause = Cause::PlainHash;
                    change = format!(
                        "the plain {} of `{}` in place of an HMAC",
                        hash.title(),
                        content.as_str()
                    );
                } else if *way != documented {
                    change = format!("{change}, with {}", way.title());
                }
                let mut answer = Answer::of(cause, change, hit);
                let algorithm = algorithm_of(*way).map_or(self.way.algorithm.clone(), Setting::Fixed);
                answer.action = Some(self.use_way(Scheme { algorithm, ..scheme }));
                return Some(answer);
            }
        }
        None
    }

    /// Two things at once: another key and another body.
    fn pairs(
        &mut self,
        search: &mut Search<'_>,
        way: Way,
        own: &[TrialKey],
        quick: &[Variant<Vec<u8>>],
        written: &[Variant<Vec<u8>>],
    ) -> Option<Answer> {
        let before = search.tries;
        let public = matches!(way, Way::Public(_));
        let mut others: Vec<(Variant<Vec<u8>>, TrialKey)> = Vec::new();
        for (cause, secrets) in [
            (Cause::PreviousSecret, &self.context.previous_secrets),
            (Cause::OtherSecret, &self.context.other_secrets),
        ] {
            for trial in self.keys_of(secrets) {
                let change = format!("made with `{}`", trial.name);
                others.push((Variant::new(cause, change, trial.bytes.clone()), trial));
            }
        }
        if !public && self.message.body.len() <= SMALL {
            others.extend(self.forms_of_secrets());
        }
        let keys: Vec<TrialKey> = others.iter().map(|(_, trial)| trial.clone()).collect();
        let bodies =
            quick
                .iter()
                .take_while(|_| !keys.is_empty())
                .chain(if self.message.body.len() <= SMALL {
                    written
                } else {
                    &[]
                });
        for body in bodies {
            let message = Message {
                body: &body.value,
                ..*self.message
            };
            // One content for all keys: the body is hashed once a key and built once.
            let Some(hit) = search.message(self.way, &message, &keys, way, Given::default()) else {
                continue;
            };
            let key = others
                .iter()
                .find(|(_, trial)| trial.name == hit.key && self.gives(trial, &hit, search));
            let mut answer = Answer::of(body.cause, body.change.clone(), hit);
            if let Some((form, _)) = key {
                answer.changes.push(form.change.clone());
            }
            answer.body = Some(body.value.clone());
            return Some(answer);
        }
        // URLs with another secret.
        let answer = self.urls(search, way, &keys).filter(|_| !own.is_empty());
        if answer.is_none() {
            self.exclude("two of these at once", search, before);
        }
        answer
    }

    /// Whether this key is the one that made the hit.
    fn gives(&self, trial: &TrialKey, hit: &super::Hit, search: &Search<'_>) -> bool {
        let Way::Hmac(hash) = hit.way else { return true };
        let digest = crate::digest::hmac(hash, &trial.bytes, std::iter::once(hit.content.as_slice()));
        search
            .targets
            .get(hit.target)
            .is_some_and(|target| target.bytes == digest.as_bytes())
    }

    fn use_algorithm(&self, algorithm: Algorithm) -> Action {
        self.use_way(Scheme {
            algorithm: algorithm.into(),
            ..self.way.clone()
        })
    }

    fn use_way(&self, scheme: Scheme) -> Action {
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

fn algorithm_of(way: Way) -> Option<Algorithm> {
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
