//! Judging again what was captured before an endpoint or a secret changed.
//!
//! It runs beside everything else, newest first, in small steps, over all that the change can have touched. Another
//! change takes it over and begins anew with what both touch; the end of the program leaves a mark in the data, from
//! which the next one that listens goes on.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as Slot, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::changes::Change;
use crate::engine::{Core, Engine};
use crate::error::EngineError;
use crate::filter::{Condition, Filter, Pattern, Term};
use crate::judge::Case;
use crate::model::{Endpoint, Recognition, RequestId, RequestSummary, Sequence, State, Verdict};
use crate::store::{From, PageRequest, TallyKind};

/// How many are judged and written at once: few enough that capture never waits noticeably.
const STEP: u32 = 50;

/// After how many the place is noted from which the next program goes on.
const NOTED_EVERY: u64 = 1_000;

/// Bodies longer than this are judged on threads that serve nobody else.
const LONG: u64 = 256 * 1024;

/// Under which setting the mark is kept.
const MARK: &str = "recheck";

/// Which requests a change can have touched.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Scope {
    /// All of them.
    everything: bool,
    /// Those that came to endpoints with these paths.
    paths: BTreeSet<String>,
}

impl Scope {
    /// Whatever was captured.
    pub(crate) fn everything() -> Self {
        Self {
            everything: true,
            ..Self::default()
        }
    }

    /// What came to endpoints with these paths.
    pub(crate) fn of_paths(paths: impl IntoIterator<Item = String>) -> Self {
        Self {
            everything: false,
            paths: paths.into_iter().collect(),
        }
    }

    /// What differs between two states of the endpoints. A path that came, went or changed can touch anything.
    pub(crate) fn between(before: &[Endpoint], after: &[Endpoint]) -> Self {
        let mut scope = Self {
            everything: before.len() != after.len(),
            paths: BTreeSet::new(),
        };
        for endpoint in after {
            match before.iter().find(|known| known.id == endpoint.id) {
                Some(known) if known.path == endpoint.path => {
                    if known != endpoint {
                        scope.paths.insert(endpoint.path.clone());
                    }
                }
                Some(_) | None => scope.everything = true,
            }
        }
        scope
    }

    fn is_empty(&self) -> bool {
        !self.everything && self.paths.is_empty()
    }

    fn join(&mut self, other: &Self) {
        self.everything |= other.everything;
        self.paths.extend(other.paths.iter().cloned());
    }

    fn filter(&self) -> Filter {
        if self.everything {
            return Filter::default();
        }
        let paths = self.paths.iter().map(|path| Pattern::literal(path)).collect();
        Filter {
            terms: vec![Term {
                negated: false,
                condition: Condition::Endpoint(paths),
            }],
        }
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recheck {
    /// How many requests were judged again.
    pub done: u64,
    /// How many there are to be judged.
    pub total: u64,
}

/// What is kept with the data while it runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mark {
    scope: Scope,
    /// Everything from here on was judged; nothing where it has only begun.
    before: Option<i64>,
    done: u64,
    total: u64,
}

/// The one judging that may be under way.
#[derive(Debug, Default)]
pub(crate) struct Rejudging {
    /// Rises with each change of an endpoint or a secret: judging for an older one stops after its step.
    generation: AtomicU64,
    running: Mutex<Option<JoinHandle<()>>>,
    /// What is under way.
    progress: Slot<Option<(Scope, Recheck)>>,
}

impl Rejudging {
    /// Stops after the step that is under way; the mark stays.
    pub(crate) async fn stop(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.finish().await;
    }

    /// Waits until nothing is under way.
    pub(crate) async fn finish(&self) {
        if let Some(running) = self.running.lock().await.take()
            && let Err(stopped) = running.await
        {
            std::panic::resume_unwind(stopped.into_panic());
        }
    }

