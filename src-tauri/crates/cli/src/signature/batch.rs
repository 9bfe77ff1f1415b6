//! Signatures for scripts: one JSON object a line in, one a line out, with no data folder and no listener.
//!
//! A line that cannot be understood gives an object with `error` in its place, and exit code 1 at the end, so that
//! lines in and out stay side by side.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hookbench_engine::model::Header;
use hookbench_engine::provider::{Catalogue, Facts, Provider, UnpackedBody};
use hookbench_signature::{
    Budget, Context, Diagnosis, Draft, Micros, Scheme, Secret, TestKey, Verdict, sign_with_test_key,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{catalogue, named};
use crate::failure::Failure;
use crate::output;

/// One line of input.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(default)]
    id: Value,
    provider: String,
    secret: Option<String>,
    #[serde(default)]
    secrets: Vec<String>,
    /// Secrets of other endpoints, for `diagnose`.
    #[serde(default)]
    other_secrets: Vec<String>,
    #[serde(default, alias = "params")]
    parameters: BTreeMap<String, String>,
    #[serde(default = "post")]
    method: String,
    url: Option<String>,
    #[serde(default)]
    headers: Headers,
    body: Option<String>,
    #[serde(alias = "body_b64")]
    body_base64: Option<String>,
    /// Unix seconds.
    received_at: Option<f64>,
    /// The id that is signed, for `sign`.
    message_id: Option<String>,
    /// The value that somebody's code computed, for `diagnose`.
    computed: Option<String>,
}

fn post() -> String {
    "POST".to_owned()
}

/// Headers as an object of values or lists of values, or as a list of pairs.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Headers {
    Pairs(Vec<(String, String)>),
    ByName(serde_json::Map<String, Value>),
}

impl Default for Headers {
    fn default() -> Self {
        Self::Pairs(Vec::new())
    }
}

impl Headers {
    fn list(&self) -> Result<Vec<(String, String)>, String> {
        let map = match self {
            Self::Pairs(pairs) => return Ok(pairs.clone()),
            Self::ByName(map) => map,
        };
        let mut list = Vec::new();
        for (name, value) in map {
            let text = |value: &Value| match value {
                Value::String(text) => Ok((name.clone(), text.clone())),
                _ => Err(format!("the value of header `{name}` is not a text")),
            };
            match value {
                Value::Array(values) => list.extend(values.iter().map(text).collect::<Result<Vec<_>, _>>()?),
                value => list.push(text(value)?),
            }
        }
        Ok(list)
    }
}

/// A line made ready to be judged.
struct Case<'c> {
    line: Line,
    provider: &'c Provider,
    headers: Vec<Header>,
    body: Vec<u8>,
    secrets: Vec<Secret>,
    unpacked: UnpackedBody,
}

impl<'c> Case<'c> {
    fn read(text: &str, catalogue: &'c Catalogue) -> Result<Self, (Value, String)> {
        let line: Line = serde_json::from_str(text).map_err(|error| {
            let id = serde_json::from_str::<Value>(text)
                .ok()
                .and_then(|value| value.get("id").cloned());
            (
                id.unwrap_or_default(),
                format!("the line is not of the form that is read here: {error}"),
            )
        })?;
        let id = line.id.clone();
        let fail = |message: String| (id.clone(), message);
        let provider = catalogue
            .get(&line.provider)
            .ok_or_else(|| fail(format!("there is no provider `{}`", line.provider)))?;
        let headers = line
            .headers
            .list()
            .map_err(&fail)?
            .into_iter()
            .map(|(name, value)| Header {
                name: name.into_bytes().into(),
                value: value.into_bytes().into(),
            })
            .collect();
        let body = match (&line.body, &line.body_base64) {
            (_, Some(text)) => BASE64
                .decode(text)
                .map_err(|error| fail(format!("`body_base64` is not base64: {error}")))?,
            (Some(text), None) => text.clone().into_bytes(),
            (None, None) => Vec::new(),
        };
        let secrets = if line.secrets.is_empty() {
            named(line.secret.as_slice())
        } else {
            named(&line.secrets)
        };
        Ok(Self {
            line,
            provider,
            headers,
            body,
            secrets,
            unpacked: UnpackedBody::default(),
        })
    }

    /// The path and query of the URL, as the request line would have them.
    fn target(&self) -> &str {
        let url = self.line.url.as_deref().unwrap_or_default();
        let host = url.find("://").map_or(0, |at| at + 3);
        url[host..].find('/').map_or("/", |at| &url[host + at..])
    }

    /// The URL, where it is a whole one and not a path.
    fn url(&self) -> Option<&str> {
        self.line.url.as_deref().filter(|url| url.contains("://"))
    }

    fn received_at(&self) -> Option<Micros> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "saturates far outside any calendar"
        )]
        self.line
            .received_at
            .map(|seconds| Micros((seconds * 1_000_000.0).round() as i64))
    }

    fn scheme(&self) -> Result<Option<Scheme>, String> {
        self.provider
            .scheme(&self.line.parameters)
            .map_err(|error| error.to_string())
    }

    fn facts(&self) -> Facts<'_> {
        Facts::new(&self.line.method, self.target(), &self.headers, &self.body).unpacking_into(&self.unpacked)
    }
}

