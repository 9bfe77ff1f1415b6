//! The engine as a shell holds it: it may not have opened, and can then be opened after all without a new start.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use hookbench_engine::store::{StoreError, set_aside};
use hookbench_engine::{Engine, Listen, Options};
use tokio::sync::{Mutex, watch};

use crate::desktop::Desktop;
use crate::error::{ApiError, Code};

/// What a shell runs on: the engine, or why there is none. Clones share it.
#[derive(Debug, Clone)]
pub struct Running {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: Options,
    listen: Listen,
    engine: RwLock<Result<Engine, ApiError>>,
    /// Held by who opens it anew.
    turn: Mutex<()>,
    /// Rises when it was opened anew.
    openings: watch::Sender<u64>,
    desktop: OnceLock<Arc<dyn Desktop>>,
}

impl Running {
    /// Opens the data. `listen` is where a listener is started once the data was opened later; the first is the
    /// caller's to start.
    pub async fn open(options: Options, listen: Listen) -> Self {
        let engine = Engine::open(options.clone()).await.map_err(ApiError::from);
        Self {
            inner: Arc::new(Inner {
                options,
                listen,
                engine: RwLock::new(engine),
                turn: Mutex::default(),
                openings: watch::Sender::new(0),
                desktop: OnceLock::new(),
            }),
        }
    }

    /// The engine.
    ///
    /// # Errors
    /// Why there is none.
    pub fn engine(&self) -> Result<Engine, ApiError> {
        self.inner
            .engine
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Rises each time the data was opened anew: who follows an engine then follows another.
    #[must_use]
    pub fn openings(&self) -> watch::Receiver<u64> {
        self.inner.openings.subscribe()
    }

    /// Says on which desktop the window stands. The first word counts.
    pub fn stand_on(&self, desktop: Arc<dyn Desktop>) {
        let _ = self.inner.desktop.set(desktop);
    }

    /// The desktop that the window stands on.
    ///
    /// # Errors
    /// In a browser, where there is none.
    pub(crate) fn desktop(&self) -> Result<&dyn Desktop, ApiError> {
        self.inner.desktop.get().map(Arc::as_ref).ok_or_else(|| ApiError {
            code: Code::Failed,
            message: "this can be done in the window only".to_owned(),
            hint: Some("open the same data in the window of Hookbench".to_owned()),
        })
    }

    /// Opens the data again. With `aside` the file that cannot be used is moved to a dated name first, and a new one
    /// begun; a file that is in order never is.
    ///
    /// # Errors
    /// When the file is in order, or cannot be moved, or cannot be opened.
    pub(crate) async fn start_over(&self, aside: bool) -> Result<Option<PathBuf>, ApiError> {
        let _turn = self.inner.turn.lock().await;
        let usable = match self.engine() {
            Ok(engine) => {
                let damaged = matches!(engine.store_trouble().await, Some(StoreError::Corrupt { .. }));
                if damaged && aside {
                    engine.shut_down().await;
                }
                !damaged
            }
            Err(error) => error.code != Code::Unusable,
        };
        if aside && usable {
            return Err(ApiError {
                code: Code::BadInput,
                message: "nothing was set aside: the data file is not known to be damaged".to_owned(),
                hint: Some("try again without setting it aside".to_owned()),
            });
        }
        if !aside && self.engine().is_ok() {
            return Ok(None);
        }
        let Inner { options, listen, .. } = &*self.inner;
        let moved = if aside {
            let opening = |error| ApiError::from(hookbench_engine::EngineError::Open(error));
            Some(set_aside(&options.data_dir, options.clock.now()).map_err(opening)?)
        } else {
            None
        };
        let opened = Engine::open(options.clone()).await.map_err(ApiError::from);
        if let Ok(engine) = &opened
            && let Err(error) = engine.listen(*listen).await
        {
            tracing::warn!(%error, "the listener did not start");
        }
        let result = opened.clone().map(|_| moved);
        *self.inner.engine.write().unwrap_or_else(PoisonError::into_inner) = opened;
        self.inner.openings.send_modify(|openings| *openings += 1);
        result
    }

    /// Shuts the engine down, where there is one.
    pub async fn shut_down(&self) {
        if let Ok(engine) = self.engine() {
            engine.shut_down().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use hookbench_engine::secrets::Preference;
    use serde_json::json;

    use super::*;
    use crate::commands::dispatch;

    async fn open(folder: &std::path::Path) -> Running {
        let options = Options {
            secrets: Preference::Files,
            ..Options::at(Some(folder.to_owned()))
        };
        let listen = Listen {
            port: Some(0),
            ..Listen::default()
        };
        Running::open(options, listen).await
    }

    #[tokio::test]
    async fn data_that_cannot_be_used_is_set_aside_when_asked_and_never_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hookbench.db");
        let garbage = b"no data file".repeat(1_000);
        std::fs::write(&file, &garbage).unwrap();
        let running = open(folder.path()).await;
        let refused = dispatch(&running, "status", json!({})).await.unwrap_err();
        assert_eq!(
            refused.code,
            Code::Unusable,
            "the shell can tell that there is a way on: {refused:?}"
        );
        let again = dispatch(&running, "start_over", json!({ "setAside": false })).await;
        assert_eq!(again.unwrap_err().code, Code::Unusable, "it is what it was");
        assert_eq!(std::fs::read(&file).unwrap(), garbage, "untouched");

        let done = dispatch(&running, "start_over", json!({ "setAside": true }))
            .await
            .unwrap();
        let aside = done["aside"].as_str().expect("it says where the old file is");
        assert_eq!(std::fs::read(aside).unwrap(), garbage, "kept as it was");
        let status = dispatch(&running, "status", json!({})).await.unwrap();
        assert_eq!(
            status["listener"]["listening"], true,
            "and capturing goes on without a new start"
        );
        let refused = dispatch(&running, "start_over", json!({ "setAside": true })).await;
        assert_eq!(
            refused.unwrap_err().code,
            Code::BadInput,
            "data in order is never set aside"
        );
        running.shut_down().await;
    }

    #[tokio::test]
    async fn data_that_could_not_be_opened_is_opened_once_its_trouble_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hookbench.db");
        std::fs::create_dir(&file).unwrap();
        let running = open(folder.path()).await;
        let refused = running.engine().unwrap_err();
        assert_eq!(refused.code, Code::Unopened, "{refused:?}");
        let aside = running.start_over(true).await.unwrap_err();
        assert_eq!(
            aside.code,
            Code::BadInput,
            "what is not known to be damaged is not set aside"
        );
        std::fs::remove_dir(&file).unwrap();
        assert_eq!(running.start_over(false).await, Ok(None), "it opens");
        assert!(running.engine().is_ok(), "and runs");
        running.shut_down().await;
    }

    #[tokio::test]
    async fn a_browser_starts_no_program_on_this_machine() {
        let folder = tempfile::tempdir().unwrap();
        let running = open(folder.path()).await;
        let arguments = json!({
            "id": "0191f0a2-7b1c-7d3e-8f4a-5b6c7d8e9f00",
            "link": "https://example.test/confirm",
        });
        let refused = dispatch(&running, "open_offer", arguments).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.message.as_str()),
            (Code::Failed, "this can be done in the window only"),
            "refused before the request is even looked for"
        );
        running.shut_down().await;
    }
}
