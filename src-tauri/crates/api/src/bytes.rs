//! Heads and bodies as raw bytes, by range: they never travel inside JSON.

use bytes::Bytes;
use hookbench_engine::{Engine, Stretch};

use crate::error::ApiError;
use crate::types::{ByteRange, ByteSource};

/// The most bytes that are given at once.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Reads a range of a head or a body; what lies beyond its end is left out.
///
/// # Errors
/// `bad_input` for what is no id, `not_found` where nothing has that id, `store` where it cannot be read.
pub async fn read_bytes(engine: &Engine, range: &ByteRange) -> Result<Bytes, ApiError> {
    if engine.presenting().await? {
        return covered(engine, range).await;
    }
    let bytes = open(engine, range).await;
    // It may have begun while they were read.
    if engine.presenting().await? {
        return covered(engine, range).await;
    }
    bytes
}

async fn covered(engine: &Engine, range: &ByteRange) -> Result<Bytes, ApiError> {
    match engine.screen().await? {
        Some(screen) => Ok(piece(&engine.covered(screen, stretch(range)?).await?, range)),
        // It ended again.
        None => open(engine, range).await,
    }
}

/// The bytes as they are.
async fn open(engine: &Engine, range: &ByteRange) -> Result<Bytes, ApiError> {
    let all = match range.source {
        ByteSource::RequestBody => {
            return Ok(engine
                .read_body(range.id.parse()?, range.offset, range.length.min(LONGEST))
                .await?);
        }
        ByteSource::RequestUnpacked => engine
            .unpacked_body(range.id.parse()?)
            .await?
            .map(|unpacked| unpacked.bytes.clone())
            .unwrap_or_default(),
        ByteSource::RequestHead => engine.request(range.id.parse()?).await?.head.bytes().clone(),
        ByteSource::RequestAnswer => engine
            .given_answer(range.id.parse()?)
            .await?
            .and_then(|answer| answer.bytes)
            .unwrap_or_default(),
        ByteSource::DeliveryHead => engine.delivery(range.id.parse()?).await?.head,
        ByteSource::DeliveryBody => {
            let delivery = engine.delivery(range.id.parse()?).await?;
            match delivery.body {
                Some(body) => body,
                // It sent the captured bytes.
                None => {
                    return Ok(engine
                        .read_body(delivery.request, range.offset, range.length.min(LONGEST))
                        .await?);
                }
            }
        }
        ByteSource::AttemptHead => engine.attempt(range.id.parse()?).await?.head,
        ByteSource::AttemptBody => engine.attempt(range.id.parse()?).await?.body,
    };
    Ok(piece(&all, range))
}

fn piece(all: &Bytes, range: &ByteRange) -> Bytes {
    let position = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(all.len());
    let end = range.offset.saturating_add(range.length.min(LONGEST));
    all.slice(position(range.offset)..position(end))
}

/// The same bytes as the engine calls them.
fn stretch(range: &ByteRange) -> Result<Stretch, ApiError> {
    let id = &range.id;
    Ok(match range.source {
        ByteSource::RequestHead => Stretch::RequestHead(id.parse()?),
        ByteSource::RequestBody => Stretch::RequestBody(id.parse()?),
        ByteSource::RequestAnswer => Stretch::RequestAnswer(id.parse()?),
        ByteSource::RequestUnpacked => Stretch::RequestUnpacked(id.parse()?),
        ByteSource::DeliveryHead => Stretch::DeliveryHead(id.parse()?),
        ByteSource::DeliveryBody => Stretch::DeliveryBody(id.parse()?),
        ByteSource::AttemptHead => Stretch::AttemptHead(id.parse()?),
        ByteSource::AttemptBody => Stretch::AttemptBody(id.parse()?),
    })
}
