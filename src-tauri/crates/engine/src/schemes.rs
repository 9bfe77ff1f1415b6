//! Schemes of the person's own: provider files that are kept in the store beside those that come with the program.
//!
//! An own file never takes the place of one that comes with the program, and no secret is ever in one. While one is
//! being made it is tried on what was captured, without being kept.

use std::sync::Arc;

use bytes::Bytes;
use hookbench_signature::{Discovered, Micros, Report, Scheme, Secret, Source, Verdict, check, verify};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::examining::blocking;
use crate::judge::Judge;
use crate::model::{Request, RequestId, RequestSummary, State};
use crate::provider::{
    BLANK, Catalogue, CatalogueError, Condition, DetectRule, Facts, Place, Provider, Rank, SchemeForm,
};
use crate::store::{From, OwnProvider, PageRequest};

/// A scheme of the person's own.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnScheme {
    /// Its id.
    pub id: String,
    /// Its file.
    pub toml: String,
    /// What the file says; `None` where this version of the program cannot read it.
    pub provider: Option<Provider>,
    /// Why it cannot be read.
    pub fault: Option<String>,
    /// The paths of the endpoints that are pinned to it.
    pub used_by: Vec<String>,
}

/// A scheme tried on a captured request.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// The check.
    pub report: Report,
    /// What the request would be about.
    pub event: Option<String>,
    /// What would tell its repetitions.
    pub delivery_key: Option<String>,
    /// Whether its rules of detection hold for the request.
    pub recognised: bool,
}

/// A scheme tried on all requests that are like one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TriedOn {
    /// How many it makes valid; expired ones count, their signature is right.
    pub valid: usize,
    /// How many there were.
    pub of: usize,
    /// Some of those that it does not.
    pub others: Vec<(RequestId, Verdict)>,
}

/// The longest file.
const LONGEST: usize = 256 * 1024;

/// How many requests a scheme is tried on, how many are looked through for them, and how many bytes are read.
const TRIED: usize = 200;
const LOOKED_THROUGH: usize = 5_000;
const READ: u64 = 64 * 1024 * 1024;

/// How many of the others are named.
const NAMED: usize = 20;

/// All providers that come with the program and these. One that cannot be read, or whose id is taken by now, is left
/// out, so that it cannot keep the program from starting.
pub(crate) fn catalogue_with(own: &[OwnProvider]) -> Result<Catalogue, CatalogueError> {
    let embedded = Catalogue::embedded()?;
    let mut kept: Vec<Provider> = Vec::new();
    for file in own {
        match Provider::read(&file.id, &file.toml).and_then(|provider| refuse_taken(&embedded, provider)) {
            Ok(provider) => kept.push(provider),
            Err(error) => tracing::warn!(%error, "a scheme of one's own cannot be used"),
        }
    }
    match embedded.with_own(kept) {
        Ok(catalogue) => Ok(catalogue),
        Err(error) => {
            tracing::warn!(%error, "the schemes of one's own contradict each other and are left out");
            embedded.with_own(Vec::new())
        }
    }
}

/// The provider, unless it goes by a name of one that comes with the program.
fn refuse_taken(embedded: &Catalogue, provider: Provider) -> Result<Provider, CatalogueError> {
    let mut names = std::iter::once(&provider.id).chain(&provider.aliases);
    match names.find(|name| embedded.get(name).is_some()) {
        None => Ok(provider),
        Some(name) => Err(CatalogueError::Wrong {
            file: provider.id.clone(),
            reason: format!("the id `{name}` is that of a provider that comes with Hookbench"),
        }),
    }
}

