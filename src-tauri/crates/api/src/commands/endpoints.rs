//! Endpoints and their secrets.

use std::collections::HashMap;

use hookbench_engine::Engine;
use hookbench_engine::model::{Endpoint, EndpointId, NewEndpoint, SecretRecord, Tolerance};
use hookbench_engine::secrets::SecretString;

use crate::error::ApiError;
use crate::types::{
    AddEndpoint, EndpointRef, EndpointView, Nothing, RemoveSecret, SecretView, SetSecret, UpdateEndpoint,
};

pub(super) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<EndpointView>, ApiError> {
    let counts = engine.requests_by_endpoint().await?;
    Ok(engine
        .endpoints()
        .await?
        .into_iter()
        .map(|endpoint| view(endpoint, &counts))
        .collect())
}

pub(super) async fn add(engine: &Engine, arguments: AddEndpoint) -> Result<EndpointView, ApiError> {
    let AddEndpoint {
        path,
        provider,
        parameters,
        public_url,
        past,
        future,
    } = arguments;
    let endpoint = engine
        .add_endpoint(NewEndpoint {
            path,
            provider,
            parameters,
            public_url,
            tolerance: Tolerance { past, future },
        })
        .await?;
    Ok(view(endpoint, &engine.requests_by_endpoint().await?))
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
            },
        )
        .await?;
    Ok(view(endpoint, &engine.requests_by_endpoint().await?))
}

pub(super) async fn remove(engine: &Engine, arguments: EndpointRef) -> Result<Nothing, ApiError> {
    engine.remove_endpoint(arguments.id.parse()?).await?;
    Ok(Nothing {})
}

pub(super) async fn set_secret(engine: &Engine, arguments: SetSecret) -> Result<EndpointView, ApiError> {
    let endpoint: EndpointId = arguments.endpoint.parse()?;
    engine
        .set_secret(endpoint, &arguments.name, SecretString::from(arguments.value))
        .await?;
    let endpoint = engine.find_endpoint(&arguments.endpoint).await?;
    Ok(view(endpoint, &engine.requests_by_endpoint().await?))
}

pub(super) async fn remove_secret(engine: &Engine, arguments: RemoveSecret) -> Result<Nothing, ApiError> {
    engine.remove_secret(arguments.id.parse()?).await?;
    Ok(Nothing {})
}

fn view(endpoint: Endpoint, counts: &HashMap<String, u64>) -> EndpointView {
    let (secrets, replaced): (Vec<_>, Vec<_>) = endpoint
        .secrets
        .into_iter()
        .partition(|secret| secret.retired_at.is_none());
    EndpointView {
        id: endpoint.id.to_string(),
        requests: counts.get(&endpoint.path).copied().unwrap_or_default(),
        path: endpoint.path,
        provider: endpoint.provider,
        parameters: endpoint.parameters,
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
