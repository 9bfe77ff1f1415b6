//! The processes of a window: its own and those of its web view, known by the data folder in their environment.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hookbench_tests::measure::{Failure, Outcome, Reading};

/// The unit of starting times in `/proc`.
const TICKS_PER_SECOND: f64 = 100.0;

/// What drives the window and is no part of it.
const DRIVER: &str = "WebKitWebDriver";

/// The beginning of the name of the process in which the page runs.
const PAGE: &str = "WebKitWebProces";

/// How long a window may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// All processes that were started for this data, but the driver.
pub(crate) fn members(data: &Path) -> Outcome<Vec<u32>> {
    let wanted = format!("HOOKBENCH_DATA_DIR={}", data.display());
    let mut members = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(process) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // A process may end while it is looked at.
        let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
        let is_ours = environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == wanted.as_bytes());
        if is_ours && name.trim_end() != DRIVER {
            members.push(process);
        }
    }
    Ok(members)
}

/// Waits until all of them have ended; who does not is killed.
pub(crate) fn see_off(data: &Path) -> Outcome<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = members(data)?;
        if left.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            let names = left.iter().map(ToString::to_string);
            Command::new("kill").arg("-KILL").args(names).status()?;
            return Ok(());
        }
        sleep(Duration::from_millis(50));
    }
}

/// When the process of this program began, in milliseconds since the epoch. Exact to about 10 ms.
pub(crate) fn began(members: &[u32], binary: &Path) -> Outcome<f64> {
    let binary = fs::canonicalize(binary)?;
    let process = members
        .iter()
        .find(|process| fs::read_link(format!("/proc/{process}/exe")).is_ok_and(|program| program == binary))
        .ok_or_else(|| Failure::new("the window's process is gone"))?;
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let started: Option<f64> = stat
        .rsplit_once(')')
        .and_then(|(_, fields)| fields.split_whitespace().nth(19)?.parse().ok());
    let started = started.ok_or_else(|| Failure::new(format!("`{stat}` has no starting time")))?;
    let uptime = fs::read_to_string("/proc/uptime")?;
    let uptime: f64 = uptime.split_whitespace().next().unwrap_or_default().parse()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
    Ok((now - uptime + started / TICKS_PER_SECOND) * 1e3)
}

/// Bytes of memory that all of them hold; what they share is counted once.
pub(crate) fn memory(members: &[u32]) -> f64 {
    parts(members).iter().map(|(_, bytes)| bytes).sum()
}

/// The same for each, with its name.
pub(crate) fn parts(members: &[u32]) -> Vec<(String, f64)> {
    let kibibytes = |process: &u32| -> Option<f64> {
        let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        line.split_whitespace().next()?.parse().ok()
    };
    let part = |process: &u32| {
        let name = fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
        Some((name.trim_end().to_owned(), kibibytes(process)? * 1024.0))
    };
    members.iter().filter_map(part).collect()
}

/// Processor seconds that were taken.
pub(crate) struct Processor {
    /// By the process in which the page runs.
    pub(crate) page: f64,
    /// By all processes of the window.
    pub(crate) all: f64,
}

/// What all of them have taken so far.
pub(crate) fn processor(members: &[u32]) -> Processor {
    let mut taken = Processor { page: 0.0, all: 0.0 };
    for process in members {
        let seconds = Reading::of(*process).map_or(0.0, |reading| reading.processor);
        taken.all += seconds;
        let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
        if name.starts_with(PAGE) {
            taken.page += seconds;
        }
    }
    taken
}
