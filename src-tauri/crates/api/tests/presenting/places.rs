//! One hostile request with another secret in each place where one can be, and every way on which it leaves the house:
//! copies in each language, files, and all that a window shows while others look.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hookbench_api::dispatch;
use hookbench_api::types::ByteSource;
use hookbench_engine::Format;
use serde_json::json;

use crate::bench::{Bench, answering};

/// What every planted secret begins with.
const PLANTED: &str = "5ecret-";

/// The lines of the hostile head, one secret in each place.
const LINES: [&str; 32] = [
    "Authorization: Bearer 5ecret-bearer",
    "AUTHORIZATION: Digest username=\"ann\", response=\"5ecret-digest\"",
    "Proxy-Authorization: Basic 5ecret-basic",
    "Cookie: a=5ecret-cookie-one; b=\"5ecret-cookie-two\"",
    "Set-Cookie: c=5ecret-set-cookie; Path=/",
    "Stripe-Signature: t=1700000000,v1=5ecret-signature",
    "X-Hub-Signature-256: sha256=5ecret-hub",
    "X-Api-Key: 5ecret-key",
    "X-Auth: 5ecret-auth",
    "X-Access-Key-Id: 5ecret-access",
    "X-Session-Id: 5ecret-session",
    "Referer: http://ann:5ecret-referer-user@h/a?b=1&token=5ecret-referer-query#id_token=5ecret-referer-fragment",
    "Referrer: /b?x=1;token=5ecret-referrer",
    "Origin: http://ann:5ecret-origin@h",
    "Location: https://ann:5ecret-location-user@h/?api_key=5ecret-location-query",
    "Content-Location: /c?signature=5ecret-content-location",
    "Link: <https://h/?token=5ecret-link>; rel=\"next\", <//ann:5ecret-link-user@h/>; rel=\"prev\"",
    "Refresh: 5; url=/d?access_token=5ecret-refresh",
    "Forwarded: for=1.2.3.4;host=\"ann:5ecret-forwarded@h\";proto=http",
    "X-Forwarded-Host: ann:5ecret-forwarded-host@h",
    "X-Original-URL: /e?password=5ecret-original words",
    "X-Rewrite-Url: http://ann:5ecret-rewrite@h/",
    "X-Callback: https://h/?to=https%3A%2F%2Fh%2F%3Ftoken%3D5ecret-nested",
    "X-Note: see https://ann:5ecret-note@h/ and /x?hmac=5ecret-note-query",
    "X-Slashes: see http:///ann:5ecret-slashes@h/ and http:/\\ann:5ecret-backslash@h/",
    "X-Again: 5ecret-bearer",
    "X-Mail: 5ecret-mail@h.test",
    "X-Form: 5ecret-form",
    "X-Part: 5ecret-part",
    "X-Open: open-header",
    "Accept: */*",
    "From: ann@h.test",
];

/// The target: a whole URL, as a proxy gets it.
const TARGET: &str = "http://ann:5ecret-target@h/in/5ecret-bearer?access_token=5ecret-query&b=1;sig_token=5ecret-part-query\
                      &s%69gnature=5ecret-escaped&to=http%3A%2F%2Fann:5ecret-to@h%2F&open=1#auth=5ecret-fragment";

/// The same as every program can send it.
const PLAIN_TARGET: &str = "/in/5ecret-bearer?access_token=5ecret-query&b=1&open=1";

/// What shows secrets while nobody else looks, so that something is there to be hidden.
const SHOWING: [&str; 16] = [
    "drafts",
    "list_requests",
    "request_rows",
    "request",
    "deliveries",
    "repetitions",
    "preview",
    "compare",
    "a copy as curl",
    "RequestHead",
    "RequestBody",
    "RequestAnswer",
    "DeliveryHead",
    "DeliveryBody",
    "AttemptHead",
    "AttemptBody",
];

struct Sent {
    target: &'static str,
    kind: &'static str,
    body: String,
}

impl Sent {
    /// A pointer means nothing in its body, which is masked whole since some are chosen.
    fn is_hidden_whole(&self) -> bool {
        ["application/xml", "text/plain"].contains(&self.kind)
    }
}

/// Bodies of all kinds in which values can be chosen, and two in which none can.
fn bodies() -> [Sent; 6] {
    let json = r#"{"id":"5ecret-id","object":"event","type":"5ecret.type","customer":{"email":"5ecret-mail@h.test"},"open":"open-body","again":["5ecret-bearer","5ecret-mail@h.test"]}"#;
    [
        Sent {
            target: TARGET,
            kind: "application/json",
            body: json.to_owned(),
        },
        Sent {
            target: PLAIN_TARGET,
            kind: "application/json",
            body: json.to_owned(),
        },
        Sent {
            target: TARGET,
            kind: "application/x-www-form-urlencoded",
            body: "field=5ecret-form&open=open-body&again=5ecret-bearer".to_owned(),
        },
        Sent {
            target: TARGET,
            kind: "multipart/form-data; boundary=b",
            body: "--b\r\nContent-Disposition: form-data; name=\"part\"\r\n\r\n5ecret-part\r\n--b\r\n\
                   Content-Disposition: form-data; name=\"open\"\r\n\r\nopen-body 5ecret-bearer\r\n--b--\r\n"
                .to_owned(),
        },
        Sent {
            target: TARGET,
            kind: "application/xml",
            body: "<a><open>open-body</open><b>5ecret-bearer</b></a>".to_owned(),
        },
        Sent {
            target: TARGET,
            kind: "text/plain",
            body: "open-body, the token is 5ecret-key".to_owned(),
        },
    ]
}

