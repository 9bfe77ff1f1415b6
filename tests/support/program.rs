//! The built programs.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// How long a line or an end is waited for on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The path of a program of this workspace: the one the environment names, as `cargo xtask test` does, else the one
/// beside the test, built if it is the terminal program and not there or not fresh.
///
/// # Panics
/// When it is not there and cannot be built.
#[must_use]
pub fn program(package: &str) -> PathBuf {
    let variable = if package == "hookbench" {
        "HOOKBENCH_BINARY"
    } else {
        "HOOKBENCH_DESKTOP_BINARY"
    };
    if let Some(path) = std::env::var_os(variable) {
        return PathBuf::from(path);
    }
    static TERMINAL: Once = Once::new();
    let directory = target_directory();
    let path = directory.join(format!("{package}{}", std::env::consts::EXE_SUFFIX));
    let build = || {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["build", "--quiet", "--package", package]);
        if directory.file_name().is_some_and(|name| name == "release") {
            command.arg("--release");
        }
        let status = command.status().expect("cargo runs");
        assert!(status.success(), "`{package}` is built before it is tested");
    };
    if package == "hookbench" {
        TERMINAL.call_once(build);
    }
    assert!(path.exists(), "{} is built by `cargo xtask test`", path.display());
    path
}

/// The folder of the built programs: the test's own is `<folder>/deps/<name>`.
///
/// # Panics
/// When this is no test or benchmark.
#[must_use]
pub fn target_directory() -> PathBuf {
    let own = std::env::current_exe().expect("a test knows its own path");
    own.parent()
        .and_then(Path::parent)
        .expect("a test lies in `deps`")
        .to_owned()
}

/// The terminal program on a data folder of its own.
#[derive(Debug)]
pub struct Hookbench {
    data: PathBuf,
    /// Takes the folder away in the end, unless it is to be kept.
    _while_needed: Option<TempDir>,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Output {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// Standard output, byte for byte.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: String,
}

impl Output {
    /// Standard output as text.
    ///
    /// # Panics
    /// When it is not UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("the output is text")
    }

    /// Each line of standard output as JSON.
    ///
    /// # Panics
    /// When the command failed or a line is not JSON.
    #[must_use]
    pub fn json(&self) -> Vec<Value> {
        assert_eq!(self.code, 0, "the command succeeds: {}", self.stderr);
        self.text()
            .lines()
            .map(|line| serde_json::from_str(line).expect("each line is JSON"))
            .collect()
    }
}

impl Default for Hookbench {
    fn default() -> Self {
        Self::new()
    }
}

impl Hookbench {
    /// An empty data folder.
    ///
    /// # Panics
    /// When none can be made.
    #[must_use]
    pub fn new() -> Self {
        Self::within(TempDir::with_prefix("hookbench-test-").expect("a folder for the data"))
    }

    /// An empty data folder beside the built programs: the system's folder for temporary files may lie in memory, where
    /// a commit costs nothing.
    ///
    /// # Panics
    /// When none can be made.
    #[must_use]
    pub fn on_disk() -> Self {
        Self::within(
            TempDir::with_prefix_in("bench-data-", target_directory()).expect("a folder for the data"),
        )
    }

