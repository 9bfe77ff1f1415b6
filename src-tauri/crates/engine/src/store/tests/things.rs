use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::super::{Finality, StoreError};
use super::{alter, open, request, store};
use crate::model::{
    Attempt, AttemptId, Delivery, DeliveryId, DeliveryKind, Ending, EndpointId, NewEndpoint, Outcome,
    RequestId, Schedule, ScheduleState, SecretId, SecretPlace, SecretRecord, Target, TargetId, Timestamp,
    Timings, Tolerance,
};

fn endpoint(path: &str) -> NewEndpoint {
    NewEndpoint {
        provider: Some("tracktik".to_owned()),
        parameters: BTreeMap::from([("header".to_owned(), "X-Secret".to_owned())]),
        public_url: Some("https://t.example".to_owned()),
        tolerance: Tolerance {
            past: Some(600),
            future: None,
        },
        ..NewEndpoint::at(path)
    }
}

fn secret(name: &str) -> SecretRecord {
    SecretRecord {
        id: SecretId::generate(),
        name: name.to_owned(),
        place: SecretPlace::File,
        created_at: Timestamp::from_micros(5),
        retired_at: None,
    }
}

#[tokio::test]
async fn endpoints_come_back_with_their_secrets() {
    let (_folder, store) = store().await;
    let made = store
        .add_endpoint(endpoint("/t"), Timestamp::from_micros(4))
        .await
        .unwrap();
    let (old, new) = (secret("old"), secret("new"));
    store.add_secret(made.id, old.clone()).await.unwrap();
    store.add_secret(made.id, new.clone()).await.unwrap();
    let wanted = crate::model::Endpoint {
        secrets: vec![old.clone(), new.clone()],
        ..made.clone()
    };
    assert_eq!(
        store.endpoints().await.unwrap(),
        [wanted],
        "with both secrets, oldest first"
    );
    let taken = store
        .add_endpoint(endpoint("/t"), Timestamp::from_micros(4))
        .await;
    assert_eq!(
        taken,
        Err(StoreError::Exists {
            kind: "an endpoint",
            name: "/t".to_owned()
        }),
        "a path is taken once"
    );
    let now = Timestamp::from_micros(5);
    let removed = store
        .discard_secret(old.id, Finality::Undoable, now)
        .await
        .unwrap();
    assert_eq!(
        store.begin_purge(removed).await.unwrap(),
        [(old.id, old.place)],
        "removing names what is to be forgotten"
    );
    store.change_endpoint(made.id, endpoint("/u")).await.unwrap();
    assert_eq!(store.endpoints().await.unwrap()[0].path, "/u", "it can be moved");
    let removed = store
        .discard_endpoint(made.id, Finality::Undoable, now)
        .await
        .unwrap();
    assert_eq!(
        store.begin_purge(removed).await.unwrap(),
        [(new.id, new.place)],
        "with all its secrets"
    );
    let gone = store.discard_endpoint(made.id, Finality::Undoable, now).await;
    assert!(
        matches!(gone, Err(StoreError::NotFound { kind: "endpoint", .. })),
        "it is gone"
    );
    let orphan = store.add_secret(made.id, new).await;
    assert!(
        matches!(orphan, Err(StoreError::NotFound { .. })),
        "no secret without an endpoint"
    );
}

#[tokio::test]
async fn targets_are_kept_by_name() {
    let (_folder, store) = store().await;
    let mut target = Target {
        id: TargetId::generate(),
        name: "dev".to_owned(),
        url: "http://localhost:3000".to_owned(),
        rules: crate::model::TargetRules::default(),
    };
    store.put_target(target.clone()).await.unwrap();
    target.url = "http://localhost:3001".to_owned();
    store.put_target(target.clone()).await.unwrap();
    assert_eq!(
        store.targets().await.unwrap(),
        [target.clone()],
        "the same one, changed"
    );
    let other = store
        .put_target(Target {
            id: TargetId::generate(),
            ..target.clone()
        })
        .await;
    assert!(
        matches!(other, Err(StoreError::Exists { .. })),
        "a name is taken once"
    );
    let now = Timestamp::from_micros(5);
    store
        .discard_target(target.id, Finality::Undoable, now)
        .await
        .unwrap();
    assert_eq!(store.targets().await.unwrap(), [], "it is gone");
    assert!(
        store
            .discard_target(target.id, Finality::Undoable, now)
            .await
            .is_err(),
        "and cannot go twice"
    );
}

