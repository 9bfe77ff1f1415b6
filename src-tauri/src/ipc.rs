//! The three doors between the web view and the engine. The view is untrusted ground: what comes in is checked by the
//! boundary crate, and nothing else can be called. What the desktop wants of the view comes with the feed.

use std::sync::Arc;

use hookbench_api::types::{ByteRange, FeedEvent};
use hookbench_api::{ApiError, Feed, Running, dispatch};
use tauri::State;
use tauri::ipc::{Channel, Response};

use crate::desk::Desk;

/// Runs one declared command.
#[tauri::command]
pub(crate) async fn call(
    running: State<'_, Running>,
    name: String,
    args: serde_json::Value,
) -> Result<serde_json::Value, ApiError> {
    dispatch(running.inner(), &name, args).await
}

/// Reads a range of a head or a body as raw bytes.
#[tauri::command]
pub(crate) async fn read_bytes(running: State<'_, Running>, range: ByteRange) -> Result<Response, ApiError> {
    let engine = running.engine()?;
    let bytes = hookbench_api::read_bytes(&engine, &range).await?;
    Ok(Response::new(Vec::from(bytes)))
}

/// Sends the live feed into `channel` until the view is gone or asks anew.
#[tauri::command]
pub(crate) async fn subscribe(
    running: State<'_, Running>,
    desk: State<'_, Arc<Desk>>,
    channel: Channel<FeedEvent>,
) -> Result<(), ApiError> {
    let mut feed = Feed::new(&running.engine()?);
    let mut wishes = desk.wishes().hear();
    tauri::async_runtime::spawn(async move {
        loop {
            let event = tokio::select! {
                event = feed.next() => event,
                wishes = wishes.next() => match wishes {
                    Some(wishes) => feed.wishing(wishes),
                    None => return,
                },
            };
            // Sending fails once the view was closed: then this feed has no reader any more.
            if channel.send(event).is_err() {
                return;
            }
        }
    });
    Ok(())
}
