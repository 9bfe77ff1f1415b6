//! Attempts that were under way when a program ended. They may have reached their target: what is sent again says so in the
//! log of its request, also where it was dropped meanwhile and comes back later.

use super::drain::way_to;
use crate::delivery::{marker, resend_by};
use crate::engine::Core;
use crate::error::EngineError;
use crate::model::{Delivery, DeliveryId, DeliveryKind, Held, Timestamp};
use crate::sending::courier::{Parcel, cut_off};
use crate::store::{After, Standing};

/// Those of the program before that are not noted yet, by the number of what was sent and since when; `None` until they
/// could be read.
#[derive(Default)]
pub(super) struct CutOff(Option<Vec<(i64, Timestamp)>>);

impl CutOff {
    /// Notes them in the log of their requests. One whose request was deleted is noted once that is back. `false` while
    /// they cannot be read or noted for a reason that may pass: what is sent then could go again without a word of it.
    pub(super) async fn note(&mut self, core: &Core) -> bool {
        let Err(error) = self.note_those_there(core).await else {
            return true;
        };
        tracing::warn!(%error, "what was being forwarded cannot be read or noted");
        if error.may_pass() {
            return false;
        }
        // Read later they would be those of this program.
        self.0.get_or_insert_default();
        true
    }

    async fn note_those_there(&mut self, core: &Core) -> Result<(), EngineError> {
        if self.0.as_ref().is_some_and(Vec::is_empty) {
            return Ok(());
        }
        let marks = core.store.marks().await?;
        let left = self.0.get_or_insert_with(|| marks.clone());
        left.retain(|mark| marks.contains(mark));
        let mut noted = Ok(());
        for held in core.store.held_under_way().await? {
            let Some(since) = held.trying_since else { continue };
            let Some(at) = left.iter().position(|mark| *mark == (held.number, since)) else {
                continue;
            };
            match note_cut_off(core, &held, since).await {
                Ok(()) => {}
                Err(error) if error.may_pass() => {
                    noted = Err(error);
                    continue;
                }
                Err(error) => {
                    tracing::warn!(%error, request = %held.request, "that its sending was cut off cannot be noted");
                }
            }
            left.swap_remove(at);
        }
        noted
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
