//! `hookbench verify`, `diagnose`, `discover` and `providers`, on captured requests and on what the program knows.

pub(crate) mod batch;
mod line;
mod story;

use std::io::Write as _;

use hookbench_engine::provider::{Catalogue, Provider};
use hookbench_engine::{Engine, Examination};
use hookbench_signature::{Diagnosis, Language, Micros, Secret, Verdict};
use serde_json::json;

use crate::arguments::{Diagnose, Discover, Providers, Sign, Verify, With};
use crate::failure::Failure;
use crate::output;
use crate::text::visible;

fn examination(with: With) -> Examination {
    Examination {
        provider: with.provider,
        parameters: with.parameters.into_iter().collect(),
        secrets: named(&with.secrets),
        url: with.url,
    }
}

/// Secrets of the command line, named by their place: `secret 1`.
fn named(values: &[String]) -> Vec<Secret> {
    values
        .iter()
        .zip(1..)
        .map(|(value, number)| Secret::new(format!("secret {number}"), value.as_str()))
        .collect()
}

/// `hookbench verify ID`
pub(crate) async fn verify(engine: &Engine, verify: Verify) -> Result<(), Failure> {
    let id = engine
        .find_request(verify.id.as_deref().unwrap_or_default())
        .await?;
    let (report, verdict_now) = engine.verify_and_now(id, examination(verify.with)).await?;
    let now = Micros(engine.now().as_micros());
    if verify.json {
        let id = json!(id.to_string());
        return output::json(&story::checked(&id, &report, verdict_now, now));
    }
    output::line(&format!("{}: {}", report.verdict, visible(&report.sentence)))?;
    for found in &report.found {
        output::line(&format!("  {}: {}", visible(&found.place), visible(&found.text)))?;
    }
    if let Some(key) = &report.key {
        output::line(&format!(
            "  secret: {} ({}, {})",
            visible(&key.name),
            visible(&key.masked),
            visible(&key.form)
        ))?;
    }
    if let Some(content) = &report.content {
        output::line(&format!(
            "  signed: {} ({} bytes)",
            visible(&content.template),
            content.length
        ))?;
    }
    if let Some(digests) = &report.digests {
        if let Some(expected) = &digests.expected {
            output::line(&format!("  expected: {}", visible(expected)))?;
        }
        output::line(&format!("  received: {}", visible(&digests.received)))?;
    }
    if let Some(line) = story::age(&report, verdict_now, now) {
        output::line(&format!("  age: {line}"))?;
    }
    for note in &report.notes {
        output::line(&format!("  note: {}", visible(&note.text)))?;
    }
    if report.verdict == Verdict::Invalid {
        output::line(&format!("  hookbench diagnose {id} says why"))?;
    }
    Ok(())
}

/// `hookbench diagnose ID`
pub(crate) async fn diagnose(engine: &Engine, diagnose: Diagnose) -> Result<(), Failure> {
    let id = engine
        .find_request(diagnose.id.as_deref().unwrap_or_default())
        .await?;
    let wanted = examination(diagnose.with);
    let diagnosis = match diagnose.computed {
        Some(computed) => engine.explain(id, computed, wanted).await?,
        None => engine.diagnose(id, wanted).await?,
    };
    if diagnose.json {
        return output::json(&batch::diagnosis_object(&json!(id.to_string()), &diagnosis));
    }
    people(&diagnosis)
}

/// `hookbench sign ID`
pub(crate) async fn sign(engine: &Engine, sign: Sign) -> Result<(), Failure> {
    let id = engine
        .find_request(sign.id.as_deref().unwrap_or_default())
        .await?;
    let anew = engine.sign(id, examination(sign.with), sign.message_id).await?;
    if sign.json {
        return output::json(&story::signed(&json!(id.to_string()), anew));
    }
    for (name, value) in &anew.made {
        output::line(&format!("{}: {}", visible(name), visible(value)))?;
    }
    let (with, inside) = (anew.secret.as_deref(), anew.made.is_empty());
    if let Some(name) = with {
        output::aside(&format!("made with `{}`", visible(name)));
    }
    if let Some(public) = &anew.test_key {
        output::aside(&format!(
            "made with a test key, of which this is the public half:\n{public}"
        ));
    }
    if inside {
        output::aside("the signature stands in the body or the URL: --json shows them");
    }
    Ok(())
}

fn people(diagnosis: &Diagnosis) -> Result<(), Failure> {
    let proved = if diagnosis.proof.is_some() { "proved: " } else { "" };
    output::line(&format!(
        "{proved}{} ({})",
        visible(&diagnosis.message),
        diagnosis.cause.code()
    ))?;
    if let Some(proof) = &diagnosis.proof {
        for change in &proof.changes {
            output::line(&format!("  {}", visible(change)))?;
        }
        if let Some(computed) = &proof.computed_hex {
            output::line(&format!("  computed: {computed}"))?;
        }
        if let Some(received) = &proof.received_hex {
            output::line(&format!("  received: {received}"))?;
        }
    }
    if let Some(remedy) = &diagnosis.remedy {
        output::line(&format!("  {}", visible(&remedy.text)))?;
    }
    for hint in &diagnosis.hints {
        output::line(&format!("  perhaps: {}", visible(&hint.text)))?;
    }
    if diagnosis.proof.is_none() {
        for excluded in &diagnosis.excluded {
            output::line(&format!(
                "  excluded: {} ({} tries)",
                visible(&excluded.what),
                excluded.tries
            ))?;
        }
    }
    Ok(())
}

