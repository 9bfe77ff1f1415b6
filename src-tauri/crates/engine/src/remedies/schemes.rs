//! Schemes of the person's own that are kept for an endpoint or removed, so that it can be undone.

use hookbench_signature::Scheme;
use secrecy::{ExposeSecret as _, SecretString};

use super::{Applied, Step, free_name};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Endpoint, EndpointId, RequestId};
use crate::provider::Provider;
use crate::store::OwnProvider;

impl Engine {
    /// Keeps a provider file as one of the person's own and checks the endpoint of this request by it, with this secret
    /// if one is given. Where there is no endpoint, one is made. `replaces` names the own scheme whose place it takes.
    ///
    /// # Errors
    /// When the file is not right or its id is taken, there is no such request, or something cannot be written.
    pub async fn adopt_scheme(
        &self,
        id: RequestId,
        toml: &str,
        replaces: Option<&str>,
        secret: Option<SecretString>,
    ) -> Result<Applied, EngineError> {
        let mut steps = Vec::new();
        match self.do_adopt(id, toml, replaces, secret, &mut steps).await {
            Ok(done) => Ok(Applied {
                undo: self.core.remedies.keep(steps),
                done,
            }),
            Err(error) => {
                self.take_back(steps).await?;
                Err(error)
            }
        }
    }

    /// Removes a scheme of the person's own, as [`Engine::remove_own_scheme`] does, and can be undone.
    ///
    /// # Errors
    /// When there is none, or the store cannot write.
    pub async fn drop_own_scheme(&self, id: &str) -> Result<Applied, EngineError> {
        let own = self.core.store.own_providers().await?;
        let Some(file) = own.into_iter().find(|file| file.id == id) else {
            return Err(EngineError::NotFound {
                kind: "scheme of your own",
                name: id.to_owned(),
            });
        };
        let freed = self.free_of_scheme(id).await?;
        let undo = self.core.remedies.keep(vec![Step::Scheme {
            file,
            instead_of: None,
            freed: freed.endpoints,
        }]);
        let done = match freed.paths.as_slice() {
            [] => format!("the scheme `{id}` is removed"),
            paths => format!(
                "the scheme `{id}` is removed; {} by itself now",
                match paths {
                    [path] => format!("`{path}` recognises each request"),
                    paths => format!("`{}` recognise each request", paths.join("`, `")),
                }
            ),
        };
        Ok(Applied { undo, done })
    }

    /// Keeps a file as it was, unless another one is kept under its id by now, and pins endpoints to it again.
    pub(super) async fn put_back(
        &self,
        file: OwnProvider,
        instead_of: Option<String>,
        freed: &[EndpointId],
    ) -> Result<(), EngineError> {
        let own = self.core.store.own_providers().await?;
        let is_taken = |other: &OwnProvider| other.id == file.id && instead_of.as_ref() != Some(&other.id);
        if own.iter().any(is_taken) {
            return Err(EngineError::bad_input(
                format!("there is another scheme `{}` of your own by now", file.id),
                "remove that one first",
            ));
        }
        let (now, id) = (self.core.clock.now(), file.id.clone());
        self.core.store.put_own_provider(file, instead_of, now).await?;
        self.core.store.pin(freed, &id).await?;
        self.core.schemes_changed().await
    }

    async fn do_adopt(
        &self,
        id: RequestId,
        toml: &str,
        replaces: Option<&str>,
        secret: Option<SecretString>,
        steps: &mut Vec<Step>,
    ) -> Result<String, EngineError> {
        let provider = Provider::read("the scheme", toml)?;
        let name = provider.name.clone();
        let endpoint = self.endpoint_for_remedy(id, steps).await?;
        self.adopt(&endpoint, toml, replaces, steps).await?;
        if let Some(secret) = secret {
            let has_it = {
                let judge = self.core.judge.load();
                let mut stored = judge.secrets_of(endpoint.id).iter();
                stored.any(|stored| stored.expose() == secret.expose_secret())
            };
            if !has_it {
                let name = free_name(&endpoint, "default");
                let made = self.set_secret(endpoint.id, &name, secret).await?;
                steps.push(Step::RemoveSecret(made.id));
            }
        }
        Ok(format!(
            "`{}` is checked by the scheme `{name}` of your own",
            endpoint.path
        ))
    }

    /// Keeps a scheme and pins the endpoint to it.
    pub(super) async fn adopt(
        &self,
        endpoint: &Endpoint,
        toml: &str,
        replaces: Option<&str>,
        steps: &mut Vec<Step>,
    ) -> Result<(), EngineError> {
        let own = self.core.store.own_providers().await?;
        let before = own.into_iter().find(|file| replaces == Some(&file.id));
        let known: Vec<String> = Provider::read("the scheme", toml)?
            .all_parameters()
            .map(|(name, _)| name.to_owned())
            .collect();
        let kept = self.save_own_scheme(toml, replaces).await?;
        // Steps are taken back from the last to the first: an endpoint lets go of a scheme before that goes.
        steps.push(match before {
            Some(file) => Step::Scheme {
                file,
                instead_of: Some(kept.id.clone()),
                freed: Vec::new(),
            },
            None => Step::RemoveScheme(kept.id.clone()),
        });
        // Endpoints follow a change of id, so this one is read anew.
        let endpoint = self.find_endpoint(&endpoint.id.to_string()).await?;
        let mut to = endpoint.form();
        to.provider = Some(kept.id);
        to.parameters.retain(|name, _| known.contains(name));
        steps.push(Step::Endpoint(endpoint.id, endpoint.form()));
        self.update_endpoint(endpoint.id, to).await?;
        Ok(())
    }

    /// The provider of a request with another scheme, as one of the person's own. It recognises nothing by itself, or
    /// it would compete with the one it comes from.
    pub(super) async fn own_version(
        &self,
        endpoint: &Endpoint,
        id: RequestId,
        scheme: Scheme,
    ) -> Result<Provider, EngineError> {
        let recognised = self.request(id).await?.summary.recognition.provider;
        let catalogue = self.catalogue();
        let from = endpoint.provider.as_deref().or(recognised.as_deref());
        let from = from
            .and_then(|id| catalogue.get(id))
            .ok_or_else(|| EngineError::NotFound {
                kind: "provider",
                name: from.unwrap_or_default().to_owned(),
            })?;
        Ok(Provider {
            id: self.free_scheme_id(&from.id).await?,
            name: format!("{}, as received", from.name),
            aliases: Vec::new(),
            detect: Vec::new(),
            sample: Vec::new(),
            evidence_note: Some("found by a diagnosis".to_owned()),
            scheme: Some(scheme),
            ..from.clone()
        })
    }
}
