//! What was removed and comes back, and the steps of a run.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bench::{Bench, answering};

#[tokio::test]
async fn what_is_removed_and_brought_back_shows_no_value_of_a_secret() {
    let bench = Bench::new().await;
    let endpoint = bench.endpoint("/in", Some("github")).await;
    let secret = json!({ "endpoint": endpoint, "name": "live", "value": "5ecret-value-of-it" });
    let kept = bench.call("set_secret", secret).await;
    let secret = kept["secrets"][0]["id"].clone();
    for is_shared in [false, true] {
        bench.present(is_shared).await;
        let mut shown = Vec::new();
        for (command, id) in [("remove_secret", &secret), ("remove_endpoint", &endpoint)] {
            let removed = bench.call(command, json!({ "id": id })).await;
            shown.push(bench.call("discards", json!({})).await);
            let back = bench.call("bring_back", json!({ "id": removed["id"] })).await;
            shown.extend([removed, back]);
        }
        let endpoints = bench.call("endpoints", json!({})).await;
        assert_eq!(
            endpoints[0]["secrets"][0]["name"], "live",
            "it is back: {endpoints}"
        );
        shown.push(endpoints);
        let shown = Value::from(shown).to_string();
        assert!(!shown.contains("5ecret"), "shared: {is_shared}: {shown}");
        assert!(
            shown.contains(r#""name":"live""#),
            "what it is called is told: {shown}"
        );
    }
    bench.running.shut_down().await;
}

#[tokio::test]
async fn the_steps_of_a_run_are_masked_as_the_rows_are() {
    let bench = Bench::new().await;
    bench.send("/in/a?token=5ecret-token-of-it", "", "{}").await;
    let url = format!("http://{}", answering(&[], "no").await);
    let plan = json!({
        "requests": null, "filter": "", "url": url, "target": null, "pace": { "kind": "at_once" }, "parallel": 1,
        "times": 2, "shuffled": false, "resign": false
    });
    let run = bench.call("start_run", plan).await["id"].clone();
    let asked = json!({ "id": run, "skip": 0, "limit": 10 });
    let deadline = Instant::now() + Duration::from_secs(30);
    let steps = loop {
        let steps = bench.call("run_steps", asked.clone()).await;
        if steps["total"] == 2 {
            break steps;
        }
        assert!(Instant::now() < deadline, "both are kept: {steps}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(
        steps.to_string().contains("5ecret"),
        "it is there to be hidden: {steps}"
    );
    bench.present(true).await;
    let steps = bench.call("run_steps", asked).await;
    let path = steps["steps"][0]["path"].as_str().unwrap();
    assert!(!steps.to_string().contains("5ecret"), "{steps}");
    assert!(
        path.starts_with("/in/a?token=***"),
        "what is open is shown: {path}"
    );
    bench.running.shut_down().await;
}
