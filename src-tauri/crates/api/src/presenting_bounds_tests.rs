//! How far what is secret is looked for while the screen is shared: no number that ordinary use meets, and beyond it more
//! is hidden and not less.

use serde_json::json;

use super::tests::{call, listening, send};
use crate::running::Running;
use crate::types::{ByteRange, ByteSource};

async fn mask(running: &Running, pointer: &str, endpoint: Option<&str>) {
    let arguments = json!({ "pointer": pointer, "endpoint": endpoint });
    call(running, "add_mask_path", arguments).await;
}

async fn head(running: &Running, id: &str) -> String {
    let range = ByteRange {
        source: ByteSource::RequestHead,
        id: id.to_owned(),
        offset: 0,
        length: 1 << 20,
    };
    let engine = running.engine().unwrap();
    let bytes = Box::pin(crate::read_bytes(&engine, &range)).await.unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn a_result_that_speaks_of_many_requests_hides_what_is_secret_in_each() {
    let folder = tempfile::tempdir().unwrap();
    let (running, address) = listening(&folder).await;
    mask(&running, "/mail", None).await;
    for number in 0..20 {
        let body = format!(r#"{{"mail":"ann{number}@5ecret.test"}}"#);
        let id = send(&running, &address, "/in", "", &body).await;
        let written = json!({
            "method": "POST", "url": format!("http://dev/ann{number}@5ecret.test"), "headers": [], "body": "captured",
            "signature": "kept", "newId": false
        });
        call(
            &running,
            "save_draft",
            json!({ "request": id, "written": written }),
        )
        .await;
    }
    let drafts = async || call(&running, "drafts", json!({})).await.to_string();
    assert_eq!(
        drafts().await.matches("@5ecret.test").count(),
        20,
        "they are there to be hidden"
    );
    call(&running, "present", json!({ "on": true })).await;
    let shown = drafts().await;
    assert!(
        !shown.contains("5ecret") && shown.contains("http://dev/****"),
        "{shown}"
    );
    running.shut_down().await;
}

#[tokio::test]
async fn thousands_of_values_of_one_body_are_all_hidden_wherever_they_come_up() {
    let folder = tempfile::tempdir().unwrap();
    let (running, address) = listening(&folder).await;
    mask(&running, "/*/mail", None).await;
    let all: Vec<String> = (0..5_000)
        .map(|at| format!(r#"{{"mail":"ann{at}@5ecret.test"}}"#))
        .collect();
    let body = format!("[{}]", all.join(","));
    let lines = "X-Mail: ann4999@5ecret.test\r\nX-Open: open\r\n";
    let id = send(&running, &address, "/in/ann4998@5ecret.test", lines, &body).await;
    call(&running, "present", json!({ "on": true })).await;
    let shown = call(&running, "request", json!({ "id": id })).await;
    assert!(!shown.to_string().contains("5ecret"), "{shown}");
    assert_eq!(shown["moreCovered"], false, "nothing else had to be");
    let head = head(&running, &id).await;
    assert!(
        !head.contains("5ecret") && head.contains("X-Open: open"),
        "{head}"
    );
    let page = call(&running, "list_requests", json!({ "limit": 10, "filter": "" })).await;
    assert_eq!(
        page["rows"][0]["target"], "/in/*******************",
        "in the list too: {page}"
    );
    running.shut_down().await;
}

#[tokio::test]
async fn where_what_is_chosen_cannot_all_be_found_more_is_covered_and_that_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (running, address) = listening(&folder).await;
    let many: Vec<String> = (0..50_001)
        .map(|at| format!(r#"{{"mail":"a{at}@5ecret"}}"#))
        .collect();
    let bodies = [
        (
            "that is no JSON to its end",
            r#"[{"mail":"ann@5ecret.test"},"#.to_owned(),
        ),
        (
            "with more values than are looked for",
            format!("[{}]", many.join(",")),
        ),
    ];
    for (what, body) in bodies {
        let lines = "X-Mail: ann@5ecret.test\r\n";
        let id = send(&running, &address, "/in/ann@5ecret.test?b=1", lines, &body).await;
        let detail = async || call(&running, "request", json!({ "id": id })).await;
        call(&running, "present", json!({ "on": true })).await;
        assert!(
            detail().await.to_string().contains("ann@5ecret.test"),
            "nothing is chosen"
        );
        mask(&running, "/*/mail", None).await;
        let shown = detail().await;
        assert!(!shown.to_string().contains("5ecret"), "a body {what}: {shown}");
        assert_eq!(shown["moreCovered"], true, "a body {what}");
        assert_eq!(
            shown["contentType"], "application/json",
            "what says nothing of it stays"
        );
        let head = head(&running, &id).await;
        assert!(
            !head.contains("5ecret")
                && head.contains("X-Mail: ***")
                && head.contains("Content-Type: application/json"),
            "a body {what}: {head}"
        );
        let page = call(&running, "list_requests", json!({ "limit": 1, "filter": "" })).await;
        assert!(!page.to_string().contains("5ecret"), "a body {what}: {page}");
        call(
            &running,
            "remove_mask_path",
            json!({ "pointer": "/*/mail", "endpoint": null }),
        )
        .await;
        call(&running, "present", json!({ "on": false })).await;
    }
    running.shut_down().await;
}

#[tokio::test]
async fn a_pointer_of_an_endpoint_masks_its_requests_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let (running, address) = listening(&folder).await;
    for path in ["/one", "/two"] {
        call(
            &running,
            "add_endpoint",
            json!({ "path": path, "provider": null, "parameters": {}, "publicUrl": null, "past": null, "future": null, "answersHandshakes": false }),
        )
        .await;
    }
    mask(&running, "/mail", Some("/one")).await;
    let body = r#"{"mail":"ann@5ecret.test"}"#;
    let one = send(
        &running,
        &address,
        "/one/ann@5ecret.test",
        "X-Mail: ann@5ecret.test\r\n",
        body,
    )
    .await;
    let two = send(
        &running,
        &address,
        "/two/ann@5ecret.test",
        "X-Mail: ann@5ecret.test\r\n",
        body,
    )
    .await;
    let listed = call(&running, "mask_paths", json!({})).await;
    assert_eq!(
        listed,
        json!([{ "pointer": "/mail", "endpoint": "/one" }]),
        "it is told whose"
    );
    call(&running, "present", json!({ "on": true })).await;
    for (id, is_hidden) in [(&one, true), (&two, false)] {
        let detail = call(&running, "request", json!({ "id": id })).await.to_string();
        assert_eq!(!detail.contains("5ecret"), is_hidden, "{detail}");
        let copied = json!({ "id": id, "url": "http://dev", "format": "http", "masked": true });
        let copied = call(&running, "copy_request", copied).await.to_string();
        assert_eq!(!copied.contains("5ecret"), is_hidden, "{copied}");
    }
    let page = call(&running, "list_requests", json!({ "limit": 10, "filter": "" })).await;
    let targets: Vec<_> = page["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["target"].clone())
        .collect();
    assert_eq!(
        targets,
        ["/two/ann@5ecret.test", "/one/***************"],
        "each row by what is masked in it"
    );
    running.shut_down().await;
}
