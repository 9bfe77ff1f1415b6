//! Standard output, written so that a reader that goes away is an error and not a panic.

use std::io::Write as _;

use serde::Serialize;

use crate::failure::Failure;

/// Writes one JSON object on a line of its own, at once.
pub(crate) fn json(object: &impl Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_vec(object)?;
    text.push(b'\n');
    bytes(&text)
}

/// Writes a line, at once.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{text}")?;
    Ok(stdout.flush()?)
}

/// Writes exactly these bytes, at once.
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes)?;
    Ok(stdout.flush()?)
}

/// Writes to the present line of standard error, at once.
pub(crate) fn aside_here(text: &str) {
    // Nobody may be listening, and the command goes on all the same.
    let mut stderr = std::io::stderr().lock();
    let _ = write!(stderr, "{text}").and_then(|()| stderr.flush());
}

/// Tells something beside the output, on standard error.
pub(crate) fn aside(text: &str) {
    // Nobody may be listening, and the command goes on all the same.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
