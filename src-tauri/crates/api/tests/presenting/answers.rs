//! Answers that repeat what they gave themselves, or what no request had: their heads, their bodies, and files.

use hookbench_api::types::ByteSource;
use serde_json::json;

use crate::bench::{Bench, answering};

const ANSWER: &str = r#"{"mail":"ann@5ecret.test","open":"open-answer"}"#;

/// The second repeats a cookie, the third a chosen value, the last what a rule of the target added.
const LINES: [[&str; 2]; 5] = [
    ["Content-Type", "application/json"],
    ["Set-Cookie", "s=5ecret-cookie"],
    ["X-Copy", "5ecret-cookie"],
    ["X-Mail", "ann@5ecret.test"],
    ["X-Rule", "5ecret-rule"],
];

#[tokio::test]
async fn an_answer_shows_nothing_that_it_repeats() {
    let bench = Bench::new().await;
    let endpoint = bench.endpoint("/in", None).await;
    let own = json!({ "status": 201, "headers": &LINES[..4], "body": ANSWER, "delayMillis": 0 });
    bench
        .call("set_answer", json!({ "endpoint": endpoint, "answer": own }))
        .await;
    bench.mask("/mail", None).await;
    let id = bench.send("/in", "", "{}").await;
    let url = format!("http://{}", answering(&LINES, ANSWER).await);
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
    bench.until_answered(&id).await;
    let mut shown = vec![("a HAR file", bench.har(&id, true).await)];

    bench.present(true).await;
    let deliveries = bench.call("deliveries", json!({ "request": id })).await;
    shown.push(("deliveries", deliveries.to_string()));
    for (name, kind, other) in [
        ("a comparison with what was sent", "sent", &delivery["id"]),
        (
            "a comparison with the answer",
            "answer",
            &delivery["attempts"][0]["id"],
        ),
    ] {
        let ignoring =
            json!({"times": false, "ids": false, "signatures": false, "names": [], "pointers": []});
        let compared = json!({
            "before": {"kind": "request", "id": id}, "after": {"kind": kind, "id": other},
            "ignoring": ignoring, "form": "best"
        });
        shown.push((name, bench.call("compare", compared).await.to_string()));
    }
    for (name, source, id) in [
        ("the head of the answer", ByteSource::AttemptHead, attempt),
        ("the body of the answer", ByteSource::AttemptBody, attempt),
        ("what was answered here", ByteSource::RequestAnswer, &id),
    ] {
        shown.push((name, bench.bytes(source, id).await));
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
