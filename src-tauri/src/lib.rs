//! The window of Hookbench: thin, because everything it shows is the engine's.
//!
//! The engine is opened and listens before the web view is built: a request that comes in that half second is kept.

mod arguments;
mod desk;
mod events;
mod instance;
mod ipc;
mod menu;
mod notice;
mod opening;
mod place;
mod tray;
mod watching;
mod wishes;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use hookbench_api::{Desktop, Running};
use hookbench_engine::{Listen, Options, WindowPlace};
use tauri::{
    AppHandle, Manager as _, RunEvent, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
};
use tokio::sync::Notify;

use crate::arguments::Arguments;
use crate::desk::Desk;
use crate::instance::{Doorbell, Start};
use crate::opening::Opening;

/// Opens the window and returns when it is closed.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("HOOKBENCH_LOG").unwrap_or_else(|_| "warn".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    if let Some(sentence) = no_display() {
        return fail(sentence);
    }
    let options = Options::at(arguments.data_dir.clone());
    let opening = arguments.opening();
    let doorbell = match instance::begin(&options.data_dir, &opening) {
        Start::First(_) if opening == Opening::Quit => return ExitCode::SUCCESS,
        Start::First(doorbell) => doorbell,
        Start::Told => return ExitCode::SUCCESS,
        Start::Silent => {
            return fail(&format!(
                "another window has the data in {} and does not answer\n\
                 end it, or start with another --data-dir",
                options.data_dir.display()
            ));
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the program cannot start its threads: {error}")),
    };
    tauri::async_runtime::set(runtime.handle().clone());
    let (running, place) = runtime.block_on(async {
        let running = start(options, arguments.port).await;
        let place = match running.engine() {
            Ok(engine) => engine.window_place().await.ok().flatten(),
            Err(_) => None,
        };
        (running, place)
    });
    match build(&arguments, running, place, opening, doorbell) {
        Ok(app) => {
            app.run(move |handle, event| on_run(&runtime, handle, &event));
            ExitCode::SUCCESS
        }
        Err(error) => fail(&format!("the window cannot be opened: {error}")),
    }
}

fn build(
    arguments: &Arguments,
    running: Running,
    place: Option<WindowPlace>,
    opening: Opening,
    doorbell: Option<Doorbell>,
) -> tauri::Result<tauri::App> {
    let hidden = opening == Opening::Hidden;
    let login = tauri_plugin_autostart::Builder::new()
        .app_name("Hookbench")
        .args(desk::login_arguments(arguments.data_dir.as_deref()));
    tauri::Builder::default()
        .plugin(login.build())
        .plugin(tauri_plugin_deep_link::init())
        .manage::<Running>(running.clone())
        .invoke_handler(tauri::generate_handler![
            ipc::call,
            ipc::read_bytes,
            ipc::subscribe
        ])
        .on_menu_event(|app, event| events::happened(app, event.id().as_ref()))
        .setup(move |app| {
            let desk = Arc::new(Desk::new(app.handle().clone(), running.clone(), place));
            app.manage(Arc::clone(&desk));
            running.stand_on(Arc::clone(&desk) as Arc<dyn Desktop>);
            let window = WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title("Hookbench")
                .inner_size(place::SIZE.0, place::SIZE.1)
                .min_inner_size(place::LEAST.0, place::LEAST.1)
                .visible(false)
                .on_navigation(is_our_own)
                .build()?;
            if let Some(place) = place {
                place::restore(&window, place)?;
            }
            if !hidden {
                window.show()?;
            }
            desk.open(opening);
            follow(&window, &desk, doorbell);
            Ok(())
        })
        .build(tauri::generate_context!())
}

/// Everything that goes on beside the window.
fn follow(window: &WebviewWindow, desk: &Arc<Desk>, doorbell: Option<Doorbell>) {
    let moved = Arc::new(Notify::new());
    tauri::async_runtime::spawn(desk::remember_places(Arc::clone(desk), Arc::clone(&moved)));
    tauri::async_runtime::spawn(watching::follow(Arc::clone(desk)));
    let on_window = Arc::clone(desk);
    window.on_window_event(move |event| match event {
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            on_window.closing();
        }
        WindowEvent::Resized(_) | WindowEvent::Moved(_) => moved.notify_one(),
        WindowEvent::Focused(true) => on_window.seen(),
        _ => {}
    });
    if let Some(doorbell) = doorbell {
        let rung = Arc::clone(desk);
        doorbell.answer(move |opening| rung.open(opening));
    }
    #[cfg(unix)]
    tauri::async_runtime::spawn(end_when_told(Arc::clone(desk)));
}