impl Engine {
    /// The schemes of the person's own, by id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn own_schemes(&self) -> Result<Vec<OwnScheme>, EngineError> {
        let embedded = Catalogue::embedded()?;
        let endpoints = self.endpoints().await?;
        let own = self.core.store.own_providers().await?;
        Ok(own
            .into_iter()
            .map(|file| {
                let read = Provider::read(&file.id, &file.toml)
                    .and_then(|provider| refuse_taken(&embedded, provider));
                OwnScheme {
                    used_by: endpoints
                        .iter()
                        .filter(|endpoint| endpoint.provider.as_ref() == Some(&file.id))
                        .map(|endpoint| endpoint.path.clone())
                        .collect(),
                    fault: read.as_ref().err().map(ToString::to_string),
                    provider: read.ok(),
                    id: file.id,
                    toml: file.toml,
                }
            })
            .collect())
    }

    /// Keeps a provider file as one of the person's own. `replaces` names the own scheme that it takes the place of,
    /// under its old id; endpoints follow a change of id. Everything that was captured is judged again.
    ///
    /// # Errors
    /// When the file is not right, its id is taken, or the store cannot write.
    pub async fn save_own_scheme(
        &self,
        toml: &str,
        replaces: Option<&str>,
    ) -> Result<OwnScheme, EngineError> {
        if toml.len() > LONGEST {
            return Err(EngineError::bad_input(
                format!("the file is longer than {LONGEST} bytes"),
                "a scheme needs a few lines; leave out samples",
            ));
        }
        let embedded = Catalogue::embedded()?;
        let provider = refuse_taken(&embedded, Provider::read("the scheme", toml)?)?;
        let own = self.core.store.own_providers().await?;
        if own
            .iter()
            .any(|other| other.id == provider.id && replaces != Some(&other.id))
        {
            return Err(EngineError::bad_input(
                format!("there is a scheme `{}` of your own already", provider.id),
                "choose another id, or replace that one",
            ));
        }
        let others = own
            .iter()
            .filter(|other| other.id != provider.id && replaces != Some(&other.id))
            .filter_map(|other| Provider::read(&other.id, &other.toml).ok());
        embedded.with_own(others.chain([provider.clone()]).collect())?;
        let file = OwnProvider {
            id: provider.id.clone(),
            toml: toml.to_owned(),
        };
        let now = self.core.clock.now();
        self.core
            .store
            .put_own_provider(file, replaces.map(str::to_owned), now)
            .await?;
        self.core.schemes_changed().await?;
        let kept = self.own_schemes().await?;
        kept.into_iter()
            .find(|scheme| scheme.id == provider.id)
            .ok_or(EngineError::NotFound {
                kind: "scheme of your own",
                name: provider.id,
            })
    }

    /// Removes a scheme of the person's own. Endpoints that were pinned to it recognise each request by itself from
    /// then on; their paths are given.
    ///
    /// # Errors
    /// When there is none, or the store cannot write.
    pub async fn remove_own_scheme(&self, id: &str) -> Result<Vec<String>, EngineError> {
        let freed = self.core.store.remove_own_provider(id).await?;
        self.core.schemes_changed().await?;
        Ok(freed)
    }

    /// A copy of a provider's file under an id that is free, to make a scheme of one's own of. It recognises nothing by
    /// itself, or it would compete with the one it comes from; what is left to the person there has a value here.
    ///
    /// # Errors
    /// When there is no such provider, or the store cannot be read.
    pub async fn copy_of_provider(&self, id: &str) -> Result<String, EngineError> {
        let catalogue = self.catalogue();
        let provider = catalogue.get(id).ok_or_else(|| EngineError::NotFound {
            kind: "provider",
            name: id.to_owned(),
        })?;
        let mut copy = Provider {
            id: self.free_scheme_id(&provider.id).await?,
            name: format!("{}, my copy", provider.name),
            aliases: Vec::new(),
            detect: Vec::new(),
            sample: Vec::new(),
            ..provider.clone()
        };
        if let Some(scheme) = copy.scheme.as_mut().filter(|scheme| scheme.needs_parameters()) {
            let values = scheme
                .parameters
                .iter()
                .filter(|(_, parameter)| parameter.default.is_none());
            let values = values
                .map(|(name, _)| {
                    let stand_in = if name.contains("header") {
                        "X-Signature"
                    } else {
                        name.as_str()
                    };
                    (name.clone(), stand_in.to_owned())
                })
                .collect();
            if let Ok(resolved) = scheme.resolve(&values) {
                *scheme = resolved;
            }
        }
        Ok(copy.to_toml()?)
    }

    /// `id-own`, or with a number behind it.
    pub(crate) async fn free_scheme_id(&self, id: &str) -> Result<String, EngineError> {
        let base = id.strip_suffix("-own").unwrap_or(id);
        let taken = self.core.store.own_providers().await?;
        let catalogue = self.catalogue();
        let is_free = |id: &String| catalogue.get(id).is_none() && !taken.iter().any(|other| other.id == *id);
        Ok(std::iter::once(format!("{base}-own"))
            .chain((2..).map(|number| format!("{base}-own-{number}")))
            .find(is_free)
            .unwrap_or_default())
    }

    /// What a provider file says of a captured request, with these secrets or, without any, those of its endpoint.
    ///
    /// # Errors
    /// When the file is not right, there is no such request, or the store cannot be read.
    pub async fn try_scheme(
        &self,
        toml: &str,
        id: RequestId,
        secrets: Vec<Secret>,
    ) -> Result<Tried, EngineError> {
        let provider = Provider::read("the scheme", toml)?;
        self.ready().await;
        let request = self.request(id).await?;
        let body = self.whole_body(id).await?;
        let judge = self.core.judge.load_full();
        blocking(move || {
            Case {
                request: &request,
                body: &body,
            }
            .tried(&provider, &judge, &secrets)
        })
        .await?
    }

    /// How many of the requests that came to the same endpoint as this one a provider file makes valid.
    ///
    /// # Errors
    /// As [`Engine::try_scheme`].
    pub async fn try_scheme_on_all(
        &self,
        toml: &str,
        like: RequestId,
        secrets: Vec<Secret>,
    ) -> Result<TriedOn, EngineError> {
        let provider = Arc::new(Provider::read("the scheme", toml)?);
        let secrets = Arc::new(secrets);
        self.ready().await;
        let judge = self.core.judge.load_full();
        let mut tried = TriedOn::default();
        for summary in self.requests_like(like, TRIED).await? {
            let request = self.request(summary.id).await?;
            let body = self.whole_body(summary.id).await?;
            let (provider, judge, secrets) =
                (Arc::clone(&provider), Arc::clone(&judge), Arc::clone(&secrets));
            let verdict = blocking(move || {
                Case {
                    request: &request,
                    body: &body,
                }
                .verdict(&provider, &judge, &secrets)
            })
            .await??;
            tried.of += 1;
            if matches!(verdict, Verdict::Valid | Verdict::Expired) {
                tried.valid += 1;
            } else if tried.others.len() < NAMED {
                tried.others.push((summary.id, verdict));
            }
        }
        Ok(tried)
    }

    /// Whole requests that came to the same endpoint as this one, or to the same path where there is none, newest
    /// first; that one is among them.
    pub(crate) async fn requests_like(
        &self,
        id: RequestId,
        most: usize,
    ) -> Result<Vec<RequestSummary>, EngineError> {
        let like = self.request(id).await?.summary;
        let is_like = |other: &RequestSummary| {
            other.state == State::Complete
                && match &like.recognition.endpoint_path {
                    Some(path) => other.recognition.endpoint_path.as_ref() == Some(path),
                    None => path(&other.target) == path(&like.target),
                }
        };
        let mut found = Vec::new();
        let mut bytes = 0_u64;
        let mut looked = 0;
        let mut from = From::Newest;
        while looked < LOOKED_THROUGH {
            let page = self.core.store.page(&PageRequest::newest(500).from(from)).await?;
            let Some(oldest) = page.rows.last() else { break };
            from = From::Before(oldest.sequence);
            looked += page.rows.len();
            for row in page.rows {
                let goes_in = bytes + row.body_length <= READ || row.id == id;
                if is_like(&row) && goes_in && found.len() < most {
                    bytes += row.body_length;
                    found.push(row);
                }
            }
            if !page.more || found.len() >= most {
                break;
            }
        }
        if !found.iter().any(|row| row.id == id) {
            found.push(like);
        }
        Ok(found)
    }

    /// The file of a scheme that was found for the sender of this request, ready to be kept.
    ///
    /// # Errors
    /// When there is no such request, or the store cannot be read.
    pub async fn scheme_file(&self, id: RequestId, found: &Discovered) -> Result<String, EngineError> {
        let target = self.request(id).await?.summary.target;
        let words: Vec<&str> = path(&target)
            .split(|character: char| !character.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let base = if words.is_empty() {
            "sender".to_owned()
        } else {
            words.join("-").to_ascii_lowercase()
        };
        let mut provider = Provider::read("blank", BLANK)?;
        provider.id = self.free_scheme_id(&base).await?;
        provider.name = format!("Sender of {}", path(&target));
        provider.evidence_note = Some("found from captured requests and a secret".to_owned());
        // Weak on purpose: a header of a common name must not take requests away from a provider that is known.
        provider.detect = detection(&found.scheme);
        provider.scheme = Some(found.scheme.clone());
        Ok(provider.to_toml()?)
    }

    /// A form for a scheme of one's own, filled with what a file says.
    ///
    /// # Errors
    /// When the file is not right.
    pub fn scheme_form(&self, toml: &str) -> Result<SchemeForm, EngineError> {
        Ok(SchemeForm::of(&Provider::read("the scheme", toml)?))
    }

    /// The file that says what the form does, and everything else that the given file says.
    ///
    /// # Errors
    /// When the file or a field of the form is not right.
    pub fn fill_scheme(&self, toml: &str, form: &SchemeForm) -> Result<String, EngineError> {
        let before = Provider::read("the scheme", toml)?;
        let after = form.fill(before.clone()).map_err(|fault| {
            EngineError::bad_input(format!("{}: {}", fault.field, fault.reason), fault.hint)
        })?;
        // A file that says the same stays as it was written.
        if after == before {
            return Ok(toml.to_owned());
        }
        let written = after.to_toml()?;
        Provider::read("the scheme", &written)?;
        Ok(written)
    }
}

