//! Nothing that is planted in a request crosses the boundary while the screen is shared.

use hookbench_engine::secrets::Preference;
use hookbench_engine::{Listen, Options};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{Asked, Covered as _};
use crate::commands::dispatch;
use crate::running::Running;
use crate::types::{ByteRange, ByteSource, ContentView, LeftOutView, PartView, Text};

/// What is planted: in a header, a cookie, the query and the body.
const PLANTED: [&str; 4] = [
    "tok-5ecret-header",
    "5ecret-cookie",
    "5ecret-query",
    "ann@5ecret.test",
];

pub(super) async fn call(running: &Running, name: &str, arguments: serde_json::Value) -> serde_json::Value {
    let result = Box::pin(dispatch(running, name, arguments)).await;
    result.unwrap_or_else(|error| panic!("`{name}`: {error:?}"))
}

/// A program with a listener, and its address.
pub(super) async fn listening(folder: &tempfile::TempDir) -> (Running, String) {
    let options = Options {
        secrets: Preference::Files,
        ..Options::at(Some(folder.path().to_owned()))
    };
    let running = Running::open(options, Listen::default()).await;
    let engine = running.engine().unwrap();
    let any_port = Listen {
        port: Some(0),
        ..Listen::default()
    };
    engine.listen(any_port).await.unwrap();
    let address = engine.listener().await.url.replace("http://", "");
    (running, address.trim_end_matches('/').to_owned())
}

