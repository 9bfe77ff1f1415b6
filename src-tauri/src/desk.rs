//! The window on its desktop: what shows it, hides it and ends it, and what the page may ask of the desktop.
//!
//! Nothing here knows what is captured; it passes ids. What the page may ask is declared by the boundary crate.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hookbench_api::types::{DesktopView, MenuView, Wish};
use hookbench_api::{ApiError, Code, Desktop, Running};
use hookbench_engine::{Closing, DesktopSettings, Engine, Theme, WindowPlace};
use tauri::{AppHandle, Manager as _, WebviewWindow};
use tauri_plugin_autostart::ManagerExt as _;
use tauri_plugin_deep_link::DeepLinkExt as _;
use tokio::sync::Notify;

use crate::menu::MenuBar;
use crate::opening::Opening;
use crate::place;
use crate::tray::{self, Tray};
use crate::wishes::Wishes;

/// The scheme of links to requests.
const SCHEME: &str = "hookbench";
/// A page that has not begun to ask after so long does not answer any more.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// The window and what stands around it.
pub(crate) struct Desk {
    app: AppHandle,
    running: Running,
    wishes: Wishes,
    chosen: Mutex<DesktopSettings>,
    theme: Mutex<Theme>,
    tray: Mutex<Option<Tray>>,
    menu: Mutex<MenuBar>,
    place: Mutex<Option<WindowPlace>>,
    /// Woken when the person comes back to the window.
    pub(crate) came_back: Notify,
    /// When the page was told to ask whether to quit, until it does.
    told_to_ask: Mutex<Option<Instant>>,
}

impl Desk {
    pub(crate) fn new(app: AppHandle, running: Running, place: Option<WindowPlace>) -> Self {
        Self {
            app,
            running,
            wishes: Wishes::default(),
            chosen: Mutex::default(),
            theme: Mutex::default(),
            tray: Mutex::default(),
            menu: Mutex::default(),
            place: Mutex::new(place),
            came_back: Notify::new(),
            told_to_ask: Mutex::default(),
        }
    }

    /// The person has the window in front of them: nothing is new any more.
    pub(crate) fn seen(&self) {
        self.came_back.notify_one();
    }

    pub(crate) const fn running(&self) -> &Running {
        &self.running
    }

    pub(crate) const fn wishes(&self) -> &Wishes {
        &self.wishes
    }

    pub(crate) fn window(&self) -> Option<WebviewWindow> {
        self.app.get_webview_window("main")
    }

    /// Whether the person sees the window and works in it.
    pub(crate) fn is_in_front(&self) -> bool {
        self.window().is_some_and(|window| {
            window.is_focused().unwrap_or(false) && window.is_visible().unwrap_or(false)
        })
    }

    /// Brings the window to the front. A system that does not let a program do that draws attention to it.
    pub(crate) fn show(&self) {
        let Some(window) = self.window() else { return };
        let shown = window
            .show()
            .and_then(|()| window.unminimize())
            .and_then(|()| window.set_focus());
        if let Err(error) = shown {
            tracing::warn!(%error, "the window cannot be brought to the front");
        }
    }

    /// Does what a start of the program is for.
    pub(crate) fn open(&self, opening: Opening) {
        match opening {
            Opening::Hidden => return,
            Opening::Quit => return self.quit_or_ask(),
            Opening::Show => {}
            Opening::Request(id) => self.wishes.wish(Wish::Request { id: id.to_string() }),
            Opening::BadLink(text) => self.wishes.wish(Wish::BadLink { text }),
        }
        self.show();
    }

    /// The window was asked to close.
    pub(crate) fn closing(&self) {
        let hides = lock(&self.chosen).closing == Closing::Hides && lock(&self.tray).is_some();
        if let (true, Some(window)) = (hides, self.window()) {
            self.keep_place();
            if let Err(error) = window.hide() {
                tracing::warn!(%error, "the window cannot be hidden");
            }
        } else {
            self.quit_or_ask();
        }
    }

    /// Ends the program, unless something would be broken off: then the page asks first. A page that does not answer
    /// is not asked twice.
    pub(crate) fn quit_or_ask(&self) {
        let idle = self
            .running
            .engine()
            .is_ok_and(|engine| engine.work().is_nothing());
        let told = lock(&self.told_to_ask).replace(Instant::now());
        let is_deaf = told.is_some_and(|told| told.elapsed() > ANSWERS_WITHIN);
        if idle || is_deaf || !self.wishes.are_heard() || self.running.engine().is_err() {
            self.app.exit(0);
            return;
        }
        if let Some(told) = told {
            // Still within its time: that goes on from when it was told first.
            *lock(&self.told_to_ask) = Some(told);
            return;
        }
        self.wishes.wish(Wish::Quit);
        self.show();
    }

    /// Notes where the window is; the engine remembers it.
    pub(crate) fn keep_place(&self) -> Option<WindowPlace> {
        let before = *lock(&self.place);
        let now = place::of(&self.window()?, before)?;
        *lock(&self.place) = Some(now);
        (before != Some(now)).then_some(now)
    }

