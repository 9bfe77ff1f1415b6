//! A secret is set in the window, and the verdict follows.

use std::fs;
use std::path::Path;

use hookbench_tests::Hookbench;

use crate::sender::push;
use crate::window::Window;

const SECRET: &str = "It's a Secret to Everybody";

/// Data with an endpoint for GitHub that has no secret.
fn with_endpoint() -> Hookbench {
    let terminal = Hookbench::new();
    let added = terminal.run(&["endpoint", "add", "/github", "--provider", "github"]);
    assert_eq!(added.code, 0, "the endpoint is made: {}", added.stderr);
    terminal
}

fn set_secret(window: &Window) {
    push(window.listener(), "/github", SECRET);
    window.click_on("request-row", "push");
    window.click("tab-signature");
    window.sees("verdict", "No secret");
    window.click("add-secret");
    window.fill("secret-value", SECRET);
    window.click("secret-save");
    window.sees("secret-row", "Secret 1");
    window.click("dialog-close");
    window.sees("verdict", "Valid");
}

#[test]
fn a_github_request_is_valid_once_its_secret_is_set() {
    let window = Window::open_on(with_endpoint());
    set_secret(&window);
    push(window.listener(), "/github", "another secret");
    window.click("new-pill");
    window.click_on("nav-failed", "1");
    window.click_on("request-row", "push");
    window.sees("verdict", "Invalid");
}

#[test]
fn a_secret_is_kept_in_the_keychain_where_there_is_one() {
    let window = Window::open_with_keychain(with_endpoint());
    set_secret(&window);
    window.click_on("endpoint", "/github");
    let listed = window
        .terminal()
        .run(&["secret", "list", "/github", "--json"])
        .json();
    assert_eq!(
        listed[0]["place"], "keychain",
        "the window says where it is: {listed:?}"
    );
    assert!(
        !holds(window.terminal().data(), SECRET),
        "no file of ours holds it"
    );
    assert!(
        !holds(window.surroundings(), SECRET),
        "nor any of the web view, nor the keychain in plain"
    );
}

/// Whether a file below this folder holds these bytes.
fn holds(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        let kind = entry.file_type();
        if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
            return holds(&path, text);
        }
        let is_file = kind.is_ok_and(|kind| kind.is_file());
        is_file
            && fs::read(path).is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
    })
}