/// `hookbench verify --stdin`
pub(crate) fn verify() -> Result<(), Failure> {
    each_line(|case| {
        let id = &case.line.id;
        let scheme = match case.scheme() {
            Ok(Some(scheme)) => scheme,
            Ok(None) => {
                let message = format!("{} does not sign its requests.", case.provider.name);
                return Ok(json!({ "id": id, "verdict": Verdict::Unsigned, "message": message }));
            }
            Err(message) => return Ok(json!({ "id": id, "verdict": Verdict::Unknown, "message": message })),
        };
        let facts = case.facts();
        let message = facts.message(case.url(), case.received_at());
        let report = hookbench_signature::verify(&scheme, &message, &case.secrets);
        Ok(json!({ "id": id, "verdict": report.verdict, "message": report.sentence, "report": report }))
    })
}

/// `hookbench diagnose --stdin`
pub(crate) fn diagnose() -> Result<(), Failure> {
    each_line(|case| {
        let scheme = case
            .scheme()?
            .ok_or_else(|| format!("{} does not sign its requests", case.provider.name))?;
        let facts = case.facts();
        let message = facts.message(case.url(), case.received_at());
        let context = Context {
            other_secrets: others(&case.line.other_secrets),
            decoded_body: facts.unpacked_body().map(<[u8]>::to_vec),
            question: case.provider.question(&facts, &case.line.parameters),
            ..Context::default()
        };
        let budget = Budget::generous();
        let diagnosis = match &case.line.computed {
            Some(computed) => {
                hookbench_signature::explain(&scheme, &message, &case.secrets, computed, &context, &budget)
            }
            None => hookbench_signature::diagnose(&scheme, &message, &case.secrets, &context, &budget),
        };
        Ok(diagnosis_object(&case.line.id, &diagnosis))
    })
}

fn others(values: &[String]) -> Vec<Secret> {
    values
        .iter()
        .zip(1..)
        .map(|(value, number)| Secret::new(format!("other secret {number}"), value.as_str()))
        .collect()
}

/// A diagnosis as one object.
pub(crate) fn diagnosis_object(id: &Value, diagnosis: &Diagnosis) -> Value {
    json!({
        "id": id,
        "cause": diagnosis.cause,
        "message": diagnosis.message,
        "proof": diagnosis.proof,
        "verdict": diagnosis.verdict,
        "remedy": diagnosis.remedy,
        "hints": diagnosis.hints,
        "excluded": diagnosis.excluded,
        "tries": diagnosis.tries,
        "cut_short": diagnosis.is_cut_short,
    })
}

/// `hookbench sign --stdin`
pub(crate) fn sign() -> Result<(), Failure> {
    each_line(|case| {
        let scheme = case
            .scheme()?
            .ok_or_else(|| format!("{} does not sign its requests", case.provider.name))?;
        let lines: Vec<_> = case
            .headers
            .iter()
            .map(|header| (&header.name[..], &header.value[..]))
            .collect();
        let draft = Draft {
            method: &case.line.method,
            target: case.target(),
            url: case.url(),
            headers: &lines,
            body: &case.body,
        };
        let at = case.received_at().unwrap_or_else(now);
        let id = case.line.message_id.as_deref();
        // Only its provider has the private key: without a secret a key pair of our own stands in for it.
        let test_key = match case.secrets.first() {
            Some(_) => None,
            None => Some(TestKey::generate(&scheme).map_err(|_| "there is no secret to sign with")?),
        };
        let signed = match (case.secrets.first(), &test_key) {
            (Some(secret), _) => hookbench_signature::sign(&scheme, &draft, secret, at, id),
            (None, Some(key)) => sign_with_test_key(&scheme, &draft, key, at, id),
            (None, None) => return Err("there is no secret to sign with".to_owned()),
        }
        .map_err(|error| error.to_string())?;
        let mut headers = case.line.headers.list()?;
        for (name, value) in signed.headers {
            headers.retain(|(present, _)| !present.eq_ignore_ascii_case(&name));
            headers.push((name, value));
        }
        let mut object = json!({
            "id": case.line.id,
            "headers": headers,
            "url": signed.url.or(signed.target).or_else(|| case.line.url.clone()),
        });
        let body = signed.body.unwrap_or_else(|| case.body.clone());
        if let Some(key) = &test_key {
            let public = key.public_secret(&scheme).map_err(|error| error.to_string())?;
            object["test_key"] = json!(public.expose());
        }
        match String::from_utf8(body) {
            Ok(text) => object["body"] = json!(text),
            Err(bytes) => object["body_base64"] = json!(BASE64.encode(bytes.as_bytes())),
        }
        Ok(object)
    })
}

fn now() -> Micros {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Answers each line of standard input with one of its own.
fn each_line(answer: impl Fn(&Case<'_>) -> Result<Value, String>) -> Result<(), Failure> {
    let catalogue = catalogue()?;
    let mut failed = 0_u64;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| Failure::new(format!("standard input cannot be read: {error}")))?;
        if line.trim().is_empty() {
            continue;
        }
        let answered = Case::read(&line, &catalogue)
            .and_then(|case| answer(&case).map_err(|message| (case.line.id.clone(), message)));
        match answered {
            Ok(object) => output::json(&object)?,
            Err((id, message)) => {
                failed += 1;
                output::json(&json!({ "id": id, "error": message }))?;
            }
        }
    }
    match failed {
        0 => Ok(()),
        1 => Err(Failure::new("1 line could not be answered")),
        many => Err(Failure::new(format!("{many} lines could not be answered"))),
    }
}
