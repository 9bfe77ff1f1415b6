//! What a window needs around it: a display, a session bus and folders, all its own.
//!
//! Its own bus because a program that allows one window only is one per bus; its own folders because a web view keeps
//! state in the home of whoever runs it.

use std::fs::{self, File};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::tied::Tied;

/// Where the screen ends; the window starts smaller.
const SCREEN: &str = "1400x1000x24";

/// The surroundings of one window.
pub(crate) struct Stage {
    // Dropped in this order: a window dies with its display at the latest.
    _display: Tied,
    _bus: Tied,
    display: String,
    bus: String,
    folders: TempDir,
}

impl Stage {
    /// A stage without a keychain.
    pub(crate) fn new() -> Self {
        let folders = TempDir::with_prefix("hookbench-stage-").expect("folders for the window");
        for folder in ["home", "runtime", "data", "config", "cache"] {
            fs::DirBuilder::new()
                .mode(0o700)
                .create(folders.path().join(folder))
                .expect("a folder");
        }
        let screen = Tied::start(
            "Xvfb",
            &[
                "-displayfd",
                "1",
                "-screen",
                "0",
                SCREEN,
                "-nolisten",
                "tcp",
                "-noreset",
            ],
            &folders.path().join("display.log"),
            |_| {},
        );
        let bus_program = Tied::start(
            "dbus-daemon",
            &["--session", "--nofork", "--nopidfile", "--print-address=1"],
            &folders.path().join("bus.log"),
            |command| {
                // Programs that the bus starts by itself inherit these.
                for (name, folder) in FOLDERS {
                    command.env(name, folders.path().join(folder));
                }
            },
        );
        let display = format!(":{}", screen.line("Xvfb"));
        let bus = bus_program.line("dbus-daemon");
        Self {
            _display: screen,
            _bus: bus_program,
            display,
            bus,
            folders,
        }
    }

    /// A stage with an unlocked keychain.
    pub(crate) fn with_keychain() -> Self {
        let stage = Self::new();
        let keyrings = stage.folders.path().join("data/keyrings");
        fs::create_dir(&keyrings).expect("a folder for the keychain");
        fs::write(keyrings.join("default"), "login").expect("the default keychain is named");
        // It becomes a daemon of its own once it is unlocked, and ends with its bus.
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "printf password | gnome-keyring-daemon --unlock --components=secrets --daemonize",
        ]);
        stage.dress(&mut command);
        let log = File::create(stage.log("keyring")).expect("a file for what the keychain says");
        let status = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .status()
            .expect("a shell starts");
        assert!(status.success(), "the keychain is unlocked\n{}", stage.logs());
        stage
    }

    /// Gives a program the environment of this stage.
    pub(crate) fn dress(&self, command: &mut Command) {
        for (name, folder) in FOLDERS {
            command.env(name, self.folders.path().join(folder));
        }
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("GDK_BACKEND", "x11")
            .env("GSETTINGS_BACKEND", "memory")
            .env("NO_AT_BRIDGE", "1")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env_remove("WAYLAND_DISPLAY");
    }

    /// Keeps a part of the screen as a picture, and says whether that worked.
    pub(crate) fn picture(&self, path: &Path, part: &str) -> bool {
        let mut command = Command::new("import");
        command
            .args(["-window", "root", "-crop", part])
            .arg(path)
            .env("DISPLAY", &self.display);
        command.status().is_ok_and(|status| status.success())
    }

    /// A file for what a program says on standard error.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.folders.path().join(format!("{name}.log"))
    }

    /// Everything that was said on standard error, for the message of a failed test.
    pub(crate) fn logs(&self) -> String {
        ["display", "bus", "keyring", "window", "second"]
            .iter()
            .filter_map(|name| Some((name, fs::read_to_string(self.log(name)).ok()?)))
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(name, text)| format!("--- {name}\n{text}\n"))
            .collect()
    }

    /// Everything the window and the programs around it keep on the disk.
    pub(crate) fn folder(&self) -> &Path {
        self.folders.path()
    }
}

/// Where programs look for folders of the person, and which of ours they get.
const FOLDERS: [(&str, &str); 5] = [
    ("HOME", "home"),
    ("XDG_RUNTIME_DIR", "runtime"),
    ("XDG_DATA_HOME", "data"),
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_CACHE_HOME", "cache"),
];
