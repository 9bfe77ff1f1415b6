//! The window of Hookbench: thin, because everything it shows is the engine's.
//!
//! The engine is opened and listens before the web view is built: a request that comes in that half second is kept.

mod arguments;
mod ipc;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use hookbench_api::Running;
use hookbench_engine::{Listen, Options};
use tauri::{Manager as _, RunEvent, WebviewUrl, WebviewWindowBuilder};

use crate::arguments::Arguments;

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
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the program cannot start its threads: {error}")),
    };
    tauri::async_runtime::set(runtime.handle().clone());
    let running = runtime.block_on(start(&arguments));

    let app = tauri::Builder::default()
        .manage::<Running>(running)
        .invoke_handler(tauri::generate_handler![
            ipc::call,
            ipc::read_bytes,
            ipc::subscribe
        ])
        .setup(|app| {
            WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title("Hookbench")
                .inner_size(1280.0, 800.0)
                .min_inner_size(640.0, 400.0)
                .on_navigation(is_our_own)
                .build()?;
            Ok(())
        })
        .build(tauri::generate_context!());
    let app = match app {
        Ok(app) => app,
        Err(error) => return fail(&format!("the window cannot be opened: {error}")),
    };
    app.run(move |handle, event| {
        if matches!(event, RunEvent::Exit) {
            // What is being received is finished and kept before the process ends.
            runtime.block_on(handle.state::<Running>().shut_down());
        }
    });
    ExitCode::SUCCESS
}

/// Opens the engine and listens. A port that is taken, or any other trouble of the listener, is shown by the window.
async fn start(arguments: &Arguments) -> Running {
    let options = Options::at(arguments.data_dir.clone());
    let listen = Listen {
        port: arguments.port,
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
