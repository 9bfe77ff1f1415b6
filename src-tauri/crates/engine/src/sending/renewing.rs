//! What is done about the signature and the delivery id of something that is to go: kept as they came, made anew, or
//! taken away.
//!
//! A receiver refuses a signature that has grown old, so an edited copy is signed as its provider would sign it now.
//! What goes is then looked at as our own listener would, so that a person knows before what a receiver will find.

use bytes::Bytes;
use hookbench_signature::{
    Draft, HeaderLine, Micros, Report, Scheme, Secret, Signed, Source, TestKey, sign, sign_with_test_key,
    verify,
};
use sha2::{Digest as _, Sha256};

use super::renaming::{other_id, renamed};
use crate::delivery::plan::with_target_and_body;
use crate::delivery::{Outgoing, with_rules};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::examining::blocking;
use crate::judge::{Case, Judge, Outlook};
use crate::model::{HeaderRule, RawHead, RequestId, SecretId, State, Timestamp};

/// What is done about a signature.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SignatureChoice {
    /// It goes as it is.
    #[default]
    Kept,
    /// Made with the newest secret of the request's endpoint and the present time.
    Endpoint,
    /// Made with this secret of any endpoint.
    Stored(SecretId),
    /// Made with a secret that is kept nowhere.
    Given(Secret),
    /// Made with a test key of our own, where only the provider has the private key.
    TestKey,
    /// Taken away.
    Stripped,
}

impl SignatureChoice {
    /// The word for it: `kept`, `endpoint`, `secret:ID`, `given`, `test_key` or `stripped`.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Kept => "kept".to_owned(),
            Self::Endpoint => "endpoint".to_owned(),
            Self::Stored(id) => format!("secret:{id}"),
            Self::Given(_) => "given".to_owned(),
            Self::TestKey => "test_key".to_owned(),
            Self::Stripped => "stripped".to_owned(),
        }
    }

    /// The choice that `word` names, with the secret that was typed for `given`.
    #[must_use]
    pub fn from_word(word: &str, given: Option<&str>) -> Option<Self> {
        Some(match word {
            "kept" => Self::Kept,
            "endpoint" => Self::Endpoint,
            "given" => Self::Given(Secret::new("the secret given", given?)),
            "test_key" => Self::TestKey,
            "stripped" => Self::Stripped,
            _ => Self::Stored(word.strip_prefix("secret:")?.parse().ok()?),
        })
    }
}

/// What is made anew before something goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Renewal {
    /// The signature.
    pub signature: SignatureChoice,
    /// Whether it goes under another delivery id.
    pub id: IdChoice,
}

/// What is done about a delivery id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdChoice {
    /// It stays: the target is to take it for the event it knows.
    #[default]
    Kept,
    /// Another of the same form: the target is to take it for a new event.
    New,
}

/// What was made anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Renewed {
    /// The names of the header lines that the signature set or took away.
    pub signature_headers: Vec<String>,
    /// The delivery id before and after, where it is another.
    pub ids: Option<(String, String)>,
    /// The public half of the test key it was signed with, which the receiver must be told to trust.
    pub test_key: Option<String>,
}

/// What our own check says of something that is to go.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnCheck {
    /// The id of the provider whose scheme it was checked by.
    pub provider: Option<String>,
    /// The check.
    pub report: Report,
}

/// What something that is to go was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origins {
    /// The target of the request that it was made of: it names the endpoint.
    pub(crate) target: String,
    /// Who that request was taken to come from.
    pub(crate) provider: Option<String>,
}

/// A sending with what was made anew in it.
#[derive(Debug, Clone)]
pub(crate) struct Fresh {
    pub(crate) outgoing: Outgoing,
    pub(crate) renewed: Renewed,
    /// What it was signed with.
    signed_with: Option<Secret>,
}

impl Engine {
    /// `outgoing`, which was made of this request, signed with the newest secret of its endpoint and the present time.
    ///
    /// # Errors
    /// When nobody knows how it is signed, its endpoint has no secret, or only the provider can sign.
    pub(crate) async fn resigned(&self, id: RequestId, outgoing: Outgoing) -> Result<Outgoing, EngineError> {
        let renewal = Renewal {
            signature: SignatureChoice::Endpoint,
            id: IdChoice::Kept,
        };
        let origins = self.origins(id).await?;
        Ok(self.renewed(&origins, outgoing, &renewal).await?.outgoing)
    }

