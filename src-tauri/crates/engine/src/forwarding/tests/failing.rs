//! A store that cannot keep what came of a sending.

use super::drain::LOOK;
use super::*;
use crate::store::tests::alter;

/// Nothing can be added to the log of the oldest request, as it may be for a while.
pub(in crate::forwarding) const UNNOTED: &str =
    "CREATE TRIGGER fails BEFORE INSERT ON delivery WHEN NEW.request = 1
    BEGIN SELECT abs(-9223372036854775808); END";

impl Bench {
    /// A program that begins where the one before died while it sent the first request of a queue, and where that cannot be
    /// noted for now. The queues of `targets` are let go.
    async fn after_a_death(self, held: i64, targets: &[TargetId]) -> Self {
        let store = &self.engine.core.store;
        assert!(
            store.begin_held(held, self.engine.now()).await.unwrap(),
            "it is there"
        );
        alter(&store.path(), UNNOTED).await;
        self.engine.shut_down().await;
        let bench = Self::open(self.folder).await;
        for target in targets {
            bench.engine.pause_queue(*target, false).await.unwrap();
        }
        bench
    }

    /// Waits until a queue says why nothing of it goes.
    async fn says_why(&self, target: TargetId) -> String {
        for _ in 0..2_000 {
            if let Some(why) = self.queue(target).await.why {
                return why;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it should say why: {:?}", self.queue(target).await);
    }

    /// How the attempts of the newest request ended.
    async fn outcomes(&self) -> Vec<Outcome> {
        let newest = self.rows().await[0].id;
        let deliveries = self.engine.deliveries(newest).await.unwrap();
        let attempts = deliveries.iter().flat_map(|delivery| &delivery.attempts);
        attempts.map(|attempt| attempt.outcome).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_of_it_cannot_be_kept_and_its_target_is_not_sent_the_same_without_a_pause() {
    let dev = Dev::up(200, Duration::ZERO).await;
    let bench = Bench::new().await;
    let target = bench.paused_with(&dev, &["a"]).await;
    let file = bench.engine.core.store.path();
    alter(
        &file,
        "CREATE TRIGGER refuses BEFORE INSERT ON attempt WHEN NEW.outcome = 'answered'
         BEGIN SELECT RAISE(ABORT, 'refused'); END",
    )
    .await;
    let began = Instant::now();
    bench.engine.pause_queue(target, false).await.unwrap();
    let bodies = dev.gets(2).await;
    assert!(began.elapsed() >= LOOK, "{bodies:?} after {:?}", began.elapsed());
    alter(&file, "DROP TRIGGER refuses").await;
    bench.held(target, 0).await;
    assert_eq!(bench.forwarded().await, Forwarded::Delivered, "then it is kept");
    let mut told = vec![Outcome::Cancelled; dev.bodies().len() - 1];
    told.push(Outcome::Answered);
    assert_eq!(bench.outcomes().await, told, "the log has a word of each sending");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_off_that_cannot_be_noted_for_a_while_stops_its_own_target_alone() {
    let (one, other) = Dev::two_up().await;
    let bench = Bench::new().await;
    let to_one = bench.paused_with(&one, &["a"]).await;
    let to_other = bench.forwards("/other", &other, ForwardWay::AtOnce, "").await;
    bench.engine.pause_queue(to_other, true).await.unwrap();
    bench.send("/other", "", "b").await;
    let held = bench.engine.held(to_one, 0, 1).await.unwrap().remove(0);
    let bench = bench.after_a_death(held.number, &[to_one, to_other]).await;
    assert_eq!(other.gets(1).await, ["b"], "what waits for another target goes");
    let why = bench.says_why(to_one).await;
    assert!(why.contains("cannot be noted"), "{why}");
    assert_eq!(one.bodies(), [""; 0], "what was cut off does not");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_to_a_target_before_it_is_noted_what_was_cut_off_there() {
    let dev = Dev::up(200, Duration::ZERO).await;
    let bench = Bench::new().await;
    let target = bench.paused_with(&dev, &["a"]).await;
    let held = bench.engine.held(target, 0, 1).await.unwrap().remove(0);
    let bench = bench.after_a_death(held.number, &[target]).await;
    bench.says_why(target).await;
    assert_eq!(dev.bodies(), [""; 0], "the target is up, and nothing goes");
    alter(&bench.engine.core.store.path(), "DROP TRIGGER fails").await;
    bench.held(target, 0).await;
    assert_eq!(dev.bodies(), ["a"], "then it goes, once");
    assert_eq!(
        bench.outcomes().await,
        [Outcome::Cancelled, Outcome::Answered],
        "the log says that it may be a repeat"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_never_be_noted_does_not_hold_its_queue_up() {
    let dev = Dev::up(200, Duration::ZERO).await;
    let bench = Bench::new().await;
    let target = bench.paused_with(&dev, &["a"]).await;
    let store = &bench.engine.core.store;
    let held = bench.engine.held(target, 0, 1).await.unwrap().remove(0);
    let marked = store.begin_held(held.number, bench.engine.now()).await.unwrap();
    assert!(marked, "it is there");
    alter(
        &store.path(),
        "CREATE TRIGGER refuses BEFORE INSERT ON attempt WHEN NEW.outcome = 'cancelled'
         BEGIN SELECT RAISE(ABORT, 'refused'); END",
    )
    .await;
    bench.drained(target).await;
    assert_eq!(dev.bodies(), ["a"], "it goes, once");
    assert_eq!(
        bench.outcomes().await,
        [Outcome::Answered],
        "there is no word of the one before"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_of_which_nothing_can_be_kept_says_why() {
    let dev = Dev::up(200, Duration::ZERO).await;
    let bench = Bench::new().await;
    let target = bench.paused_with(&dev, &["a"]).await;
    let refuses =
        "CREATE TRIGGER refuses BEFORE INSERT ON delivery BEGIN SELECT RAISE(ABORT, 'refused'); END";
    alter(&bench.engine.core.store.path(), refuses).await;
    bench.engine.pause_queue(target, false).await.unwrap();
    let why = bench.says_why(target).await;
    assert!(why.contains("cannot be noted"), "{why}");
}