pub(super) fn attempt(status: Option<u16>) -> Attempt {
    Attempt {
        id: AttemptId::generate(),
        started_at: Timestamp::from_micros(7),
        outcome: if status.is_some() {
            Outcome::Answered
        } else {
            Outcome::TimedOut
        },
        message: status.is_none().then(|| "no answer within `5 s`".to_owned()),
        hint: None,
        url: None,
        sent: None,
        status,
        head: Bytes::from_static(b"HTTP/1.1 200 OK\r\n\r\n"),
        body: Bytes::from(vec![b'a'; 5_000]),
        body_cut: status.is_none(),
        timings: Timings {
            resolve: None,
            connect: Some(1),
            tls: None,
            first_byte: Some(2),
            total: 3,
        },
    }
}

/// A resend without a body of its own, and with one attempt.
pub(super) fn delivery(of: RequestId) -> Delivery {
    Delivery {
        id: DeliveryId::generate(),
        request: of,
        kind: DeliveryKind::Resend,
        url: "http://localhost:3000/stripe".to_owned(),
        created_at: Timestamp::from_micros(6),
        head: Bytes::from_static(b"POST /stripe HTTP/1.1\r\n\r\n"),
        body: None,
        withheld: Vec::new(),
        target: None,
        again: None,
        run: None,
        schedule: None,
        attempts: vec![attempt(Some(200))],
    }
}

#[tokio::test]
async fn deliveries_come_back_with_their_attempts() {
    let (folder, store) = store().await;
    let new = request(b"x");
    store.insert_request(new.clone()).await.unwrap();
    let mut delivery = Delivery {
        kind: DeliveryKind::Edited,
        body: Some(Bytes::from(vec![b'b'; 2_000])),
        withheld: vec!["Authorization".to_owned(), "Cookie".to_owned()],
        attempts: vec![attempt(None)],
        ..delivery(new.id)
    };
    store.add_delivery(delivery.clone()).await.unwrap();
    let second = attempt(Some(200));
    store.add_attempt(delivery.id, second.clone()).await.unwrap();
    delivery.attempts.push(second);
    assert_eq!(
        store.deliveries(new.id).await.unwrap(),
        [delivery.clone()],
        "all of it"
    );
    assert_eq!(
        store.summaries(&[new.id]).await.unwrap()[0].deliveries,
        1,
        "the row counts it"
    );
    let orphan = store
        .add_delivery(Delivery {
            id: DeliveryId::generate(),
            request: request(b"").id,
            ..delivery
        })
        .await;
    assert!(
        matches!(orphan, Err(StoreError::NotFound { kind: "request", .. })),
        "no delivery without a request"
    );
    let lost = store.add_attempt(DeliveryId::generate(), attempt(None)).await;
    assert!(
        matches!(lost, Err(StoreError::NotFound { kind: "delivery", .. })),
        "no attempt without a delivery"
    );
    assert_eq!(
        open(&folder).await.deliveries(new.id).await.unwrap().len(),
        1,
        "another program sees it"
    );
}