    pub(crate) async fn origins(&self, id: RequestId) -> Result<Origins, EngineError> {
        let request = self.request(id).await?;
        Ok(Origins {
            target: text(&request.head.request_line().target),
            provider: request.summary.recognition.provider,
        })
    }

    /// `outgoing` with what `renewal` wants made anew.
    ///
    /// # Errors
    /// When it cannot be made, with the reason.
    pub(crate) async fn renewed(
        &self,
        origins: &Origins,
        outgoing: Outgoing,
        renewal: &Renewal,
    ) -> Result<Fresh, EngineError> {
        let mut fresh = Fresh {
            outgoing,
            renewed: Renewed::default(),
            signed_with: None,
        };
        if *renewal == Renewal::default() {
            return Ok(fresh);
        }
        let mut outlook = self.outlook(origins, &fresh.outgoing).await?;
        if renewal.id == IdChoice::New {
            let before = outlook.delivery_key.clone();
            fresh = under_another_id(fresh, &outlook)?;
            // What is signed may depend on the id.
            outlook = self.outlook(origins, &fresh.outgoing).await?;
            // Only other places of the same text were changed: the receiver would know the event.
            if outlook.delivery_key == before {
                return Err(unchangeable());
            }
        }
        let scheme = match &renewal.signature {
            SignatureChoice::Kept => return Ok(fresh),
            _ => outlook.scheme.clone().map_err(unsigned)?,
        };
        let key = match &renewal.signature {
            SignatureChoice::Kept => return Ok(fresh),
            SignatureChoice::Stripped => return stripped(fresh, &scheme),
            SignatureChoice::TestKey => Key::Test(self.test_key_for(&outlook, &scheme).await?),
            SignatureChoice::Given(secret) => Key::Secret(secret.clone()),
            SignatureChoice::Stored(id) => {
                let judge = self.core.judge.load();
                Key::Secret(
                    judge
                        .value_of(*id)
                        .cloned()
                        .ok_or_else(|| EngineError::NotFound {
                            kind: "secret",
                            name: id.to_string(),
                        })?,
                )
            }
            // The newest first: a provider that rotates its secret signs with the one it made last.
            SignatureChoice::Endpoint => {
                let newest = outlook.secrets.last().cloned();
                Key::Secret(newest.ok_or_else(|| {
                    let name = outlook
                        .provider
                        .as_ref()
                        .map_or("its sender", |provider| &provider.name);
                    unsigned(format!("there is no secret of {name} to sign with"))
                })?)
            }
        };
        let now = self.core.clock.now();
        blocking(move || signed(fresh, &scheme, key, now)).await?
    }

    /// What our own check says of `fresh`, were it to come to the endpoint of the request it was made of.
    pub(crate) async fn own_check(
        &self,
        origins: &Origins,
        fresh: &Fresh,
    ) -> Result<Option<OwnCheck>, EngineError> {
        let outlook = self.outlook(origins, &fresh.outgoing).await?;
        let provider = outlook.provider.as_ref().map(|provider| provider.id.clone());
        let (Some(_), Ok(scheme)) = (&provider, outlook.scheme) else {
            return Ok(None);
        };
        // The receiver has the secret that it was signed with, which need not be the endpoint's.
        let secrets = match &fresh.signed_with {
            Some(secret) => vec![secret.clone()],
            None => outlook.secrets,
        };
        let outgoing = fresh.outgoing.clone();
        let now = self.core.clock.now();
        let report = blocking(move || {
            with_draft(&outgoing, |draft| {
                let mut message = draft.as_message();
                message.received_at = Some(Micros(now.as_micros()));
                verify(&scheme, &message, &secrets)
            })
        })
        .await?;
        Ok(Some(OwnCheck { provider, report }))
    }

