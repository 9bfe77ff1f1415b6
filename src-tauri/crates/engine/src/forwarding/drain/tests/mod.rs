//! What was marked as going out and did not go: it is marked no longer, wherever it lies by then, and waits on where it may
//! go another time.

use std::time::Duration;

use tokio::net::TcpListener;

use super::*;
use crate::PageQuery;
use crate::course::tests::Bench;
use crate::forwarding::tests::failing::UNNOTED;
use crate::model::{ForwardRule, ForwardWay, RequestId, TrustRule};
use crate::store::tests::alter;

/// Takes the bytes of all requests away, so that reading them fails as it may do for a while.
const AWAY: &str = "ALTER TABLE content RENAME TO elsewhere";
/// And gives them back.
const BACK: &str = "ALTER TABLE elsewhere RENAME TO content";

/// A request that waits for a target whose queue is paused, marked as going out.
async fn marked(bench: &Bench) -> (Target, Held) {
    let endpoint = bench.endpoint("/in", None).await;
    let target = bench.engine.target_for("http://127.0.0.1:9").await.unwrap();
    let rule = ForwardRule {
        target: target.id,
        filter: String::new(),
        way: ForwardWay::AtOnce,
        deadline: Duration::from_millis(600),
    };
    bench.engine.set_forwards(endpoint.id, vec![rule]).await.unwrap();
    bench.engine.pause_queue(target.id, true).await.unwrap();
    bench.send("/in", "", "a").await;
    let store = &bench.engine.core.store;
    // It is put there in the transaction that keeps it, before its sender is answered.
    let held = store.held(target.id, 0, 1).await.unwrap().remove(0);
    let now = Timestamp::from_micros(1);
    assert!(store.begin_held(held.number, now).await.unwrap(), "it is there");
    (target, held)
}

