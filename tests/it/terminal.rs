//! The terminal's grammar, output and exit codes.

use std::net::TcpListener;

use hookbench_tests::{Hookbench, request};
use serde_json::json;

#[test]
fn the_first_line_says_where_it_listens_and_each_request_is_a_line() {
    let hookbench = Hookbench::new();
    let mut listening = hookbench.listen();
    assert_eq!(
        listening.first["secrets"], "file",
        "where secrets are kept is said"
    );
    request(
        listening.address(),
        b"POST /one HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    );
    request(
        listening.address(),
        b"POST /two HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    );
    let lines = [listening.next_line(), listening.next_line()];
    assert_eq!(
        [&lines[0]["target"], &lines[1]["target"]],
        ["/one", "/two"],
        "in the order of arrival"
    );
    for field in [
        "id",
        "received_at",
        "method",
        "target",
        "http_version",
        "headers",
        "endpoint",
        "provider",
        "event",
        "verdict",
        "state",
        "answered",
        "body_length",
        "body_sha256",
    ] {
        assert!(
            lines[0].get(field).is_some(),
            "`{field}` is there, even where it is null"
        );
    }
    assert!(
        lines[0].get("body_base64").is_none(),
        "bytes come only when they are asked for"
    );
}

#[test]
fn a_taken_port_is_said_loudly_and_the_next_free_one_is_used() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let hookbench = Hookbench::new();
    let listening = hookbench.listen_with(&["--port", &port.to_string()]);
    assert_ne!(listening.address().port(), port, "another port is used");
    assert_eq!(
        listening.first["wanted_port"], port,
        "the JSON says which was wanted"
    );
    let loud = listening
        .asides()
        .iter()
        .any(|line| line.contains(&port.to_string()));
    assert!(loud, "and so does standard error");
    let failed = hookbench.run(&["listen", "--port", &port.to_string(), "--exact-port"]);
    assert_eq!(failed.code, 1, "--exact-port fails instead");
    assert!(
        failed.stderr.contains(&port.to_string()),
        "naming the port: {}",
        failed.stderr
    );
}

#[test]
fn exit_codes_tell_done_failed_and_wrong_usage_apart() {
    let hookbench = Hookbench::new();
    assert_eq!(hookbench.run(&["list"]).code, 0, "an empty list is no failure");
    let failed = hookbench.run(&["show", "00000000-0000-7000-8000-000000000000"]);
    assert_eq!(
        (failed.code, failed.stderr.is_empty()),
        (1, false),
        "what is not there is a failure with a message"
    );
    for wrong in [
        &["nonsense"][..],
        &["resend", "x"],
        &["list", "--limit", "none"],
        &["list", "--full"],
        &[],
    ] {
        let output = hookbench.run(wrong);
        assert_eq!(output.code, 2, "`{wrong:?}` is wrong usage");
        assert!(!output.stderr.is_empty(), "and says so");
    }
}

#[test]
fn show_writes_exact_bytes() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let head = b"POST /x HTTP/1.1\r\nHost:  h\r\nContent-Length: 3\r\n\r\n";
    request(listening.address(), &[&head[..], b"\x00\x80\n"].concat());
    let id = hookbench.requests()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(hookbench.run(&["show", &id, "--head"]).stdout, head, "--head");
    assert_eq!(
        hookbench.run(&["show", &id, "--body"]).stdout,
        b"\x00\x80\n",
        "--body"
    );
    assert_eq!(
        hookbench.run(&["show", &id, "--raw"]).stdout,
        [&head[..], b"\x00\x80\n"].concat(),
        "--raw"
    );
    let object = hookbench.run(&["show", &id, "--json"]).json().remove(0);
    assert_eq!(
        object,
        hookbench.requests()[0],
        "--json is the object of `list --json --full`"
    );
}

