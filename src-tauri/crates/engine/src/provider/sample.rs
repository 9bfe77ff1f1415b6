//! Events that can be sent for trying out: filled in with fresh ids and the present time, and signed.
//!
//! A sample is text of ours in the shape of the provider's events. Nothing here reads the clock or rolls dice: both
//! are handed in, so that a sample with the same clock and the same dice is the same request.

use std::collections::BTreeMap;

use bytes::Bytes;
use hookbench_signature::{ResolveError, Secret, SignError, TestKey};
use serde::{Deserialize, Serialize};

use super::Provider;
use crate::body::json::compact;
use crate::model::{Header, Timestamp};

mod filling;
mod invented;
mod signing;

use filling::Filling;
use signing::{Occasion, Signer};

/// An event that can be sent.
///
/// `${…}` in the target, the headers, the body and the id is filled in:
///
/// | text | value |
/// | --- | --- |
/// | `${uuid}` | a random UUID (version 4) |
/// | `${hex:N}`, `${digits:N}`, `${alnum:N}`, `${upper:N}` | N random characters; a number does not start with 0 |
/// | `${now:unix}`, `${now:millis}` | seconds or milliseconds since the epoch |
/// | `${now:rfc3339}`, `${now:rfc3339-millis}` | `2026-11-20T12:04:11Z`, `2026-11-20T12:04:11.482Z` |
/// | `${now:%d %b %Y}` | any other form, in UTC |
/// | `${now-2d:unix}` | earlier or later, by `s`, `m`, `h` or `d` |
/// | `${name=KIND}` | any of these, remembered as `${name}` |
/// | `${name}` | what is remembered by that name, or the parameter of that name |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Its name among the provider's samples, e.g. `push`.
    pub name: String,
    /// What has happened, in a few words.
    pub title: String,
    /// The method.
    #[serde(default = "post", skip_serializing_if = "is_post")]
    pub method: String,
    /// Path and query behind the URL it is sent to: empty, `/path`, `?query`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target: String,
    /// The content type.
    #[serde(default = "json", skip_serializing_if = "is_json")]
    pub content_type: String,
    /// Further headers, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The body as text. JSON is sent without the line breaks and blanks of the file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// JSON is sent with line breaks and blanks, as this provider does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pretty: bool,
    /// The body as the fields of a form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub form: Vec<(String, String)>,
    /// The id that is signed, for schemes that sign one.
    #[serde(default = "message_id")]
    pub id: String,
    /// The provider sends this one without a signature.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsigned: bool,
}

fn post() -> String {
    "POST".to_owned()
}

fn is_post(method: &str) -> bool {
    method == "POST"
}

fn json() -> String {
    "application/json".to_owned()
}

fn is_json(content_type: &str) -> bool {
    content_type == "application/json"
}

fn message_id() -> String {
    "msg_${alnum:27}".to_owned()
}

/// The circumstances in which a sample is made.
#[derive(Debug, Clone, Copy)]
pub struct SampleSetting<'s> {
    /// The time of the event.
    pub now: Timestamp,
    /// Where it will be sent to: schemes that sign the URL need it.
    pub url: &'s str,
    /// What it is signed with.
    pub secret: Option<&'s Secret>,
    /// What the person chose.
    pub parameters: &'s BTreeMap<String, String>,
}

/// Whether a sample is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signing {
    /// It is.
    Signed,
    /// The provider does not sign this.
    Unsigned,
    /// The provider would sign it and this is not signed, because …
    NotSigned(String),
}

/// A request that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedRequest {
    /// The method.
    pub method: String,
    /// The target.
    pub target: String,
    /// The headers in order; without `Host` and `Content-Length`, which belong to the sending.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Bytes,
    /// Whether it is signed.
    pub signing: Signing,
}

