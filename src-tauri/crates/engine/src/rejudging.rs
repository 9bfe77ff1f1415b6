//! Judging again what was captured before an endpoint or a secret changed.
//!
//! It runs beside everything else, newest first, in small steps, and stops when another change makes it pointless.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::changes::Change;
use crate::engine::Core;
use crate::error::EngineError;
use crate::judge::Case;
use crate::model::{RequestSummary, State};
use crate::store::{From, PageRequest};

/// How many requests, newest first, are judged again.
const REACH: usize = 5_000;

/// How many are judged and written at once: few enough that capture never waits noticeably.
const STEP: u32 = 50;

/// Judges again, newest first, until all are done or something changed once more.
pub(crate) async fn run(core: Arc<Core>) {
    let generation = core.judgement.fetch_add(1, Ordering::SeqCst) + 1;
    if let Err(error) = walk(&core, generation).await {
        tracing::warn!(%error, "not all requests could be judged again");
    }
}

async fn walk(core: &Core, generation: u64) -> Result<(), EngineError> {
    let mut from = From::Newest;
    let mut seen = 0;
    while seen < REACH && core.judgement.load(Ordering::SeqCst) == generation {
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
) -> Result<Option<(crate::model::RequestId, crate::model::Recognition)>, EngineError> {
    let Some(request) = core.store.request(summary.id).await? else { return Ok(None) };
    let body = core.store.body(summary.id, 0..u64::MAX).await?.bytes;
    let mut known = core.judge.load().recognise(Case {
        head: &request.head,
        body: &body,
        state: summary.state,
        received_at: summary.received_at,
    });
    if known.endpoint.is_none() {
        known.endpoint = summary.recognition.endpoint;
        known.endpoint_path.clone_from(&summary.recognition.endpoint_path);
    }
    Ok(Some((summary.id, known)))
}
