//! Removing endpoints, secrets, targets, saved filters and what waits in queues, and bringing them back.
//!
//! What is *discarded* can be brought back for ten minutes, also after a restart: its rows lie aside and the values of its
//! secrets stay where they are, so that undoing asks nobody for them and gives them to nobody. What is *removed* is gone
//! at once: the transaction that takes it away says so, and it is never offered. A value is forgotten before the record of
//! it, so that a program that ends in the middle leaves something to go on with and no value that nobody knows of.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::changes::Change;
use crate::engine::{Core, Engine};
use crate::error::EngineError;
use crate::model::{EndpointId, SecretId, SecretPlace, TargetId, Timestamp};
use crate::secrets::SecretError;
use crate::store::{BroughtBack, Discard, DiscardId, DiscardKind, Finality, StoreError, Trust, UNDO_FOR};

/// How often is looked for what can no longer be brought back.
const PERIOD: Duration = Duration::from_secs(10);
/// How long what could not be removed is left alone: a locked keychain asks the person each time.
const PAUSE: Duration = UNDO_FOR;

impl Engine {
    /// Removes an endpoint and its secrets, answer, fault and forwards. Requests that came to it stay as they are. It can
    /// be undone for ten minutes.
    ///
    /// # Errors
    /// When there is no such endpoint, or the store cannot write.
    pub async fn discard_endpoint(&self, id: EndpointId) -> Result<DiscardId, EngineError> {
        self.take_endpoint(id, Finality::Undoable).await
    }

    /// Removes an endpoint and its secrets for good.
    ///
    /// # Errors
    /// When there is no such endpoint, or the store or the keychain cannot write.
    pub async fn remove_endpoint(&self, id: EndpointId) -> Result<(), EngineError> {
        let discard = self.take_endpoint(id, Finality::Final).await?;
        self.core.purge_discard(discard).await
    }

    async fn take_endpoint(&self, id: EndpointId, finality: Finality) -> Result<DiscardId, EngineError> {
        let (store, now) = (&self.core.store, self.core.clock.now());
        let before = store.endpoints().await?;
        let discard = store.discard_endpoint(id, finality, now).await?;
        self.endpoints_are_others(&before).await?;
        Ok(discard)
    }

    /// Removes a secret. It can be undone for ten minutes; its value stays where it is until then.
    ///
    /// # Errors
    /// When there is no such secret, or the store cannot write.
    pub async fn discard_secret(&self, id: SecretId) -> Result<DiscardId, EngineError> {
        self.take_secret(id, Finality::Undoable).await
    }

    /// Removes a secret and its value for good.
    ///
    /// # Errors
    /// When there is no such secret, or the store or the keychain cannot write.
    pub async fn remove_secret(&self, id: SecretId) -> Result<(), EngineError> {
        let discard = self.take_secret(id, Finality::Final).await?;
        self.core.purge_discard(discard).await
    }

    async fn take_secret(&self, id: SecretId, finality: Finality) -> Result<DiscardId, EngineError> {
        let (store, now) = (&self.core.store, self.core.clock.now());
        let before = store.endpoints().await?;
        let discard = store.discard_secret(id, finality, now).await?;
        self.core.endpoints_changed(&before).await?;
        Ok(discard)
    }

    /// Removes a target with its rules, the forwards that lead there and what waits for it. Deliveries that went there
    /// stay. It can be undone for ten minutes.
    ///
    /// # Errors
    /// When there is none or the store cannot write.
    pub async fn discard_target(&self, id: TargetId) -> Result<DiscardId, EngineError> {
        self.take_target(id, Finality::Undoable).await
    }

    /// Removes a target for good.
    ///
    /// # Errors
    /// When there is none or the store cannot write.
    pub async fn remove_target(&self, id: TargetId) -> Result<(), EngineError> {
        let discard = self.take_target(id, Finality::Final).await?;
        self.core.purge_discard(discard).await
    }

    async fn take_target(&self, id: TargetId, finality: Finality) -> Result<DiscardId, EngineError> {
        let (store, now) = (&self.core.store, self.core.clock.now());
        let discard = store.discard_target(id, finality, now).await?;
        self.targets_are_others().await?;
        Ok(discard)
    }

    /// Removes a saved filter. It can be undone for ten minutes.
    ///
    /// # Errors
    /// When there is none of this name or the store cannot write.
    pub async fn discard_saved_filter(&self, name: &str) -> Result<DiscardId, EngineError> {
        self.take_saved_filter(name, Finality::Undoable).await
    }

    /// Removes a saved filter for good.
    ///
    /// # Errors
    /// When there is none of this name or the store cannot write.
    pub async fn remove_saved_filter(&self, name: &str) -> Result<(), EngineError> {
        let discard = self.take_saved_filter(name, Finality::Final).await?;
        self.core.purge_discard(discard).await
    }

