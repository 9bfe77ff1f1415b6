//! Requests packed with dictionaries that are learned from those before.

use std::time::Duration;

use futures_util::future::join_all;

use super::super::{Store, StoreOptions};
use super::options;
use crate::model::{Body, NewRequest, RawHead, Sequence};
use crate::store::history::request;

fn learning() -> StoreOptions {
    StoreOptions {
        dictionary_after: 300,
        ..options()
    }
}

async fn keep(store: &Store, numbers: std::ops::Range<u64>) -> Vec<NewRequest> {
    let requests: Vec<NewRequest> = numbers.map(request).collect();
    for kept in join_all(requests.iter().map(|new| store.insert_request(new.clone()))).await {
        kept.unwrap();
    }
    requests
}

/// How many rows were packed with a dictionary.
async fn with_a_dictionary(store: &Store) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM content WHERE coding > 1")
        .fetch_one(store.readers())
        .await
        .unwrap()
}

async fn assert_kept(store: &Store, requests: &[NewRequest]) {
    for new in requests {
        let read = store.request(new.id).await.unwrap().unwrap();
        assert_eq!(read.head, new.arrival.head, "the head is the same");
        let Body::Memory(body) = &new.arrival.body else {
            unreachable!("it is small")
        };
        assert_eq!(
            store.body(new.id, 0..u64::MAX).await.unwrap().bytes,
            *body,
            "so is the body"
        );
    }
}

#[tokio::test]
async fn a_dictionary_is_learned_from_the_first_requests_and_whoever_opens_the_file_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), learning()).await.unwrap();
    let mut all = keep(&store, 0..400).await;
    let other = Store::open(folder.path(), options()).await.unwrap();
    let mut number = 400;
    // It is made behind the commits.
    while with_a_dictionary(&store).await == 0 {
        assert!(number < 4_000, "a dictionary is made");
        tokio::time::sleep(Duration::from_millis(100)).await;
        all.extend(keep(&store, number..number + 20).await);
        number += 20;
    }
    assert_kept(&store, &all).await;
    // It was opened before there was one.
    assert_kept(&other, &all[all.len() - 3..]).await;
    let between = other
        .between(Sequence(0), Sequence(i64::MAX), 10_000)
        .await
        .unwrap();
    assert_eq!(between.len(), all.len(), "read together too");
    store.close().await;
    other.close().await;

    let store = Store::open(folder.path(), options()).await.unwrap();
    assert_kept(&store, &all).await;
    let before = with_a_dictionary(&store).await;
    let more = keep(&store, number..number + 5).await;
    assert_kept(&store, &more).await;
    assert!(
        with_a_dictionary(&store).await > before,
        "what is there is used after the next start"
    );
}

#[tokio::test]
async fn values_of_a_head_that_could_be_a_senders_own_are_not_learned() {
    const TOKEN: &str = "Bearer the-same-token-in-each-and-every-request";
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), learning()).await.unwrap();
    let mut number = 0;
    let learned: Vec<u8> = loop {
        assert!(number < 4_000, "a dictionary is made");
        let some = (number..number + 200).map(|number| {
            let mut new = request(number);
            let head = String::from_utf8(new.arrival.head.bytes().to_vec()).unwrap();
            let (line, rest) = head.split_once("\r\n").unwrap();
            new.arrival.head = RawHead::new(format!("{line}\r\nAuthorization: {TOKEN}\r\n{rest}").into());
            store.insert_request(new)
        });
        for kept in join_all(some).await {
            kept.unwrap();
        }
        number += 200;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let made = sqlx::query_scalar("SELECT bytes FROM dictionary")
            .fetch_optional(store.readers())
            .await
            .unwrap();
        if let Some(made) = made {
            break made;
        }
    };
    let contains = |text: &str| memchr::memmem::find(&learned, text.as_bytes()).is_some();
    assert!(
        !contains("the-same-token") && !contains("Bearer"),
        "it would outlive the requests that brought it"
    );
    store.close().await;
}
