//! The process is killed in a burst, for real: this binary runs itself as the victim.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::super::{From, PageRequest, Store, StoreOptions, history};
use super::open;
use crate::model::{RequestId, Sequence};

const FOLDER: &str = "HOOKBENCH_TEST_VICTIM";

/// Only this binary sees the store from inside, so what is killed is one of its tests; it never ends by itself, so it is
/// left out of the others.
#[test]
#[ignore = "the victim of the test below, which starts it"]
fn victim() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = Store::open(Path::new(&folder), StoreOptions::default())
            .await
            .unwrap();
        let senders: Vec<_> = (0..16)
            .map(|sender| {
                let store = store.clone();
                tokio::spawn(async move {
                    for number in 0.. {
                        let mut new = history::request(sender * 1_000_000 + number);
                        // Every fourth repeats one of its own, so that marks are under way at the end too.
                        new.recognition.provider = Some("stripe".to_owned());
                        new.recognition.delivery_key = Some(format!("{sender} {}", number - number % 4 / 3));
                        let id = new.id;
                        store.insert_request(new).await.unwrap();
                        // A whole line at once: what the parent reads was acknowledged.
                        std::io::stdout()
                            .write_all(format!("kept {id}\n").as_bytes())
                            .unwrap();
                    }
                })
            })
            .collect();
        for sender in senders {
            sender.await.unwrap();
        }
    });
}

/// Each request whose key was there before names the first that had it, and no other one names any.
async fn assert_marks_are_right(store: &Store, round: usize) {
    let newest = store.newest_sequence().await.unwrap();
    store.marked(newest, Duration::from_secs(60)).await;
    let mut firsts: HashMap<(Option<String>, Option<String>), RequestId> = HashMap::new();
    let (mut after, mut repeated) = (Sequence(0), 0);
    loop {
        let page = store
            .page(&PageRequest::newest(1_000).from(From::After(after)))
            .await
            .unwrap();
        for row in page.rows.iter().rev() {
            after = row.sequence;
            let key = (
                row.recognition.provider.clone(),
                row.recognition.delivery_key.clone(),
            );
            let first = *firsts.entry(key).or_insert(row.id);
            let repeats = (first != row.id).then_some(first);
            assert_eq!(row.duplicate_of, repeats, "after {round} kills");
            repeated += usize::from(repeats.is_some());
        }
        if !page.more {
            break;
        }
    }
    assert!(repeated > 5, "many were repetitions: {repeated}");
}

#[test]
fn what_was_acknowledged_survives_the_end_of_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<String> = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for round in 1..=6 {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "store::tests::killing::victim",
                "--ignored",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines();
        let mut kept = |line: Option<std::io::Result<String>>| {
            let Some(Ok(line)) = line else { return false };
            // The test runner writes its own beginning of a line before the first of ours.
            if let Some((_, id)) = line.split_once("kept ").filter(|(_, id)| id.len() == 36) {
                acknowledged.push(id.to_owned());
            }
            true
        };
        for _ in 0..round * 70 {
            assert!(kept(lines.next()), "the victim runs until it is killed");
        }
        victim.kill().unwrap();
        while kept(lines.next()) {}
        victim.wait().unwrap();
        runtime.block_on(async {
            let store = open(&folder).await;
            let mut rows: Vec<String> = Vec::new();
            let mut wanted = PageRequest::newest(1_000);
            loop {
                let page = store.page(&wanted).await.unwrap();
                rows.extend(page.rows.iter().map(|row| row.id.to_string()));
                let Some(last) = page.rows.last().filter(|_| page.more) else {
                    break;
                };
                wanted.from = From::Before(last.sequence);
            }
            assert_marks_are_right(&store, round).await;
            let there: HashSet<&String> = rows.iter().collect();
            assert_eq!(there.len(), rows.len(), "none twice");
            let lost = acknowledged.iter().filter(|id| !there.contains(id)).count();
            assert_eq!(
                lost,
                0,
                "none of {} is lost after {round} kills",
                acknowledged.len()
            );
            assert_eq!(
                store.total().await.unwrap().requests,
                rows.len() as u64,
                "the tally agrees"
            );
            store.close().await;
        });
    }
    assert!(
        acknowledged.len() > 1_000,
        "it was a burst: {}",
        acknowledged.len()
    );
}
