//! How the window stands on its desktop: one for one data folder, where it was left, and not gone while something is
//! under way.
//!
//! There is no window manager and no tray here. So it cannot be seen that the window comes to the front of others, nor
//! the icon in the tray and what it does; that neither is needed for anything else can.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::time::Duration;

use hookbench_tests::Hookbench;
use serde_json::json;

use crate::sender::post;
use crate::window::Window;

/// The id of the request to this path.
fn id_of(window: &Window, path: &str) -> String {
    let requests = window.terminal().requests();
    let found = requests.iter().find(|request| request["target"] == path);
    let id = found.and_then(|request| request["id"].as_str());
    id.expect("the request is kept").to_owned()
}

#[test]
fn a_second_start_ends_and_the_window_shows_what_it_was_for() {
    let window = Window::open();
    for path in ["/one", "/two"] {
        post(window.listener(), path, &[], "{}");
        window.sees("request-row", path);
    }
    let again = window.start_again(&[]);
    assert_eq!(again.code, Some(0), "the first has the data: {}", again.said);
    let link = format!("hookbench://request/{}", id_of(&window, "/one"));
    let linked = window.start_again(&[&link]);
    assert_eq!(linked.code, Some(0), "{}", linked.said);
    window.sees("detail-title", "/one");
    let shown = window.start_again(&["--show", &id_of(&window, "/two")]);
    assert_eq!(shown.code, Some(0), "{}", shown.said);
    window.sees("detail-title", "/two");
    window.start_again(&["hookbench://request/0191f0a2-7b1c-7d3e-8f4a-5b6c7d8e9f00"]);
    window.sees("note", "The link leads nowhere");
    window.start_again(&["hookbench://request/../../etc"]);
    window.sees("note", "is no link to a request");
    window.sees("detail-title", "/two");
}

/// A program that ends with the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn other_data_has_a_window_of_its_own() {
    let window = Window::open();
    let other = Hookbench::new();
    let mut second = Ended(window.another(other.data()).spawn().expect("the program starts"));
    let free = |data: &std::path::Path| {
        std::fs::File::open(data.join("window.lock")).is_ok_and(|lock| lock.try_lock().is_ok())
    };
    window.until("the other window has its data", || {
        (other.data().join("window.bell").is_file() && !free(other.data())).then_some(())
    });
    assert!(!free(window.terminal().data()), "the first still has its own");
    let ended = second.0.try_wait().expect("a program can be asked");
    assert_eq!(ended, None, "neither ends the other");
}

#[test]
fn the_window_comes_back_as_it_was_left() {
    let mut window = Window::open();
    let listener = window.listener();
    window.resize(1010, 640);
    window.start_again(&["--quit"]);
    window.ends(listener);
    window.reopen();
    window.until("it has the size it had", || {
        let size = window.ask("() => [innerWidth, innerHeight]", &json!([]));
        (size == json!([1010, 640])).then_some(())
    });
}

#[test]
fn quitting_asks_while_a_sending_waits_for_its_answer() {
    let window = Window::open();
    let listener = window.listener();
    // It accepts and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    post(listener, "/slow", &[], "{}");
    window.click_on("request-row", "/slow");
    window.sees("detail-title", "/slow");
    window.press("r");
    window.fill("resend-url", &url);
    window.click("resend-send");
    let (_connection, _) = silent.accept().expect("it is sent");
    window.start_again(&["--quit"]);
    window.sees("quit-work", "1 sending without an answer yet");
    window.picture("quit");
    window.click("quit-stay");
    window.until("the question is gone", || {
        window.texts("quit-dialog").is_empty().then_some(())
    });
    assert!(TcpStream::connect(listener).is_ok(), "it stays open");
    window.start_again(&["--quit"]);
    window.sees("quit-now", "Quit anyway");
    // A click of the driver would wait for an answer of a window that is gone.
    window.ask(
        "() => setTimeout(() => document.querySelector('[data-testid=quit-now]').click(), 20)",
        &json!([]),
    );
    window.ends(listener);
    let deliveries = window.terminal().run(&["deliveries", "--json"]).json();
    assert_eq!(
        deliveries[0]["attempts"][0]["outcome"], "cancelled",
        "what was broken off is kept as that: {deliveries:?}"
    );
}

#[test]
fn quitting_asks_nothing_while_nothing_is_under_way_and_is_in_order() {
    let mut window = Window::open();
    let listener = window.listener();
    post(listener, "/kept", &[], "{}");
    window.sees("request-row", "/kept");
    window.start_again(&["--quit"]);
    window.ends(listener);
    window.reopen();
    window.sees("request-row", "/kept");
}

#[test]
fn paused_nothing_is_captured_and_resumed_it_listens_where_it_did() {
    let window = Window::open();
    let listener: SocketAddr = window.listener();
    window.press_with_control("k");
    window.fill("palette-input", "pause");
    window.press("\u{e007}");
    window.sees("listener-url", &format!("Paused on port {}", listener.port()));
    window.until("who comes is refused", || {
        TcpStream::connect_timeout(&listener, Duration::from_secs(1))
            .is_err()
            .then_some(())
    });
    window.click("resume");
    assert_eq!(
        window.listener(),
        listener,
        "the provider need not be told another address"
    );
    post(listener, "/after", &[], "{}");
    window.sees("request-row", "/after");
}

#[test]
fn without_a_tray_the_window_says_so_and_cannot_be_hidden() {
    let window = Window::open();
    window.click("open-settings");
    window.click("settings-desktop");
    window.sees("desktop-watched", "Notify of new requests");
    window.picture("settings-desktop");
    let libraries = std::process::Command::new("/sbin/ldconfig").arg("-p").output();
    let libraries =
        String::from_utf8(libraries.expect("the system lists its libraries").stdout).unwrap_or_default();
    let is_there = libraries.contains("appindicator3.so.1");
    assert_eq!(
        window.texts("desktop-tray-problem").is_empty(),
        is_there,
        "it says what is missing"
    );
    let closing = window.ask(
        "() => document.querySelector('[data-testid=desktop-closing]').disabled",
        &json!([]),
    );
    assert_eq!(
        closing,
        json!(!is_there),
        "a hidden window could not be brought back"
    );
}
