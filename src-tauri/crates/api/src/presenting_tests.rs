//! Nothing that is planted in a request crosses the boundary while the screen is shared.

use hookbench_engine::secrets::Preference;
use hookbench_engine::{Listen, Options};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::commands::dispatch;
use crate::running::Running;
use crate::types::{ByteRange, ByteSource};

/// What is planted: in a header, a cookie, the query and the body.
const PLANTED: [&str; 4] = [
    "tok-5ecret-header",
    "5ecret-cookie",
    "5ecret-query",
    "ann@5ecret.test",
];

async fn call(running: &Running, name: &str, arguments: serde_json::Value) -> serde_json::Value {
    let result = Box::pin(dispatch(running, name, arguments)).await;
    result.unwrap_or_else(|error| panic!("`{name}`: {error:?}"))
}

#[tokio::test]
async fn no_result_and_no_byte_shows_what_is_masked() {
    let folder = tempfile::tempdir().unwrap();
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
    let address = address.trim_end_matches('/').to_owned();
    call(&running, "add_mask_path", json!({ "pointer": "/customer/email" })).await;

    let body = r#"{"customer":{"email":"ann@5ecret.test","id":7},"echo":["ann@5ecret.test"]}"#;
    let request = format!(
        "POST /in?access_token=5ecret-query&a=1 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer tok-5ecret-header\r\n\
         Cookie: s=5ecret-cookie\r\nX-Open: tok-5ecret-header again\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut sender = tokio::net::TcpStream::connect(&address).await.unwrap();
    sender.write_all(request.as_bytes()).await.unwrap();
    sender.read_to_end(&mut Vec::new()).await.unwrap();
    let page = call(&running, "list_requests", json!({ "limit": 10, "filter": "" })).await;
    let id = page["rows"][0]["id"].as_str().unwrap().to_owned();
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
