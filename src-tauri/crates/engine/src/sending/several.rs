//! Several requests at once: chosen by hand or by a filter, sent at a pace, with a report at the end.

use std::num::NonZeroUsize;
use std::sync::Arc;

use futures_util::stream;
use tokio::sync::{mpsc, watch};

use super::ahead::{Lineup, Page, Planner, Ready, Skipped};
use super::aim::{Aim, Way};
use super::guarding::{LiveEvents, Question};
use super::keeping::{Came, Keeper};
use super::renewing::{Renewal, SignatureChoice};
use super::run::Run;
use crate::delivery::{Pace, Replay, Step, live, replay};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::examining::blocking;
use crate::filter::{Filter, Moment};
use crate::model::{Delivery, DeliveryId, DeliveryKind, Phase, RequestId, RunKind, RunState, RunStep};
use crate::store::{Place, StoreError};

/// The most requests of a run.
const LONGEST: usize = 100_000;

/// The most sendings of a run.
const MOST_STEPS: u64 = 1_000_000;

/// The most sendings under way at once.
pub const MOST_PARALLEL: usize = 256;

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

impl Engine {
    /// Begins a run; it goes on by itself. Redirects are not followed in a run, and nothing is tried again.
    ///
    /// # Errors
    /// When there is nothing to send, the plan contradicts itself, the person has to agree first, or the store fails.
    pub async fn start_run(&self, plan: RunPlan) -> Result<RunState, EngineError> {
        check(&plan)?;
        let places = self.places(&plan.chosen).await?;
        if places.is_empty() {
            return Err(EngineError::bad_input(
                "there is nothing to send",
                "choose at least one request",
            ));
        }
        if places.len() as u64 * u64::from(plan.times) > MOST_STEPS {
            return Err(EngineError::bad_input(
                format!("a run has at most {MOST_STEPS} sendings"),
                "send each fewer times, or narrow the filter",
            ));
        }
        let way = self.way(&plan.to).await?;
        let lineup = Lineup::new(places);
        let planner = self.permitted(&lineup, way, plan.live).await?;
        let mut lineup = lineup.each(plan.times);
        if plan.order == Order::Shuffled {
            lineup = blocking(move || lineup.shuffled()).await??;
        }
        let (url, total) = (planner.way.route.origin().to_string(), u64::from(lineup.steps()));
        let state = RunState {
            how: how(&plan),
            ..RunState::begun(RunKind::Several, url, total, self.core.clock.now())
        };
        let reserved = super::keeping::at_first(&plan).min(state.total);
        let run = self.begin_run(state.clone(), reserved).await?;
        let engine = self.clone();
        tokio::spawn(async move { engine.run(&run, plan, lineup, planner, reserved).await });
        Ok(state)
    }

    /// What is chosen, in the order of arrival.
    pub(super) async fn places(&self, chosen: &Chosen) -> Result<Vec<Place>, EngineError> {
        let too_many = || {
            EngineError::bad_input(
                format!("a run has at most {LONGEST} requests"),
                "narrow the filter, e.g. with `after:` and `before:`",
            )
        };
        let store = &self.core.store;
        match chosen {
            Chosen::Requests(ids) if ids.len() > LONGEST => Err(too_many()),
            Chosen::Requests(ids) => {
                let found = store.places_of(ids).await?;
                match ids.first() {
                    Some(first) if found.is_empty() => Err(EngineError::NotFound {
                        kind: "request",
                        name: first.to_string(),
                    }),
                    _ => Ok(found),
                }
            }
            Chosen::Filter(filter) => {
                let filter = Filter::parse(filter, &Moment::local(self.core.clock.now()))?;
                let found = store.places(&filter, LONGEST).await?;
                if found.len() > LONGEST {
                    return Err(too_many());
                }
                Ok(found)
            }
        }
    }

    /// Who plans what goes, if all of these may go this way: many at once never go where the person has not agreed to.
    async fn permitted(&self, lineup: &Lineup, way: Way, live: LiveEvents) -> Result<Planner, EngineError> {
        let origin = way.route.origin().clone();
        let (farthest, asks_live) = self.core.permit_origin(&origin, live).await?;
        let planner = Planner {
            store: self.core.store.clone(),
            way: Arc::new(way.with_farthest(farthest)),
            is_far: self.core.is_far(&origin).await,
        };
        let mut one_can_go = false;
        for page in lineup.pages() {
            let looked_at = planner
                .plan(
                    page.iter().map(|(_, place)| place),
                    move |planned| match planned {
                        Ok(planned) if asks_live => Ok(Some(live::live_reason(
                            &planned.outgoing.head,
                            &planned.outgoing.body,
                        ))),
                        Ok(_) => Ok(Some(None)),
                        // One that is damaged does not hold up the others.
                        Err(
                            EngineError::Plan(_)
                            | EngineError::NotFound { .. }
                            | EngineError::Store(StoreError::Corrupt { .. }),
                        ) => Ok(None),
                        Err(error) => Err(error),
                    },
                )
                .await?;
            for (_, planned) in looked_at {
                match planned? {
                    Some(Some(reason)) => {
                        let authority = origin.authority();
                        return Err(EngineError::Confirm(Question::Live { authority, reason }));
                    }
                    Some(None) => one_can_go = true,
                    None => {}
                }
            }
            // Once it is agreed to, the others need not be looked at.
            if one_can_go && !asks_live {
                break;
            }
        }
        if one_can_go {
            return Ok(planner);
        }
        Err(EngineError::bad_input(
            "none of the requests can be sent again unchanged",
            "edit one and send the edited copy",
        ))
    }

