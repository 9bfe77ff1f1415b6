//! Listener, counts, notices, settings.

use hookbench_engine::{Engine, ListenerState};

use crate::error::ApiError;
use crate::types::{ListenerView, Nothing, Notice, RecheckView, SetPort, Settings, Status, Theme};

pub(super) async fn status(engine: &Engine, _: Nothing) -> Result<Status, ApiError> {
    let totals = engine.totals().await?;
    let usage = engine.usage().await?;
    let mut notices = Vec::new();
    if let Some(trouble) = engine.store_trouble().await {
        notices.push(Notice {
            code: "store".to_owned(),
            message: format!("requests cannot be kept and are refused: {trouble}"),
            hint: trouble.hint().map(str::to_owned),
        });
    }
    if let Some(trouble) = engine.keychain_trouble().await {
        notices.push(Notice {
            code: "no_keychain".to_owned(),
            message: format!("there is no keychain ({trouble})"),
            hint: Some("secrets are kept in files of the data folder that only you can read".to_owned()),
        });
    }
    Ok(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        listener: view(engine.listener().await),
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
    Ok(view(engine.set_port(arguments.port).await?))
}

pub(super) async fn settings(engine: &Engine, _: Nothing) -> Result<Settings, ApiError> {
    let settings = engine.settings().await?;
    Ok(Settings {
        theme: match settings.theme {
            hookbench_engine::Theme::System => Theme::System,
            hookbench_engine::Theme::Light => Theme::Light,
            hookbench_engine::Theme::Dark => Theme::Dark,
        },
        body_limit: settings.body_limit.unwrap_or(Settings::default().body_limit),
        last_target: settings.last_target,
    })
}

pub(super) async fn save_settings(engine: &Engine, wanted: Settings) -> Result<Settings, ApiError> {
    let chosen = hookbench_engine::Settings {
        theme: match wanted.theme {
            Theme::System => hookbench_engine::Theme::System,
            Theme::Light => hookbench_engine::Theme::Light,
            Theme::Dark => hookbench_engine::Theme::Dark,
        },
        body_limit: Some(wanted.body_limit),
        last_target: wanted.last_target,
    };
    engine.save_settings(&chosen).await?;
    settings(engine, Nothing {}).await
}

fn view(state: ListenerState) -> ListenerView {
    ListenerView {
        listening: !state.url.is_empty(),
        url: state.url,
        port: state.port,
        wanted_port: state.wanted_port,
        problem: state.problem.map(|(message, hint)| Notice {
            code: "listener".to_owned(),
            message,
            hint,
        }),
    }
}
