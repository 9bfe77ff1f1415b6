//! Removing what can be brought back: endpoints, secrets, targets, saved filters and what waits in queues. No value of a
//! secret comes here: it stays where it is until the removal is final.

use hookbench_engine::Engine;
use hookbench_engine::store::{BroughtBack, DiscardId};

use crate::error::ApiError;
use crate::types::{
    BringBack, BroughtBackView, DiscardView, Discarded, Dropped, EndpointRef, FilterRef, HeldRef, Nothing,
    RemoveSecret, TargetRef,
};

pub(super) async fn endpoint(engine: &Engine, arguments: EndpointRef) -> Result<Discarded, ApiError> {
    Ok(discarded(engine.discard_endpoint(arguments.id.parse()?).await?))
}

pub(super) async fn secret(engine: &Engine, arguments: RemoveSecret) -> Result<Discarded, ApiError> {
    Ok(discarded(engine.discard_secret(arguments.id.parse()?).await?))
}

pub(super) async fn target(engine: &Engine, arguments: TargetRef) -> Result<Discarded, ApiError> {
    Ok(discarded(engine.discard_target(arguments.id.parse()?).await?))
}

pub(super) async fn filter(engine: &Engine, arguments: FilterRef) -> Result<Discarded, ApiError> {
    Ok(discarded(engine.discard_saved_filter(&arguments.name).await?))
}

pub(super) async fn held(engine: &Engine, arguments: HeldRef) -> Result<Discarded, ApiError> {
    Ok(discarded(engine.discard_held(arguments.number).await?))
}

pub(super) async fn queue(engine: &Engine, arguments: TargetRef) -> Result<Dropped, ApiError> {
    let (id, requests) = engine.discard_queue(arguments.id.parse()?).await?;
    Ok(Dropped { id: id.0, requests })
}

pub(super) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<DiscardView>, ApiError> {
    let all = engine.discards().await?.into_iter();
    Ok(all
        .map(|(discard, until)| DiscardView {
            id: discard.id.0,
            at: discard.at.as_micros(),
            until: until.as_micros(),
            kind: discard.kind.as_str().to_owned(),
            name: discard.name,
            held: discard.held,
        })
        .collect())
}

pub(super) async fn bring_back(engine: &Engine, arguments: BringBack) -> Result<BroughtBackView, ApiError> {
    let BroughtBack {
        kind,
        name,
        held,
        lost,
        forwards_later,
        forwards_gone,
    } = engine.bring_back(DiscardId(arguments.id)).await?;
    Ok(BroughtBackView {
        kind: kind.as_str().to_owned(),
        name,
        held,
        lost,
        forwards_later,
        forwards_gone,
    })
}

pub(super) async fn purge(engine: &Engine, _: Nothing) -> Result<Nothing, ApiError> {
    engine.purge_discards().await?;
    Ok(Nothing {})
}

const fn discarded(id: DiscardId) -> Discarded {
    Discarded { id: id.0 }
}
