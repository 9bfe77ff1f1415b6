//! Attempts that were under way when a program ended. They may have reached their target: what is sent again says so in the
//! log of its request, also where it was dropped meanwhile and comes back later.

use super::drain::way_to;
use crate::delivery::{marker, resend_by};
use crate::engine::Core;
use crate::error::EngineError;
use crate::model::{Delivery, DeliveryId, DeliveryKind, Held, Timestamp};
use crate::sending::courier::{Parcel, cut_off};
use crate::store::{After, Standing};

/// Those that are not noted yet, by the number of what was sent and since when.
pub(super) struct CutOff(Vec<(i64, Timestamp)>);

impl CutOff {
    pub(super) async fn by_the_program_before(core: &Core) -> Self {
        Self(core.store.marks().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "what was being forwarded cannot be read");
            Vec::new()
        }))
    }

    /// Notes them in the log of their requests. One whose request was deleted is noted once that is back.
    pub(super) async fn note(&mut self, core: &Core) {
        if self.0.is_empty() {
            return;
        }
        if let Err(error) = self.note_those_there(core).await {
            tracing::warn!(%error, "what was being forwarded cannot be read");
        }
    }

    async fn note_those_there(&mut self, core: &Core) -> Result<(), EngineError> {
        let marks = core.store.marks().await?;
        self.0.retain(|mark| marks.contains(mark));
        for held in core.store.held_under_way().await? {
            let Some(since) = held.trying_since else { continue };
            let Some(at) = self.0.iter().position(|mark| *mark == (held.number, since)) else {
                continue;
            };
            if let Err(error) = note_cut_off(core, &held, since).await {
                tracing::warn!(%error, request = %held.request, "that its sending was cut off cannot be noted");
            }
            self.0.swap_remove(at);
        }
        Ok(())
    }
}

async fn note_cut_off(core: &Core, held: &Held, since: Timestamp) -> Result<(), EngineError> {
    let mut targets = core.store.targets().await?;
    targets.extend(core.store.removed_targets().await?);
    let Some(target) = targets.into_iter().find(|target| target.id == held.target) else {
        return Ok(());
    };
    let way = way_to(core, target).await?;
    let Some(request) = core.store.request(held.request).await? else {
        return Ok(());
    };
    let body = core.store.body(held.request, 0..u64::MAX).await?.bytes;
    let outgoing = marker::marked(resend_by(&request.head, body, &way.route)?, core.store.marker());
    let delivery: Delivery = Parcel {
        kind: DeliveryKind::Forward,
        ..Parcel::new(held.request, outgoing, way)
    }
    .into_delivery(DeliveryId::generate(), since, vec![cut_off(since)]);
    core.store
        .end_held(held.number, delivery, After::Waits, Standing::Up, None)
        .await?;
    Ok(())
}
