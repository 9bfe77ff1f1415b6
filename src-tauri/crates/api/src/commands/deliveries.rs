//! Sending again, and what came of it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use hookbench_engine::delivery::Change;
use hookbench_engine::model::{Attempt, Delivery, DeliveryId, RawHead, RequestId, Schedule, Timestamp};
use hookbench_engine::{
    Aim, Edited, EditedBody as EngineBody, Engine, IdChoice, Preview, Question, Renewal, Sending,
    SignatureChoice, Signatures,
};

use super::requests::header_line;
use crate::error::{ApiError, Code};
use crate::types::{
    AskPreview, AttemptView, CancelSending, ChangeView, DeliveryRef, DeliveryView, Done, EditedBody,
    ListDeliveries, Nothing, OwnCheckView, PreviewView, QuestionView, Replay, Resend, ScheduleView,
    SendAgain, TimingsView,
};

pub(super) async fn list(engine: &Engine, arguments: ListDeliveries) -> Result<Vec<DeliveryView>, ApiError> {
    let request = arguments.request.parse()?;
    let captured = engine.request(request).await?.summary.body_length;
    Ok(engine
        .deliveries(request)
        .await?
        .iter()
        .map(|delivery| view(engine, delivery, captured))
        .collect())
}

pub(super) async fn waiting(engine: &Engine, _: Nothing) -> Result<Vec<DeliveryView>, ApiError> {
    let mut views = Vec::new();
    for delivery in engine.waiting_deliveries(200).await? {
        let captured = captured(engine, delivery.request).await?;
        views.push(view(engine, &delivery, captured));
    }
    Ok(views)
}

pub(super) async fn resend(engine: &Engine, arguments: Resend) -> Result<DeliveryView, ApiError> {
    let id = arguments.request.parse()?;
    let captured = captured(engine, id).await?;
    let delivery = engine.resend(id, &resending(&arguments)?).await?;
    Ok(view(engine, &delivery, captured))
}

pub(super) async fn replay(engine: &Engine, arguments: Replay) -> Result<DeliveryView, ApiError> {
    let id = arguments.request.parse()?;
    let captured = captured(engine, id).await?;
    let sending = replaying(&arguments)?;
    let delivery = engine.replay(id, edited(arguments)?, &sending).await?;
    Ok(view(engine, &delivery, captured))
}

pub(super) async fn preview(engine: &Engine, arguments: AskPreview) -> Result<PreviewView, ApiError> {
    let (id, edited, sending) = match arguments {
        AskPreview::Resend(arguments) => (arguments.request.parse()?, None, resending(&arguments)?),
        AskPreview::Replay(arguments) => {
            let sending = replaying(&arguments)?;
            (arguments.request.parse()?, Some(edited(arguments)?), sending)
        }
    };
    Ok(preview_view(&engine.preview(id, edited, &sending).await?))
}

pub(super) async fn send_again(engine: &Engine, arguments: SendAgain) -> Result<DeliveryView, ApiError> {
    let id: DeliveryId = arguments.delivery.parse()?;
    let sending = Sending {
        ticket: arguments.ticket,
        ..Sending::to(Aim::Url(String::new()))
    };
    let delivery = engine.send_again(id, &sending).await?;
    Ok(view(engine, &delivery, captured(engine, delivery.request).await?))
}

pub(super) async fn try_again(engine: &Engine, arguments: DeliveryRef) -> Result<DeliveryView, ApiError> {
    let delivery = engine.try_again(arguments.id.parse()?).await?;
    Ok(view(engine, &delivery, captured(engine, delivery.request).await?))
}

pub(super) async fn stop_retries(engine: &Engine, arguments: DeliveryRef) -> Result<DeliveryView, ApiError> {
    let delivery = engine.stop_retries(arguments.id.parse()?).await?;
    Ok(view(engine, &delivery, captured(engine, delivery.request).await?))
}

pub(super) async fn cancel(engine: &Engine, arguments: CancelSending) -> Result<Done, ApiError> {
    Ok(Done {
        done: engine.cancel_sending(&arguments.ticket),
    })
}

/// The length of a request's own body.
async fn captured(engine: &Engine, request: RequestId) -> Result<u64, ApiError> {
    Ok(engine.request(request).await?.summary.body_length)
}

/// Where to: the target with this id, or the URL.
pub(super) fn aim(target: Option<&String>, url: &str) -> Result<Aim, ApiError> {
    Ok(match target {
        Some(target) => Aim::Target(target.parse()?),
        None => Aim::Url(url.to_owned()),
    })
}

fn resending(arguments: &Resend) -> Result<Sending, ApiError> {
    Ok(Sending {
        signatures: if arguments.resign {
            Signatures::Renewed
        } else {
            Signatures::Kept
        },
        ticket: arguments.ticket.clone(),
        waits: waits(&arguments.waits),
        ..Sending::to(aim(arguments.target.as_ref(), &arguments.url)?)
    })
}

fn replaying(arguments: &Replay) -> Result<Sending, ApiError> {
    Ok(Sending {
        ticket: arguments.ticket.clone(),
        waits: waits(&arguments.waits),
        ..Sending::to(aim(arguments.target.as_ref(), &arguments.url)?)
    })
}

fn waits(millis: &[u64]) -> Vec<Duration> {
    millis.iter().copied().map(Duration::from_millis).collect()
}

