//! Requests as their senders would make them.

use hookbench_signature::{
    Draft, Message, Micros, Scheme, Secret, SignError, Signed, TestKey, Verdict, sign, sign_with_test_key,
    verify,
};

use crate::provider;

pub(crate) const URL: &str = "https://hooks.example.test/in/abc?x=1&y=%2F";

/// Who signs: the holder of the secret, or a key pair of our own in place of the provider's.
pub(crate) enum Signer {
    Secret(Secret),
    TestKey(TestKey),
}

impl Signer {
    /// One who can sign for this scheme; nobody where the signature is made with what should not be signed with.
    pub(crate) fn of(name: &str, scheme: &Scheme) -> Self {
        match TestKey::generate(scheme) {
            Ok(key) => Self::TestKey(key),
            Err(_) => Self::Secret(provider::secret(name)),
        }
    }

    /// What the receiver is given to check with.
    pub(crate) fn secret(&self, scheme: &Scheme) -> Secret {
        match self {
            Self::Secret(secret) => secret.clone(),
            Self::TestKey(key) => key.public_secret(scheme).unwrap(),
        }
    }

    pub(crate) fn sign(&self, scheme: &Scheme, draft: &Draft<'_>, at: Micros) -> Result<Signed, SignError> {
        match self {
            Self::Secret(secret) => sign(scheme, draft, secret, at, Some("msg_1")),
            Self::TestKey(key) => sign_with_test_key(scheme, draft, key, at, Some("msg_1")),
        }
    }
}

/// A request on its way.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    /// The draft with what signing changes in it.
    pub(crate) fn of(draft: &Draft<'_>, signed: Signed) -> Self {
        let mut headers: Vec<(Vec<u8>, Vec<u8>)> = draft
            .headers
            .iter()
            .map(|(name, value)| (name.to_vec(), value.to_vec()))
            .collect();
        for (name, value) in signed.headers {
            headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name.as_bytes()));
            headers.push((name.into_bytes(), value.into_bytes()));
        }
        let url = signed.url.or_else(|| draft.url.map(str::to_owned));
        Self {
            method: draft.method.to_owned(),
            url: url.unwrap_or_else(|| URL.to_owned()),
            headers,
            body: signed.body.unwrap_or_else(|| draft.body.to_vec()),
        }
    }

    pub(crate) fn with_message<R>(&self, at: Option<Micros>, then: impl FnOnce(&Message<'_>) -> R) -> R {
        let headers: Vec<(&[u8], &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_slice(), value.as_slice()))
            .collect();
        let host = self.url.find("://").map_or(0, |at| at + 3);
        let target = self.url[host..]
            .find('/')
            .map_or("/", |at| &self.url[host + at..]);
        then(&Message {
            method: &self.method,
            target,
            url: Some(&self.url),
            headers: &headers,
            body: &self.body,
            received_at: at,
        })
    }

    /// The verdict, and the sentence that says it.
    pub(crate) fn judge(&self, scheme: &Scheme, secret: &Secret, at: Micros) -> (Verdict, String) {
        let report = self.with_message(Some(at), |message| {
            verify(scheme, message, std::slice::from_ref(secret))
        });
        (report.verdict, report.sentence)
    }
}