const ANSWER: &str = r#"{"customer":{"email":"5ecret-answer@h.test"},"open":"open-answer","again":["5ecret-bearer","5ecret-answer-cookie"]}"#;

const ANSWER_LINES: [[&str; 2]; 5] = [
    ["Content-Type", "application/json"],
    [
        "Location",
        "https://ann:5ecret-answer-user@h/?token=5ecret-answer-query",
    ],
    ["Set-Cookie", "s=5ecret-answer-cookie"],
    ["Link", "<https://h/?token=5ecret-answer-link>; rel=next"],
    ["Refresh", "0; url=//ann:5ecret-answer-refresh@h/"],
];

/// Sends one; its id. Its body comes in chunks, with lines behind it.
async fn send(bench: &Bench, sent: &Sent) -> String {
    let lines: String = LINES
        .iter()
        // What is chosen of one body is no secret in another.
        .filter(|line| {
            let chosen = line
                .strip_prefix("X-Mail: ")
                .or_else(|| line.strip_prefix("X-Form: "));
            let chosen = chosen.or_else(|| line.strip_prefix("X-Part: "));
            chosen.is_none_or(|value| sent.body.contains(value))
        })
        .map(|line| format!("{line}\r\n"))
        .collect();
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: h\r\n{lines}Content-Type: {}\r\nTransfer-Encoding: chunked\r\n\
         Trailer: X-Token\r\nConnection: close\r\n\r\n{:x}\r\n{}\r\n0\r\nX-Token: 5ecret-trailer\r\n\
         X-Url: /?token=5ecret-trailer-url\r\n\r\n",
        sent.target,
        sent.kind,
        sent.body.len(),
        sent.body
    );
    bench.send_bytes(request.as_bytes()).await
}

/// The text, without the carets of the command prompt, and beside it all that is base64 in it.
fn read(text: &str) -> String {
    let text = text.replace('^', "");
    let pieces = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || "+/=".contains(letter)));
    let decoded: Vec<String> = pieces
        .filter_map(|piece| BASE64.decode(piece).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect();
    format!("{text}\n{}", decoded.join("\n"))
}

fn assert_hidden(what: &str, text: &str) {
    let all = read(text);
    if let Some(at) = all.find(PLANTED) {
        let around: String = all[at..].chars().take(40).collect();
        panic!("{what} gives away `{around}`: {all}");
    }
    assert!(!all.contains("5ecret.type"), "{what} gives away the event: {all}");
}

/// All that a window asks for about a request and its delivery, by name.
pub(crate) async fn shown(
    bench: &Bench,
    address: &str,
    id: &str,
    delivery: &serde_json::Value,
) -> Vec<(String, String)> {
    let sent = delivery["id"].as_str().unwrap();
    let ignoring = json!({"times": false, "ids": false, "signatures": false, "names": [], "pointers": []});
    let mut shown = Vec::new();
    for (name, arguments) in [
        ("list_requests", json!({ "limit": 10, "filter": "" })),
        ("request_rows", json!({ "ids": [id] })),
        ("request", json!({ "id": id })),
        ("deliveries", json!({ "request": id })),
        ("diagnose", json!({ "id": id })),
        ("explain", json!({ "id": id, "computed": "0".repeat(64) })),
        ("write_snippet", json!({ "id": id, "language": "node" })),
        ("scheme_places", json!({ "id": id })),
        ("repetitions", json!({ "id": id })),
        ("previous_alike", json!({ "id": id })),
        ("drafts", json!({})),
        ("suggest_filter", json!({ "text": "event:", "cursor": 6 })),
        ("suggest_filter", json!({ "text": "path:", "cursor": 5 })),
        (
            "preview",
            json!({ "kind": "resend", "request": id, "url": format!("http://{address}") }),
        ),
        (
            "compare",
            json!({
                "before": {"kind": "request", "id": id}, "after": {"kind": "sent", "id": sent},
                "ignoring": ignoring, "form": "best"
            }),
        ),
        (
            "compare",
            json!({
                "before": {"kind": "request", "id": id}, "after": {"kind": "answer", "id": delivery["attempts"][0]["id"]},
                "ignoring": ignoring, "form": "lines"
            }),
        ),
    ] {
        let text = match Box::pin(dispatch(&bench.running, name, arguments)).await {
            Ok(result) => result.to_string(),
            Err(error) => format!("{error:?}"),
        };
        shown.push((name.to_owned(), text));
    }
    for format in Format::ALL {
        let arguments = json!({ "id": id, "url": "http://dev", "format": format.as_str(), "masked": false });
        let copied = Box::pin(dispatch(&bench.running, "copy_request", arguments)).await;
        shown.push((format!("a copy as {}", format.as_str()), format!("{copied:?}")));
    }
    let attempt = delivery["attempts"][0]["id"].as_str().unwrap();
    for (source, id) in [
        (ByteSource::RequestHead, id),
        (ByteSource::RequestBody, id),
        (ByteSource::RequestAnswer, id),
        (ByteSource::DeliveryHead, sent),
        (ByteSource::DeliveryBody, sent),
        (ByteSource::AttemptHead, attempt),
        (ByteSource::AttemptBody, attempt),
    ] {
        shown.push((format!("{source:?}"), bench.bytes(source, id).await));
    }
    shown
}

