//! Templates from the terminal.

use hookbench_tests::{Hookbench, Server, request};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

#[test]
fn a_template_is_saved_shown_and_sent_with_other_values() {
    let hookbench = Hookbench::new();
    let id = {
        let listening = hookbench.listen();
        let sent = b"POST /orders?x=1 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{\"order\":{\"id\":1234567}}";
        assert_eq!(request(listening.address(), sent).status, 200, "it is captured");
        hookbench.requests()[0]["id"].as_str().expect("an id").to_owned()
    };
    let body =
        br#"{"order":{"id":{{json:/order/id}}},"tenant":"{{tenant}}","n":{{counter}},"id":"{{uuid}}"}"#;
    let saved = hookbench.run_with_input(
        &[
            "template",
            "save",
            "order",
            "--request",
            &id,
            "--body",
            "-",
            "--header",
            "X-Tenant={{tenant}}",
        ],
        body,
    );
    assert_eq!(saved.code, 0, "it is kept: {}", saved.stderr);
    let listed = hookbench.run(&["template", "list", "--json"]).json();
    assert_eq!(
        listed[0]["variables"],
        serde_json::json!(["tenant"]),
        "what has to be given"
    );

    let server = Server::start(OK);
    let missing = hookbench.run(&["send", "--template", "order", "--to", &server.url()]);
    assert_eq!(missing.code, 1, "nothing goes with a hole in it");
    assert!(
        missing.stderr.contains("`tenant`"),
        "it is named: {}",
        missing.stderr
    );

    let shown = hookbench.run(&["send", "--template", "order", "--var", "tenant=blue", "--show"]);
    assert!(
        shown.text().contains(r#""tenant":"blue""#),
        "shown first: {}",
        shown.text()
    );
    assert!(shown.text().contains("X-Tenant: blue"), "header lines too");

    for (number, given) in [(1, &["--var", "tenant=blue"][..]), (2, &[])] {
        let mut command = vec!["send", "--template", "order", "--to"];
        let url = server.url();
        command.push(&url);
        command.extend_from_slice(given);
        let sent = hookbench.run(&command);
        assert_eq!(sent.code, 0, "it goes: {}", sent.stderr);
        let came = String::from_utf8_lossy(&server.next()).into_owned();
        assert!(
            came.starts_with("POST /orders?x=1 HTTP/1.1\r\n"),
            "with its own path: {came}"
        );
        let wanted = format!(r#"{{"order":{{"id":1234567}},"tenant":"blue","n":{number},"id":""#);
        assert!(
            came.contains(&wanted),
            "the value of the last time is kept for this place: {came}"
        );
    }
    let deliveries = hookbench.run(&["deliveries", &id, "--json"]).json();
    assert_eq!(
        deliveries.len(),
        2,
        "both are deliveries of the request it was made from"
    );

    assert_eq!(
        hookbench.run(&["template", "remove", "order"]).code,
        0,
        "it is forgotten"
    );
    assert_eq!(
        hookbench
            .run(&["send", "--template", "order", "--to", &server.url()])
            .code,
        1,
        "and there is none"
    );
}
