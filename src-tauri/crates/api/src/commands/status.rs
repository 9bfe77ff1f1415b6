//! Listener, counts, notices, settings.

use std::net::IpAddr;

use hookbench_engine::store::StoreError;
use hookbench_engine::{Engine, ListenerState};

use crate::error::{ApiError, Code};
use crate::running::Running;
use crate::types::{ListenerView, Nothing, Notice, RecheckView, SetPort, Settings, Status, Switch, Theme};
use crate::types::{StartOver, StartedOver};

pub(super) async fn status(engine: &Engine, _: Nothing) -> Result<Status, ApiError> {
    let totals = engine.totals().await?;
    let usage = engine.usage().await?;
    let listener = view(engine.listener().await);
    let mut notices = about_the_data(engine).await;
    notices.extend(about_the_port(&listener));
    if listener.listening && listener.open {
        notices.push(Notice {
            code: "open_listener".to_owned(),
            message: format!(
                "any machine that reaches `{}` port {} can send requests",
                listener.address, listener.port
            ),
            hint: Some("Settings, Listener takes it back to this machine only".to_owned()),
            detail: None,
        });
    }
    if let Some(trouble) = engine.keychain_trouble().await {
        notices.push(Notice {
            code: "no_keychain".to_owned(),
            message: "there is no keychain on this machine".to_owned(),
            hint: Some("secrets are kept in files of the data folder that only you can read".to_owned()),
            detail: Some(trouble),
        });
    }
    notices.extend(about_secrets(engine));
    Ok(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        listener,
        data_dir: engine.data_dir().display().to_string(),
        secrets_place: engine.secrets_place().await.as_str().to_owned(),
        requests: totals.requests,
        starred: totals.starred,
        failed_signatures: totals.failed_signatures,
        bytes: totals.bytes,
        disk_bytes: usage.used_bytes + usage.free_bytes + usage.log_bytes + usage.search_bytes,
        search_backlog: engine.search_backlog().await?,
        notices,
        recheck: recheck_view(engine),
        presenting: engine.presenting().await?,
    })
}

/// What is wrong with the data file and the disk it is on, worst first.
async fn about_the_data(engine: &Engine) -> Vec<Notice> {
    let notice = |code: &str, message: String, hint: &str| Notice {
        code: code.to_owned(),
        message,
        hint: Some(hint.to_owned()),
        detail: None,
    };
    let mut notices = Vec::new();
    let trouble = engine.store_trouble().await;
    match &trouble {
        Some(trouble @ StoreError::Corrupt { detail }) => notices.push(Notice {
            code: "damaged".to_owned(),
            message: "the data file is damaged; nothing more is taken into it".to_owned(),
            hint: trouble.hint().map(str::to_owned),
            detail: Some(detail.clone()),
        }),
        Some(trouble) => notices.push(Notice {
            code: "store".to_owned(),
            message: format!("requests cannot be kept and are refused: {trouble}"),
            hint: trouble.hint().map(str::to_owned),
            detail: None,
        }),
        None => {}
    }
    if let Some(lost) = engine.lost_requests() {
        let (requests, were) = if lost == 1 {
            ("request", "was")
        } else {
            ("requests", "were")
        };
        notices.push(notice(
            "lost_requests",
            format!("the newest {lost} {requests} that {were} kept cannot be found any more"),
            "the log beside the data file (hookbench.db-wal) was deleted or damaged; what the file itself held is here",
        ));
    }
    let health = engine.health().await;
    if let Some(left) = health
        .room
        .filter(|_| !trouble.is_some_and(|trouble| trouble.is_about_room()))
    {
        notices.push(notice(
            "little_room",
            format!(
                "only {} MB are left on the disk of the data folder",
                left / 1_000_000
            ),
            "make room: with less than 100 MB left nothing more is captured",
        ));
    }
    if let Some(long) = health.long_log {
        notices.push(notice(
            "long_log",
            format!("the log beside the data file is {} MB long", long / 1_000_000),
            "another program is reading an old state of the data file; close it, and the log shrinks by itself",
        ));
    }
    if let Some(place) = engine.folder_reservation() {
        notices.push(notice(
            "bad_place",
            format!("the data folder is {place}"),
            "choose a folder on a disk of this machine: elsewhere a data file can be damaged when two programs use it",
        ));
    }
    notices
}

