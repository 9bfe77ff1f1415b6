//! Attempts of which only the beginning is known: a program ended while they were under way, or what came of them could
//! not be kept. They may have reached their target: what is sent again says so in the log of its request, also where it was
//! dropped meanwhile and comes back later.

use std::collections::HashMap;

use super::drain::{KEPT_ATTEMPTS, way_to};
use crate::delivery::{marker, resend_by};
use crate::engine::Core;
use crate::error::EngineError;
use crate::model::{Attempt, Delivery, DeliveryId, DeliveryKind, Held, TargetId, Timestamp};
use crate::sending::courier::{Parcel, cut_off};
use crate::store::{After, Standing};

/// Those of the program before that are not noted yet, by the number of what was sent and since when; `None` until they
/// could be read.
#[derive(Default)]
pub(super) struct CutOff(Option<Vec<(i64, Timestamp)>>);

impl CutOff {
    /// Notes them in the log of their requests. One whose request was deleted is noted once that is back. Gives the targets
    /// for which one cannot be noted for a reason that may pass, and why: what is sent there then could go again without a
    /// word of it.
    ///
    /// # Errors
    /// When it cannot be read what was being sent, for a reason that may pass: that holds for every target.
    pub(super) async fn note(&mut self, core: &Core) -> Result<HashMap<TargetId, EngineError>, EngineError> {
        match self.note_those_there(core).await {
            Err(error) if error.may_pass() => Err(error),
            Err(error) => {
                tracing::warn!(%error, "what was being forwarded cannot be read");
                // Read later they would be those of this program.
                self.0.get_or_insert_default();
                Ok(HashMap::new())
            }
            noted => noted,
        }
    }

    async fn note_those_there(&mut self, core: &Core) -> Result<HashMap<TargetId, EngineError>, EngineError> {
        let mut unnoted = HashMap::new();
        if self.0.as_ref().is_some_and(Vec::is_empty) {
            return Ok(unnoted);
        }
        let marks = core.store.marks().await?;
        let left = self.0.get_or_insert_with(|| marks.clone());
        left.retain(|mark| marks.contains(mark));
        for held in core.store.held_under_way().await? {
            let Some(since) = held.trying_since else { continue };
            let Some(at) = left.iter().position(|mark| *mark == (held.number, since)) else {
                continue;
            };
            if let Err(error) = note(core, &held, cut_off(since)).await {
                unnoted.insert(held.target, error);
                continue;
            }
            left.swap_remove(at);
        }
        Ok(unnoted)
    }
}

/// Notes in the log of its request that what came of an attempt of `held` could not be kept.
///
/// # Errors
/// As [`note`].
pub(super) async fn note_unkept(core: &Core, held: &Held, since: Timestamp) -> Result<(), EngineError> {
    let attempt = Attempt {
        message: Some(
            "what came of this attempt could not be kept: it may have reached the target".to_owned(),
        ),
        ..cut_off(since)
    };
    note(core, held, attempt).await
}

/// Notes an attempt in the log of its request.
///
/// # Errors
/// When it cannot for a reason that may pass. What can never be noted is given up: its queue would wait for ever.
async fn note(core: &Core, held: &Held, attempt: Attempt) -> Result<(), EngineError> {
    let noted = async {
        match with_attempt(core, held, attempt).await? {
            Some(delivery) => keep(core, held, delivery).await,
            None => Ok(()),
        }
    };
    let Err(error) = noted.await else { return Ok(()) };
    tracing::warn!(%error, request = %held.request, "that it may have been sent before cannot be noted");
    if error.may_pass() { Err(error) } else { Ok(()) }
}

/// The delivery of `held` with this attempt; `None` where its request or its target is gone.
async fn with_attempt(core: &Core, held: &Held, attempt: Attempt) -> Result<Option<Delivery>, EngineError> {
    let mut targets = core.store.targets().await?;
    targets.extend(core.store.removed_targets().await?);
    let Some(target) = targets.into_iter().find(|target| target.id == held.target) else {
        return Ok(None);
    };
    let way = way_to(core, target).await?;
    let Some(request) = core.store.request(held.request).await? else {
        return Ok(None);
    };
    let body = core.store.body(held.request, 0..u64::MAX).await?.bytes;
    let outgoing = marker::marked(resend_by(&request.head, body, &way.route)?, core.store.marker());
    let parcel = Parcel {
        kind: DeliveryKind::Forward,
        ..Parcel::new(held.request, outgoing, way)
    };
    Ok(Some(parcel.into_delivery(
        DeliveryId::generate(),
        attempt.started_at,
        vec![attempt],
    )))
}

async fn keep(core: &Core, held: &Held, mut delivery: Delivery) -> Result<(), EngineError> {
    let made = delivery.attempts.len();
    if held.attempts >= KEPT_ATTEMPTS {
        delivery.attempts.clear();
    }
    core.store
        .end_held(held.number, delivery, made, After::Waits, Standing::Up, None)
        .await?;
    Ok(())
}
