//! How a command fails: a message on standard error, the remedy below it, exit code 1.

use std::io::Write as _;
use std::process::ExitCode;

use hookbench_engine::{EngineError, Question};

use crate::text::visible;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
    /// The reader of our output went away (`hookbench list | head`): nobody is left to tell, and nothing is wrong.
    quiet: bool,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            quiet: false,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Tells it on standard error and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        if self.quiet {
            return ExitCode::SUCCESS;
        }
        let mut stderr = std::io::stderr().lock();
        // A closed standard error leaves nobody to tell; the exit code still does.
        let _ = writeln!(stderr, "hookbench: {}", visible(&self.message));
        if let Some(hint) = &self.hint {
            let _ = writeln!(stderr, "  {}", visible(hint));
        }
        ExitCode::FAILURE
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
            message: error.to_string(),
            hint,
            quiet: false,
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let quiet = error.kind() == std::io::ErrorKind::BrokenPipe;
        Self {
            message: format!("the output cannot be written: {error}"),
            hint: None,
            quiet,
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::new(format!("the output cannot be written as JSON: {error}"))
    }
}
