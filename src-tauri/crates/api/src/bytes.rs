//! Heads and bodies as raw bytes, by range: they never travel inside JSON.

use bytes::Bytes;
use hookbench_engine::Engine;

use crate::error::ApiError;
use crate::types::{ByteRange, ByteSource};

/// The most bytes that are given at once.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Reads a range of a head or a body; what lies beyond its end is left out.
///
/// # Errors
/// `bad_input` for what is no id, `not_found` where nothing has that id, `store` where it cannot be read.
pub async fn read_bytes(engine: &Engine, range: &ByteRange) -> Result<Bytes, ApiError> {
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
    let position = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(all.len());
    let end = range.offset.saturating_add(range.length.min(LONGEST));
    Ok(all.slice(position(range.offset)..position(end)))
}
