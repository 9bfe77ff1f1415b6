//! What has to be done now and then while a program runs for long: keeping the history within its limits, removing for
//! good what can no longer be brought back, and looking whether the data file is still there and whole.
//!
//! A command that ends at once does none of this; the engine begins with it when it begins to listen.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

use crate::changes::Change;
use crate::engine::{Core, Engine};
use crate::error::EngineError;
use crate::store::{Health, RetentionLimits, StoreError, Usage};

/// The work under way.
#[derive(Default)]
pub(crate) struct Housekeeping {
    running: Mutex<Option<Running>>,
}

struct Running {
    /// Dropping it ends the keeping within limits.
    limits: watch::Sender<RetentionLimits>,
    health: watch::Receiver<Health>,
    tasks: Vec<JoinHandle<()>>,
}

impl Housekeeping {
    /// Begins, unless it is under way.
    pub(crate) async fn start(&self, core: &Arc<Core>) {
        let mut running = self.running.lock().await;
        if running.is_some() {
            return;
        }
        let limits = watch::Sender::new(core.retention().await.unwrap_or(core.options.retention));
        let health = core.store.watch_health();
        let keeping = core
            .store
            .clone()
            .keep_within(limits.subscribe(), core.clock.clone());
        let watching = tell_of_health(Arc::clone(core), health.clone());
        let purging = crate::discarding::purge_what_is_over(Arc::clone(core));
        let tasks = vec![
            tokio::spawn(keeping),
            tokio::spawn(watching),
            tokio::spawn(purging),
        ];
        *running = Some(Running {
            limits,
            health,
            tasks,
        });
    }

    /// Takes over limits that were chosen anew, here or in another program.
    pub(crate) async fn renew(&self, core: &Core) {
        if let Some(running) = &*self.running.lock().await
            && let Ok(chosen) = core.retention().await
        {
            running
                .limits
                .send_if_modified(|limits| std::mem::replace(limits, chosen) != chosen);
        }
    }

    /// Ends what is under way.
    pub(crate) async fn stop(&self) {
        if let Some(running) = self.running.lock().await.take() {
            for task in running.tasks {
                task.abort();
            }
        }
    }

    async fn health(&self) -> Health {
        self.running
            .lock()
            .await
            .as_ref()
            .map(|running| running.health.borrow().clone())
            .unwrap_or_default()
    }
}

/// How often is tried whether what kept requests from being kept is over.
const PROBE: Duration = Duration::from_secs(2);

async fn tell_of_health(core: Arc<Core>, mut health: watch::Receiver<Health>) {
    let mut probe = tokio::time::interval(PROBE);
    probe.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            changed = health.changed() => match changed {
                Ok(()) => core.changes.tell(Change::Status),
                Err(_) => return,
            },
            _ = probe.tick() => look_for_recovery(&core).await,
        }
    }
}

/// Nobody may send for hours: that requests can be kept again is found without one.
async fn look_for_recovery(core: &Core) {
    let Some(before) = core.trouble.load_full() else {
        return;
    };
    let now = core.store.probe().await.err();
    // A request that was kept or refused meanwhile knows better.
    let same = core
        .trouble
        .load_full()
        .is_some_and(|there| Arc::ptr_eq(&there, &before));
    if same && now.as_ref() != Some(&*before) {
        core.trouble.store(now.map(Arc::new));
        core.changes.tell(Change::Status);
    }
}

impl Engine {
    /// What is known of the state of the data file; nothing before the engine listens.
    pub async fn health(&self) -> Health {
        self.core.housekeeping.health().await
    }

    /// What keeps requests from being kept now, if anything does: the state of the file, or the last failure.
    pub async fn store_trouble(&self) -> Option<StoreError> {
        let problem = self.health().await.problem;
        problem.or_else(|| self.core.trouble.load_full().map(|error| (*error).clone()))
    }

    /// How many requests at least were kept before and are not there any more.
    #[must_use]
    pub fn lost_requests(&self) -> Option<u64> {
        self.core.store.lost()
    }

    /// What makes the data folder a bad place for a data file, in words.
    #[must_use]
    pub fn folder_reservation(&self) -> Option<String> {
        self.core.store.reservation()
    }

    /// What the data uses of the disk.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn usage(&self) -> Result<Usage, EngineError> {
        Ok(self.core.store.usage().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::tests::Bench;

    #[tokio::test]
    async fn what_is_over_is_known_to_be_over_without_a_request() {
        let bench = Bench::new().await;
        let mut other = crate::store::tests::unmanaged(&bench.folder.path().join("hookbench.db")).await;
        sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
        let core = &bench.engine.core;
        let locked = core.store.set_setting("a", &1.into()).await.unwrap_err();
        core.trouble.store(Some(Arc::new(locked)));
        assert_eq!(
            core.store.probe().await,
            Err(StoreError::Locked),
            "it is found to go on"
        );
        assert_eq!(
            bench.engine.store_trouble().await,
            Some(StoreError::Locked),
            "and is said"
        );
        let mut changes = bench.engine.changes().subscribe();
        sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
        let over = async {
            while bench.engine.store_trouble().await.is_some() {
                let _ = changes.next().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), over)
            .await
            .expect("nobody has to send for it, and the window hears of it");
    }
}
