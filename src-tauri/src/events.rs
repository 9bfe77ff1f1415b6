//! What the menus of the bar and of the tray do when something is chosen.

use std::sync::Arc;

use hookbench_api::types::Wish;
use tauri::{AppHandle, Manager as _};

use crate::desk::Desk;

pub(crate) const OPEN: &str = "desk.open";
pub(crate) const PAUSE: &str = "desk.pause";
pub(crate) const QUIT: &str = "desk.quit";
/// Before the id of an action of the page.
pub(crate) const ACTION: &str = "action:";

/// Does what was chosen by its id.
pub(crate) fn happened(app: &AppHandle, id: &str) {
    let desk = app.state::<Arc<Desk>>();
    match id {
        OPEN => desk.show(),
        PAUSE => desk.turn_pause(),
        QUIT => desk.quit_or_ask(),
        _ => {
            if let Some(id) = id.strip_prefix(ACTION) {
                desk.wishes().wish(Wish::Action { id: id.to_owned() });
            }
        }
    }
}
