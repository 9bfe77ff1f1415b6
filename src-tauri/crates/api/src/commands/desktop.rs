//! What the window asks of the desktop it stands on, and what is under way.

use hookbench_engine::Engine;

use super::status::recheck_view;
use crate::error::ApiError;
use crate::running::Running;
use crate::types::{DesktopView, Nothing, RunLeft, SetMenu, Switch, WorkView};

pub(super) async fn work(engine: &Engine, _: Nothing) -> Result<WorkView, ApiError> {
    let work = engine.work();
    Ok(WorkView {
        sendings: work.sendings,
        runs: (work.runs.iter())
            .map(|run| RunLeft {
                done: run.done,
                total: run.total,
            })
            .collect(),
        exports: work.exports,
        imports: work.imports,
        recheck: recheck_view(engine),
    })
}

pub(super) async fn state(running: &Running, _: Nothing) -> Result<DesktopView, ApiError> {
    Ok(running.desktop()?.state())
}

pub(super) async fn open_at_login(running: &Running, wanted: Switch) -> Result<DesktopView, ApiError> {
    let desktop = running.desktop()?;
    desktop.open_at_login(wanted.on)?;
    Ok(desktop.state())
}

pub(super) async fn open_links(running: &Running, wanted: Switch) -> Result<DesktopView, ApiError> {
    let desktop = running.desktop()?;
    desktop.open_links(wanted.on)?;
    Ok(desktop.state())
}

pub(super) async fn set_menu(running: &Running, wanted: SetMenu) -> Result<Nothing, ApiError> {
    running.desktop()?.set_menu(wanted.menus)?;
    Ok(Nothing {})
}

pub(super) async fn asks(running: &Running, _: Nothing) -> Result<Nothing, ApiError> {
    running.desktop()?.asks();
    Ok(Nothing {})
}

pub(super) async fn quit(running: &Running, _: Nothing) -> Result<Nothing, ApiError> {
    running.desktop()?.quit();
    Ok(Nothing {})
}
