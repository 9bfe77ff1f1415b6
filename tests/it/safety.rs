//! Hostile content stays text, and the listener gives nothing away.

use hookbench_tests::{Hookbench, request};

#[test]
fn terminal_escapes_in_a_request_never_reach_the_terminal() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let body = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}";
    let sent = format!(
        "POST /%1b?\u{9b}31m HTTP/1.1\r\nHost: h\r\nX-Evil: \u{202e}x\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    request(listening.address(), sent.as_bytes());
    let id = hookbench.requests()[0]["id"].as_str().expect("an id").to_owned();
    for arguments in [&["list"][..], &["show", &id]] {
        let output = hookbench.run(arguments);
        let text = output.text();
        let hostile = text
            .chars()
            .find(|character| (character.is_control() && *character != '\n') || *character == '\u{202e}');
        assert_eq!(
            hostile, None,
            "`{arguments:?}` prints nothing a terminal obeys: {text:?}"
        );
    }
    assert_eq!(
        hookbench.run(&["show", &id, "--body"]).stdout,
        body.as_bytes(),
        "--body writes the exact bytes"
    );
}

#[test]
fn the_listener_reflects_nothing_and_allows_no_origin() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let sent = b"OPTIONS /canary HTTP/1.1\r\nHost: h\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Private-Network: true\r\nCookie: canary\r\nContent-Length: 0\r\n\r\n";
    let answer = request(listening.address(), sent);
    let head = answer.head.to_ascii_lowercase();
    assert!(
        !head.contains("access-control"),
        "no page may read answers: {head}"
    );
    assert!(
        !head.contains("canary") && !head.contains("evil"),
        "nothing of the request comes back: {head}"
    );
    assert!(
        !answer.body.windows(6).any(|window| window == b"canary"),
        "not in the body either"
    );
    assert!(
        head.contains("x-content-type-options: nosniff"),
        "a browser must not guess a type"
    );
}

#[test]
fn the_listener_is_not_a_control_surface() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let answer = request(
        listening.address(),
        b"POST /api/call/list_requests HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}",
    );
    assert_eq!(answer.body, b"ok\n", "it is captured like any other request");
    assert_eq!(
        hookbench.requests()[0]["target"],
        "/api/call/list_requests",
        "and nothing else happens"
    );
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_data() {
    use std::os::unix::fs::PermissionsExt as _;
    let hookbench = Hookbench::new();
    let folder = hookbench.data().join("new");
    let path = folder.to_str().expect("a path");
    for arguments in [
        &["endpoint", "add", "/a", "--data-dir", path][..],
        &["secret", "set", "/a", "hush-hush-canary", "--data-dir", path],
    ] {
        assert_eq!(hookbench.run(arguments).code, 0, "{arguments:?}");
    }
    let mut files = 0;
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        assert_eq!(
            std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777,
            0o700,
            "{}",
            folder.display()
        );
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            files += 1;
            assert_eq!(
                entry.metadata().unwrap().permissions().mode() & 0o077,
                0,
                "{}",
                entry.path().display()
            );
            if !entry.path().to_string_lossy().contains("/secrets/") {
                let bytes = std::fs::read(entry.path()).unwrap();
                let leaked = bytes.windows(16).any(|window| window == b"hush-hush-canary");
                assert!(
                    !leaked,
                    "a secret is in no file but its own: {}",
                    entry.path().display()
                );
            }
        }
    }
    assert!(files >= 2, "the data file and the secret are there");
}
