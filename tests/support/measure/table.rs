//! What a benchmark prints.

use std::fmt::Write as _;

/// Prints a line. The only place of a benchmark that does.
#[expect(clippy::print_stdout, reason = "figures are what a benchmark is for")]
pub fn say(line: &str) {
    println!("{line}");
}

/// Lines of cells, each column as wide as its widest cell; the first to the left, all others to the right.
#[derive(Debug, Default)]
pub struct Table {
    lines: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    #[must_use]
    pub fn new(headings: &[&str]) -> Self {
        Self {
            lines: vec![headings.iter().map(ToString::to_string).collect()],
        }
    }

    /// Adds a line.
    pub fn line(&mut self, cells: impl IntoIterator<Item = String>) {
        self.lines.push(cells.into_iter().collect());
    }

    /// Prints it.
    pub fn print(&self) {
        say(&self.text());
    }

    fn text(&self) -> String {
        let columns = self.lines.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            self.lines
                .iter()
                .filter_map(|line| line.get(column))
                .map(|cell| cell.chars().count())
                .max()
        };
        let widths: Vec<usize> = (0..columns)
            .map(|column| width(column).unwrap_or_default())
            .collect();
        let mut text = String::new();
        for line in &self.lines {
            let mut written = String::new();
            for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
                // Writing to a string cannot fail.
                let _ = if column == 0 {
                    write!(written, "{cell:<width$}")
                } else {
                    write!(written, "  {cell:>width$}")
                };
            }
            text.push_str(written.trim_end());
            text.push('\n');
        }
        text
    }
}

/// Seconds as milliseconds.
#[must_use]
pub fn milliseconds(seconds: f64) -> String {
    let value = seconds * 1e3;
    if value < 10.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.1}")
    }
}

/// Seconds as microseconds.
#[must_use]
pub fn microseconds(seconds: f64) -> String {
    format!("{:.1}", seconds * 1e6)
}

/// A rate without decimals, in groups of three digits.
#[must_use]
pub fn per_second(rate: f64) -> String {
    let digits = format!("{rate:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["what", "ms"]);
        table.line(["größer".to_owned(), "1".to_owned()]);
        table.line(["x".to_owned(), "10.25".to_owned()]);
        assert_eq!(
            table.text(),
            "what       ms\ngrößer      1\nx       10.25\n",
            "counted in characters, not bytes"
        );
    }

    #[test]
    fn rates_are_grouped_by_thousands() {
        let told: Vec<_> = [0.4, 999.0, 1000.0, 123_456.7].map(per_second).into();
        assert_eq!(told, ["0", "999", "1 000", "123 457"], "from the right");
    }

    #[test]
    fn small_times_keep_two_decimals() {
        assert_eq!(
            (milliseconds(0.001_234), milliseconds(0.123)),
            ("1.23".into(), "123.0".into()),
            "of milliseconds"
        );
    }
}