    /// A data folder that stays.
    #[must_use]
    pub fn kept(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            _while_needed: None,
        }
    }

    fn within(folder: TempDir) -> Self {
        Self {
            data: folder.path().to_owned(),
            _while_needed: Some(folder),
        }
    }

    /// The same with an endpoint and the secret of its provider.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn with_endpoint(self, path: &str, provider: &str, secret: &str) -> Self {
        let added = self.run(&["endpoint", "add", path, "--provider", provider]);
        assert_eq!(added.code, 0, "the endpoint is made: {}", added.stderr);
        let set = self.run_with_input(&["secret", "set", path], secret.as_bytes());
        assert_eq!(set.code, 0, "the secret is set: {}", set.stderr);
        self
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The program on this data, still without arguments.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(program("hookbench"));
        // Tests never touch the keychain of the person who runs them.
        command
            .env("HOOKBENCH_SECRETS", "file")
            .env_remove("HOOKBENCH_PORT")
            .env_remove("HOOKBENCH_LOG");
        command.env("HOOKBENCH_DATA_DIR", self.data());
        command
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with_input(arguments, b"")
    }

    /// Runs a command to its end with this on its standard input.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("a piped input");
        let input = input.to_vec();
        // Beside the reading: a program that answers line by line fills its pipe before the input is all written.
        let writing = std::thread::spawn(move || {
            // A command that reads nothing closes its end: that is no failure of the test.
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().expect("the program ends");
        writing.join().expect("the input is written");
        Output {
            code: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// All captured requests with their bytes, newest first.
    ///
    /// # Panics
    /// When they cannot be listed.
    pub fn requests(&self) -> Vec<Value> {
        self.run(&["list", "--json", "--full", "--limit", "10000"]).json()
    }

    /// Waits until `count` requests are there and gives them, newest first.
    ///
    /// # Panics
    /// When they do not come.
    pub fn wait_for_requests(&self, count: usize) -> Vec<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let requests = self.requests();
            if requests.len() >= count {
                return requests;
            }
            assert!(
                Instant::now() < deadline,
                "{count} requests come, there are {}",
                requests.len()
            );
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Starts `listen --json` on any free port.
    pub fn listen(&self) -> Listening {
        self.listen_with(&["--port", "0"])
    }

    /// Starts `listen --json` with these arguments.
    ///
    /// # Panics
    /// When it does not say where it listens.
    pub fn listen_with(&self, arguments: &[&str]) -> Listening {
        self.listen_by("listen", arguments)
    }

    /// Starts `forward`, on any free port, with `--json` and these arguments.
    ///
    /// # Panics
    /// When it does not say where it listens.
    pub fn forward(&self, arguments: &[&str]) -> Listening {
        self.listen_by("forward", &[&["--port", "0"], arguments].concat())
    }

    fn listen_by(&self, word: &str, arguments: &[&str]) -> Listening {
        let mut command = self.command();
        command.args([word, "--json"]).args(arguments);
        Listening::start(command)
    }
}

impl Listening {
    /// Starts a command that says first where it listens.
    ///
    /// # Panics
    /// When it does not say so.
    #[must_use]
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let lines = lines_of(child.stdout.take().expect("a piped output"));
        let asides = lines_of(child.stderr.take().expect("a piped output"));
        let mut listening = Self {
            child,
            lines,
            asides,
            first: Value::Null,
        };
        listening.first = listening.next_line();
        listening
    }
}

fn lines_of(output: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// A running listener; killed when dropped.
#[derive(Debug)]
pub struct Listening {
    child: Child,
    lines: Receiver<String>,
    asides: Receiver<String>,
    /// The first line it printed.
    pub first: Value,
}

impl Listening {
    /// Where it listens.
    ///
    /// # Panics
    /// When the first line does not say so.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        let url = self.first["listening"]
            .as_str()
            .expect("the first line says where it listens");
        url.strip_prefix("http://")
            .and_then(|rest| rest.parse().ok())
            .expect("an address and a port")
    }

    /// The next line of its output.
    ///
    /// # Panics
    /// When none comes, or it is not JSON.
    pub fn next_line(&mut self) -> Value {
        let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            panic!(
                "a line comes; it said: {:?}",
                self.asides.try_iter().collect::<Vec<_>>()
            )
        });
        serde_json::from_str(&line).expect("each line is JSON")
    }

    /// Everything it has said on standard error so far.
    #[must_use]
    pub fn asides(&self) -> Vec<String> {
        self.asides.try_iter().collect()
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a crash would.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// Asks it to stop and gives its exit code.
    ///
    /// # Panics
    /// When it does not end.
    #[cfg(unix)]
    pub fn stop(mut self) -> Option<i32> {
        let status = Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .expect("kill runs");
        assert!(status.success(), "the signal is sent");
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                return status.code();
            }
            assert!(Instant::now() < deadline, "it ends when it is asked to");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