    fn progress(&self) -> Option<(Scope, Recheck)> {
        self.progress
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn show(&self, progress: Option<(Scope, Recheck)>) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }
}

impl Engine {
    /// How far judging again is, while it is under way.
    #[must_use]
    pub fn recheck(&self) -> Option<Recheck> {
        self.core.rejudging.progress().map(|(_, progress)| progress)
    }

    /// Stops judging again. What was not reached keeps the verdict it had.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn cancel_recheck(&self) -> Result<(), EngineError> {
        self.core.rejudging.stop().await;
        self.core.rejudging.show(None);
        self.core.store.remove_setting(MARK).await?;
        self.core.changes.tell(Change::Recheck);
        Ok(())
    }
}

/// Begins to judge again what is in `scope`; what was under way is taken over.
pub(crate) async fn start(core: &Arc<Core>, mut scope: Scope) {
    if scope.is_empty() {
        return;
    }
    // Held until the new one is there, so that two changes at once cannot both take over from the same one.
    let mut running = core.rejudging.running.lock().await;
    if let Some((unfinished, _)) = core.rejudging.progress() {
        scope.join(&unfinished);
    }
    let mark = Mark {
        before: None,
        done: 0,
        total: total(core, &scope).await,
        scope,
    };
    run(core, &mut running, mark).await;
}

/// Goes on with what an earlier program left unfinished.
pub(crate) async fn resume(core: &Arc<Core>) {
    let mark = match core.store.setting(MARK).await {
        Ok(mark) => mark.and_then(|mark| serde_json::from_value::<Mark>(mark).ok()),
        Err(error) => {
            tracing::warn!(%error, "it is not known whether requests are still to be judged again");
            None
        }
    };
    let Some(mark) = mark else { return };
    let mut running = core.rejudging.running.lock().await;
    if core.rejudging.progress().is_none() {
        run(core, &mut running, mark).await;
    }
}

async fn total(core: &Core, scope: &Scope) -> u64 {
    if scope.everything {
        return core.store.total().await.map_or(0, |total| total.requests);
    }
    let counts = core.store.counts(TallyKind::Endpoint).await.unwrap_or_default();
    counts
        .iter()
        .filter(|count| scope.paths.contains(&count.value))
        .map(|count| count.requests)
        .sum()
}

async fn run(core: &Arc<Core>, running: &mut Option<JoinHandle<()>>, mark: Mark) {
    let generation = core.rejudging.generation.fetch_add(1, Ordering::SeqCst) + 1;
    if let Err(error) = note(core, &mark).await {
        tracing::warn!(%error, "the end of this program would end judging again too");
    }
    let progress = Recheck {
        done: mark.done,
        total: mark.total,
    };
    core.rejudging.show(Some((mark.scope.clone(), progress)));
    core.changes.tell(Change::Recheck);
    let before = running.take();
    let core = Arc::clone(core);
    *running = Some(tokio::spawn(async move {
        if let Some(before) = before {
            // It ends after its step; whatever became of it, this one does all of its work again.
            let _ = before.await;
            // It may have come to its end meanwhile and have taken the mark with it.
            if let Err(error) = note(&core, &mark).await {
                tracing::warn!(%error, "the end of this program would end judging again too");
            }
            core.rejudging.show(Some((mark.scope.clone(), progress)));
        }
        let mut ready = core.ready.subscribe();
        // At the start the secrets are still being read; an engine that ends wakes this too.
        let _ = ready.wait_for(|ready| *ready).await;
        match walk(&core, generation, mark).await {
            Ok(Walked::Whole) => {
                if let Err(error) = core.store.remove_setting(MARK).await {
                    tracing::warn!(%error, "what was judged again will be judged once more");
                }
                core.rejudging.show(None);
                core.changes.tell(Change::Recheck);
            }
            Ok(Walked::Interrupted) => {}
            Err(error) => {
                tracing::warn!(%error, "not all requests could be judged again");
                core.rejudging.show(None);
                core.changes.tell(Change::Recheck);
            }
        }
    }));
}