fn edited(arguments: Replay) -> Result<Edited, ApiError> {
    let unknown = || ApiError {
        code: Code::BadInput,
        message: format!(
            "`{}` is nothing that can be done about a signature",
            arguments.signature.escape_debug()
        ),
        hint: None,
    };
    let given = arguments.secret.as_deref().filter(|secret| !secret.is_empty());
    if arguments.signature == "given" && given.is_none() {
        return Err(ApiError {
            code: Code::BadInput,
            message: "there is no secret to sign with".to_owned(),
            hint: Some("type the secret, or choose another way".to_owned()),
        });
    }
    let renewal = Renewal {
        signature: SignatureChoice::from_word(&arguments.signature, given).ok_or_else(unknown)?,
        id: if arguments.new_id {
            IdChoice::New
        } else {
            IdChoice::Kept
        },
    };
    Ok(Edited {
        url: arguments.url,
        method: arguments.method,
        headers: arguments
            .headers
            .into_iter()
            .map(|(name, value)| (name, value.into_bytes()))
            .collect(),
        body: body_bytes(arguments.body)?.map_or(EngineBody::Captured, EngineBody::Bytes),
        renewal,
    })
}

/// The bytes that a person gave; none where the captured ones are meant.
pub(super) fn body_bytes(body: EditedBody) -> Result<Option<Bytes>, ApiError> {
    Ok(match body {
        EditedBody::Captured => None,
        EditedBody::Text(text) => Some(Bytes::from(text)),
        EditedBody::Base64(text) => Some(Bytes::from(BASE64.decode(text).map_err(|error| ApiError {
            code: Code::BadInput,
            message: format!("the body is not base64: {error}"),
            hint: None,
        })?)),
    })
}

fn preview_view(preview: &Preview) -> PreviewView {
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    let head = text(&preview.outgoing.head);
    PreviewView {
        url: preview.outgoing.url.clone(),
        lines: head.trim_end().lines().map(str::to_owned).collect(),
        changes: preview
            .outgoing
            .changes
            .iter()
            .map(|change| {
                let (before, after) = match change {
                    Change::Removed { line } => (Some(text(line)), None),
                    Change::Replaced { before, after } => (Some(text(before)), Some(text(after))),
                    Change::Added { line } => (None, Some(text(line))),
                };
                ChangeView {
                    before,
                    after,
                    why: why(preview, change).to_owned(),
                }
            })
            .collect(),
        body_length: preview.outgoing.body.len() as u64,
        live: preview.live.clone(),
        question: preview.question.as_ref().map(|question| QuestionView {
            code: match question {
                Question::Far { .. } => "confirm_host",
                Question::Live { .. } => "confirm_live",
            }
            .to_owned(),
            message: question.to_string(),
            hint: question.hint(),
        }),
        signature_headers: preview.renewed.signature_headers.clone(),
        ids: preview.renewed.ids.clone(),
        test_key: preview.renewed.test_key.clone(),
        body_made: preview
            .body_is_made
            .then(|| BASE64.encode(&preview.outgoing.body)),
        check: preview.check.as_ref().map(|check| OwnCheckView {
            verdict: check.report.verdict.as_str().to_owned(),
            sentence: check.report.sentence.clone(),
            key: check.report.key.as_ref().map(|key| key.name.clone()),
            provider: check.provider.clone(),
        }),
        withheld: preview.outgoing.withheld.clone(),
        sent_on: preview.sent_on.clone(),
    }
}

/// Why a line is not as it came: what was made anew knows best, then the rules of sending.
fn why(preview: &Preview, change: &Change) -> &'static str {
    let name = change.name();
    let is_signature = |known: &String| known.eq_ignore_ascii_case(&name);
    if preview.renewed.signature_headers.iter().any(is_signature) {
        return match change {
            Change::Removed { .. } => "the signature is taken away",
            Change::Replaced { .. } | Change::Added { .. } => "signed anew",
        };
    }
    if let (Some((_, id)), Change::Replaced { after, .. }) = (&preview.renewed.ids, change)
        && String::from_utf8_lossy(after).contains(id.as_str())
    {
        return "the new delivery id";
    }
    change.why()
}

/// `captured` is the length of the request's own body, which a delivery without one of its own sent.
pub(super) fn view(engine: &Engine, delivery: &Delivery, captured: u64) -> DeliveryView {
    let line = RawHead::new(delivery.head.clone()).request_line();
    DeliveryView {
        id: delivery.id.to_string(),
        request: delivery.request.to_string(),
        kind: delivery.kind.as_str().to_owned(),
        url: delivery.url.clone(),
        method: String::from_utf8_lossy(&line.method).into_owned(),
        created_at: delivery.created_at.as_micros(),
        body_length: delivery.body.as_ref().map_or(captured, |body| body.len() as u64),
        withheld: delivery.withheld.clone(),
        target: delivery.target.map(|id| id.to_string()),
        again: delivery.again.map(|id| id.to_string()),
        run: delivery.run.map(|step| step.run.to_string()),
        schedule: delivery.schedule.as_ref().map(schedule),
        under_way: engine.is_under_way(delivery.id),
        attempts: delivery.attempts.iter().map(attempt).collect(),
    }
}

fn schedule(schedule: &Schedule) -> ScheduleView {
    ScheduleView {
        state: schedule.state.as_str().to_owned(),
        waits: schedule
            .waits
            .iter()
            .map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
            .collect(),
        used: schedule.used,
        next_at: schedule.next_at.map(Timestamp::as_micros),
        trying_since: schedule.trying_since.map(Timestamp::as_micros),
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
        url: attempt.url.clone(),
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
