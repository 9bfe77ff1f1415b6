//! What the person has chosen, kept with the data.

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// The URL that was last sent to.
    pub last_target: Option<String>,
}

const THEME: &str = "theme";
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
            last_target: store
                .setting(LAST_TARGET)
                .await?
                .and_then(|value| value.as_str().map(str::to_owned)),
        })
    }

    /// Keeps what the person chooses.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn save_settings(&self, settings: &Settings) -> Result<(), EngineError> {
        let theme = serde_json::to_value(settings.theme).unwrap_or(Value::Null);
        let store = &self.core.store;
        store.set_setting(THEME, &theme).await?;
        store
            .set_setting(LAST_TARGET, &settings.last_target.clone().into())
            .await?;
        self.core.changes.tell(Change::Status);
        Ok(())
    }
}
