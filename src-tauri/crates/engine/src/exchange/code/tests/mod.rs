//! What the programs send when they are run, where the language is on this machine.

use std::path::Path;

use tokio::process::Command;

use super::super::curl::tests::{hostile, plan};
use super::*;
use crate::delivery::scripted::Target;
use crate::model::RawHead;

/// Runs a program from a file; what it wrote to its error output, if it failed.
async fn run(interpreter: &str, name: &str, program: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, program).unwrap();
    let ended = Command::new(interpreter)
        .arg(&file)
        .current_dir(folder.path())
        .env("no_proxy", "*")
        .output()
        .await
        .unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| *path != file && !path.ends_with(Path::new("__pycache__")))
        .collect();
    assert!(files.is_empty(), "no file is made: {files:?}");
    match ended.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&ended.stderr).into_owned()),
    }
}

/// Whether an interpreter is there and has what the program needs.
async fn is_there(interpreter: &str, arguments: &[&str]) -> bool {
    let asked = Command::new(interpreter).args(arguments).output().await;
    let there = asked.is_ok_and(|output| output.status.success());
    if !there {
        println!(
            "not run: `{interpreter} {}` does not work here",
            arguments.join(" ")
        );
    }
    there
}

/// Runs what `write` makes of odd requests, one after the other in one program, and compares what arrives.
async fn arrives_as_planned(
    interpreter: &str,
    name: &str,
    write: fn(&Outgoing) -> Result<String, NotExpressible>,
    block: fn(String) -> String,
) {
    let (target, mut records) = Target::recording().await;
    let planned: Vec<Outgoing> = hostile()
        .iter()
        .map(|payload| {
            let value: Vec<u8> = payload
                .iter()
                .copied()
                .filter(|byte| !byte.is_ascii_control())
                .take(200)
                .collect();
            let headers: &[(&str, &[u8])] = &[
                ("X-Odd'`name", value.trim_ascii()),
                ("X-Event", b"a, b"),
                ("Content-Type", b"text/plain"),
            ];
            let url = target.url("/a/b%20c$(touch made)?x=1&y=%7B");
            plan("PATCH", &url, headers, payload)
        })
        .collect();
    let program: String = planned
        .iter()
        .map(|outgoing| block(write(outgoing).unwrap()))
        .collect();
    run(interpreter, name, &program)
        .await
        .unwrap_or_else(|failure| panic!("{failure:.4000}"));
    for outgoing in planned {
        let shown = outgoing.body[..outgoing.body.len().min(40)]
            .escape_ascii()
            .to_string();
        let request = records
            .try_recv()
            .unwrap_or_else(|_| panic!("nothing was sent: {shown}"));
        let end = request.windows(4).position(|part| part == b"\r\n\r\n").unwrap() + 4;
        assert!(
            request[end..] == outgoing.body,
            "the body is byte for byte the same: {shown}"
        );
        let came = RawHead::new(bytes::Bytes::copy_from_slice(&request[..end]));
        let planned = RawHead::new(outgoing.head.clone());
        assert_eq!(came.request_line(), planned.request_line(), "{shown}");
        for header in planned.headers() {
            assert!(
                came.headers().iter().any(|sent| {
                    sent.name.eq_ignore_ascii_case(&header.name) && sent.value == header.value
                }),
                "`{}` is sent: {shown}",
                header.name.escape_ascii()
            );
        }
    }
}

#[tokio::test]
async fn node_sends_what_was_planned() {
    if is_there("node", &["--eval", "fetch"]).await {
        arrives_as_planned("node", "made.mjs", fetch, |program| {
            format!("{{\n{program}\n}}\n")
        })
        .await;
    }
}

#[tokio::test]
async fn python_sends_what_was_planned() {
    if is_there("python3", &["-c", "import requests"]).await {
        arrives_as_planned("python3", "made.py", python, |program| program + "\n").await;
    }
}

#[test]
fn plain_requests_are_plain_programs() {
    let outgoing = plan(
        "POST",
        "http://t/hook?a=1",
        &[
            ("Content-Type", b"application/json"),
            ("X-Two", b"1"),
            ("X-Two", b"2"),
        ],
        b"{\"it's\": \"\xc3\xa9\"}",
    );
    assert_eq!(
        fetch(&outgoing).unwrap(),
        "const response = await fetch('http://t/hook?a=1', {\n  method: 'POST',\n  redirect: 'manual',\n  headers: [\n    \
         ['Content-Type', 'application/json'],\n    ['X-Two', '1'],\n    ['X-Two', '2'],\n  ],\n  \
         body: '{\"it\\'s\": \"é\"}',\n});\nconsole.log(response.status, await response.text());",
        "JavaScript"
    );
    assert_eq!(
        python(&outgoing).unwrap(),
        "import requests\n\n# X-Two came more than once; requests sends one, joined by commas.\n\
         response = requests.request(\n    'POST',\n    'http://t/hook?a=1',\n    headers={\n        \
         'Content-Type': 'application/json',\n        'X-Two': '1, 2',\n    },\n    \
         data='{\"it\\'s\": \"é\"}'.encode(),\n    allow_redirects=False,\n)\n\
         print(response.status_code, response.text)",
        "Python"
    );
    let rust = rust(&outgoing).unwrap();
    for line in [
        "    .request(reqwest::Method::POST, \"http://t/hook?a=1\")",
        "    .header(\"X-Two\", \"1\")",
        "    .header(\"X-Two\", \"2\")",
        "    .body(r\"{\"it's\": \"é\"}\")",
    ] {
        let line = line.replace("r\"{\"it's\": \"é\"}\"", "r#\"{\"it's\": \"é\"}\"#");
        assert!(rust.lines().any(|written| written == line), "{line} in\n{rust}");
    }
    let go = go(&outgoing).unwrap();
    for line in [
        "\trequest, err := http.NewRequest(\"POST\", \"http://t/hook?a=1\", strings.NewReader(`{\"it's\": \"é\"}`))",
        "\t\t\"X-Two\": {\"1\", \"2\"},",
    ] {
        assert!(go.lines().any(|written| written == line), "{line} in\n{go}");
    }
}

#[test]
fn what_a_client_would_change_is_refused() {
    type Write = fn(&Outgoing) -> Result<String, NotExpressible>;
    let writers: [Write; 4] = [fetch, python, rust, go];
    for path in ["/a/../b", "/a/./b", "/a/%2e%2E/b", "/a?x={y}", "/a?"] {
        for write in writers {
            let outgoing = plan("POST", &format!("http://t{path}"), &[], b"");
            assert!(
                matches!(write(&outgoing), Err(NotExpressible::Target { .. })),
                "{path}"
            );
        }
    }
    let with_body = plan("GET", "http://t/", &[], b"x");
    assert_eq!(
        fetch(&with_body),
        Err(NotExpressible::Body { client: "`fetch`" }),
        "the Fetch standard allows none"
    );
    assert_eq!(
        fetch(&plan("post", "http://t/", &[], b"x")),
        Err(NotExpressible::Method { client: "`fetch`" }),
        "it would be written in capitals"
    );
    let control = plan("POST", "http://t/", &[("X", b"a\x1bb")], b"");
    for write in writers {
        assert!(
            matches!(write(&control), Err(NotExpressible::Header { .. })),
            "clients refuse control characters"
        );
    }
}
