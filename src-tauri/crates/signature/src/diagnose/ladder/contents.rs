//! The rungs for what was signed in place of the documented content, for other hash functions, and for two faults at
//! once.

use super::rungs::{SMALL, algorithm_of};
use super::{Answer, Ladder};
use crate::diagnose::cause::Cause;
use crate::diagnose::search::{Hit, Search, TrialKey, Way};
use crate::diagnose::variant::Variant;
use crate::diagnose::{target, template};
use crate::message::Message;
use crate::scheme::{Algorithm, Scheme, Setting};
use crate::template::Source;
use crate::view::{Given, Scene, View};

impl Ladder<'_> {
    /// Other contents, other hash functions, and both.
    pub(super) fn contents(&mut self, search: &mut Search<'_>, way: Way, own: &[TrialKey]) -> Option<Answer> {
        let before = search.tries;
        let answer = self
            .times(search, way, own)
            .or_else(|| self.hashes(search, way, own))
            .or_else(|| self.swapped(search, way, own))
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

    pub(super) fn timestamp(&self) -> Option<String> {
        let scene = Scene::new(self.way, self.message);
        let unit = crate::examine::nth_unit(&scene, &[], self.unit);
        let places = unit.as_ref().map(|unit| unit.places.as_slice());
        let place = places.and_then(<[_]>::first).map(|place| (place, 0));
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
                answer.actions.push(self.use_algorithm(Algorithm::hmac(hash)));
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
                answer.actions.push(self.use_way(Scheme { algorithm, ..scheme }));
                return Some(answer);
            }
        }
        None
    }

    /// Two things at once: another key and another body.
    pub(super) fn pairs(
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
        for (cause, secrets) in self.stored() {
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
            if let Some((form, trial)) = key {
                answer.changes.push(form.change.clone());
                answer.actions.extend(self.secret_action(form.cause, trial));
            }
            answer.body = Some(body.value.clone());
            return Some(answer);
        }
        // URLs with another secret.
        let mut answer = self.urls(search, way, &keys).filter(|_| !own.is_empty());
        if let Some(answer) = &mut answer
            && let Some(hit) = &answer.hit
            && let Some((form, trial)) = others.iter().find(|(_, trial)| self.gives(trial, hit, search))
        {
            answer.changes.push(form.change.clone());
            answer.actions.extend(self.secret_action(form.cause, trial));
        }
        if answer.is_none() {
            self.exclude("two of these at once", search, before);
        }
        answer
    }

    /// Whether this key is the one that made the hit.
    fn gives(&self, trial: &TrialKey, hit: &Hit, search: &Search<'_>) -> bool {
        let Way::Hmac(hash) = hit.way else { return true };
        let digest = crate::digest::hmac(hash, &trial.bytes, std::iter::once(hit.content.as_slice()));
        hit.target
            .and_then(|target| search.targets.get(target))
            .is_some_and(|target| target.bytes == digest.as_bytes())
    }
}
