//! Deliveries that are tried again: when, by whom, and what a restart makes of one that was under way.
//!
//! Several programs may share the data. Only the one that holds the lock on `retries.lock` tries by itself, and only
//! while it listens; the system lets go of the lock when a program ends, however it ends.

use std::fs::File;
use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::courier::ended;
use crate::changes::Change;
use crate::delivery::Cancel;
use crate::engine::{Core, Engine};
use crate::error::EngineError;
use crate::model::{
    Attempt, AttemptId, Delivery, DeliveryId, Outcome, Schedule, ScheduleState, Timestamp, Timings,
};

/// How many deliveries are tried at once.
const AT_ONCE: u32 = 8;

/// How long the loop sleeps at the most: another program may have planned something.
const NAP: Duration = Duration::from_secs(5);

/// An attempt that has been under way for longer than any may take belonged to a program that is gone.
const LOST_AFTER: Duration = Duration::from_secs(15 * 60);

/// By how much a wait may be shorter or longer.
const SPREAD: f64 = 0.1;

impl Engine {
    /// Tries a delivery again now, whatever its schedule says; its outcome counts for the schedule.
    ///
    /// # Errors
    /// When there is none, an attempt is under way, or the store fails.
    pub async fn try_again(&self, id: DeliveryId) -> Result<Delivery, EngineError> {
        let delivery = self.delivery(id).await?;
        let core = &self.core;
        if !core.store.begin_attempt(id, core.clock.now()).await? {
            return Err(EngineError::bad_input(
                "an attempt of this delivery is under way",
                "wait until it has ended, or cancel it",
            ));
        }
        core.try_kept(delivery).await
    }

    /// Lets a delivery not be tried again by itself.
    ///
    /// # Errors
    /// When there is none or the store cannot write.
    pub async fn stop_retries(&self, id: DeliveryId) -> Result<Delivery, EngineError> {
        self.core.store.stop_retries(id).await?;
        self.core.courier.cancel(&id.to_string());
        let delivery = self.delivery(id).await?;
        self.tell_of(delivery.request);
        Ok(delivery)
    }

    /// Deliveries that will be tried again, the next first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn waiting_deliveries(&self, limit: u32) -> Result<Vec<Delivery>, EngineError> {
        Ok(self.core.store.waiting_deliveries(limit).await?)
    }
}

impl Core {
    /// Begins to try deliveries again when they are due, unless that is under way.
    pub(crate) fn start_retries(self: &Arc<Self>) {
        let mut retrying = self
            .courier
            .retrying
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if retrying.is_none() {
            *retrying = Some(tokio::spawn(run(Arc::clone(self))));
        }
    }

    /// What comes after an attempt that failed.
    pub(super) fn after_failure(&self, schedule: Schedule) -> Schedule {
        if schedule.state != ScheduleState::Waiting {
            return schedule;
        }
        match schedule.waits.get(schedule.used as usize) {
            None => ended(schedule, ScheduleState::Exhausted),
            Some(wait) => {
                let spread = (random() * 2.0 - 1.0).mul_add(SPREAD, 1.0);
                let micros = i64::try_from(wait.mul_f64(spread).as_micros()).unwrap_or(i64::MAX);
                let now = self.clock.now().as_micros();
                Schedule {
                    used: schedule.used + 1,
                    next_at: Some(Timestamp::from_micros(now.saturating_add(micros))),
                    ..schedule
                }
            }
        }
    }

    /// Tries a delivery that was marked as being tried.
    async fn try_kept(&self, mut delivery: Delivery) -> Result<Delivery, EngineError> {
        let cancel = Cancel::new();
        let _under_way = self.courier.begin(None, delivery.id, &cancel);
        self.changes.tell(Change::Request(delivery.request));
        let prepared = async {
            let outgoing = self.outgoing_of(&delivery).await?;
            let farthest = self.farthest(&outgoing.origin.authority()).await?;
            let way = self.way_of(&delivery).await?.with_farthest(farthest);
            Ok::<_, EngineError>((outgoing, way))
        };
        let tried = match prepared.await {
            Ok((outgoing, way)) => self.try_now(&mut delivery, &outgoing, &way, &cancel).await,
            Err(error) => Err(error),
        };
        if let Err(error) = tried {
            // Nothing went out: it is no longer under way, and is not tried again by itself.
            let stopped = delivery
                .schedule
                .clone()
                .map(|schedule| ended(schedule, ScheduleState::Stopped));
            self.store.end_attempt(delivery.id, Vec::new(), stopped).await?;
            return Err(error);
        }
        Ok(delivery)
    }

