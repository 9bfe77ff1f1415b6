//! Takes deliveries to their targets and keeps what came of it.
//!
//! Whoever sends (the person, a retry, a run, a forward) hands over a [`Parcel`]; what is under way can be cancelled by
//! its ticket or id, and all of it when the program ends. Clients are kept, so that connections are used again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;

use super::aim;
pub(crate) use super::aim::Way;
pub(crate) use super::retrying::cut_off;
use super::run::Runs;
use crate::changes::Change;
use crate::clock::Clock;
use crate::delivery::{
    Cancel, Client, ClientSettings, Destination, Outgoing, OwnSockets, is_delivered, redirect,
};
use crate::engine::Core;
use crate::error::EngineError;
use crate::model::{
    Attempt, Delivery, DeliveryId, DeliveryKind, Redirects, RequestId, RunStep, Schedule, ScheduleState,
    TimeoutRules, TrustRule,
};

/// How long what is under way may take to be kept when the program ends.
const GRACE: Duration = Duration::from_millis(900);

/// Something that goes to a target.
#[derive(Debug, Clone)]
pub(crate) struct Parcel {
    pub(crate) request: RequestId,
    pub(crate) kind: DeliveryKind,
    pub(crate) outgoing: Outgoing,
    /// The body, where it is not the captured one.
    pub(crate) body: Option<Bytes>,
    pub(crate) way: Way,
    pub(crate) again: Option<DeliveryId>,
    pub(crate) run: Option<RunStep>,
    /// The waits before retries; none for a single attempt.
    pub(crate) waits: Vec<Duration>,
}

impl Parcel {
    /// A resend with a single attempt.
    pub(crate) const fn new(request: RequestId, outgoing: Outgoing, way: Way) -> Self {
        Self {
            request,
            kind: DeliveryKind::Resend,
            outgoing,
            body: None,
            way,
            again: None,
            run: None,
            waits: Vec::new(),
        }
    }

    /// As it is kept, with the attempts it has had.
    pub(crate) fn into_delivery(
        self,
        id: DeliveryId,
        created_at: crate::model::Timestamp,
        attempts: Vec<Attempt>,
    ) -> Delivery {
        Delivery {
            id,
            request: self.request,
            kind: self.kind,
            url: self.outgoing.url,
            created_at,
            head: self.outgoing.head,
            body: self.body,
            withheld: self.outgoing.withheld,
            target: self.way.target,
            again: self.again,
            run: self.run,
            schedule: None,
            attempts,
        }
    }
}

/// The clients, and what is under way.
pub(crate) struct Courier {
    clock: Clock,
    sockets: OwnSockets,
    plain: Arc<Client>,
    clients: Mutex<HashMap<(TimeoutRules, TrustRule), Arc<Client>>>,
    under_way: Mutex<HashMap<String, Cancel>>,
    /// How many those are: one may have two names.
    number: AtomicUsize,
    runs: Runs,
    ended: Notify,
    closing: Cancel,
    /// Woken when a retry may be due earlier than was known.
    pub(super) retries: Notify,
    pub(super) retrying: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

/// Keeps a delivery under way; dropping it says that it ended.
pub(crate) struct UnderWay<'c> {
    courier: &'c Courier,
    names: Vec<String>,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut under_way = self.courier.lock();
        for name in &self.names {
            under_way.remove(name);
        }
        self.courier.number.fetch_sub(1, Ordering::Relaxed);
        self.courier.ended.notify_waiters();
    }
}

impl Courier {
    pub(crate) fn new(clock: Clock) -> Self {
        let sockets = OwnSockets::default();
        let settings = ClientSettings {
            listening: sockets.clone(),
            ..ClientSettings::default()
        };
        Self {
            plain: Arc::new(Client::new(settings, clock.clone())),
            clock,
            sockets,
            clients: Mutex::default(),
            under_way: Mutex::default(),
            number: AtomicUsize::new(0),
            runs: Runs::default(),
            ended: Notify::new(),
            closing: Cancel::new(),
            retries: Notify::new(),
            retrying: Mutex::default(),
        }
    }

    /// The sockets that nothing may be sent to.
    pub(crate) const fn sockets(&self) -> &OwnSockets {
        &self.sockets
    }