#[test]
fn a_request_is_given_away_as_a_command_or_a_program_with_what_is_secret_masked() {
    let hookbench = Hookbench::new();
    let added = hookbench.run(&["endpoint", "add", "/own", "--provider", "tracktik"]);
    assert_eq!(added.code, 0, "the endpoint is made: {}", added.stderr);
    let listening = hookbench.listen();
    request(
        listening.address(),
        b"POST /own?a=1 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer abc\r\nContent-Length: 2\r\n\r\n{}",
    );
    let id = hookbench.requests()[0]["id"].as_str().unwrap().to_owned();
    for (format, sign) in [
        ("curl", "curl 'http://dev:1/own?a=1'"),
        ("powershell", "HttpRequestMessage"),
        ("cmd", "curl.exe"),
        ("http", "POST /own?a=1 HTTP/1.1\r\n"),
        ("fetch", "await fetch('http://dev:1/own?a=1'"),
        ("python", "requests.request("),
        ("rust", "reqwest::Method::POST"),
        ("go", "http.NewRequest(\"POST\""),
    ] {
        let copied = hookbench.run(&["show", &id, "--as", format, "--to", "http://dev:1"]);
        assert_eq!(copied.code, 0, "{format}: {}", copied.stderr);
        assert!(
            copied.text().contains(sign),
            "{format} is written: {}",
            copied.text()
        );
        assert!(
            !copied.text().contains("Bearer abc"),
            "{format} gives no token away"
        );
        assert!(
            copied.stderr.contains("masked: Authorization"),
            "what is masked is said: {}",
            copied.stderr
        );
        let asked = hookbench.run(&["show", &id, "--as", format, "--unmasked"]);
        let token = match format {
            "cmd" => "Bearer^ abc",
            _ => "Bearer abc",
        };
        assert!(
            asked.text().contains(token),
            "{format} shows it when asked: {}",
            asked.text()
        );
    }
    let unknown = hookbench.run(&["show", &id, "--as", "perl"]);
    assert_eq!(unknown.code, 2, "wrong usage");
    assert!(
        unknown.stderr.contains("fetch, python"),
        "it says what there is: {}",
        unknown.stderr
    );
}

#[test]
fn endpoints_are_added_listed_and_removed() {
    let hookbench = Hookbench::new();
    let added = hookbench
        .run(&["endpoint", "add", "stripe/", "--provider", "stripe", "--json"])
        .json()
        .remove(0);
    assert_eq!(
        (&added["path"], &added["provider"]),
        (&json!("/stripe"), &json!("stripe")),
        "in normal form"
    );
    assert_eq!(
        hookbench.run(&["endpoint", "add", "/stripe"]).code,
        1,
        "a path is taken once"
    );
    assert_eq!(
        hookbench
            .run(&["endpoint", "add", "/x", "--provider", "nobody"])
            .code,
        1,
        "providers are known ones"
    );
    assert_eq!(
        hookbench
            .run_with_input(&["secret", "set", "/stripe", "--name", "test"], b"whsec_x\n")
            .code,
        0,
        "from standard input"
    );
    let listed = hookbench.run(&["endpoint", "list", "--json"]).json();
    assert_eq!(listed.len(), 1, "one endpoint");
    assert_eq!(listed[0]["secrets"][0]["name"], "test", "with its secret's name");
    assert!(!listed[0].to_string().contains("whsec_x"), "never with its value");
    assert_eq!(
        hookbench.run(&["endpoint", "remove", "/stripe"]).code,
        0,
        "it can be removed"
    );
    assert!(
        hookbench.run(&["endpoint", "list", "--json"]).json().is_empty(),
        "and is gone"
    );
}

#[test]
fn an_endpoint_is_told_its_public_url_and_tolerance() {
    let hookbench = Hookbench::new();
    let url = "https://tunnel.example";
    let made = hookbench
        .run(&["endpoint", "add", "/sms", "--public-url", url, "--json"])
        .json();
    assert_eq!(made[0]["public_url"], url, "from the beginning");
    let changed = hookbench
        .run(&["endpoint", "set", "/sms", "--tolerance", "900", "--json"])
        .json();
    assert_eq!(
        (&changed[0]["public_url"], &changed[0]["past"]),
        (&json!(url), &json!(900)),
        "what is not named stays"
    );
    let cleared = hookbench
        .run(&[
            "endpoint",
            "set",
            "/sms",
            "--public-url",
            "",
            "--tolerance",
            "0",
            "--json",
        ])
        .json();
    assert_eq!(
        (&cleared[0]["public_url"], &cleared[0]["past"]),
        (&json!(null), &json!(null)),
        "and both can be taken away"
    );
}