/// A captured request that a file is tried on.
struct Case<'c> {
    request: &'c Request,
    body: &'c Bytes,
}

impl Case<'_> {
    fn verdict(
        &self,
        provider: &Provider,
        judge: &Judge,
        secrets: &[Secret],
    ) -> Result<Verdict, EngineError> {
        self.with(
            provider,
            judge,
            secrets,
            |_, scheme, message, secrets| match scheme {
                Some(scheme) => check(scheme, message, secrets).verdict,
                None => Verdict::Unsigned,
            },
        )
    }

    fn tried(&self, provider: &Provider, judge: &Judge, secrets: &[Secret]) -> Result<Tried, EngineError> {
        let parameters = provider.with_defaults(&Default::default());
        self.with(provider, judge, secrets, |facts, scheme, message, secrets| {
            Tried {
                report: match scheme {
                    Some(scheme) => verify(scheme, message, secrets),
                    None => Report::without_check(
                        Verdict::Unsigned,
                        format!("{} does not sign its requests.", provider.name),
                    ),
                },
                event: provider.event_with(facts, &parameters),
                delivery_key: provider.delivery_key_with(facts, &parameters),
                recognised: provider.recognises(facts),
            }
        })
    }

    fn with<T>(
        &self,
        provider: &Provider,
        judge: &Judge,
        secrets: &[Secret],
        look: impl FnOnce(&Facts<'_>, Option<&Scheme>, &hookbench_signature::Message<'_>, &[Secret]) -> T,
    ) -> Result<T, EngineError> {
        let parameters = provider.with_defaults(&Default::default());
        let scheme = provider.scheme(&parameters).map_err(|error| {
            EngineError::bad_input(
                format!("the scheme is not complete: {error}"),
                "give each parameter a default to try it",
            )
        })?;
        let head = &self.request.head;
        let line = head.request_line();
        let method = String::from_utf8_lossy(&line.method);
        let target = String::from_utf8_lossy(&line.target);
        let headers = head.headers();
        let facts = Facts::new(&method, &target, &headers, self.body);
        let endpoint = judge.endpoint_of(&target);
        let url = endpoint.and_then(|endpoint| endpoint.url_of(&target));
        let received_at = Micros(self.request.summary.received_at.as_micros());
        let own = endpoint.map_or(&[][..], |endpoint| judge.secrets_of(endpoint.id));
        let secrets = if secrets.is_empty() { own } else { secrets };
        let message = facts.message(url.as_deref(), Some(received_at));
        Ok(look(&facts, scheme.as_ref(), &message, secrets))
    }
}

/// Recognises a sender by the header that carries its signature, where one does.
fn detection(scheme: &Scheme) -> Vec<DetectRule> {
    let signature = scheme.signature.iter().flat_map(|signature| &signature.from);
    let mut headers = signature.filter_map(|source| match source {
        Source::Header(name) if !name.eq_ignore_ascii_case("authorization") => Some(name),
        _ => None,
    });
    let rule = headers.next().map(|name| DetectRule {
        rank: Rank::Shared,
        when: vec![Condition {
            from: Place::Header(name.clone()),
            tests: Vec::new(),
        }],
        unless: Vec::new(),
    });
    rule.into_iter().collect()
}

fn path(target: &str) -> &str {
    target.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