async fn note(core: &Core, mark: &Mark) -> Result<(), EngineError> {
    let value = serde_json::to_value(mark).unwrap_or_default();
    Ok(core.store.set_setting(MARK, &value).await?)
}

/// How a walk ended.
enum Walked {
    Whole,
    /// Another change took over, or the program ends.
    Interrupted,
}

async fn walk(core: &Core, generation: u64, mut mark: Mark) -> Result<Walked, EngineError> {
    let filter = mark.scope.filter();
    let mut from = mark
        .before
        .map_or(From::Newest, |before| From::Before(Sequence(before)));
    let mut noted = mark.done;
    loop {
        if core.rejudging.generation.load(Ordering::SeqCst) != generation {
            return Ok(Walked::Interrupted);
        }
        let request = PageRequest::newest(STEP).from(from).filter(filter.clone());
        let page = core.store.page(&request).await?;
        let Some(oldest) = page.rows.last().map(|row| row.sequence).or(page.scanned_to) else {
            return Ok(Walked::Whole);
        };
        from = From::Before(oldest);
        step(core, &page.rows).await?;
        mark.before = Some(oldest.0);
        mark.done += page.rows.len() as u64;
        // What arrived since the beginning was judged when it came.
        mark.total = mark.total.max(mark.done);
        if core.rejudging.generation.load(Ordering::SeqCst) != generation {
            return Ok(Walked::Interrupted);
        }
        let progress = Recheck {
            done: mark.done,
            total: mark.total,
        };
        core.rejudging.show(Some((mark.scope.clone(), progress)));
        core.changes.tell(Change::Recheck);
        if !page.more {
            return Ok(Walked::Whole);
        }
        if mark.done - noted >= NOTED_EVERY {
            noted = mark.done;
            note(core, &mark).await?;
        }
    }
}

/// Judges some and writes what came out otherwise than before.
async fn step(core: &Core, rows: &[RequestSummary]) -> Result<(), EngineError> {
    let mut judged = Vec::new();
    for summary in rows.iter().filter(|summary| summary.state != State::Refused) {
        judged.extend(
            judge(core, summary)
                .await?
                .filter(|(_, known)| *known != summary.recognition),
        );
    }
    if judged.is_empty() {
        return Ok(());
    }
    for id in core.store.rejudge(judged).await? {
        core.changes.tell(Change::Request(id));
        core.changes.tell(Change::Counts);
    }
    Ok(())
}

/// What is known of a request now; `None` where it was deleted meanwhile. What was known of its endpoint stays where
/// that endpoint is gone.
async fn judge(
    core: &Core,
    summary: &RequestSummary,
) -> Result<Option<(RequestId, Recognition)>, EngineError> {
    let Some(request) = core.store.request(summary.id).await? else {
        return Ok(None);
    };
    let body = core.store.body(summary.id, 0..u64::MAX).await?.bytes;
    let judge = core.judge.load_full();
    let look = move || judge.judge(Case::of_request(&request, &body)).0;
    let mut known = if summary.body_length > LONG {
        match tokio::task::spawn_blocking(look).await {
            Ok(known) => known,
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        }
    } else {
        look()
    };
    let is_unreadable = |path: &String| {
        core.unreadable
            .load()
            .iter()
            .any(|secret| secret.endpoint_path == *path)
    };
    if known.endpoint_path.as_ref().is_some_and(is_unreadable) && known.verdict != Verdict::Valid {
        // It would be judged worse only because a secret cannot be read now.
        known.verdict = summary.recognition.verdict;
    }
    if known.endpoint.is_none() {
        known.endpoint = summary.recognition.endpoint;
        known.endpoint_path.clone_from(&summary.recognition.endpoint_path);
    }
    Ok(Some((summary.id, known)))
}

#[cfg(test)]
mod tests;
