//! Sending a sample event through the listener, signed as its provider would: the shortest way from an empty window
//! to a request that can be looked at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hookbench_signature::{Draft, Secret, sign};
use hookbench_signature::Micros;
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::SecretString;

use crate::delivery::{Cancel, Client, ClientSettings, Edit};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Endpoint, NewEndpoint, Outcome};
use crate::provider::{Provider, SampleSetting, Signing};

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
}

impl Engine {
    /// Sends a sample through the listener as its provider would. Where the provider has no endpoint yet, one is made
    /// with a random secret, so that the signature can be checked at once.
    ///
    /// # Errors
    /// When there is no such provider or sample, the listener is not running, or the store fails.
    pub async fn send_sample(&self, provider: &str, sample: &str) -> Result<SampleSent, EngineError> {
        let found = self.core.catalogue.get(provider);
        let provider =
            found.ok_or_else(|| EngineError::NotFound { kind: "provider", name: provider.to_owned() })?.clone();
        let base = self.listener().await.url;
        if base.is_empty() {
            return Err(EngineError::NotListening);
        }
        let endpoint = self.endpoint_for_samples(&provider).await?;
        let url = format!("{base}{}", endpoint.path);
        let secret = self.core.judge.load().secrets_of(endpoint.id).first().cloned();
        let setting = SampleSetting {
            now: self.core.clock.now(),
            url: &url,
            secret: secret.as_ref(),
            parameters: &endpoint.parameters,
        };
        let rendered = provider.render_sample(sample, &setting, fill_random)?;
        let edit = Edit {
            method: rendered.method,
            url: format!("{base}{}", rendered.target),
            headers: rendered
                .headers
                .into_iter()
                .map(|header| (String::from_utf8_lossy(&header.name).into_owned(), header.value.to_vec()))
                .collect(),
            body: rendered.body,
        };
        let client = Client::new(ClientSettings::default(), self.core.clock.clone());
        let attempt = client.send(&edit.plan()?, &Cancel::new()).await;
        match attempt.status {
            Some(status) if attempt.outcome == Outcome::Answered => Ok(SampleSent {
                path: endpoint.path,
                status,
                unsigned: match rendered.signing {
                    Signing::NotSigned(why) => Some(why),
                    Signing::Signed | Signing::Unsigned => None,
                },
            }),
            _ => Err(EngineError::BadInput {
                message: attempt.message.unwrap_or_else(|| "the listener did not answer".to_owned()),
                hint: attempt.hint,
            }),
        }
    }

    /// The provider's endpoint; made where there is none, with a secret where one is of use.
    async fn endpoint_for_samples(&self, provider: &Provider) -> Result<Endpoint, EngineError> {
        let path = format!("/{}", provider.id);
        let endpoints = self.endpoints().await?;
        let own = endpoints.iter().find(|endpoint| endpoint.provider.as_ref() == Some(&provider.id));
        if let Some(endpoint) = own.or_else(|| endpoints.iter().find(|endpoint| endpoint.path == path)) {
            return Ok(endpoint.clone());
        }
        let new = NewEndpoint { path, provider: Some(provider.id.clone()), parameters: Default::default() };
        let endpoint = self.add_endpoint(new).await?;
        if let Some(value) = secret_for(provider) {
            self.set_secret(endpoint.id, SECRET_NAME, SecretString::from(value)).await?;
        }
        self.find_endpoint(&endpoint.id.to_string()).await
    }
}

/// A random secret that the provider's scheme can sign with; `None` where it signs with nothing, with a private key,
/// or leaves something to be chosen first.
fn secret_for(provider: &Provider) -> Option<String> {
    let scheme = provider.scheme(&provider.with_defaults(&Default::default())).ok()??;
    let mut random = [0; 24];
    fill_random(&mut random);
    // The forms in which providers give secrets. A scheme that takes them as text takes the first.
    let forms = [format!("whsec_{}", BASE64.encode(random)), BASE64.encode(random), hex::encode(random)];
    let draft = Draft { method: "POST", target: "/", url: Some("http://localhost/"), headers: &[], body: b"{}" };
    forms.into_iter().find(|form| {
        let secret = Secret::new(SECRET_NAME, form.as_str());
        // What else may be missing from this draft is in the samples.
        !matches!(
            sign(&scheme, &draft, &secret, Micros(0), Some("id")),
            Err(hookbench_signature::SignError::Secret { .. }
                | hookbench_signature::SignError::Asymmetric(_)
                | hookbench_signature::SignError::Unsigned)
        )
    })
}

fn fill_random(bytes: &mut [u8]) {
    if SystemRandom::new().fill(bytes).is_err() {
        // Only ids and keys of samples are made here; without randomness they repeat, and nothing worse.
        bytes.fill(0x2a);
    }
}
