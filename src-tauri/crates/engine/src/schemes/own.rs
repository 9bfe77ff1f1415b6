//! Schemes of the person's own, as they are kept.

use super::refuse_taken;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::provider::{Catalogue, Provider};
use crate::store::{Freed, OwnProvider};

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

/// The longest file.
const LONGEST: usize = 256 * 1024;

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
        Ok(self.free_of_scheme(id).await?.paths)
    }

    /// As [`Engine::remove_own_scheme`], with all that is needed to take it back.
    pub(crate) async fn free_of_scheme(&self, id: &str) -> Result<Freed, EngineError> {
        let freed = self.core.store.remove_own_provider(id).await?;
        self.core.schemes_changed().await?;
        Ok(freed)
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
}
