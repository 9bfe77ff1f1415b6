//! A long history, made by the store alone: through a listener it would take minutes, and a listener clears away what is
//! over its limits.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hookbench_engine::store::history::request;
use hookbench_engine::store::{Durability, Store, StoreError, StoreOptions};
use hookbench_tests::measure::{Failure, Outcome, say};

/// Requests that are kept at once.
const KEEPERS: usize = 256;

/// Makes a history of so many requests in a data folder that no program uses, and waits for its index.
pub(crate) async fn make(data: &Path, count: u64) -> Outcome<()> {
    let begin = Instant::now();
    let store = Store::open(
        data,
        StoreOptions {
            durability: Durability::Normal,
            ..StoreOptions::default()
        },
    )
    .await?;
    let next = Arc::new(AtomicU64::new(0));
    let keepers: Vec<_> = (0..KEEPERS)
        .map(|_| {
            let (store, next) = (store.clone(), Arc::clone(&next));
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return Ok(());
                    }
                    store.insert_request(request(number)).await?;
                }
            })
        })
        .collect();
    for keeper in keepers {
        keeper
            .await?
            .map_err(|error: StoreError| Failure::new(error.to_string()))?;
    }
    let kept = begin.elapsed().as_secs_f64();
    while store.search_state().await?.backlog > 0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let usage = store.usage().await?;
    say(&format!(
        "{count} requests made in {kept:.1} s, their index {:.1} s later; bodies of {} MB in {} MB, index {} MB",
        begin.elapsed().as_secs_f64() - kept,
        usage.body_bytes / 1_000_000,
        usage.used_bytes / 1_000_000,
        usage.search_bytes / 1_000_000,
    ));
    store.close().await;
    Ok(())
}
