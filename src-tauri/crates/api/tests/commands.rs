//! What holds of every command, whatever the web view asks; and what the data file says of its troubles.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

use std::path::Path;
use std::time::Duration;

use hookbench_api::{COMMANDS, Code, Running, dispatch};
use hookbench_engine::secrets::Preference;
use hookbench_engine::store::{Room, StoreOptions};
use hookbench_engine::{Listen, Options};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

async fn open(folder: &Path, store: StoreOptions) -> Running {
    let options = Options {
        secrets: Preference::Files,
        store,
        ..Options::at(Some(folder.to_owned()))
    };
    Running::open(options, Listen::default()).await
}

/// Asks of this machine's network what a host's certificate is: no test may.
const LEFT_OUT: &str = "shown_certificate";

/// Texts that a form never sends, and some that are understood.
fn odd_text() -> impl Strategy<Value = Value> {
    let known = prop::sample::select(vec![
        "../../../etc/passwd",
        "C:\\Windows\\win.ini",
        "0191f0a2-7b1c-7d3e-8f4a-5b6c7d8e9f00",
        "'; DROP TABLE request; --",
        "github",
        "size:>10kb",
        "/a/b",
        "kept",
        "\u{202e}\u{0}\u{7f}",
        "",
    ]);
    prop_oneof![
        3 => known.prop_map(Value::from),
        1 => "\\PC{0,24}".prop_map(Value::from),
        1 => Just(Value::from("a".repeat(5_000))),
    ]
}

/// A value of each kind that arguments have: what does not fit is asked again with the next.
fn odd_values() -> impl Strategy<Value = Vec<Value>> {
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        (0_u16..3).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
    ];
    (
        odd_text(),
        number,
        any::<bool>(),
        prop::collection::vec(odd_text(), 0..4),
        any::<f64>(),
    )
        .prop_map(|(text, number, truth, texts, fraction)| {
            vec![
                text,
                number,
                truth.into(),
                Value::from(texts),
                Value::Null,
                json!({}),
                json!([]),
                json!(1),
                fraction.into(),
            ]
        })
}

/// What stands between the first two backquotes after `words`.
fn quoted_after<'m>(message: &'m str, words: &str) -> Option<&'m str> {
    let (_, rest) = message.split_once(words)?;
    rest.split('`').nth(1)
}

/// Asks `command` with arguments made to fit as far as its own complaints say what is missing. Whether it was reached.
async fn ask(running: &Running, command: &str, values: &[Vec<Value>]) -> Result<bool, String> {
    let mut arguments = Map::new();
    let mut last: Option<(String, usize)> = None;
    let mut values = values.iter().cycle();
    let mut present = values.next().ok_or("no values")?;
    for _ in 0..120 {
        let asked = dispatch(running, command, Value::Object(arguments.clone()));
        let answer = tokio::time::timeout(Duration::from_secs(60), asked)
            .await
            .map_err(|_| "it never answers".to_owned())?;
        let Err(error) = answer else { return Ok(true) };
        if error.message.is_empty() || error.message.len() > 4_000 {
            return Err(format!("it says {} bytes", error.message.len()));
        }
        if !error.message.contains("are not of its form") {
            return Ok(true);
        }
        if let Some(missing) = quoted_after(&error.message, "missing field ") {
            present = values.next().ok_or("no values")?;
            arguments.insert(missing.to_owned(), present[0].clone());
            last = Some((missing.to_owned(), 0));
        } else if let Some((name, at)) = &mut last {
            *at += 1;
            let Some(next) = present.get(*at) else { break };
            arguments.insert(name.clone(), next.clone());
        } else {
            break;
        }
    }
    Ok(false)
}

#[test]
fn no_arguments_make_a_command_panic() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let running = runtime.block_on(open(folder.path(), StoreOptions::default()));
    let reached = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let asked: Vec<&str> = (COMMANDS.iter().copied())
        .filter(|command| *command != LEFT_OUT)
        .collect();
    for command in &asked {
        // A runner of its own for each, since one that has had its cases runs no more.
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
            cases: 12,
            failure_persistence: None,
            ..ProptestConfig::default()
        });
        let answered = runner.run(&prop::collection::vec(odd_values(), 1..6), |values| {
            let was_reached = runtime.block_on(ask(&running, command, &values));
            if was_reached.map_err(TestCaseError::fail)? {
                reached.borrow_mut().insert(*command);
            }
            Ok(())
        });
        assert!(answered.is_ok(), "`{command}`: {answered:?}");
    }
    let missed: Vec<_> = asked
        .iter()
        .filter(|command| !reached.borrow().contains(*command))
        .collect();
    assert!(
        missed.len() * 5 <= asked.len(),
        "most are reached, and do not only refuse the form: {missed:?}"
    );
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
async fn a_port_that_was_taken_at_the_start_is_told_until_one_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let running = open(folder.path(), StoreOptions::default()).await;
    let engine = running.engine().unwrap();
    let wanted = Listen {
        port: Some(port),
        ..Listen::default()
    };
    let listening = engine.listen(wanted).await.unwrap();
    let message = noticed(&running, "other_port").await;
    assert!(
        message.contains(&format!("port {port} is in use")) && message.contains(&listening.port.to_string()),
        "both ports are named: {message}"
    );
    drop(taken);
    dispatch(&running, "set_port", json!({ "port": port }))
        .await
        .unwrap();
    let codes: Vec<String> = notices(&running)
        .await
        .into_iter()
        .map(|(code, _)| code)
        .collect();
    assert!(!codes.contains(&"other_port".to_owned()), "it is over: {codes:?}");
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
