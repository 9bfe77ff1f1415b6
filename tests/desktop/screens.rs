//! The main screens, at the sizes and in the themes they are made for: everything fits. With `HOOKBENCH_SCREENSHOTS`
//! they are kept as pictures.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use hookbench_tests::{Hookbench, Server};
use serde_json::{Value, json};

use crate::sender::{post, push};
use crate::window::{PATIENCE, Window};

/// Keys as WebDriver names them. <https://www.w3.org/TR/webdriver2/#keyboard-actions>
const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";

/// Controls and titles that reach out of the window, where nobody could scroll them into sight.
const OUTSIDE: &str = "() => [...document.querySelectorAll('button, input, select, h1, h2, footer')].filter((element) => {
    const isScrolledTo = (pane) => {
        if (pane === null) return false;
        const scrolls = ['auto', 'scroll'].includes(getComputedStyle(pane).overflowY) && pane.scrollHeight > pane.clientHeight;
        return (scrolls && pane.getBoundingClientRect().bottom <= innerHeight + 1) || isScrolledTo(pane.parentElement);
    };
    const box = element.getBoundingClientRect();
    const sideways = box.left < -1 || box.right > innerWidth + 1;
    const below = box.bottom > innerHeight + 1 && !isScrolledTo(element.parentElement);
    return box.width > 0 && (sideways || below) && element.closest('[data-testid=payload-body]') === null;
}).map((element) => `${element.tagName} ${element.dataset.testid ?? ''} ${element.textContent.trim()}`)";

/// What is outside once the panes have followed: they learn of a new size after the page has it.
fn outside(window: &Window) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let outside = window.ask(OUTSIDE, &json!([]));
        if outside == json!([]) || Instant::now() > deadline {
            return outside;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn look(window: &Window, screen: &str) {
    for (width, height) in [(1280, 800), (900, 600)] {
        window.resize(width, height);
        assert_eq!(
            outside(window),
            json!([]),
            "{screen} fits into {width} × {height}"
        );
        for theme in ["light", "dark"] {
            window.ask(
                "(theme) => { document.documentElement.dataset.theme = theme }",
                &json!([theme]),
            );
            window.picture(&format!("{screen}-{theme}-{width}x{height}"));
        }
    }
}

/// Data with an endpoint for GitHub and its secret.
fn with_github() -> Hookbench {
    Hookbench::new().with_endpoint("/github", "github", "a secret")
}

/// Two pushes come to that endpoint, the older one with a wrong signature; the newer one is opened.
fn push_twice(window: &Window, listener: SocketAddr) {
    push(listener, "/github", "another secret");
    push(listener, "/github", "a secret");
    window.click_on("request-row", "push");
    window.sees("body-pretty", "refs/heads");
}

#[test]
fn the_main_screens_fit_at_both_sizes() {
    let terminal = with_github();
    let added = terminal.run(&["endpoint", "add", "/trutac", "--provider", "trutac"]);
    assert_eq!(added.code, 0, "the endpoint is made: {}", added.stderr);
    let window = Window::open_on(terminal);
    look(&window, "start");
    let dev = Server::start(
        b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n{\"error\": \"not here\"}\n",
    );
    let listener = window.listener();
    post(
        listener,
        "/trutac",
        &[("TT-Hook-Event", "clocking")],
        include_str!("../fixtures/trutac-clocking-created.json"),
    );
    post(
        listener,
        "/trakrf",
        &[],
        include_str!("../fixtures/trakrf-asset-moved.json"),
    );
    post(
        listener,
        "/trackunit",
        &[],
        include_str!("../fixtures/trackunit-alert-on.json"),
    );
    push_twice(&window, listener);
    for tab in ["payload", "headers", "signature", "raw"] {
        window.click(&format!("tab-{tab}"));
        window.sees(&format!("panel-{tab}"), "");
        look(&window, tab);
    }
    window.press("r");
    window.fill("resend-url", &dev.url());
    look(&window, "resend");
    window.click("resend-send");
    // In a low window the dock has no room for the answer itself.
    window.resize(1280, 800);
    window.sees("answer-status", "404");
    window.click("tab-payload");
    look(&window, "answer");
    window.press("e");
    window.sees("replay-verdict", "Valid");
    look(&window, "replay");
    window.click("replay-tab-goes");
    window.sees("replay-preview", "Content-Length");
    look(&window, "goes-out");
}

/// Runs an action of the palette that is found by these words.
fn act(window: &Window, words: &str) {
    window.press_with_control("k");
    window.sees("palette-action", "");
    window.press(words);
    window.press(ENTER);
}

#[test]
fn pages_dialogs_and_states_fit_at_both_sizes() {
    let window = Window::open_on(with_github());
    let listener = window.listener();
    push_twice(&window, listener);

    window.press_with_control("k");
    window.sees("palette-action", "");
    look(&window, "palette");
    window.press(ESCAPE);
    for (words, part, screen) in [
        ("keys", "keys-sheet", "keys"),
        ("copy as", "share-copy", "copy"),
        ("send all that match", "sequence-start", "sequence"),
        ("check idempotency", "idempotency-start", "idempotency"),
        ("all that match as har", "export-run", "export"),
        ("import har", "import-har-run", "import"),
        ("send a sample", "sample-send", "sample"),
        ("add a target", "target-save", "target"),
        ("add an endpoint", "endpoint-save", "endpoint"),
        ("delete all that match", "delete-cancel", "delete"),
        ("new scheme", "scheme-builder", "scheme"),
    ] {
        act(&window, words);
        window.sees(part, "");
        look(&window, screen);
        window.press(ESCAPE);
        window.until("it is closed", || window.texts(part).is_empty().then_some(()));
    }
    window.press_with_control(",");
    for section in [
        "listener",
        "limits",
        "schemes",
        "masking",
        "appearance",
        "storage",
    ] {
        window.click(&format!("settings-{section}"));
        window.sees("settings-section", "");
        look(&window, &format!("settings-{section}"));
    }
    window.press(ESCAPE);

    act(&window, "compare with the one before");
    window.sees("compare-page", "");
    look(&window, "compare");
    window.press(ESCAPE);
    window.fill("filter", "path:/nowhere");
    window.sees("list-nothing", "Nothing matches");
    look(&window, "nothing-matches");
    window.fill("filter", "pth:/nowhere");
    window.sees("filter-error", "pth");
    look(&window, "wrong-filter");
    window.click("filter-clear");

    hookbench_tests::request(listener, b"GET / HTTP/1.1\r\nHost : odd\r\n\r\n");
    window.fill("filter", "is:malformed");
    window.click_on("request-row", "malformed");
    window.sees("detail-title", "GET /");
    look(&window, "malformed");
    act(&window, "pause or resume");
    window.sees("listener", "Paused");
    look(&window, "paused");
}