    /// Follows what the person has chosen.
    pub(crate) async fn follow_choice(&self, engine: &Engine) -> Option<DesktopSettings> {
        let settings = engine.settings().await.ok()?;
        self.follow_theme(settings.theme);
        let chosen = settings.desktop;
        *lock(&self.chosen) = chosen.clone();
        self.follow_tray(chosen.tray);
        let bar = lock(&self.menu).show(&self.app, chosen.menu_bar);
        if let Err(error) = bar {
            tracing::warn!(%error, "the menu bar cannot be shown");
        }
        Some(chosen)
    }

    /// What the desktop draws around the page (menus, the title) is as light or dark as the page.
    fn follow_theme(&self, theme: Theme) {
        if std::mem::replace(&mut *lock(&self.theme), theme) == theme {
            return;
        }
        let theme = match theme {
            Theme::System => None,
            Theme::Light => Some(tauri::Theme::Light),
            Theme::Dark => Some(tauri::Theme::Dark),
        };
        if let Some(Err(error)) = self.window().map(|window| window.set_theme(theme)) {
            tracing::debug!(%error, "the desktop keeps its own theme");
        }
    }

    fn follow_tray(&self, wanted: bool) {
        let is_there = lock(&self.tray).is_some();
        if wanted && !is_there && tray::problem().is_none() {
            let built = Tray::build(&self.app);
            match built {
                Ok(tray) => *lock(&self.tray) = Some(tray),
                Err(error) => tracing::warn!(%error, "there is no tray icon"),
            }
        } else if !wanted && is_there {
            let gone = lock(&self.tray).take();
            Tray::remove(&self.app);
            drop(gone);
        }
        if lock(&self.tray).is_none()
            && let Some(window) = self.window()
            && !window.is_visible().unwrap_or(true)
        {
            // A window that nothing brings back must not stay hidden.
            self.show();
        }
    }

    /// Tells the tray how many came that nobody has seen, and whether capturing is paused.
    pub(crate) fn tell_tray(&self, fresh: u64, paused: bool) {
        // The main thread does it and may be waiting for the lock, so it is not held meanwhile.
        let tray = lock(&self.tray).clone();
        if let Some(tray) = tray
            && let Err(error) = tray.tell(fresh, paused)
        {
            tracing::debug!(%error, "the tray cannot be told");
        }
    }

    /// Pauses capturing, or goes on with it.
    pub(crate) fn turn_pause(&self) {
        let Ok(engine) = self.running.engine() else { return };
        tauri::async_runtime::spawn(async move {
            if !engine.listener().await.paused {
                engine.pause_listening().await;
            } else if let Err(error) = engine.resume_listening().await {
                tracing::warn!(%error, "listening cannot go on");
            }
        });
    }
}

impl Desktop for Desk {
    fn state(&self) -> DesktopView {
        DesktopView {
            tray_problem: tray::problem(),
            menu_is_choice: !cfg!(target_os = "macos"),
            opens_at_login: self.app.autolaunch().is_enabled().ok(),
            opens_links: if cfg!(target_os = "macos") {
                None
            } else {
                self.app.deep_link().is_registered(SCHEME).ok()
            },
        }
    }

    fn open_at_login(&self, on: bool) -> Result<(), ApiError> {
        let login = self.app.autolaunch();
        let done = if on { login.enable() } else { login.disable() };
        done.map_err(|error| refused("whether Hookbench opens at login", &error))
    }

    fn open_links(&self, on: bool) -> Result<(), ApiError> {
        let links = self.app.deep_link();
        let done = if on {
            links.register(SCHEME)
        } else {
            links.unregister(SCHEME)
        };
        done.map_err(|error| refused("whether links open in Hookbench", &error))
    }

    fn set_menu(&self, menus: Vec<MenuView>) -> Result<(), ApiError> {
        lock(&self.menu)
            .tell(&self.app, menus)
            .map_err(|error| refused("the menu bar", &error))
    }

    fn asks(&self) {
        *lock(&self.told_to_ask) = None;
    }

    fn quit(&self) {
        self.app.exit(0);
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Desk")
    }
}

/// What opening at login starts the program with: the same data, without a window.
pub(crate) fn login_arguments(data_dir: Option<&Path>) -> Vec<String> {
    let mut arguments = vec!["--hidden".to_owned()];
    if let Some(path) = data_dir.and_then(|path| std::path::absolute(path).ok()) {
        let path = path.display().to_string();
        arguments.push("--data-dir".to_owned());
        // Elsewhere the words are joined with blanks.
        arguments.push(if cfg!(target_os = "macos") {
            path
        } else {
            format!("\"{path}\"")
        });
    }
    arguments
}

fn refused(what: &str, error: &dyn std::fmt::Display) -> ApiError {
    ApiError {
        code: Code::Failed,
        message: format!("{what} cannot be changed: {error}"),
        hint: None,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Remembers where the window is a moment after it was moved, so that it is known however the program ends.
pub(crate) async fn remember_places(desk: Arc<Desk>, moved: Arc<Notify>) {
    /// A window that is being moved or grows to fill the screen says so many times.
    const REST: Duration = Duration::from_millis(400);
    loop {
        moved.notified().await;
        while tokio::time::timeout(REST, moved.notified()).await.is_ok() {}
        save_place(&desk).await;
    }
}

/// Remembers where the window is now.
pub(crate) async fn save_place(desk: &Desk) {
    if let (Some(place), Ok(engine)) = (desk.keep_place(), desk.running().engine())
        && let Err(error) = engine.remember_window_place(place).await
    {
        tracing::warn!(%error, "where the window is cannot be remembered");
    }
}
