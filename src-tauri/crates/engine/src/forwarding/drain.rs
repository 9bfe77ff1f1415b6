//! Takes what waits to its targets: one after the other for each target, so that the order stays. While a target is
//! down it is knocked at with growing pauses, and what waits for it waits on. Only the program that leads does this.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::cut_off::{CutOff, note_unkept};
use crate::changes::Change;
use crate::conduct::Conducts;
use crate::delivery::{Cancel, Outgoing, check_whole, is_delivered, marker, resend_by};
use crate::engine::Core;
use crate::error::EngineError;
use crate::model::{
    Attempt, DeliveryId, DeliveryKind, Forwarded, Held, Outcome, Queue, Target, TargetId, Timestamp,
};
use crate::sending::courier::{Parcel, Way};
use crate::store::{After, Standing};

/// The first pause after a target was found down; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a knock may take.
const KNOCK: Duration = Duration::from_secs(5);
/// How often is looked where nobody says that something changed.
pub(super) const LOOK: Duration = Duration::from_secs(2);
/// How often one request is tried where the target takes it and then fails in a way that may be the request's fault.
const TRIES_OF_ONE: u32 = 3;
/// How many attempts of one request are kept; further ones that end alike are only counted.
pub(super) const KEPT_ATTEMPTS: u32 = 20;

