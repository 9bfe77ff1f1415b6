//! What one program removed is brought back by another, through the terminal.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use hookbench_tests::{Hookbench, Listening, request};
use serde_json::{Value, json};

/// The window's commands, over the interface that a browser uses.
struct Window {
    serving: Listening,
    socket: SocketAddr,
    key: String,
}

impl Window {
    fn open(hookbench: &Hookbench) -> Self {
        let mut command = hookbench.command();
        command.args(["serve", "--json", "--port", "0"]);
        let mut serving = Listening::start(command);
        let second = serving.next_line();
        let (address, key) = second["interface"]
            .as_str()
            .and_then(|url| url.strip_prefix("http://")?.split_once("/#token="))
            .expect("the second line is the address of the interface with its key");
        Self {
            socket: address.parse().expect("an address"),
            key: key.to_owned(),
            serving,
        }
    }

    fn call(&self, command: &str, arguments: &Value) -> Value {
        let body = arguments.to_string();
        let mut stream = TcpStream::connect(self.socket).expect("it accepts");
        write!(
            stream,
            "POST /api/call/{command} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.socket,
            self.key,
            body.len()
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 200 "), "{command}: {answer}");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        serde_json::from_str(body).expect("JSON")
    }
}

fn does(hookbench: &Hookbench, arguments: &[&str]) -> String {
    let done = hookbench.run(arguments);
    assert_eq!(done.code, 0, "{arguments:?}: {}", done.stderr);
    done.text().to_owned()
}

fn objects(hookbench: &Hookbench, arguments: &[&str]) -> Vec<Value> {
    hookbench.run(&[arguments, &["--json"]].concat()).json()
}

fn ids(listed: &[Value]) -> Vec<String> {
    let ids = listed.iter().filter_map(|one| one["id"].as_str());
    ids.map(str::to_owned).collect()
}

/// An endpoint whose requests wait for a target that is paused, a second secret, a filter, and the window open.
fn furnished() -> (Hookbench, Window) {
    let hookbench = Hookbench::new().with_endpoint("/hook", "github", "first");
    let set = hookbench.run_with_input(&["secret", "set", "/hook", "--name", "other"], b"second");
    assert_eq!(set.code, 0, "the secret is set: {}", set.stderr);
    for arguments in [
        &["target", "add", "dev", "http://127.0.0.1:9"][..],
        &["endpoint", "forward", "/hook", "--to", "dev"],
        &["queue", "pause", "dev"],
        &["filter", "save", "mine", "is:starred"],
    ] {
        does(&hookbench, arguments);
    }
    let window = Window::open(&hookbench);
    for _ in 0..2 {
        let sent = b"POST /hook HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(request(window.serving.address(), sent).status, 200, "it is kept");
    }
    (hookbench, window)
}

/// All that can be removed, in the terminal's words.
fn all(hookbench: &Hookbench) -> Vec<Vec<Value>> {
    [
        &["endpoint", "list"][..],
        &["target", "list"],
        &["filter", "list"],
        &["queue", "list"],
        &["list"],
    ]
    .map(|arguments| objects(hookbench, arguments))
    .to_vec()
}

#[test]
fn what_the_window_removed_is_listed_and_brought_back_by_the_terminal() {
    let (hookbench, window) = furnished();
    let before = all(&hookbench);
    let endpoint = ids(&objects(&hookbench, &["endpoint", "list"])).remove(0);
    let target = ids(&objects(&hookbench, &["target", "list"])).remove(0);
    let request = ids(&objects(&hookbench, &["list"])).remove(0);
    let secrets = objects(&hookbench, &["secret", "list", "/hook"]);
    let secret = secrets
        .iter()
        .find(|secret| secret["name"] == "other")
        .expect("it is listed");
    window.call("drop_queue", &json!({ "id": target }));
    window.call("remove_filter", &json!({ "name": "mine" }));
    window.call("delete_requests", &json!({ "ids": [request] }));
    window.call("remove_secret", &json!({ "id": secret["id"] }));
    window.call("remove_endpoint", &json!({ "id": endpoint }));
    window.call("remove_target", &json!({ "id": target }));

    let listed = objects(&hookbench, &["undo", "--list"]);
    let told: Vec<_> = listed
        .iter()
        .map(|one| {
            let what = (one["kind"].as_str(), one["name"].as_str());
            (one["deletion"].clone(), what, one["requests"].clone())
        })
        .collect();
    assert_eq!(
        told,
        [
            (json!(6), (Some("target"), Some("dev")), json!(0)),
            (json!(5), (Some("endpoint"), Some("/hook")), json!(0)),
            (json!(4), (Some("secret"), Some("other")), json!(0)),
            (json!(3), (Some("requests"), None), json!(1)),
            (json!(2), (Some("saved_filter"), Some("mine")), json!(0)),
            (json!(1), (Some("queue"), Some("dev")), json!(2)),
        ],
        "the latest first, each under a number of its own"
    );
    let shown = does(&hookbench, &["undo", "--list"]);
    for words in [
        "6  ",
        "endpoint /hook  until ",
        "target dev  until ",
        "secret `other`  until ",
        "1 request  named one by one  until ",
        "filter `mine`  until ",
        "2 requests that waited for dev  until ",
    ] {
        assert!(shown.contains(words), "`{words}` in {shown}");
    }

    let too_early = hookbench.run(&["undo", "1"]);
    assert_eq!(too_early.code, 1, "its target is not there");
    assert!(
        too_early.stderr.contains("its target is not there"),
        "which is said: {}",
        too_early.stderr
    );
    assert_eq!(
        does(&hookbench, &["undo", "5"]),
        "endpoint /hook brought back; 1 forward will be back with the target, which is removed\n",
        "one by its number"
    );
    let undone = objects(&hookbench, &["undo"]);
    assert_eq!(
        undone,
        [json!({
            "deletion": 6, "kind": "target", "name": "dev", "requests": 0, "lost": 0,
            "forwards_later": 0, "forwards_gone": 0,
        })],
        "the latest, and what came of it"
    );
    assert_eq!(
        does(&hookbench, &["undo", "2"]),
        "filter `mine` brought back\n",
        "any of them"
    );
    assert_eq!(
        does(&hookbench, &["undo"]),
        "secret `other` brought back\n",
        "then the one before"
    );
    assert_eq!(
        does(&hookbench, &["undo"]),
        "1 request brought back\n",
        "and so on"
    );
    assert_eq!(
        does(&hookbench, &["undo"]),
        "2 requests that waited for dev brought back\n",
        "they wait again"
    );
    assert_eq!(all(&hookbench), before, "all is as it was");
    let nothing = hookbench.run(&["undo"]);
    assert_eq!(nothing.code, 1, "there is nothing left to undo");
    let gone = hookbench.run(&["undo", "5"]);
    assert!(
        gone.stderr.contains("there is no deletion `5`") && gone.stderr.contains("undo --list"),
        "nor a second time: {}",
        gone.stderr
    );
}

#[test]
fn what_the_terminal_removes_for_good_is_not_offered() {
    let (hookbench, window) = furnished();
    for arguments in [
        &["queue", "drop", "dev", "--all"][..],
        &["filter", "remove", "mine"],
        &["secret", "remove", "/hook", "--name", "other"],
        &["target", "remove", "dev"],
        &["endpoint", "remove", "/hook"],
    ] {
        does(&hookbench, arguments);
        assert_eq!(does(&hookbench, &["undo", "--list"]), "", "{arguments:?}");
        let offered = window.call("discards", &json!({}));
        assert_eq!(offered, json!([]), "nor in the window: {arguments:?}");
    }
}

#[test]
fn a_forward_beside_which_another_one_answers_is_told_so() {
    let hookbench = Hookbench::new().with_endpoint("/hook", "github", "first");
    let through = |to| {
        does(
            &hookbench,
            &["endpoint", "forward", "/hook", "--to", to, "--through"],
        )
    };
    for name in ["dev", "other"] {
        does(&hookbench, &["target", "add", name, "http://127.0.0.1:9"]);
    }
    let window = Window::open(&hookbench);
    through("dev");
    let targets = objects(&hookbench, &["target", "list"]);
    let dev = targets.iter().find(|target| target["name"] == "dev");
    let endpoint = ids(&objects(&hookbench, &["endpoint", "list"])).remove(0);
    window.call(
        "remove_target",
        &json!({ "id": dev.expect("it is listed")["id"] }),
    );
    through("other");
    window.call("remove_endpoint", &json!({ "id": endpoint }));
    does(&hookbench, &["undo", "1"]);
    assert_eq!(
        does(&hookbench, &["undo"]),
        "endpoint /hook brought back; 1 forward cannot come back: the target is gone, or another one answers by now\n",
        "its target is there"
    );
}

#[test]
fn of_a_queue_whose_requests_are_all_gone_it_is_said_that_they_are() {
    let (hookbench, window) = furnished();
    let target = ids(&objects(&hookbench, &["target", "list"])).remove(0);
    window.call("drop_queue", &json!({ "id": target }));
    let requests = ids(&objects(&hookbench, &["list"]));
    window.call("delete_requests", &json!({ "ids": requests }));
    assert_eq!(
        does(&hookbench, &["undo", "1"]),
        "2 requests that waited were deleted meanwhile\n",
        "none of them was brought back"
    );
}