    async fn take_saved_filter(&self, name: &str, finality: Finality) -> Result<DiscardId, EngineError> {
        let (store, now) = (&self.core.store, self.core.clock.now());
        let discard = store.discard_saved_filter(name, finality, now).await?;
        self.core.changes.tell(Change::Status);
        Ok(discard)
    }

    /// Takes a held request out of its queue; the request itself stays. It can be undone for ten minutes.
    ///
    /// # Errors
    /// When it is gone or the store cannot write.
    pub async fn discard_held(&self, number: i64) -> Result<DiscardId, EngineError> {
        self.take_held(number, Finality::Undoable).await
    }

    /// Takes a held request out of its queue for good; the request itself stays.
    ///
    /// # Errors
    /// When it is gone or the store cannot write.
    pub async fn drop_held(&self, number: i64) -> Result<(), EngineError> {
        let discard = self.take_held(number, Finality::Final).await?;
        self.core.purge_discard(discard).await
    }

    async fn take_held(&self, number: i64, finality: Finality) -> Result<DiscardId, EngineError> {
        let (store, now) = (&self.core.store, self.core.clock.now());
        let discard = store.discard_held(number, finality, now).await?;
        self.queues_changed();
        Ok(discard)
    }

    /// Takes all that waits for a target out of its queue; the requests themselves stay. Says how many there were. It can
    /// be undone for ten minutes.
    ///
    /// # Errors
    /// When there is no such target or the store cannot write.
    pub async fn discard_queue(&self, target: TargetId) -> Result<(DiscardId, u64), EngineError> {
        self.take_queue(target, Finality::Undoable).await
    }

    /// Takes all that waits for a target out of its queue for good; the requests themselves stay. Says how many there
    /// were.
    ///
    /// # Errors
    /// When there is no such target or the store cannot write.
    pub async fn drop_queue(&self, target: TargetId) -> Result<u64, EngineError> {
        let (discard, dropped) = self.take_queue(target, Finality::Final).await?;
        self.core.purge_discard(discard).await?;
        Ok(dropped)
    }

    async fn take_queue(
        &self,
        target: TargetId,
        finality: Finality,
    ) -> Result<(DiscardId, u64), EngineError> {
        let (store, now) = (&self.core.store, self.core.clock.now());
        let taken = store.discard_queue(target, finality, now).await?;
        self.queues_changed();
        Ok(taken)
    }

    /// What can still be brought back, the newest first, each with the instant until when.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn discards(&self) -> Result<Vec<(Discard, Timestamp)>, EngineError> {
        let undo = i64::try_from(UNDO_FOR.as_micros()).unwrap_or(i64::MAX);
        let now = self.core.clock.now();
        let all = self.core.store.discards().await?.into_iter();
        let all = all.map(|discard| {
            let until = Timestamp::from_micros(discard.at.as_micros().saturating_add(undo));
            (discard, until)
        });
        Ok(all.filter(|(_, until)| *until > now).collect())
    }

    /// Brings back what was removed, as it was.
    ///
    /// # Errors
    /// When it cannot be undone any more, its name is taken by now, what it belongs to is not there, or the store cannot
    /// write.
    pub async fn bring_back(&self, id: DiscardId) -> Result<BroughtBack, EngineError> {
        let before = self.core.store.endpoints().await?;
        let back = self
            .core
            .store
            .bring_back(id)
            .await
            .map_err(|error| match error {
                StoreError::Exists { kind, .. } => EngineError::bad_input(
                    error.to_string(),
                    if kind == "a secret" {
                        "remove that one, then bring this one back"
                    } else {
                        "rename or remove that one, then bring this one back"
                    },
                ),
                error => error.into(),
            })?;
        match back.kind {
            DiscardKind::Endpoint => {
                self.endpoints_are_others(&before).await?;
                self.core.drain.wake();
            }
            DiscardKind::Secret => self.core.endpoints_changed(&before).await?,
            DiscardKind::Target => self.targets_are_others().await?,
            DiscardKind::SavedFilter => self.core.changes.tell(Change::Status),
            DiscardKind::Queue => self.queues_changed(),
        }
        Ok(back)
    }

    /// Removes for good all that could still be brought back, and what was final before and could not be removed.
    ///
    /// # Errors
    /// When the store or the keychain cannot write: what could not be removed is tried again later.
    pub async fn purge_discards(&self) -> Result<(), EngineError> {
        let all = Timestamp::from_micros(i64::MAX);
        self.core
            .purge_before(all, &mut Stuck::default(), Instant::now())
            .await
    }

    async fn endpoints_are_others(&self, before: &[crate::model::Endpoint]) -> Result<(), EngineError> {
        // Pointers to what is masked are of an endpoint, or of none any more.
        self.core.forget_what_was_shown();
        self.core.renew_conducts().await?;
        self.core.endpoints_changed(before).await
    }

    async fn targets_are_others(&self) -> Result<(), EngineError> {
        self.core.conducts_changed().await?;
        self.queues_changed();
        Ok(())
    }
}

