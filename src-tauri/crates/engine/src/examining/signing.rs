//! Signing a captured request anew: what its sender would send now.
//!
//! Nothing is sent and nothing is kept; the request stays as it came.

use hookbench_signature::{Draft, Micros, Secret, Signed, TestKey, sign, sign_with_test_key};

use super::Examination;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Header, RequestId};

/// A captured request with a new signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAnew {
    /// The header lines that the signature set.
    pub made: Vec<(String, String)>,
    /// All header lines, those in their places.
    pub headers: Vec<Header>,
    /// The URL that was signed, or that the signature is in, where the scheme looks at one.
    pub url: Option<String>,
    /// The body, with the signature where it is inside.
    pub body: Vec<u8>,
    /// The name of the secret it was made with.
    pub secret: Option<String>,
    /// The public half of the test key it was made with, where only the provider has the private one.
    pub test_key: Option<String>,
}

impl Engine {
    /// A request as its sender would sign it now: with the newest secret of its endpoint, or with what is wanted.
    ///
    /// # Errors
    /// When there is no such request, nobody knows how it is signed, or there is nothing to sign it with.
    pub async fn sign(
        &self,
        id: RequestId,
        wanted: Examination,
        message_id: Option<String>,
    ) -> Result<SignedAnew, EngineError> {
        let unkeyed = self
            .examine(id, wanted.clone(), |provider, scheme, _, secrets, _| {
                let is_needed = secrets.is_empty();
                is_needed.then(|| (provider.clone(), scheme.clone()))
            })
            .await?;
        let test_key = match unkeyed {
            None => None,
            Some((provider, scheme)) => {
                Some(self.own_test_key(&provider, &scheme).await?.ok_or_else(|| {
                    EngineError::bad_input(
                        format!("there is no secret of {} to sign with", provider.name),
                        "set the secret of its endpoint, or give one with --secret",
                    )
                })?)
            }
        };
        let now = Micros(self.now().as_micros());
        self.examine(id, wanted, move |_, scheme, message, secrets, _| {
            let draft = Draft {
                method: message.method,
                target: message.target,
                url: message.url,
                headers: message.headers,
                body: message.body,
            };
            // The newest: a provider that rotates its secret signs with the one it made last.
            let signed = match (&test_key, secrets.last()) {
                (Some(key), _) => sign_with_test_key(scheme, &draft, key, now, message_id.as_deref()),
                (None, Some(secret)) => sign(scheme, &draft, secret, now, message_id.as_deref()),
                (None, None) => Err(hookbench_signature::SignError::TestKey),
            }
            .map_err(|error| {
                EngineError::bad_input(error.to_string(), "name another provider, secret or URL")
            })?;
            let public = match &test_key {
                Some(key) => Some(public_half(key, scheme)?),
                None => None,
            };
            Ok(anew(
                &draft,
                signed,
                secrets.last().filter(|_| public.is_none()),
                public,
            ))
        })
        .await?
    }
}

fn public_half(key: &TestKey, scheme: &hookbench_signature::Scheme) -> Result<String, EngineError> {
    let public = key
        .public_secret(scheme)
        .map_err(|error| EngineError::bad_input(error.to_string(), "sign it with a secret that you give"))?;
    Ok(public.expose().to_owned())
}

fn anew(draft: &Draft<'_>, signed: Signed, secret: Option<&Secret>, test_key: Option<String>) -> SignedAnew {
    let mut headers: Vec<Header> = draft
        .headers
        .iter()
        .map(|(name, value)| Header {
            name: name.to_vec().into(),
            value: value.to_vec().into(),
        })
        .collect();
    for (name, value) in &signed.headers {
        let made = Header {
            name: name.clone().into(),
            value: value.clone().into(),
        };
        let mut places = (0..headers.len()).filter(|place| headers[*place].is(name));
        match places.next() {
            None => headers.push(made),
            Some(first) => {
                headers[first] = made;
                let mut place = 0;
                headers.retain(|header| {
                    place += 1;
                    place <= first + 1 || !header.is(name)
                });
            }
        }
    }
    SignedAnew {
        made: signed.headers,
        headers,
        url: signed
            .url
            .or(signed.target)
            .or_else(|| draft.url.map(str::to_owned)),
        body: signed.body.unwrap_or_else(|| draft.body.to_vec()),
        secret: secret.map(|secret| secret.name().to_owned()),
        test_key,
    }
}
