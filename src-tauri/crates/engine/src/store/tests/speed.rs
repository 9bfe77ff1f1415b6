//! Measurements, run by hand in a release build: `cargo test --release -p hookbench-engine speed -- --ignored --nocapture`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt};

use super::super::{From, PageRequest, Store, StoreOptions, history};
use crate::filter::{Filter, Moment};
use crate::model::{Sequence, Timestamp};

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn speed_of_keeping() {
    for (connections, count) in [(1_u64, 2_000_u64), (16, 40_000), (64, 100_000), (64, 100_000)] {
        let folder =
            tempfile::tempdir_in(std::env::var("HOOKBENCH_DIR").unwrap_or_else(|_| "/tmp".to_owned()))
                .unwrap();
        let indexing = match number("HOOKBENCH_INDEX", 1) {
            0 => super::super::Indexing::Off,
            _ => super::super::Indexing::Background,
        };
        let store = Store::open(
            folder.path(),
            StoreOptions {
                indexing,
                ..StoreOptions::default()
            },
        )
        .await
        .unwrap();
        let ready: Vec<_> = (0..1_000).map(history::request).collect();
        let begun = Instant::now();
        let cpu = cpu_time();
        let tasks: Vec<_> = (0..connections)
            .map(|connection| {
                let (store, ready) = (store.clone(), ready.clone());
                tokio::spawn(async move {
                    let mut times = Vec::new();
                    for at in 0..count / connections {
                        let mut new = ready[((connection * 7 + at) % 1_000) as usize].clone();
                        new.id = crate::model::RequestId::generate();
                        new.recognition.delivery_key = Some(format!("evt_{connection}_{at}"));
                        let begun = Instant::now();
                        store.insert_request(new).await.unwrap();
                        times.push(begun.elapsed());
                    }
                    times
                })
            })
            .collect();
        let mut times: Vec<Duration> = Vec::new();
        for task in tasks {
            times.extend(task.await.unwrap());
        }
        let took = begun.elapsed();
        times.sort();
        let cpu = cpu_time() - cpu;
        let backlog = store.search_state().await.unwrap().backlog;
        println!(
            "{connections:>3} at once: {:>7.0} requests/s, p50 {:?}, p99 {:?}, {:.1} µs CPU each, backlog {backlog}",
            times.len() as f64 / took.as_secs_f64(),
            times[times.len() / 2],
            times[times.len() * 99 / 100],
            cpu.as_secs_f64() * 1e6 / times.len() as f64,
        );
        let usage = store.usage().await.unwrap();
        println!(
            "    stored / received {:.3}  {usage:?}",
            usage.used_bytes as f64 / usage.body_bytes as f64
        );
        store.close().await;
    }
}

fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|ticks| ticks.parse::<u64>().ok())
            .unwrap_or(0)
    };
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn speed_of_finding() {
    let rows = number("HOOKBENCH_ROWS", 100_000);
    let folder =
        std::env::var("HOOKBENCH_DIR").map_or_else(|_| PathBuf::from("/tmp/hookbench-speed"), PathBuf::from);
    let options = StoreOptions {
        durability: super::super::Durability::Normal,
        ..StoreOptions::default()
    };
    let begun = Instant::now();
    let store = Store::open(&folder, options).await.unwrap();
    println!("open {:?}", begun.elapsed());
    let kept = store.newest_sequence().await.unwrap().0.unsigned_abs();
    let begun = Instant::now();
    stream::iter(kept..rows)
        .for_each_concurrent(256, |at| {
            let store = store.clone();
            async move {
                store.insert_request(history::request(at)).await.unwrap();
            }
        })
        .await;
    println!("made {} in {:?}", rows.saturating_sub(kept), begun.elapsed());
    let begun = Instant::now();
    let mut progress = store.watch_search();
    while store.search_state().await.unwrap().backlog > 0 {
        let _ = tokio::time::timeout(Duration::from_secs(1), progress.changed()).await;
    }
    println!("indexed in {:?}", begun.elapsed());
    println!("{:?}", store.usage().await.unwrap());
    for text in [
        "",
        "provider:tracktik",
        "provider:stripe,github",
        "event:release",
        "event:shift:*",
        "sig:invalid",
        "-sig:valid",
        "status:5xx",
        "status:none",
        "is:aborted",
        "is:duplicate",
        "is:starred",
        "has:note",
        "method:get",
        "path:/none",
        "after:2026-01-01T00:10",
        "before:2026-01-01T00:00:30",
        "size:>6kb",
        "size:>1mb",
        "key:evt_stripe_77",
        "evt_stripe_77",
        "evt_stripe_77*",
        "evt_",
        "invoice",
        "zzz",
        "\"tachograph download\"",
        "json:/id=evt_github_500",
        "header:user-agent=github*",
        "-stripe",
        "*9f9f9f9*",
    ] {
        let filter =
            Filter::parse(text, &Moment::utc(Timestamp::from_micros(1_800_000_000_000_000))).unwrap();
        let mut times = Vec::new();
        let mut found = (0, false);
        for from in [
            From::Newest,
            From::Newest,
            From::Before(Sequence(rows as i64 / 2)),
        ] {
            let begun = Instant::now();
            let page = store
                .page(&PageRequest::newest(50).from(from).filter(filter.clone()))
                .await
                .unwrap();
            times.push(begun.elapsed());
            found = (page.rows.len(), page.scanned_to.is_some());
        }
        println!(
            "{text:<32} first {:>10.2?} again {:>10.2?} middle {:>10.2?}  {found:?}",
            times[0], times[1], times[2]
        );
    }
    store.close().await;
}
