//! Signatures for scripts: one JSON object a line in, one a line out, with no data folder and no listener.
//!
//! A line that cannot be understood gives an object with `error` in its place, beside what answers have (`verdict` is
//! `unknown`), and exit code 1 at the end, so that lines in and out stay side by side.

use std::io::BufRead as _;
use std::time::{SystemTime, UNIX_EPOCH};

use hookbench_engine::model::Header;
use hookbench_engine::provider::{Catalogue, Facts, Provider, UnpackedBody};
use hookbench_signature::{
    Budget, Cause, Context, Diagnosis, Draft, Message, Micros, Report, Scheme, Secret, TestKey, Verdict,
    sign_with_test_key,
};
use serde_json::{Value, json};

use super::line::Line;
use super::story;
use super::{catalogue, named};
use crate::failure::Failure;
use crate::output;

/// A line made ready to be judged.
struct Case<'c> {
    line: Line,
    provider: &'c Provider,
    headers: Vec<Header>,
    target: String,
    secrets: Vec<Secret>,
    unpacked: UnpackedBody,
}

impl<'c> Case<'c> {
    fn of(line: Line, catalogue: &'c Catalogue) -> Result<Self, (Value, String)> {
        let fail = |message: String| (line.id.clone(), message);
        let name = line
            .provider
            .as_deref()
            .ok_or_else(|| fail("the line names no `provider`".to_owned()))?;
        let provider = catalogue
            .get(name)
            .ok_or_else(|| fail(format!("there is no provider `{name}`")))?;
        let headers = line
            .headers
            .iter()
            .map(|(name, value)| Header {
                name: name.clone().into_bytes().into(),
                value: value.clone().into_bytes().into(),
            })
            .collect();
        Ok(Self {
            provider,
            headers,
            secrets: named(&line.secrets),
            target: line.target(),
            unpacked: UnpackedBody::default(),
            line,
        })
    }

    fn url(&self) -> Option<&str> {
        self.line.whole_url()
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
        Facts::new(&self.line.method, &self.target, &self.headers, &self.line.body)
            .unpacking_into(&self.unpacked)
    }
}

/// `hookbench verify --stdin`
pub(crate) fn verify() -> Result<(), Failure> {
    let unanswered = |message: &str| json!({ "verdict": Verdict::Unknown, "message": message });
    each_line(unanswered, |case| {
        let id = &case.line.id;
        let Some(scheme) = case.scheme()? else {
            let report = Report::without_check(Verdict::Unsigned, case.provider.signs_nothing());
            return Ok(story::checked(id, &report, Verdict::Unsigned, now()));
        };
        let facts = case.facts();
        let message = facts.message(case.url(), case.received_at());
        let report = hookbench_signature::verify(&scheme, &message, &case.secrets);
        let present = Message {
            received_at: Some(now()),
            ..message
        };
        let verdict_now = hookbench_signature::check(&scheme, &present, &case.secrets).verdict;
        Ok(story::checked(id, &report, verdict_now, now()))
    })
}

/// `hookbench diagnose --stdin`
pub(crate) fn diagnose() -> Result<(), Failure> {
    let unanswered = |message: &str| json!({ "cause": Cause::Unknown, "message": message, "proof": null, "verdict": Verdict::Unknown });
    each_line(unanswered, |case| {
        let Some(scheme) = case.scheme()? else {
            let diagnosis = Diagnosis::unsigned(case.provider.signs_nothing());
            return Ok(diagnosis_object(&case.line.id, &diagnosis));
        };
        let facts = case.facts();
        let message = facts.message(case.url(), case.received_at());
        let context = Context {
            other_secrets: others("other secret", &case.line.other_secrets),
            previous_secrets: others("previous secret", &case.line.previous_secrets),
            decoded_body: facts.decoded_body(),
            question: case.provider.question(&facts, &case.line.parameters),
            hints: case.provider.hints(&facts, &case.line.parameters),
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

/// Secrets that are called by what they are and their place.
fn others(name: &str, values: &[String]) -> Vec<Secret> {
    values
        .iter()
        .zip(1..)
        .map(|(value, number)| Secret::new(format!("{name} {number}"), value.as_str()))
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
    each_line(
        |_| json!({}),
        |case| {
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
                target: &case.target,
                url: case.url(),
                headers: &lines,
                body: &case.line.body,
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
            let mut headers = case.line.headers.clone();
            for (name, value) in signed.headers {
                headers.retain(|(present, _)| !present.eq_ignore_ascii_case(&name));
                headers.push((name, value));
            }
            let mut object = json!({
                "id": case.line.id,
                "headers": headers,
                "url": signed.url.or(signed.target).or_else(|| case.line.url.clone()),
            });
            let body = signed.body.unwrap_or_else(|| case.line.body.clone());
            if let Some(key) = &test_key {
                let public = key.public_secret(&scheme).map_err(|error| error.to_string())?;
                object["test_key"] = json!(public.expose());
            }
            story::put_body(&mut object, body);
            Ok(object)
        },
    )
}

fn now() -> Micros {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Answers each line of standard input with one of its own; `unanswered` is what stands beside the error of a line that
/// could not be.
fn each_line(
    unanswered: impl Fn(&str) -> Value,
    answer: impl Fn(&Case<'_>) -> Result<Value, String>,
) -> Result<(), Failure> {
    let catalogue = catalogue()?;
    let mut failed = 0_u64;
    let mut input = std::io::stdin().lock();
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        // By bytes: a line that is no text is a line that cannot be answered, and not the end of all.
        let read = input
            .read_until(b'\n', &mut bytes)
            .map_err(|error| Failure::new(format!("standard input cannot be read: {error}")))?;
        if read == 0 {
            break;
        }
        let line = bytes.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let answered = Line::read(line)
            .and_then(|line| Case::of(line, &catalogue))
            .and_then(|case| answer(&case).map_err(|message| (case.line.id.clone(), message)));
        match answered {
            Ok(object) => output::json(&object)?,
            Err((id, message)) => {
                failed += 1;
                let mut object = unanswered(&message);
                object["id"] = id;
                object["error"] = json!(message);
                output::json(&object)?;
            }
        }
    }
    match failed {
        0 => Ok(()),
        1 => Err(Failure::new("1 line could not be answered")),
        many => Err(Failure::new(format!("{many} lines could not be answered"))),
    }
}