/// That it listens where the provider may not send to.
fn about_the_port(listener: &ListenerView) -> Option<Notice> {
    let wanted = listener.wanted_port.filter(|_| listener.listening)?;
    Some(Notice {
        code: "other_port".to_owned(),
        message: format!(
            "port {wanted} is in use by another program; requests are taken at port {} instead",
            listener.port
        ),
        hint: Some(format!(
            "give the provider `{}`, or end that program and change the port back",
            listener.url
        )),
        detail: None,
    })
}

/// Secrets that are known by name only.
fn about_secrets(engine: &Engine) -> Option<Notice> {
    let unreadable = engine.unreadable_secrets();
    let named: Vec<String> = unreadable
        .iter()
        .take(3)
        .map(|secret| format!("`{}` of `{}`", secret.name, secret.endpoint_path))
        .collect();
    let first = unreadable.first()?;
    let more = match unreadable.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(Notice {
        code: "locked_secrets".to_owned(),
        message: format!(
            "secrets cannot be read: {}{more}; signatures are judged without them",
            named.join(", ")
        ),
        hint: Some(
            "unlock the keychain and try again, or set the secrets anew; verdicts of before stay".to_owned(),
        ),
        detail: Some(first.detail.clone()),
    })
}

pub(super) async fn read_secrets_again(engine: &Engine, _: Nothing) -> Result<Status, ApiError> {
    engine.read_secrets_again().await?;
    status(engine, Nothing {}).await
}

pub(super) async fn start_over(running: &Running, arguments: StartOver) -> Result<StartedOver, ApiError> {
    let aside = running.start_over(arguments.set_aside).await?;
    Ok(StartedOver {
        aside: aside.map(|path| path.display().to_string()),
    })
}

/// How far checking signatures again is.
pub(crate) fn recheck_view(engine: &Engine) -> Option<RecheckView> {
    engine.recheck().map(|recheck| RecheckView {
        done: recheck.done,
        total: recheck.total,
    })
}

pub(super) async fn cancel_recheck(engine: &Engine, _: Nothing) -> Result<Nothing, ApiError> {
    engine.cancel_recheck().await?;
    Ok(Nothing {})
}

pub(super) async fn set_port(engine: &Engine, arguments: SetPort) -> Result<ListenerView, ApiError> {
    let address = arguments.address.map(|text| address(&text)).transpose()?;
    Ok(view(engine.move_listener(address, arguments.port).await?))
}

fn address(text: &str) -> Result<IpAddr, ApiError> {
    text.trim().parse().map_err(|_| ApiError {
        code: Code::BadInput,
        message: format!("`{text}` is no IP address"),
        hint: Some("give one of this machine, e.g. 127.0.0.1, or 0.0.0.0 for all of them".to_owned()),
    })
}

pub(super) async fn pause(engine: &Engine, wanted: Switch) -> Result<ListenerView, ApiError> {
    Ok(view(if wanted.on {
        engine.pause_listening().await
    } else {
        engine.resume_listening().await?
    }))
}

pub(super) async fn settings(engine: &Engine, _: Nothing) -> Result<Settings, ApiError> {
    let settings = engine.settings().await?;
    Ok(Settings {
        theme: match settings.theme {
            hookbench_engine::Theme::System => Theme::System,
            hookbench_engine::Theme::Light => Theme::Light,
            hookbench_engine::Theme::Dark => Theme::Dark,
        },
        last_target: settings.last_target,
        desktop: settings.desktop.into(),
    })
}

pub(super) async fn save_settings(engine: &Engine, wanted: Settings) -> Result<Settings, ApiError> {
    let chosen = hookbench_engine::Settings {
        theme: match wanted.theme {
            Theme::System => hookbench_engine::Theme::System,
            Theme::Light => hookbench_engine::Theme::Light,
            Theme::Dark => hookbench_engine::Theme::Dark,
        },
        last_target: wanted.last_target,
        desktop: wanted.desktop.into(),
    };
    engine.save_settings(&chosen).await?;
    settings(engine, Nothing {}).await
}

fn view(state: ListenerState) -> ListenerView {
    ListenerView {
        listening: !state.url.is_empty(),
        url: state.url,
        address: state.address.to_string(),
        open: !state.address.is_loopback(),
        port: state.port,
        wanted_port: state.wanted_port,
        paused: state.paused,
        problem: state.problem.map(|(message, hint)| Notice {
            code: "listener".to_owned(),
            message,
            hint,
            detail: None,
        }),
    }
}
