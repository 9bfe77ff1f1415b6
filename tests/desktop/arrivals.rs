//! From the first start to a request on the screen.

use crate::sender::post;
use crate::window::Window;

#[test]
fn the_first_start_shows_where_to_point_a_provider_and_sends_a_sample() {
    let window = Window::open();
    let url = format!("http://{}", window.listener());
    window.sees("welcome-url", &url);
    window.sees("welcome-curl", &url);
    window.picture("first-start");
    window.choose("sample-provider", "github");
    window.click("sample-send");
    window.click("request-row");
    window.click("tab-signature");
    window.sees("verdict", "Valid");
}

#[test]
fn a_request_from_outside_appears_and_is_read() {
    let window = Window::open();
    let listener = window.listener();
    post(
        listener,
        "/orders?page=2",
        &[("x-Shop-ID", "42"), ("Content-Type", "application/json")],
        "{\"order\": 4711}",
    );
    window.sees("request-row", "/orders?page=2");
    window.click_on("request-row", "/orders");
    window.sees("detail-title", "POST /orders?page=2");
    window.sees("body-pretty", "4711");
    window.click("tab-headers");
    window.sees("header-line", "x-Shop-ID");
    window.click("tab-raw");
    window.sees("raw-text", "x-Shop-ID: 42");
    post(listener, "/later", &[], "");
    window.sees("new-pill", "1 new");
    window.click("new-pill");
    let rows = window.texts("request-row");
    assert!(rows[0].contains("/later"), "the newest is first: {rows:?}");
}

#[test]
fn what_the_terminal_does_on_the_same_data_is_seen() {
    let window = Window::open();
    let listening = window.terminal().listen();
    post(listening.address(), "/by-the-terminal", &[], "{}");
    window.sees("request-row", "/by-the-terminal");
    let added = window.terminal().run(&["endpoint", "add", "/made-there"]);
    assert_eq!(added.code, 0, "the endpoint is made: {}", added.stderr);
    window.sees("endpoint", "/made-there");
    post(window.listener(), "/by-the-window", &[], "{}");
    assert_eq!(
        window.terminal().requests().len(),
        2,
        "and the terminal sees what the window captures"
    );
}
