//! Putting the signature on a sample.

use std::collections::BTreeMap;

use bytes::Bytes;
use hookbench_signature::{
    Draft, HeaderLine, Micros, ResolveError, Scheme, Secret, SignError, Signed, TestKey, sign,
    sign_with_test_key,
};

use super::super::Provider;
use super::{RenderError, RenderedRequest, Signing, header};
use crate::model::Timestamp;

/// Who signs.
pub(super) enum Signer<'s> {
    /// The holder of the secret.
    Secret(&'s Secret),
    /// We do, in place of the provider.
    TestKey(&'s TestKey),
    /// Nobody: there is no secret.
    Nobody,
}

/// When and for where a sample is signed.
pub(super) struct Occasion<'o> {
    pub(super) url: &'o str,
    pub(super) at: Timestamp,
    pub(super) id: &'o str,
}

impl Signer<'_> {
    /// The signature; `None` where there is nobody to make it.
    fn sign(
        &self,
        scheme: &Scheme,
        draft: &Draft<'_>,
        occasion: &Occasion<'_>,
    ) -> Option<Result<Signed, SignError>> {
        let (at, id) = (Micros(occasion.at.as_micros()), Some(occasion.id));
        match self {
            Self::Secret(secret) => Some(sign(scheme, draft, secret, at, id)),
            Self::TestKey(key) => Some(sign_with_test_key(scheme, draft, key, at, id)),
            Self::Nobody => None,
        }
    }
}

impl Provider {
    /// Signs a request as this provider would.
    pub(super) fn sign_sample(
        &self,
        request: &mut RenderedRequest,
        occasion: &Occasion<'_>,
        signer: &Signer<'_>,
        parameters: &BTreeMap<String, String>,
    ) -> Result<(), RenderError> {
        let scheme = match self.scheme(parameters) {
            Ok(Some(scheme)) => scheme,
            Ok(None) => return Ok(()),
            Err(ResolveError::Missing(name)) => {
                request.signing = Signing::NotSigned(format!("`{name}` has not been chosen"));
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let lines: Vec<HeaderLine<'_>> = request
            .headers
            .iter()
            .map(|line| (line.name.as_ref(), line.value.as_ref()))
            .collect();
        let draft = Draft {
            method: &request.method,
            target: &request.target,
            url: Some(occasion.url),
            headers: &lines,
            body: &request.body,
        };
        let signed = match signer.sign(&scheme, &draft, occasion) {
            Some(Ok(signed)) => signed,
            None => {
                request.signing = Signing::NotSigned("there is no secret".to_owned());
                return Ok(());
            }
            Some(Err(SignError::Unsigned)) => return Ok(()),
            // Nobody here has the key, or the signature's place cannot be written: the sample goes out as it is.
            Some(Err(error @ (SignError::Asymmetric(_) | SignError::Place(_)))) => {
                request.signing = Signing::NotSigned(error.to_string());
                return Ok(());
            }
            Some(Err(error)) => return Err(error.into()),
        };
        request.put(signed);
        Ok(())
    }
}

impl RenderedRequest {
    fn put(&mut self, signed: Signed) {
        for (name, value) in &signed.headers {
            self.headers.retain(|present| !present.is(name));
            self.headers.push(header(name, value));
        }
        if let Some(body) = signed.body {
            self.body = Bytes::from(body);
        }
        if let Some(target) = signed.target {
            self.target = target;
        }
        self.signing = Signing::Signed;
    }
}
