//! A screen, a message bus and a WebDriver of one's own, and the few words of WebDriver that are needed here.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use hookbench_tests::measure::{Failure, Outcome, free_port};
use hookbench_tests::request;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(20);

/// What is measured inside the page: `window.bench`.
const PAGE: &str = include_str!("page.js");

/// A program with everything it started, ended with it.
struct Group(Child);

impl Group {
    fn start(command: &mut Command) -> Outcome<Self> {
        Ok(Self(
            command
                .process_group(0)
                .stdin(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?,
        ))
    }

    fn first_line(&mut self) -> Outcome<String> {
        let output = self
            .0
            .stdout
            .take()
            .ok_or_else(|| Failure::new("the program has no output"))?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Some of them may have ended already.
        let _ = Command::new("kill")
            .args(["-KILL", "--", &format!("-{}", self.0.id())])
            .stderr(Stdio::null())
            .status();
        let _ = self.0.wait();
    }
}

/// A screen in memory and a bus on which no other window is.
pub(crate) struct Stage {
    display: String,
    bus: String,
    _screen: Group,
    _daemon: Group,
}

impl Stage {
    /// Sets it up.
    pub(crate) fn new() -> Outcome<Self> {
        let mut screen = Group::start(
            Command::new("Xvfb")
                .args([
                    "-displayfd",
                    "1",
                    "-screen",
                    "0",
                    "1280x800x24",
                    "-nolisten",
                    "tcp",
                ])
                .stdout(Stdio::piped()),
        )?;
        let display = format!(":{}", screen.first_line()?);
        let mut daemon = Group::start(
            Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--print-address=1"])
                .stdout(Stdio::piped()),
        )?;
        let bus = daemon.first_line()?;
        Ok(Self {
            display,
            bus,
            _screen: screen,
            _daemon: daemon,
        })
    }
}

/// A window under a WebDriver.
pub(crate) struct Session {
    address: SocketAddr,
    path: String,
    _driver: Group,
}

impl Session {
    /// Opens the window on this data; comes back when its page is loaded.
    pub(crate) fn open(stage: &Stage, binary: &Path, data: &Path) -> Outcome<Self> {
        let port = free_port()?;
        let driver = Group::start(
            Command::new("WebKitWebDriver")
                .arg(format!("--port={port}"))
                .env("DISPLAY", &stage.display)
                .env("DBUS_SESSION_BUS_ADDRESS", &stage.bus)
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
                .env("HOOKBENCH_DATA_DIR", data)
                .env("HOOKBENCH_PORT", "0")
                .env("HOOKBENCH_SECRETS", "file")
                .stdout(Stdio::null()),
        )?;
        let address: SocketAddr = (Ipv4Addr::LOCALHOST, port).into();
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            if Instant::now() > deadline {
                return Err(Failure::new("WebKitWebDriver does not listen"));
            }
            sleep(Duration::from_millis(10));
        }
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "webkitgtk:browserOptions": { "binary": binary, "args": [] },
        } } });
        let opened = say(address, "POST", "/session", &wanted)?;
        let id = opened["sessionId"]
            .as_str()
            .ok_or_else(|| Failure::new(format!("no session: {opened}")))?;
        let session = Self {
            address,
            path: format!("/session/{id}"),
            _driver: driver,
        };
        session.ask(PAGE)?;
        Ok(session)
    }

    /// What an expression of `page.js` comes to, waited for where it is a promise.
    pub(crate) fn page(&self, expression: &str) -> Outcome<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1]; \
             Promise.resolve(window.bench.{expression}).then(done, (error) => done({{ failed: String(error) }}));"
        );
        let told = self.post("/execute/async", &json!({ "script": script, "args": [] }))?;
        match told["failed"].as_str() {
            Some(reason) => Err(Failure::new(format!("{expression}: {reason}"))),
            None => Ok(told),
        }
    }

    /// Presses a key where the focus is, `held` being down all the while.
    pub(crate) fn press(&self, held: Option<char>, key: char) -> Outcome<()> {
        let event = |kind: &str, key: char| json!({ "type": kind, "value": key });
        let down = held.map(|key| event("keyDown", key));
        let up = held.map(|key| event("keyUp", key));
        let press = [event("keyDown", key), event("keyUp", key)];
        let actions: Vec<Value> = down.into_iter().chain(press).chain(up).collect();
        self.act(&json!({ "type": "key", "id": "keyboard", "actions": actions }))
    }

    /// Moves the pointer to a place of the page.
    pub(crate) fn point(&self, [x, y]: [i64; 2]) -> Outcome<()> {
        self.pointer(&[json!({ "type": "pointerMove", "duration": 0, "x": x, "y": y })])
    }

    /// Clicks where the pointer is.
    pub(crate) fn click(&self) -> Outcome<()> {
        self.pointer(&[
            json!({ "type": "pointerDown", "button": 0 }),
            json!({ "type": "pointerUp", "button": 0 }),
        ])
    }

    fn pointer(&self, actions: &[Value]) -> Outcome<()> {
        self.act(&json!({ "type": "pointer", "id": "mouse", "actions": actions }))
    }

    fn act(&self, source: &Value) -> Outcome<()> {
        self.post("/actions", &json!({ "actions": [source] })).map(|_| ())
    }

    fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        say(self.address, "POST", &format!("{}{path}", self.path), body)
    }

    /// The value of a script's `return`.
    pub(crate) fn ask(&self, script: &str) -> Outcome<Value> {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Closes the window.
    pub(crate) fn close(self) -> Outcome<()> {
        say(self.address, "DELETE", &self.path, &Value::Null).map(|_| ())
    }
}

/// One command; gives its `value`.
fn say(address: SocketAddr, method: &str, path: &str, body: &Value) -> Outcome<Value> {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let answer = request(address, format!("{head}{body}").as_bytes());
    let mut told: Value = serde_json::from_slice(&answer.body)?;
    if answer.status != 200 {
        return Err(Failure::new(format!("{method} {path}: {told}")));
    }
    Ok(told["value"].take())
}
