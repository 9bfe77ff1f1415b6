//! Providers and their samples.

use hookbench_engine::Engine;
use hookbench_engine::provider::Provider;

use crate::error::ApiError;
use crate::types::{Nothing, ParameterView, ProviderView, SampleSent, SampleView, SendSample};

pub(super) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<ProviderView>, ApiError> {
    Ok(engine.catalogue().all().iter().map(view).collect())
}

pub(super) async fn send_sample(engine: &Engine, arguments: SendSample) -> Result<SampleSent, ApiError> {
    let sent = engine.send_sample(&arguments.provider, &arguments.sample).await?;
    Ok(SampleSent {
        path: sent.path,
        status: sent.status,
        unsigned: sent.unsigned,
        with_test_key: sent.with_test_key,
    })
}

fn view(provider: &Provider) -> ProviderView {
    ProviderView {
        id: provider.id.clone(),
        name: provider.name.clone(),
        docs: provider.docs.clone(),
        note: provider.note.clone(),
        evidence: provider.evidence.as_str().to_owned(),
        evidence_meaning: provider.evidence.meaning().to_owned(),
        evidence_note: provider.evidence_note.clone(),
        answer_within: provider.answer_within,
        signed: provider.scheme.is_some(),
        public_key: provider.scheme.as_ref().is_some_and(|scheme| {
            scheme.ways().any(|way| {
                let by_key = way
                    .algorithm
                    .get()
                    .is_some_and(hookbench_signature::Algorithm::is_asymmetric);
                by_key || way.jwt_algorithms.iter().any(|name| !name.starts_with("HS"))
            })
        }),
        key_source: provider
            .scheme
            .as_ref()
            .and_then(|scheme| scheme.ways().find_map(|way| way.key_source.clone())),
        parameters: provider
            .all_parameters()
            .map(|(name, parameter)| ParameterView {
                name: name.to_owned(),
                label: parameter.title.clone(),
                default: parameter.default.clone(),
                hint: parameter.help.clone(),
                choices: parameter.choices.clone(),
            })
            .collect(),
        samples: provider
            .sample
            .iter()
            .map(|sample| SampleView {
                name: sample.name.clone(),
                title: sample.title.clone(),
            })
            .collect(),
    }
}
