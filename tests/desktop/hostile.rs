//! P01, P02, P03 and P05 of the catalogue of faults, in the real web view: what is captured is shown, never acted upon.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::sender::post;
use crate::window::Window;

/// A server that nobody should call.
struct Canary {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Canary {
    fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = socket.local_addr().expect("an address");
        let (connections, requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let canary = Self {
            address,
            connections: Arc::clone(&connections),
            requests: Arc::clone(&requests),
        };
        std::thread::spawn(move || {
            for mut stream in socket.incoming().map_while(Result::ok) {
                connections.fetch_add(1, Ordering::SeqCst);
                let requests = Arc::clone(&requests);
                std::thread::spawn(move || {
                    if stream.read(&mut [0; 1024]).is_ok_and(|count| count > 0) {
                        requests.fetch_add(1, Ordering::SeqCst);
                        // Who called is not of interest, only that it was called.
                        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    }
                });
            }
        });
        canary
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

#[test]
fn markup_is_shown_as_text_and_nothing_leaves_the_machine() {
    let window = Window::open();
    let canary = Canary::start();
    let address = canary.address;
    let title = window.ask("() => document.title", &json!([]));
    let attack = format!(
        "<script>fetch('http://{address}/a')</script><img src=\"http://{address}/b\" onerror=\"document.title='taken';alert(1)\">\
         <svg onload=\"alert(2)\"></svg><iframe src=\"http://{address}/c\"></iframe><style>@import 'http://{address}/d'</style>\
         <meta http-equiv=\"refresh\" content=\"0;url=http://{address}/e\"><link rel=\"prefetch\" href=\"http://{address}/f\">"
    );
    for (path, content_type) in [
        ("/page", "text/html"),
        ("/picture", "image/svg+xml"),
        ("/markup", "<b>bold</b>"),
    ] {
        let headers = [("Content-Type", content_type), ("X-Attack", attack.as_str())];
        post(window.listener(), path, &headers, &attack);
        window.press("g");
        window.click_on("request-row", path);
        window.sees("detail-title", path);
        window.sees("body-text", "onerror=");
        window.click("tab-headers");
        window.sees("header-line", &attack);
        window.click("tab-raw");
        window.sees("raw-text", "<iframe src=");
        window.click("tab-payload");
    }
    window.press("e");
    window.until("the editor shows it", || {
        let text = window.ask(
            "() => document.querySelector('[data-testid=replay-editor]')?.shadowRoot?.textContent ?? ''",
            &json!([]),
        );
        text.as_str()
            .is_some_and(|text| text.contains("onerror="))
            .then_some(())
    });
    let made = window.ask(
        "() => document.querySelectorAll('iframe, img, object, main script, main link').length",
        &json!([]),
    );
    assert_eq!(made, json!(0), "no element was made of what was captured");
    assert_eq!(window.dialog(), None, "no dialog is open");
    assert_eq!(
        window.ask("() => document.title", &json!([])),
        title,
        "the title is as it was"
    );
    let place = window.ask("() => location.origin", &json!([]));
    assert_eq!(place, json!("tauri://localhost"), "the view is where it was");
    assert_eq!(canary.connections(), 0, "nobody called the canary");
}

#[test]
fn not_even_script_in_the_view_can_lead_it_away_or_reach_out() {
    let window = Window::open();
    let canary = Canary::start();
    let attempts = "(url) => {
        const link = document.createElement('a');
        link.href = url;
        document.body.append(link);
        link.click();
        window.open(url);
        const image = new Image();
        image.src = url;
        const frame = document.createElement('iframe');
        frame.src = url;
        document.body.append(image, frame);
        fetch(url).catch(() => undefined);
        location.href = url;
    }";
    window.ask(attempts, &json!([format!("http://{}/", canary.address)]));
    post(window.listener(), "/after", &[], "{}");
    window.sees("request-row", "/after");
    // WebKit opens a connection for a navigation before it asks whether it may; it sends nothing on it.
    assert_eq!(canary.requests(), 0, "no request leaves the view");
}

#[test]
fn escapes_for_terminals_and_hidden_characters_are_made_visible() {
    let window = Window::open();
    let body = "red \u{1b}[31m bell \u{7} bidi \u{202e}evil\u{202c} title \u{1b}]0;owned\u{7}";
    post(
        window.listener(),
        "/escapes",
        &[("Content-Type", "text/plain")],
        body,
    );
    window.click_on("request-row", "/escapes");
    let shown = window.sees("body-text", "\\e[31m");
    for escape in ["\\x07", "\\u202E", "\\e]0;owned"] {
        assert!(shown.contains(escape), "`{escape}` is shown: {shown}");
    }
    assert!(
        !shown.contains(['\u{1b}', '\u{7}', '\u{202e}']),
        "and none of them is on the page itself"
    );
}
