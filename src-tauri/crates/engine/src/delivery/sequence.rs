//! Many requests sent one after the other or several at once, at a pace.
//!
//! The steps come as a stream and what came of each is handed on as it ends, so that a run of any length needs room
//! only for what is under way. Nothing is decided here about what goes, how it is sent or what is kept.

use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, Stream, StreamExt};
use tokio::sync::watch;
use tokio::time::Instant;

use super::cancel::Cancel;
use crate::model::{Attempt, Ending, Tally, Timestamp};

/// When each request begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// As soon as there is room among those under way.
    AtOnce,
    /// So many a second, evenly.
    PerSecond(f64),
    /// With the gaps in which they came, this many times as fast.
    Original {
        /// 1 is as they came, 10 is ten times as fast.
        speed: f64,
    },
}

/// How a run goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Replay {
    /// When each request begins.
    pub pace: Pace,
    /// How many may be under way; 1 keeps them in order.
    pub parallel: NonZeroUsize,
}

/// One step of a run.
#[derive(Debug, Clone)]
pub struct Step<W> {
    /// When the request that it was made from came.
    pub received_at: Timestamp,
    /// What goes.
    pub what: W,
}

/// Counts how an attempt ended.
pub(crate) fn count(tally: &mut Tally, attempt: &Attempt) {
    let place = match Ending::of(attempt.outcome, attempt.status) {
        Ending::Delivered => &mut tally.delivered,
        Ending::Refused => &mut tally.refused,
        Ending::Failed => &mut tally.failed,
        Ending::Cancelled => &mut tally.cancelled,
    };
    *place += 1;
}

/// Has each of `steps` sent by `send` and hands what came of it to `ended`. When `cancel` is raised nothing more begins;
/// what is under way sees the flag by itself. While `paused` says so nothing begins, and the moments of what follows
/// move by as long as that lasts.
///
/// A step that `ended` has not come back from holds its place: who keeps attempts slowly slows the run.
pub async fn replay<W, R, S, K>(
    steps: impl Stream<Item = Step<W>>,
    how: Replay,
    cancel: &Cancel,
    paused: &watch::Sender<bool>,
    send: impl Fn(W) -> S,
    mut ended: impl FnMut(R) -> K,
) where
    S: Future<Output = R>,
    K: Future<Output = ()>,
{
    let mut steps = pin!(steps.fuse());
    let mut cancelled = pin!(cancel.cancelled());
    let mut pauses = paused.subscribe();
    let mut held: Option<Instant> = None;
    let mut running = FuturesUnordered::new();
    let mut begin = Beginning::new(how.pace);
    let mut next: Option<(W, Instant)> = None;
    let mut exhausted = false;
    let mut stopped = cancel.is_cancelled();
    loop {
        if running.is_empty() && (stopped || (exhausted && next.is_none())) {
            return;
        }
        let now_paused = *pauses.borrow_and_update();
        if let (true, None) = (now_paused, held) {
            held = Some(Instant::now());
        } else if let (false, Some(since)) = (now_paused, held) {
            held = None;
            begin.move_by(since.elapsed());
            if let Some((_, at)) = &mut next {
                *at += since.elapsed();
            }
        }
        let room = running.len() < how.parallel.get() && !stopped && !now_paused;
        let due = next.as_ref().map(|(_, at)| *at);
        tokio::select! {
            biased;
            // Wakes a run that waits for its next moment, or for its next step.
            () = &mut cancelled, if !stopped => stopped = true,
            Some(result) = running.next() => ended(result).await,
            Ok(()) = pauses.changed() => {}
            step = steps.next(), if room && next.is_none() && !exhausted => match step {
                Some(step) => next = Some((step.what, begin.at(step.received_at))),
                None => exhausted = true,
            },
            () = until(due), if room && due.is_some() => {
                if let Some((what, _)) = next.take() {
                    running.push(send(what));
                }
            }
        }
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) if due > Instant::now() => tokio::time::sleep_until(due).await,
        _ => {}
    }
}

/// The moments at which steps begin, counted from the first, so that delays do not add up.
struct Beginning {
    pace: Pace,
    first: Option<(Instant, Timestamp)>,
    count: u32,
}

impl Beginning {
    const fn new(pace: Pace) -> Self {
        Self {
            pace,
            first: None,
            count: 0,
        }
    }

    /// What has not begun yet begins so much later.
    fn move_by(&mut self, pause: Duration) {
        if let Some((start, _)) = &mut self.first {
            *start += pause;
        }
    }

