//! A target that is edited, and an agreement that is withdrawn, while requests go there.

use super::*;
use crate::changes::Change;
use crate::store::tests::alter_within;

/// A header that stays here on the way to a host that was agreed to.
const CREDENTIAL: &str = "Authorization: Bearer x\r\n";

async fn edit(bench: &Bench, target: TargetId, to: &Dev) {
    let (id, url) = (Some(target), to.url());
    let saved = bench.engine.save_target(id, "dev", &url, TargetRules::default());
    saved.await.unwrap();
}

/// Of each request that came, whether its credential came along.
fn with_credentials(dev: &Dev) -> Vec<bool> {
    let heads = dev.heads.lock().unwrap();
    heads.iter().map(|head| head.contains("Bearer")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_through_goes_where_the_target_is_now() {
    let (one, other) = Dev::two_up().await;
    let bench = Bench::new().await;
    let target = bench.forwards("/in", &one, ForwardWay::Through, "").await;
    bench.send("/in", "", "a").await;
    edit(&bench, target, &other).await;
    bench.send("/in", "", "b").await;
    assert_eq!(
        (one.bodies(), other.bodies()),
        (vec!["a".to_owned()], vec!["b".to_owned()]),
        "each went to the URL that was set then"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_goes_where_the_target_is_now_though_its_queue_is_being_drained() {
    let (one, other) = Dev::two_up().await;
    let bench = Bench::new().await;
    let target = bench.paused_with(&one, &["a", "b"]).await;
    let held_back = one.answers.lock().await;
    bench.engine.pause_queue(target, false).await.unwrap();
    one.gets(1).await;
    edit(&bench, target, &other).await;
    drop(held_back);
    bench.held(target, 0).await;
    assert_eq!(
        (one.bodies(), other.bodies()),
        (vec!["a".to_owned()], vec!["b".to_owned()]),
        "each went to the URL that was set then"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_is_withdrawn_for_what_goes_through_too() {
    let dev = Dev::up(200, Duration::ZERO).await;
    let bench = Bench::new().await;
    bench.forwards("/in", &dev, ForwardWay::Through, "").await;
    bench.engine.allow_host(&dev.url()).await.unwrap();
    bench.send("/in", CREDENTIAL, "a").await;
    bench.engine.withdraw_consent(&dev.url()).await.unwrap();
    bench.send("/in", CREDENTIAL, "b").await;
    assert_eq!(
        with_credentials(&dev),
        [false, true],
        "each as far as was agreed then"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_is_withdrawn_for_a_queue_that_is_being_drained_too() {
    let dev = Dev::up(200, Duration::ZERO).await;
    let bench = Bench::new().await;
    let target = bench.paused_with(&dev, &[""; 0]).await;
    bench.engine.allow_host(&dev.url()).await.unwrap();
    for body in ["a", "b"] {
        bench.send("/in", CREDENTIAL, body).await;
    }
    let held_back = dev.answers.lock().await;
    bench.engine.pause_queue(target, false).await.unwrap();
    dev.gets(1).await;
    bench.engine.withdraw_consent(&dev.url()).await.unwrap();
    drop(held_back);
    bench.held(target, 0).await;
    assert_eq!(
        with_credentials(&dev),
        [false, true],
        "each as far as was agreed then"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_changes_no_endpoint() {
    let bench = Bench::new().await;
    let mut changes = bench.engine.changes().subscribe();
    bench.engine.allow_host("https://example.com").await.unwrap();
    bench
        .engine
        .withdraw_consent("https://example.com")
        .await
        .unwrap();
    // It is told last.
    bench.engine.core.changes.tell(Change::Recheck);
    loop {
        let told = tokio::time::timeout(Duration::from_secs(20), changes.next()).await;
        let told = told.expect("something is told");
        assert!(!told.endpoints, "{told:?}");
        if told.recheck {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_did_not_fail_though_the_forwards_cannot_be_read_and_holds_once_they_can() {
    let (one, other) = Dev::two_up().await;
    let bench = Bench::new().await;
    let target = bench.forwards("/in", &one, ForwardWay::Through, "").await;
    let core = &bench.engine.core;
    alter_within(&core.store, "ALTER TABLE forward RENAME TO elsewhere").await;
    assert!(core.renew_conducts().await.is_err(), "they cannot");
    bench.engine.allow_host("https://example.com").await.unwrap();
    bench
        .engine
        .withdraw_consent("https://example.com")
        .await
        .unwrap();
    edit(&bench, target, &other).await;
    let before = core.conducts.load_full();
    alter_within(&core.store, "ALTER TABLE elsewhere RENAME TO forward").await;
    for _ in 0..2_000 {
        if !Arc::ptr_eq(&before, &core.conducts.load()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bench.send("/in", "", "a").await;
    assert_eq!(other.gets(1).await, ["a"], "it goes where the target is now");
    assert_eq!(one.bodies(), [""; 0]);
}