/// Sends a request with a JSON body; its id.
pub(super) async fn send(running: &Running, address: &str, path: &str, lines: &str, body: &str) -> String {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: h\r\n{lines}Content-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut sender = tokio::net::TcpStream::connect(address).await.unwrap();
    sender.write_all(request.as_bytes()).await.unwrap();
    sender.read_to_end(&mut Vec::new()).await.unwrap();
    let page = call(running, "list_requests", json!({ "limit": 10, "filter": "" })).await;
    page["rows"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn no_result_and_no_byte_shows_what_is_masked() {
    let folder = tempfile::tempdir().unwrap();
    let (running, address) = listening(&folder).await;
    let engine = running.engine().unwrap();
    call(
        &running,
        "add_mask_path",
        json!({ "pointer": "/customer/email", "endpoint": null }),
    )
    .await;

    let body = r#"{"customer":{"email":"ann@5ecret.test","id":7},"echo":["ann@5ecret.test"]}"#;
    let lines = "Authorization: Bearer tok-5ecret-header\r\nCookie: s=5ecret-cookie\r\n\
                 X-Open: tok-5ecret-header again\r\n";
    let id = send(
        &running,
        &address,
        "/in?access_token=5ecret-query&a=1",
        lines,
        body,
    )
    .await;
    let page = call(&running, "list_requests", json!({ "limit": 10, "filter": "" })).await;
    let rule = json!({ "action": "add", "name": "X-Api-Key", "value": "tok-5ecret-header" });
    let target = call(
        &running,
        "save_target",
        json!({
            "id": null, "name": "dev", "url": format!("http://{address}"), "rules": { "headers": [rule] },
        }),
    )
    .await;
    let delivery = call(
        &running,
        "resend",
        json!({ "request": id, "url": format!("http://{address}"), "target": target["id"] }),
    )
    .await;

    let whole = page.to_string() + &delivery.to_string();
    assert!(
        whole.contains("5ecret-query"),
        "it is there to be hidden: {whole}"
    );
    call(&running, "present", json!({ "on": true })).await;

    let mut shown = Vec::new();
    for (name, arguments) in [
        ("list_requests", json!({ "limit": 10, "filter": "" })),
        ("request", json!({ "id": id })),
        ("deliveries", json!({ "request": id })),
        ("diagnose", json!({ "id": id })),
        ("repetitions", json!({ "id": id })),
        ("targets", json!({})),
        (
            "copy_request",
            json!({ "id": id, "url": "http://dev", "format": "http", "masked": false }),
        ),
        (
            "preview",
            json!({ "kind": "resend", "request": id, "url": "http://dev" }),
        ),
        (
            "compare",
            json!({
                "before": {"kind": "request", "id": id}, "after": {"kind": "sent", "id": delivery["id"]},
                "ignoring": {"times": false, "ids": false, "signatures": false, "names": [], "pointers": []},
                "form": "best"
            }),
        ),
    ] {
        match Box::pin(dispatch(&running, name, arguments)).await {
            Ok(result) => shown.push((name, result.to_string())),
            Err(error) => shown.push((name, format!("{error:?}"))),
        }
    }
    let attempt = delivery["attempts"][0]["id"].as_str().unwrap();
    let sent = delivery["id"].as_str().unwrap();
    let mut lengths = 0;
    for (name, source, id) in [
        ("request head", ByteSource::RequestHead, id.as_str()),
        ("request body", ByteSource::RequestBody, &id),
        ("sent head", ByteSource::DeliveryHead, sent),
        ("sent body", ByteSource::DeliveryBody, sent),
        ("answer head", ByteSource::AttemptHead, attempt),
        ("answer body", ByteSource::AttemptBody, attempt),
    ] {
        let range = ByteRange {
            source,
            id: id.to_owned(),
            offset: 0,
            length: 1 << 20,
        };
        let bytes = Box::pin(crate::read_bytes(&engine, &range)).await.unwrap();
        lengths += bytes.len();
        shown.push((name, String::from_utf8_lossy(&bytes).into_owned()));
    }
    assert!(lengths > body.len() * 2, "there were bytes to look at");
    for (name, text) in &shown {
        for planted in PLANTED {
            assert!(!text.contains(planted), "`{name}` shows `{planted}`: {text}");
        }
    }
    let detail = &shown.iter().find(|(name, _)| *name == "request").unwrap().1;
    assert!(
        detail.contains("Authorization") && detail.contains("application/json"),
        "names and what is open stay: {detail}"
    );
    let piece = ByteRange {
        source: ByteSource::RequestBody,
        id: id.clone(),
        offset: 2,
        length: 8,
    };
    assert_eq!(
        &crate::read_bytes(&engine, &piece).await.unwrap()[..],
        b"customer",
        "ranges are those of the body as it came"
    );
    for name in ["draft", "replay", "save_target", "set_answer"] {
        let refused = Box::pin(dispatch(&running, name, json!({ "id": id })))
            .await
            .unwrap_err();
        assert!(
            refused.message.contains("not written back"),
            "`{name}`: {refused:?}"
        );
    }

    call(&running, "present", json!({ "on": false })).await;
    let again = call(&running, "request", json!({ "id": id })).await.to_string();
    assert!(again.contains("tok-5ecret-header"), "it is shown again: {again}");
    running.shut_down().await;
}

#[tokio::test]
async fn a_note_and_tags_are_shown_as_they_were_written_so_that_no_mark_is_kept_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let (running, address) = listening(&folder).await;
    let lines = "Authorization: Bearer tok-5ecret-header\r\n";
    let id = send(&running, &address, "/in", lines, "{}").await;
    let note = "look: tok-5ecret-header is the old one";
    call(
        &running,
        "annotate",
        json!({ "ids": [id], "note": note, "addTags": ["tok-5ecret-header"] }),
    )
    .await;
    call(&running, "present", json!({ "on": true })).await;
    let shown = call(&running, "request", json!({ "id": id })).await;
    assert_eq!(shown["note"], note, "the person's own words");
    assert_eq!(
        shown["row"]["tags"],
        json!(["tok-5ecret-header"]),
        "by which a tag is taken away"
    );
    assert!(
        !shown["headers"].to_string().contains("tok-5ecret-header"),
        "what came is masked: {shown}"
    );
    // What the window does when a note is written on.
    let written = format!("{}, replace it", shown["note"].as_str().unwrap());
    call(&running, "annotate", json!({ "ids": [id], "note": written })).await;
    call(&running, "present", json!({ "on": false })).await;
    let kept = call(&running, "request", json!({ "id": id })).await;
    assert_eq!(
        kept["note"],
        format!("{note}, replace it"),
        "no mark took the place of a word"
    );
    running.shut_down().await;
}

#[tokio::test]
async fn what_ends_after_presenting_began_is_masked_though_it_began_before() {
    let folder = tempfile::tempdir().unwrap();
    let (running, _) = listening(&folder).await;
    let engine = running.engine().unwrap();
    for (name, is_given) in [("run_report", true), ("copy_request", false)] {
        engine.set_presenting(false).await.unwrap();
        let asked = Asked::of(&engine, name, &json!({})).await.unwrap();
        let meanwhile = async {
            engine.set_presenting(true).await.unwrap();
            Ok(Text {
                text: "Authorization: Bearer tok-5ecret-header".to_owned(),
            })
        };
        let answered = asked.answered(meanwhile).await;
        assert_eq!(answered.is_ok(), is_given, "`{name}` is masked where it is made");
        assert!(
            !format!("{answered:?}").contains("5ecret"),
            "`{name}`: {answered:?}"
        );
    }
    running.shut_down().await;
}

#[tokio::test]
async fn the_name_of_an_event_that_is_masked_is_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (running, address) = listening(&folder).await;
    call(
        &running,
        "add_endpoint",
        json!({ "path": "/in", "provider": "stripe", "parameters": {}, "publicUrl": null, "past": null, "future": null, "answersHandshakes": false }),
    )
    .await;
    let body = r#"{"id":"evt_1","object":"event","type":"invoice.paid"}"#;
    let id = send(&running, &address, "/in", "", body).await;
    let written = json!({
        "method": "POST", "url": "http://dev/", "headers": [], "body": "captured",
        "signature": "kept", "newId": false
    });
    call(
        &running,
        "save_draft",
        json!({ "request": id, "written": written }),
    )
    .await;
    let look = async || {
        let mut shown = String::new();
        for (name, arguments) in [
            ("suggest_filter", json!({ "text": "event:", "cursor": 6 })),
            ("drafts", json!({})),
            ("list_requests", json!({ "limit": 10, "filter": "" })),
        ] {
            shown += &format!("{name}: {}\n", call(&running, name, arguments).await);
        }
        shown
    };
    call(&running, "present", json!({ "on": true })).await;
    assert_eq!(
        look().await.matches("invoice.paid").count(),
        3,
        "while nothing of it is chosen it is shown"
    );
    call(
        &running,
        "add_mask_path",
        json!({ "pointer": "/type", "endpoint": null }),
    )
    .await;
    let shown = look().await;
    assert!(!shown.contains("invoice.paid"), "{shown}");
    assert!(
        !call(
            &running,
            "suggest_filter",
            json!({ "text": "event:", "cursor": 6 })
        )
        .await
        .to_string()
        .contains('*'),
        "nobody types marks into a filter"
    );
    running.shut_down().await;
}