#[tokio::test]
async fn no_secret_in_any_place_of_a_request_leaves_the_house() {
    let bench = Bench::new().await;
    let endpoint = bench.endpoint("/in", Some("stripe")).await;
    bench.call("set_answer",
        json!({ "endpoint": endpoint, "answer": { "status": 201, "headers": ANSWER_LINES, "body": ANSWER, "delayMillis": 0 } }),
    )
    .await;
    for (pointer, endpoint) in [
        ("/id", Some("/in")),
        ("/type", Some("/in")),
        ("/customer/email", None),
        ("/field", Some("/in")),
        ("/part", None),
    ] {
        bench.mask(pointer, endpoint).await;
    }
    let target = answering(&ANSWER_LINES, ANSWER).await;
    for sent in bodies() {
        let id = send(&bench, &sent).await;
        let to = json!({ "request": id, "url": format!("http://{target}"), "target": null });
        let delivery = bench.call("resend", to).await;
        bench.draft(&id, "http://ann:5ecret-draft@dev/").await;
        bench.until_answered(&id).await;
        assert_eq!(
            delivery["attempts"][0]["status"], 201,
            "it was answered: {delivery}"
        );

        let open = bench.har(&id, false).await;
        let all = read(&open);
        let planted = LINES
            .iter()
            .map(|line| line.matches(PLANTED).count())
            .sum::<usize>();
        assert!(
            all.matches(PLANTED).count() > planted
                && all.contains("5ecret-trailer")
                && all.contains("5ecret-answer-link"),
            "all of them are there to be hidden: {all}"
        );
        let masked = bench.har(&id, true).await;
        assert_hidden("a HAR file", &masked);
        let all = read(&masked);
        for open in [
            "open-header",
            "open-body",
            "open-answer",
            "open=1",
            "From: ann@h.test",
        ] {
            let is_there = open != "open-body" || !sent.is_hidden_whole();
            assert_eq!(
                all.contains(open),
                is_there,
                "`{open}` of {} is no secret, but in a body in which none can be told: {all}",
                sent.kind
            );
        }
        for format in Format::ALL {
            let word = format.as_str();
            let arguments =
                |masked| json!({ "id": id, "url": "http://dev", "format": word, "masked": masked });
            let copied = Box::pin(dispatch(&bench.running, "copy_request", arguments(true))).await;
            let text = copied.map_or_else(|error| format!("{error:?}"), |copied| copied.to_string());
            let text = text.replace('^', "");
            assert_hidden(&format!("a copy as {word}"), &text);
            let open = Box::pin(dispatch(&bench.running, "copy_request", arguments(false))).await;
            assert!(
                open.is_ok() || sent.target != PLAIN_TARGET,
                "{word}: nothing of it is beyond a program: {open:?}"
            );
            if let Ok(open) = open {
                assert!(
                    text.contains("open-header")
                        && open.to_string().replace('^', "").contains("5ecret-bearer"),
                    "{word}: what is open stays, and all is there when it is asked for: {text}"
                );
            }
        }

        let open = shown(&bench, &target, &id, &delivery).await;
        for name in SHOWING {
            let is_there = open
                .iter()
                .any(|(known, text)| known == name && text.contains(PLANTED));
            assert!(is_there, "`{name}` of {} has something to hide", sent.kind);
        }
        bench.call("present", json!({ "on": true })).await;
        let detail = bench.call("request", json!({ "id": id })).await;
        assert_eq!(
            detail["moreCovered"],
            sent.is_hidden_whole(),
            "it is told: {detail}"
        );
        for (name, text) in shown(&bench, &target, &id, &delivery).await {
            if name == "RequestBody" {
                assert_eq!(
                    text.contains("open-body"),
                    !sent.is_hidden_whole(),
                    "{}: {text}",
                    sent.kind
                );
            }
            assert_hidden(&format!("`{name}` of {}", sent.kind), &text);
        }
        bench.call("present", json!({ "on": false })).await;
    }
    bench.running.shut_down().await;
}
