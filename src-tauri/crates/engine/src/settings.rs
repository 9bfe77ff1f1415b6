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

/// What closing the window does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// Hookbench ends, and with it capturing.
    #[default]
    Quits,
    /// The window is hidden and capturing goes on, where a tray brings it back.
    Hides,
}

/// What the window does on the desktop it stands on. What a later version adds is read as its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DesktopSettings {
    /// Whether there is a tray icon, where the desktop has a tray.
    pub tray: bool,
    /// What closing the window does.
    pub closing: Closing,
    /// Whether the window has a menu bar, where that is a matter of choice.
    pub menu_bar: bool,
    /// The ids of the endpoints whose new requests are notified.
    pub watched_endpoints: Vec<String>,
    /// The names of the saved filters whose new requests are notified.
    pub watched_filters: Vec<String>,
}

impl Default for DesktopSettings {
    fn default() -> Self {
        Self {
            tray: true,
            closing: Closing::default(),
            menu_bar: false,
            watched_endpoints: Vec::new(),
            watched_filters: Vec::new(),
        }
    }
}

/// Where the window was, in pixels of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowPlace {
    /// The left edge.
    pub x: i32,
    /// The upper edge.
    pub y: i32,
    /// The width of its content.
    pub width: u32,
    /// The height of its content.
    pub height: u32,
    /// Whether it filled the screen; the rest is then what it goes back to.
    pub maximized: bool,
}

/// What the person has chosen. What was never chosen is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// The URL that was last sent to.
    pub last_target: Option<String>,
    /// What the window does on the desktop.
    pub desktop: DesktopSettings,
}

const THEME: &str = "theme";
const LAST_TARGET: &str = "last_target";
const DESKTOP: &str = "desktop";
const WINDOW: &str = "window";

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
            desktop: store
                .setting(DESKTOP)
                .await?
                .and_then(|value| serde_json::from_value(value).ok())
                .unwrap_or_default(),
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
        let desktop = serde_json::to_value(&settings.desktop).unwrap_or(Value::Null);
        store.set_setting(DESKTOP, &desktop).await?;
        self.core.changes.tell(Change::Status);
        Ok(())
    }

    /// Where the window was when it was last closed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn window_place(&self) -> Result<Option<WindowPlace>, EngineError> {
        let kept = self.core.store.setting(WINDOW).await?;
        Ok(kept.and_then(|value| serde_json::from_value(value).ok()))
    }

    /// Remembers where the window is.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn remember_window_place(&self, place: WindowPlace) -> Result<(), EngineError> {
        let value = serde_json::to_value(place).unwrap_or(Value::Null);
        Ok(self.core.store.set_setting(WINDOW, &value).await?)
    }
}