    /// `outgoing`, which was made of this request, signed as its sender would but with a secret that everybody may know:
    /// whoever it is given to can check it. Where only the sender has the private key, a test key signs.
    ///
    /// # Errors
    /// When it cannot be signed so, with the reason.
    pub(crate) async fn signed_for_test(
        &self,
        id: RequestId,
        outgoing: Outgoing,
    ) -> Result<(Outgoing, TestSigned), EngineError> {
        let origins = self.origins(id).await?;
        let outlook = self.outlook(&origins, &outgoing).await?;
        outlook.scheme.map_err(|why| untestable(&why))?;
        let secret = outlook
            .provider
            .as_ref()
            .and_then(|provider| provider.invented_secret(|bytes| fill_with(bytes, WELL_KNOWN)));
        let shown = secret.as_ref().map(|secret| secret.expose().to_owned());
        let renewal = Renewal {
            signature: secret.map_or(SignatureChoice::TestKey, SignatureChoice::Given),
            id: IdChoice::Kept,
        };
        let fresh = self
            .renewed(&origins, outgoing, &renewal)
            .await
            .map_err(|error| match error {
                EngineError::BadInput { message, .. } => untestable(&message),
                other => other,
            })?;
        let is_key = shown.is_none();
        let text = shown.or(fresh.renewed.test_key).unwrap_or_default();
        Ok((
            fresh.outgoing,
            TestSigned {
                text,
                is_key,
                at: self.core.clock.now(),
                headers: fresh.renewed.signature_headers,
            },
        ))
    }

    async fn outlook(&self, origins: &Origins, outgoing: &Outgoing) -> Result<Outlook, EngineError> {
        self.ready().await;
        let judge = self.core.judge.load_full();
        let (origins, outgoing) = (origins.clone(), outgoing.clone());
        let received_at = self.core.clock.now();
        blocking(move || outlook(&judge, &origins, &outgoing, received_at)).await
    }

    async fn test_key_for(&self, outlook: &Outlook, scheme: &Scheme) -> Result<TestKey, EngineError> {
        let key = match &outlook.provider {
            Some(provider) => self.own_test_key(provider, scheme).await?,
            None => None,
        };
        key.ok_or_else(|| {
            EngineError::bad_input(
                "its provider signs with a secret and not with a key pair",
                "sign it with the endpoint's secret, or with one that you type",
            )
        })
    }
}

/// What a secret that everybody may know is made of.
const WELL_KNOWN: &[u8] = b"hookbench-test-secret-0123456789";

/// What something was signed with that is given away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestSigned {
    /// The secret, or the public half of the key: whoever checks the signature needs it.
    pub text: String,
    /// It is a public key.
    pub is_key: bool,
    /// When it was signed.
    pub at: Timestamp,
    /// The names of the header lines that the signature is in; none where it is in the query or the body.
    pub headers: Vec<String>,
}

fn fill_with(bytes: &mut [u8], with: &[u8]) {
    for (byte, known) in bytes.iter_mut().zip(with.iter().cycle()) {
        *byte = *known;
    }
}

fn untestable(why: &str) -> EngineError {
    EngineError::BadInput {
        message: format!(
            "it cannot be signed with a test secret: {}",
            why.trim_end_matches('.')
        ),
        hint: Some("copy it without that signature".to_owned()),
    }
}

enum Key {
    Secret(Secret),
    Test(TestKey),
}

fn unsigned(message: String) -> EngineError {
    EngineError::BadInput {
        message,
        hint: Some("set the secret of its endpoint, or send it without signing again".to_owned()),
    }
}

fn no_other_id(message: &str) -> EngineError {
    EngineError::bad_input(message, "send it with the id it has")
}

fn unchangeable() -> EngineError {
    no_other_id("its delivery id is worked out and stands nowhere as it is, so that it cannot be changed")
}

fn under_another_id(fresh: Fresh, outlook: &Outlook) -> Result<Fresh, EngineError> {
    let key = outlook
        .delivery_key
        .as_deref()
        .ok_or_else(|| no_other_id("it has no delivery id that could be changed"))?;
    let other = other_id(key);
    let place = outlook.delivery_place.as_ref();
    let outgoing = renamed(&fresh.outgoing, key, &other, place).ok_or_else(unchangeable)?;
    Ok(Fresh {
        outgoing,
        renewed: Renewed {
            ids: Some((key.to_owned(), other)),
            ..fresh.renewed
        },
        ..fresh
    })
}

