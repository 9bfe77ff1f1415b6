//! The window as a person has it: what is seen, and what is done by pointer and keys.
//!
//! Everything here waits until it is so or patience ends; no element is held from one line of a test to the next,
//! since rows of a virtual list come and go.

use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use hookbench_tests::{Hookbench, program};
use serde_json::{Value, json};

use crate::driver::{Element, Refusal, Session};
use crate::stage::Stage;

/// How long something may take to be seen on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The key a shortcut is held with, as WebDriver writes it.
pub(crate) const CONTROL: char = '\u{e009}';

/// An element on the screen that holds a text.
const FIND: &str = "(selector, text) => [...document.querySelectorAll(selector)].find(
    (element) => (element.getClientRects().length > 0 || element.tagName === 'OPTION') && element.textContent.includes(text)) ?? null";

/// The texts of all such elements that are on the screen; of a field, what is typed into it.
const TEXTS: &str = "(selector) => [...document.querySelectorAll(selector)]
    .filter((element) => element.getClientRects().length > 0)
    .map((element) => (element.matches('input, textarea, select') ? element.value : element.textContent).trim())";

/// Calls back when what is on the page has been drawn.
const DRAWN: &str = "(done) => document.fonts.ready.then(() => requestAnimationFrame(() => requestAnimationFrame(() => done())))";

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Output {
    /// Its exit code.
    pub(crate) code: Option<i32>,
    /// What it said on standard error.
    pub(crate) said: String,
}

/// A running window on data of its own, which the terminal program may share.
pub(crate) struct Window {
    session: Session,
    stage: Stage,
    secrets: &'static str,
    terminal: Hookbench,
}

impl Window {
    /// Opens a window on an empty data folder.
    pub(crate) fn open() -> Self {
        Self::open_on(Hookbench::new())
    }

    /// Opens a window on the data of this terminal.
    pub(crate) fn open_on(terminal: Hookbench) -> Self {
        Self::start(Stage::new(), "file", terminal)
    }

    /// Like [`Window::open_on`], with a keychain, which is a new one of its own.
    pub(crate) fn open_with_keychain(terminal: Hookbench) -> Self {
        Self::start(Stage::with_keychain(), "keychain", terminal)
    }

    fn start(stage: Stage, secrets: &'static str, terminal: Hookbench) -> Self {
        let session = start_session(&stage, secrets, &terminal);
        let window = Self {
            session,
            stage,
            secrets,
            terminal,
        };
        window.listener();
        window
    }

    /// Closes the window as a person does, and opens it again on the same data.
    pub(crate) fn restart(&mut self) {
        let listener = self.listener();
        self.session
            .close_window()
            .unwrap_or_else(|refusal| panic!("the window closes: {refusal}"));
        self.until("the program ends with its window", || {
            TcpStream::connect(listener).is_err().then_some(())
        });
        self.session = start_session(&self.stage, self.secrets, &self.terminal);
        self.listener();
    }

    /// Starts the program again on the same data, with these arguments, and gives how it ended.
    pub(crate) fn start_again(&self, arguments: &[&str]) -> Output {
        let mut command = self.another(self.terminal.data());
        let log = self.stage.log("second");
        let said = File::create(&log).expect("a file for what a program says");
        let child = command.args(arguments).stderr(said).spawn();
        let mut child = child.expect("the program starts");
        let code = self.until("the second start ends", || {
            child.try_wait().expect("a program can be asked")
        });
        Output {
            code: code.code(),
            said: fs::read_to_string(log).unwrap_or_default(),
        }
    }

    /// The program on this stage with other data, ready to be started.
    pub(crate) fn another(&self, data: &Path) -> Command {
        let mut command = Command::new(program("hookbench-desktop"));
        self.stage.dress(&mut command);
        command
            .env_remove("TAURI_WEBVIEW_AUTOMATION")
            .env("HOOKBENCH_DATA_DIR", data)
            .env("HOOKBENCH_PORT", "0")
            .env("HOOKBENCH_SECRETS", self.secrets)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }

