//! Who sent a request, what it is about, and whether its signature holds: one snapshot of everything that this
//! depends on beside the request itself.
//!
//! The snapshot is swapped whole when an endpoint or a secret changes, so that the path on which a sender waits takes
//! no lock and asks neither the database nor the keychain.

mod case;
mod lines;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use hookbench_signature::{
    Algorithm, Context, Message, Micros, Note, NoteCode, Report, Scheme, Secret, Signature, Verdict, check,
    verify,
};

pub(crate) use case::Case;

use crate::examining::Examination;
use crate::masking::SigningPlaces;
use crate::model::{
    Endpoint, EndpointId, Recognition, SecretId, State, Timestamp, Tolerance, request_target,
};
use crate::provider::{Catalogue, Detected, Facts, HandshakeAnswer, Place, Provider, UnpackedBody};
use crate::test_keys::TEST_KEY;

pub use lines::LookedAt;

/// The scheme of a provider with an endpoint's parameters put in.
#[derive(Debug)]
enum Ready {
    /// Requests are checked with this.
    Scheme(Box<Scheme>),
    /// The provider does not sign.
    Unsigned,
    /// A parameter has no value yet: what is missing, in a sentence.
    Incomplete(String),
}

/// An endpoint with all that is needed to judge what comes to it.
#[derive(Debug)]
struct Known {
    endpoint: Endpoint,
    scheme: Option<Ready>,
    /// Where the endpoint pins no provider and has a tolerance of its own: every provider's scheme with that.
    tolerant: HashMap<String, Ready>,
    secrets: Vec<Secret>,
    /// The ids of `secrets`.
    ids: Vec<SecretId>,
    /// Those that were replaced, and when.
    previous: Vec<(SecretId, Timestamp, Secret)>,
}

/// The snapshot.
#[derive(Debug)]
pub(crate) struct Judge {
    catalogue: Arc<Catalogue>,
    /// The schemes of all providers with their defaults, for requests that no endpoint pins.
    defaults: Arc<HashMap<String, Ready>>,
    /// The longest path first, so that the first match is the nearest.
    endpoints: Vec<Known>,
}

/// What is known of something that is to go.
#[derive(Debug, Clone)]
pub(crate) struct Outlook {
    pub(crate) provider: Option<Provider>,
    /// Why there is none, in a sentence, where there is none.
    pub(crate) scheme: Result<Box<Scheme>, String>,
    /// Those of its endpoint, the newest last.
    pub(crate) secrets: Vec<Secret>,
    pub(crate) delivery_key: Option<String>,
    /// Where that key stands, if it stands as it is in one place.
    pub(crate) delivery_place: Option<Place>,
}

impl Judge {
    /// A judge that knows no endpoint yet.
    pub(crate) fn new(catalogue: Arc<Catalogue>) -> Self {
        let mut defaults = HashMap::new();
        for provider in catalogue.all() {
            let ready = ready(provider, &provider.with_defaults(&Default::default()));
            defaults.insert(provider.id.clone(), ready);
        }
        Self {
            catalogue,
            defaults: Arc::new(defaults),
            endpoints: Vec::new(),
        }
    }

    /// The same knowledge of providers, with these endpoints and secrets.
    pub(crate) fn with_endpoints(
        &self,
        endpoints: Vec<Endpoint>,
        values: &HashMap<SecretId, Secret>,
    ) -> Self {
        let mut known: Vec<Known> = endpoints
            .into_iter()
            .map(|endpoint| self.known(endpoint, values))
            .collect();
        known.sort_by_key(|known| std::cmp::Reverse(known.endpoint.path.len()));
        Self {
            catalogue: Arc::clone(&self.catalogue),
            defaults: Arc::clone(&self.defaults),
            endpoints: known,
        }
    }

    fn known(&self, endpoint: Endpoint, values: &HashMap<SecretId, Secret>) -> Known {
        let prepared = |provider: &Provider| {
            ready(provider, &provider.with_defaults(&endpoint.parameters)).within(endpoint.tolerance)
        };
        let pinned = endpoint.provider.as_deref();
        let (ids, secrets) = endpoint
            .current_secrets()
            .filter_map(|record| Some((record.id, values.get(&record.id)?.clone())))
            .unzip();
        Known {
            scheme: pinned.and_then(|id| self.catalogue.get(id)).map(prepared),
            tolerant: if pinned.is_some() || endpoint.tolerance.is_default() {
                HashMap::new()
            } else {
                let all = self.catalogue.all().iter();
                all.map(|provider| (provider.id.clone(), prepared(provider)))
                    .collect()
            },
            previous: endpoint
                .secrets
                .iter()
                .filter_map(|record| Some((record.id, record.retired_at?, values.get(&record.id)?.clone())))
                .collect(),
            ids,
            secrets,
            endpoint,
        }
    }

