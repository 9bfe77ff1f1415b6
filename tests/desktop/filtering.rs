//! Finding a request among others.

use serde_json::json;

use crate::sender::post;
use crate::window::Window;

#[test]
fn a_filter_shows_what_matches_and_where_and_says_what_is_wrong_with_it() {
    let window = Window::open();
    let listener = window.listener();
    post(listener, "/orders", &[], "{\"buyer\": \"ann\"}");
    post(listener, "/orders", &[], "{\"buyer\": \"ben\"}");
    post(listener, "/pings", &[], "{}");
    window.sees("request-row", "/pings");
    window.press("/");
    window.press("path:/orders ann");
    window.until("one is left", || {
        let rows = window.texts("request-row");
        (rows.len() == 1 && rows[0].contains("/orders")).then_some(())
    });
    window.click("request-row");
    window.sees("body-pretty", "ann");
    let marked = window.until("what was looked for is marked", || {
        let marks = "() => [...document.querySelectorAll('[data-testid=body-pretty] mark')].map((mark) => mark.textContent)";
        let marked = window.ask(marks, &json!([]));
        (marked != json!([])).then_some(marked)
    });
    assert_eq!(marked, json!(["ann"]), "and nothing else");

    window.fill("filter", "pth:/orders");
    window.sees("filter-error", "pth");
    window.fill("filter", "path:/nowhere");
    window.sees("list-nothing", "Nothing matches");
    window.click("filter-clear");
    window.until("all are there again", || {
        (window.texts("request-row").len() == 3).then_some(())
    });
}
