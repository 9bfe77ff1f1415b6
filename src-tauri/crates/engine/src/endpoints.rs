//! Endpoints and their secrets, as the person sets them.

use std::collections::HashMap;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

use crate::changes::Change;
use crate::engine::{Core, Engine};
use crate::error::EngineError;
use crate::model::{Endpoint, EndpointId, NewEndpoint, SecretId, SecretRecord};
use crate::rejudging::{self, Scope};
use crate::store::{Finality, TallyKind};

/// How many replaced secrets an endpoint keeps.
const PREVIOUS: usize = 3;

impl Engine {
    /// All endpoints, by path.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn endpoints(&self) -> Result<Vec<Endpoint>, EngineError> {
        let mut endpoints = self.core.store.endpoints().await?;
        endpoints.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(endpoints)
    }

    /// How many requests came to each endpoint, by its path.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn requests_by_endpoint(&self) -> Result<HashMap<String, u64>, EngineError> {
        let counts = self.core.store.counts(TallyKind::Endpoint).await?;
        Ok(counts
            .into_iter()
            .map(|count| (count.value, count.requests))
            .collect())
    }

    /// The endpoint whose path or id is `text`.
    ///
    /// # Errors
    /// When there is none or the store cannot be read.
    pub async fn find_endpoint(&self, text: &str) -> Result<Endpoint, EngineError> {
        let id = text.parse::<EndpointId>().ok();
        let path = normal_path(text).ok();
        self.endpoints()
            .await?
            .into_iter()
            .find(|endpoint| Some(endpoint.id) == id || Some(&endpoint.path) == path.as_ref())
            .ok_or_else(|| EngineError::NotFound {
                kind: "endpoint",
                name: text.to_owned(),
            })
    }

    /// Makes an endpoint. A missing first slash is added to its path, a last one is taken away.
    ///
    /// # Errors
    /// When the path or a parameter cannot be understood, the path is taken, or the store cannot write.
    pub async fn add_endpoint(&self, new: NewEndpoint) -> Result<Endpoint, EngineError> {
        // Schemes of the person's own are read after the start; a path may be pinned to one.
        self.ready().await;
        let new = self.core.checked(new)?;
        let before = self.core.store.endpoints().await?;
        let endpoint = self.core.store.add_endpoint(new, self.core.clock.now()).await?;
        self.core.endpoints_changed(&before).await?;
        Ok(endpoint)
    }

    /// Changes an endpoint; its secrets stay.
    ///
    /// # Errors
    /// As [`Engine::add_endpoint`], and when there is no such endpoint.
    pub async fn update_endpoint(&self, id: EndpointId, to: NewEndpoint) -> Result<Endpoint, EngineError> {
        // Schemes of the person's own are read after the start; a path may be pinned to one.
        self.ready().await;
        let to = self.core.checked(to)?;
        let before = self.core.store.endpoints().await?;
        self.core.store.change_endpoint(id, to).await?;
        self.core.endpoints_changed(&before).await?;
        self.find_endpoint(&id.to_string()).await
    }

    /// Sets a secret of an endpoint. One of the same name is replaced: signatures are not checked with it any more, and
    /// it is kept for a while to explain those that were made with it.
    ///
    /// # Errors
    /// When the name or value is empty, there is no such endpoint, or the store or the keychain cannot write.
    pub async fn set_secret(
        &self,
        endpoint: EndpointId,
        name: &str,
        value: SecretString,
    ) -> Result<SecretRecord, EngineError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(EngineError::bad_input(
                "the secret has no name",
                "give it a name such as `test`",
            ));
        }
        if value.expose_secret().is_empty() {
            return Err(EngineError::bad_input(
                "the secret is empty",
                "copy it from the provider's dashboard",
            ));
        }
        let replaced: Vec<SecretRecord> = self
            .find_endpoint(&endpoint.to_string())
            .await?
            .secrets
            .into_iter()
            .filter(|secret| secret.name == name && secret.retired_at.is_none())
            .collect();
        let before = self.core.store.endpoints().await?;
        let id = SecretId::generate();
        // The value first: a record whose value is nowhere would be a secret that cannot be used.
        let place = self.core.vault.put(id, value).await?;
        let record = SecretRecord {
            id,
            name: name.to_owned(),
            place,
            created_at: self.core.clock.now(),
            retired_at: None,
        };
        if let Err(error) = self.core.store.add_secret(endpoint, record.clone()).await {
            self.core.vault.remove(id, place).await?;
            return Err(error.into());
        }
        for old in replaced {
            let retired_at = Some(record.created_at);
            self.core
                .store
                .retire_secret(old.id, &old.name, retired_at)
                .await?;
        }
        self.forget_oldest(endpoint).await?;
        self.core.endpoints_changed(&before).await?;
        Ok(record)
    }

    /// Forgets the replaced secrets of an endpoint but for the last few.
    async fn forget_oldest(&self, endpoint: EndpointId) -> Result<(), EngineError> {
        let mut retired = self.find_endpoint(&endpoint.to_string()).await?.secrets;
        retired.retain(|secret| secret.retired_at.is_some());
        retired.sort_by_key(|secret| std::cmp::Reverse(secret.retired_at));
        for old in retired.into_iter().skip(PREVIOUS) {
            let now = self.core.clock.now();
            let removed = self
                .core
                .store
                .discard_secret(old.id, Finality::Final, now)
                .await?;
            self.core.purge_discard(removed).await?;
        }
        Ok(())
    }
}