    /// What is known of a request, and what its sender wants to hear if it asks something. One look at it gives both.
    pub(crate) fn judge(&self, case: Case<'_>) -> (Recognition, Option<HandshakeAnswer>) {
        self.look(case, |known, facts| {
            let (mut recognition, provider) = self.recognised(case, known, facts);
            let handshake = provider
                .filter(|_| case.state == State::Complete)
                .and_then(|provider| provider.handshake(facts, secrets(known), parameters(known)));
            if let Some(question) = handshake.as_ref().filter(|handshake| !handshake.acknowledgement) {
                recognition.event = Some(format!("handshake: {}", question.name));
                recognition.handshake = Some(question.name.clone());
            }
            let is_answered = known.is_none_or(|known| known.endpoint.answers_handshakes);
            (recognition, handshake.filter(|_| is_answered))
        })
    }

    /// What its provider wants to hear, whether or not its endpoint says it.
    pub(crate) fn question(&self, case: Case<'_>) -> Option<HandshakeAnswer> {
        self.look(case, |known, facts| {
            let (_, provider) = self.recognised(case, known, facts);
            provider
                .filter(|_| case.state == State::Complete)
                .and_then(|provider| provider.handshake(facts, secrets(known), parameters(known)))
                .filter(|handshake| !handshake.acknowledgement)
        })
    }

    /// Who may have sent a request that does not say enough; nobody where it is clear or nothing is known.
    pub(crate) fn possible_providers(&self, case: Case<'_>) -> Vec<String> {
        self.look(case, |known, facts| {
            let is_pinned = known.is_some_and(|known| known.endpoint.provider.is_some());
            match self.catalogue.detect(facts) {
                Detected::Ambiguous(ids) if !is_pinned => ids,
                _ => Vec::new(),
            }
        })
    }

    /// What is known of a request: endpoint, provider, event, delivery key, verdict.
    pub(crate) fn recognise(&self, case: Case<'_>) -> Recognition {
        self.judge(case).0
    }

    fn recognised(
        &self,
        case: Case<'_>,
        known: Option<&Known>,
        facts: &Facts<'_>,
    ) -> (Recognition, Option<&Provider>) {
        let mut recognition = Recognition {
            endpoint: known.map(|known| known.endpoint.id),
            endpoint_path: known.map(|known| known.endpoint.path.clone()),
            ..Recognition::unknown()
        };
        if case.state == State::Refused {
            return (recognition, None);
        }
        let Some(provider) = self.provider(known, facts) else {
            return (recognition, None);
        };
        recognition.provider = Some(provider.id.clone());
        recognition.event = provider.event_with(facts, parameters(known));
        recognition.delivery_key = provider.delivery_key_with(facts, parameters(known));
        // Of a request that did not come whole nothing can be said: its signature covers what is missing.
        if case.state == State::Complete {
            recognition.verdict = match self.scheme(known, &provider.id) {
                Some(Ready::Scheme(scheme)) => {
                    let url = public_url(known, facts);
                    check(
                        scheme,
                        &facts.message(url.as_deref(), Some(micros(case.received_at))),
                        &secrets_then(known, case.received_at),
                    )
                    .verdict
                }
                Some(Ready::Unsigned) => Verdict::Unsigned,
                Some(Ready::Incomplete(_)) | None => Verdict::Unknown,
            };
        }
        (recognition, Some(provider))
    }

    /// The check of a request's signature as a story, with the provider it was checked for.
    pub(crate) fn report(&self, case: Case<'_>) -> (Option<String>, Report) {
        self.look(case, |known, facts| self.reported(case, known, facts))
    }

