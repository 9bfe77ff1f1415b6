//! What the system knows of a running process, as far as it tells without rights: on Linux from `/proc`, elsewhere
//! nothing, and the columns stay empty.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The unit of processor times in `/proc`: every Linux that Rust supports counts them in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

/// How long a process is watched to tell whether it has come to rest.
const GLANCE: Duration = Duration::from_millis(200);

/// The counters of a process at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Reading {
    /// Processor seconds of all its threads, its own and the system's for it.
    pub processor: f64,
    /// Bytes it caused to be written to storage.
    pub written: f64,
    /// Bytes of memory it holds.
    pub resident: f64,
    /// The most bytes of memory it ever held.
    pub peak: f64,
}

impl Reading {
    /// The counters of a process; `None` where the system does not tell.
    #[must_use]
    pub fn of(process: u32) -> Option<Self> {
        let file = |name: &str| fs::read_to_string(format!("/proc/{process}/{name}")).ok();
        let status = file("status")?;
        Some(Self {
            processor: processor(&file("stat")?)?,
            // Not every container shows it.
            written: file("io")
                .and_then(|io| number(&io, "write_bytes:"))
                .unwrap_or_default(),
            resident: number(&status, "VmRSS:")? * 1024.0,
            peak: number(&status, "VmHWM:")? * 1024.0,
        })
    }
}

/// Processor seconds from `/proc/PID/stat`. The name of the program, in brackets, may hold blanks and brackets.
fn processor(stat: &str) -> Option<f64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SECOND)
}

/// The number behind a name at the beginning of a line.
fn number(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Waits until a process has almost nothing left to do, so that its leftovers do not burden who is measured next, and
/// tells how long that took. It is not waited for longer than `patience`.
pub fn settle(process: u32, patience: Duration) -> Duration {
    let begin = Instant::now();
    let mut before = Reading::of(process);
    while begin.elapsed() < patience {
        sleep(GLANCE);
        let now = Reading::of(process);
        match (before, now) {
            (Some(before), Some(now)) if now.processor - before.processor > 0.1 * GLANCE.as_secs_f64() => {}
            _ => break,
        }
        before = now;
    }
    begin.elapsed().saturating_sub(GLANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "42 (a b) (c)) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 7 9 20 0 4 0 12345 1 2";
        assert_eq!(
            processor(stat),
            Some(3.0),
            "250 ticks of its own and 50 of the system's"
        );
        assert_eq!(
            processor("42 (x) S 1"),
            None,
            "a line that is too short says nothing"
        );
    }

    #[test]
    fn numbers_are_found_by_their_names() {
        let status = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(number(status, "VmRSS:"), Some(1024.0), "not the peak above it");
        assert_eq!(number(status, "VmSwap:"), None, "what is not there is not zero");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory() {
        let reading = Reading::of(std::process::id()).expect("Linux tells");
        assert!(
            reading.resident > 0.0 && reading.peak >= reading.resident,
            "{reading:?}"
        );
    }
}
