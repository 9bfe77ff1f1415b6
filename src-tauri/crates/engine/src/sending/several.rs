//! Several requests at once: chosen by hand or by a filter, sent at a pace, with a report at the end.

use std::num::NonZeroUsize;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};
use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::sync::{mpsc, watch};

use super::aim::{Aim, Way};
use super::courier::Parcel;
use super::guarding::LiveEvents;
use super::run::{Phase, Run, RunState};
use crate::changes::Change;
use crate::delivery::{Cancel, Pace, Replay, Step, Tally, replay};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Delivery, DeliveryId, RequestId, RunId, RunStep, Sequence, Timestamp};
use crate::reading::PageQuery;

/// The most requests of a run.
const LONGEST: usize = 100_000;

/// The most sendings under way at once.
pub const MOST_PARALLEL: usize = 256;

/// How many requests are read ahead.
const AHEAD: usize = 32;

/// How many deliveries are kept in one transaction.
const BATCH: usize = 128;

/// Which requests are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// These.
    Requests(Vec<RequestId>),
    /// All that match a filter now.
    Filter(String),
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As they came.
    #[default]
    Arrival,
    /// In any.
    Shuffled,
}

/// What happens to signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signatures {
    /// They go as they came.
    #[default]
    Kept,
    /// Each request is signed with its endpoint's secret and the time at which it goes.
    Renewed,
}

/// A run to be.
#[derive(Debug, Clone, PartialEq)]
pub struct RunPlan {
    /// Which requests.
    pub chosen: Chosen,
    /// Where to.
    pub to: Aim,
    /// What is done about live events.
    pub live: LiveEvents,
    /// When each begins.
    pub pace: Pace,
    /// How many may be under way.
    pub parallel: NonZeroUsize,
    /// How often each goes, one time after the other.
    pub times: u32,
    /// In which order.
    pub order: Order,
    /// What happens to signatures.
    pub signatures: Signatures,
}

impl RunPlan {
    /// Each once, one after the other, without waiting.
    #[must_use]
    pub const fn new(chosen: Chosen, to: Aim) -> Self {
        Self {
            chosen,
            to,
            live: LiveEvents::Ask,
            pace: Pace::AtOnce,
            parallel: NonZeroUsize::MIN,
            times: 1,
            order: Order::Arrival,
            signatures: Signatures::Kept,
        }
    }
}

/// A request of a run.
type Entry = (RequestId, Timestamp);

impl Engine {
    /// Begins a run; it goes on by itself. Redirects are not followed in a run, and nothing is tried again.
    ///
    /// # Errors
    /// When there is nothing to send, the plan contradicts itself, the person has to agree first, or the store fails.
    pub async fn start_run(&self, plan: RunPlan) -> Result<RunState, EngineError> {
        check(&plan)?;
        let mut entries = self.entries(&plan.chosen).await?;
        let Some((first, _)) = entries.first().copied() else {
            return Err(EngineError::bad_input(
                "there is nothing to send",
                "choose at least one request",
            ));
        };
        let way = self.way(&plan.to).await?;
        let way = self.permitted(&entries, way, plan.live).await?;
        if plan.times > 1 {
            let times = plan.times as usize;
            entries = entries
                .into_iter()
                .flat_map(|entry| std::iter::repeat_n(entry, times))
                .collect();
        }
        if plan.order == Order::Shuffled {
            shuffle(&mut entries);
        }
        let id = RunId::generate();
        let state = RunState {
            id,
            url: self
                .planned(first, &way)
                .await
                .map_or_else(|_| String::new(), |outgoing| outgoing.origin.to_string()),
            total: entries.len() as u64,
            tally: Tally::default(),
            skipped: 0,
            skipped_because: None,
            started_at: self.core.clock.now(),
            ended_at: None,
            phase: Phase::Running,
        };
        let run = Arc::new(Run {
            state: watch::Sender::new(state.clone()),
            paused: watch::Sender::new(false),
            cancel: Cancel::new(),
        });
        if self.core.courier.closing().is_cancelled() {
            run.cancel.cancel();
        }
        self.core.courier.runs().add(Arc::clone(&run));
        let engine = self.clone();
        tokio::spawn(async move { engine.run(&run, plan, entries, way).await });
        Ok(state)
    }

    /// How a run stands.
    ///
    /// # Errors
    /// When this program knows of no such run.
    pub fn run_state(&self, id: RunId) -> Result<RunState, EngineError> {
        Ok(self.known_run(id)?.state.borrow().clone())
    }

    /// The runs of this program, newest first.
    #[must_use]
    pub fn run_states(&self) -> Vec<RunState> {
        self.core.courier.runs().states()
    }