impl Core {
    /// The endpoint with its path in normal form, if all of it can be understood.
    fn checked(&self, mut new: NewEndpoint) -> Result<NewEndpoint, EngineError> {
        new.path = normal_path(&new.path)?;
        new.provider = new.provider.filter(|id| !id.is_empty());
        new.public_url = new.public_url.as_deref().map(normal_url).transpose()?.flatten();
        let Some(id) = &new.provider else { return Ok(new) };
        let catalogue = self.catalogue.load();
        let Some(provider) = catalogue.get(id) else {
            return Err(EngineError::NotFound {
                kind: "provider",
                name: id.clone(),
            });
        };
        let known: Vec<&str> = provider.all_parameters().map(|(name, _)| name).collect();
        if let Some(unknown) = new.parameters.keys().find(|name| !known.contains(&name.as_str())) {
            let hint = match known.as_slice() {
                [] => "it has none".to_owned(),
                known => format!("it has `{}`", known.join("`, `")),
            };
            return Err(EngineError::bad_input(
                format!("{} has no parameter `{unknown}`", provider.name),
                hint,
            ));
        }
        Ok(new)
    }

    /// What depends on endpoints is made anew before anybody is told, so that who is told sees it. What was captured
    /// before is judged again beside that.
    pub(crate) async fn endpoints_changed(self: &Arc<Self>, before: &[Endpoint]) -> Result<(), EngineError> {
        let (after, _) = self.renew_judge().await?;
        self.changes.tell(Change::Endpoints);
        rejudging::start(self, Scope::between(before, &after)).await;
        Ok(())
    }

    /// The same where schemes are others now: any request can be judged otherwise.
    pub(crate) async fn schemes_changed(self: &Arc<Self>) -> Result<(), EngineError> {
        self.renew_judge().await?;
        self.changes.tell(Change::Endpoints);
        rejudging::start(self, Scope::everything()).await;
        Ok(())
    }
}

/// A public URL without blanks around it; nothing where it is empty.
fn normal_url(text: &str) -> Result<Option<String>, EngineError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |why: &str| {
        EngineError::bad_input(
            format!("`{text}` is no public URL: {why}"),
            "write it as the provider has it, e.g. `https://abc.tunnel.example/stripe`, without a query",
        )
    };
    let url = url::Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong("it does not begin with http:// or https:// and a host"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong(
            "it has a query or a fragment, which every request brings itself",
        ));
    }
    Ok(Some(text.to_owned()))
}

/// `/stripe` from `stripe`, `/stripe/` or `/stripe`; `/` stays.
fn normal_path(text: &str) -> Result<String, EngineError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(EngineError::bad_input(
            "the endpoint has no path",
            "give it a path such as `/stripe`",
        ));
    }
    if let Some(odd) = text
        .chars()
        .find(|character| character.is_whitespace() || character.is_control() || "?#".contains(*character))
    {
        return Err(EngineError::bad_input(
            format!("the path has a `{}` in it", odd.escape_debug()),
            "a path is what stands between the port and the query, e.g. `/stripe`",
        ));
    }
    Ok(format!("/{}", text.trim_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_form() {
        for (typed, kept) in [
            ("stripe", "/stripe"),
            (" /stripe/ ", "/stripe"),
            ("/", "/"),
            ("/a/b", "/a/b"),
        ] {
            assert_eq!(normal_path(typed).unwrap(), kept, "`{typed}`");
        }
    }

    #[test]
    fn a_public_url_has_a_host_and_no_query() {
        assert_eq!(normal_url("  ").unwrap(), None, "an empty one is none");
        let kept = normal_url(" https://a.example:8443/x ").unwrap();
        assert_eq!(
            kept.as_deref(),
            Some("https://a.example:8443/x"),
            "as it was typed"
        );
        for typed in [
            "a.example",
            "ftp://a.example",
            "https://a.example/x?y",
            "https://",
        ] {
            assert!(normal_url(typed).is_err(), "`{typed}`");
        }
    }

    #[test]
    fn a_path_that_no_request_could_match_is_refused() {
        for typed in ["", "  ", "/a b", "/a?b", "/a#b", "/a\nb"] {
            assert!(normal_path(typed).is_err(), "`{typed}`");
        }
    }
}