    fn at(&mut self, received_at: Timestamp) -> Instant {
        let (start, first) = *self.first.get_or_insert_with(|| (Instant::now(), received_at));
        let since = match self.pace {
            Pace::AtOnce => 0.0,
            Pace::PerSecond(rate) => ratio(f64::from(self.count), rate),
            Pace::Original { speed } => {
                let micros = received_at.as_micros().saturating_sub(first.as_micros()).max(0);
                ratio(Duration::from_micros(micros.unsigned_abs()).as_secs_f64(), speed)
            }
        };
        self.count = self.count.saturating_add(1);
        // A rate of nothing, or a gap beyond all time, is as good as a year.
        let year = Duration::from_secs(365 * 24 * 3600);
        start + Duration::try_from_secs_f64(since).unwrap_or(year).min(year)
    }
}

/// Nothing stays nothing, whatever it is divided by: the first step begins at once at any rate.
fn ratio(number: f64, by: f64) -> f64 {
    if number > 0.0 { number / by } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use futures_util::stream;
    use tokio::io::AsyncWriteExt;

    use super::super::scripted::{Target, drain, post, read_request};
    use super::super::{Client, ClientSettings, Outgoing, Reach, Reuse};
    use super::*;
    use crate::clock::Clock;

    fn client() -> Client {
        Client::new(
            ClientSettings {
                reuse: Reuse::Always,
                ..ClientSettings::default()
            },
            Clock::system(),
        )
    }

    type Numbered = (usize, Outgoing);

    fn steps(target: &Target, count: usize) -> impl Stream<Item = Step<Numbered>> {
        let url = target.url("/");
        stream::iter((0..count).map(move |number| Step {
            received_at: Timestamp::from_micros(number as i64 * 20_000),
            what: (number, post(&url, number.to_string())),
        }))
    }

    /// Runs `steps` with a client and tells how they ended; `ended` hears of the number of each.
    async fn run<K: Future<Output = ()>>(
        steps: impl Stream<Item = Step<Numbered>>,
        how: Replay,
        cancel: &Cancel,
        paused: &watch::Sender<bool>,
        mut ended: impl FnMut(usize) -> K,
    ) -> Tally {
        let client = &client();
        let mut tally = Tally::default();
        let send = |(number, outgoing): Numbered| async move {
            (number, client.send_within(&outgoing, Reach::Other, cancel).await)
        };
        replay(steps, how, cancel, paused, send, |(number, attempt)| {
            count(&mut tally, &attempt);
            ended(number)
        })
        .await;
        tally
    }

    /// A run that is never held.
    fn never() -> watch::Sender<bool> {
        watch::Sender::new(false)
    }

    fn how(pace: Pace, parallel: usize) -> Replay {
        Replay {
            pace,
            parallel: NonZeroUsize::new(parallel).unwrap(),
        }
    }

    /// Answers each request of a connection with 200, or 500 where its body is `3`, and keeps the bodies.
    async fn keeping(bodies: Arc<Mutex<Vec<String>>>) -> Target {
        Target::with(move |mut stream| {
            let bodies = Arc::clone(&bodies);
            async move {
                loop {
                    let request = read_request(&mut stream).await;
                    let text = String::from_utf8_lossy(&request).into_owned();
                    let Some((_, body)) = text.split_once("\r\n\r\n") else {
                        return;
                    };
                    bodies.lock().unwrap().push(body.to_owned());
                    let status = if body == "3" { 500 } else { 200 };
                    let answer = format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n");
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        })
        .await
    }

    #[tokio::test]
    async fn one_at_a_time_keeps_the_order_and_one_connection() {
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let target = keeping(Arc::clone(&bodies)).await;
        let numbers = Mutex::new(Vec::new());
        let ended = |number| {
            numbers.lock().unwrap().push(number);
            std::future::ready(())
        };
        let tally = run(
            steps(&target, 5),
            how(Pace::AtOnce, 1),
            &Cancel::new(),
            &never(),
            ended,
        )
        .await;
        assert_eq!(
            tally,
            Tally {
                delivered: 4,
                refused: 1,
                ..Tally::default()
            },
            "each is counted"
        );
        assert_eq!(
            *bodies.lock().unwrap(),
            ["0", "1", "2", "3", "4"],
            "in their order"
        );
        assert_eq!(
            numbers.into_inner().unwrap(),
            [0, 1, 2, 3, 4],
            "each attempt is handed on with its number"
        );
        assert_eq!(target.connections(), 1, "over one connection");
    }

    #[tokio::test]
    async fn no_more_than_asked_for_are_under_way() {
        let (under_way, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (counted, highest) = (Arc::clone(&under_way), Arc::clone(&most));
        let target = Target::with(move |mut stream| {
            let (counted, highest) = (Arc::clone(&counted), Arc::clone(&highest));
            async move {
                while !read_request(&mut stream).await.is_empty() {
                    highest.fetch_max(counted.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    counted.fetch_sub(1, Ordering::SeqCst);
                    let _ = stream.write_all(b"HTTP/1.1 204 x\r\n\r\n").await;
                }
            }
        })
        .await;
        let ended = |_| std::future::ready(());
        let tally = run(
            steps(&target, 20),
            how(Pace::AtOnce, 4),
            &Cancel::new(),
            &never(),
            ended,
        )
        .await;
        assert_eq!(tally.delivered, 20, "all of them went");
        assert_eq!(most.load(Ordering::SeqCst), 4, "four at once and never five");
    }

    #[tokio::test]
    async fn cancelling_ends_a_run_and_what_is_under_way() {
        let target = Target::with(|mut stream| async move { drain(&mut stream).await }).await;
        let cancel = Cancel::new();
        let paused = never();
        let run = run(
            steps(&target, 1000),
            how(Pace::AtOnce, 3),
            &cancel,
            &paused,
            |_| std::future::ready(()),
        );
        let stop = async {
            while target.connections() < 3 {
                tokio::task::yield_now().await;
            }
            cancel.cancel();
        };
        let (tally, ()) = tokio::join!(run, stop);
        assert_eq!(
            tally,
            Tally {
                cancelled: 3,
                ..Tally::default()
            },
            "three were under way and no other began"
        );
    }

    #[tokio::test]
    async fn cancelling_wakes_a_run_that_waits_for_its_next_moment() {
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let target = keeping(Arc::clone(&bodies)).await;
        let cancel = Cancel::new();
        let ended = |_| {
            cancel.cancel();
            std::future::ready(())
        };
        let tally = run(
            steps(&target, 9),
            how(Pace::PerSecond(0.001), 1),
            &cancel,
            &never(),
            ended,
        )
        .await;
        assert_eq!(
            tally.delivered, 1,
            "the second would have begun after a quarter of an hour"
        );
    }

    #[tokio::test]
    async fn a_run_that_is_held_begins_nothing_until_it_goes_on() {
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let target = keeping(Arc::clone(&bodies)).await;
        let paused = never();
        let (reached, mut told) = watch::channel(false);
        let ended = |number| {
            if number == 1 {
                paused.send_replace(true);
                reached.send_replace(true);
            }
            std::future::ready(())
        };
        let cancel = Cancel::new();
        let run = run(steps(&target, 4), how(Pace::AtOnce, 1), &cancel, &paused, ended);
        let going_on = async {
            told.wait_for(|reached| *reached).await.unwrap();
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
            assert_eq!(bodies.lock().unwrap().len(), 2, "held after the second");
            paused.send_replace(false);
        };
        let (tally, ()) = tokio::join!(run, going_on);
        assert_eq!(tally.delivered + tally.refused, 4, "all of them went in the end");
    }

    #[test]
    fn moments_are_counted_from_the_first() {
        let seconds = |pace, micros: &[i64]| -> Vec<f64> {
            let mut beginning = Beginning::new(pace);
            let moments: Vec<_> = micros
                .iter()
                .map(|at| beginning.at(Timestamp::from_micros(*at)))
                .collect();
            moments
                .iter()
                .map(|moment| moment.duration_since(moments[0]).as_secs_f64())
                .collect()
        };
        assert_eq!(seconds(Pace::AtOnce, &[0, 5_000_000]), [0.0, 0.0], "no gap");
        assert_eq!(
            seconds(Pace::PerSecond(4.0), &[0, 0, 0]),
            [0.0, 0.25, 0.5],
            "even gaps"
        );
        assert_eq!(
            seconds(Pace::Original { speed: 2.0 }, &[7, 4_000_007, 3_000_007]),
            [0.0, 2.0, 1.5],
            "as they came"
        );
        let year = 365.0 * 24.0 * 3600.0;
        assert_eq!(
            seconds(Pace::PerSecond(0.0), &[0, 0]),
            [0.0, year],
            "no rate is no panic"
        );
    }
}