    /// Waits until the program has ended, which closes the port it listened on.
    pub(crate) fn ends(&self, listener: SocketAddr) {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(listener).is_ok() {
            assert!(
                Instant::now() < deadline,
                "the program ends\n{}",
                self.stage.logs()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Opens the window again on the same data, once the program has ended.
    pub(crate) fn reopen(&mut self) {
        self.session = start_session(&self.stage, self.secrets, &self.terminal);
        self.listener();
    }

    /// The terminal program on the same data.
    pub(crate) fn terminal(&self) -> &Hookbench {
        &self.terminal
    }

    /// Everything that the window and the programs around it keep outside of the data folder.
    pub(crate) fn surroundings(&self) -> &Path {
        self.stage.folder()
    }

    /// Where it listens, as it says on the screen.
    pub(crate) fn listener(&self) -> SocketAddr {
        self.until("the window says where it listens", || {
            self.texts("listener-url")
                .first()?
                .strip_prefix("http://")?
                .trim_end_matches('/')
                .parse()
                .ok()
        })
    }

    /// The texts of all elements of a test id that are on the screen now.
    pub(crate) fn texts(&self, id: &str) -> Vec<String> {
        let texts = self
            .session
            .run(TEXTS, &json!([selector(id)]))
            .unwrap_or_default();
        let texts = texts.as_array().map(Vec::as_slice).unwrap_or_default();
        texts
            .iter()
            .map(|text| text.as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Waits until an element of this test id shows this text, and gives all it shows.
    pub(crate) fn sees(&self, id: &str, text: &str) -> String {
        self.until(&format!("`{id}` shows `{text}`"), || {
            self.texts(id).into_iter().find(|shown| shown.contains(text))
        })
    }

    /// Clicks the element of this test id.
    pub(crate) fn click(&self, id: &str) {
        self.click_on(id, "");
    }

    /// Clicks the element of this test id that holds this text.
    pub(crate) fn click_on(&self, id: &str, text: &str) {
        self.act(id, text, "is clicked", |element| self.session.click(element));
    }

    /// Puts a text into a field in the place of what is there.
    pub(crate) fn fill(&self, id: &str, text: &str) {
        self.act(id, "", "is filled", |element| {
            self.session.clear(element)?;
            self.session.keys(element, text)
        });
    }

    /// Chooses what has this value in a list of choices.
    pub(crate) fn choose(&self, id: &str, value: &str) {
        self.act_on(
            &format!("{} option[value=\"{value}\"]", selector(id)),
            "",
            "is chosen",
            |option| self.session.click(option),
        );
    }

    /// Presses keys where the focus is.
    pub(crate) fn press(&self, keys: &str) {
        self.session
            .press(None, keys)
            .unwrap_or_else(|refusal| panic!("`{keys}` is pressed: {refusal}"));
    }

    /// Presses keys while Control is held.
    pub(crate) fn press_with_control(&self, keys: &str) {
        self.session
            .press(Some(CONTROL), keys)
            .unwrap_or_else(|refusal| panic!("`{keys}` is pressed: {refusal}"));
    }

    /// Runs a function of the page, for what cannot be seen on the screen.
    pub(crate) fn ask(&self, function: &str, arguments: &Value) -> Value {
        self.session
            .run(function, arguments)
            .unwrap_or_else(|refusal| panic!("the page answers: {refusal}"))
    }

    /// Like [`Window::ask`], for a function whose last argument is what it calls when it is done.
    fn ask_later(&self, function: &str, arguments: &Value) {
        let done = self.session.run_later(function, arguments);
        done.unwrap_or_else(|refusal| panic!("the page answers: {refusal}"));
    }

    /// What an open dialog of the page says.
    pub(crate) fn dialog(&self) -> Option<String> {
        self.session.dialog()
    }

    /// Makes the page this large and waits until it is.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        self.session
            .resize(width, height)
            .unwrap_or_else(|refusal| panic!("the size is changed: {refusal}"));
        self.until("the page has its size", || {
            let size = self
                .session
                .run("() => [innerWidth, innerHeight]", &json!([]))
                .ok()?;
            (size == json!([width, height])).then_some(())
        });
    }

    /// Puts a picture of the window into the folder that `HOOKBENCH_SCREENSHOTS` names, if it names one.
    pub(crate) fn picture(&self, name: &str) {
        let Some(folder) = env::var_os("HOOKBENCH_SCREENSHOTS").map(PathBuf::from) else {
            return;
        };
        fs::create_dir_all(&folder).expect("a folder for pictures");
        self.ask_later(DRAWN, &json!([]));
        let size = self.ask("() => `${innerWidth}x${innerHeight}+0+0`", &json!([]));
        let size = size.as_str().expect("a size is text");
        assert!(
            self.stage.picture(&folder.join(format!("{name}.png")), size),
            "the picture is taken"
        );
    }

    /// Tries until there is an answer; every other way out is a failed test.
    pub(crate) fn until<T>(&self, what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = attempt() {
                return answer;
            }
            if Instant::now() > deadline {
                self.give_up(what);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the test with everything that helps to see why.
    fn give_up(&self, what: &str) -> ! {
        let page = self.session.run("() => document.body.innerText", &json!([]));
        let page = page.map_or_else(
            |refusal| refusal.to_string(),
            |text| text.as_str().unwrap_or_default().to_owned(),
        );
        panic!("{what}; the page shows:\n{page}\n{}", self.stage.logs());
    }

    /// Finds an element and does something with it, again if it has gone or is covered meanwhile.
    fn act(&self, id: &str, text: &str, done: &str, action: impl Fn(&Element) -> Result<(), Refusal>) {
        self.act_on(&selector(id), text, done, action);
    }

    fn act_on(
        &self,
        selector: &str,
        text: &str,
        done: &str,
        action: impl Fn(&Element) -> Result<(), Refusal>,
    ) {
        let mut last = String::from("it is not there");
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let found = self.session.element(FIND, &json!([selector, text]));
            match found
                .and_then(|element| element.map_or(Ok(false), |element| action(&element).map(|()| true)))
            {
                Ok(true) => return,
                Ok(false) => {}
                Err(refusal) if PASSING.contains(&refusal.code.as_str()) => last = refusal.to_string(),
                Err(refusal) => panic!("`{selector}` {done}: {refusal}"),
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.give_up(&format!("`{selector}` with `{text}` {done} ({last})"));
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if let (true, Some(folder)) = (thread::panicking(), env::var_os("HOOKBENCH_SCREENSHOTS")) {
            let name = thread::current().name().unwrap_or("window").replace("::", "-");
            // A test has failed; a second failure here would only hide the first.
            let _ = fs::create_dir_all(&folder);
            self.stage.picture(
                &PathBuf::from(folder).join(format!("failed-{name}.png")),
                "1400x1000+0+0",
            );
        }
    }
}

fn start_session(stage: &Stage, secrets: &str, terminal: &Hookbench) -> Session {
    let data = terminal.data().to_str().expect("a path that is text");
    let environment = [
        ("HOOKBENCH_DATA_DIR", data),
        ("HOOKBENCH_PORT", "0"),
        ("HOOKBENCH_SECRETS", secrets),
    ];
    Session::start(stage, &program("hookbench-desktop"), &environment)
}

/// Refusals that pass by themselves: what was found has been drawn anew, or something lies over it.
const PASSING: [&str; 5] = [
    "stale element reference",
    "no such element",
    "element not interactable",
    "element click intercepted",
    "invalid element state",
];

fn selector(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}
