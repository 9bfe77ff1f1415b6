//! Sending a sample event through the listener, signed as its provider would: the shortest way from an empty window
//! to a request that can be looked at.

use secrecy::SecretString;

use crate::delivery::{Cancel, Client, ClientSettings, Edit};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Attempt, Endpoint, NewEndpoint, Outcome};
use crate::provider::{Provider, SampleSetting, Signing};
use crate::sending::{Aim, LiveEvents};
use crate::test_keys::fill_random;

/// The name of a secret that was made for samples.
const SECRET_NAME: &str = "made for samples";

/// A sample went through the listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleSent {
    /// The path it went to.
    pub path: String,
    /// The status that the listener answered.
    pub status: u16,
    /// Why it is not signed, where it would be.
    pub unsigned: Option<String>,
    /// It is signed with a test key of our own: only its provider has the real one.
    pub with_test_key: bool,
}

/// A sample was sent straight to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleDelivered {
    /// Where it went.
    pub url: String,
    /// What came of it.
    pub attempt: Attempt,
    /// Why it is not signed, where it would be.
    pub unsigned: Option<String>,
}

impl Engine {
    /// Sends a sample through the listener as its provider would. Where the provider has no endpoint yet, one is made
    /// with a random secret, so that the signature can be checked at once.
    ///
    /// # Errors
    /// When there is no such provider or sample, the listener is not running, or the store fails.
    pub async fn send_sample(&self, provider: &str, sample: &str) -> Result<SampleSent, EngineError> {
        let catalogue = self.catalogue();
        let provider = catalogue
            .get(provider)
            .ok_or_else(|| EngineError::NotFound {
                kind: "provider",
                name: provider.to_owned(),
            })?
            .clone();
        let base = self.listener().await.url;
        if base.is_empty() {
            return Err(EngineError::NotListening);
        }
        let endpoint = self.endpoint_for_samples(&provider).await?;
        let test_key = self.test_key(&provider, &endpoint).await?;
        let url = format!("{base}{}", endpoint.path);
        let secret = self.core.judge.load().secrets_of(endpoint.id).first().cloned();
        let setting = SampleSetting {
            now: self.core.clock.now(),
            url: &url,
            secret: secret.as_ref(),
            parameters: &endpoint.parameters,
        };
        let rendered = match &test_key {
            Some(key) => provider.render_sample_with_test_key(sample, &setting, key, fill_random)?,
            None => provider.render_sample(sample, &setting, fill_random)?,
        };
        let with_test_key = test_key.is_some() && rendered.signing == Signing::Signed;
        let edit = Edit {
            method: rendered.method,
            url: format!("{base}{}", rendered.target),
            headers: rendered
                .headers
                .into_iter()
                .map(|header| {
                    (
                        String::from_utf8_lossy(&header.name).into_owned(),
                        header.value.to_vec(),
                    )
                })
                .collect(),
            body: rendered.body,
        };
        let client = Client::new(ClientSettings::default(), self.core.clock.clone());
        let attempt = client.send(&edit.plan()?, &Cancel::new()).await;
        match attempt.status {
            Some(status) if attempt.outcome == Outcome::Answered => Ok(SampleSent {
                path: endpoint.path,
                status,
                with_test_key,
                unsigned: match rendered.signing {
                    Signing::NotSigned(why) => Some(why),
                    Signing::Signed | Signing::Unsigned => None,
                },
            }),
            _ => Err(EngineError::BadInput {
                message: attempt
                    .message
                    .unwrap_or_else(|| "the listener did not answer".to_owned()),
                hint: attempt.hint,
            }),
        }
    }

    /// Sends a sample straight to a target, signed with the secret of the provider's endpoint where there is one. No
    /// request is captured and nothing is kept.
    ///
    /// # Errors
    /// When there is no such provider or sample, the person has to agree first, or the store fails.
    pub async fn send_sample_to(
        &self,
        provider: &str,
        sample: &str,
        aim: &Aim,
    ) -> Result<SampleDelivered, EngineError> {
        let catalogue = self.catalogue();
        let found = catalogue.get(provider);
        let provider = found.ok_or_else(|| EngineError::NotFound {
            kind: "provider",
            name: provider.to_owned(),
        })?;
        let mut ready = self.core.ready.subscribe();
        let _ = ready.wait_for(|ready| *ready).await;
        let endpoints = self.endpoints().await?;
        let endpoint = endpoints
            .iter()
            .find(|endpoint| endpoint.provider.as_ref() == Some(&provider.id));
        let secret =
            endpoint.and_then(|endpoint| self.core.judge.load().secrets_of(endpoint.id).last().cloned());
        let way = self.way(aim).await?;
        let none = std::collections::BTreeMap::new();
        // First to learn where it goes by the target's rules, then signed for just that URL.
        let base = way.route.origin().to_string();
        let path = endpoint.map_or_else(|| format!("/{}", provider.id), |endpoint| endpoint.path.clone());
        let target = way.route.target_of(&bytes::Bytes::from(path));
        let url = format!("{base}{}", String::from_utf8_lossy(&target));
        let setting = SampleSetting {
            now: self.core.clock.now(),
            url: &url,
            secret: secret.as_ref(),
            parameters: endpoint.map_or(&none, |endpoint| &endpoint.parameters),
        };
        let rendered = provider.render_sample(sample, &setting, fill_random)?;
        let edit = Edit {
            method: rendered.method,
            url: format!("{base}{}", rendered.target),
            headers: rendered
                .headers
                .into_iter()
                .map(|header| {
                    (
                        String::from_utf8_lossy(&header.name).into_owned(),
                        header.value.to_vec(),
                    )
                })
                .collect(),
            body: rendered.body,
        };
        let outgoing = way.route.with_headers(edit.plan()?);
        let outgoing = self.core.marked_where_far(outgoing).await;
        let farthest = self.core.permit(&outgoing, LiveEvents::Send).await?;
        let client = self.core.courier.client(&way)?;
        Ok(SampleDelivered {
            attempt: client.send_within(&outgoing, farthest, &Cancel::new()).await,
            url: outgoing.url,
            unsigned: match rendered.signing {
                Signing::NotSigned(why) => Some(why),
                Signing::Signed | Signing::Unsigned => None,
            },
        })
    }