    /// Notes that attempts were cut off, and lets them be made again at once.
    async fn recover(&self, all: bool) -> Result<(), EngineError> {
        let now = self.clock.now();
        for delivery in self.store.trying_deliveries().await? {
            let Some(since) = delivery
                .schedule
                .as_ref()
                .and_then(|schedule| schedule.trying_since)
            else {
                // Tried by hand without a schedule; nothing comes next.
                if all && !self.courier.is_under_way(delivery.id) {
                    self.store
                        .end_attempt(delivery.id, vec![cut_off(now)], None)
                        .await?;
                }
                continue;
            };
            let age = now.as_micros().saturating_sub(since.as_micros());
            let lost = age > i64::try_from(LOST_AFTER.as_micros()).unwrap_or(i64::MAX);
            if self.courier.is_under_way(delivery.id) || !(all || lost) {
                continue;
            }
            let schedule = delivery.schedule.map(|schedule| Schedule {
                next_at: (schedule.state == ScheduleState::Waiting).then_some(now),
                trying_since: None,
                ..schedule
            });
            self.store
                .end_attempt(delivery.id, vec![cut_off(since)], schedule)
                .await?;
            self.changes.tell(Change::Request(delivery.request));
        }
        Ok(())
    }
}

/// An attempt of which nothing is known but that it began.
pub(crate) fn cut_off(since: Timestamp) -> Attempt {
    Attempt {
        id: AttemptId::generate(),
        started_at: since,
        outcome: Outcome::Cancelled,
        message: Some(
            "the program ended while this attempt was under way: it may have reached the target".to_owned(),
        ),
        hint: None,
        url: None,
        sent: None,
        status: None,
        head: bytes::Bytes::new(),
        body: bytes::Bytes::new(),
        body_cut: false,
        timings: Timings::default(),
    }
}

async fn run(core: Arc<Core>) {
    let path = core.options.data_dir.join("retries.lock");
    let Some(_lock) = locked(&core, &path).await else {
        return;
    };
    let closing = core.courier.closing().clone();
    let mut tried = FuturesUnordered::new();
    let mut first = true;
    while !closing.is_cancelled() {
        if let Err(error) = core.recover(first).await {
            tracing::warn!(%error, "retries that were cut off cannot be read");
        }
        first = false;
        let now = core.clock.now();
        let room = AT_ONCE.saturating_sub(u32::try_from(tried.len()).unwrap_or(AT_ONCE));
        let due = if room > 0 {
            core.store.due_deliveries(now, room).await
        } else {
            Ok(Vec::new())
        };
        match due {
            Ok(due) => {
                for delivery in due {
                    if let Ok(true) = core.store.begin_attempt(delivery.id, now).await {
                        let core = Arc::clone(&core);
                        tried.push(tokio::spawn(async move { core.try_kept(delivery).await }));
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "retries cannot be read"),
        }
        let nap = match core.store.next_due().await {
            Ok(Some(next)) if tried.len() < AT_ONCE as usize => {
                let micros = next
                    .as_micros()
                    .saturating_sub(core.clock.now().as_micros())
                    .max(0);
                Duration::from_micros(micros.unsigned_abs()).clamp(Duration::from_millis(5), NAP)
            }
            _ => NAP,
        };
        tokio::select! {
            () = closing.cancelled() => {}
            () = core.courier.retries.notified() => {}
            Some(ended) = tried.next() => {
                if let Ok(Err(error)) = ended {
                    tracing::warn!(%error, "a retry could not be made");
                }
            }
            () = tokio::time::sleep(nap) => {}
        }
    }
    while tried.next().await.is_some() {}
}

/// Waits until no other program tries deliveries again; `None` when this one ends before.
async fn locked(core: &Core, path: &Path) -> Option<File> {
    let file = match File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
    {
        Ok(file) => file,
        Err(error) => {
            tracing::warn!(%error, "the lock of the retries cannot be opened; nothing is tried again by itself");
            return None;
        }
    };
    loop {
        if file.try_lock().is_ok() {
            return Some(file);
        }
        tokio::select! {
            () = core.courier.closing().cancelled() => return None,
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}

/// Between 0 and 1.
fn random() -> f64 {
    let mut bytes = [0; 4];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.5,
    }
}
