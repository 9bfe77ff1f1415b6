//! Endpoints and their secrets.

use std::collections::HashMap;

use hookbench_engine::Engine;
use hookbench_engine::model::{
    AnswerRule, Endpoint, EndpointId, Fault, Forward, NewEndpoint, SecretRecord, Tolerance,
};
use hookbench_engine::secrets::SecretString;

use super::conduct::{fault_view, rule_view};
use crate::error::ApiError;
use crate::types::{AddEndpoint, EndpointView, Nothing, SecretView, SetSecret, UpdateEndpoint};

pub(super) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<EndpointView>, ApiError> {
    let beside = Beside::read(engine).await?;
    let endpoints = engine.endpoints().await?;
    Ok(endpoints
        .into_iter()
        .map(|endpoint| view(endpoint, &beside))
        .collect())
}

/// What belongs to endpoints and is kept beside them.
struct Beside {
    requests: HashMap<String, u64>,
    answers: HashMap<EndpointId, AnswerRule>,
    faults: Vec<Fault>,
    forwards: Vec<Forward>,
}

impl Beside {
    async fn read(engine: &Engine) -> Result<Self, ApiError> {
        Ok(Self {
            requests: engine.requests_by_endpoint().await?,
            answers: engine.answer_rules().await?,
            faults: engine.faults().await?,
            forwards: engine.forwards().await?,
        })
    }
}

/// The endpoint with this id.
pub(super) async fn one(engine: &Engine, id: &str) -> Result<EndpointView, ApiError> {
    let endpoint = engine.find_endpoint(id).await?;
    Ok(view(endpoint, &Beside::read(engine).await?))
}

pub(super) async fn add(engine: &Engine, arguments: AddEndpoint) -> Result<EndpointView, ApiError> {
    let AddEndpoint {
        path,
        provider,
        parameters,
        public_url,
        past,
        future,
        answers_handshakes,
    } = arguments;
    let endpoint = engine
        .add_endpoint(NewEndpoint {
            path,
            provider,
            parameters,
            public_url,
            tolerance: Tolerance { past, future },
            answers_handshakes,
        })
        .await?;
    Ok(view(endpoint, &Beside::read(engine).await?))
}

pub(super) async fn update(engine: &Engine, arguments: UpdateEndpoint) -> Result<EndpointView, ApiError> {
    let UpdateEndpoint {
        id,
        path,
        provider,
        parameters,
        public_url,
        past,
        future,
        answers_handshakes,
    } = arguments;
    let endpoint = engine
        .update_endpoint(
            id.parse()?,
            NewEndpoint {
                path,
                provider,
                parameters,
                public_url,
                tolerance: Tolerance { past, future },
                answers_handshakes,
            },
        )
        .await?;
    Ok(view(endpoint, &Beside::read(engine).await?))
}

pub(super) async fn set_secret(engine: &Engine, arguments: SetSecret) -> Result<EndpointView, ApiError> {
    let endpoint: EndpointId = arguments.endpoint.parse()?;
    engine
        .set_secret(endpoint, &arguments.name, SecretString::from(arguments.value))
        .await?;
    one(engine, &arguments.endpoint).await
}

fn view(endpoint: Endpoint, beside: &Beside) -> EndpointView {
    let (secrets, replaced): (Vec<_>, Vec<_>) = endpoint
        .secrets
        .into_iter()
        .partition(|secret| secret.retired_at.is_none());
    EndpointView {
        id: endpoint.id.to_string(),
        requests: beside.requests.get(&endpoint.path).copied().unwrap_or_default(),
        answer: beside.answers.get(&endpoint.id).map(rule_view),
        fault: beside
            .faults
            .iter()
            .find(|fault| fault.endpoint == endpoint.id)
            .map(fault_view),
        forwards: beside
            .forwards
            .iter()
            .filter(|forward| forward.endpoint == endpoint.id)
            .map(super::forwards::view)
            .collect(),
        path: endpoint.path,
        provider: endpoint.provider,
        parameters: endpoint.parameters,
        answers_handshakes: endpoint.answers_handshakes,
        public_url: endpoint.public_url,
        past: endpoint.tolerance.past,
        future: endpoint.tolerance.future,
        secrets: secrets.into_iter().map(secret).collect(),
        replaced: replaced.into_iter().map(secret).collect(),
    }
}

fn secret(record: SecretRecord) -> SecretView {
    SecretView {
        id: record.id.to_string(),
        name: record.name,
        place: record.place.as_str().to_owned(),
        created_at: record.created_at.as_micros(),
    }
}
