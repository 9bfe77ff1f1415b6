//! Judging again what was captured before an endpoint or a secret changed.
//!
//! It runs beside everything else, newest first, in small steps, and stops when another change makes it pointless.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::changes::Change;
use crate::engine::Core;
use crate::error::EngineError;
use crate::judge::Case;
use crate::model::{Recognition, RequestId, RequestSummary, State};
use crate::store::{From, PageRequest};

/// How many requests, newest first, are judged again.
const REACH: usize = 5_000;

/// How many are judged and written at once: few enough that capture never waits noticeably.
const STEP: u32 = 50;

/// The one judging that may be under way.
#[derive(Debug, Default)]
pub(crate) struct Rejudging {
    /// Rises with each change of an endpoint or a secret: judging for an older one stops after its step.
    generation: AtomicU64,
    running: Mutex<Option<JoinHandle<()>>>,
}

impl Rejudging {
    /// Stops after the step that is under way.
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
}

/// Begins to judge everything again; what was under way stops.
pub(crate) async fn start(core: &Arc<Core>) {
    let generation = core.rejudging.generation.fetch_add(1, Ordering::SeqCst) + 1;
    let mut running = core.rejudging.running.lock().await;
    let before = running.take();
    let core = Arc::clone(core);
    *running = Some(tokio::spawn(async move {
        if let Some(before) = before {
            // It ends after its step; whatever became of it, this one does all of its work again.
            let _ = before.await;
        }
        if let Err(error) = walk(&core, generation).await {
            tracing::warn!(%error, "not all requests could be judged again");
        }
    }));
}

async fn walk(core: &Core, generation: u64) -> Result<(), EngineError> {
    let mut from = From::Newest;
    let mut seen = 0;
    while seen < REACH && core.rejudging.generation.load(Ordering::SeqCst) == generation {
        let page = core.store.page(&PageRequest::newest(STEP).from(from)).await?;
        let Some(oldest) = page.rows.last() else { break };
        from = From::Before(oldest.sequence);
        seen += page.rows.len();
        let mut judged = Vec::new();
        for summary in page.rows.iter().filter(|summary| summary.state != State::Refused) {
            judged.extend(judge(core, summary).await?);
        }
        for id in core.store.rejudge(judged).await? {
            core.changes.tell(Change::Request(id));
            core.changes.tell(Change::Status);
        }
        if !page.more {
            break;
        }
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
    let (mut known, _) = core.judge.load().judge(Case {
        head: &request.head,
        body: &body,
        body_sha256: summary.body_sha256,
        state: summary.state,
        received_at: summary.received_at,
    });
    if known.endpoint.is_none() {
        known.endpoint = summary.recognition.endpoint;
        known.endpoint_path.clone_from(&summary.recognition.endpoint_path);
    }
    Ok(Some((summary.id, known)))
}
