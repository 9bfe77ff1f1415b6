//! Values that cannot be forgotten yet: tried again, not too often, and in nobody's way.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use super::super::{PAUSE, Refusal, Stuck};
use super::{bench, secrets_in};
use crate::model::{SecretPlace, Timestamp};
use crate::secrets::SecretError;
use crate::store::DiscardId;

#[tokio::test]
async fn what_cannot_be_removed_for_good_is_left_alone_for_a_while_and_delays_no_other() {
    let bench = bench().await;
    let (engine, core) = (&bench.engine, &bench.engine.core);
    let all = Timestamp::from_micros(i64::MAX);
    let stuck_one = bench.endpoint("/stuck", "github", &["first"]).await;
    let file = std::fs::read_dir(bench.folder().join("secrets")).unwrap().next();
    let file = file.unwrap().unwrap().path();
    // No file can be removed where a folder lies.
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let (mut stuck, begin) = (Stuck::default(), Instant::now());
    engine.discard_endpoint(stuck_one).await.unwrap();
    core.purge_before(all, &mut stuck, begin).await.unwrap_err();
    let other = bench.endpoint("/other", "github", &["second"]).await;
    engine.discard_endpoint(other).await.unwrap();
    core.purge_before(all, &mut stuck, begin + Duration::from_secs(10))
        .await
        .expect("only the other one is tried");
    assert_eq!(secrets_in(bench.folder()), 1, "whose value is gone at once");
    std::fs::remove_dir(&file).unwrap();
    std::fs::write(&file, "a value").unwrap();
    core.purge_before(all, &mut stuck, begin + PAUSE).await.unwrap();
    assert_eq!(secrets_in(bench.folder()), 0, "and so is the first, in its time");
}

#[test]
fn what_fails_again_and_again_is_tried_after_the_others() {
    let [first, second, third] = [1, 2, 3].map(DiscardId);
    let over = || vec![first, second, third];
    let (mut stuck, begin) = (Stuck::default(), Instant::now());
    stuck.add(first, 1, begin);
    stuck.add(second, 0, begin);
    assert_eq!(stuck.due(over(), begin), [third], "the others are left alone");
    assert_eq!(
        stuck.due(over(), begin + PAUSE),
        [second, third, first],
        "the one that failed itself is the last"
    );
    stuck.due(vec![second], begin);
    assert_eq!(
        stuck.due(vec![first], begin),
        [first],
        "what is gone is forgotten"
    );
}

#[tokio::test]
async fn a_keychain_that_refuses_is_asked_once() {
    let asked = AtomicI64::new(0);
    let ask = async || -> Result<(), SecretError> {
        asked.fetch_add(1, Ordering::Relaxed);
        Err(SecretError::Keychain("locked".to_owned()))
    };
    let mut refusal = Refusal::default();
    for _ in 0..3 {
        let done = refusal.unless_refused(SecretPlace::Keychain, ask()).await;
        assert!(matches!(done, Err(SecretError::Keychain(_))), "{done:?}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1, "the person is asked each time");
    let file = refusal.unless_refused(SecretPlace::File, async { Ok(()) }).await;
    assert!(file.is_ok(), "what lies in a file goes all the same");
}
