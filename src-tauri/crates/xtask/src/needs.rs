//! What the machine must have, how to see whether it is there, and what brings it.
//!
//! A need is met by what can be done (a program is found, a library answers), not by a package's name: whoever built
//! their own compiler is not asked to install another.

use std::path::Path;

use crate::program::{self, Program};
use crate::report::{Failure, say};
use crate::steps::Outcome;
use crate::system::{Rights, System, advice};
use crate::workspace::Workspace;

/// One thing the machine must have.
#[derive(Debug)]
pub(crate) struct Need {
    pub(crate) what: &'static str,
    probe: Probe,
    debian: &'static [&'static str],
    fedora: &'static [&'static str],
    arch: &'static [&'static str],
}

/// How to see whether a need is met.
#[derive(Debug)]
enum Probe {
    /// All of these programs are in `PATH`.
    Programs(&'static [&'static str]),
    /// One of these programs is in `PATH`.
    OneProgramOf(&'static [&'static str]),
    /// pkg-config knows this library, with all it requires.
    Library(&'static str),
    /// One of these directories is there.
    OneDirectoryOf(&'static [&'static str]),
}

/// The browsers the tests of the user interface can drive, the first that is there being taken.
pub(crate) const BROWSERS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];

/// What building the window takes.
pub(crate) const BUILD: &[Need] = &[
    Need {
        what: "a C compiler and linker (cc)",
        probe: Probe::Programs(&["cc"]),
        debian: &["gcc", "libc6-dev"],
        fedora: &["gcc"],
        arch: &["gcc"],
    },
    Need {
        what: "make",
        probe: Probe::Programs(&["make"]),
        debian: &["make"],
        fedora: &["make"],
        arch: &["make"],
    },
    Need {
        what: "pkg-config",
        probe: Probe::Programs(&["pkg-config"]),
        debian: &["pkg-config"],
        fedora: &["pkgconf-pkg-config"],
        arch: &["pkgconf"],
    },
    Need {
        what: "WebKitGTK 4.1 with its headers",
        probe: Probe::Library("webkit2gtk-4.1"),
        debian: &["libwebkit2gtk-4.1-dev"],
        fedora: &["webkit2gtk4.1-devel"],
        arch: &["webkit2gtk-4.1"],
    },
];

/// What the tests take besides, on Linux.
pub(crate) const TEST: &[Need] = &[
    Need {
        what: "a display without a screen (Xvfb)",
        probe: Probe::Programs(&["Xvfb"]),
        debian: &["xvfb"],
        fedora: &["xorg-x11-server-Xvfb"],
        arch: &["xorg-server-xvfb"],
    },
    Need {
        what: "the driver of the window (WebKitWebDriver)",
        probe: Probe::Programs(&["WebKitWebDriver"]),
        debian: &["webkit2gtk-driver"],
        fedora: &["/usr/bin/WebKitWebDriver"],
        arch: &["webkitgtk-6.0"],
    },
    Need {
        what: "a session bus (dbus-run-session)",
        probe: Probe::Programs(&["dbus-run-session", "dbus-daemon"]),
        debian: &["dbus"],
        fedora: &["dbus-daemon"],
        arch: &["dbus"],
    },
    Need {
        what: "a keychain (gnome-keyring-daemon)",
        probe: Probe::Programs(&["gnome-keyring-daemon"]),
        debian: &["gnome-keyring"],
        fedora: &["gnome-keyring"],
        arch: &["gnome-keyring"],
    },
    Need {
        what: "a browser (Chromium or Chrome)",
        probe: Probe::OneProgramOf(BROWSERS),
        debian: &["chromium"],
        fedora: &["chromium"],
        arch: &["chromium"],
    },
    Need {
        what: "pictures of a display (ImageMagick's import)",
        probe: Probe::Programs(&["import"]),
        debian: &["imagemagick"],
        fedora: &["ImageMagick"],
        arch: &["imagemagick"],
    },
    Need {
        what: "typing into a display (xdotool)",
        probe: Probe::Programs(&["xdotool"]),
        debian: &["xdotool"],
        fedora: &["xdotool"],
        arch: &["xdotool"],
    },
    Need {
        what: "a font",
        probe: Probe::OneDirectoryOf(&[
            "/usr/share/fonts/truetype",
            "/usr/share/fonts/dejavu-sans-fonts",
            "/usr/share/fonts/TTF",
        ]),
        debian: &["fonts-dejavu-core"],
        fedora: &["dejavu-sans-fonts"],
        arch: &["ttf-dejavu"],
    },
];