#[test]
fn schemes_of_ones_own_are_imported_exported_and_removed() {
    const OWN: &str = r#"id = "acme"
name = "Acme"
evidence = "C"

[scheme]
algorithm = "hmac-sha256"
content = "{body}"
signature = { from = "header:X-Acme" }
"#;
    let hookbench = Hookbench::new();
    let import = ["providers", "import", "-"];
    let done = hookbench.run_with_input(&import, OWN.as_bytes());
    assert_eq!(done.code, 0, "it is kept: {}", done.stderr);
    assert_ne!(
        hookbench.run_with_input(&import, OWN.as_bytes()).code,
        0,
        "an id is taken once"
    );
    assert_eq!(
        hookbench
            .run_with_input(&["providers", "import", "-", "--replace"], OWN.as_bytes())
            .code,
        0,
        "unless it is to be replaced"
    );
    let taken = OWN.replace("acme", "stripe");
    assert_ne!(
        hookbench.run_with_input(&import, taken.as_bytes()).code,
        0,
        "ours are never replaced"
    );
    assert_eq!(
        hookbench
            .run(&["endpoint", "add", "/acme", "--provider", "acme"])
            .code,
        0,
        "an endpoint can be pinned to it"
    );
    let listed = hookbench.run(&["providers", "--own", "--json"]).json();
    assert_eq!(listed.len(), 1, "only one's own");
    assert_eq!(listed[0]["used_by"], json!(["/acme"]), "and what uses them");
    let exported = hookbench.run(&["providers", "export", "acme"]);
    assert_eq!(exported.stdout, OWN.as_bytes(), "as it was written");
    assert_eq!(hookbench.run(&["providers", "remove", "acme"]).code, 0);
    assert!(
        hookbench.run(&["providers", "--own", "--json"]).json().is_empty(),
        "and is gone"
    );
    assert_eq!(
        hookbench.run(&["endpoint", "list", "--json"]).json()[0]["provider"],
        json!(null),
        "its endpoint recognises each request by itself"
    );
}

#[test]
fn an_empty_secret_is_refused() {
    let hookbench = Hookbench::new();
    hookbench.run(&["endpoint", "add", "/a"]);
    let output = hookbench.run_with_input(&["secret", "set", "/a"], b"\n");
    assert_eq!(output.code, 1, "an empty key would make every forgery valid");
}

#[cfg(unix)]
#[test]
fn a_listener_that_is_asked_to_stop_ends_well() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    request(
        listening.address(),
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    );
    assert_eq!(listening.stop(), Some(0), "a request to stop is no failure");
    assert_eq!(hookbench.requests().len(), 1, "and nothing is lost");
}

