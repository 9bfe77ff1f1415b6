//! What a person reads. The only place that prints, so that everything goes out in one order and one tone.

use std::fmt;
use std::io::{self, Write as _};
use std::time::Duration;

/// Why a task stopped: the fact, and apart from it what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// A failure without advice.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    /// The same failure, with what to do about it in place of any earlier advice.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// The same failure with this advice, unless it already carries a nearer one.
    pub(crate) fn or_hint(self, hint: &str) -> Self {
        let hint = self.hint.or_else(|| Some(hint.to_string()));
        Self { hint, ..self }
    }

    /// Prints the fact, then the advice.
    pub(crate) fn print(&self) {
        say(&format!("\nerror: {}", self.message));
        if let Some(hint) = &self.hint {
            say(&format!("\n{hint}"));
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

/// Prints one line (or several) at once, in order with the programs that are run, since nothing is buffered.
#[expect(
    clippy::print_stderr,
    reason = "a task runner talks to the person; stderr is unbuffered and keeps its place"
)]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

/// Prints what was asked for, as opposed to what is going on: it can be piped on.
pub(crate) fn answer(text: &str) {
    // Who closes the pipe has read enough.
    drop(writeln!(io::stdout(), "{text}"));
}

/// A span of time as a person says it: `0.3 s`, `48 s`, `3 min 20 s`.
pub(crate) fn spoken(span: Duration) -> String {
    let seconds = span.as_secs_f64();
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    let whole = (span + Duration::from_millis(500)).as_secs();
    if whole < 60 {
        format!("{whole} s")
    } else {
        format!("{} min {} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spoken_in_the_unit_that_fits() {
        for (milliseconds, text) in [
            (0, "0.0 s"),
            (340, "0.3 s"),
            (9_940, "9.9 s"),
            (9_960, "10 s"),
            (59_400, "59 s"),
            (59_600, "1 min 0 s"),
            (200_000, "3 min 20 s"),
        ] {
            assert_eq!(spoken(Duration::from_millis(milliseconds)), text);
        }
    }

    #[test]
    fn the_nearer_advice_wins() {
        assert_eq!(
            Failure::new("x").hint("near").or_hint("far").hint.as_deref(),
            Some("near")
        );
        assert_eq!(Failure::new("x").or_hint("far").hint.as_deref(), Some("far"));
    }
}