impl Need {
    /// The packages that bring it on this system; none where something else does.
    pub(crate) fn packages(&self, system: System) -> &'static [&'static str] {
        match system {
            System::Debian => self.debian,
            System::Fedora => self.fedora,
            System::Arch => self.arch,
            System::OtherLinux | System::MacOs | System::Windows => &[],
        }
    }

    fn is_met(&self) -> bool {
        match self.probe {
            Probe::Programs(names) => names.iter().all(|name| program::find(name).is_some()),
            Probe::OneProgramOf(names) => names.iter().any(|name| program::find(name).is_some()),
            Probe::Library(name) => Program::new("pkg-config")
                .arguments(["--exists", name])
                .succeeds(),
            Probe::OneDirectoryOf(paths) => paths.iter().any(|path| Path::new(path).is_dir()),
        }
    }
}

/// Installs what of `needs` is missing, or says exactly what to type.
pub(crate) fn provide(workspace: &Workspace, needs: &[Need]) -> Result<Outcome, Failure> {
    let system = System::current();
    let lacking = lacking_on(system, needs);
    if lacking.is_empty() {
        return Ok(Outcome::AlreadyDone("everything is there".to_string()));
    }
    let named = named(&lacking);
    say(&format!("      missing: {named}"));
    let stop = |message: String| Failure::new(message).hint(advice(system, &lacking));
    if system != System::Debian {
        return Err(stop(format!("missing on this machine: {named}")));
    }
    let rights = Rights::current();
    let packages: Vec<&str> = to_install(&lacking, is_installed);
    let (Some(update), Some(install)) = (
        rights.apt_get(&["update"]),
        rights.apt_get(&[&["install", "-y", "--no-install-recommends"], packages.as_slice()].concat()),
    ) else {
        return Err(stop(format!(
            "missing on this machine: {named}; installing needs root, or sudo without a password"
        )));
    };
    if !packages.is_empty() {
        // A broken third-party source makes the update fail and need not matter; the installation decides.
        if let Err(failure) = update.run(workspace) {
            say(&format!("      going on although {failure}"));
        }
        install
            .run(workspace)
            .map_err(|failure| stop(failure.to_string()))?;
    }
    let lacking_still = lacking_on(system, needs);
    if lacking_still.is_empty() {
        return Ok(Outcome::Done);
    }
    Err(Failure::new(format!(
        "still missing although its package is installed: {}",
        self::named(&lacking_still)
    ))
    .hint("Is its directory in PATH (for a library: in PKG_CONFIG_PATH)?"))
}

/// What is missing of `needs`. Elsewhere than on Linux only the compiler is looked for, and on Windows not even that:
/// there it is found through the registry, and this program could not have been linked without it.
fn lacking_on(system: System, needs: &'_ [Need]) -> Vec<&'_ Need> {
    let looked_for = |need: &&Need| match system {
        System::Windows => false,
        System::MacOs => matches!(need.probe, Probe::Programs(["cc"])),
        _ => true,
    };
    needs
        .iter()
        .filter(looked_for)
        .filter(|need| !need.is_met())
        .collect()
}

fn named(needs: &[&Need]) -> String {
    needs.iter().map(|need| need.what).collect::<Vec<_>>().join(", ")
}

/// The Debian packages of `needs` that are not installed.
fn to_install(needs: &[&Need], is_installed: impl Fn(&str) -> bool) -> Vec<&'static str> {
    needs
        .iter()
        .flat_map(|need| need.debian)
        .copied()
        .filter(|package| !is_installed(package))
        .collect()
}

fn is_installed(package: &str) -> bool {
    Program::new("dpkg-query")
        .arguments(["-W", "-f=${db:Status-Status}", package])
        .output()
        .is_some_and(|status| status.trim() == "installed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_packages_that_are_not_installed_are_installed() {
        let needs: Vec<&Need> = BUILD.iter().collect();
        let packages = to_install(&needs, |package| package == "gcc" || package == "pkg-config");
        assert_eq!(packages, ["libc6-dev", "make", "libwebkit2gtk-4.1-dev"]);
    }

    #[test]
    fn each_need_can_be_met_on_each_linux() {
        for need in BUILD.iter().chain(TEST) {
            for system in [System::Debian, System::Fedora, System::Arch] {
                assert!(
                    !need.packages(system).is_empty(),
                    "{} has no package on {system:?}",
                    need.what
                );
            }
        }
    }

    #[test]
    fn a_need_is_met_by_what_is_there() {
        let need = |probe| Need {
            what: "x",
            probe,
            debian: &[],
            fedora: &[],
            arch: &[],
        };
        assert!(need(Probe::OneDirectoryOf(&["/no/such", "/"])).is_met());
        assert!(!need(Probe::OneDirectoryOf(&["/no/such"])).is_met());
        assert!(!need(Probe::Programs(&["no-such-program"])).is_met());
        assert!(!need(Probe::OneProgramOf(&["no-such-program"])).is_met());
        assert!(!need(Probe::Library("no-such-library")).is_met());
    }

    #[test]
    fn windows_is_asked_for_nothing_it_could_not_show() {
        assert!(lacking_on(System::Windows, BUILD).is_empty());
        assert!(
            lacking_on(System::MacOs, TEST).is_empty(),
            "the window's driver exists on Linux only"
        );
    }
}
