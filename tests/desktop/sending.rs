//! Sending again: as it was, and edited.

use hookbench_tests::{Hookbench, Server};
use serde_json::Value;

use crate::sender::{post, push, signature};
use crate::window::Window;

const ANSWER: &[u8] =
    b"HTTP/1.1 202 Accepted\r\nX-Handled-By: dev\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"queued\": true}";

/// Writes an edited copy of the request that is open: with another body, to this path of `dev`.
fn edit(window: &Window, dev: &Server, path: &str) {
    window.press("e");
    window.fill("replay-url", &format!("{}{path}", dev.url()));
    window.click("replay-editor");
    window.press_with_control("a");
    window.press("[999]");
}

/// Sends with this button, until the answer is there; what came to the target.
fn sent(window: &Window, dev: &Server, button: &str) -> String {
    window.click(button);
    window.sees("answer-status", "202");
    String::from_utf8(dev.next()).expect("what was sent is text")
}

#[test]
fn r_sends_a_request_again_and_the_answer_is_shown() {
    let window = Window::open();
    let dev = Server::start(ANSWER);
    post(
        window.listener(),
        "/orders",
        &[("x-CaSe", "kept")],
        "{\"n\": 1.0}",
    );
    window.click_on("request-row", "/orders");
    window.sees("detail-title", "/orders");
    window.press("r");
    window.fill("resend-url", &dev.url());
    let sent = sent(&window, &dev, "resend-send");
    window.sees("answer-body", "\"queued\"");
    assert!(
        sent.starts_with("POST /orders HTTP/1.1\r\n"),
        "the same request: {sent}"
    );
    assert!(
        sent.contains("\r\nx-CaSe: kept\r\n") && sent.ends_with("\r\n\r\n{\"n\": 1.0}"),
        "unchanged: {sent}"
    );
}

/// What was captured, without what is written down later: how it was answered, and what came of sending it again.
fn as_captured(window: &Window) -> Vec<Value> {
    let mut requests = window.terminal().requests();
    for request in requests.iter_mut().filter_map(Value::as_object_mut) {
        request.retain(|name, _| !name.starts_with("answer") && name != "resent");
    }
    requests
}

#[test]
fn an_edited_copy_is_sent_and_the_original_stays() {
    let window = Window::open();
    let dev = Server::start(ANSWER);
    post(
        window.listener(),
        "/pay",
        &[("Content-Type", "application/json")],
        "{\"amount\": 100}",
    );
    let before = as_captured(&window);
    window.click_on("request-row", "/pay");
    window.sees("body-pretty", "100");
    edit(&window, &dev, "/pay");
    let sent = sent(&window, &dev, "replay-send");
    assert!(sent.ends_with("\r\n\r\n[999]"), "the edited bytes: {sent}");
    assert_eq!(as_captured(&window), before, "the captured request is as it was");
    assert_eq!(
        window.terminal().requests()[0]["resent"],
        "delivered",
        "and says what came of it"
    );
    window.click("replay-close");
    window.sees("body-pretty", "100");
    window.sees("delivery-row", "edited");
}

#[test]
fn an_edited_copy_is_signed_anew_as_its_sender_would_have_signed_it() {
    let window = Window::open_on(Hookbench::new().with_endpoint("/github", "github", "a secret"));
    let dev = Server::start(ANSWER);
    push(window.listener(), "/github", "a secret");
    window.click_on("request-row", "push");
    window.sees("body-pretty", "refs/heads");
    edit(&window, &dev, "/github");
    window.choose("replay-signature", "kept");
    window.sees("replay-verdict", "Invalid");
    window.choose("replay-signature", "endpoint");
    window.sees("replay-verdict", "Valid");
    let sent = sent(&window, &dev, "replay-send");
    assert!(sent.ends_with("\r\n\r\n[999]"), "the edited bytes: {sent}");
    let line = format!("\r\nX-Hub-Signature-256: {}\r\n", signature("[999]", "a secret"));
    assert!(sent.contains(&line), "with the signature of what is sent: {sent}");
}
