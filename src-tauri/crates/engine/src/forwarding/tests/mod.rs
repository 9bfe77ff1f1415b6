//! A real listener that forwards to a real target which comes and goes.

mod editing;
pub(super) mod failing;
mod undoing;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;
use crate::PageQuery;
use crate::course::tests::{Bench, status};
use crate::delivery::marker::MARKER;
use crate::model::{AnswerSource, Forwarded, Move, Outcome, RequestSummary};

/// A server under development: keeps the bodies that came, answers with `status`, may be stopped and started.
struct Dev {
    port: u16,
    bodies: Arc<Mutex<Vec<String>>>,
    heads: Arc<Mutex<Vec<String>>>,
    /// Who holds it holds its answers back.
    answers: Arc<tokio::sync::Mutex<()>>,
    running: Option<JoinHandle<()>>,
}

impl Dev {
    /// A port of its own, on which nobody listens yet.
    async fn down() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            port: socket.local_addr().unwrap().port(),
            bodies: Arc::default(),
            heads: Arc::default(),
            answers: Arc::default(),
            running: None,
        }
    }

    async fn up(status: u16, delay: Duration) -> Self {
        let mut dev = Self::down().await;
        dev.start(status, delay).await;
        dev
    }

    /// Two that answer 200 at once.
    async fn two_up() -> (Self, Self) {
        (
            Self::up(200, Duration::ZERO).await,
            Self::up(200, Duration::ZERO).await,
        )
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    async fn start(&mut self, status: u16, delay: Duration) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
        let (bodies, heads) = (Arc::clone(&self.bodies), Arc::clone(&self.heads));
        let answers = Arc::clone(&self.answers);
        self.running = Some(tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (bodies, heads) = (Arc::clone(&bodies), Arc::clone(&heads));
                let answers = Arc::clone(&answers);
                tokio::spawn(async move {
                    let mut bytes = Vec::new();
                    loop {
                        let text = String::from_utf8_lossy(&bytes).into_owned();
                        if let Some((head, body)) = text.split_once("\r\n\r\n") {
                            let length = head
                                .lines()
                                .find_map(|line| {
                                    line.to_lowercase()
                                        .strip_prefix("content-length:")?
                                        .trim()
                                        .parse()
                                        .ok()
                                })
                                .unwrap_or(0_usize);
                            if body.len() >= length {
                                heads.lock().unwrap().push(head.to_owned());
                                bodies.lock().unwrap().push(body.to_owned());
                                tokio::time::sleep(delay).await;
                                drop(answers.lock().await);
                                let answer = format!(
                                    "HTTP/1.1 {status} Fine\r\nX-Dev: yes\r\nContent-Length: 6\r\nConnection: keep-alive\r\n\r\nthanks"
                                );
                                if stream.write_all(answer.as_bytes()).await.is_err() {
                                    return;
                                }
                                bytes.clear();
                                continue;
                            }
                        }
                        match stream.read_buf(&mut bytes).await {
                            Ok(1..) => {}
                            _ => return,
                        }
                    }
                });
            }
        }));
    }

    fn bodies(&self) -> Vec<String> {
        self.bodies.lock().unwrap().clone()
    }

    async fn gets(&self, count: usize) -> Vec<String> {
        for _ in 0..2_000 {
            if self.bodies().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.bodies()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.abort();
        }
    }
}

impl Bench {
    async fn forwards(&self, path: &str, dev: &Dev, way: ForwardWay, filter: &str) -> TargetId {
        let endpoint = self.endpoint(path, None).await;
        let target = self.engine.target_for(&dev.url()).await.unwrap().id;
        let rule = ForwardRule {
            target,
            filter: filter.to_owned(),
            way,
            deadline: Duration::from_millis(600),
        };
        self.engine.set_forwards(endpoint.id, vec![rule]).await.unwrap();
        target
    }

    /// A target whose queue is paused, with requests of these bodies waiting in it.
    async fn paused_with(&self, dev: &Dev, bodies: &[impl AsRef<str>]) -> TargetId {
        let target = self.forwards("/in", dev, ForwardWay::AtOnce, "").await;
        self.engine.pause_queue(target, true).await.unwrap();
        for body in bodies {
            self.send("/in", "", body.as_ref()).await;
        }
        self.held(target, bodies.len() as u64).await;
        target
    }

    /// Lets a paused queue go on, until nothing is left in it.
    async fn drained(&self, target: TargetId) {
        self.engine.pause_queue(target, false).await.unwrap();
        self.held(target, 0).await;
    }