#[tokio::test]
async fn signed_content_without_its_middle_shows_only_parts_that_are_whole_and_free_of_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let (running, _) = listening(&folder).await;
    let engine = running.engine().unwrap();
    engine.add_mask_path("/a".parse().unwrap(), None).await.unwrap();
    engine.set_presenting(true).await.unwrap();
    let screen = engine.screen().await.unwrap().unwrap();
    // Each letter says of which part it is; the two small bodies are JSON.
    let pieces: [(&str, Vec<u8>); 8] = [
        ("timestamp", b"T".repeat(10)),
        ("body", br#"{"b":"open"}"#.to_vec()),
        ("literal", b"l".repeat(2_000)),
        ("body", b"B".repeat(4_000)),
        ("literal", b"g".repeat(50)),
        ("body", b"C".repeat(5_000)),
        ("literal", b"L".repeat(100)),
        ("body", br#"{"a":"5ecret"}"#.to_vec()),
    ];
    let whole: Vec<u8> = pieces.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
    let length = whole.len() as u64;
    let mut at = 0;
    let parts = (pieces.iter())
        .map(|(kind, bytes)| {
            let start = at;
            at += bytes.len() as u64;
            PartView {
                kind: (*kind).to_owned(),
                label: None,
                start,
                end: at,
            }
        })
        .collect();
    let mut content = ContentView {
        template: String::new(),
        base64: BASE64.encode([&whole[..3_072], &whole[whole.len() - 1_024..]].concat()),
        left_out: Some(LeftOutView {
            start: 3_072,
            end: length - 1_024,
        }),
        length,
        parts,
    };
    content.cover(&screen);
    let shown = BASE64.decode(&content.base64).unwrap();
    let beginning = [
        &b"T".repeat(10)[..],
        br#"{"b":"open"}"#,
        &b"l".repeat(2_000),
        &b"*".repeat(1_050),
    ]
    .concat();
    let end = [&b"*".repeat(910)[..], &b"L".repeat(100), &b"*".repeat(14)].concat();
    assert!(
        shown == [beginning, end].concat(),
        "{}",
        String::from_utf8_lossy(&shown)
    );
    running.shut_down().await;
}
