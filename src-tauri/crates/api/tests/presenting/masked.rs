//! Nothing that is planted in a request is in any result or byte; what a person wrote stays as it is.

use hookbench_api::types::{ByteRange, ByteSource};
use hookbench_api::{dispatch, read_bytes};
use serde_json::json;

use crate::bench::Bench;

/// What is planted: in a header, a cookie, the query and the body.
const PLANTED: [&str; 4] = [
    "tok-5ecret-header",
    "5ecret-cookie",
    "5ecret-query",
    "ann@5ecret.test",
];

#[tokio::test]
async fn no_result_and_no_byte_shows_what_is_masked() {
    let bench = Bench::new().await;
    let engine = bench.running.engine().unwrap();
    bench.mask("/customer/email", None).await;

    let body = r#"{"customer":{"email":"ann@5ecret.test","id":7},"echo":["ann@5ecret.test"]}"#;
    let lines = "Authorization: Bearer tok-5ecret-header\r\nCookie: s=5ecret-cookie\r\n\
                 X-Open: tok-5ecret-header again\r\n";
    let id = bench.send("/in?access_token=5ecret-query&a=1", lines, body).await;
    let page = bench
        .call("list_requests", json!({ "limit": 10, "filter": "" }))
        .await;
    let rule = json!({ "action": "add", "name": "X-Api-Key", "value": "tok-5ecret-header" });
    let target = bench.call("save_target",
        json!({
            "id": null, "name": "dev", "url": format!("http://{}", bench.address), "rules": { "headers": [rule] },
        }),
    )
    .await;
    let delivery = bench
        .call(
            "resend",
            json!({ "request": id, "url": format!("http://{}", bench.address), "target": target["id"] }),
        )
        .await;

    let whole = page.to_string() + &delivery.to_string();
    assert!(
        whole.contains("5ecret-query"),
        "it is there to be hidden: {whole}"
    );
    bench.present(true).await;

    let mut shown = Vec::new();
    for (name, arguments) in [
        ("list_requests", json!({ "limit": 10, "filter": "" })),
        ("request_rows", json!({ "ids": [id] })),
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
        match Box::pin(dispatch(&bench.running, name, arguments)).await {
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
        let text = bench.bytes(source, id).await;
        lengths += text.len();
        shown.push((name, text));
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
        &read_bytes(&engine, &piece).await.unwrap()[..],
        b"customer",
        "ranges are those of the body as it came"
    );
    for name in ["draft", "replay", "save_target", "set_answer"] {
        let refused = Box::pin(dispatch(&bench.running, name, json!({ "id": id })))
            .await
            .unwrap_err();
        assert!(
            refused.message.contains("not written back"),
            "`{name}`: {refused:?}"
        );
    }

    bench.present(false).await;
    let again = bench.call("request", json!({ "id": id })).await.to_string();
    assert!(again.contains("tok-5ecret-header"), "it is shown again: {again}");
    bench.running.shut_down().await;
}

#[tokio::test]
async fn a_note_and_tags_are_shown_as_they_were_written_so_that_no_mark_is_kept_in_them() {
    let bench = Bench::new().await;
    let lines = "Authorization: Bearer tok-5ecret-header\r\n";
    let id = bench.send("/in", lines, "{}").await;
    let note = "look: tok-5ecret-header is the old one";
    bench
        .call(
            "annotate",
            json!({ "ids": [id], "note": note, "addTags": ["tok-5ecret-header"] }),
        )
        .await;
    bench.present(true).await;
    let shown = bench.call("request", json!({ "id": id })).await;
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
    bench
        .call("annotate", json!({ "ids": [id], "note": written }))
        .await;
    bench.present(false).await;
    let kept = bench.call("request", json!({ "id": id })).await;
    assert_eq!(
        kept["note"],
        format!("{note}, replace it"),
        "no mark took the place of a word"
    );
    bench.running.shut_down().await;
}

#[tokio::test]
async fn the_name_of_an_event_that_is_masked_is_nowhere() {
    let bench = Bench::new().await;
    bench.endpoint("/in", Some("stripe")).await;
    let body = r#"{"id":"evt_1","object":"event","type":"invoice.paid"}"#;
    let id = bench.send("/in", "", body).await;
    bench.draft(&id, "http://dev/").await;
    let look = async || {
        let mut shown = String::new();
        for (name, arguments) in [
            ("suggest_filter", json!({ "text": "event:", "cursor": 6 })),
            ("drafts", json!({})),
            ("list_requests", json!({ "limit": 10, "filter": "" })),
        ] {
            shown += &format!("{name}: {}\n", bench.call(name, arguments).await);
        }
        shown
    };
    bench.present(true).await;
    assert_eq!(
        look().await.matches("invoice.paid").count(),
        3,
        "while nothing of it is chosen it is shown"
    );
    bench.mask("/type", None).await;
    let shown = look().await;
    assert!(!shown.contains("invoice.paid"), "{shown}");
    assert!(
        !bench
            .call("suggest_filter", json!({ "text": "event:", "cursor": 6 }))
            .await
            .to_string()
            .contains('*'),
        "nobody types marks into a filter"
    );
    bench.running.shut_down().await;
}
