//! Programs that end with the test.
//!
//! A display or a driver that outlives a killed test run stays for ever. So each runs under a shell that holds the
//! other end of a pipe: whatever ends the test's process closes the pipe, and the shell then ends the program.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Starts `"$@"`, waits until the pipe closes (or a signal comes), and ends it.
const KEEPER: &str = r#"trap : INT TERM HUP
"$@" &
program=$!
read -r _
kill -KILL "$program" 2>/dev/null
wait "$program""#;

/// How long a program may take to say its first line.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running program; ended when dropped.
pub(crate) struct Tied {
    keeper: Child,
    lines: Receiver<String>,
}

impl Tied {
    /// Starts a program whose environment is this process's, changed by `change`; what it says on standard error goes
    /// into `log`.
    pub(crate) fn start(
        program: &str,
        arguments: &[&str],
        log: &Path,
        change: impl FnOnce(&mut Command),
    ) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "keeper", program]).args(arguments);
        change(&mut command);
        let mut keeper = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(log).expect("a file for what a program says"))
            .spawn()
            .expect("a shell starts");
        let output = keeper.stdout.take().expect("a piped output");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // Nobody may be waiting for further lines; they are still read, so that the program is not held up.
                let _ = sender.send(line);
            }
        });
        Self { keeper, lines }
    }

    /// The next line it prints.
    pub(crate) fn line(&self, whose: &str) -> String {
        self.lines
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| panic!("{whose} says where it is"))
    }
}

impl Drop for Tied {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // The shell is gone already where a signal ended it.
        let _ = self.keeper.wait();
    }
}
