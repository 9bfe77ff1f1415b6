//! What a diagnosis offers to do, done with one button, and undone.
//!
//! A remedy changes an endpoint: its secrets, its scheme, its public URL, its tolerance. The diagnosis is made again
//! before it is applied, so that nothing is trusted that was shown a while ago. What was done is remembered here, for
//! as long as the program runs.

mod offer;
mod schemes;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use hookbench_signature::Scheme;
use secrecy::SecretString;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::examining::Examination;
use crate::model::{
    Endpoint, EndpointId, NewEndpoint, RequestId, SecretId, SecretRecord, Tolerance, request_target,
};
use crate::store::OwnProvider;

/// A change of an endpoint that makes a request's signature hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Remedy {
    /// Give the endpoint this stored secret.
    UseSecret {
        /// Its id.
        secret: SecretId,
        /// What it is called in the diagnosis.
        name: String,
    },
    /// Replace the secret by itself without blanks and quotes around it.
    CleanSecret {
        /// Its name.
        name: String,
    },
    /// Keep this scheme as one of the person's own and check by it.
    UseScheme {
        /// It.
        scheme: Box<Scheme>,
    },
    /// Set the endpoint's public URL.
    SetUrl {
        /// To this.
        url: String,
    },
    /// Allow this age and lead.
    SetTolerance(Tolerance),
}

impl Remedy {
    /// Its kind: `use-secret`, `clean-secret`, `use-scheme`, `set-url` or `set-tolerance`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::UseSecret { .. } => "use-secret",
            Self::CleanSecret { .. } => "clean-secret",
            Self::UseScheme { .. } => "use-scheme",
            Self::SetUrl { .. } => "set-url",
            Self::SetTolerance(_) => "set-tolerance",
        }
    }
}

/// Something was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What undoes it.
    pub undo: u64,
    /// What was done, in a sentence without a full stop.
    pub done: String,
}

/// How many can be undone.
const UNDOABLE: usize = 50;

/// What was applied, newest last.
#[derive(Debug, Default)]
pub(crate) struct Remedies {
    done: Mutex<Applications>,
}

#[derive(Debug, Default)]
struct Applications {
    last: u64,
    steps: VecDeque<(u64, Vec<Step>)>,
}

/// What takes one change back.
#[derive(Debug)]
enum Step {
    RemoveSecret(SecretId),
    /// The secret stands as in this record again.
    Secret(SecretRecord),
    Endpoint(EndpointId, NewEndpoint),
    RemoveEndpoint(EndpointId),
    RemoveScheme(String),
    /// The scheme of the person's own stands as in this file again.
    Scheme {
        file: OwnProvider,
        /// The id under which it stands meanwhile.
        instead_of: Option<String>,
        /// The endpoints that are pinned to it again, unless they are pinned otherwise by then.
        freed: Vec<EndpointId>,
    },
}

impl Remedies {
    fn keep(&self, steps: Vec<Step>) -> u64 {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.last += 1;
        let number = done.last;
        done.steps.push_back((number, steps));
        if done.steps.len() > UNDOABLE {
            done.steps.pop_front();
        }
        number
    }

    fn take(&self, number: u64) -> Option<Vec<Step>> {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let at = done.steps.iter().position(|(other, _)| *other == number)?;
        done.steps.remove(at).map(|(_, steps)| steps)
    }
}

impl Engine {
    /// Diagnoses a request again and does what is offered, if that is still of this kind. Everything that was captured
    /// is judged again.
    ///
    /// # Errors
    /// When nothing of the kind is offered any more, or something cannot be written.
    pub async fn apply_remedy(&self, id: RequestId, kind: &str) -> Result<Applied, EngineError> {
        let diagnosis = self.diagnose(id, Examination::default()).await?;
        let offered = self.remedies(id, &diagnosis).await?;
        let Some(remedy) = offered.into_iter().find(|remedy| remedy.kind() == kind) else {
            return Err(EngineError::bad_input(
                "the diagnosis is another one by now",
                "look at the request again",
            ));
        };
        let mut steps = Vec::new();
        match self.do_remedy(id, remedy, &mut steps).await {
            Ok(done) => Ok(Applied {
                undo: self.core.remedies.keep(steps),
                done,
            }),
            Err(error) => {
                // Half a remedy is none.
                self.take_back(steps).await?;
                Err(error)
            }
        }
    }

    /// Takes back what was applied.
    ///
    /// # Errors
    /// When it was taken back already or too long ago, or something cannot be written.
    pub async fn undo_remedy(&self, undo: u64) -> Result<(), EngineError> {
        let steps = self.core.remedies.take(undo).ok_or_else(|| {
            EngineError::bad_input("this can no longer be undone", "change the endpoint by hand")
        })?;
        self.take_back(steps).await
    }

