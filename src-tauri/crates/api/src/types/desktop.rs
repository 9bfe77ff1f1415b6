//! The window on its desktop: what it is told by the desktop, and what it may ask of it.

use super::RecheckView;

/// What closing the window does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// Hookbench ends, and with it capturing.
    #[default]
    Quits,
    /// The window is hidden and capturing goes on, where a tray brings it back.
    Hides,
}

/// What the window does on the desktop, as the person has chosen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase", default)]
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
        hookbench_engine::DesktopSettings::default().into()
    }
}

impl From<hookbench_engine::DesktopSettings> for DesktopSettings {
    fn from(chosen: hookbench_engine::DesktopSettings) -> Self {
        Self {
            tray: chosen.tray,
            closing: match chosen.closing {
                hookbench_engine::Closing::Quits => Closing::Quits,
                hookbench_engine::Closing::Hides => Closing::Hides,
            },
            menu_bar: chosen.menu_bar,
            watched_endpoints: chosen.watched_endpoints,
            watched_filters: chosen.watched_filters,
        }
    }
}

impl From<DesktopSettings> for hookbench_engine::DesktopSettings {
    fn from(wanted: DesktopSettings) -> Self {
        Self {
            tray: wanted.tray,
            closing: match wanted.closing {
                Closing::Quits => hookbench_engine::Closing::Quits,
                Closing::Hides => hookbench_engine::Closing::Hides,
            },
            menu_bar: wanted.menu_bar,
            watched_endpoints: wanted.watched_endpoints,
            watched_filters: wanted.watched_filters,
        }
    }
}

/// What this desktop can do, and what was arranged with it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct DesktopView {
    /// Why there can be no tray icon; `null` where there can.
    pub tray_problem: Option<String>,
    /// Whether a menu bar is a matter of choice here.
    pub menu_is_choice: bool,
    /// Whether Hookbench opens with the session of the person; `null` where that cannot be told.
    pub opens_at_login: Option<bool>,
    /// Whether links such as `hookbench://request/…` open in this program; `null` where only the installation decides.
    pub opens_links: Option<bool>,
}

/// Turns something on or off.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct Switch {
    /// Whether it is to be on.
    pub on: bool,
}

/// What the menu bar holds: the window's own actions, told by the window.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SetMenu {
    /// The menus, from left to right.
    pub menus: Vec<MenuView>,
}

/// One menu.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct MenuView {
    /// What it is called.
    pub title: String,
    /// Its lines, in groups that a line parts.
    pub groups: Vec<Vec<MenuLine>>,
}

/// One line of a menu.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct MenuLine {
    /// The id of the action, which comes back as a wish.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Whether it can be done now.
    pub enabled: bool,
}

/// What the desktop wants of the window. It comes with the feed, so that no further door is needed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Wish {
    /// Do what a menu says.
    Action {
        /// The id of the action.
        id: String,
    },
    /// Show a request, if it is there.
    Request {
        /// Its id.
        id: String,
    },
    /// Say that a link could not be understood.
    BadLink {
        /// As much of it as can be shown.
        text: String,
    },
    /// Ask whether what is under way may be broken off, then `quit` or do nothing.
    Quit,
}

/// What is under way and would be broken off by quitting.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkView {
    /// Deliveries that wait for their answer: resends, edited copies, forwards, steps of runs.
    pub sendings: u64,
    /// Runs that have not ended.
    pub runs: Vec<RunLeft>,
    /// HAR files that are being written: nothing would be left of them.
    pub exports: u64,
    /// HAR files that are being taken in: what was taken by then would stay.
    pub imports: u64,
    /// How far checking signatures again is; `null` while nothing is checked again.
    pub recheck: Option<RecheckView>,
}

/// A run that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RunLeft {
    /// How many of its sendings have ended.
    pub done: u64,
    /// How many there are in all.
    pub total: u64,
}