/// The one who does it.
#[derive(Default)]
pub(crate) struct Drain {
    changed: Arc<Notify>,
    running: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Drain {
    /// Something waits, or may go earlier than was known.
    pub(crate) fn wake(&self) {
        self.changed.notify_one();
    }

    /// Begins, unless it is under way.
    pub(crate) fn start(&self, core: &Arc<Core>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_none() {
            *running = Some(tokio::spawn(run(Arc::clone(core))));
        }
    }

    /// Waits a moment until what is under way is kept. The courier ends it.
    pub(crate) async fn stop(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.changed.notify_one();
        if let Some(running) = running {
            let abort = running.abort_handle();
            if tokio::time::timeout(Duration::from_secs(1), running)
                .await
                .is_err()
            {
                abort.abort();
            }
        }
    }
}

async fn run(core: Arc<Core>) {
    let closing = core.courier.closing().clone();
    while !core.lead.is_ours() {
        // The program that had the lead ended, perhaps.
        if core.lead.take(&core) {
            break;
        }
        tokio::select! {
            () = closing.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    let mut cut_off = CutOff::default();
    let mut workers: HashMap<TargetId, JoinHandle<()>> = HashMap::new();
    while !closing.is_cancelled() {
        workers.retain(|_, worker| !worker.is_finished());
        let started = match cut_off.note(&core).await {
            Ok(unnoted) => start_workers(&core, &mut workers, &unnoted).await,
            Err(error) => Err(error),
        };
        let wait = started.unwrap_or_else(|error| {
            tracing::warn!(%error, "what waits to be forwarded cannot be read");
            LOOK
        });
        tokio::select! {
            () = closing.cancelled() => {}
            () = core.drain.changed.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    for (_, worker) in workers {
        let _ = worker.await;
    }
}

/// Starts a worker for each target whose queue may go, not for those to which a sending was cut off that is `unnoted`;
/// says how long until the next one may.
async fn start_workers(
    core: &Arc<Core>,
    workers: &mut HashMap<TargetId, JoinHandle<()>>,
    unnoted: &HashMap<TargetId, EngineError>,
) -> Result<Duration, EngineError> {
    let now = core.clock.now();
    let mut wait = LOOK;
    for queue in core.store.queues().await? {
        if queue.count == 0 || queue.paused || workers.contains_key(&queue.target) {
            continue;
        }
        if let Some(error) = unnoted.get(&queue.target) {
            if queue.next_at.is_none_or(|next| next <= now) {
                wait_unnoted(core, queue.target, queue.tries, error).await;
            }
            continue;
        }
        match queue.next_at {
            Some(next) if next > now => {
                let micros = next.as_micros().saturating_sub(now.as_micros()).unsigned_abs();
                wait = wait.min(Duration::from_micros(micros).max(Duration::from_millis(5)));
            }
            _ => {
                let core = Arc::clone(core);
                workers.insert(
                    queue.target,
                    tokio::spawn(async move {
                        if let Err(error) = work(&core, queue).await {
                            tracing::warn!(%error, "a queue cannot be drained");
                            // It would fail again at once. What comes meanwhile does not start it: it is at work.
                            tokio::select! {
                                () = core.courier.closing().cancelled() => {}
                                () = tokio::time::sleep(LOOK) => {}
                            }
                        }
                        core.drain.wake();
                    }),
                );
            }
        }
    }
    Ok(wait)
}

/// Nothing goes to a target before it is noted what was sent there: its queue says why, and pauses longer each time.
async fn wait_unnoted(core: &Core, target: TargetId, tries: u32, error: &EngineError) {
    let why = format!("what was sent before may have arrived, which cannot be noted: {error}");
    // Where it cannot be written it is in the log of the program.
    if core
        .store
        .set_standing(target, down(core, tries, why))
        .await
        .is_ok()
    {
        core.changes.tell(Change::Endpoints);
    }
}

/// Sends what waits for one target until nothing does, the target is down, or the person says stop.
async fn work(core: &Arc<Core>, queue: Queue) -> Result<(), EngineError> {
    let Some(mut goal) = Goal::read(core, queue.target).await? else {
        return Ok(());
    };
    let mut tries = queue.tries;
    if tries > 0 {
        let way = &goal.way;
        let client = core.courier.client(way)?;
        if let Err(failure) = client.knock(way.route.origin(), way.farthest, KNOCK).await {
            return found_down(core, &goal.target, tries, failure.to_string()).await;
        }
    }
    let mut begun = None;
    while let Some(next) = next(core, queue.target, begun, tries).await? {
        if !goal.is_current(core) {
            match Goal::read(core, queue.target).await {
                Ok(Some(read)) => goal = read,
                gone_or_unread => {
                    if next.is_begun {
                        let _ = core.store.leave_held(next.held.number).await;
                    }
                    return gone_or_unread.map(|_| ());
                }
            }
        }
        match send(core, &goal.target, &goal.way, next, tries).await? {
            Sent::GoesOn(marked) => begun = marked,
            Sent::Ends => return Ok(()),
        }
        tries = 0;
    }
    Ok(())
}

/// A target and the way to it, as they were read.
struct Goal {
    target: Target,
    way: Way,
    /// The snapshot of then: another one is made whenever a target or what was agreed to changes.
    conducts: Arc<Conducts>,
}

impl Goal {
    /// `None` where there is no such target any more.
    async fn read(core: &Core, id: TargetId) -> Result<Option<Self>, EngineError> {
        // Before the rest: what changes while that is read makes it out of date.
        let conducts = core.conducts.load_full();
        let targets = core.store.targets().await?;
        let Some(target) = targets.into_iter().find(|target| target.id == id) else {
            return Ok(None);
        };
        let way = way_to(core, target.clone()).await?;
        Ok(Some(Self {
            target,
            way,
            conducts,
        }))
    }

    fn is_current(&self, core: &Core) -> bool {
        Arc::ptr_eq(&self.conducts, &core.conducts.load())
    }
}

/// A held request that may go now.
struct Next {
    held: Held,
    /// It is marked as going out already.
    is_begun: bool,
}

/// The request that goes next: `begun`, which was marked with what came of the one before, or the first in the queue.
async fn next(
    core: &Core,
    target: TargetId,
    begun: Option<i64>,
    tries: u32,
) -> Result<Option<Next>, EngineError> {
    let closing = core.courier.closing().is_cancelled();
    if let Some(number) = begun {
        if closing {
            core.store.leave_held(number).await?;
            return Ok(None);
        }
        match core.store.held_as(number).await {
            Ok(Some(held)) => return Ok(Some(Next { held, is_begun: true })),
            // Its request was deleted meanwhile, and it went with that; or it was dropped, and may come back unsent.
            Ok(None) => core.store.leave_held(number).await?,
            Err(error) => {
                let _ = core.store.leave_held(number).await;
                return Err(error.into());
            }
        }
    }
    let Some(mut held) = core.store.held(target, 0, 1).await?.pop() else {
        return Ok(None);
    };
    if closing || is_paused(core, target).await? {
        return Ok(None);
    }
    if let Some(since) = held.trying_since {
        // It went out, and what came of it could not be kept: it does not go again without a word of that.
        if let Err(error) = note_unkept(core, &held, since).await {
            wait_unnoted(core, target, tries, &error).await;
            return Err(error);
        }
        let Some(noted) = core.store.held_as(held.number).await? else {
            return Ok(None);
        };
        held = noted;
    }
    Ok(Some(Next {
        held,
        is_begun: false,
    }))
}

/// What comes after a request was sent.
enum Sent {
    /// The next one may go; the one of this number is marked as going out.
    GoesOn(Option<i64>),
    /// None may go now.
    Ends,
}

/// The way to a target, as far as was agreed to.
pub(super) async fn way_to(core: &Core, target: Target) -> Result<Way, EngineError> {
    let way = Way::to_target(target)?;
    let farthest = core.farthest(&way.route.origin().authority()).await?;
    Ok(way.with_farthest(farthest))
}

async fn is_paused(core: &Core, target: TargetId) -> Result<bool, EngineError> {
    let queues = core.store.queues().await?;
    Ok(queues.iter().any(|queue| queue.target == target && queue.paused))
}

/// Makes a request ready to go and marks it as going out; `None` where it goes no more.
async fn ready(
    core: &Arc<Core>,
    target: &Target,
    way: &Way,
    Next { held, is_begun }: &Next,
    now: Timestamp,
) -> Result<Option<Outgoing>, EngineError> {
    // Without one nothing would go out.
    core.courier.client(way)?;
    let prepared = async {
        let request = core
            .store
            .request(held.request)
            .await?
            .ok_or_else(|| EngineError::NotFound {
                kind: "request",
                name: held.request.to_string(),
            })?;
        check_whole(request.summary.state, &request.framing)?;
        let body = core.store.body(held.request, 0..u64::MAX).await?.bytes;
        let outgoing = resend_by(&request.head, body, &way.route)?;
        Ok::<_, EngineError>(marker::marked(outgoing, core.store.marker()))
    };
    let outgoing = match prepared.await {
        Ok(outgoing) => outgoing,
        Err(error) if error.may_pass() => return Err(error),
        Err(error) => {
            // It can never go; those behind it can.
            tracing::warn!(%error, request = %held.request, "a held request cannot be sent and is passed over");
            if core.store.drop_held(held.number, held.request).await? {
                core.changes.tell(Change::Request(held.request));
                tell(core, target);
            } else {
                // It was dropped meanwhile, and may come back unsent.
                core.store.leave_held(held.number).await?;
            }
            return Ok(None);
        }
    };
    let may_go = if *is_begun {
        // Reading a long body takes a while, in which somebody may have dropped it.
        core.store.held_as(held.number).await?.is_some()
    } else {
        core.store.begin_held(held.number, now).await?
    };
    if !may_go {
        // It may come back unsent.
        core.store.leave_held(held.number).await?;
        return Ok(None);
    }
    Ok(Some(outgoing))
}

/// Sends one request.
async fn send(
    core: &Arc<Core>,
    target: &Target,
    way: &Way,
    next: Next,
    tries: u32,
) -> Result<Sent, EngineError> {
    let created_at = core.clock.now();
    let id = DeliveryId::generate();
    let outgoing = match ready(core, target, way, &next, created_at).await {
        Ok(Some(outgoing)) => outgoing,
        Ok(None) => return Ok(Sent::GoesOn(None)),
        Err(error) => {
            // Nothing of it went out. It waits on, as do those behind it.
            if next.is_begun {
                let _ = core.store.leave_held(next.held.number).await;
            }
            return Err(error);
        }
    };
    let held = next.held;
    let cancel = Cancel::new();
    let attempts = {
        let _under_way = core.courier.begin(None, id, &cancel);
        core.exchange(&outgoing, way, &cancel).await?
    };
    let before = held.attempts.saturating_sub(held.broken_off);
    let (made, judged) = (attempts.len(), judge(attempts.last(), before));
    let (after, standing, goes_on) = match judged {
        Judged::Done(how) => (After::Done(how), Standing::Up, true),
        Judged::Down(why) => (After::Waits, down(core, tries, why), false),
        Judged::Stopped => (After::Waits, Standing::Up, false),
    };
    let mut delivery = Parcel {
        kind: DeliveryKind::Forward,
        ..Parcel::new(held.request, outgoing, way.clone())
    }
    .into_delivery(id, created_at, attempts);
    if held.attempts >= KEPT_ATTEMPTS && after == After::Waits {
        delivery.attempts.clear();
    }
    // What came of it and the beginning of the next one are one commit.
    let next = (!core.courier.closing().is_cancelled()).then(|| core.clock.now());
    let begun = core
        .store
        .end_held(held.number, delivery, made, after, standing, next)
        .await;
    let begun = match begun {
        Ok(begun) => begun,
        Err(error) => {
            let error = error.into();
            // It will go once more, perhaps without a word of this one.
            wait_unnoted(core, target.id, tries, &error).await;
            return Err(error);
        }
    };
    core.changes.tell(Change::Request(held.request));
    if !goes_on || held.attempts > 0 {
        tell(core, target);
    }
    Ok(if goes_on { Sent::GoesOn(begun) } else { Sent::Ends })
}

enum Judged {
    Done(Forwarded),
    Down(String),
    Stopped,
}

/// What an attempt says of the request and of the target, after so many `before` it that came to an end.
fn judge(attempt: Option<&Attempt>, before: u32) -> Judged {
    let Some(attempt) = attempt else {
        return Judged::Stopped;
    };
    let why = || {
        attempt
            .message
            .clone()
            .unwrap_or_else(|| attempt.outcome.as_str().to_owned())
    };
    match attempt.outcome {
        Outcome::Answered if is_delivered(attempt) => Judged::Done(Forwarded::Delivered),
        // What stands before a server that is down says so.
        Outcome::Answered if matches!(attempt.status, Some(502..=504)) => {
            Judged::Down(format!("it answered {}", attempt.status.unwrap_or_default()))
        }
        Outcome::Answered => Judged::Done(Forwarded::Failed),
        Outcome::Cancelled => Judged::Stopped,
        Outcome::Unresolved | Outcome::Refused | Outcome::TlsFailed => Judged::Down(why()),
        Outcome::TimedOut if attempt.timings.connect.is_none() => Judged::Down(why()),
        Outcome::TimedOut | Outcome::Closed | Outcome::InvalidAnswer => {
            if before + 1 >= TRIES_OF_ONE {
                Judged::Done(Forwarded::Failed)
            } else {
                Judged::Down(why())
            }
        }
    }
}

fn down(core: &Core, tries: u32, why: String) -> Standing {
    let pause = FIRST_PAUSE.saturating_mul(1 << tries.min(10)).min(LONGEST_PAUSE);
    let micros = i64::try_from(pause.as_micros()).unwrap_or(i64::MAX);
    Standing::Down {
        next_at: Timestamp::from_micros(core.clock.now().as_micros().saturating_add(micros)),
        why,
    }
}

async fn found_down(core: &Core, target: &Target, tries: u32, why: String) -> Result<(), EngineError> {
    let standing = down(core, tries, why);
    core.store.set_standing(target.id, standing).await?;
    tell(core, target);
    Ok(())
}

fn tell(core: &Core, target: &Target) {
    tracing::debug!(target = target.name, "how a target stands has changed");
    core.changes.tell(Change::Endpoints);
}

#[cfg(test)]
mod tests;
