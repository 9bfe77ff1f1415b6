//! The façade: opens everything, holds it together, closes it in order.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

use crate::capture::Limits;
use crate::carrying::Carrying;
use crate::changes::{Change, Changes};
use crate::clock::Clock;
use crate::conduct::Conducts;
use crate::error::EngineError;
use crate::examining::Searches;
use crate::forwarding::PassingForward;
use crate::forwarding::drain::Drain;
use crate::grounds::{Source, UnreadableSecret};
use crate::housekeeping::Housekeeping;
use crate::judge::Judge;
use crate::lead::Lead;
use crate::listening::Listening;
use crate::masking::{LastCovered, LastKnown, LastRules};
use crate::model::{SecretPlace, Timestamp};
use crate::options::Options;
use crate::provider::Catalogue;
use crate::recent::Recent;
use crate::recording::Recorder;
use crate::rejudging::{self, Rejudging, Scope};
use crate::remedies::Remedies;
use crate::secrets::Vault;
use crate::sending::courier::Courier;
use crate::sending::handed_out::HandedOut;
use crate::store::{Store, StoreError, StoreOptions};
use crate::unpacking::{LastUnpacked, body_text};

/// How long requests that are being received may take to finish when the engine is shut down.
const GRACE: Duration = Duration::from_secs(5);

/// The product without a window. Clones share it.
#[derive(Clone)]
pub struct Engine {
    pub(crate) core: Arc<Core>,
    pub(crate) listening: Arc<Mutex<Listening>>,
    watchers: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

/// Everything that the listener's side and the person's side both use. Apart from the listener, so that the listener
/// can hold it without holding itself.
pub(crate) struct Core {
    pub(crate) options: Options,
    pub(crate) store: Store,
    /// The providers that come with the program and the person's own.
    pub(crate) catalogue: ArcSwap<Catalogue>,
    pub(crate) vault: Vault,
    pub(crate) judge: ArcSwap<Judge>,
    /// What the judge was made of.
    pub(crate) source: Mutex<Source>,
    /// Secrets whose values could not be read.
    pub(crate) unreadable: ArcSwap<Vec<UnreadableSecret>>,
    /// What was applied of remedies, so that it can be undone.
    pub(crate) remedies: Remedies,
    /// Searches that are under way.
    pub(crate) searches: Searches,
    /// Whether the judge has the secrets that were there when the engine was opened.
    pub(crate) ready: watch::Sender<bool>,
    /// What endpoints do beside keeping requests.
    pub(crate) conducts: ArcSwap<Conducts>,
    /// Held while that is made anew.
    pub(crate) renewing: Mutex<()>,
    pub(crate) recorder: Recorder,
    /// What is forwarded while this program runs.
    pub(crate) passing: std::sync::Mutex<Vec<PassingForward>>,
    pub(crate) drain: Drain,
    pub(crate) lead: Lead,
    pub(crate) rejudging: Rejudging,
    /// Exports and imports that a view asked for.
    pub(crate) carrying: Carrying,
    /// The body that was looked into last.
    pub(crate) unpacked: LastUnpacked,
    /// What was covered last for a screen that others see.
    pub(crate) covered: LastCovered,
    /// What is masked, as it was made out last.
    pub(crate) rules: LastRules,
    /// What is secret in the requests that were shown last.
    pub(crate) known: LastKnown,
    pub(crate) housekeeping: Housekeeping,
    /// Why the last request could not be kept; nothing once one was kept again.
    pub(crate) trouble: ArcSwapOption<StoreError>,
    pub(crate) changes: Changes,
    /// What was just captured, for those who show it.
    pub(crate) recent: Recent,
    pub(crate) clock: Clock,
    pub(crate) courier: Courier,
    /// What copies of templates may hold that were given out.
    pub(crate) handed_out: HandedOut,
    /// What senders may take; swapped when the person changes it.
    pub(crate) limits: Arc<ArcSwap<Limits>>,
}

impl Engine {
    /// Opens the data and starts to watch it. Nothing listens yet.
    ///
    /// # Errors
    /// When the data cannot be used; it is then as it was found.
    pub async fn open(options: Options) -> Result<Self, EngineError> {
        let catalogue = Catalogue::embedded()?;
        let store_options = StoreOptions {
            body_text,
            ..options.store.clone()
        };
        let store = Store::open(&options.data_dir, store_options).await?;
        let judge = Judge::new(Arc::clone(&catalogue));
        let core = Arc::new(Core {
            vault: Vault::new(&options.data_dir, options.secrets),
            clock: options.clock.clone(),
            courier: Courier::new(options.clock.clone()),
            handed_out: HandedOut::default(),
            limits: Arc::new(ArcSwap::from_pointee(options.limits.clone())),
            options,
            store,
            catalogue: ArcSwap::new(catalogue),
            judge: ArcSwap::from_pointee(judge),
            source: Mutex::default(),
            unreadable: ArcSwap::default(),
            remedies: Remedies::default(),
            searches: Searches::default(),
            ready: watch::Sender::new(false),
            conducts: ArcSwap::default(),
            renewing: Mutex::default(),
            recorder: Recorder::new(),
            passing: std::sync::Mutex::default(),
            drain: Drain::default(),
            lead: Lead::default(),
            rejudging: Rejudging::default(),
            carrying: Carrying::default(),
            unpacked: LastUnpacked::default(),
            covered: LastCovered::default(),
            rules: LastRules::default(),
            known: LastKnown::default(),
            housekeeping: Housekeeping::default(),
            trouble: ArcSwapOption::empty(),
            changes: Changes::default(),
            recent: Recent::default(),
        });
        let watchers = vec![
            tokio::spawn(watch(Arc::clone(&core))),
            tokio::spawn(crate::arrivals::tell_of_marks(Arc::clone(&core))),
            tokio::spawn(crate::arrivals::tell_of_backlog(Arc::clone(&core))),
        ];
        let engine = Self {
            core,
            listening: Arc::default(),
            watchers: Arc::new(Mutex::new(watchers)),
        };
        engine.core.renew_limits().await?;
        Ok(engine)
    }