/// `hookbench discover ID…`
pub(crate) async fn discover(engine: &Engine, discover: &Discover) -> Result<(), Failure> {
    let mut ids = Vec::with_capacity(discover.ids.len());
    for id in &discover.ids {
        ids.push(engine.find_request(id).await?);
    }
    let found = engine.discover(&ids, named(&discover.secrets)).await?;
    if found.is_empty() {
        return Err(
            Failure::new("no scheme makes the request valid with these secrets").hint(
                "check the secret; a sender that signs nothing, or with a private key, has no scheme to find",
            ),
        );
    }
    for scheme in &found {
        if discover.json {
            output::json(&scheme)?;
        } else {
            output::line(&format!(
                "{}  (secret {}, confirmed by {} of {})",
                visible(&scheme.title),
                scheme.secret + 1,
                scheme.confirmed,
                scheme.of
            ))?;
        }
    }
    Ok(())
}

/// Whether what is asked for comes with the program, so that no store is needed.
pub(crate) fn is_embedded(wanted: &Providers) -> bool {
    let known = |id: &String| Catalogue::embedded().is_ok_and(|catalogue| catalogue.get(id).is_some());
    wanted.own_action.is_none() && !wanted.own && wanted.provider.as_ref().is_none_or(known)
}

/// `hookbench providers`
pub(crate) fn providers(providers: &Providers) -> Result<(), Failure> {
    let catalogue = catalogue()?;
    let Some(id) = &providers.provider else {
        for provider in catalogue.all() {
            if providers.json {
                output::json(&object(provider))?;
            } else {
                let grade = provider.evidence.as_str();
                output::line(&format!("{:<24} {grade:<4} {}", provider.id, provider.name))?;
            }
        }
        return Ok(());
    };
    let provider = catalogue.get(id).ok_or_else(|| {
        Failure::new(format!("there is no provider `{id}`"))
            .hint("hookbench providers lists those that are known")
    })?;
    if let Some(language) = providers.snippet {
        return snippet(provider, language, &providers.parameters);
    }
    if providers.json {
        return output::json(&object(provider));
    }
    output::line(&format!("{} ({})", provider.name, provider.id))?;
    let why = provider.evidence_note.as_ref().map(|note| format!(": {note}"));
    output::line(&format!(
        "  evidence: {}, {}{}",
        provider.evidence.as_str(),
        provider.evidence.meaning(),
        why.unwrap_or_default()
    ))?;
    for (what, text) in [("docs", &provider.docs), ("note", &provider.note)] {
        if let Some(text) = text {
            output::line(&format!("  {what}: {text}"))?;
        }
    }
    let confirmed = match &provider.delivery_docs {
        Some(page) => format!(" ({page})"),
        None => " (from memory, not confirmed)".to_owned(),
    };
    if let Some(seconds) = provider.answer_within {
        output::line(&format!("  wants an answer within {seconds} s{confirmed}"))?;
    }
    if let Some(retries) = &provider.retries {
        output::line(&format!("  sends again: {retries}{confirmed}"))?;
    }
    for (name, parameter) in provider.all_parameters() {
        let default = parameter
            .default
            .as_ref()
            .map(|text| format!(", else `{text}`"))
            .unwrap_or_default();
        output::line(&format!("  --set {name}=…  {}{default}", parameter.title))?;
    }
    for sample in &provider.sample {
        output::line(&format!("  sample {}: {}", sample.name, sample.title))?;
    }
    Ok(())
}

/// Code that verifies what a provider signs, alone on standard output.
pub(crate) fn snippet(
    provider: &Provider,
    language: Language,
    parameters: &[(String, String)],
) -> Result<(), Failure> {
    let parameters = provider.with_defaults(&parameters.iter().cloned().collect());
    let scheme = provider
        .scheme(&parameters)
        .map_err(|error| Failure::new(error.to_string()).hint("choose it with --set NAME=VALUE"))?
        .ok_or_else(|| Failure::new(format!("{} does not sign its requests", visible(&provider.name))))?;
    let code = hookbench_signature::snippet(&scheme, language)
        .map_err(|refused| Failure::new(format!("no code is written for this scheme: {refused}")))?;
    std::io::stdout()
        .write_all(code.as_bytes())
        .map_err(|error| Failure::new(format!("the code cannot be written: {error}")))
}

fn object(provider: &Provider) -> serde_json::Value {
    json!({
        "id": provider.id,
        "name": provider.name,
        "evidence": provider.evidence,
        "evidence_meaning": provider.evidence.meaning(),
        "evidence_note": provider.evidence_note,
        "docs": provider.docs,
        "note": provider.note,
        "answer_within": provider.answer_within,
        "retries": provider.retries,
        "delivery_docs": provider.delivery_docs,
        "parameters": provider.all_parameters().map(|(name, _)| name).collect::<Vec<_>>(),
        "samples": provider.sample.iter().map(|sample| &sample.name).collect::<Vec<_>>(),
        "scheme": provider.scheme,
    })
}

fn catalogue() -> Result<std::sync::Arc<Catalogue>, Failure> {
    Catalogue::embedded().map_err(|error| Failure::new(error.to_string()))
}
