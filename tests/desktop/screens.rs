//! The main screens, at the sizes and in the themes they are made for: everything fits. With `HOOKBENCH_SCREENSHOTS`
//! they are kept as pictures.

use hookbench_tests::Server;
use serde_json::json;

use crate::sender::{post, push};
use crate::window::Window;

/// Elements that reach out of the window, by their test id or class.
const OUTSIDE: &str = "() => {
    const page = document.documentElement;
    const wide = page.scrollWidth > innerWidth || page.scrollHeight > innerHeight ? ['the page'] : [];
    const out = [...document.querySelectorAll('[data-testid], button')].filter((element) => {
        const box = element.getBoundingClientRect();
        const hidden = element.closest('[data-testid=body-pretty], [data-testid=raw-text]') !== null;
        return box.width > 0 && !hidden && (box.left < -1 || box.right > innerWidth + 1);
    });
    return [...wide, ...out.map((element) => element.dataset.testid || element.textContent.trim())];
}";

fn look(window: &Window, screen: &str) {
    for (width, height) in [(1280, 800), (900, 600)] {
        window.resize(width, height);
        let outside = window.ask(OUTSIDE, &json!([]));
        assert_eq!(outside, json!([]), "{screen} fits into {width} × {height}");
        for theme in ["light", "dark"] {
            window.ask(
                "(theme) => { document.documentElement.dataset.theme = theme }",
                &json!([theme]),
            );
            window.picture(&format!("{screen}-{theme}-{width}x{height}"));
        }
    }
}

#[test]
fn the_main_screens_fit_at_both_sizes() {
    let window = Window::open();
    look(&window, "start");
    let dev = Server::start(
        b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n{\"error\": \"not here\"}\n",
    );
    let listener = window.listener();
    let add = |path: &str, provider: &str| {
        window
            .terminal()
            .run(&["endpoint", "add", path, "--provider", provider]);
    };
    add("/github", "github");
    add("/trutac", "trutac");
    window
        .terminal()
        .run_with_input(&["secret", "set", "/github"], b"a secret");
    post(
        listener,
        "/trutac",
        &[("TT-Hook-Event", "clocking.created")],
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
    push(listener, "/github", "another secret");
    push(listener, "/github", "a secret");
    window.click_on("request-row", "push");
    window.sees("body-pretty", "refs/heads");
    for tab in ["payload", "headers", "signature", "raw"] {
        window.click(&format!("tab-{tab}"));
        window.sees(&format!("panel-{tab}"), "");
        look(&window, tab);
    }
    window.press("r");
    window.fill("resend-url", &dev.url());
    look(&window, "resend");
    window.click("resend-send");
    window.sees("answer-status", "404");
    window.click("tab-payload");
    look(&window, "answer");
    window.press("e");
    window.sees("replay-becomes", "Content-Length");
    look(&window, "replay");
}
