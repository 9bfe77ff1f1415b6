//! The WebDriver protocol, as much of it as is needed, over a plain socket.
//!
//! Nothing here waits or tries again: an answer or a named error is all it gives.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use hookbench_tests::request;
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::tied::Tied;

/// The name under which an element's reference travels.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A refusal of the driver, such as `stale element reference`.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Its code.
    pub(crate) code: String,
    message: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

/// A reference to an element; it may be stale at any time.
#[derive(Debug, Clone)]
pub(crate) struct Element(String);

/// One window under one driver. A driver process holds one session in its life.
pub(crate) struct Session {
    _driver: Tied,
    address: SocketAddr,
    base: String,
}

impl Session {
    /// Starts a driver on the stage and lets it start the program, which gets `environment`.
    pub(crate) fn start(stage: &Stage, program: &Path, environment: &[(&str, &str)]) -> Self {
        let (driver, address) = start_driver(stage, environment);
        let mut session = Self {
            _driver: driver,
            address,
            base: "/session".to_owned(),
        };
        let options = json!({ "binary": program, "args": [] });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let started = session.send("POST", "", Some(&wanted));
        let started =
            started.unwrap_or_else(|refusal| panic!("the window opens: {refusal}\n{}", stage.logs()));
        let id = started["sessionId"].as_str().expect("a session has an id");
        write!(session.base, "/{id}").expect("text can be written to text");
        session
    }

    /// Runs a function of the page with these arguments and gives what it returns.
    pub(crate) fn run(&self, function: &str, arguments: &Value) -> Result<Value, Refusal> {
        let script = format!("return ({function}).apply(null, arguments)");
        self.send(
            "POST",
            "/execute/sync",
            Some(&json!({ "script": script, "args": arguments })),
        )
    }

    /// Runs a function of the page that calls its last argument when it is done.
    pub(crate) fn run_later(&self, function: &str, arguments: &Value) -> Result<Value, Refusal> {
        let script = format!("({function}).apply(null, arguments)");
        self.send(
            "POST",
            "/execute/async",
            Some(&json!({ "script": script, "args": arguments })),
        )
    }

    /// Like [`Session::run`], for a function that returns an element or nothing.
    pub(crate) fn element(&self, function: &str, arguments: &Value) -> Result<Option<Element>, Refusal> {
        let found = self.run(function, arguments)?;
        Ok(found[ELEMENT].as_str().map(|id| Element(id.to_owned())))
    }

    /// Clicks where a person would: in the middle of what is seen of an element.
    pub(crate) fn click(&self, element: &Element) -> Result<(), Refusal> {
        self.post(&format!("/element/{}/click", element.0), &json!({}))
    }

    /// Empties a field.
    pub(crate) fn clear(&self, element: &Element) -> Result<(), Refusal> {
        self.post(&format!("/element/{}/clear", element.0), &json!({}))
    }

    /// Types into an element.
    pub(crate) fn keys(&self, element: &Element, text: &str) -> Result<(), Refusal> {
        self.post(&format!("/element/{}/value", element.0), &json!({ "text": text }))
    }

    /// Presses keys, one after the other, wherever the focus is; `held` is down all the while.
    pub(crate) fn press(&self, held: Option<char>, keys: &str) -> Result<(), Refusal> {
        let event = |kind: &str, key: char| json!({ "type": kind, "value": key });
        let presses = keys
            .chars()
            .flat_map(|key| [event("keyDown", key), event("keyUp", key)]);
        let down = held.map(|key| event("keyDown", key));
        let up = held.map(|key| event("keyUp", key));
        let actions: Vec<Value> = down.into_iter().chain(presses).chain(up).collect();
        self.post(
            "/actions",
            &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] }),
        )
    }

    /// Gives the window another size.
    pub(crate) fn resize(&self, width: u32, height: u32) -> Result<(), Refusal> {
        self.post("/window/rect", &json!({ "width": width, "height": height }))
    }

    /// What a dialog of the page (`alert` and its like) says, if there is one.
    pub(crate) fn dialog(&self) -> Option<String> {
        let text = self.send("GET", "/alert/text", None).ok()?;
        Some(text.as_str().unwrap_or_default().to_owned())
    }

    /// Closes the window as its close button does.
    pub(crate) fn close_window(&self) -> Result<(), Refusal> {
        self.send("DELETE", "/window", None).map(|_| ())
    }

    fn post(&self, path: &str, body: &Value) -> Result<(), Refusal> {
        self.send("POST", path, Some(body)).map(|_| ())
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Refusal> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let bytes = format!(
            "{method} {}{path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.base,
            self.address,
            body.len()
        );
        let answer = request(self.address, bytes.as_bytes());
        let mut content: Value = serde_json::from_slice(&answer.body).expect("a driver answers with JSON");
        let value = content["value"].take();
        if answer.status == 200 {
            return Ok(value);
        }
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        Err(Refusal {
            code: text("error"),
            message: text("message"),
        })
    }
}

/// Starts WebKitWebDriver on a port that was free a moment ago; another one may have taken it, so it tries again.
fn start_driver(stage: &Stage, environment: &[(&str, &str)]) -> (Tied, SocketAddr) {
    for _ in 0..3 {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr());
        let address = free.expect("a free port");
        let port = format!("--port={}", address.port());
        let driver = Tied::start("WebKitWebDriver", &[&port], &stage.log("window"), |command| {
            stage.dress(command);
            command.envs(environment.iter().copied());
        });
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            if TcpStream::connect(address).is_ok() {
                return (driver, address);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    panic!("WebKitWebDriver starts\n{}", stage.logs());
}
