//! What holds of every command, whatever the web view asks; and what the data file says of its troubles.

use std::path::Path;
use std::time::Duration;

use hookbench_engine::secrets::Preference;
use hookbench_engine::store::{Room, StoreOptions};
use hookbench_engine::{Listen, Options};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{COMMANDS, dispatch};
use crate::error::Code;
use crate::running::Running;

async fn open(folder: &Path, store: StoreOptions) -> Running {
    let options = Options {
        secrets: Preference::Files,
        store,
        ..Options::at(Some(folder.to_owned()))
    };
    Running::open(options, Listen::default()).await
}

/// Values that a form never sends.
fn odd_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,24}".prop_map(Value::from),
        prop::sample::select(vec![
            "../../../etc/passwd",
            "C:\\Windows\\win.ini",
            "0191f0a2-7b1c-7d3e-8f4a-5b6c7d8e9f00",
            "'; DROP TABLE request; --",
            "github",
            "size:>10kb",
            "\u{202e}\u{0}\u{7f}",
        ])
        .prop_map(Value::from),
        Just(Value::from("a".repeat(100_000))),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(field(), inner, 0..4)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

/// Names that the arguments of the commands have.
fn field() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "id", "ids", "filter", "limit", "before", "after", "path", "provider", "name", "value", "port",
        "address", "on", "toml", "request", "endpoint", "target", "body", "headers", "edit", "run", "token",
        "rows", "length", "offset", "kind", "format", "order", "tags", "note", "age", "requests", "bytes",
        "status", "search",
    ])
    .prop_map(str::to_owned)
}

#[test]
fn no_arguments_make_a_command_panic() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let running = runtime.block_on(open(folder.path(), StoreOptions::default()));
    let arguments = prop_oneof![
        4 => prop::collection::hash_map(field(), odd_value(), 0..8)
            .prop_map(|members| Value::Object(Map::from_iter(members))),
        1 => odd_value(),
    ];
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 12,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    for command in COMMANDS {
        let answered = runner.run(&arguments, |arguments| {
            let asked = dispatch(&running, command, arguments);
            let answer =
                runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), asked).await });
            let answer = answer.map_err(|_| TestCaseError::fail("it never answers"))?;
            if let Err(error) = answer {
                prop_assert!(!error.message.is_empty(), "what failed is said");
                prop_assert!(
                    error.message.len() < 4_000,
                    "and not by giving back all that was asked: {} bytes",
                    error.message.len()
                );
            }
            Ok(())
        });
        assert!(answered.is_ok(), "`{command}`: {answered:?}");
    }
    let status = runtime.block_on(dispatch(&running, "status", json!({}))).unwrap();
    assert_eq!(status["requests"], 0, "and everything still stands");
    runtime.block_on(running.shut_down());
}

#[tokio::test]
async fn a_command_that_is_not_declared_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let running = open(folder.path(), StoreOptions::default()).await;
    let refused = dispatch(&running, "read_file", json!({ "path": "/etc/passwd" })).await;
    assert_eq!(refused.unwrap_err().code, Code::BadInput);
    running.shut_down().await;
}

async fn notices(running: &Running) -> Vec<(String, String)> {
    let status = dispatch(running, "status", json!({})).await.unwrap();
    let text = |notice: &Value, field: &str| notice[field].as_str().unwrap_or_default().to_owned();
    let all = status["notices"].as_array().unwrap();
    all.iter()
        .map(|notice| (text(notice, "code"), text(notice, "message")))
        .collect()
}

/// The message of a notice, once it is there.
async fn noticed(running: &Running, code: &str) -> String {
    for _ in 0..200 {
        let found = notices(running).await.into_iter().find(|(is, _)| is == code);
        if let Some((_, message)) = found {
            return message;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no notice `{code}` comes: {:?}", notices(running).await);
}

#[tokio::test]
async fn a_disk_that_is_nearly_full_is_told_before_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::default();
    assert_eq!(
        (room.warn_below, room.refuse_below),
        (500_000_000, 100_000_000),
        "warned at 500 MB, refused at 100 MB"
    );
    let store = StoreOptions {
        room: Room {
            warn_below: u64::MAX,
            refuse_below: 0,
        },
        ..StoreOptions::default()
    };
    let running = open(folder.path(), store).await;
    let engine = running.engine().unwrap();
    engine
        .listen(Listen {
            port: Some(0),
            ..Listen::default()
        })
        .await
        .unwrap();
    let message = noticed(&running, "little_room").await;
    assert!(
        message.starts_with("only ") && message.contains(" MB are left"),
        "{message}"
    );
    running.shut_down().await;
}

#[tokio::test]
async fn a_secret_that_is_not_where_it_was_put_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let running = open(folder.path(), StoreOptions::default()).await;
    let endpoint = dispatch(
        &running,
        "add_endpoint",
        json!({ "path": "/github", "provider": "github" }),
    )
    .await
    .unwrap();
    let secret = json!({ "endpoint": endpoint["id"], "name": "live", "value": "it's a secret" });
    dispatch(&running, "set_secret", secret).await.unwrap();
    running.shut_down().await;
    let secrets = folder.path().join("secrets");
    std::fs::remove_dir_all(&secrets).unwrap();
    let running = open(folder.path(), StoreOptions::default()).await;
    let message = noticed(&running, "locked_secrets").await;
    assert!(message.contains("`live` of `/github`"), "it is named: {message}");
    let status = dispatch(&running, "read_secrets_again", json!({})).await.unwrap();
    assert!(
        status["notices"].to_string().contains("locked_secrets"),
        "trying again in vain says so"
    );
    running.shut_down().await;
}
