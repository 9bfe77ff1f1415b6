//! What headers mean to their provider is said while their values are hidden: the words are ours and not the sender's.

use serde_json::json;

use crate::bench::Bench;

#[tokio::test]
async fn what_a_header_means_is_said_while_its_value_is_hidden() {
    let bench = Bench::new().await;
    let lines =
        "X-GitHub-Event: push\r\nX-GitHub-Delivery: 72d3162e\r\nX-Hub-Signature-256: sha256=5ecret\r\n";
    let id = bench.send("/hook", lines, "{}").await;
    let open = bench.call("request", json!({ "id": id })).await;
    bench.present(true).await;
    let shown = bench.call("request", json!({ "id": id })).await;
    let line = |detail: &serde_json::Value, name: &str| {
        let headers = detail["headers"].as_array().unwrap();
        headers.iter().find(|line| line["name"] == name).unwrap().clone()
    };
    let signature = line(&shown, "X-Hub-Signature-256");
    assert_eq!(signature["meaning"], "the signature", "its meaning stays");
    assert!(
        !signature.to_string().contains("5ecret"),
        "its value does not: {signature}"
    );
    assert_eq!(line(&open, "X-GitHub-Event")["meaning"], "the event", "of each");
    assert!(
        line(&open, "Host")["meaning"].is_null(),
        "what is not the provider's means nothing to it"
    );
}
