//! What the person has chosen, kept with the data.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::capture::Limits;
use crate::changes::Change;
use crate::engine::Engine;
use crate::error::EngineError;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the desktop says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What the person has chosen. What was never chosen is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// The largest body that is kept whole, bytes; holds for connections that are opened afterwards.
    pub body_limit: Option<u64>,
    /// The URL that was last sent to.
    pub last_target: Option<String>,
}

/// The largest limit that can be chosen for a body, bytes: it must fit into memory to be checked.
const LARGEST_BODY: u64 = 1 << 30;

const THEME: &str = "theme";
const BODY_LIMIT: &str = "body_limit";
const LAST_TARGET: &str = "last_target";

impl Engine {
    /// What the person has chosen.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn settings(&self) -> Result<Settings, EngineError> {
        let store = &self.core.store;
        Ok(Settings {
            theme: store
                .setting(THEME)
                .await?
                .and_then(|value| serde_json::from_value(value).ok())
                .unwrap_or_default(),
            body_limit: store.setting(BODY_LIMIT).await?.and_then(|value| value.as_u64()),
            last_target: store
                .setting(LAST_TARGET)
                .await?
                .and_then(|value| value.as_str().map(str::to_owned)),
        })
    }

    /// Keeps what the person chooses.
    ///
    /// # Errors
    /// When the limit is 0 or over 1 GiB, or the store cannot write.
    pub async fn save_settings(&self, settings: &Settings) -> Result<(), EngineError> {
        if let Some(limit) = settings
            .body_limit
            .filter(|limit| !(1..=LARGEST_BODY).contains(limit))
        {
            return Err(EngineError::bad_input(
                format!("`{limit}` bytes cannot be the limit of a body"),
                "choose 1 byte to 1 GiB",
            ));
        }
        let theme = serde_json::to_value(settings.theme).unwrap_or(Value::Null);
        let store = &self.core.store;
        store.set_setting(THEME, &theme).await?;
        store.set_setting(BODY_LIMIT, &settings.body_limit.into()).await?;
        store
            .set_setting(LAST_TARGET, &settings.last_target.clone().into())
            .await?;
        self.apply_limits(settings);
        self.core.changes.tell(Change::Status);
        Ok(())
    }

    /// New connections get the limits that were chosen.
    pub(crate) fn apply_limits(&self, settings: &Settings) {
        let given = &self.core.options.limits;
        let body = settings.body_limit.unwrap_or(given.body);
        self.core.limits.store(Arc::new(Limits {
            body,
            ..given.clone()
        }));
    }
}
