//! What was dropped from a queue, or went with its target, waits again in its place.

use super::*;
use crate::store::Standing;

async fn numbers(bench: &Bench, target: TargetId) -> Vec<i64> {
    let held = bench.engine.held(target, 0, 10).await.unwrap();
    held.into_iter().map(|held| held.number).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_dropped_waits_again_in_its_place_and_what_was_deleted_meanwhile_is_counted() {
    let dev = Dev::up(200, Duration::ZERO).await;
    let bench = Bench::new().await;
    let target = bench.paused_with(&dev, &["a", "b", "c", "d"]).await;
    let held = numbers(&bench, target).await;
    bench.engine.move_held(held[3], Move::First).await.unwrap();
    let before = bench.engine.held(target, 0, 10).await.unwrap();
    let one = bench.engine.discard_held(held[1]).await.unwrap();
    let (rest, dropped) = bench.engine.discard_queue(target).await.unwrap();
    assert_eq!(dropped, 3, "the others");
    assert_eq!(numbers(&bench, target).await, [0; 0], "nothing waits");
    let told: Vec<_> = bench.engine.discards().await.unwrap();
    assert_eq!(
        told.iter().map(|(one, _)| one.held).collect::<Vec<_>>(),
        [3, 1],
        "how many can come back is told"
    );
    let bench = Bench::open({
        bench.engine.shut_down().await;
        bench.folder
    })
    .await;
    bench.engine.bring_back(rest).await.unwrap();
    let back = bench.engine.bring_back(one).await.unwrap();
    assert_eq!((back.held, back.lost), (1, 0), "it waits again");
    assert_eq!(
        bench.engine.held(target, 0, 10).await.unwrap(),
        before,
        "in the same order, after a restart too"
    );
    let (all, _) = bench.engine.discard_queue(target).await.unwrap();
    bench.engine.delete(&[before[1].request]).await.unwrap();
    let back = bench.engine.bring_back(all).await.unwrap();
    assert_eq!((back.held, back.lost), (3, 1), "one was deleted meanwhile");
    assert_eq!(bench.queue(target).await.lost, 1, "which the queue tells");
    bench.drained(target).await;
    assert_eq!(dev.bodies(), ["d", "b", "c"], "and the others go");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_comes_back_with_what_waited_for_it_and_with_its_pause() {
    let mut dev = Dev::down().await;
    let bench = Bench::new().await;
    let target = bench.paused_with(&dev, &["a", "b"]).await;
    let (queue, held) = (
        bench.queue(target).await,
        bench.engine.held(target, 0, 10).await.unwrap(),
    );
    let dropped = bench.engine.discard_held(held[0].number).await.unwrap();
    let removed = bench.engine.discard_target(target).await.unwrap();
    assert_eq!(
        status(&bench.send("/in", "", "meanwhile").await),
        200,
        "what comes meanwhile is kept, and goes nowhere"
    );
    let refused = bench.engine.bring_back(dropped).await.unwrap_err();
    assert!(
        refused.to_string().contains("its target is not there"),
        "{refused}"
    );
    assert_eq!(
        bench.engine.bring_back(removed).await.unwrap().held,
        1,
        "the other one"
    );
    bench.engine.bring_back(dropped).await.unwrap();
    assert_eq!(bench.queue(target).await, queue, "as it stood");
    assert_eq!(
        bench.engine.held(target, 0, 10).await.unwrap(),
        held,
        "in its order"
    );
    dev.start(200, Duration::ZERO).await;
    bench.engine.pause_queue(target, false).await.unwrap();
    bench.send("/in", "", "c").await;
    bench.held(target, 0).await;
    assert_eq!(dev.bodies(), ["a", "b", "c"], "the forward is there again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_while_it_was_dropped_does_not_go_once_more() {
    let dev = Dev::up(200, Duration::from_millis(300)).await;
    let bench = Bench::new().await;
    let target = bench.forwards("/in", &dev, ForwardWay::AtOnce, "").await;
    bench.send("/in", "", "a").await;
    dev.gets(1).await;
    let (discard, dropped) = bench.engine.discard_queue(target).await.unwrap();
    assert_eq!(dropped, 1, "it is on its way");
    bench.forwarded().await;
    let back = bench.engine.bring_back(discard).await.unwrap();
    assert_eq!((back.held, back.lost), (0, 0), "it has gone");
    assert_eq!(dev.bodies(), ["a"], "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_removed_while_it_is_found_down_loses_nothing_of_that() {
    let dev = Dev::down().await;
    let bench = Bench::new().await;
    let target = bench.paused_with(&dev, &["a"]).await;
    let number = numbers(&bench, target).await[0];
    let store = &bench.engine.core.store;
    store
        .begin_held(number, crate::model::Timestamp::from_micros(1))
        .await
        .unwrap();
    let removed = bench.engine.discard_target(target).await.unwrap();
    let standing = Standing::Down {
        next_at: crate::model::Timestamp::from_micros(2),
        why: "refused".to_owned(),
    };
    store.set_standing(target, standing).await.unwrap();
    store.leave_held(number).await.unwrap();
    bench.engine.bring_back(removed).await.unwrap();
    let held = bench.engine.held(target, 0, 10).await.unwrap();
    assert_eq!(held[0].trying_since, None, "it is not on its way any more");
}

/// Requests that wait for `dev`, and what becomes of one that was on its way when a program ended: `remove` takes it away
/// before that, and gives what brings it back.
async fn cut_off_and_brought_back<R>(
    remove: impl AsyncFn(&Bench, TargetId, crate::model::Held) -> R,
) -> Cut<R> {
    let dev = Dev::down().await;
    let bench = Bench::new().await;
    let target = bench.forwards("/in", &dev, ForwardWay::AtOnce, "").await;
    bench.engine.pause_queue(target, true).await.unwrap();
    bench.send("/in", "", "one").await;
    bench.held(target, 1).await;
    let held = bench.engine.held(target, 0, 10).await.unwrap().remove(0);
    let store = &bench.engine.core.store;
    store.begin_held(held.number, bench.engine.now()).await.unwrap();
    let request = held.request;
    let removed = remove(&bench, target, held).await;
    // As a program leaves it that dies while it sends.
    bench.engine.shut_down().await;
    Cut {
        bench: Bench::open(bench.folder).await,
        dev,
        target,
        request,
        removed,
    }
}

struct Cut<R> {
    bench: Bench,
    dev: Dev,
    target: TargetId,
    request: crate::model::RequestId,
    removed: R,
}

impl<R> Cut<R> {
    async fn outcomes(&self) -> Vec<Outcome> {
        let deliveries = self.bench.engine.deliveries(self.request).await.unwrap();
        let attempts = deliveries.iter().flat_map(|delivery| &delivery.attempts);
        attempts.map(|attempt| attempt.outcome).collect()
    }

    /// Lets it go; what the log of it says then.
    async fn sent_again(&mut self) -> Vec<Outcome> {
        self.dev.start(200, Duration::ZERO).await;
        self.bench.engine.pause_queue(self.target, false).await.unwrap();
        assert_eq!(self.dev.gets(1).await, ["one"], "it goes");
        self.bench.held(self.target, 0).await;
        self.outcomes().await
    }

    async fn until_noted(&self) {
        for _ in 0..2_000 {
            if !self.outcomes().await.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("that it was cut off is noted");
    }
}

const MAY_BE_A_REPEAT: [Outcome; 2] = [Outcome::Cancelled, Outcome::Answered];

#[tokio::test(flavor = "multi_thread")]
async fn what_was_dropped_on_its_way_and_cut_off_says_so_when_it_is_sent_again() {
    let mut cut = cut_off_and_brought_back(async |bench, _, held| {
        bench.engine.discard_held(held.number).await.unwrap()
    })
    .await;
    cut.until_noted().await;
    cut.bench.engine.bring_back(cut.removed).await.unwrap();
    let held = cut.bench.engine.held(cut.target, 0, 10).await.unwrap();
    assert_eq!(
        (held[0].trying_since, held[0].attempts),
        (None, 1),
        "it is not on its way any more"
    );
    assert_eq!(cut.sent_again().await, MAY_BE_A_REPEAT, "it may be a repeat");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_off_while_its_target_was_removed_says_so_when_it_is_sent_again() {
    let mut cut =
        cut_off_and_brought_back(async |bench, target, _| bench.engine.discard_target(target).await.unwrap())
            .await;
    cut.until_noted().await;
    cut.bench.engine.bring_back(cut.removed).await.unwrap();
    assert_eq!(cut.sent_again().await, MAY_BE_A_REPEAT, "it may be a repeat");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_off_while_its_request_was_deleted_says_so_when_it_is_sent_again() {
    let mut cut = cut_off_and_brought_back(async |bench, target, held| {
        let (discard, _) = bench.engine.discard_queue(target).await.unwrap();
        (discard, bench.engine.delete(&[held.request]).await.unwrap().id)
    })
    .await;
    let (discard, deletion) = cut.removed;
    // It is looked for now, and is not there.
    cut.bench.engine.queues_changed();
    while cut
        .bench
        .engine
        .undo_deletion(deletion)
        .await
        .unwrap()
        .next
        .is_some()
    {}
    cut.bench.engine.queues_changed();
    cut.until_noted().await;
    let back = cut.bench.engine.bring_back(discard).await.unwrap();
    assert_eq!((back.held, back.lost), (1, 0), "it waits again");
    assert_eq!(cut.sent_again().await, MAY_BE_A_REPEAT, "it may be a repeat");
}