#[tokio::test]
async fn a_row_says_what_came_of_the_newest_time_that_it_was_sent_again() {
    let (_folder, store) = store().await;
    let new = request(b"x");
    store.insert_request(new.clone()).await.unwrap();
    let row = async || store.summaries(&[new.id]).await.unwrap()[0].resent;
    assert_eq!(row().await, None, "it never was");
    for (status, ending) in [
        (Some(200), Ending::Delivered),
        (Some(500), Ending::Refused),
        (None, Ending::Failed),
    ] {
        let delivery = Delivery {
            id: DeliveryId::generate(),
            attempts: vec![attempt(status)],
            ..delivery(new.id)
        };
        store.add_delivery(delivery).await.unwrap();
        assert_eq!(row().await, Some(ending), "{status:?}");
    }
    let forward = Delivery {
        id: DeliveryId::generate(),
        kind: DeliveryKind::Forward,
        ..delivery(new.id)
    };
    store.add_delivery(forward).await.unwrap();
    assert_eq!(
        row().await,
        Some(Ending::Failed),
        "what goes on by itself is told apart"
    );
    let retried = Delivery {
        id: DeliveryId::generate(),
        attempts: Vec::new(),
        ..delivery(new.id)
    };
    store.add_delivery(retried.clone()).await.unwrap();
    assert_eq!(row().await, None, "it is under way");
    for status in [None, Some(204)] {
        store.add_attempt(retried.id, attempt(status)).await.unwrap();
    }
    assert_eq!(row().await, Some(Ending::Delivered), "its last attempt counts");
    let stopped = Delivery {
        id: DeliveryId::generate(),
        attempts: vec![Attempt {
            outcome: Outcome::Cancelled,
            ..attempt(None)
        }],
        ..delivery(new.id)
    };
    store.add_delivery(stopped).await.unwrap();
    assert_eq!(row().await, Some(Ending::Cancelled));
    for (state, trying_since, ending) in [
        (ScheduleState::Waiting, None, None),
        (ScheduleState::Stopped, Some(Timestamp::from_micros(8)), None),
        (ScheduleState::Stopped, None, Some(Ending::Refused)),
    ] {
        let schedule = Schedule {
            waits: vec![Duration::from_secs(1)],
            used: 0,
            state,
            next_at: None,
            trying_since,
        };
        let tried = Delivery {
            schedule: Some(schedule),
            attempts: vec![attempt(Some(500))],
            ..delivery(new.id)
        };
        store.add_delivery(tried).await.unwrap();
        assert_eq!(row().await, ending, "{state:?}, {trying_since:?}");
    }
}

#[tokio::test]
async fn settings_are_json_by_key() {
    let (_folder, store) = store().await;
    assert_eq!(
        store.setting("listener.port").await.unwrap(),
        None,
        "nothing is set at first"
    );
    store.set_setting("listener.port", &json!(4665)).await.unwrap();
    store.set_setting("listener.port", &json!(4666)).await.unwrap();
    store
        .set_setting("listener%", &json!({"a": [1, null]}))
        .await
        .unwrap();
    assert_eq!(
        store.setting("listener.port").await.unwrap(),
        Some(json!(4666)),
        "the last value"
    );
    let settings = store.settings("listener.").await.unwrap();
    assert_eq!(
        settings,
        [("listener.port".to_owned(), json!(4666))],
        "a prefix is text, not a pattern"
    );
    store.remove_setting("listener.port").await.unwrap();
    assert_eq!(store.setting("listener.port").await.unwrap(), None, "forgotten");
}

#[tokio::test]
async fn commits_of_another_program_are_noticed_and_own_ones_are_not() {
    let (folder, store) = store().await;
    let mut changes = store.watch_foreign_changes();
    store.insert_request(request(b"own")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(!changes.has_changed().unwrap(), "own commits are known already");
    let other = open(&folder).await;
    other.insert_request(request(b"other")).await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), changes.changed())
        .await
        .expect("it is noticed")
        .unwrap();
    assert_eq!(store.total().await.unwrap().requests, 2, "and both are there");
    assert_eq!(
        store.insert_request(request(b"own")).await.unwrap().sequence.0,
        3,
        "in one order"
    );
}

#[tokio::test]
async fn a_masked_pointer_of_a_damaged_endpoint_does_not_hold_everywhere() {
    let (_folder, store) = store().await;
    let made = store
        .add_endpoint(endpoint("/t"), Timestamp::from_micros(4))
        .await
        .unwrap();
    store.add_mask_path("/mail", Some(made.id), 8).await.unwrap();
    assert_eq!(
        store
            .add_mask_path("/mail", Some(EndpointId::generate()), 8)
            .await
            .map_err(|error| matches!(error, StoreError::NotFound { .. })),
        Err(true),
        "of an endpoint that is not there none is kept"
    );
    alter(
        &store.path(),
        "PRAGMA foreign_keys = OFF; UPDATE endpoint SET id = x'0102'; UPDATE mask_path SET endpoint = x'0102'",
    )
    .await;
    assert!(
        matches!(store.mask_paths().await, Err(StoreError::Corrupt { .. })),
        "that it is damaged is told"
    );
}
