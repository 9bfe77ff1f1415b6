//! What is left when the power fails, and what becomes of a disk that breaks: with a library between the program and its
//! disk, since no test can pull a plug.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hookbench_tests::{Hookbench, Listening};

use crate::faults::{send, status};

/// The files whose loss would be a loss.
const NAMES: [&str; 2] = ["hookbench.db", "hookbench.db-wal"];

/// A disk that keeps only what was synced.
struct Disk {
    folder: tempfile::TempDir,
    library: PathBuf,
}

impl Disk {
    /// `None` where there is no C compiler, with the reason on standard error.
    #[expect(clippy::print_stderr, reason = "why a test was left out has to be seen")]
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let library = folder.path().join("power.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/power.c");
        let made = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .status();
        if made.is_ok_and(|status| status.success()) {
            return Some(Self { folder, library });
        }
        eprintln!("skipped: there is no C compiler");
        None
    }

    fn listen(&self, hookbench: &Hookbench) -> Listening {
        // What other programs did to the data since has long reached the disk.
        for name in NAMES {
            let _ = fs::remove_file(self.folder.path().join(name));
            let file = hookbench.data().join(name);
            if file.exists() {
                fs::copy(file, self.folder.path().join(name)).expect("it can be copied");
            }
        }
        let mut command = hookbench.command();
        command
            .args(["listen", "--json", "--port", "0"])
            .env("LD_PRELOAD", &self.library)
            .env("HOOKBENCH_DISK", self.folder.path());
        Listening::start(command)
    }

    fn set(&self, what: &str, on: bool) {
        let path = self.folder.path().join(what);
        if on {
            fs::write(path, b"").expect("it can be written");
        } else {
            fs::remove_file(path).expect("it is there");
        }
    }

    /// The data as it is after the power failed.
    fn restore(&self, hookbench: &Hookbench) {
        let _ = fs::remove_file(hookbench.data().join("hookbench.db-shm"));
        for name in NAMES {
            let _ = fs::remove_file(hookbench.data().join(name));
            let synced = self.folder.path().join(name);
            if synced.exists() {
                fs::copy(synced, hookbench.data().join(name)).expect("it can be copied");
            }
        }
    }
}

/// Says that it is over when it goes.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Sends from several sides until told to stop; gives what was acknowledged.
fn burst(address: SocketAddr, round: usize, while_it_goes: impl FnOnce(&Mutex<Vec<String>>)) -> Vec<String> {
    let (over, acknowledged) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        // Also when an assertion fails: the senders would go on for ever.
        let _ends = Ends(&over);
        for sender in 0..6 {
            let (over, acknowledged) = (&over, &acknowledged);
            scope.spawn(move || {
                for number in 0.. {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    let path = format!("/{round}/{sender}/{number}");
                    let answer = send(address, &path, &vec![b'x'; 10 + number % 5_000]);
                    match status(&answer) {
                        "200" => acknowledged.lock().expect("no sender fails").push(path),
                        "" => return,
                        other => {
                            assert_eq!(other, "503", "no other answer to a good request");
                            std::thread::sleep(Duration::from_millis(20));
                        }
                    }
                }
            });
        }
        while_it_goes(&acknowledged);
    });
    acknowledged.into_inner().expect("no sender fails")
}

fn wait_for(acknowledged: &Mutex<Vec<String>>, more: usize) {
    let count = || acknowledged.lock().expect("no sender fails").len();
    let (wanted, deadline) = (count() + more, Instant::now() + Duration::from_secs(60));
    while count() < wanted {
        assert!(
            Instant::now() < deadline,
            "{} of {wanted} are acknowledged",
            count()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn assert_all_there(hookbench: &Hookbench, acknowledged: &[String]) {
    let mut kept: BTreeMap<String, usize> = BTreeMap::new();
    for row in hookbench.run(&["list", "--json", "--limit", "100000"]).json() {
        *kept
            .entry(row["target"].as_str().unwrap_or_default().to_owned())
            .or_default() += 1;
    }
    for path in acknowledged {
        assert_eq!(
            kept.get(path),
            Some(&1),
            "{path} was acknowledged and is there once"
        );
    }
}

#[test]
fn what_was_acknowledged_survives_a_power_cut() {
    let hookbench = Hookbench::new();
    let Some(disk) = Disk::new() else { return };
    let mut all = Vec::new();
    for round in 0..3 {
        let mut listening = Some(disk.listen(&hookbench));
        let address = listening.as_ref().map(Listening::address).expect("it listens");
        all.extend(burst(address, round, |acknowledged| {
            wait_for(acknowledged, 80);
            listening.take().map(Listening::kill).expect("it ran until now");
        }));
        disk.restore(&hookbench);
        assert_all_there(&hookbench, &all);
    }
}

#[test]
fn a_disk_that_cannot_sync_or_write_acknowledges_nothing_and_recovers_by_itself() {
    let hookbench = Hookbench::new();
    let Some(disk) = Disk::new() else { return };
    let mut listening = Some(disk.listen(&hookbench));
    let address = listening.as_ref().map(Listening::address).expect("it listens");
    let acknowledged = burst(address, 0, |acknowledged| {
        for trouble in ["broken", "readonly"] {
            wait_for(acknowledged, 40);
            disk.set(trouble, true);
            // What was being answered when the trouble began may still be acknowledged; what is sent now is not.
            for _ in 0..5 {
                let answer = send(address, "/refused", b"x");
                assert_eq!(
                    status(&answer),
                    "503",
                    "{trouble}: {answer}; it said {:?}",
                    listening.as_ref().map(Listening::asides)
                );
                assert!(
                    answer.to_lowercase().contains("retry-after: "),
                    "it may come again: {answer}"
                );
            }
            disk.set(trouble, false);
        }
        wait_for(acknowledged, 40);
        listening.take().map(Listening::kill).expect("it ran until now");
    });
    disk.restore(&hookbench);
    assert_all_there(&hookbench, &acknowledged);
}