/// Without the header lines that carry signatures. Those inside a body or an address stay: without them it would be
/// another event.
fn stripped(fresh: Fresh, scheme: &Scheme) -> Result<Fresh, EngineError> {
    let mut names: Vec<String> = Vec::new();
    let head = RawHead::new(fresh.outgoing.head.clone());
    for source in scheme
        .ways()
        .filter_map(|way| way.signature.as_ref())
        .flat_map(|signature| &signature.from)
    {
        let Source::Header(name) = source else { continue };
        for header in head.headers() {
            let there = text(&header.name);
            let is_meant = match name.strip_suffix('*') {
                Some(start) => there
                    .get(..start.len())
                    .is_some_and(|begin| begin.eq_ignore_ascii_case(start)),
                None => there.eq_ignore_ascii_case(name),
            };
            if is_meant && !names.contains(&there) {
                names.push(there);
            }
        }
    }
    if names.is_empty() {
        return Err(EngineError::bad_input(
            "it has no header line with a signature that could be taken away",
            "keep it as it is, or edit the body",
        ));
    }
    let rules: Vec<HeaderRule> = names
        .iter()
        .map(|name| HeaderRule::Remove { name: name.clone() })
        .collect();
    Ok(Fresh {
        outgoing: with_rules(fresh.outgoing, &rules),
        renewed: Renewed {
            signature_headers: names,
            ..fresh.renewed
        },
        signed_with: None,
    })
}

fn signed(fresh: Fresh, scheme: &Scheme, key: Key, now: Timestamp) -> Result<Fresh, EngineError> {
    let at = Micros(now.as_micros());
    let made = with_draft(&fresh.outgoing, |draft| match &key {
        Key::Secret(secret) => sign(scheme, draft, secret, at, None),
        Key::Test(test) => sign_with_test_key(scheme, draft, test, at, None),
    })
    .map_err(|error| unsigned(error.to_string()))?;
    let (signed_with, test_key) = match key {
        Key::Secret(secret) => (Some(secret), None),
        Key::Test(test) => {
            let public = test
                .public_secret(scheme)
                .map_err(|error| unsigned(error.to_string()))?;
            let shown = public.expose().to_owned();
            (Some(public), Some(shown))
        }
    };
    Ok(Fresh {
        renewed: Renewed {
            signature_headers: made.headers.iter().map(|(name, _)| name.clone()).collect(),
            test_key,
            ..fresh.renewed
        },
        outgoing: with_signature(&fresh.outgoing, made),
        signed_with,
    })
}

/// What is known of something that is to go, as if it came at this time.
pub(super) fn outlook(judge: &Judge, origins: &Origins, outgoing: &Outgoing, at: Timestamp) -> Outlook {
    let case = Case {
        head: &RawHead::new(outgoing.head.clone()),
        body: &outgoing.body,
        body_sha256: Sha256::digest(&outgoing.body).into(),
        state: State::Complete,
        received_at: at,
    };
    judge.outlook(case, &origins.target, origins.provider.as_deref())
}

pub(super) fn with_draft<T>(outgoing: &Outgoing, look: impl FnOnce(&Draft<'_>) -> T) -> T {
    let head = RawHead::new(outgoing.head.clone());
    let line = head.request_line();
    let headers = head.headers();
    let lines: Vec<HeaderLine<'_>> = headers
        .iter()
        .map(|header| (&header.name[..], &header.value[..]))
        .collect();
    let (method, target) = (text(&line.method), text(&line.target));
    look(&Draft {
        method: &method,
        target: &target,
        url: Some(&outgoing.url),
        headers: &lines,
        body: &outgoing.body,
    })
}

fn with_signature(outgoing: &Outgoing, signed: Signed) -> Outgoing {
    let target = signed.target.or_else(|| {
        let url = signed.url?;
        Some(url.strip_prefix(&outgoing.origin.to_string())?.to_owned())
    });
    let body = signed.body.map(Bytes::from);
    let changed = with_target_and_body(outgoing.clone(), target.as_deref().map(str::as_bytes), body);
    let rules: Vec<HeaderRule> = signed
        .headers
        .into_iter()
        .map(|(name, value)| HeaderRule::Replace { name, value })
        .collect();
    with_rules(changed, &rules)
}

fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
#[path = "tests/renewing.rs"]
mod tests;