/// The system wants the program to end: it does, in order and without asking.
#[cfg(unix)]
async fn end_when_told(desk: Arc<Desk>) {
    let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    match signal {
        Ok(mut signal) => {
            signal.recv().await;
            desk.quit();
        }
        Err(error) => tracing::warn!(%error, "the system cannot ask the program to end in order"),
    }
}

fn on_run(runtime: &tokio::runtime::Runtime, handle: &AppHandle, event: &RunEvent) {
    match event {
        RunEvent::ExitRequested { .. } => {
            // The window is still there to be measured.
            runtime.block_on(desk::save_place(&handle.state::<Arc<Desk>>()));
        }
        RunEvent::Exit => {
            // What is being received is finished and kept before the process ends.
            runtime.block_on(handle.state::<Running>().shut_down());
        }
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            for url in urls {
                handle.state::<Arc<Desk>>().open(Opening::of_link(url.as_str()));
            }
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => handle.state::<Arc<Desk>>().show(),
        _ => {}
    }
}

/// Opens the engine and listens. A port that is taken, or any other trouble of the listener, is shown by the window.
async fn start(options: Options, port: Option<u16>) -> Running {
    let listen = Listen {
        port,
        ..Listen::default()
    };
    let running = Running::open(options, listen).await;
    match running.engine() {
        Ok(engine) => {
            if let Err(error) = engine.listen(listen).await {
                tracing::warn!(%error, "the listener did not start");
            }
        }
        // The window opens all the same: it says why, and offers the way on.
        Err(error) => tracing::warn!(%error, "the data cannot be opened"),
    }
    running
}

/// The view may only ever show our own interface: captured content can hold links and refreshes.
fn is_our_own(url: &tauri::Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => {
            url.host_str() == Some("tauri.localhost")
                || (cfg!(dev) && url.host_str() == Some("localhost") && url.port() == Some(5173))
        }
        _ => false,
    }
}

/// On Linux, says so where there is no display: the windowing library would only panic.
fn no_display() -> Option<&'static str> {
    let missing = cfg!(target_os = "linux")
        && ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .all(|name| std::env::var_os(name).is_none_or(|value| value.is_empty()));
    missing.then_some(
        "there is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set)\n\
         the same engine runs in a terminal: hookbench listen",
    )
}

fn fail(sentence: &str) -> ExitCode {
    // A closed stderr leaves nobody to tell.
    let _ = writeln!(std::io::stderr(), "hookbench: {sentence}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_goes_nowhere_but_to_our_own_interface() {
        let own = |text: &str| is_our_own(&text.parse().unwrap());
        assert!(own("tauri://localhost/index.html"), "the embedded interface");
        for elsewhere in [
            "https://example.com/",
            "http://127.0.0.1:4665/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "tauri://elsewhere/",
        ] {
            assert!(!own(elsewhere), "captured content must not lead to {elsewhere}");
        }
    }

    #[test]
    fn capability_and_policy_are_what_was_agreed() {
        let capability: serde_json::Value =
            serde_json::from_str(include_str!("../capabilities/main.json")).unwrap();
        assert_eq!(
            capability["permissions"],
            serde_json::json!(["allow-call", "allow-read-bytes", "allow-subscribe"]),
            "the view may call our own commands only"
        );
        assert!(
            capability.get("remote").is_none(),
            "no remote content may call anything"
        );
        let config: serde_json::Value = serde_json::from_str(include_str!("../tauri.conf.json")).unwrap();
        let security = &config["app"]["security"];
        assert_eq!(
            security["csp"],
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
             connect-src ipc: http://ipc.localhost; frame-src 'none'; object-src 'none'; base-uri 'none'; \
             form-action 'none'",
            "the policy that keeps captured content from loading or running anything"
        );
        assert_eq!(
            config["app"]["withGlobalTauri"], false,
            "no global handle for injected script"
        );
        assert_eq!(security["freezePrototype"], true, "prototypes cannot be polluted");
    }
}