/// Since when it is on its way, once it was dropped while `send` had it in its hands, and brought back; `None` where it
/// does not wait.
async fn since(request: impl FnOnce(RequestId) -> RequestId) -> Option<Option<Timestamp>> {
    let bench = Bench::new().await;
    let (target, mut held) = marked(&bench).await;
    let core = &bench.engine.core;
    let discard = bench.engine.discard_held(held.number).await.unwrap();
    held.request = request(held.request);
    let way = way_to(core, target.clone()).await.unwrap();
    let next = Next { held, is_begun: true };
    let sent = send(core, &target, &way, next, 0).await.unwrap();
    assert!(matches!(sent, Sent::GoesOn(None)), "it does not go");
    bench.engine.bring_back(discard).await.unwrap();
    let back = core.store.held(target.id, 0, 1).await.unwrap();
    back.first().map(|held| held.trying_since)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_while_its_body_is_read_comes_back_as_waiting() {
    assert_eq!(since(|same| same).await, Some(None), "nothing of it went");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_and_could_not_be_sent_comes_back_as_waiting() {
    let gone = since(|_| RequestId::generate()).await;
    assert_eq!(gone, Some(None), "nothing of it went");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_for_a_while_waits_on() {
    let bench = Bench::new().await;
    let (target, held) = marked(&bench).await;
    let core = &bench.engine.core;
    let way = way_to(core, target.clone()).await.unwrap();
    let next = Next {
        held: held.clone(),
        is_begun: true,
    };
    alter(&core.store.path(), AWAY).await;
    let sent = send(core, &target, &way, next, 0).await;
    alter(&core.store.path(), BACK).await;
    assert!(
        sent.is_err_and(|error| error.may_pass()),
        "the queue pauses with it"
    );
    let waits = core.store.held(target.id, 0, 2).await.unwrap();
    assert_eq!(waits, [held], "as before, on its way no longer");
    let queue = core.store.queues().await.unwrap().remove(0);
    assert_eq!(queue.why, None, "its target is not to blame");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_never_go_has_failed_and_that_is_told() {
    let bench = Bench::new().await;
    let (target, held) = marked(&bench).await;
    let core = &bench.engine.core;
    let way = way_to(core, target.clone()).await.unwrap();
    alter(&core.store.path(), "DELETE FROM content").await;
    let mut told = bench.engine.changes().subscribe();
    let request = held.request;
    let next = Next { held, is_begun: true };
    let sent = send(core, &target, &way, next, 0).await.unwrap();
    assert!(matches!(sent, Sent::GoesOn(None)), "those behind it go");
    let waits = core.store.held(target.id, 0, 1).await.unwrap();
    assert_eq!(waits, [], "it waits no longer");
    let page = bench.engine.requests(&PageQuery::default()).await.unwrap();
    assert_eq!(page.rows[0].forwarded, Some(Forwarded::Failed), "its row says so");
    let told = tokio::time::timeout(Duration::from_secs(20), told.next()).await;
    let told = told.expect("something is told");
    assert!(
        told.requests.contains(&request) && told.endpoints,
        "of the request and of the queue: {told:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_marked_with_the_one_before_and_cannot_be_read_is_marked_no_longer() {
    let bench = Bench::new().await;
    let (target, held) = marked(&bench).await;
    let core = &bench.engine.core;
    alter(&core.store.path(), "ALTER TABLE request RENAME TO elsewhere").await;
    let unread = next(core, target.id, Some(held.number), 0).await;
    alter(&core.store.path(), "ALTER TABLE elsewhere RENAME TO request").await;
    assert!(unread.is_err(), "nothing can be sent");
    assert_eq!(core.store.marks().await.unwrap(), [], "and nothing of it went");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_out_and_could_not_be_kept_does_not_go_again_before_that_is_noted() {
    let bench = Bench::new().await;
    let (target, held) = marked(&bench).await;
    bench
        .engine
        .core
        .store
        .pause_queue(target.id, false)
        .await
        .unwrap();
    let core = &bench.engine.core;
    alter(&core.store.path(), UNNOTED).await;
    assert!(next(core, target.id, None, 0).await.is_err(), "none goes");
    let queue = core.store.queues().await.unwrap().remove(0);
    let why = queue.why.unwrap_or_default();
    assert!(why.contains("cannot be noted"), "its queue says why: {why}");
    alter(&core.store.path(), "DROP TRIGGER fails").await;
    let next = next(core, target.id, None, 0).await.unwrap().unwrap();
    let as_it_is = Held {
        attempts: 1,
        broken_off: 1,
        trying_since: None,
        ..held
    };
    assert_eq!((next.held, next.is_begun), (as_it_is, false), "then it goes");
    let deliveries = bench.engine.deliveries(held.request).await.unwrap();
    let attempt = &deliveries[0].attempts[0];
    let message = attempt.message.as_deref().unwrap_or_default();
    assert!(
        attempt.outcome == Outcome::Cancelled && message.contains("could not be kept"),
        "the log says that it may be a repeat: {attempt:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_no_longer_as_far_as_can_be_read_is_marked_no_longer() {
    let bench = Bench::new().await;
    let (target, held) = marked(&bench).await;
    let core = &bench.engine.core;
    let way = way_to(core, target.clone()).await.unwrap();
    let next = Next { held, is_begun: true };
    alter(
        &core.store.path(),
        "ALTER TABLE held RENAME COLUMN attempts TO elsewhere",
    )
    .await;
    assert!(send(core, &target, &way, next, 0).await.is_err(), "it is unread");
    assert_eq!(core.store.marks().await.unwrap(), [], "nothing of it went");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_by_a_certificate_that_is_none_is_marked_no_longer() {
    for is_begun in [true, false] {
        let bench = Bench::new().await;
        let (target, held) = marked(&bench).await;
        let core = &bench.engine.core;
        if !is_begun {
            core.store.leave_held(held.number).await.unwrap();
        }
        let mut way = way_to(core, target.clone()).await.unwrap();
        way.rules.trust = TrustRule::Certificate("none".to_owned());
        let next = Next { held, is_begun };
        assert!(send(core, &target, &way, next, 0).await.is_err(), "{is_begun}");
        let marks = core.store.marks().await.unwrap();
        assert_eq!(marks, [], "nothing of it went: {is_begun}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_of_attempts_is_unknown_and_they_do_not_count_as_failed() {
    let bench = Bench::new().await;
    let (mut target, mut held) = marked(&bench).await;
    let core = &bench.engine.core;
    for _ in 0..TRIES_OF_ONE {
        note_unkept(core, &held, Timestamp::from_micros(1)).await.unwrap();
        held = core.store.held(target.id, 0, 1).await.unwrap().remove(0);
    }
    // It closes each connection.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    target.url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let way = way_to(core, target.clone()).await.unwrap();
    for number in 1..TRIES_OF_ONE {
        let next = Next {
            held,
            is_begun: false,
        };
        let sent = send(core, &target, &way, next, 0).await.unwrap();
        assert!(matches!(sent, Sent::Ends), "its target may be down: {number}");
        held = core.store.held(target.id, 0, 1).await.unwrap().remove(0);
        assert_eq!(held.attempts, TRIES_OF_ONE + number, "the log counts each");
    }
    let next = Next {
        held,
        is_begun: false,
    };
    let sent = send(core, &target, &way, next, 0).await.unwrap();
    assert!(matches!(sent, Sent::GoesOn(_)), "that was the last");
    let waits = core.store.held(target.id, 0, 1).await.unwrap();
    assert_eq!(waits, [], "those behind it go");
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_beyond_those_that_are_kept_are_counted() {
    let bench = Bench::new().await;
    // Nobody listens at its port.
    let (target, mut held) = marked(&bench).await;
    let core = &bench.engine.core;
    let way = way_to(core, target.clone()).await.unwrap();
    for number in 1..=KEPT_ATTEMPTS + 1 {
        let next = Next {
            held,
            is_begun: false,
        };
        let sent = send(core, &target, &way, next, 0).await.unwrap();
        assert!(matches!(sent, Sent::Ends), "it is refused");
        held = core.store.held(target.id, 0, 1).await.unwrap().remove(0);
        assert_eq!(held.attempts, number, "each is counted");
    }
    let deliveries = bench.engine.deliveries(held.request).await.unwrap();
    assert_eq!(
        deliveries[0].attempts.len(),
        KEPT_ATTEMPTS as usize,
        "the first ones are kept"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_off_that_cannot_be_read_or_noted_for_a_while_is_noted_later() {
    let bench = Bench::new().await;
    let (target, held) = marked(&bench).await;
    let core = &bench.engine.core;
    let mut cut_off = CutOff::default();
    let marks = (
        "ALTER TABLE held RENAME TO elsewhere",
        "ALTER TABLE elsewhere RENAME TO held",
    );
    alter(&core.store.path(), marks.0).await;
    assert!(cut_off.note(core).await.is_err(), "nothing may go meanwhile");
    alter(&core.store.path(), marks.1).await;
    alter(&core.store.path(), AWAY).await;
    let unnoted = cut_off.note(core).await.unwrap();
    let unnoted: Vec<_> = unnoted.into_keys().collect();
    assert_eq!(unnoted, [target.id], "nothing may go there meanwhile");
    alter(&core.store.path(), BACK).await;
    assert_eq!(cut_off.note(core).await.unwrap().len(), 0, "then all may");
    let deliveries = bench.engine.deliveries(held.request).await.unwrap();
    let attempts = deliveries.iter().flat_map(|delivery| &delivery.attempts);
    let outcomes: Vec<_> = attempts.map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [Outcome::Cancelled], "it may have gone");
    assert_eq!(
        core.store.marks().await.unwrap(),
        [],
        "it is on its way no longer"
    );
}