/// The removals whose values could not be forgotten, each left alone for a while.
#[derive(Debug, Default)]
struct Stuck(HashMap<DiscardId, Failed>);

#[derive(Debug, Clone, Copy)]
struct Failed {
    /// How often its own values were what could not be forgotten.
    times: u32,
    /// It is left alone until then.
    until: Instant,
}

impl Stuck {
    /// Those of `over` that may be tried now. What failed more often comes later: an entry that never goes away keeps no
    /// other one from a keychain.
    fn due(&mut self, mut over: Vec<DiscardId>, now: Instant) -> Vec<DiscardId> {
        self.0.retain(|id, _| over.contains(id));
        over.retain(|id| self.0.get(id).is_none_or(|failed| failed.until <= now));
        over.sort_by_key(|id| self.0.get(id).map_or(0, |failed| failed.times));
        over
    }

    fn add(&mut self, id: DiscardId, times: u32, now: Instant) {
        let until = now + PAUSE;
        let failed = self.0.entry(id).or_insert(Failed { times: 0, until });
        *failed = Failed {
            times: failed.times + times,
            until,
        };
    }
}

/// What the keychain said when it refused: it is asked no more until the next round, for one that is locked asks the
/// person each time.
#[derive(Debug, Default)]
struct Refusal(Option<String>);

impl Refusal {
    /// Forgets a value, unless that would ask a keychain that refused.
    async fn unless_refused(
        &mut self,
        place: SecretPlace,
        forgetting: impl Future<Output = Result<(), SecretError>>,
    ) -> Result<(), SecretError> {
        if place == SecretPlace::Keychain
            && let Some(said) = &self.0
        {
            return Err(SecretError::Keychain(said.clone()));
        }
        let done = forgetting.await;
        if let Err(SecretError::Keychain(said)) = &done {
            self.0 = Some(said.clone());
        }
        done
    }
}

impl Core {
    /// Removes for good what was discarded. What fails in the middle is gone on with by [`purge_what_is_over`].
    pub(crate) async fn purge_discard(&self, id: DiscardId) -> Result<(), EngineError> {
        self.purge_unless_refused(id, &mut Refusal::default()).await
    }

    async fn purge_unless_refused(&self, id: DiscardId, refusal: &mut Refusal) -> Result<(), EngineError> {
        let mut secrets = self.store.begin_purge(id).await?;
        // What lies in files does not wait for a keychain.
        secrets.sort_by_key(|(_, place)| *place == SecretPlace::Keychain);
        for (secret, place) in secrets {
            let forgetting = self.vault.remove(secret, place);
            refusal.unless_refused(place, forgetting).await?;
        }
        Ok(self.store.end_purge(id).await?)
    }

    async fn purge_once(&self, stuck: &mut Stuck, now: Instant) -> Result<(), EngineError> {
        let undo = i64::try_from(UNDO_FOR.as_micros()).unwrap_or(i64::MAX);
        let before = Timestamp::from_micros(self.clock.now().as_micros().saturating_sub(undo));
        self.purge_before(before, stuck, now).await
    }

    /// Removes for good what was discarded before then. One that cannot be removed keeps no other from it; the first error
    /// is told.
    async fn purge_before(
        &self,
        before: Timestamp,
        stuck: &mut Stuck,
        now: Instant,
    ) -> Result<(), EngineError> {
        let mut refusal = Refusal::default();
        let mut all = Ok(());
        for id in stuck.due(self.store.discards_over(before).await?, now) {
            let was_asked = refusal.0.is_none();
            let done = self.purge_unless_refused(id, &mut refusal).await;
            if matches!(done, Err(EngineError::Secret(_))) {
                stuck.add(id, u32::from(was_asked), now);
            }
            all = all.and(done);
        }
        all
    }
}

/// Removes for good what can no longer be brought back, at once and whenever something comes to its end. What cannot be
/// removed now, as from a keychain that is locked, is tried again.
pub(crate) async fn purge_what_is_over(core: Arc<Core>) {
    let mut trust = Trust::begin(core.clock.now(), Instant::now());
    let mut stuck = Stuck::default();
    let mut failed = false;
    loop {
        if trust.look(core.clock.now(), Instant::now()) {
            let done = core.purge_once(&mut stuck, Instant::now()).await;
            if let Err(error) = &done
                && !failed
            {
                tracing::warn!(%error, "what was removed a while ago cannot be removed for good, and is tried again");
            }
            failed = done.is_err() || !stuck.0.is_empty();
        }
        tokio::time::sleep(PERIOD).await;
    }
}

#[cfg(test)]
mod tests;
