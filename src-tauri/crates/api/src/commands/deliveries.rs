//! Sending again, and targets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use hookbench_engine::model::{Attempt, Delivery, RawHead, Target};
use hookbench_engine::{Edited, EditedBody as EngineBody, Engine};

use super::requests::header_line;
use crate::error::{ApiError, Code};
use crate::types::{
    AttemptView, DeliveryView, EditedBody, ListDeliveries, Nothing, Replay, Resend, SaveTarget, TargetRef,
    TargetView, TimingsView,
};

pub(super) async fn list(engine: &Engine, arguments: ListDeliveries) -> Result<Vec<DeliveryView>, ApiError> {
    let request = arguments.request.parse()?;
    let captured = engine.request(request).await?.summary.body_length;
    Ok(engine
        .deliveries(request)
        .await?
        .iter()
        .map(|delivery| view(delivery, captured))
        .collect())
}

pub(super) async fn resend(engine: &Engine, arguments: Resend) -> Result<DeliveryView, ApiError> {
    let id = arguments.request.parse()?;
    let captured = engine.request(id).await?.summary.body_length;
    Ok(view(&engine.resend(id, &arguments.url).await?, captured))
}

pub(super) async fn replay(engine: &Engine, arguments: Replay) -> Result<DeliveryView, ApiError> {
    let id = arguments.request.parse()?;
    let captured = engine.request(id).await?.summary.body_length;
    let body = match arguments.body {
        EditedBody::Captured => EngineBody::Captured,
        EditedBody::Text(text) => EngineBody::Bytes(Bytes::from(text)),
        EditedBody::Base64(text) => {
            EngineBody::Bytes(Bytes::from(BASE64.decode(text).map_err(|error| ApiError {
                code: Code::BadInput,
                message: format!("the body is not base64: {error}"),
                hint: None,
            })?))
        }
    };
    let headers = arguments
        .headers
        .into_iter()
        .map(|(name, value)| (name, value.into_bytes()))
        .collect();
    let edited = Edited {
        url: arguments.url,
        method: arguments.method,
        headers,
        body,
    };
    Ok(view(&engine.replay(id, edited).await?, captured))
}

pub(super) async fn targets(engine: &Engine, _: Nothing) -> Result<Vec<TargetView>, ApiError> {
    Ok(engine.targets().await?.into_iter().map(target).collect())
}

pub(super) async fn save_target(engine: &Engine, arguments: SaveTarget) -> Result<TargetView, ApiError> {
    let id = arguments.id.map(|id| id.parse()).transpose()?;
    Ok(target(
        engine.save_target(id, &arguments.name, &arguments.url).await?,
    ))
}

pub(super) async fn remove_target(engine: &Engine, arguments: TargetRef) -> Result<Nothing, ApiError> {
    engine.remove_target(arguments.id.parse()?).await?;
    Ok(Nothing {})
}

fn target(target: Target) -> TargetView {
    TargetView {
        id: target.id.to_string(),
        name: target.name,
        url: target.url,
    }
}

/// `captured` is the length of the request's own body, which a delivery without one of its own sent.
fn view(delivery: &Delivery, captured: u64) -> DeliveryView {
    let line = RawHead::new(delivery.head.clone()).request_line();
    DeliveryView {
        id: delivery.id.to_string(),
        request: delivery.request.to_string(),
        kind: delivery.kind.as_str().to_owned(),
        url: delivery.url.clone(),
        method: String::from_utf8_lossy(&line.method).into_owned(),
        created_at: delivery.created_at.as_micros(),
        body_length: delivery.body.as_ref().map_or(captured, |body| body.len() as u64),
        attempts: delivery.attempts.iter().map(attempt).collect(),
    }
}

fn attempt(attempt: &Attempt) -> AttemptView {
    let headers = RawHead::new(attempt.head.clone()).headers();
    AttemptView {
        id: attempt.id.to_string(),
        started_at: attempt.started_at.as_micros(),
        outcome: attempt.outcome.as_str().to_owned(),
        message: attempt.message.clone(),
        hint: attempt.hint.clone(),
        status: attempt.status,
        content_type: headers
            .iter()
            .find(|header| header.is("content-type"))
            .map(|header| header_line(header).value),
        headers: headers.iter().map(header_line).collect(),
        body_length: attempt.body.len() as u64,
        body_cut: attempt.body_cut,
        timings: TimingsView {
            resolve: attempt.timings.resolve,
            connect: attempt.timings.connect,
            tls: attempt.timings.tls,
            first_byte: attempt.timings.first_byte,
            total: attempt.timings.total,
        },
    }
}