    /// Waits until the newest row says what became of its forward.
    async fn forwarded(&self) -> Forwarded {
        for _ in 0..2_000 {
            if let Some(forwarded) = self.rows().await[0].forwarded {
                return forwarded;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it should say so: {:?}", self.rows().await);
    }

    async fn rows(&self) -> Vec<RequestSummary> {
        self.engine.requests(&PageQuery::default()).await.unwrap().rows
    }

    async fn queue(&self, target: TargetId) -> crate::model::Queue {
        let queues = self.engine.queues().await.unwrap();
        queues.into_iter().find(|queue| queue.target == target).unwrap()
    }

    /// Waits until so many wait for the target and nothing is under way.
    async fn held(&self, target: TargetId, count: u64) {
        for _ in 0..2_000 {
            let under_way = self.engine.core.store.held_under_way().await.unwrap();
            if self.queue(target).await.count == count && under_way.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{count} should wait, but {:?}", self.queue(target).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_matches_goes_to_the_target_by_itself_and_the_row_says_so() {
    let bench = Bench::new().await;
    let dev = Dev::up(200, Duration::ZERO).await;
    let target = bench
        .forwards("/in", &dev, ForwardWay::AtOnce, "json:/go=yes")
        .await;
    assert_eq!(bench.status("/in").await, 200, "this one does not match");
    let answer = bench.send("/in/a?b", "X-Case: Kept\r\n", r#"{"go":"yes"}"#).await;
    assert_eq!(status(&answer), 200, "the sender does not wait for the target");
    assert_eq!(dev.gets(1).await, [r#"{"go":"yes"}"#], "only what matches");
    bench.held(target, 0).await;
    let rows = bench.rows().await;
    let stands: Vec<_> = rows.iter().map(|row| row.forwarded).collect();
    assert_eq!(stands, [Some(Forwarded::Delivered), None], "newest first");
    let head = dev.heads.lock().unwrap()[0].clone();
    assert!(head.starts_with("POST /in/a?b HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("X-Case: Kept"), "as it came: {head}");
    assert!(head.contains(MARKER), "marked, so that a loop is known: {head}");
    let query = PageQuery {
        filter: "delivered:200".to_owned(),
        ..PageQuery::default()
    };
    let found = bench.engine.requests(&query).await.unwrap();
    assert_eq!(found.rows.len(), 1, "the filter finds it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_while_the_target_is_down_waits_in_order_and_survives_a_restart() {
    let mut dev = Dev::down().await;
    let bench = Bench::new().await;
    let target = bench.forwards("/in", &dev, ForwardWay::AtOnce, "").await;
    for number in 0..5 {
        assert_eq!(
            status(&bench.send("/in", "", &format!("first {number}")).await),
            200,
            "kept"
        );
    }
    bench.held(target, 5).await;
    assert!(
        bench
            .rows()
            .await
            .iter()
            .all(|row| row.forwarded == Some(Forwarded::Held)),
        "rows say so"
    );
    let query = PageQuery {
        filter: "delivered:held".to_owned(),
        ..PageQuery::default()
    };
    assert_eq!(
        bench.engine.requests(&query).await.unwrap().rows.len(),
        5,
        "and the filter"
    );
    for _ in 0..500 {
        if bench.queue(target).await.why.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let queue = bench.queue(target).await;
    assert!(
        queue.next_at.is_some() && queue.why.is_some(),
        "and the queue when and why: {queue:?}"
    );

    bench.engine.shut_down().await;
    let bench = Bench::open(bench.folder).await;
    bench.held(target, 5).await;
    for number in 5..8 {
        bench.send("/in", "", &format!("first {number}")).await;
    }
    dev.start(200, Duration::ZERO).await;
    bench.engine.drain_now(target).await.unwrap();
    bench.held(target, 0).await;
    let wanted: Vec<String> = (0..8).map(|number| format!("first {number}")).collect();
    assert_eq!(dev.bodies(), wanted, "none lost, none twice, in their order");
    assert!(
        bench
            .rows()
            .await
            .iter()
            .all(|row| row.forwarded == Some(Forwarded::Delivered)),
        "each is delivered"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sending_that_was_cut_off_is_made_again_and_the_log_says_so() {
    let mut dev = Dev::down().await;
    let bench = Bench::new().await;
    let target = bench.paused_with(&dev, &["one"]).await;
    let held = bench.engine.held(target, 0, 10).await.unwrap().remove(0);
    // As a program leaves it that dies while it sends.
    bench
        .engine
        .core
        .store
        .begin_held(held.number, bench.engine.now())
        .await
        .unwrap();
    bench.engine.shut_down().await;
    dev.start(200, Duration::ZERO).await;

    let bench = Bench::open(bench.folder).await;
    bench.engine.pause_queue(target, false).await.unwrap();
    assert_eq!(dev.gets(1).await, ["one"], "at least once");
    bench.held(target, 0).await;
    let deliveries = bench.engine.deliveries(held.request).await.unwrap();
    let outcomes: Vec<_> = deliveries
        .iter()
        .flat_map(|delivery| &delivery.attempts)
        .map(|attempt| attempt.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [Outcome::Cancelled, Outcome::Answered],
        "the log says that it may be a repeat"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_paused_reordered_and_thinned_out_by_hand() {
    let dev = Dev::up(200, Duration::ZERO).await;
    let bench = Bench::new().await;
    let target = bench.paused_with(&dev, &["a", "b", "c", "d"]).await;
    assert_eq!(
        dev.bodies(),
        Vec::<String>::new(),
        "paused, though the target is up"
    );
    let held = bench.engine.held(target, 0, 10).await.unwrap();
    bench.engine.move_held(held[3].number, Move::First).await.unwrap();
    bench.engine.move_held(held[0].number, Move::Later).await.unwrap();
    bench.engine.drop_held(held[2].number).await.unwrap();
    bench.drained(target).await;
    assert_eq!(
        dev.bodies(),
        ["d", "b", "a"],
        "in the order that was wanted, without the one that was dropped"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_while_it_waits_does_not_go_and_is_counted() {
    let dev = Dev::down().await;
    let bench = Bench::new().await;
    let target = bench.paused_with(&dev, &["a", "b"]).await;
    let newest = bench.rows().await[0].id;
    bench.engine.delete(&[newest]).await.unwrap();
    let queue = bench.queue(target).await;
    assert_eq!((queue.count, queue.lost), (1, 1), "told, not silent");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_the_target_that_says_no_is_final() {
    let dev = Dev::up(422, Duration::ZERO).await;
    let bench = Bench::new().await;
    let target = bench.forwards("/in", &dev, ForwardWay::AtOnce, "").await;
    bench.send("/in", "", "a").await;
    dev.gets(1).await;
    bench.held(target, 0).await;
    assert_eq!(
        bench.rows().await[0].forwarded,
        Some(Forwarded::Failed),
        "it was not taken"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn through_gives_the_sender_the_answer_of_the_target() {
    let bench = Bench::new().await;
    let dev = Dev::up(201, Duration::ZERO).await;
    bench.forwards("/in", &dev, ForwardWay::Through, "").await;
    let answer = String::from_utf8(bench.send("/in", "", "hello").await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(
        answer.contains("x-dev: yes") && answer.ends_with("\r\n\r\nthanks"),
        "{answer}"
    );
    let (row, kept) = bench.newest().await;
    assert_eq!(
        (row.answered, kept.source),
        (Some(201), AnswerSource::Target),
        "the row says whose it was"
    );
    assert_eq!(
        bench.forwarded().await,
        Forwarded::Delivered,
        "and that it was taken"
    );
    let filter = |text: &str| PageQuery {
        filter: text.to_owned(),
        ..PageQuery::default()
    };
    for text in ["status:201", "delivered:201"] {
        let found = bench.engine.requests(&filter(text)).await.unwrap().rows.len();
        assert_eq!(
            found, 1,
            "`{text}` finds what was answered later than it was kept"
        );
    }
    assert_eq!(
        bench
            .engine
            .requests(&filter("status:200"))
            .await
            .unwrap()
            .rows
            .len(),
        0,
        "no other"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_late_or_down_makes_a_clear_504_or_502() {
    let bench = Bench::new().await;
    let slow = Dev::up(200, Duration::from_secs(30)).await;
    bench.forwards("/slow", &slow, ForwardWay::Through, "").await;
    let began = Instant::now();
    let answer = String::from_utf8(bench.send("/slow", "", "a").await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 504"), "{answer}");
    assert!(answer.contains("gave no answer within 600ms"), "{answer}");
    assert!(
        began.elapsed() >= Duration::from_millis(600),
        "the deadline is kept"
    );
    let (row, kept) = bench.newest().await;
    assert_eq!(
        (row.answered, kept.source),
        (Some(504), AnswerSource::Gateway),
        "the row says so"
    );

    let down = Dev::down().await;
    bench.forwards("/down", &down, ForwardWay::Through, "").await;
    let answer = String::from_utf8(bench.send("/down", "", "a").await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
    assert_eq!(bench.rows().await.len(), 2, "both are kept all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_through_a_chain_ends_where_it_began() {
    let one = Bench::new().await;
    let two = Bench::new().await;
    // Each forwards to the other; neither can know it from its own target.
    for (from, to) in [(&one, &two), (&two, &one)] {
        let endpoint = from.endpoint("/in", None).await;
        let target = from
            .engine
            .target_for(&format!("http://{}", to.address))
            .await
            .unwrap();
        let rule = ForwardRule {
            target: target.id,
            filter: String::new(),
            way: ForwardWay::AtOnce,
            deadline: USUAL_DEADLINE,
        };
        from.engine.set_forwards(endpoint.id, vec![rule]).await.unwrap();
    }
    assert_eq!(one.status("/in").await, 200, "the sender is answered");
    for _ in 0..1_000 {
        if one.rows().await.len() == 2
            && two
                .rows()
                .await
                .first()
                .is_some_and(|row| row.forwarded == Some(Forwarded::Failed))
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let came_back = &one.rows().await[0];
    assert_eq!(came_back.answered, Some(508), "it is refused where it began");
    assert_eq!(
        (one.rows().await.len(), two.rows().await.len()),
        (2, 1),
        "and goes round no further"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_cannot_be_followed_is_refused() {
    let bench = Bench::new().await;
    let dev = Dev::down().await;
    let endpoint = bench.endpoint("/in", None).await;
    let target = bench.engine.target_for(&dev.url()).await.unwrap().id;
    let rule = ForwardRule {
        target,
        filter: String::new(),
        way: ForwardWay::Through,
        deadline: USUAL_DEADLINE,
    };
    for (rules, why) in [
        (vec![rule.clone(), rule.clone()], "two cannot answer one sender"),
        (
            vec![ForwardRule {
                filter: "is:starred".to_owned(),
                ..rule.clone()
            }],
            "not known yet",
        ),
        (
            vec![ForwardRule {
                filter: "sig:nonsense".to_owned(),
                ..rule.clone()
            }],
            "no filter",
        ),
        (
            vec![ForwardRule {
                deadline: Duration::ZERO,
                ..rule.clone()
            }],
            "no time at all",
        ),
        (
            vec![ForwardRule {
                target: TargetId::generate(),
                ..rule.clone()
            }],
            "no such target",
        ),
    ] {
        assert!(
            bench.engine.set_forwards(endpoint.id, rules).await.is_err(),
            "{why}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drained_queue_commits_once_a_request() {
    const MANY: usize = 40;
    let mut dev = Dev::down().await;
    let bench = Bench::new().await;
    let wanted: Vec<String> = (0..MANY).map(|number| number.to_string()).collect();
    let target = bench.paused_with(&dev, &wanted).await;
    dev.start(200, Duration::ZERO).await;
    let store = &bench.engine.core.store;
    let before = crate::store::tests::commits(store);
    bench.drained(target).await;
    let made = crate::store::tests::commits(store) - before;
    assert_eq!(dev.bodies(), wanted, "all went, in their order");
    assert!(
        made <= MANY + MANY / 4,
        "the end of one and the beginning of the next are one: {made} commits for {MANY}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forward_tells_which_credentials_stayed_here() {
    let dev = Dev::up(200, Duration::ZERO).await;
    let bench = Bench::new().await;
    // What was agreed to counts as being outside, wherever it leads now.
    bench.engine.allow_host(&dev.url()).await.unwrap();
    for (path, way) in [("/once", ForwardWay::AtOnce), ("/through", ForwardWay::Through)] {
        let target = bench.forwards(path, &dev, way, "").await;
        bench
            .send(path, "Authorization: Bearer x\r\nCookie: a=1\r\n", "{}")
            .await;
        bench.held(target, 0).await;
        let id = bench.rows().await[0].id;
        let mut deliveries = Vec::new();
        while deliveries.is_empty() {
            deliveries = bench.engine.deliveries(id).await.unwrap();
            tokio::task::yield_now().await;
        }
        assert_eq!(deliveries[0].withheld, ["Authorization", "Cookie"], "{way:?}");
        let head = dev.heads.lock().unwrap().pop().unwrap();
        assert!(!head.contains("Bearer"), "{way:?}: it did not go: {head}");
    }
    let aim = crate::sending::Aim::Url(dev.url());
    assert!(
        bench.engine.keeps_credentials(&aim).await.unwrap(),
        "which is known beforehand"
    );
}
