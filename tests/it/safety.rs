//! Hostile content stays text, and the listener gives nothing away.

use std::io::{Read as _, Write as _};

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

#[test]
fn the_interface_answers_only_its_own_page_and_only_with_the_key() {
    let hookbench = Hookbench::new();
    let mut command = hookbench.command();
    command.args(["serve", "--json", "--port", "0"]);
    let mut serving = hookbench_tests::Listening::start(command);
    let second = serving.next_line();
    let (address, key) = second["interface"]
        .as_str()
        .and_then(|url| url.strip_prefix("http://")?.split_once("/#token="))
        .map(|(address, key)| (address.to_owned(), key.to_owned()))
        .expect("the second line is the address of the interface with its key");
    let socket: std::net::SocketAddr = address.parse().expect("an address");
    let port = socket.port();
    let ask = |path: &str, lines: &str| {
        let method = if path.starts_with("/api/call") {
            "POST"
        } else {
            "GET"
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\n{lines}Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
        );
        let mut stream = std::net::TcpStream::connect(socket).expect("it accepts");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).expect("it answers");
        String::from_utf8_lossy(&answer[9..]).into_owned()
    };
    let bearer = format!("Authorization: Bearer {key}\r\n");
    let own = format!("Host: {address}\r\n");
    assert_eq!(
        ask("/api/call/status", &format!("{own}{bearer}")),
        "200",
        "our own page"
    );
    for refused in [
        String::new(),
        "Host: evil.example\r\n".to_owned(),
        format!("Host: evil.example:{port}\r\n"),
        format!("Host: 127.0.0.1.evil.example:{port}\r\n"),
        "Host: 127.0.0.1\r\n".to_owned(),
        format!("Host: 127.1:{port}\r\n"),
        format!("Host: [::1]:{port}\r\n"),
        format!("{own}Host: evil.example\r\n"),
        format!("{own}Origin: http://evil.example\r\n"),
        format!("{own}Origin: https://127.0.0.1:{port}\r\n"),
        format!("{own}Origin: null\r\n"),
        format!("{own}Sec-Fetch-Site: cross-site\r\n"),
        format!("{own}Sec-Fetch-Site: same-site\r\n"),
    ] {
        for path in ["/api/call/status", "/api/feed", "/"] {
            let status = ask(path, &format!("{refused}{bearer}"));
            // hyper itself refuses two hosts or none where it does.
            assert!(
                ["403", "400"].contains(&status.as_str()),
                "{path} with {refused:?}: {status}"
            );
        }
    }
    for keyless in [
        "",
        "Authorization: Bearer 0123\r\n",
        "Authorization: Basic eDp5\r\n",
    ] {
        assert_eq!(
            ask("/api/call/status", &format!("{own}{keyless}")),
            "403",
            "without the key: {keyless}"
        );
    }
}