    async fn do_remedy(
        &self,
        id: RequestId,
        remedy: Remedy,
        steps: &mut Vec<Step>,
    ) -> Result<String, EngineError> {
        let endpoint = self.endpoint_for_remedy(id, steps).await?;
        let path = &endpoint.path;
        match remedy {
            Remedy::UseSecret { secret, name } => {
                self.use_secret(&endpoint, secret, steps).await?;
                Ok(format!("`{path}` checks with the secret `{name}` too"))
            }
            Remedy::CleanSecret { name } => {
                let stored = endpoint.current_secrets().find(|secret| secret.name == name);
                let judge = self.core.judge.load_full();
                let value = stored.and_then(|secret| judge.value_of(secret.id));
                let cleaned = match value {
                    Some(value) => self.cleaned(id, value).await?,
                    None => None,
                };
                let (Some(stored), Some(cleaned)) = (stored, cleaned) else {
                    return Err(EngineError::NotFound { kind: "secret", name });
                };
                let stored = stored.clone();
                let made = self
                    .set_secret(endpoint.id, &name, SecretString::from(cleaned))
                    .await?;
                steps.push(Step::RemoveSecret(made.id));
                steps.push(Step::Secret(stored));
                Ok(format!(
                    "the secret `{name}` of `{path}` is kept without what was around it"
                ))
            }
            Remedy::UseScheme { scheme } => {
                let own = self.own_version(&endpoint, id, *scheme).await?;
                let name = own.name.clone();
                self.adopt(&endpoint, &own.to_toml()?, None, steps).await?;
                Ok(format!("`{path}` is checked by the scheme `{name}` of your own"))
            }
            Remedy::SetUrl { url } => {
                let to = NewEndpoint {
                    public_url: Some(url.clone()),
                    ..endpoint.form()
                };
                steps.push(Step::Endpoint(endpoint.id, endpoint.form()));
                self.update_endpoint(endpoint.id, to).await?;
                Ok(format!("`{path}` is known outside as `{url}`"))
            }
            Remedy::SetTolerance(tolerance) => {
                let to = NewEndpoint {
                    tolerance,
                    ..endpoint.form()
                };
                steps.push(Step::Endpoint(endpoint.id, endpoint.form()));
                self.update_endpoint(endpoint.id, to).await?;
                Ok(format!("`{path}` takes signatures of this age"))
            }
        }
    }

    async fn use_secret(
        &self,
        endpoint: &Endpoint,
        secret: SecretId,
        steps: &mut Vec<Step>,
    ) -> Result<(), EngineError> {
        if let Some(own) = endpoint.secrets.iter().find(|own| own.id == secret) {
            let name = free_name(endpoint, &own.name);
            steps.push(Step::Secret(own.clone()));
            self.core.store.retire_secret(own.id, &name, None).await?;
            return self.core.schemes_changed().await;
        }
        let value = {
            let judge = self.core.judge.load();
            judge.value_of(secret).cloned()
        };
        let value = value.ok_or_else(|| EngineError::NotFound {
            kind: "secret",
            name: secret.to_string(),
        })?;
        let name = free_name(endpoint, value.name());
        let made = self
            .set_secret(endpoint.id, &name, SecretString::from(value.expose()))
            .await?;
        steps.push(Step::RemoveSecret(made.id));
        Ok(())
    }

    /// The endpoint of a request; made where there is none.
    async fn endpoint_for_remedy(
        &self,
        id: RequestId,
        steps: &mut Vec<Step>,
    ) -> Result<Endpoint, EngineError> {
        let summary = self.request(id).await?.summary;
        let known = self
            .core
            .judge
            .load()
            .endpoint_of(&summary.target)
            .map(|endpoint| endpoint.id);
        if let Some(known) = known {
            return self.find_endpoint(&known.to_string()).await;
        }
        let made = self
            .add_endpoint(NewEndpoint {
                provider: summary.recognition.provider,
                ..NewEndpoint::at(request_target::path(&summary.target))
            })
            .await?;
        steps.push(Step::RemoveEndpoint(made.id));
        Ok(made)
    }

    async fn take_back(&self, steps: Vec<Step>) -> Result<(), EngineError> {
        for step in steps.into_iter().rev() {
            let done = match step {
                Step::RemoveSecret(id) => self.remove_secret(id).await,
                Step::Secret(record) => self
                    .core
                    .store
                    .retire_secret(record.id, &record.name, record.retired_at)
                    .await
                    .map_err(EngineError::from),
                Step::Endpoint(id, to) => self.update_endpoint(id, to).await.map(drop),
                Step::RemoveEndpoint(id) => self.remove_endpoint(id).await,
                Step::RemoveScheme(id) => self.remove_own_scheme(&id).await.map(drop),
                Step::Scheme {
                    file,
                    instead_of,
                    freed,
                } => self.put_back(file, instead_of, &freed).await,
            };
            match done {
                // What is gone meanwhile need not be taken back.
                Err(error) if error.kind() == crate::error::Kind::NotFound => {}
                done => done?,
            }
        }
        self.core.schemes_changed().await
    }
}

/// A name that no current secret of the endpoint has.
fn free_name(endpoint: &Endpoint, wanted: &str) -> String {
    let taken = |name: &str| endpoint.current_secrets().any(|secret| secret.name == name);
    std::iter::once(wanted.to_owned())
        .chain((2..).map(|number| format!("{wanted} {number}")))
        .find(|name| !taken(name))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
