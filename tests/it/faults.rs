//! What the program does when its disk, its data file or its end comes in between.
#![cfg(unix)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hookbench_tests::Hookbench;

/// Sends a request on a connection of its own and gives the whole answer; empty where none came.
pub(crate) fn send(address: SocketAddr, path: &str, body: &[u8]) -> String {
    let exchange = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let length = body.len();
        stream.write_all(
            format!(
                "POST {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
            )
            .as_bytes(),
        )?;
        stream.write_all(body)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    exchange().unwrap_or_default()
}

pub(crate) fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or_default()
}

/// Sends until the answer has this status.
fn until(address: SocketAddr, wanted: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let answer = send(address, "/until", b"x");
        if status(&answer) == wanted {
            return answer;
        }
        assert!(
            Instant::now() < deadline,
            "{wanted} comes in time; now it is `{answer}`"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_data_file_that_is_deleted_takes_nothing_until_it_is_back() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    assert_eq!(
        status(&send(listening.address(), "/before", b"x")),
        "200",
        "all is well"
    );
    let (file, aside) = (
        hookbench.data().join("hookbench.db"),
        hookbench.data().join("aside"),
    );
    std::fs::rename(&file, &aside).expect("it can be moved");
    let answer = send(listening.address(), "/lost", b"x");
    assert_eq!(
        status(&answer),
        "503",
        "no acknowledgement into a file without a name: {answer}"
    );
    assert!(
        answer.to_lowercase().contains("retry-after: "),
        "the sender is told to come again: {answer}"
    );
    assert!(!file.exists(), "no silent new file");
    std::fs::rename(&aside, &file).expect("it can be moved back");
    assert_eq!(
        status(&send(listening.address(), "/after", b"x")),
        "200",
        "it recovers by itself"
    );
    let paths: Vec<_> = hookbench
        .requests()
        .iter()
        .map(|row| row["target"].clone())
        .collect();
    assert_eq!(
        paths,
        ["/after", "/before"],
        "what was acknowledged, and nothing else"
    );
}

#[test]
fn a_stop_in_a_burst_loses_nothing_that_was_acknowledged() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let address = listening.address();
    let over = AtomicBool::new(false);
    let (acknowledged, code) = std::thread::scope(|scope| {
        let over = &over;
        let senders: Vec<_> = (0..8)
            .map(|sender| {
                scope.spawn(move || {
                    let mut acknowledged = Vec::new();
                    for number in 0.. {
                        if over.load(Ordering::Relaxed) {
                            break;
                        }
                        let path = format!("/{sender}/{number}");
                        let answer = send(address, &path, b"burst");
                        match status(&answer) {
                            "200" => acknowledged.push(path),
                            "" | "503" => break,
                            other => panic!("{other} is no answer to a good request"),
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        std::thread::sleep(Duration::from_secs(1));
        let code = listening.stop();
        over.store(true, Ordering::Relaxed);
        let acknowledged: Vec<String> = senders
            .into_iter()
            .flat_map(|sender| sender.join().expect("a sender does not fail"))
            .collect();
        (acknowledged, code)
    });
    assert_eq!(code, Some(0), "it ends well");
    let log = std::fs::metadata(hookbench.data().join("hookbench.db-wal"));
    assert!(log.map_or(0, |log| log.len()) == 0, "the log is in the file");
    assert!(
        acknowledged.len() > 50,
        "there was a burst: {}",
        acknowledged.len()
    );
    let mut kept: Vec<String> = hookbench
        .requests()
        .iter()
        .map(|row| row["target"].as_str().unwrap_or_default().to_owned())
        .collect();
    kept.sort();
    let doubled = kept.windows(2).filter(|two| two[0] == two[1]).count();
    assert_eq!(doubled, 0, "none is there twice");
    for path in &acknowledged {
        assert!(kept.binary_search(path).is_ok(), "{path} was acknowledged");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_set_aside_when_asked() {
    let hookbench = Hookbench::new();
    let file = hookbench.data().join("hookbench.db");
    let garbage = vec![b'?'; 9_000];
    std::fs::write(&file, &garbage).expect("it can be written");
    let refused = hookbench.run(&["list"]);
    assert_eq!(refused.code, 1, "it is no data file");
    assert!(
        refused.stderr.contains("hookbench set-aside"),
        "the way on is named: {}",
        refused.stderr
    );
    assert_eq!(
        std::fs::read(&file).expect("it is there"),
        garbage,
        "and it is as it was"
    );
    let done = hookbench.run(&["set-aside"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let kept = std::fs::read_dir(hookbench.data())
        .expect("the folder is there")
        .filter_map(Result::ok)
        .find(|entry| entry.file_name().to_string_lossy().starts_with("hookbench-2"))
        .expect("it has a dated name");
    assert_eq!(
        std::fs::read(kept.path()).expect("it is there"),
        garbage,
        "not a byte is lost"
    );
    assert_eq!(hookbench.run(&["list"]).code, 0, "a new one is begun");
    let again = hookbench.run(&["set-aside"]);
    assert_eq!(
        again.code, 1,
        "a file in order stays where it is: {}",
        again.stderr
    );
}

#[test]
fn limits_set_in_another_terminal_hold_for_new_connections() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    assert_eq!(
        status(&send(listening.address(), "/", &[b'x'; 5_000])),
        "200",
        "under the usual limit"
    );
    let set = hookbench.run(&["limit", "set", "body", "4KiB"]);
    assert_eq!(set.code, 0, "{}", set.stderr);
    assert!(
        set.text().contains("4096 bytes"),
        "it says what holds: {}",
        set.text()
    );
    let deadline = Instant::now() + Duration::from_secs(10);
    while status(&send(listening.address(), "/", &[b'x'; 5_000])) != "413" {
        assert!(Instant::now() < deadline, "the listener hears of it");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(
        hookbench.run(&["limit", "reset", "body"]).code,
        0,
        "back to the usual"
    );
    until(listening.address(), "200");
    let wrong = hookbench.run(&["limit", "set", "body", "0"]);
    assert_eq!(wrong.code, 1, "out of bounds");
    assert!(
        wrong.stderr.contains("choose 1 to"),
        "with the bounds: {}",
        wrong.stderr
    );
}

/// A disk of this size, in memory, that only the processes of this shell see.
#[cfg(target_os = "linux")]
mod small_disk {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

    use super::*;

    struct Shell {
        child: Child,
        input: ChildStdin,
        output: BufReader<ChildStdout>,
    }

    impl Shell {
        /// `None` where this user may not mount, with the reason on standard error.
        #[expect(clippy::print_stderr, reason = "why a test was left out has to be seen")]
        fn with_disk(hookbench: &Hookbench, size: &str) -> Option<Self> {
            let data = hookbench.data().display();
            let script = format!(
                "mount -t tmpfs -o size={size} tmpfs {data} && cd {data} && echo ready && \
                 while read -r line; do eval \"$line\"; echo done; done"
            );
            let mut command = hookbench.command();
            let program = command.get_program().to_owned();
            let mut unshare = Command::new("unshare");
            unshare.args(["--map-root-user", "--mount", "sh", "-c", &script]);
            for (name, value) in command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?)))
            {
                unshare.env(name, value);
            }
            command = unshare;
            let mut child = command
                .env("HOOKBENCH", program)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .ok()?;
            let input = child.stdin.take()?;
            let output = BufReader::new(child.stdout.take()?);
            let mut shell = Self { child, input, output };
            if shell.line() == "ready" {
                return Some(shell);
            }
            eprintln!("skipped: this user may not mount a disk of its own here");
            None
        }

        fn line(&mut self) -> String {
            let mut line = String::new();
            self.output.read_line(&mut line).expect("the shell speaks");
            line.trim_end().to_owned()
        }

        /// Runs a command and gives what it printed.
        fn run(&mut self, command: &str) -> String {
            writeln!(self.input, "{command}").expect("the shell listens");
            let mut said = String::new();
            loop {
                let line = self.line();
                if line == "done" {
                    return said;
                }
                said += &line;
                said.push('\n');
            }
        }

        /// Starts a listener and gives where it listens.
        fn listen(&mut self) -> SocketAddr {
            self.run(
                "\"$HOOKBENCH\" listen --json --port 0 > /dev/shm/$$.out 2> /dev/shm/$$.err & LISTENER=$!",
            );
            let deadline = Instant::now() + Duration::from_secs(30);
            loop {
                let first = self.run("head -n 1 /dev/shm/$$.out");
                if let Ok(first) = serde_json::from_str::<serde_json::Value>(&first) {
                    let url = first["listening"].as_str().unwrap_or_default().to_owned();
                    return url.trim_start_matches("http://").parse().expect("an address");
                }
                assert!(Instant::now() < deadline, "it listens");
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }

    impl Drop for Shell {
        fn drop(&mut self) {
            let _ = writeln!(
                self.input,
                "kill -9 $LISTENER 2>/dev/null; rm -f /dev/shm/$$.out /dev/shm/$$.err; exit"
            );
            let _ = self.child.wait();
        }
    }

    #[test]
    fn a_disk_that_fills_up_is_answered_507_and_recovers_by_itself() {
        let hookbench = Hookbench::new();
        let Some(mut shell) = Shell::with_disk(&hookbench, "160m") else {
            return;
        };
        let address = shell.listen();
        let mut acknowledged = 0;
        for _ in 0..20 {
            acknowledged += u32::from(status(&send(address, "/", b"x")) == "200");
        }
        assert_eq!(acknowledged, 20, "there is room");
        // Less than 100 MB are left, and more than SQLite needs.
        shell.run("dd if=/dev/zero of=filler bs=1M count=90 2>/dev/null");
        let refused = until(address, "507");
        assert!(
            refused.to_lowercase().contains("retry-after: "),
            "it may come again: {refused}"
        );
        shell.run("rm filler");
        until(address, "200");
        // Now all of it is gone at once, before anybody has looked.
        shell.run("dd if=/dev/zero of=filler bs=1M 2>/dev/null; dd if=/dev/zero of=rest bs=1k 2>/dev/null");
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 24) as u8
        })
        .take(8_000_000)
        .collect();
        let answer = send(address, "/full", &noise);
        assert_eq!(status(&answer), "507", "the disk is full: {answer}");
        shell.run("rm filler rest");
        until(address, "200");
        let stored = shell.run("\"$HOOKBENCH\" list --json --limit 10000");
        let kept = stored
            .lines()
            .filter(|line| line.contains("\"target\":\"/\""))
            .count();
        assert_eq!(kept, 20, "all that was acknowledged is there");
        assert!(
            !stored.contains("\"target\":\"/full\",\"answered\":200"),
            "and what was refused is not"
        );
    }

    #[test]
    fn a_start_on_a_full_disk_names_the_cause() {
        let hookbench = Hookbench::new();
        let Some(mut shell) = Shell::with_disk(&hookbench, "1m") else {
            return;
        };
        shell.run("dd if=/dev/zero of=filler bs=1k 2>/dev/null");
        let said = shell.run("timeout 20 \"$HOOKBENCH\" listen --port 0 2>&1; echo \"ended with $?\"");
        assert!(
            said.contains("ended with 1"),
            "it does not hang, and does not crash: {said}"
        );
        assert!(said.contains("room on the disk"), "it says why: {said}");
        shell.run("rm filler");
        let listed = shell.run("\"$HOOKBENCH\" list 2>&1; echo \"ended with $?\"");
        assert!(
            listed.contains("ended with 0"),
            "nothing was left broken: {listed}"
        );
    }

    #[test]
    fn a_disk_that_can_only_be_read_is_named_at_the_start() {
        let hookbench = Hookbench::new();
        let Some(mut shell) = Shell::with_disk(&hookbench, "20m") else {
            return;
        };
        shell.run("\"$HOOKBENCH\" list; cd /; mount -o remount,ro \"$HOOKBENCH_DATA_DIR\"");
        let said = shell.run("timeout 20 \"$HOOKBENCH\" listen --port 0 2>&1; echo \"ended with $?\"");
        assert!(
            said.contains("ended with 1") && said.contains("can only be read"),
            "{said}"
        );
    }
}
