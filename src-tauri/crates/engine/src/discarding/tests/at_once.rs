//! What is removed for good leaves nothing behind and is offered at no moment.

use super::*;
use crate::store::Finality;

#[tokio::test]
async fn what_is_removed_at_once_leaves_nothing_behind() {
    let bench = bench().await;
    let id = furnished(&bench).await;
    let secret = bench.engine.find_endpoint("/github").await.unwrap().secrets[0].id;
    bench.engine.remove_secret(secret).await.unwrap();
    assert_eq!(secrets_in(bench.folder()), 2, "its value goes with it");
    bench.engine.remove_endpoint(id).await.unwrap();
    assert_eq!(secrets_in(bench.folder()), 0, "and so do the others");
    assert!(
        bench.engine.discards().await.unwrap().is_empty(),
        "nothing is offered"
    );
    bench.engine.shut_down().await;
    for entry in std::fs::read_dir(bench.folder()).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        assert!(
            !bytes.windows(5).any(|part| part == b"third"),
            "no value was ever in {}",
            path.display()
        );
    }
}

/// Runs what removes something for good and looks after each of its steps what a program that ends there would leave.
async fn is_never_offered<T>(bench: &Bench, removing: impl Future<Output = Result<T, EngineError>>) {
    let mut removing = std::pin::pin!(removing);
    loop {
        let step = futures_util::poll!(removing.as_mut());
        let offered = bench.engine.discards().await.unwrap();
        assert!(offered.is_empty(), "it was for good: {offered:?}");
        if let std::task::Poll::Ready(done) = step {
            assert!(done.is_ok(), "it is removed");
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_removed_at_once_is_offered_at_no_moment() {
    let bench = bench().await;
    let engine = &bench.engine;
    let id = furnished(&bench).await;
    let secret = engine.find_endpoint("/github").await.unwrap().secrets[0].id;
    is_never_offered(&bench, engine.remove_secret(secret)).await;
    is_never_offered(&bench, engine.remove_endpoint(id)).await;
    let dev = engine.targets().await.unwrap()[0].id;
    is_never_offered(&bench, engine.drop_queue(dev)).await;
    is_never_offered(&bench, engine.remove_target(dev)).await;
    engine.save_filter("mine", "is:starred").await.unwrap();
    is_never_offered(&bench, engine.remove_saved_filter("mine")).await;
}

#[tokio::test]
async fn what_a_new_secret_pushes_out_is_offered_at_no_moment() {
    let bench = bench().await;
    let id = bench.endpoint("/github", "github", &["first"]).await;
    for value in ["second", "third", "fourth", "fifth", "sixth"] {
        let value = SecretString::from(value);
        is_never_offered(&bench, bench.engine.set_secret(id, "secret 1", value)).await;
    }
    assert_eq!(
        secrets_in(bench.folder()),
        4,
        "the one in use and the last three before it"
    );
}

#[tokio::test]
async fn what_was_removed_at_once_is_forgotten_by_the_next_start() {
    let bench = bench().await;
    let id = furnished(&bench).await;
    let now = bench.engine.now();
    // The program ends after the first step.
    let store = &bench.engine.core.store;
    let discard = store.discard_endpoint(id, Finality::Final, now).await.unwrap();
    assert_eq!(
        kind_of(bench.engine.bring_back(discard).await),
        Kind::NotFound,
        "it was for good"
    );
    let bench = reopened(bench, Clock::system()).await;
    tokio::time::timeout(Duration::from_secs(30), async {
        while secrets_in(bench.folder()) > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("the values of its secrets go too");
}
