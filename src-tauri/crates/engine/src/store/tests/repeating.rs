//! Requests that repeat an earlier one.

use std::time::Duration;

use futures_util::future::join_all;

use super::super::{DeletionId, Store};
use super::{keyed, marked, new_request, open, request, store};
use crate::model::{NewRequest, Recognition, RequestId, Sequence, Timestamp};

/// What these repeat, by their rows.
async fn repeated(store: &Store, requests: &[&NewRequest]) -> Vec<Option<RequestId>> {
    let mut repeated = Vec::new();
    for request in requests {
        let row = store.summaries(&[request.id]).await.unwrap().swap_remove(0);
        repeated.push(row.duplicate_of);
    }
    repeated
}

/// The requests of the same key, by the store.
async fn repetitions(store: &Store, request: &NewRequest) -> Vec<RequestId> {
    let found = store.repetitions(request.id).await.unwrap();
    found.iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn a_repetition_names_the_first_of_its_kind() {
    let (_folder, store) = store().await;
    let mut marks = store.watch_marks();
    let first = keyed("evt_1");
    store.insert_request(first.clone()).await.unwrap();
    marked(&store).await;
    let group = [
        keyed("evt_1"),
        keyed("evt_2"),
        keyed("evt_2"),
        request(b"no key"),
        request(b"no key either"),
    ];
    join_all(group.iter().map(|new| store.insert_request(new.clone()))).await;
    marked(&store).await;
    assert_eq!(
        repeated(
            &store,
            &[&first, &group[0], &group[1], &group[2], &group[3], &group[4]]
        )
        .await,
        [None, Some(first.id), None, Some(group[1].id), None, None],
        "the first of each key"
    );
    let mut other = keyed("evt_1");
    other.recognition.provider = Some("github".to_owned());
    store.insert_request(other.clone()).await.unwrap();
    marked(&store).await;
    assert_eq!(
        repeated(&store, &[&other]).await,
        [None],
        "keys are the provider's own"
    );
    let told = marks.recv().await.unwrap();
    assert_eq!(
        repetitions(&store, &group[0]).await,
        [group[0].id, first.id],
        "each leads to the others of its provider, newest first"
    );
    assert_eq!(
        repetitions(&store, &group[3]).await,
        [group[3].id],
        "what has no key is alone"
    );
    assert!(
        told.contains(&(group[0].id, Some(first.id))) && !told.iter().any(|(id, _)| *id == first.id),
        "the requests that are marked, and only those, are told of"
    );
}

#[tokio::test]
async fn keys_that_are_lost_are_made_again_from_the_rows() {
    let (folder, store) = store().await;
    let first = keyed("evt_1");
    store.insert_request(first.clone()).await.unwrap();
    marked(&store).await;
    store.close().await;
    std::fs::write(folder.path().join("keys.db"), b"this is no database at all").unwrap();
    let again = open(&folder).await;
    let second = keyed("evt_1");
    again.insert_request(second.clone()).await.unwrap();
    marked(&again).await;
    assert_eq!(
        repeated(&again, &[&first, &second]).await,
        [None, Some(first.id)],
        "a damaged file of keys costs work and nothing else"
    );
}

#[tokio::test]
async fn what_came_before_the_end_of_the_program_is_marked_after_it() {
    let (folder, store) = store().await;
    let requests = [keyed("evt_1"), keyed("evt_1"), keyed("evt_1")];
    for new in &requests {
        store.insert_request(new.clone()).await.unwrap();
    }
    // Closed before the marking, which gathers for a while, has begun.
    store.close().await;
    let again = open(&folder).await;
    marked(&again).await;
    let first = Some(requests[0].id);
    assert_eq!(
        repeated(&again, &[&requests[0], &requests[1], &requests[2]]).await,
        [None, first, first],
        "all of them"
    );
}

#[tokio::test]
async fn a_deleted_request_is_repeated_by_nobody_and_comes_back_as_what_it_was() {
    let (_folder, store) = store().await;
    let requests = [keyed("evt_1"), keyed("evt_1"), keyed("evt_1")];
    store.insert_request(requests[0].clone()).await.unwrap();
    marked(&store).await;
    let deletion: DeletionId = store
        .begin_deletion(Timestamp::from_micros(1), None)
        .await
        .unwrap();
    store.delete(deletion, &[requests[0].id]).await.unwrap();
    store.insert_request(requests[1].clone()).await.unwrap();
    marked(&store).await;
    assert_eq!(
        repeated(&store, &[&requests[1]]).await,
        [None],
        "it is the first there is"
    );
    while store.undo_next(deletion).await.unwrap().next.is_some() {}
    store.insert_request(requests[2].clone()).await.unwrap();
    marked(&store).await;
    assert_eq!(
        repeated(&store, &[&requests[0], &requests[1], &requests[2]]).await,
        [None, None, Some(requests[0].id)],
        "the first is back"
    );
}

#[tokio::test]
async fn a_key_that_is_found_later_counts_from_then_on() {
    let (_folder, store) = store().await;
    let (first, second) = (keyed("evt_1"), request(b"its provider was not known"));
    for new in [&first, &second] {
        store.insert_request(new.clone()).await.unwrap();
    }
    marked(&store).await;
    let judged = |key: Option<&str>| Recognition {
        delivery_key: key.map(str::to_owned),
        ..second.recognition.clone()
    };
    for (key, repeats) in [
        (Some("evt_1"), Some(first.id)),
        (Some("evt_2"), None),
        (None, None),
    ] {
        store.rejudge(vec![(second.id, judged(key))]).await.unwrap();
        // Something that is kept wakes the marking.
        store.insert_request(request(b"later")).await.unwrap();
        let mut now = None;
        for _ in 0..500 {
            now = repeated(&store, &[&second]).await.swap_remove(0);
            if now == repeats {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(now, repeats, "with the key {key:?}");
    }
}

#[tokio::test]
async fn very_many_of_one_key_all_repeat_the_first() {
    let (_folder, store) = store().await;
    let requests: Vec<NewRequest> = (0..300).map(|_| keyed("always the same")).collect();
    join_all(requests.iter().map(|new| store.insert_request(new.clone()))).await;
    marked(&store).await;
    let ids: Vec<RequestId> = requests.iter().map(|new| new.id).collect();
    let mut rows = store.summaries(&ids).await.unwrap();
    rows.sort_by_key(|row| row.sequence);
    let first = rows.remove(0);
    assert_eq!(
        (first.duplicate_of, first.sequence),
        (None, Sequence(1)),
        "the first repeats nothing"
    );
    assert!(
        rows.iter().all(|row| row.duplicate_of == Some(first.id)),
        "and every other one repeats it"
    );
}

#[tokio::test]
async fn all_that_repeat_one_are_found_from_any_of_them() {
    let (_folder, store) = store().await;
    let requests = [keyed("evt_1"), keyed("evt_2"), keyed("evt_1"), keyed("evt_1")];
    for new in &requests {
        store.insert_request(new.clone()).await.unwrap();
    }
    marked(&store).await;
    let wanted = [requests[3].id, requests[2].id, requests[0].id];
    for asked in wanted {
        let rows = store.repetitions(asked).await.unwrap();
        let found: Vec<_> = rows.iter().map(|row| row.id).collect();
        assert_eq!(found, wanted, "newest first, the first one among them");
    }
    let alone = store.repetitions(requests[1].id).await.unwrap();
    assert_eq!(
        alone.iter().map(|row| row.id).collect::<Vec<_>>(),
        [requests[1].id],
        "what is not repeated is alone"
    );
}

/// A request without a key that came so many hours after the first.
fn after(hours: i64, body: &[u8]) -> NewRequest {
    let mut new = request(body);
    let first = new.arrival.received_at.as_micros();
    new.arrival.received_at = Timestamp::from_micros(first + hours * 3_600_000_000);
    new
}

#[tokio::test]
async fn without_a_key_the_same_bytes_are_a_repetition() {
    let (_folder, store) = store().await;
    let first = request(b"{}");
    let mut elsewhere = new_request("POST /other HTTP/1.1\r\nHost: h\r\n\r\n", b"{}");
    elsewhere.recognition.endpoint_path = None;
    let mut otherwise = new_request("PUT /stripe HTTP/1.1\r\nHost: h\r\n\r\n", b"{}");
    otherwise.recognition.provider = None;
    // The same body under an id of its own is another event.
    let mut named = request(b"{}");
    named.recognition.delivery_key = Some("evt_1".to_owned());
    let group = [
        after(1, b"{}"),
        elsewhere,
        otherwise,
        named,
        request(b""),
        request(b""),
    ];
    store.insert_request(first.clone()).await.unwrap();
    marked(&store).await;
    for new in &group {
        store.insert_request(new.clone()).await.unwrap();
    }
    marked(&store).await;
    let all: Vec<&NewRequest> = group.iter().collect();
    assert_eq!(
        repeated(&store, &all).await,
        [Some(first.id), None, None, None, None, None],
        "method, target and body are the same, the body is not empty, and no id tells them apart"
    );
    let row = store.summaries(&[first.id]).await.unwrap().swap_remove(0);
    assert_eq!(
        (row.repeats, row.repeated_by()),
        (1, "bytes"),
        "the first knows of it"
    );
    assert_eq!(
        repetitions(&store, &group[0]).await,
        [group[0].id, first.id],
        "each leads to the other"
    );
}

#[tokio::test]
async fn the_same_bytes_much_later_are_another_event() {
    let (folder, store) = store().await;
    let requests = [
        after(0, b"beat"),
        after(20, b"beat"),
        after(40, b"beat"),
        after(65, b"beat"),
        after(66, b"beat"),
    ];
    for new in &requests[..3] {
        store.insert_request(new.clone()).await.unwrap();
    }
    marked(&store).await;
    // Another program goes on where this one was.
    store.close().await;
    let store = open(&folder).await;
    for new in &requests[3..] {
        store.insert_request(new.clone()).await.unwrap();
        marked(&store).await;
    }
    let all: Vec<&NewRequest> = requests.iter().collect();
    let (first, second) = (Some(requests[0].id), Some(requests[3].id));
    assert_eq!(
        repeated(&store, &all).await,
        [None, first, first, None, second],
        "each within a day of the one before it; after a longer silence it begins anew"
    );
    let counts: Vec<u32> = store
        .summaries(&requests.iter().map(|new| new.id).collect::<Vec<_>>())
        .await
        .unwrap()
        .iter()
        .map(|row| row.repeats)
        .collect();
    assert_eq!(
        counts,
        [1, 1, 2, 2, 2],
        "each series is counted by itself, newest first"
    );
}

#[tokio::test]
async fn very_many_of_the_same_bytes_all_repeat_the_first() {
    let (_folder, store) = store().await;
    let requests: Vec<NewRequest> = (0..300).map(|_| request(b"always the same")).collect();
    join_all(requests.iter().map(|new| store.insert_request(new.clone()))).await;
    marked(&store).await;
    let ids: Vec<RequestId> = requests.iter().map(|new| new.id).collect();
    let mut rows = store.summaries(&ids).await.unwrap();
    rows.sort_by_key(|row| row.sequence);
    let first = rows.remove(0);
    assert_eq!(
        (first.duplicate_of, first.repeats),
        (None, 299),
        "the first repeats nothing"
    );
    assert!(
        rows.iter().all(|row| row.duplicate_of == Some(first.id)),
        "and every other one repeats it"
    );
}
