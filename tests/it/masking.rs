//! What is masked in what is given away, and where.

use hookbench_tests::{Hookbench, request};

#[test]
fn chosen_values_are_masked_in_copies_and_a_copy_is_signed_so_that_its_receiver_can_check_it() {
    let hookbench = Hookbench::new();
    let added = hookbench.run(&["endpoint", "add", "/github", "--provider", "github"]);
    assert_eq!(added.code, 0, "the endpoint is made: {}", added.stderr);
    let listening = hookbench.listen();
    let body = br#"{ "user" : {"mail":"ann@host.test","id":1.50}, "ref":"main" }"#;
    let head = format!(
        "POST /github HTTP/1.1\r\nHost: h\r\nUser-Agent: GitHub-Hookshot/1\r\nX-GitHub-Event: push\r\n\
         Content-Type: application/json\r\nX-Hub-Signature-256: sha256=00\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    request(listening.address(), &[head.as_bytes(), body].concat());
    let id = hookbench.requests()[0]["id"].as_str().unwrap().to_owned();

    for (pointer, place) in [("user/mail", "character 1"), ("/user/~x", "character 7")] {
        let refused = hookbench.run(&["mask", "add", pointer]);
        assert_eq!(refused.code, 2, "`{pointer}` is wrong usage");
        assert!(
            refused.stderr.contains(place),
            "it says where: {}",
            refused.stderr
        );
    }
    let kept = hookbench.run(&["mask", "add", "/user/mail"]);
    assert_eq!(kept.code, 0, "{}", kept.stderr);
    assert_eq!(
        hookbench.run(&["mask", "list"]).text(),
        "/user/mail\n",
        "it is kept"
    );

    let copied = hookbench.run(&["show", &id, "--as", "http", "--mask", "/user/id"]);
    assert!(
        copied
            .text()
            .contains(r#"{ "user" : {"mail":"[masked]","id":0}, "ref":"main" }"#),
        "both are masked, every other byte stays: {}",
        copied.text()
    );
    assert!(
        copied.stderr.contains("body /user/mail, body /user/id"),
        "it says which: {}",
        copied.stderr
    );
    assert!(
        copied.text().contains("Content-Length: 53\r\n"),
        "its length is that of what is copied"
    );
    let whole = hookbench.run(&["show", &id, "--as", "http", "--unmasked"]);
    assert!(
        whole.text().contains("ann@host.test"),
        "shown when asked for: {}",
        whole.text()
    );

    let signed = hookbench.run(&["show", &id, "--as", "http", "--resign-test"]);
    assert_eq!(signed.code, 0, "{}", signed.stderr);
    let text = signed.text();
    let secret = text
        .lines()
        .nth(1)
        .unwrap()
        .strip_prefix("# ")
        .unwrap()
        .to_owned();
    assert!(
        signed.stderr.contains(&secret),
        "the secret is told: {}",
        signed.stderr
    );
    let signature = text
        .lines()
        .find_map(|line| line.strip_prefix("X-Hub-Signature-256: "))
        .expect("the new signature is not masked");
    let masked = text.split("\r\n\r\n").nth(1).unwrap().trim_end_matches('\n');
    let line = serde_json::json!({
        "id": 1, "provider": "github", "secret": secret, "body": masked,
        "headers": { "X-Hub-Signature-256": signature },
    });
    let checked = hookbench.run_with_input(&["verify", "--stdin"], format!("{line}\n").as_bytes());
    assert!(
        checked.text().contains(r#""verdict":"valid""#),
        "whoever gets the copy can check it: {}",
        checked.text()
    );

    let removed = hookbench.run(&["mask", "remove", "/user/mail"]);
    assert_eq!(removed.code, 0, "{}", removed.stderr);
    masked_at_one_endpoint_only(&hookbench, &id);
    let again = hookbench.run(&["mask", "remove", "/user/mail"]);
    assert_eq!(again.code, 1, "it is not there any more: {}", again.stderr);
    request(
        listening.address(),
        b"POST /nobody HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}",
    );
    let id = hookbench.requests()[0]["id"].as_str().unwrap().to_owned();
    let unknown = hookbench.run(&["show", &id, "--as", "curl", "--resign-test"]);
    assert_eq!(unknown.code, 1, "nobody knows how it is signed");
    assert!(
        unknown.stderr.contains("cannot be signed with a test secret"),
        "it says why: {}",
        unknown.stderr
    );
}

/// A pointer that holds for an endpoint holds for its requests and for those of no other; `id` came to `/github`.
fn masked_at_one_endpoint_only(hookbench: &Hookbench, id: &str) {
    let unknown = hookbench.run(&["mask", "add", "/user/mail", "--endpoint", "/nowhere"]);
    assert_eq!(unknown.code, 1, "there is no such endpoint: {}", unknown.stderr);
    assert_eq!(
        hookbench.run(&["endpoint", "add", "/other"]).code,
        0,
        "another one"
    );
    for (endpoint, is_masked) in [("/other", false), ("/github", true)] {
        let at = ["/user/mail", "--endpoint", endpoint];
        let added = hookbench.run(&[&["mask", "add"][..], &at].concat());
        assert_eq!(added.code, 0, "{}", added.stderr);
        assert_eq!(
            hookbench.run(&["mask", "list"]).text(),
            format!("/user/mail (only {endpoint})\n"),
            "it is told where"
        );
        let json = hookbench.run(&["mask", "list", "--json"]).text().replace(' ', "");
        assert_eq!(
            json,
            format!("{{\"pointer\":\"/user/mail\",\"endpoint\":\"{endpoint}\"}}\n"),
            "for a script too"
        );
        let copied = hookbench.run(&["show", id, "--as", "http"]);
        let copied = copied.text();
        assert_eq!(
            !copied.contains("ann@host.test"),
            is_masked,
            "at {endpoint}: {copied}"
        );
        let everywhere = hookbench.run(&["mask", "remove", "/user/mail"]);
        assert_eq!(
            everywhere.code, 1,
            "it does not hold everywhere: {}",
            everywhere.stderr
        );
        let removed = hookbench.run(&[&["mask", "remove"][..], &at].concat());
        assert_eq!(removed.code, 0, "{}", removed.stderr);
    }
}