    /// The folder with all data.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.core.options.data_dir
    }

    /// Where changes are told.
    #[must_use]
    pub fn changes(&self) -> &Changes {
        &self.core.changes
    }

    /// All providers, the person's own among them.
    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.core.catalogue.load_full()
    }

    /// Ends once the judge has the secrets and schemes that were there when the engine was opened.
    pub async fn ready(&self) {
        let mut ready = self.core.ready.subscribe();
        // An engine that ends wakes this too.
        let _ = ready.wait_for(|ready| *ready).await;
    }

    /// The present instant, by the engine's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.core.clock.now()
    }

    /// Where new secrets are kept.
    pub async fn secrets_place(&self) -> SecretPlace {
        self.core.vault.place().await
    }

    /// Why there is no keychain, where one was wanted.
    pub async fn keychain_trouble(&self) -> Option<String> {
        self.core.vault.trouble().await
    }

    /// Ends once everything that was captured has been judged again after the last change of an endpoint or a secret.
    pub async fn settled(&self) {
        self.core.rejudging.finish().await;
    }

    /// Stops listening, lets what is being received finish, and closes the data. What is asked afterwards fails.
    pub async fn shut_down(&self) {
        let listener = self.listening.lock().await.take();
        if let Some(listener) = listener {
            listener.shut_down(GRACE).await;
        }
        self.core.carrying.stop();
        self.core.courier.stop().await;
        self.core.drain.stop().await;
        self.core.recorder.stop().await;
        self.core.lead.leave();
        self.core.rejudging.stop().await;
        self.core.housekeeping.stop().await;
        for watcher in self.watchers.lock().await.drain(..) {
            watcher.abort();
        }
        self.core.store.close().await;
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Engine")
            .field("data_dir", &self.core.options.data_dir)
            .finish_non_exhaustive()
    }
}

/// Reads the secrets once, then follows what other processes change in the same data.
async fn watch(core: Arc<Core>) {
    let mut foreign = core.store.watch_foreign_changes();
    let mut before = None;
    loop {
        match core.renew_judge().await {
            // What came after the other process had judged again, and before this one knew, was judged by the old
            // endpoints. Another process's requests alone are no reason: they were judged by it.
            Ok(grounds) => {
                if let Some((endpoints, own)) = before.replace(grounds.clone()) {
                    if endpoints != grounds.0 || own != grounds.1 {
                        core.changes.tell(Change::Endpoints);
                    }
                    let scope = if own == grounds.1 {
                        Scope::between(&endpoints, &grounds.0)
                    } else {
                        Scope::everything()
                    };
                    rejudging::start(&core, scope).await;
                }
            }
            Err(error) => tracing::warn!(%error, "the endpoints cannot be read"),
        }
        if let Err(error) = core.renew_conducts().await {
            tracing::warn!(%error, "what endpoints do cannot be read");
        }
        core.drain.wake();
        if let Err(error) = core.renew_limits().await {
            tracing::warn!(%error, "the limits cannot be read");
        }
        core.ready.send_replace(true);
        core.housekeeping.renew(&core).await;
        // Told after the renewal, so that who asks again sees it.
        core.changes.tell(Change::Everything);
        if foreign.changed().await.is_err() {
            return;
        }
    }
}
