//! What requests are judged by: the endpoints, the values of their secrets, and the person's own schemes, read from where
//! they lie and made into a judge.
//!
//! Apart from the judge, which is a snapshot and asks nobody: here a keychain may be locked. What cannot be read is said,
//! and nothing that was known by it is forgotten meanwhile.

use std::collections::HashMap;
use std::sync::Arc;

use hookbench_signature::Secret;
use secrecy::ExposeSecret as _;

use crate::engine::{Core, Engine};
use crate::error::EngineError;
use crate::judge::Judge;
use crate::model::{Endpoint, SecretId};
use crate::rejudging::{self, Scope};
use crate::schemes;
use crate::store::OwnProvider;

/// What a judge is made of, beside the endpoints.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// The values of secrets.
    values: HashMap<SecretId, Secret>,
    /// The person's own provider files.
    own: Vec<OwnProvider>,
}

/// What everything that was captured is judged by: while it is the same, so are the verdicts.
pub(crate) type Grounds = (Vec<Endpoint>, Vec<OwnProvider>);

/// A secret that is known by its name only, because its value could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableSecret {
    /// Its name.
    pub name: String,
    /// The path of its endpoint.
    pub endpoint_path: String,
    /// Why, as far as that is known.
    pub detail: String,
}

impl Engine {
    /// The secrets whose values could not be read: what comes to their endpoints is judged without them.
    #[must_use]
    pub fn unreadable_secrets(&self) -> Arc<Vec<UnreadableSecret>> {
        self.core.unreadable.load_full()
    }

    /// Tries once more to read the secrets that could not be read, as after a keychain was unlocked, and judges again what
    /// came to their endpoints. Gives those that still cannot be read.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn read_secrets_again(&self) -> Result<Arc<Vec<UnreadableSecret>>, EngineError> {
        let before = self.unreadable_secrets();
        self.core.renew_judge().await?;
        let after = self.unreadable_secrets();
        let read = before.iter().filter(|secret| !after.contains(secret));
        let scope = Scope::of_paths(read.map(|secret| secret.endpoint_path.clone()));
        rejudging::start(&self.core, scope).await;
        self.core.changes.tell(crate::changes::Change::Status);
        Ok(after)
    }
}

impl Core {
    /// Makes the judge anew from the endpoints, secrets and own schemes of now.
    pub(crate) async fn renew_judge(&self) -> Result<Grounds, EngineError> {
        // Held over the whole renewal, so that two of them cannot swap an older judge over a newer one.
        let mut source = self.source.lock().await;
        let endpoints = self.store.endpoints().await?;
        let own = self.store.own_providers().await?;
        let catalogue = if own == source.own {
            None
        } else {
            Some(Arc::new(schemes::catalogue_with(&own)?))
        };
        let values = &mut source.values;
        let mut kept = HashMap::new();
        let mut unreadable = Vec::new();
        for endpoint in &endpoints {
            for secret in &endpoint.secrets {
                // The value under an id never changes: a secret that is set again gets another id.
                let value = match values.remove(&secret.id) {
                    Some(value) => Ok(value),
                    None => match self.vault.get(secret.id, secret.place).await {
                        Ok(Some(value)) => Ok(Secret::new(secret.name.as_str(), value.expose_secret())),
                        Ok(None) => Err(format!("its value is not in the {}", secret.place.as_str())),
                        Err(error) => Err(error.to_string()),
                    },
                };
                match value {
                    Ok(value) => {
                        kept.insert(secret.id, value);
                    }
                    Err(detail) => {
                        tracing::warn!(%detail, secret = secret.name, "a secret cannot be read");
                        // What was replaced only explains.
                        if secret.retired_at.is_none() {
                            unreadable.push(UnreadableSecret {
                                name: secret.name.clone(),
                                endpoint_path: endpoint.path.clone(),
                                detail,
                            });
                        }
                    }
                }
            }
        }
        // Swapped at once and whole: what arrives while a keychain is asked is judged by what was known before.
        let judge = match catalogue {
            None => self.judge.load().with_endpoints(endpoints.clone(), &kept),
            Some(catalogue) => {
                source.own.clone_from(&own);
                self.catalogue.store(Arc::clone(&catalogue));
                self.forget_what_was_shown();
                Judge::new(catalogue).with_endpoints(endpoints.clone(), &kept)
            }
        };
        self.judge.store(Arc::new(judge));
        self.unreadable.store(Arc::new(unreadable));
        source.values = kept;
        Ok((endpoints, own))
    }
}

#[cfg(test)]
mod tests {
    use hookbench_signature::Verdict;

    use crate::capture_for_tests::bench;
    use crate::model::{SecretId, SecretPlace, SecretRecord};

    #[tokio::test]
    async fn a_secret_that_cannot_be_read_is_told_and_takes_no_verdict_away() {
        let bench = bench().await;
        let endpoint = bench.endpoint("/github", "github", &["first"]).await;
        let id = bench
            .post("/github", &bench.signed("github", "first", "{}", 0), "{}")
            .await;
        assert_eq!(bench.verdict(id).await, Verdict::Valid, "it is readable");
        // A record without a value, as of a keychain that is locked.
        let known = bench
            .engine
            .endpoints()
            .await
            .unwrap()
            .remove(0)
            .secrets
            .remove(0);
        let locked = SecretRecord {
            id: SecretId::generate(),
            name: "locked".to_owned(),
            place: SecretPlace::File,
            created_at: bench.engine.now(),
            retired_at: None,
        };
        bench
            .engine
            .core
            .store
            .add_secret(endpoint, locked.clone())
            .await
            .unwrap();
        bench.engine.remove_secret(known.id).await.unwrap();
        let unreadable = bench.engine.unreadable_secrets();
        assert_eq!(
            (
                unreadable.len(),
                unreadable[0].name.as_str(),
                unreadable[0].endpoint_path.as_str()
            ),
            (1, "locked", "/github"),
            "it is told by its name"
        );
        assert_eq!(
            bench.verdict(id).await,
            Verdict::Valid,
            "what was known stays known while a secret cannot be read"
        );
        let second = bench
            .post("/github", &bench.signed("github", "first", "{}", 0), "{}")
            .await;
        assert_eq!(
            bench.verdict(second).await,
            Verdict::NoSecret,
            "what comes meanwhile is judged without it"
        );
        let value = secrecy::SecretString::from("first");
        bench.engine.core.vault.put(locked.id, value).await.unwrap();
        let left = bench.engine.read_secrets_again().await.unwrap();
        assert!(left.is_empty(), "it can be read now");
        assert_eq!(
            bench.verdict(second).await,
            Verdict::Valid,
            "and what came meanwhile is judged again"
        );
    }
}