    /// A client that resolves and knocks, for whatever has no settings of its own.
    pub(crate) fn plain(&self) -> &Client {
        &self.plain
    }

    /// The runs of this program.
    pub(crate) const fn runs(&self) -> &Runs {
        &self.runs
    }

    /// Raised when the program ends.
    pub(crate) const fn closing(&self) -> &Cancel {
        &self.closing
    }

    /// The client for targets with these rules.
    pub(crate) fn client(&self, way: &Way) -> Result<Arc<Client>, EngineError> {
        let key = (way.rules.timeouts, way.rules.trust.clone());
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&key) {
            return Ok(Arc::clone(client));
        }
        let settings = ClientSettings {
            listening: self.sockets.clone(),
            ..aim::settings(key.0, &key.1)?
        };
        let client = Arc::new(Client::new(settings, self.clock.clone()));
        clients.insert(key, Arc::clone(&client));
        Ok(client)
    }

    /// Notes what is under way until the result is dropped.
    pub(crate) fn begin(&self, ticket: Option<String>, id: DeliveryId, cancel: &Cancel) -> UnderWay<'_> {
        let names: Vec<String> = ticket.into_iter().chain([id.to_string()]).collect();
        let mut under_way = self.lock();
        for name in &names {
            under_way.insert(name.clone(), cancel.clone());
        }
        drop(under_way);
        self.number.fetch_add(1, Ordering::Relaxed);
        // Looked at when it is noted: who ends the program between the two finds it.
        if self.closing.is_cancelled() {
            cancel.cancel();
        }
        UnderWay { courier: self, names }
    }

    pub(crate) fn cancel(&self, name: &str) -> bool {
        match self.lock().get(name) {
            Some(cancel) => {
                cancel.cancel();
                true
            }
            None => false,
        }
    }

    pub(crate) fn is_under_way(&self, id: DeliveryId) -> bool {
        self.lock().contains_key(&id.to_string())
    }

    /// How many deliveries are under way.
    pub(crate) fn number_under_way(&self) -> usize {
        self.number.load(Ordering::Relaxed)
    }

    /// Ends all that is under way and waits a moment until it is kept.
    pub(crate) async fn stop(&self) {
        self.closing.cancel();
        let runs = self.runs.cancel_all();
        let retrying = self
            .retrying
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let all_kept = async {
            loop {
                let ended = self.ended.notified();
                let mut ended = std::pin::pin!(ended);
                ended.as_mut().enable();
                let left: Vec<Cancel> = self.lock().values().cloned().collect();
                if left.is_empty() {
                    break;
                }
                left.iter().for_each(Cancel::cancel);
                ended.await;
            }
            for run in runs {
                let _ = run
                    .state
                    .subscribe()
                    .wait_for(|state| state.phase.is_over())
                    .await;
            }
            if let Some(retrying) = retrying {
                let _ = retrying.await;
            }
        };
        let _ = tokio::time::timeout(GRACE, all_kept).await;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Cancel>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
    /// One try: the exchange, and those that redirects lead to where they are followed.
    pub(crate) async fn exchange(
        &self,
        outgoing: &Outgoing,
        way: &Way,
        cancel: &Cancel,
    ) -> Result<Vec<Attempt>, EngineError> {
        let client = self.courier.client(way)?;
        let mut attempts = vec![client.send_within(outgoing, way.farthest, cancel).await];
        if way.rules.redirects == Redirects::Shown {
            return Ok(attempts);
        }
        let own: Vec<&str> = way
            .rules
            .headers
            .iter()
            .map(crate::model::HeaderRule::name)
            .collect();
        let mut sent = outgoing.clone();
        for _ in 0..redirect::HOPS {
            let Some(last) = attempts.last_mut() else { break };
            let next = match redirect::next_hop(&sent, last, &own) {
                None => break,
                Some(Ok(next)) => next,
                Some(Err(why)) => {
                    last.message = Some(why);
                    break;
                }
            };
            // Another host is another question, which nobody can be asked in the middle of a delivery.
            let farthest = self.farthest(&next.origin.authority()).await?;
            last.message = Some(followed(&next));
            let mut attempt = client.send_within(&next, farthest, cancel).await;
            attempt.url = Some(next.url.clone());
            attempt.sent = Some(next.head.clone());
            attempts.push(attempt);
            sent = next;
        }
        Ok(attempts)
    }

    /// Takes a parcel to its target, keeps what came of it and plans its retries.
    pub(crate) async fn deliver(
        &self,
        id: DeliveryId,
        parcel: Parcel,
        cancel: &Cancel,
    ) -> Result<Delivery, EngineError> {
        let created_at = self.clock.now();
        let request = parcel.request;
        if parcel.waits.is_empty() {
            let attempts = self.exchange(&parcel.outgoing, &parcel.way, cancel).await?;
            let delivery = parcel.into_delivery(id, created_at, attempts);
            self.store.add_delivery(delivery.clone()).await?;
            self.changes.tell(Change::Request(request));
            return Ok(delivery);
        }
        // Kept before it goes out, so that a program that ends in between knows of it afterwards.
        let (outgoing, way) = (parcel.outgoing.clone(), parcel.way.clone());
        let schedule = Schedule {
            waits: parcel.waits.clone(),
            used: 0,
            state: ScheduleState::Waiting,
            next_at: Some(created_at),
            trying_since: Some(created_at),
        };
        let mut delivery = parcel.into_delivery(id, created_at, Vec::new());
        delivery.schedule = Some(schedule);
        self.store.add_delivery(delivery.clone()).await?;
        self.changes.tell(Change::Request(request));
        self.try_now(&mut delivery, &outgoing, &way, cancel).await?;
        Ok(delivery)
    }

    /// One try of a delivery that is kept and marked as being tried; keeps what came of it and what comes next.
    pub(super) async fn try_now(
        &self,
        delivery: &mut Delivery,
        outgoing: &Outgoing,
        way: &Way,
        cancel: &Cancel,
    ) -> Result<(), EngineError> {
        let attempts = self.exchange(outgoing, way, cancel).await?;
        let delivered = attempts.last().is_some_and(is_delivered);
        let schedule = delivery.schedule.take().map(|schedule| {
            let schedule = Schedule {
                trying_since: None,
                ..schedule
            };
            if delivered {
                ended(schedule, ScheduleState::Delivered)
            } else if self.courier.closing.is_cancelled() && schedule.state == ScheduleState::Waiting {
                // The end of the program is no answer of the target's: it is tried again by the next one.
                Schedule {
                    next_at: Some(self.clock.now()),
                    ..schedule
                }
            } else if cancel.is_cancelled() {
                ended(schedule, ScheduleState::Stopped)
            } else {
                self.after_failure(schedule)
            }
        });
        delivery.attempts.extend(attempts.iter().cloned());
        delivery.schedule.clone_from(&schedule);
        self.store.end_attempt(delivery.id, attempts, schedule).await?;
        self.courier.retries.notify_one();
        self.changes.tell(Change::Request(delivery.request));
        Ok(())
    }

    /// A delivery as the bytes that go again.
    pub(crate) async fn outgoing_of(&self, delivery: &Delivery) -> Result<Outgoing, EngineError> {
        let body = match &delivery.body {
            Some(body) => body.clone(),
            None => self.store.body(delivery.request, 0..u64::MAX).await?.bytes,
        };
        Ok(Outgoing {
            url: delivery.url.clone(),
            origin: Destination::parse(&delivery.url)?.origin().clone(),
            head: delivery.head.clone(),
            body,
            changes: Vec::new(),
            withheld: delivery.withheld.clone(),
        })
    }
}

/// What is said of a redirect, where `next` goes because of it.
fn followed(next: &Outgoing) -> String {
    let mut told = format!("the redirect to `{}` was followed", next.url);
    if !next.withheld.is_empty() {
        let names: Vec<_> = next.withheld.iter().map(|name| format!("`{name}`")).collect();
        told.push_str(&format!(
            ", without {}: meant for the first host alone",
            names.join(" and ")
        ));
    }
    told
}

pub(super) fn ended(schedule: Schedule, state: ScheduleState) -> Schedule {
    Schedule {
        state,
        next_at: None,
        ..schedule
    }
}
