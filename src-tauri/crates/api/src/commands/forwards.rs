//! What goes to targets by itself, and what waits for them.

use std::time::Duration;

use hookbench_engine::Engine;
use hookbench_engine::model::{EndpointId, Forward, ForwardRule, ForwardWay, Held, Move, Queue, Timestamp};

use super::endpoints::one;
use crate::error::ApiError;
use crate::types::{
    EndpointView, ForwardView, HeldView, ListHeld, MoveHeld, MoveWord, Nothing, PauseQueue, QueueView,
    SetForwards, TargetRef, WayWord,
};

pub(super) async fn set(engine: &Engine, arguments: SetForwards) -> Result<EndpointView, ApiError> {
    let endpoint: EndpointId = arguments.endpoint.parse()?;
    let rules = arguments
        .forwards
        .into_iter()
        .map(|forward| {
            Ok(ForwardRule {
                target: forward.target.parse()?,
                filter: forward.filter,
                way: match forward.way {
                    WayWord::AtOnce => ForwardWay::AtOnce,
                    WayWord::Through => ForwardWay::Through,
                },
                deadline: Duration::from_millis(forward.deadline_millis.into()),
            })
        })
        .collect::<Result<Vec<_>, ApiError>>()?;
    engine.set_forwards(endpoint, rules).await?;
    one(engine, &arguments.endpoint).await
}

pub(super) async fn queues(engine: &Engine, _: Nothing) -> Result<Vec<QueueView>, ApiError> {
    Ok(engine.queues().await?.into_iter().map(queue).collect())
}

pub(super) async fn held(engine: &Engine, arguments: ListHeld) -> Result<Vec<HeldView>, ApiError> {
    let limit = arguments.limit.clamp(1, 500);
    let found = engine
        .held(arguments.target.parse()?, arguments.skip, limit)
        .await?;
    Ok(found.into_iter().map(waiting).collect())
}

pub(super) async fn pause(engine: &Engine, arguments: PauseQueue) -> Result<Nothing, ApiError> {
    engine
        .pause_queue(arguments.target.parse()?, arguments.paused)
        .await?;
    Ok(Nothing {})
}

pub(super) async fn drain(engine: &Engine, arguments: TargetRef) -> Result<Nothing, ApiError> {
    engine.drain_now(arguments.id.parse()?).await?;
    Ok(Nothing {})
}

pub(super) async fn shift(engine: &Engine, arguments: MoveHeld) -> Result<Nothing, ApiError> {
    let to = match arguments.to {
        MoveWord::First => Move::First,
        MoveWord::Earlier => Move::Earlier,
        MoveWord::Later => Move::Later,
    };
    engine.move_held(arguments.number, to).await?;
    Ok(Nothing {})
}

pub(super) fn view(forward: &Forward) -> ForwardView {
    ForwardView {
        target: forward.rule.target.to_string(),
        filter: forward.rule.filter.clone(),
        way: match forward.rule.way {
            ForwardWay::AtOnce => WayWord::AtOnce,
            ForwardWay::Through => WayWord::Through,
        },
        deadline_millis: u32::try_from(forward.rule.deadline.as_millis()).unwrap_or(u32::MAX),
    }
}

fn queue(queue: Queue) -> QueueView {
    QueueView {
        target: queue.target.to_string(),
        count: queue.count,
        oldest: queue.oldest.map(Timestamp::as_micros),
        paused: queue.paused,
        next_at: queue.next_at.map(Timestamp::as_micros),
        tries: queue.tries,
        why: queue.why,
        lost: queue.lost,
    }
}

fn waiting(held: Held) -> HeldView {
    HeldView {
        number: held.number,
        request: held.request.to_string(),
        received_at: held.received_at.as_micros(),
        method: held.method,
        path: held.path,
        event: held.event,
        attempts: held.attempts,
        trying: held.trying_since.is_some(),
    }
}