    async fn run(&self, run: &Run, plan: RunPlan, lineup: Lineup, planner: Planner, reserved: u64) {
        let way = Arc::clone(&planner.way);
        let client = match self.core.courier.client(&way) {
            Ok(client) => client,
            Err(error) => return self.end_run(run, Phase::Failed(error.to_string())).await,
        };
        let how = Replay {
            pace: plan.pace,
            parallel: plan.parallel,
        };
        let id = run.state.borrow().id;
        let renewal = Renewal {
            signature: SignatureChoice::Endpoint,
            ..Renewal::default()
        };
        let renews = plan.signatures == Signatures::Renewed;
        let (keeper, may_begin) = Keeper::start(self.core.store.clone(), run, &plan, reserved);
        let (pages, reading) = planner.ahead(lineup);
        let steps = steps(pages, may_begin, keeper.sender());
        // Signed when it goes: a signature that waits for its moment grows old.
        let send = |ready: Ready| {
            let (client, way, renewal) = (&client, &way, &renewal);
            async move {
                let Ready {
                    number,
                    request,
                    mut outgoing,
                    origins,
                    ..
                } = ready;
                if renews {
                    let renewed = Box::pin(self.renewed(&origins, outgoing, renewal)).await;
                    outgoing = match renewed {
                        Ok(fresh) => fresh.outgoing,
                        Err(error) => {
                            let why = error.to_string();
                            return Err(Skipped { number, request, why });
                        }
                    };
                }
                let attempt = client.send_within(&outgoing, way.farthest, &run.cancel).await;
                Ok((number, request, outgoing, attempt))
            }
        };
        let keep = keeper.sender();
        replay(steps, how, &run.cancel, &run.paused, send, |sent| {
            let came = match sent {
                Ok((number, request, outgoing, attempt)) => {
                    let step = RunStep { run: id, number };
                    // What it sent is the captured body, unless signing changed it.
                    let body = renews.then(|| outgoing.body.clone());
                    Came::Step(Box::new(Delivery {
                        id: DeliveryId::generate(),
                        request,
                        kind: DeliveryKind::Resend,
                        url: outgoing.url,
                        created_at: attempt.started_at,
                        head: outgoing.head,
                        body,
                        withheld: outgoing.withheld,
                        target: way.target,
                        again: None,
                        run: Some(step),
                        schedule: None,
                        attempts: vec![attempt],
                    }))
                }
                Err(skipped) => Came::Skipped(skipped),
            };
            keep.send(came)
        })
        .await;
        drop(keep);
        let kept = keeper.finish().await;
        let read = reading.await.unwrap_or_else(|stopped| {
            Err(EngineError::Store(StoreError::Internal {
                detail: stopped.to_string(),
            }))
        });
        let phase = match kept.and(read) {
            Ok(()) if run.cancel.is_cancelled() => Phase::Cancelled,
            Ok(()) => Phase::Done,
            Err(error) => Phase::Failed(error.to_string()),
        };
        self.end_run(run, phase).await;
    }
}

/// The steps that can begin, each only once it is kept that it may. What cannot go is told to `keep`.
fn steps(
    pages: mpsc::Receiver<Page>,
    may_begin: watch::Receiver<u64>,
    keep: super::keeping::Keep,
) -> impl stream::Stream<Item = Step<Ready>> {
    let page = Page::new().into_iter();
    stream::unfold(
        (pages, page, may_begin, keep),
        |(mut pages, mut page, mut may_begin, keep)| async move {
            loop {
                match page.next() {
                    Some(Ok(ready)) => {
                        let number = u64::from(ready.number);
                        if *may_begin.borrow() <= number {
                            keep.send(Came::Waiting { step: number }).await;
                        }
                        // Nobody keeps anything any more: then nothing more begins.
                        may_begin.wait_for(|reserved| *reserved > number).await.ok()?;
                        let step = Step {
                            received_at: ready.received_at,
                            what: ready,
                        };
                        return Some((step, (pages, page, may_begin, keep)));
                    }
                    Some(Err(skipped)) => keep.send(Came::Skipped(skipped)).await,
                    None => page = pages.recv().await?.into_iter(),
                }
            }
        },
    )
}

/// How a run goes, in words; nothing where each goes once, one after the other, as it came.
fn how(plan: &RunPlan) -> String {
    let mut words = Vec::new();
    match plan.pace {
        Pace::AtOnce => {}
        Pace::PerSecond(rate) => words.push(format!("{rate} a second")),
        Pace::Original { speed: 1.0 } => words.push("with their original gaps".to_owned()),
        Pace::Original { speed } => words.push(format!("with their original gaps, {speed} times as fast")),
    }
    if plan.parallel.get() > 1 {
        words.push(format!("{} at once", plan.parallel));
    }
    match plan.times {
        1 => {}
        2 => words.push("each twice".to_owned()),
        times => words.push(format!("each {times} times")),
    }
    if plan.order == Order::Shuffled {
        words.push("shuffled".to_owned());
    }
    if plan.signatures == Signatures::Renewed {
        words.push("signed again".to_owned());
    }
    words.join(", ")
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