#[test]
fn another_terminal_works_on_the_same_data_at_the_same_time() {
    let hookbench = Hookbench::new();
    let mut one = hookbench.listen();
    let mut other = hookbench.listen();
    request(
        one.address(),
        b"POST /from-one HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    );
    assert_eq!(
        one.next_line()["target"],
        "/from-one",
        "who captured it prints it"
    );
    assert_eq!(other.next_line()["target"], "/from-one", "and so does the other");
}

#[test]
fn the_filter_language_narrows_the_list_and_says_where_it_is_wrong() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    for (method, target, body) in [
        ("POST", "/one", r#"{"id":"evt_1Nk2a"}"#),
        ("PUT", "/two", r#"{"id":"evt_9Zz"}"#),
    ] {
        let sent = format!(
            "{method} {target} HTTP/1.1\r\nHost: h\r\nX-Kind: {method}!\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        request(listening.address(), sent.as_bytes());
    }
    let found = |filter: &str| -> Vec<String> {
        let listed = hookbench.run(&["list", "--json", "--filter", filter]).json();
        listed
            .iter()
            .map(|request| request["target"].as_str().expect("a target").to_owned())
            .collect()
    };
    for (filter, wanted) in [
        ("method:PUT", &["/two"][..]),
        ("-method:PUT", &["/one"]),
        ("evt_1Nk", &["/one"]),
        ("*Nk2*", &["/one"]),
        ("json:/id=evt_9*", &["/two"]),
        ("header:x-kind=\"POST!\"", &["/one"]),
        ("path:/one,/two status:2xx after:-10m", &["/two", "/one"]),
        ("size:>10kb", &[]),
    ] {
        assert_eq!(found(filter), wanted, "`{filter}`");
    }
    let wrong = hookbench.run(&["list", "--filter", "method:PUT size:>many"]);
    assert_eq!(wrong.code, 1, "a filter that cannot be understood is a failure");
    assert!(
        wrong.stderr.contains("character"),
        "that says where it is wrong: {}",
        wrong.stderr
    );
}

#[test]
fn scripts_verify_sign_and_diagnose_line_by_line_without_a_data_folder() {
    let hookbench = Hookbench::new();
    let draft = r#"{"id":7,"provider":"stripe","secret":"whsec_a","headers":{},"body":"{}","received_at":1700000000}"#;
    let signed = hookbench
        .run_with_input(&["sign", "--stdin"], draft.as_bytes())
        .json()
        .remove(0);
    assert_eq!(signed["id"], 7, "the id of the line comes back");
    let line = |secret: &str| {
        json!({ "id": secret, "provider": "stripe", "secret": secret, "headers": signed["headers"], "body": signed["body"], "received_at": 1_700_000_100 })
            .to_string()
    };
    let lines = format!("{}\n{}\n", line("whsec_a"), line("whsec_b"));
    let verified = hookbench
        .run_with_input(&["verify", "--stdin"], lines.as_bytes())
        .json();
    let verdicts: Vec<_> = verified.iter().map(|answer| &answer["verdict"]).collect();
    assert_eq!(verdicts, ["valid", "invalid"], "each line has its own verdict");
    let spaced = line(" whsec_a ");
    let diagnosed = hookbench
        .run_with_input(&["diagnose", "--stdin"], spaced.as_bytes())
        .json()
        .remove(0);
    assert_eq!(
        diagnosed["cause"], "secret-blanks",
        "the cause is proved: {diagnosed}"
    );
    assert!(diagnosed["proof"].is_object(), "with the computation");
    let bad = hookbench.run_with_input(&["verify", "--stdin"], b"nonsense\n");
    assert_eq!(bad.code, 1, "a line that cannot be read is a failure");
    assert!(bad.text().contains("error"), "and has its answer: {}", bad.text());
    assert!(
        !hookbench.data().join("hookbench.db").exists(),
        "no data folder is opened"
    );
}

#[cfg(unix)]
#[test]
fn a_reader_that_does_not_read_keeps_nobody_from_stopping_the_listener() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let hookbench = Hookbench::new();
    let mut child = hookbench
        .command()
        .args(["listen", "--json", "--port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut first = String::new();
    // Only the first line is read: the pipe fills with what follows.
    let mut output = BufReader::new(child.stdout.take().expect("a piped output"));
    output.read_line(&mut first).expect("the first line");
    let first: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    let address = first["listening"]
        .as_str()
        .and_then(|url| url.strip_prefix("http://"))
        .expect("an address");
    let long = "x".repeat(8_000);
    for number in 0..20 {
        let sent = format!("POST /{number}/{long} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        let answer = request(address.parse().expect("an address"), sent.as_bytes());
        assert_eq!(
            answer.status, 200,
            "request {number} is captured though nobody reads the output"
        );
    }
    let killed = Command::new("kill")
        .arg(child.id().to_string())
        .status()
        .expect("kill runs");
    assert!(killed.success(), "the signal is sent");
    let deadline = Instant::now() + Duration::from_secs(30);
    while child.try_wait().expect("it can be asked").is_none() {
        assert!(Instant::now() < deadline, "it ends though its output is full");
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(output);
    assert_eq!(hookbench.requests().len(), 20, "and everything is kept");
}
