//! A store that cannot keep what came of a sending.

use super::drain::LOOK;
use super::*;
use crate::store::tests::alter;

impl Bench {
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
