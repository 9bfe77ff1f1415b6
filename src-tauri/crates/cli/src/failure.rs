//! How a command fails: a message on standard error, the remedy below it, exit code 1.

use std::io::Write as _;
use std::process::ExitCode;

use hookbench_engine::filter::FilterError;
use hookbench_engine::{EngineError, Question};

use crate::text::visible;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    /// What was typed, with a mark below what is wrong with it.
    quote: Option<String>,
    hint: Option<String>,
    /// The reader of our output went away (`hookbench list | head`): nobody is left to tell, and nothing is wrong.
    quiet: bool,
    /// The exit code, where it is told.
    code: u8,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            quote: None,
            hint: None,
            quiet: false,
            code: 1,
        }
    }

    /// Another exit code than 1.
    pub(crate) const fn with_code(mut self, code: u8) -> Self {
        self.code = code;
        self
    }

    /// Nothing went wrong, and the exit code says what was found.
    pub(crate) fn finding(code: u8) -> Self {
        Self {
            quiet: true,
            ..Self::new(String::new()).with_code(code)
        }
    }

    /// What is wrong with a filter, shown below it.
    pub(crate) fn in_filter(error: EngineError, filter: &str) -> Self {
        let quote = match &error {
            EngineError::Filter(error) => Some(quoted(filter, error)),
            _ => None,
        };
        Self {
            quote,
            ..Self::from(error)
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Tells it on standard error and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        if self.quiet {
            return ExitCode::from(self.code);
        }
        let mut stderr = std::io::stderr().lock();
        // A closed standard error leaves nobody to tell; the exit code still does.
        let _ = writeln!(stderr, "hookbench: {}", visible(&self.message));
        if let Some(quote) = &self.quote {
            let _ = writeln!(stderr, "{quote}");
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(stderr, "  {}", visible(hint));
        }
        ExitCode::from(self.code)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let hint = match &error {
            // On a terminal one agrees by an option.
            EngineError::Confirm(Question::Far { authority }) => {
                Some(format!("agree to it with `--allow {authority}`"))
            }
            EngineError::Confirm(Question::Live { .. }) => Some("agree to it with `--allow-live`".to_owned()),
            error => error.hint(),
        };
        Self {
            hint,
            ..Self::new(error.to_string())
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let quiet = error.kind() == std::io::ErrorKind::BrokenPipe;
        Self {
            quiet,
            code: u8::from(!quiet),
            ..Self::new(format!("the output cannot be written: {error}"))
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::new(format!("the output cannot be written as JSON: {error}"))
    }
}

/// The filter, and below it a mark under each letter that is wrong.
fn quoted(filter: &str, error: &FilterError) -> String {
    let width = |letters: &str| visible(letters).chars().count();
    let letters: Vec<char> = filter.chars().collect();
    let part = |range: std::ops::Range<usize>| -> String {
        let end = range.end.min(letters.len());
        letters[range.start.min(end)..end].iter().collect()
    };
    let before = width(&part(0..error.at.start));
    let wrong = width(&part(error.at.clone())).max(1);
    format!(
        "  {}\n  {}{}",
        visible(filter),
        " ".repeat(before),
        "^".repeat(wrong)
    )
}

#[cfg(test)]
mod tests {
    use hookbench_engine::filter::{Filter, Moment};
    use hookbench_engine::model::Timestamp;

    use super::*;

    #[test]
    fn what_is_wrong_with_a_filter_is_marked_below_it() {
        for (filter, shown) in [
            ("paid evnt:push", "  paid evnt:push\n       ^^^^"),
            ("é\t\"b", "  é\\u{9}\"b\n        ^^"),
            ("provider:", "  provider:\n  ^^^^^^^^^"),
        ] {
            let error = Filter::parse(filter, &Moment::utc(Timestamp::from_micros(0))).unwrap_err();
            assert_eq!(quoted(filter, &error), shown, "`{filter}`");
        }
    }
}