    /// Ends when the run has ended.
    ///
    /// # Errors
    /// When this program knows of no such run.
    pub async fn run_ended(&self, id: RunId) -> Result<RunState, EngineError> {
        let run = self.known_run(id)?;
        let mut state = run.state.subscribe();
        let ended = state.wait_for(|state| state.phase.is_over()).await;
        Ok(ended.map_or_else(|_| run.state.borrow().clone(), |state| state.clone()))
    }

    /// Holds a run, or lets it go on. What is under way goes on to its end.
    ///
    /// # Errors
    /// When this program knows of no such run.
    pub fn pause_run(&self, id: RunId, paused: bool) -> Result<RunState, EngineError> {
        let run = self.known_run(id)?;
        run.paused.send_replace(paused);
        run.state.send_if_modified(|state| {
            let phase = if paused { Phase::Paused } else { Phase::Running };
            let changes = !state.phase.is_over() && state.phase != phase;
            if changes {
                state.phase = phase;
            }
            changes
        });
        let state = run.state.borrow().clone();
        Ok(state)
    }

    /// Ends a run: nothing more begins, and what is under way is broken off.
    ///
    /// # Errors
    /// When this program knows of no such run.
    pub fn cancel_run(&self, id: RunId) -> Result<RunState, EngineError> {
        let run = self.known_run(id)?;
        run.cancel.cancel();
        let state = run.state.borrow().clone();
        Ok(state)
    }

