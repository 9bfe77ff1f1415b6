//! What the window shows around the requests: listener, store, settings.

use super::DesktopSettings;

/// The state of the whole.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The version of Hookbench.
    pub version: String,
    /// The listener.
    pub listener: ListenerView,
    /// The folder with all data.
    pub data_dir: String,
    /// Where the values of new secrets are kept: `keychain` or `file`.
    pub secrets_place: String,
    /// How many requests are kept.
    pub requests: u64,
    /// How many of them are starred.
    pub starred: u64,
    /// How many of them have a signature that does not hold.
    pub failed_signatures: u64,
    /// How many bytes of heads and bodies were received for them.
    pub bytes: u64,
    /// How many bytes of the disk the data uses.
    pub disk_bytes: u64,
    /// How many requests the search index does not have yet; a search looks through those one by one.
    pub search_backlog: u64,
    /// What is wrong or should be known now, worst first.
    pub notices: Vec<Notice>,
    /// How far checking signatures again is; `null` while nothing is checked again.
    pub recheck: Option<RecheckView>,
    /// What is secret is masked in everything that is shown.
    pub presenting: bool,
}

/// Signatures are checked again, since a secret, a provider or an endpoint is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RecheckView {
    /// How many requests were checked.
    pub done: u64,
    /// How many there are to be checked.
    pub total: u64,
}

/// The state of the listener.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ListenerView {
    /// Whether it accepts connections.
    pub listening: bool,
    /// The URL to point a provider at, e.g. `http://127.0.0.1:4665`; empty while it does not listen.
    pub url: String,
    /// The address it listens on, or was to listen on.
    pub address: String,
    /// Whether other machines can send to it.
    pub open: bool,
    /// The port it listens on, or was to listen on.
    pub port: u16,
    /// The port that was asked for, where another had to be taken.
    pub wanted_port: Option<u16>,
    /// Why it does not listen.
    pub problem: Option<Notice>,
    /// Whether the person paused it.
    pub paused: bool,
}

/// Something the person should know, with a way on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Names its kind, e.g. `port_taken`.
    pub code: String,
    /// The fact.
    pub message: String,
    /// The remedy.
    pub hint: Option<String>,
    /// What the system said, for those who want to know.
    pub detail: Option<String>,
}

/// Opens data that could not be opened.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct StartOver {
    /// Whether the file that cannot be used is moved to a dated name first, and a new one begun.
    pub set_aside: bool,
}

/// The data is open.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct StartedOver {
    /// Where the old file is, if it was set aside.
    pub aside: Option<String>,
}

/// Listens on another port, or at another address.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SetPort {
    /// 1 to 65535; 0 takes any free one.
    pub port: u16,
    /// An IP address of this machine; `null` is the present one.
    #[serde(default)]
    pub address: Option<String>,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
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

/// What the person has chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// The URL that was last sent to.
    pub last_target: Option<String>,
    /// What the window does on the desktop.
    pub desktop: DesktopSettings,
}
