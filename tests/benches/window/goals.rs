//! What was found beside what is wanted. A figure that misses its goal is told and is no failure: machines are noisy, and
//! who reads it sees how much else there was to do.

use hookbench_tests::measure::{Table, per_second};

/// Figures with their goals.
#[derive(Debug, Default)]
pub(crate) struct Goals {
    lines: Vec<[String; 5]>,
    missed: Vec<String>,
}

impl Goals {
    /// Enters a figure that should not be greater than this.
    pub(crate) fn at_most(&mut self, what: &str, found: f64, goal: f64, unit: &str) {
        let is_met = found <= goal;
        if !is_met {
            self.missed.push(what.to_owned());
        }
        self.lines.push([
            what.to_owned(),
            format!("{} {unit}", figure(found)),
            format!("≤ {} {unit}", figure(goal)),
            if is_met { "met" } else { "MISSED" }.to_owned(),
            load(),
        ]);
    }

    /// Prints all of them; what they come to in few words.
    pub(crate) fn print(&self) -> String {
        let mut table = Table::new(&["goals", "found", "goal", "", "load then"]);
        for line in &self.lines {
            table.line(line.clone());
        }
        table.print();
        let met = self.lines.len() - self.missed.len();
        let missed = if self.missed.is_empty() {
            String::new()
        } else {
            format!(", missed: {}", self.missed.join("; "))
        };
        format!("{met} of {} goals met{missed}", self.lines.len())
    }
}

/// How many programs wanted a processor in the last minute.
pub(crate) fn load() -> String {
    let loads = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    loads.split(' ').next().unwrap_or_default().to_owned()
}

fn figure(value: f64) -> String {
    if value.abs() < 10.0 {
        format!("{value:.2}")
    } else {
        per_second(value)
    }
}