    /// What came of each step of a run, from step `from` on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn deliveries_of_run(
        &self,
        id: RunId,
        from: u32,
        limit: u32,
    ) -> Result<Vec<Delivery>, EngineError> {
        Ok(self.core.store.deliveries_of_run(id, from, limit).await?)
    }

    fn known_run(&self, id: RunId) -> Result<Arc<Run>, EngineError> {
        self.core
            .courier
            .runs()
            .get(id)
            .ok_or_else(|| EngineError::NotFound {
                kind: "run",
                name: id.to_string(),
            })
    }

    /// What is chosen, in the order of arrival.
    async fn entries(&self, chosen: &Chosen) -> Result<Vec<Entry>, EngineError> {
        let too_many = || {
            EngineError::bad_input(
                format!("a run has at most {LONGEST} requests"),
                "narrow the filter, e.g. with `after:` and `before:`",
            )
        };
        let mut found: Vec<(Sequence, Entry)> = Vec::new();
        match chosen {
            Chosen::Requests(ids) => {
                if ids.len() > LONGEST {
                    return Err(too_many());
                }
                for some in ids.chunks(200) {
                    for row in self.core.store.summaries(some).await? {
                        found.push((row.sequence, (row.id, row.received_at)));
                    }
                }
                if found.len() < ids.len() && found.is_empty() {
                    let name = ids.first().map(ToString::to_string).unwrap_or_default();
                    return Err(EngineError::NotFound {
                        kind: "request",
                        name,
                    });
                }
            }
            Chosen::Filter(filter) => {
                let mut query = PageQuery {
                    filter: filter.clone(),
                    limit: 1_000,
                    ..PageQuery::default()
                };
                loop {
                    let page = self.requests(&query).await?;
                    found.extend(
                        page.rows
                            .iter()
                            .map(|row| (row.sequence, (row.id, row.received_at))),
                    );
                    if found.len() > LONGEST {
                        return Err(too_many());
                    }
                    match page.scanned_to.or(page.rows.last().map(|last| last.sequence)) {
                        Some(last) if page.more => query.before = Some(last),
                        _ => break,
                    }
                }
            }
        }
        found.sort_by_key(|(sequence, _)| *sequence);
        found.dedup_by_key(|(sequence, _)| *sequence);
        Ok(found.into_iter().map(|(_, entry)| entry).collect())
    }

    /// The way, if all of these may go it: many at once never go where the person has not agreed to.
    async fn permitted(&self, entries: &[Entry], way: Way, live: LiveEvents) -> Result<Way, EngineError> {
        let mut first = None;
        for (id, _) in entries {
            let outgoing = match self.planned(*id, &way).await {
                Ok(outgoing) => outgoing,
                Err(EngineError::Plan(_) | EngineError::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            // Once it is agreed to, or the host is asked about anyway, the others need not be looked at.
            let asks_live = live != LiveEvents::Send && !self.core.is_live_agreed(&outgoing).await?;
            let farthest = self.core.permit(&outgoing, live).await?;
            first.get_or_insert(farthest);
            if !asks_live {
                break;
            }
        }
        match first {
            Some(farthest) => Ok(way.with_farthest(farthest)),
            None => Err(EngineError::bad_input(
                "none of the requests can be sent again unchanged",
                "edit one and send the edited copy",
            )),
        }
    }

    async fn run(&self, run: &Run, plan: RunPlan, entries: Vec<Entry>, way: Way) {
        let id = run.state.borrow().id;
        let client = match self.core.courier.client(&way) {
            Ok(client) => client,
            Err(error) => return self.end(run, Phase::Failed(error.to_string())),
        };
        let how = Replay {
            pace: plan.pace,
            parallel: plan.parallel,
            farthest: way.farthest,
        };
        let renew = plan.signatures == Signatures::Renewed;
        let (keep, kept) = mpsc::channel::<Delivery>(BATCH * 2);
        let keeping = tokio::spawn(keep_all(self.clone(), kept));
        let entries = Arc::new(entries);
        let read = |number: usize| {
            let (request, received_at) = entries[number];
            let (engine, way) = (self, &way);
            async move {
                let outgoing = match engine.planned(request, way).await {
                    Ok(outgoing) if renew => engine.resigned(request, outgoing).await,
                    planned => planned,
                };
                (number, request, received_at, outgoing)
            }
        };
        let steps = stream::iter(0..entries.len())
            .map(read)
            .buffered(AHEAD)
            .filter_map(|(number, request, received_at, outgoing)| {
                let step = match outgoing {
                    Ok(outgoing) => Some(Step {
                        number: number as u64,
                        received_at,
                        outgoing,
                    }),
                    Err(error) => {
                        run.state.send_modify(|state| {
                            state.skipped += 1;
                            state
                                .skipped_because
                                .get_or_insert_with(|| (request, error.to_string()));
                        });
                        None
                    }
                };
                std::future::ready(step)
            });
        let clock = &self.core.clock;
        let tally = replay(
            &client,
            steps,
            how,
            &run.cancel,
            &run.paused,
            |step, attempt, tally| {
                let number = usize::try_from(step.number).unwrap_or_default();
                let parcel = Parcel {
                    run: Some(RunStep {
                        run: id,
                        number: u32::try_from(number).unwrap_or(u32::MAX),
                    }),
                    // What it sent is the captured body, unless signing changed it.
                    body: renew.then(|| step.outgoing.body.clone()),
                    ..Parcel::new(entries[number].0, step.outgoing, way.clone())
                };
                let delivery = parcel.into_delivery(DeliveryId::generate(), clock.now(), vec![attempt]);
                run.state.send_modify(|state| state.tally = tally);
                let keep = keep.clone();
                async move {
                    let _ = keep.send(delivery).await;
                }
            },
        )
        .await;
        drop(keep);
        let phase = match keeping.await {
            Ok(Ok(())) if run.cancel.is_cancelled() => Phase::Cancelled,
            Ok(Ok(())) => Phase::Done,
            Ok(Err(error)) => Phase::Failed(error.to_string()),
            Err(stopped) => Phase::Failed(stopped.to_string()),
        };
        run.state.send_modify(|state| state.tally = tally);
        self.end(run, phase);
    }

    fn end(&self, run: &Run, phase: Phase) {
        let now = self.core.clock.now();
        run.state.send_modify(|state| {
            state.phase = phase;
            state.ended_at = Some(now);
        });
        self.core.changes.tell(Change::Everything);
    }
}

/// Keeps what comes, as much at a time as has come.
async fn keep_all(engine: Engine, mut kept: mpsc::Receiver<Delivery>) -> Result<(), EngineError> {
    let mut batch = Vec::with_capacity(BATCH);
    while kept.recv_many(&mut batch, BATCH).await > 0 {
        engine
            .core
            .store
            .add_deliveries(std::mem::take(&mut batch))
            .await?;
    }
    Ok(())
}

fn check(plan: &RunPlan) -> Result<(), EngineError> {
    if plan.parallel.get() > MOST_PARALLEL {
        return Err(EngineError::bad_input(
            format!("at most {MOST_PARALLEL} go at once"),
            "choose a smaller number",
        ));
    }
    if plan.times == 0 || plan.times > 1000 {
        return Err(EngineError::bad_input(
            "each goes 1 to 1000 times",
            "choose a number in between",
        ));
    }
    let speed = match plan.pace {
        Pace::AtOnce => 1.0,
        Pace::PerSecond(rate) => rate,
        Pace::Original { speed } => speed,
    };
    if !speed.is_finite() || speed <= 0.0 {
        return Err(EngineError::bad_input(
            "a rate or speed is more than nothing",
            "e.g. 1, 10 or 0.5",
        ));
    }
    if matches!(plan.pace, Pace::Original { .. }) && plan.order == Order::Shuffled {
        return Err(EngineError::bad_input(
            "shuffled requests have no original gaps",
            "choose one of the two",
        ));
    }
    Ok(())
}

/// Each order is as likely as any other (Fisher and Yates).
fn shuffle(entries: &mut [Entry]) {
    let dice = SystemRandom::new();
    for last in (1..entries.len()).rev() {
        let mut bytes = [0; 8];
        if dice.fill(&mut bytes).is_err() {
            return;
        }
        let at = u64::from_le_bytes(bytes) % (last as u64 + 1);
        entries.swap(last, usize::try_from(at).unwrap_or(0));
    }
}
