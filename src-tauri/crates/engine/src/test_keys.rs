//! Key pairs of our own, for samples of providers that sign with a private key which only they have.
//!
//! Each provider has one, so that samples of yesterday stay valid: its private half lies where secrets lie, its public
//! half is a secret of the endpoint like any other, under a name that says what it is. A provider's own key is never
//! involved.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hookbench_signature::{Scheme, TestKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Endpoint, SecretId, SecretPlace};
use crate::provider::Provider;

/// The name under which an endpoint trusts such a key.
pub(crate) const TEST_KEY: &str = "test key";

/// Where the private half is.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: String,
    place: String,
}

impl Engine {
    /// The test key of a provider, which the endpoint trusts from now on; `None` where a secret signs its requests.
    pub(crate) async fn test_key(
        &self,
        provider: &Provider,
        endpoint: &Endpoint,
    ) -> Result<Option<TestKey>, EngineError> {
        let Ok(Some(scheme)) = provider.scheme(&endpoint.parameters) else {
            return Ok(None);
        };
        let Some(key) = self.own_test_key(provider, &scheme).await? else {
            return Ok(None);
        };
        let Ok(public) = key.public_secret(&scheme) else {
            return Ok(None);
        };
        let judge = self.core.judge.load_full();
        let is_trusted = judge
            .secrets_of(endpoint.id)
            .iter()
            .any(|secret| secret.expose() == public.expose());
        if !is_trusted {
            self.set_secret(endpoint.id, TEST_KEY, SecretString::from(public.expose()))
                .await?;
        }
        Ok(Some(key))
    }

    /// The test key of a provider, which nobody trusts because of this; `None` where a secret signs its requests.
    pub(crate) async fn own_test_key(
        &self,
        provider: &Provider,
        scheme: &Scheme,
    ) -> Result<Option<TestKey>, EngineError> {
        if provider.invented_secret(|bytes| bytes.fill(1)).is_some() {
            return Ok(None);
        }
        let setting = format!("test_key:{}", provider.id);
        if let Some(key) = self.kept_test_key(&setting, scheme).await? {
            return Ok(Some(key));
        }
        match TestKey::generate(scheme) {
            Ok(key) => {
                self.keep_test_key(&setting, &key).await?;
                Ok(Some(key))
            }
            // It signs in a way for which no key is made here.
            Err(_) => Ok(None),
        }
    }

    async fn kept_test_key(&self, setting: &str, scheme: &Scheme) -> Result<Option<TestKey>, EngineError> {
        let kept = self.core.store.setting(setting).await?;
        let Some(kept) = kept.and_then(|kept| serde_json::from_value::<Kept>(kept).ok()) else {
            return Ok(None);
        };
        let (Ok(id), Some(place)) = (kept.id.parse::<SecretId>(), SecretPlace::from_word(&kept.place)) else {
            return Ok(None);
        };
        let private = self.core.vault.get(id, place).await?;
        Ok(private
            .and_then(|private| BASE64.decode(private.expose_secret()).ok())
            .and_then(|private| TestKey::from_pkcs8(scheme, &private).ok()))
    }

    async fn keep_test_key(&self, setting: &str, key: &TestKey) -> Result<(), EngineError> {
        let id = SecretId::generate();
        let private = SecretString::from(BASE64.encode(key.to_pkcs8()));
        let place = self.core.vault.put(id, private).await?;
        let kept = Kept {
            id: id.to_string(),
            place: place.as_str().to_owned(),
        };
        let value = serde_json::to_value(kept).unwrap_or_default();
        Ok(self.core.store.set_setting(setting, &value).await?)
    }
}

/// Randomness for ids and keys of samples.
pub(crate) fn fill_random(bytes: &mut [u8]) {
    if SystemRandom::new().fill(bytes).is_err() {
        // Without randomness they repeat, and nothing worse.
        bytes.fill(0x2a);
    }
}
