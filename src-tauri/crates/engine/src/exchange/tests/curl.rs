use bytes::Bytes;
use tokio::process::Command;

use super::*;
use crate::delivery::scripted::Target;
use crate::delivery::{Destination, Edit, resend};
use crate::model::RawHead;

pub(in crate::exchange) fn plan(method: &str, url: &str, headers: &[(&str, &[u8])], body: &[u8]) -> Outgoing {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.to_vec()))
        .collect();
    let body = Bytes::copy_from_slice(body);
    Edit {
        method: method.into(),
        url: url.into(),
        headers,
        body,
    }
    .plan()
    .unwrap()
}

/// Runs `command` under `shell` in an empty folder and says which files are there afterwards.
async fn run(shell: &str, command: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    // As a file, since one argument may not be as long as a body.
    let script = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(script.path(), command).unwrap();
    let mut running = Command::new(shell);
    running
        .arg(script.path())
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .env("no_proxy", "*");
    running
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    running.status().await.unwrap();
    let files = std::fs::read_dir(folder.path()).unwrap();
    files
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

async fn is_there(program: &str) -> bool {
    let mut asked = Command::new(program);
    asked
        .arg("-c")
        .arg("command -v curl")
        .stdout(std::process::Stdio::null());
    let there = asked.status().await.is_ok_and(|status| status.success());
    if !there {
        println!("not run under `{program}`: it or curl is not on this machine");
    }
    there
}

pub(in crate::exchange) fn hostile() -> Vec<Vec<u8>> {
    let mut payloads: Vec<Vec<u8>> = [
        "$(touch made)",
        "`touch made`",
        "'; touch made; '",
        "'\"'\"'$(touch made)'",
        "\\'; touch made #",
        "\"$(touch made)\"",
        "${IFS}touch${IFS}made",
        "a\n touch made\n",
        "@/etc/passwd",
        "@-",
        "-o made",
        "--output made",
        "%s%n%d\\n\\c",
        "!!",
        "!touch",
        "{a,b}[1-3]",
        "~",
        "*",
        "\\",
        "\\\\'",
        "a'b''c",
        "'",
        "{\"a\": \"it's\", \"b\": \"\\u0000\"}\n",
        "é漢😀",
        "{{secret}} ${HOME}",
        "&& touch made",
        "| touch made",
        "> made",
        "a=b&c=d",
        "\n\n\n",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    payloads.extend([
        b"\0".to_vec(),
        b"a\0b\n\n".to_vec(),
        b"\r\n\t\x1b[2J\x1b[201~ touch made\r".to_vec(),
    ]);
    payloads.extend([
        (0..=255).collect(),
        b"-n \\c%d".to_vec(),
        vec![0xff; 3],
        "a\u{202e}b\u{200b}".into(),
    ]);
    payloads.push(vec![b'x'; 200 * 1024]);
    payloads.push((0..70_000_u32).flat_map(u32::to_le_bytes).collect());
    payloads
}

#[tokio::test]
async fn curl_sends_the_same_bytes_under_a_shell_whatever_they_are() {
    let (target, mut records) = Target::recording().await;
    for shell in ["sh", "bash"] {
        if !is_there(shell).await {
            continue;
        }
        for payload in hostile() {
            let shown = payload[..payload.len().min(40)].escape_ascii().to_string();
            let value: Vec<u8> = payload
                .iter()
                .copied()
                .filter(|byte| !matches!(byte, 0 | b'\r' | b'\n'))
                .take(500)
                .collect();
            let value = value.trim_ascii();
            let headers: &[(&str, &[u8])] = &[
                ("X-Odd'`name", value),
                ("Empty", b""),
                ("x-two", b"1"),
                ("x-two", b"2"),
            ];
            let outgoing = plan(
                "PO'ST",
                &target.url("/a/../b'c$(touch made)?x=[1-2]{a}&y"),
                headers,
                &payload,
            );
            let files = run(shell, &curl(&outgoing)).await;
            assert_eq!(files, [""; 0], "no file is made: {shell}, {shown}");

            let request = records
                .try_recv()
                .unwrap_or_else(|_| panic!("nothing was sent: {shell}, {shown}"));
            let end = request.windows(4).position(|part| part == b"\r\n\r\n").unwrap() + 4;
            assert!(
                request[end..] == payload,
                "the body is byte for byte the same: {shell}, {shown}"
            );
            let came = RawHead::new(Bytes::copy_from_slice(&request[..end]));
            assert_eq!(
                came.request_line(),
                RawHead::new(outgoing.head.clone()).request_line(),
                "{shell}, {shown}"
            );
            let comparable = |head: &RawHead| {
                let mut headers = head.headers();
                headers.retain(|header| !header.is("host") && !header.is("content-length"));
                headers
                    .iter()
                    .map(|header| (header.name.clone(), header.value.clone()))
                    .collect::<Vec<_>>()
            };
            let planned = comparable(&RawHead::new(outgoing.head.clone()));
            assert_eq!(
                comparable(&came),
                planned,
                "the headers are the same: {shell}, {shown}"
            );
        }
    }
}

#[test]
fn a_plain_request_is_a_plain_command() {
    let outgoing = plan(
        "POST",
        "http://t/hook",
        &[("Content-Type", b"application/json"), ("User-Agent", b"x/1")],
        b"{\"a\": 1}",
    );
    assert_eq!(
        curl(&outgoing),
        "curl 'http://t/hook' \\\n  --request POST \\\n  -H 'Content-Type: application/json' \\\n  \
         -H 'User-Agent: x/1' \\\n  -H 'Accept:' \\\n  --data-raw '{\"a\": 1}'",
        "it can be read"
    );
    let get = plan("GET", "https://t/", &[], b"");
    assert_eq!(
        curl(&get),
        "curl 'https://t/' \\\n  --http1.1 \\\n  -H 'User-Agent:' \\\n  -H 'Accept:'",
        "no more than there is"
    );
}

#[test]
fn a_length_of_nothing_and_odd_targets_are_kept() {
    let captured = RawHead::new(Bytes::from_static(
        b"POST /a#b HTTP/1.0\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    ));
    let outgoing = resend(&captured, Bytes::new(), &Destination::parse("http://t").unwrap()).unwrap();
    let command = curl(&outgoing);
    for wanted in [
        "--request-target '/a#b'",
        "--data-raw ''",
        "--http1.0",
        "'http://t/'",
    ] {
        assert!(command.contains(wanted), "{wanted} in {command}");
    }
}

#[test]
fn nothing_that_a_terminal_acts_on_is_in_the_command() {
    for payload in hostile() {
        let value: Vec<u8> = payload
            .iter()
            .copied()
            .filter(|byte| !matches!(byte, 0 | b'\r' | b'\n'))
            .collect();
        let command = curl(&plan("POST", "http://t/", &[("X", &value)], &payload));
        let acting = command
            .chars()
            .find(|character| *character != '\n' && character.is_control());
        assert_eq!(acting, None, "a pasted control character is a key press");
    }
}
