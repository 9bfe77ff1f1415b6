//! Answers that repeat what they gave themselves, or what no request had: their heads, their bodies, and files.

use hookbench_api::read_bytes;
use hookbench_api::types::{ByteRange, ByteSource};
use hookbench_engine::model::RequestId;
use hookbench_engine::{Chosen, ExportPlace, ExportPlan};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::bench::Bench;

const ANSWER: &str = r#"{"mail":"ann@5ecret.test","open":"open-answer"}"#;

/// The second repeats a cookie, the third a chosen value, the last what a rule of the target added.
const LINES: [[&str; 2]; 5] = [
    ["Content-Type", "application/json"],
    ["Set-Cookie", "s=5ecret-cookie"],
    ["X-Copy", "5ecret-cookie"],
    ["X-Mail", "ann@5ecret.test"],
    ["X-Rule", "5ecret-rule"],
];

/// A server that answers one request; its address.
async fn answering() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let Ok((mut peer, _)) = listener.accept().await else {
            return;
        };
        let mut come = Vec::new();
        while !come.ends_with(b"\r\n\r\n{}") {
            let Ok(byte) = peer.read_u8().await else { return };
            come.push(byte);
        }
        let lines: String = LINES
            .iter()
            .map(|[name, value]| format!("{name}: {value}\r\n"))
            .collect();
        let answer = format!(
            "HTTP/1.1 201 Created\r\n{lines}Content-Length: {}\r\nConnection: close\r\n\r\n{ANSWER}",
            ANSWER.len()
        );
        peer.write_all(answer.as_bytes()).await.unwrap();
    });
    address
}

#[tokio::test]
async fn an_answer_shows_nothing_that_it_repeats() {
    let bench = Bench::new().await;
    let engine = bench.running.engine().unwrap();
    let endpoint = bench
        .call(
            "add_endpoint",
            json!({ "path": "/in", "provider": null, "parameters": {}, "publicUrl": null, "past": null, "future": null, "answersHandshakes": false }),
        )
        .await;
    let own = json!({ "status": 201, "headers": &LINES[..4], "body": ANSWER, "delayMillis": 0 });
    bench
        .call("set_answer", json!({ "endpoint": endpoint["id"], "answer": own }))
        .await;
    bench
        .call("add_mask_path", json!({ "pointer": "/mail", "endpoint": null }))
        .await;
    let id = bench.send("/in", "", "{}").await;
    let url = format!("http://{}", answering().await);
    let rule = json!({ "action": "add", "name": "X-Api-Key", "value": "5ecret-rule" });
    let target = bench
        .call(
            "save_target",
            json!({ "id": null, "name": "dev", "url": url, "rules": { "headers": [rule] } }),
        )
        .await;
    let delivery = bench
        .call(
            "resend",
            json!({ "request": id, "url": url, "target": target["id"] }),
        )
        .await;
    let attempt = delivery["attempts"][0]["id"].as_str().unwrap();
    let headers = delivery["attempts"][0]["headers"].to_string();
    assert!(
        headers.contains("5ecret-rule"),
        "it is there to be hidden: {delivery}"
    );
    // What was answered is written down behind the answer.
    while bench.call("request", json!({ "id": id })).await["answer"]["length"]
        .as_u64()
        .unwrap_or(0)
        == 0
    {
        tokio::task::yield_now().await;
    }

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("masked.har");
    let mut export = engine
        .begin_export(ExportPlan {
            chosen: Chosen::Requests(vec![id.parse::<RequestId>().unwrap()]),
            masked: true,
            place: ExportPlace::File(file.clone()),
        })
        .await
        .unwrap();
    while export.step().await.unwrap().file.is_none() {}
    let mut shown = vec![("a HAR file", std::fs::read_to_string(file).unwrap())];

    bench.present(true).await;
    let deliveries = bench.call("deliveries", json!({ "request": id })).await;
    shown.push(("deliveries", deliveries.to_string()));
    for (name, source, id) in [
        ("the head of the answer", ByteSource::AttemptHead, attempt),
        ("the body of the answer", ByteSource::AttemptBody, attempt),
        ("what was answered here", ByteSource::RequestAnswer, &id),
    ] {
        let range = ByteRange {
            source,
            id: id.to_owned(),
            offset: 0,
            length: 1 << 20,
        };
        let bytes = Box::pin(read_bytes(&engine, &range)).await.unwrap();
        shown.push((name, String::from_utf8_lossy(&bytes).into_owned()));
    }
    for (name, text) in &shown {
        assert!(!text.contains("5ecret"), "{name} shows it: {text}");
        assert!(
            text.contains("application/json") || text.contains("open-answer"),
            "{name} shows what is open: {text}"
        );
    }
    bench.running.shut_down().await;
}
