//! Follows what arrives for the tray and for notifications: at most once a second, whatever the traffic.

use std::sync::Arc;
use std::time::Duration;

use hookbench_engine::model::Sequence;
use hookbench_engine::{DesktopSettings, Engine, PageQuery};
use tokio::time::Instant;

use crate::desk::Desk;
use crate::notice::{self, Bell};

/// How long arrivals are gathered before they are told.
const GATHER: Duration = Duration::from_secs(1);
/// How long a watched place is quiet after it was told of.
const QUIET: Duration = Duration::from_secs(10);
/// So many are counted; more are "and more".
const COUNTED: u32 = 1_000;

/// Follows the engine of the desk, and another one when the data is opened anew.
pub(crate) async fn follow(desk: Arc<Desk>) {
    let mut openings = desk.running().openings();
    loop {
        openings.borrow_and_update();
        if let Ok(engine) = desk.running().engine() {
            tokio::select! {
                () = follow_engine(&desk, &engine) => {}
                _ = openings.changed() => {}
            }
        } else if openings.changed().await.is_err() {
            return;
        }
    }
}

async fn follow_engine(desk: &Arc<Desk>, engine: &Engine) {
    let mut changes = engine.changes().subscribe();
    let mut watch = Watch {
        seen: engine.newest().await.unwrap_or(Sequence(0)),
        places: Vec::new(),
    };
    if let Some(chosen) = desk.follow_choice(engine).await {
        watch.choose(engine, &chosen).await;
    }
    let mut due = Some(Instant::now());
    loop {
        let wait = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            batch = changes.next() => {
                if batch.status || batch.endpoints || batch.everything {
                    if let Some(chosen) = desk.follow_choice(engine).await {
                        watch.choose(engine, &chosen).await;
                    }
                    due.get_or_insert_with(Instant::now);
                }
                if batch.arrived > 0 || batch.everything {
                    due.get_or_insert_with(|| Instant::now() + GATHER);
                }
            }
            () = desk.came_back.notified() => due = Some(Instant::now()),
            () = wait => due = watch.look(desk, engine).await,
        }
    }
}

/// What is watched.
struct Watch {
    /// The newest request when the person last had the window in front of them.
    seen: Sequence,
    places: Vec<Place>,
}

/// An endpoint or a saved filter.
struct Place {
    /// What it is called.
    name: String,
    filter: String,
    /// The newest request that was told of, or came before it was watched.
    told: Sequence,
    quiet_until: Option<Instant>,
    bell: Bell,
}

impl Watch {
    /// Watches what the person chose; what was watched already goes on.
    async fn choose(&mut self, engine: &Engine, chosen: &DesktopSettings) {
        let mut wanted = Vec::new();
        if !chosen.watched_endpoints.is_empty() {
            for endpoint in engine.endpoints().await.unwrap_or_default() {
                if chosen.watched_endpoints.contains(&endpoint.id.to_string()) {
                    wanted.push((endpoint.path.clone(), notice::endpoint_filter(&endpoint.path)));
                }
            }
        }
        if !chosen.watched_filters.is_empty() {
            for state in engine.saved_filters().await.unwrap_or_default() {
                if chosen.watched_filters.contains(&state.saved.name) {
                    wanted.push((state.saved.name, state.saved.filter));
                }
            }
        }
        let mut before = std::mem::take(&mut self.places);
        let newest = engine.newest().await.unwrap_or(self.seen);
        for (name, filter) in wanted {
            let known = before
                .iter()
                .position(|place| place.name == name && place.filter == filter);
            self.places.push(known.map_or_else(
                || Place {
                    name,
                    filter,
                    told: newest,
                    quiet_until: None,
                    bell: Bell::default(),
                },
                |known| before.swap_remove(known),
            ));
        }
    }

    /// Tells what is new; says when to look again, if by itself.
    async fn look(&mut self, desk: &Arc<Desk>, engine: &Engine) -> Option<Instant> {
        let newest = engine.newest().await.ok()?;
        let in_front = desk.is_in_front();
        if in_front || newest < self.seen {
            self.seen = newest;
        }
        let fresh = u64::try_from(newest.0 - self.seen.0).unwrap_or(0);
        desk.tell_tray(fresh, engine.listener().await.paused);
        let now = Instant::now();
        let mut again = None;
        for place in &mut self.places {
            if in_front {
                place.told = newest;
                continue;
            }
            if let Some(until) = place.quiet_until.filter(|until| *until > now) {
                again = again.into_iter().chain([until]).min();
                continue;
            }
            let query = PageQuery {
                after: Some(place.told),
                limit: COUNTED,
                // What was taken from a file did not arrive.
                filter: format!("{} -is:imported", place.filter),
                ..PageQuery::default()
            };
            let Ok(page) = engine.requests(&query).await else {
                continue;
            };
            place.told = page.rows.first().map_or(newest, |row| row.sequence.max(newest));
            if let Some(row) = page.rows.first() {
                place.quiet_until = Some(now + QUIET);
                // Where it is not known whether somebody else sees it, nothing of it is said.
                let newest = engine.called_for_others(row).await.unwrap_or_default();
                let said = notice::say(&place.name, page.rows.len(), page.more, &newest);
                place.bell.ring(said, row.id, Arc::clone(desk));
            }
        }
        again
    }
}