    fn reported(&self, case: Case<'_>, known: Option<&Known>, facts: &Facts<'_>) -> (Option<String>, Report) {
        if case.state != State::Complete {
            let sentence = "The request did not come whole, so that its signature cannot be checked.";
            return (None, Report::without_check(Verdict::Unknown, sentence));
        }
        let Some(provider) = self.provider(known, facts) else {
            let sentence = "Nobody that Hookbench knows sends requests like this one; an endpoint can name its provider.";
            return (None, Report::without_check(Verdict::Unknown, sentence));
        };
        let url = public_url(known, facts);
        let message: Message<'_> = facts.message(url.as_deref(), Some(micros(case.received_at)));
        let report = match self.scheme(known, &provider.id) {
            Some(Ready::Scheme(scheme)) => {
                let mut report = verify(scheme, &message, &secrets_then(known, case.received_at));
                if report.verdict == Verdict::Valid
                    && report.key.as_ref().is_some_and(|key| key.name == TEST_KEY)
                {
                    report.notes.push(Note {
                        code: NoteCode::TestKey,
                        text: "made with a test key of Hookbench's own, not by the provider".to_owned(),
                    });
                }
                report
            }
            Some(Ready::Incomplete(missing)) => Report::without_check(Verdict::Unknown, missing),
            Some(Ready::Unsigned) | None => {
                Report::without_check(Verdict::Unsigned, provider.signs_nothing())
            }
        };
        (Some(provider.id.clone()), report)
    }