    /// The provider's endpoint; made where there is none, with a secret where one is of use.
    async fn endpoint_for_samples(&self, provider: &Provider) -> Result<Endpoint, EngineError> {
        let path = format!("/{}", provider.id);
        let endpoints = self.endpoints().await?;
        let own = endpoints
            .iter()
            .find(|endpoint| endpoint.provider.as_ref() == Some(&provider.id));
        if let Some(endpoint) = own.or_else(|| endpoints.iter().find(|endpoint| endpoint.path == path)) {
            return Ok(endpoint.clone());
        }
        let new = NewEndpoint {
            provider: Some(provider.id.clone()),
            ..NewEndpoint::at(path)
        };
        let endpoint = self.add_endpoint(new).await?;
        if let Some(secret) = provider.invented_secret(fill_random) {
            self.set_secret(endpoint.id, SECRET_NAME, SecretString::from(secret.expose()))
                .await?;
        }
        self.find_endpoint(&endpoint.id.to_string()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listening::Listen;
    use crate::options::Options;
    use crate::reading::PageQuery;
    use crate::secrets::Preference;

    #[tokio::test]
    async fn a_sample_arrives_and_its_signature_holds() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::open(Options {
            secrets: Preference::Files,
            ..Options::at(Some(folder.path().to_owned()))
        })
        .await
        .unwrap();
        let any_port = Listen {
            port: Some(0),
            ..Listen::default()
        };
        engine.listen(any_port).await.unwrap();
        // Each takes its secret in another form.
        for provider in ["github", "tracktik", "trackunit"] {
            let catalogue = engine.catalogue();
            let sample = &catalogue.get(provider).unwrap().sample[0].name;
            let sent = engine.send_sample(provider, sample).await.unwrap();
            assert_eq!(
                (sent.status, sent.unsigned),
                (200, None),
                "`{provider}` is signed"
            );
            let page = engine.requests(&PageQuery::default()).await.unwrap();
            let known = &page.rows[0].recognition;
            assert_eq!(
                (known.provider.as_deref(), known.verdict),
                (Some(provider), hookbench_signature::Verdict::Valid),
                "the secret that was made for it is the endpoint's"
            );
        }
        engine.shut_down().await;
    }

    #[tokio::test]
    async fn what_only_its_provider_can_sign_is_valid_by_a_test_key() {
        let folder = tempfile::tempdir().unwrap();
        let options = || Options {
            secrets: Preference::Files,
            ..Options::at(Some(folder.path().to_owned()))
        };
        for round in 0..2 {
            let engine = Engine::open(options()).await.unwrap();
            let any_port = Listen {
                port: Some(0),
                ..Listen::default()
            };
            engine.listen(any_port).await.unwrap();
            for provider in ["discord", "standardwebhooks", "sendgrid", "adobe-io"] {
                let provider = engine.catalogue().get(provider).unwrap().clone();
                if provider.invented_secret(|bytes| bytes.fill(1)).is_some() {
                    continue;
                }
                let signed = provider.sample.iter().find(|sample| !sample.unsigned).unwrap();
                let sent = engine.send_sample(&provider.id, &signed.name).await.unwrap();
                assert!(sent.with_test_key, "`{}` says so", provider.id);
                let page = engine.requests(&PageQuery::default()).await.unwrap();
                let (_, report) = engine.report(page.rows[0].id).await.unwrap();
                assert_eq!(
                    (report.verdict, report.key.map(|key| key.name)),
                    (hookbench_signature::Verdict::Valid, Some("test key".to_owned())),
                    "`{}`, by a key that is named for what it is",
                    provider.id
                );
                assert!(
                    report.notes.iter().any(|note| note.text.contains("test key")),
                    "and said"
                );
                let endpoint = engine
                    .endpoints()
                    .await
                    .unwrap()
                    .into_iter()
                    .find(|endpoint| endpoint.provider.as_ref() == Some(&provider.id));
                assert_eq!(
                    endpoint.unwrap().secrets.len(),
                    1,
                    "one key, after {round} restarts"
                );
            }
            engine.shut_down().await;
        }
    }
}
