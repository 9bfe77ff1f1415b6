//! How far what is secret is looked for while the screen is shared: no number that ordinary use meets, and beyond it more
//! is hidden and not less.

use hookbench_api::dispatch;
use hookbench_api::types::ByteSource;
use hookbench_signature::{Draft, Micros, Secret, sign};
use serde_json::json;

use crate::bench::{Bench, answering};
use crate::places::shown;

#[tokio::test]
async fn a_result_that_speaks_of_many_requests_hides_what_is_secret_in_each() {
    let bench = Bench::new().await;
    bench.mask("/mail", None).await;
    for number in 0..20 {
        let body = format!(r#"{{"mail":"ann{number}@5ecret.test"}}"#);
        let id = bench.send("/in", "", &body).await;
        let url = format!("http://dev/ann{number}@5ecret.test");
        bench.draft(&id, &url).await;
    }
    let drafts = async || bench.call("drafts", json!({})).await.to_string();
    assert_eq!(
        drafts().await.matches("@5ecret.test").count(),
        20,
        "they are there to be hidden"
    );
    bench.call("present", json!({ "on": true })).await;
    let shown = drafts().await;
    assert!(
        !shown.contains("5ecret") && shown.contains("http://dev/****"),
        "{shown}"
    );
    bench.running.shut_down().await;
}

#[tokio::test]
async fn thousands_of_values_of_one_body_are_all_hidden_wherever_they_come_up() {
    let bench = Bench::new().await;
    bench.mask("/*/mail", None).await;
    let all: Vec<String> = (0..5_000)
        .map(|at| format!(r#"{{"mail":"ann{at}@5ecret.test"}}"#))
        .collect();
    let body = format!("[{}]", all.join(","));
    let lines = "X-Mail: ann4999@5ecret.test\r\nX-Open: open\r\n";
    let id = bench.send("/in/ann4998@5ecret.test", lines, &body).await;
    bench.call("present", json!({ "on": true })).await;
    let shown = bench.call("request", json!({ "id": id })).await;
    assert!(!shown.to_string().contains("5ecret"), "{shown}");
    assert_eq!(shown["moreCovered"], false, "nothing else had to be");
    let head = bench.bytes(ByteSource::RequestHead, &id).await;
    assert!(
        !head.contains("5ecret") && head.contains("X-Open: open"),
        "{head}"
    );
    let page = bench
        .call("list_requests", json!({ "limit": 10, "filter": "" }))
        .await;
    assert_eq!(
        page["rows"][0]["target"], "/in/*******************",
        "in the list too: {page}"
    );
    bench.running.shut_down().await;
}

#[tokio::test]
async fn where_what_is_chosen_cannot_all_be_found_more_is_covered_and_that_is_told() {
    let bench = Bench::new().await;
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
        let id = bench.send("/in/ann@5ecret.test?b=1", lines, &body).await;
        let detail = async || bench.call("request", json!({ "id": id })).await;
        bench.call("present", json!({ "on": true })).await;
        assert!(
            detail().await.to_string().contains("ann@5ecret.test"),
            "nothing is chosen"
        );
        bench.mask("/*/mail", None).await;
        let shown = detail().await;
        assert!(!shown.to_string().contains("5ecret"), "a body {what}: {shown}");
        assert_eq!(shown["moreCovered"], true, "a body {what}");
        assert_eq!(
            shown["contentType"], "application/json",
            "what says nothing of it stays"
        );
        let head = bench.bytes(ByteSource::RequestHead, &id).await;
        assert!(
            !head.contains("5ecret")
                && head.contains("X-Mail: ***")
                && head.contains("Content-Type: application/json"),
            "a body {what}: {head}"
        );
        let page = bench
            .call("list_requests", json!({ "limit": 1, "filter": "" }))
            .await;
        assert!(!page.to_string().contains("5ecret"), "a body {what}: {page}");
        bench
            .call(
                "remove_mask_path",
                json!({ "pointer": "/*/mail", "endpoint": null }),
            )
            .await;
        bench.call("present", json!({ "on": false })).await;
    }
    bench.running.shut_down().await;
}

/// The line in which a provider signs a body that it sends to `http://h/in/ann@5ecret.test` with the secret `s`.
fn signed(bench: &Bench, provider: &str, body: &str) -> String {
    let catalogue = bench.running.engine().unwrap().catalogue();
    let scheme = catalogue.get(provider).unwrap().scheme.clone().unwrap();
    let draft = Draft {
        method: "POST",
        target: "/in/ann@5ecret.test",
        url: Some("http://h/in/ann@5ecret.test"),
        headers: &[],
        body: body.as_bytes(),
    };
    let signed = sign(&scheme, &draft, &Secret::new("s", "s"), Micros(0), None).unwrap();
    let [(name, value)] = &signed.headers[..] else {
        panic!("it signs in one header: {signed:?}");
    };
    format!("{name}: {value}\r\n")
}

#[tokio::test]
async fn where_not_all_is_known_a_url_that_is_signed_shows_nothing_behind_its_endpoint() {
    const BROKEN: &str = r#"[{"mail":"ann@5ecret.test"},"#;
    let bench = Bench::new().await;
    let endpoint = bench.endpoint("/in", Some("square")).await;
    let secret = json!({ "endpoint": endpoint, "name": "s", "value": "s" });
    bench.call("set_secret", secret).await;
    bench.mask("/*/mail", None).await;
    let target = answering(&[["X-Mail", "ann@5ecret.test"]], "open-answer").await;
    for (lines, cause) in [
        (signed(&bench, "square", BROKEN), "url-scheme"),
        (signed(&bench, "square", "another"), "unknown"),
    ] {
        let lines = format!("X-Mail: ann@5ecret.test\r\n{lines}");
        let id = bench.send("/in/ann@5ecret.test", &lines, BROKEN).await;
        let to = json!({ "request": id, "url": format!("http://{target}"), "target": null });
        let delivery = bench.call("resend", to).await;
        bench.draft(&id, "http://dev/ann@5ecret.test").await;
        let diagnosis = bench.call("diagnose", json!({ "id": id })).await;
        assert_eq!(diagnosis["cause"], cause, "{diagnosis}");
        let proof = diagnosis["proof"].to_string();
        assert_eq!(
            proof.contains("5ecret"),
            cause != "unknown",
            "it is there to be hidden: {diagnosis}"
        );
        let notes = &bench.call("request", json!({ "id": id })).await["signature"]["notes"];
        assert!(
            notes.to_string().contains("5ecret"),
            "it is there to be hidden: {notes}"
        );
        bench.present(true).await;
        for (name, text) in shown(&bench, &target, &id, &delivery).await {
            assert!(!text.contains("5ecret"), "`{name}` with {cause}: {text}");
        }
        let detail = bench.call("request", json!({ "id": id })).await;
        assert_eq!(detail["moreCovered"], true, "and that is told");
        for open in [
            &detail["row"]["id"],
            &detail["row"]["endpoint"],
            &detail["signature"]["provider"],
            &detail["signature"]["content"]["template"],
            &detail["signature"]["key"]["name"],
        ] {
            let is_open = open.as_str().is_some_and(|text| !text.contains('*'));
            assert!(is_open, "what no sender wrote stays: {detail}");
        }
        assert_eq!(detail["row"]["verdict"], "invalid", "{detail}");
        let sentence = detail["signature"]["sentence"].as_str().unwrap();
        assert!(
            sentence.bytes().all(|byte| byte == b'*'),
            "it may name what a sender wrote: {sentence}"
        );
        assert_eq!(detail["row"]["target"], "/in****************", "{detail}");
        bench.present(false).await;
    }
    bench.running.shut_down().await;
}

#[tokio::test]
async fn a_scheme_that_was_found_does_not_tell_the_path_that_it_is_named_after() {
    let bench = Bench::new().await;
    bench.mask("/*/mail", None).await;
    let whole = r#"[{"mail":"ann@5ecret.test"}]"#;
    for body in [whole, &whole[..whole.len() - 1]] {
        let line = signed(&bench, "github", body).replace("X-Hub-Signature-256", "X-Own-Signature");
        let id = bench.send("/in/ann@5ecret.test", &line, body).await;
        let find = async || {
            let wanted = json!({ "id": id, "secret": "s", "ticket": "t" });
            bench.call("find_scheme", wanted).await
        };
        let found = find().await;
        let toml = found["schemes"][0]["toml"].to_string();
        assert!(
            toml.contains("ann@5ecret.test"),
            "it is there to be hidden: {found}"
        );
        bench.present(true).await;
        let found = find().await;
        assert_eq!(found["schemes"][0]["toml"], "*", "{found}");
        assert!(!found.to_string().contains("5ecret"), "{found}");
        let adopt = json!({ "id": id, "toml": "*", "replaces": null, "secret": "s" });
        let adopted = Box::pin(dispatch(&bench.running, "adopt_scheme", adopt)).await;
        assert!(
            adopted.unwrap_err().message.contains("not written back"),
            "a mark is no scheme"
        );
        bench.present(false).await;
    }
    bench.running.shut_down().await;
}

#[tokio::test]
async fn a_pointer_of_an_endpoint_masks_its_requests_and_no_others() {
    let bench = Bench::new().await;
    for path in ["/one", "/two"] {
        bench.endpoint(path, None).await;
    }
    bench.mask("/mail", Some("/one")).await;
    let body = r#"{"mail":"ann@5ecret.test"}"#;
    let one = bench
        .send("/one/ann@5ecret.test", "X-Mail: ann@5ecret.test\r\n", body)
        .await;
    let two = bench
        .send("/two/ann@5ecret.test", "X-Mail: ann@5ecret.test\r\n", body)
        .await;
    let listed = bench.call("mask_paths", json!({})).await;
    assert_eq!(
        listed,
        json!([{ "pointer": "/mail", "endpoint": "/one" }]),
        "it is told whose"
    );
    bench.call("present", json!({ "on": true })).await;
    for (id, is_hidden) in [(&one, true), (&two, false)] {
        let detail = bench.call("request", json!({ "id": id })).await.to_string();
        assert_eq!(!detail.contains("5ecret"), is_hidden, "{detail}");
        let copied = json!({ "id": id, "url": "http://dev", "format": "http", "masked": true });
        let copied = bench.call("copy_request", copied).await.to_string();
        assert_eq!(!copied.contains("5ecret"), is_hidden, "{copied}");
    }
    let page = bench
        .call("list_requests", json!({ "limit": 10, "filter": "" }))
        .await;
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
    bench.running.shut_down().await;
}