    /// Looks at a request with a scheme: the wanted provider's, or the one it is judged by, with the wanted secrets, or
    /// the endpoint's.
    ///
    /// # Errors
    /// Why there is no scheme to look with, in a sentence.
    pub(crate) fn examine<T>(
        &self,
        case: Case<'_>,
        wanted: &Examination,
        look: impl FnOnce(&Provider, &Scheme, &Message<'_>, &[Secret], Context) -> T,
    ) -> Result<T, String> {
        self.look(case, |known, facts| {
            self.examined(case, known, facts, wanted, look)
        })
    }

    fn examined<T>(
        &self,
        case: Case<'_>,
        known: Option<&Known>,
        facts: &Facts<'_>,
        wanted: &Examination,
        look: impl FnOnce(&Provider, &Scheme, &Message<'_>, &[Secret], Context) -> T,
    ) -> Result<T, String> {
        let provider = match &wanted.provider {
            Some(id) => self
                .catalogue
                .get(id)
                .ok_or_else(|| format!("There is no provider `{id}`."))?,
            None => self
                .provider(known, facts)
                .ok_or("Nobody that Hookbench knows sends requests like this one.")?,
        };
        let chosen;
        let (ready, parameters) = if wanted.provider.is_some() || !wanted.parameters.is_empty() {
            chosen = ready(provider, &provider.with_defaults(&wanted.parameters));
            (&chosen, &wanted.parameters)
        } else {
            let kept = self.scheme(known, &provider.id);
            (kept.ok_or("Its provider has no scheme.")?, parameters(known))
        };
        let none;
        let scheme = match ready {
            Ready::Scheme(scheme) => scheme,
            // That there is nothing to check is an answer as well.
            Ready::Unsigned => {
                none = Scheme::new(Algorithm::None, Signature::default());
                &none
            }
            Ready::Incomplete(missing) => return Err(missing.clone()),
        };
        let stored = secrets_then(known, case.received_at);
        let own = if wanted.secrets.is_empty() {
            &stored[..]
        } else {
            &wanted.secrets
        };
        let fresh = |stored: Vec<(SecretId, Secret)>| -> Vec<Secret> {
            let secrets = stored.into_iter().map(|(_, secret)| secret);
            secrets
                .filter(|other| !own.iter().any(|secret| secret.expose() == other.expose()))
                .collect()
        };
        let others = self
            .endpoints
            .iter()
            .filter_map(|other| other.endpoint.url_of(facts.target()));
        let url = wanted.url.clone().or_else(|| public_url(known, facts));
        let context = Context {
            other_secrets: fresh(self.other_secrets()),
            previous_secrets: fresh(known.map(Known::previous_secrets).unwrap_or_default()),
            urls: url.iter().cloned().chain(others).collect(),
            decoded_body: facts.decoded_body(),
            question: provider.question(facts, parameters),
            hints: provider.hints(facts, parameters),
            other_schemes: self.schemes_elsewhere(known, &provider.id),
        };
        let message = facts.message(url.as_deref(), Some(micros(case.received_at)));
        Ok(look(provider, scheme, &message, own, context))
    }

    /// What is known of something that is to go, made of a request that came to `target` and was taken for `provider`'s:
    /// it is looked at as the endpoint of that request would, were it to come there.
    pub(crate) fn outlook(&self, case: Case<'_>, target: &str, provider: Option<&str>) -> Outlook {
        let known = self.endpoint_for(target);
        self.look(case, |_, facts| {
            let seen = self.provider(known, facts);
            // An edit may have taken away what it was known by.
            let provider = seen.or_else(|| self.catalogue.get(provider?));
            let scheme = match provider {
                None => Err("Nobody that Hookbench knows sends requests like this one.".to_owned()),
                Some(provider) => match self.scheme(known, &provider.id) {
                    Some(Ready::Scheme(scheme)) => Ok(scheme.clone()),
                    Some(Ready::Incomplete(missing)) => Err(missing.clone()),
                    Some(Ready::Unsigned) | None => Err(provider.signs_nothing()),
                },
            };
            Outlook {
                provider: provider.cloned(),
                scheme,
                secrets: secrets(known).to_vec(),
                delivery_key: provider
                    .and_then(|provider| provider.delivery_key_with(facts, parameters(known))),
                delivery_place: provider
                    .and_then(|provider| provider.delivery_place(facts, parameters(known))),
            }
        })
    }

    /// The schemes of a provider with what was chosen for it at other endpoints, where that is another choice.
    fn schemes_elsewhere(&self, known: Option<&Known>, provider: &str) -> Vec<(String, Scheme)> {
        let own = known.map(|known| (known.endpoint.id, &known.endpoint.parameters));
        self.endpoints
            .iter()
            .filter(|other| other.endpoint.provider.as_deref() == Some(provider))
            .filter(|other| {
                own.is_none_or(|(id, chosen)| id != other.endpoint.id && *chosen != other.endpoint.parameters)
            })
            .filter_map(|other| match &other.scheme {
                Some(Ready::Scheme(scheme)) => Some((other.endpoint.path.clone(), (**scheme).clone())),
                _ => None,
            })
            .collect()
    }

    /// The secrets of all endpoints, under names that tell them apart.
    fn other_secrets(&self) -> Vec<(SecretId, Secret)> {
        self.endpoints
            .iter()
            .flat_map(Known::secrets_for_others)
            .collect()
    }

    /// The stored secret that a diagnosis of a request to `target` calls so.
    pub(crate) fn secret_called(&self, target: &str, name: &str) -> Option<SecretId> {
        let known = self.endpoint_for(target);
        known
            .map(Known::previous_secrets)
            .into_iter()
            .flatten()
            .chain(self.other_secrets())
            .find(|(_, secret)| secret.name() == name)
            .map(|(id, _)| id)
            .or_else(|| {
                let known = known?;
                let place = known.secrets.iter().position(|secret| secret.name() == name)?;
                known.ids.get(place).copied()
            })
    }

    /// The value of a stored secret.
    pub(crate) fn value_of(&self, id: SecretId) -> Option<&Secret> {
        self.endpoints.iter().find_map(|known| {
            let current = known.ids.iter().zip(&known.secrets);
            let previous = known.previous.iter().map(|(id, _, secret)| (id, secret));
            current
                .chain(previous)
                .find(|(other, _)| **other == id)
                .map(|(_, secret)| secret)
        })
    }

    /// Where in its head a request to `target` is signed by what its endpoint says, beside where the schemes of the catalogue
    /// say it themselves and by what usually is put into them.
    /// Who sent it is not asked where the endpoint does not say it: that would need its body.
    pub(crate) fn signing_places(&self, target: &str) -> SigningPlaces {
        let known = self.endpoint_for(target);
        let mut places = SigningPlaces::default();
        let mut add = |ready: &Ready| {
            if let Ready::Scheme(scheme) = ready {
                places.add(scheme);
            }
        };
        if let Some(pinned) = known.and_then(|known| known.scheme.as_ref()) {
            add(pinned);
        } else {
            known
                .iter()
                .flat_map(|known| known.tolerant.values())
                .for_each(add);
        }
        places
    }

    /// The endpoint that a request with this target comes to.
    pub(crate) fn endpoint_of(&self, target: &str) -> Option<&Endpoint> {
        self.endpoint_for(target).map(|known| &known.endpoint)
    }

    /// The secrets of an endpoint, oldest first.
    pub(crate) fn secrets_of(&self, endpoint: EndpointId) -> &[Secret] {
        secrets(self.endpoints.iter().find(|known| known.endpoint.id == endpoint))
    }

    /// Takes a head apart, once for all that want to look at the request.
    fn look<T>(&self, case: Case<'_>, then: impl FnOnce(Option<&Known>, &Facts<'_>) -> T) -> T {
        let line = case.head.request_line();
        let method = String::from_utf8_lossy(&line.method);
        let target = String::from_utf8_lossy(&line.target);
        let headers = case.head.headers();
        let unpacked = UnpackedBody::default();
        let facts = Facts::new(&method, &target, &headers, case.body)
            .with_digest(case.body_sha256)
            .unpacking_into(&unpacked);
        then(self.endpoint_for(&target), &facts)
    }

    /// The endpoint whose path the target begins with: whole segments only, the longest first.
    fn endpoint_for(&self, target: &str) -> Option<&Known> {
        let path = request_target::path(target);
        self.endpoints.iter().find(|known| {
            let prefix = known.endpoint.path.trim_end_matches('/');
            path.strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    fn provider(&self, known: Option<&Known>, facts: &Facts<'_>) -> Option<&Provider> {
        match known.and_then(|known| known.endpoint.provider.as_deref()) {
            Some(pinned) => self.catalogue.get(pinned),
            None => self.catalogue.get(self.catalogue.detect(facts).one()?),
        }
    }

    fn scheme<'s>(&'s self, known: Option<&'s Known>, provider: &str) -> Option<&'s Ready> {
        known
            .and_then(|known| known.scheme.as_ref().or_else(|| known.tolerant.get(provider)))
            .or_else(|| self.defaults.get(provider))
    }
}

impl Known {
    /// Its secrets as those of another endpoint are called.
    fn secrets_for_others(&self) -> Vec<(SecretId, Secret)> {
        let called = |secret: &Secret| format!("{} of {}", secret.name(), self.endpoint.path);
        let pairs = self.ids.iter().zip(&self.secrets);
        pairs
            .map(|(id, secret)| (*id, Secret::new(called(secret), secret.expose())))
            .collect()
    }

    /// Those that were replaced, under names that say when.
    fn previous_secrets(&self) -> Vec<(SecretId, Secret)> {
        let called = |secret: &Secret, at: &Timestamp| {
            let instant = at.to_string();
            let moment = instant.get(..19).unwrap_or(&instant).replace('T', " ");
            format!("{} until {moment} UTC", secret.name())
        };
        let previous = self.previous.iter();
        previous
            .map(|(id, at, secret)| (*id, Secret::new(called(secret, at), secret.expose())))
            .collect()
    }
}

impl Ready {
    /// The same with the tolerance of an endpoint.
    fn within(self, tolerance: Tolerance) -> Self {
        match self {
            Self::Scheme(mut scheme) if !tolerance.is_default() => {
                let widen = |timestamp: &mut hookbench_signature::Timestamp| {
                    timestamp.past = tolerance.past.or(timestamp.past);
                    timestamp.future = tolerance.future.or(timestamp.future);
                };
                scheme.timestamp.iter_mut().for_each(widen);
                for way in &mut scheme.alternatives {
                    way.timestamp.iter_mut().for_each(widen);
                }
                Self::Scheme(scheme)
            }
            other => other,
        }
    }
}

/// The URL that the sender used, where the endpoint knows it.
fn public_url(known: Option<&Known>, facts: &Facts<'_>) -> Option<String> {
    known?.endpoint.url_of(facts.target())
}

fn secrets(known: Option<&Known>) -> &[Secret] {
    known.map_or(&[], |known| &known.secrets)
}

/// The secrets that were in use at an instant: those of now, and those that were replaced only later. A rotation makes no
/// signature invalid that was right when it came.
fn secrets_then(known: Option<&Known>, received_at: Timestamp) -> Cow<'_, [Secret]> {
    let Some(known) = known else {
        return Cow::Borrowed(&[]);
    };
    if known.previous.iter().all(|(_, at, _)| received_at >= *at) {
        return Cow::Borrowed(&known.secrets);
    }
    let then = known.previous.iter().zip(known.previous_secrets());
    let later = then
        .filter(|((_, at, _), _)| received_at < *at)
        .map(|(_, (_, secret))| secret);
    Cow::Owned(known.secrets.iter().cloned().chain(later).collect())
}

/// What the person chose for the provider's scheme; its defaults are put in where it is used.
fn parameters(known: Option<&Known>) -> &BTreeMap<String, String> {
    static NONE: BTreeMap<String, String> = BTreeMap::new();
    known.map_or(&NONE, |known| &known.endpoint.parameters)
}

fn ready(provider: &Provider, parameters: &BTreeMap<String, String>) -> Ready {
    match provider.scheme(parameters) {
        Ok(Some(scheme)) => Ready::Scheme(Box::new(scheme)),
        Ok(None) => Ready::Unsigned,
        Err(missing) => Ready::Incomplete(format!(
            "The scheme of {} is not complete: {missing}.",
            provider.name
        )),
    }
}

const fn micros(instant: Timestamp) -> Micros {
    Micros(instant.as_micros())
}

#[cfg(test)]
mod tests;
