//! The icon in the tray: how many are new, pause, open, quit.
//!
//! On Linux a library shows it that may not be there; it is looked for first, because the one that loads it would end
//! the program. Where it is missing the settings say so and nothing else changes.

use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Wry};

use crate::events;

const ID: &str = "main";

/// The icon that is shown. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Tray {
    icon: TrayIcon,
    fresh: MenuItem<Wry>,
    pause: MenuItem<Wry>,
}

impl Tray {
    /// Shows the icon. Any thread may ask; the main one does it.
    pub(crate) fn build(app: &AppHandle) -> tauri::Result<Self> {
        let fresh = MenuItem::with_id(app, "tray.fresh", fresh_text(0), false, None::<&str>)?;
        let pause = MenuItem::with_id(app, events::PAUSE, pause_text(false), true, None::<&str>)?;
        let open = MenuItem::with_id(app, events::OPEN, "Open Hookbench", true, None::<&str>)?;
        let quit = MenuItem::with_id(app, events::QUIT, "Quit Hookbench", true, None::<&str>)?;
        let parted = PredefinedMenuItem::separator(app)?;
        let menu = Menu::with_items(
            app,
            &[
                &open,
                &fresh,
                &parted,
                &pause,
                &PredefinedMenuItem::separator(app)?,
                &quit,
            ],
        )?;
        let (sender, built) = std::sync::mpsc::channel();
        let on = app.clone();
        app.run_on_main_thread(move || {
            let icon = TrayIconBuilder::with_id(ID)
                .icon(tauri::include_image!("../icons/tray.png"))
                .tooltip("Hookbench")
                .menu(&menu)
                .show_menu_on_left_click(cfg!(target_os = "macos"))
                .on_tray_icon_event(|icon, event| {
                    if let TrayIconEvent::Click {
                        button: MouseButton::Left,
                        button_state: MouseButtonState::Up,
                        ..
                    } = event
                    {
                        events::happened(icon.app_handle(), events::OPEN);
                    }
                })
                .build(&on);
            // Nobody waits any more where the program ends.
            let _ = sender.send(icon);
        })?;
        let icon = built.recv().map_err(|_| tauri::Error::FailedToReceiveMessage)??;
        Ok(Self { icon, fresh, pause })
    }

    /// Takes the icon away.
    pub(crate) fn remove(app: &AppHandle) {
        app.remove_tray_by_id(ID);
    }

    /// Says how many are new, and whether capturing is paused.
    pub(crate) fn tell(&self, fresh: u64, paused: bool) -> tauri::Result<()> {
        self.fresh.set_text(fresh_text(fresh))?;
        self.pause.set_text(pause_text(paused))?;
        let title = (fresh > 0).then(|| short(fresh));
        self.icon.set_title(title)?;
        let state = if paused { "paused" } else { "capturing" };
        self.icon
            .set_tooltip(Some(format!("Hookbench: {}, {state}", fresh_text(fresh))))
    }
}

/// Why there can be no icon.
pub(crate) fn problem() -> Option<String> {
    (cfg!(target_os = "linux") && !library::is_there()).then(|| {
        format!(
            "a library that shows it is missing: install {} (or {}) and start Hookbench again",
            library::NAMES[0],
            library::NAMES[1]
        )
    })
}

fn fresh_text(fresh: u64) -> String {
    match fresh {
        0 => "No new requests".to_owned(),
        1 => "1 new request".to_owned(),
        more => format!("{more} new requests"),
    }
}

/// Beside the icon there is little room.
fn short(fresh: u64) -> String {
    if fresh > 999 {
        "999+".to_owned()
    } else {
        fresh.to_string()
    }
}

fn pause_text(paused: bool) -> &'static str {
    if paused {
        "Resume capturing"
    } else {
        "Pause capturing"
    }
}

mod library {
    use std::path::{Path, PathBuf};

    /// What the libraries are called; either will do.
    pub(super) const NAMES: [&str; 2] = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];

    /// Whether one is where a program would find it.
    pub(super) fn is_there() -> bool {
        let own = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
        let own = std::env::split_paths(&own).collect::<Vec<_>>();
        let system = [
            "/usr/lib",
            "/usr/lib64",
            "/lib",
            "/lib64",
            "/usr/local/lib",
            "/app/lib",
        ]
        .map(PathBuf::from);
        own.into_iter().chain(system).any(|folder| is_in(&folder))
    }

    fn is_in(folder: &Path) -> bool {
        let has = |folder: &Path| NAMES.iter().any(|name| folder.join(name).exists());
        // Debian keeps libraries apart by machine: /usr/lib/x86_64-linux-gnu.
        has(folder)
            || ["-linux-gnu", "-linux-gnueabihf"]
                .iter()
                .any(|kind| has(&folder.join(format!("{}{kind}", std::env::consts::ARCH))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_says_how_many_are_new() {
        assert_eq!(fresh_text(0), "No new requests");
        assert_eq!(fresh_text(1), "1 new request");
        assert_eq!(fresh_text(12), "12 new requests");
        assert_eq!(
            (short(12), short(4_000)),
            ("12".to_owned(), "999+".to_owned()),
            "it stays narrow"
        );
    }
}
