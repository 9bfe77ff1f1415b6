//! Deleting and undoing, counting, and how much history is kept.

use std::time::Duration;

use hookbench_engine::model::{RequestId, Sequence, Timestamp};
use hookbench_engine::store::{DeletionId, RetentionLimits};
use hookbench_engine::{Deleted, Engine};

use crate::error::ApiError;
use crate::types::{
    CountMatching, DeleteMatching, DeleteRequests, Deletion, DeletionView, MatchCount, Nothing, Purged,
    Retention, StorageView, UndoDeletion,
};

pub(super) async fn count(engine: &Engine, arguments: CountMatching) -> Result<MatchCount, ApiError> {
    let counted = engine
        .count_matching(&arguments.filter, arguments.from.map(Sequence))
        .await?;
    Ok(MatchCount {
        requests: counted.requests,
        marked: counted.marked,
        next: counted.next.map(|sequence| sequence.0),
    })
}

pub(super) async fn delete(engine: &Engine, arguments: DeleteRequests) -> Result<Deletion, ApiError> {
    let ids: Vec<RequestId> = arguments
        .ids
        .iter()
        .map(|id| id.parse())
        .collect::<Result<_, _>>()?;
    Ok(deletion(engine.delete(&ids).await?))
}

pub(super) async fn delete_matching(
    engine: &Engine,
    arguments: DeleteMatching,
) -> Result<Deletion, ApiError> {
    let goes_on = arguments.id.map(DeletionId).zip(arguments.from.map(Sequence));
    Ok(deletion(
        engine.delete_matching(&arguments.filter, goes_on).await?,
    ))
}

pub(super) async fn undo(engine: &Engine, arguments: UndoDeletion) -> Result<Deletion, ApiError> {
    Ok(deletion(engine.undo_deletion(DeletionId(arguments.id)).await?))
}

pub(super) async fn deletions(engine: &Engine, _: Nothing) -> Result<Vec<DeletionView>, ApiError> {
    let all = engine.deletions().await?.into_iter();
    Ok(all
        .map(|(deletion, until)| DeletionView {
            id: deletion.id.0,
            at: deletion.at.as_micros(),
            until: until.as_micros(),
            filter: deletion.filter,
            requests: deletion.requests,
        })
        .collect())
}

pub(super) async fn purge(engine: &Engine, _: Nothing) -> Result<Purged, ApiError> {
    Ok(Purged {
        requests: engine.purge_deletions().await?,
    })
}

pub(super) async fn storage(engine: &Engine, _: Nothing) -> Result<StorageView, ApiError> {
    let storage = engine.storage().await?;
    Ok(StorageView {
        requests: storage.usage.requests,
        body_bytes: storage.usage.body_bytes,
        database_bytes: storage.usage.used_bytes,
        free_bytes: storage.usage.free_bytes,
        log_bytes: storage.usage.log_bytes,
        index_bytes: storage.usage.search_bytes,
        spool_bytes: storage.spool_bytes,
        oldest: storage.outlook.oldest.map(Timestamp::as_micros),
        exempt: storage.outlook.exempt,
        beyond: storage.outlook.beyond,
        within_a_day: storage.outlook.within_a_day,
        limits: Retention {
            requests: storage.limits.requests,
            age_seconds: storage.limits.age.map(|age| age.as_secs()),
            bytes: storage.limits.bytes,
        },
    })
}

pub(super) async fn set_retention(engine: &Engine, wanted: Retention) -> Result<StorageView, ApiError> {
    let limits = RetentionLimits {
        requests: wanted.requests,
        age: wanted.age_seconds.map(Duration::from_secs),
        bytes: wanted.bytes,
    };
    engine.set_retention(limits).await?;
    storage(engine, Nothing {}).await
}

fn deletion(deleted: Deleted) -> Deletion {
    Deletion {
        id: deleted.id.0,
        requests: deleted.requests,
        next: deleted.next.map(|sequence| sequence.0),
    }
}