/// Why a sample cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The provider has no sample of this name.
    #[error("`{provider}` has no sample `{sample}`")]
    NoSample {
        /// The provider's id.
        provider: String,
        /// The sample's name.
        sample: String,
    },
    /// The URL it would be sent to cannot be read.
    #[error("`{0}` is not a URL")]
    Url(String),
    /// A placeholder is not one of those there are.
    #[error("nothing to fill in for `${{{0}}}`")]
    Placeholder(String),
    /// The scheme lacks a parameter.
    #[error(transparent)]
    Scheme(#[from] ResolveError),
    /// The scheme cannot sign this sample.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl Provider {
    /// Makes the request of a sample. `random` fills a slice with random bytes.
    ///
    /// # Errors
    /// There is no such sample, or the scheme cannot be applied to it.
    pub fn render_sample(
        &self,
        name: &str,
        setting: &SampleSetting<'_>,
        random: impl FnMut(&mut [u8]),
    ) -> Result<RenderedRequest, RenderError> {
        let signer = setting.secret.map_or(Signer::Nobody, Signer::Secret);
        self.render(name, setting, &signer, random)
    }

    /// The same, signed with a test key of ours in place of the private key that only the provider has. It is valid
    /// for whoever has been told to trust that key, and nowhere else: mark it as made here.
    ///
    /// # Errors
    /// There is no such sample, or the scheme cannot be applied to it.
    pub fn render_sample_with_test_key(
        &self,
        name: &str,
        setting: &SampleSetting<'_>,
        key: &TestKey,
        random: impl FnMut(&mut [u8]),
    ) -> Result<RenderedRequest, RenderError> {
        self.render(name, setting, &Signer::TestKey(key), random)
    }

    fn render(
        &self,
        name: &str,
        setting: &SampleSetting<'_>,
        signer: &Signer<'_>,
        random: impl FnMut(&mut [u8]),
    ) -> Result<RenderedRequest, RenderError> {
        let sample = self.sample(name).ok_or_else(|| RenderError::NoSample {
            provider: self.id.clone(),
            sample: name.to_owned(),
        })?;
        let parameters = self.with_defaults(setting.parameters);
        let mut filling = Filling::new(setting.now, &parameters, random);
        let base = url::Url::parse(setting.url).map_err(|_| RenderError::Url(setting.url.to_owned()))?;
        let target = format!(
            "{}{}",
            joined_path(&base, &sample.target),
            filling.fill(&sample.target)?
        );
        let headers = self.headers(sample, &mut filling)?;
        let body = body(sample, &mut filling)?;
        let id = filling.fill(&sample.id)?;
        let mut request = RenderedRequest {
            method: sample.method.clone(),
            target,
            headers,
            body,
            signing: Signing::Unsigned,
        };
        if !sample.unsigned {
            let url = format!("{}{}", base.origin().ascii_serialization(), request.target);
            let occasion = Occasion {
                url: &url,
                at: setting.now,
                id: &id,
            };
            self.sign_sample(&mut request, &occasion, signer, &parameters)?;
        }
        Ok(request)
    }

    fn headers(
        &self,
        sample: &Sample,
        filling: &mut Filling<'_, impl FnMut(&mut [u8])>,
    ) -> Result<Vec<Header>, RenderError> {
        let mut headers = vec![header("Accept", "*/*")];
        headers.extend(self.user_agent.iter().map(|agent| header("User-Agent", agent)));
        if !sample.form.is_empty() {
            headers.push(header("Content-Type", "application/x-www-form-urlencoded"));
        } else if !sample.body.is_empty() {
            headers.push(header("Content-Type", &sample.content_type));
        }
        for (name, value) in &sample.headers {
            headers.push(header(&filling.fill(name)?, &filling.fill(value)?));
        }
        Ok(headers)
    }
}

/// The path that a sample's own target is put behind.
fn joined_path<'u>(base: &'u url::Url, target: &str) -> &'u str {
    if target.starts_with('/') {
        base.path().trim_end_matches('/')
    } else {
        base.path()
    }
}

fn header(name: &str, value: &str) -> Header {
    Header {
        name: Bytes::copy_from_slice(name.as_bytes()),
        value: Bytes::copy_from_slice(value.as_bytes()),
    }
}

fn body(sample: &Sample, filling: &mut Filling<'_, impl FnMut(&mut [u8])>) -> Result<Bytes, RenderError> {
    if sample.form.is_empty() {
        let text = filling.fill(sample.body.trim_end_matches('\n'))?;
        let is_json = sample.content_type.contains("json") && !sample.pretty;
        return Ok(Bytes::from(if is_json { compact(&text) } else { text }));
    }
    let mut fields = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in &sample.form {
        fields.append_pair(name, &filling.fill(value)?);
    }
    Ok(Bytes::from(fields.finish()))
}
