//! Which system this is, and how it installs packages. Choosing and wording are pure; only [`System::current`] and
//! [`Rights::current`] look at the machine.

use std::env;
use std::fmt::Write as _;

use crate::needs::Need;
use crate::program::{self, Program};

/// A family of systems that installs packages in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum System {
    Debian,
    Fedora,
    Arch,
    /// A Linux whose package manager is not one of these.
    OtherLinux,
    MacOs,
    Windows,
}

impl System {
    /// Every family a line can be given for.
    pub(crate) const NAMED: [Self; 5] = [Self::Debian, Self::Fedora, Self::Arch, Self::MacOs, Self::Windows];

    /// The system this runs on.
    pub(crate) fn current() -> Self {
        Self::choose(env::consts::OS, |name| program::find(name).is_some())
    }

    fn choose(os: &str, has: impl Fn(&str) -> bool) -> Self {
        match os {
            "macos" => Self::MacOs,
            "windows" => Self::Windows,
            _ if has("apt-get") && has("dpkg-query") => Self::Debian,
            _ if has("dnf") => Self::Fedora,
            _ if has("pacman") => Self::Arch,
            _ => Self::OtherLinux,
        }
    }

    pub(crate) fn is_linux(self) -> bool {
        !matches!(self, Self::MacOs | Self::Windows)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Debian => "Debian, Ubuntu",
            Self::Fedora => "Fedora",
            Self::Arch => "Arch",
            Self::OtherLinux => "another Linux",
            Self::MacOs => "macOS",
            Self::Windows => "Windows",
        }
    }

    /// The line that installs these packages, to type in a terminal.
    fn line(self, packages: &[&str]) -> String {
        let packages = packages.join(" ");
        match self {
            Self::Debian => format!("sudo apt-get install -y --no-install-recommends {packages}"),
            Self::Fedora => format!("sudo dnf install -y {packages}"),
            Self::Arch => format!("sudo pacman -S --needed {packages}"),
            Self::OtherLinux => packages,
            Self::MacOs => "xcode-select --install".to_string(),
            Self::Windows => "winget install --id Microsoft.VisualStudio.2022.BuildTools --override \
                \"--wait --passive --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended\""
                .to_string(),
        }
    }

    /// How to get Node here.
    pub(crate) fn node_line(self) -> &'static str {
        match self {
            Self::Debian => {
                "Debian 12 and Ubuntu 24.04 carry an older one: take it from https://nodejs.org/en/download"
            }
            Self::Fedora => "sudo dnf install -y nodejs npm",
            Self::Arch => "sudo pacman -S --needed nodejs npm",
            Self::OtherLinux => "take it from https://nodejs.org/en/download",
            Self::MacOs => "brew install node   (or take it from https://nodejs.org/en/download)",
            Self::Windows => "winget install --id OpenJS.NodeJS.LTS",
        }
    }
}

/// Whether this run may install system packages by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rights {
    Root,
    /// sudo works without asking for a password.
    Sudo,
    None,
}

impl Rights {
    /// What this run may do. A password is never asked for.
    pub(crate) fn current() -> Self {
        let is_root = Program::new("id")
            .arguments(["-u"])
            .output()
            .is_some_and(|printed| printed.trim() == "0");
        if is_root {
            return Self::Root;
        }
        let sudo =
            program::find("sudo").is_some() && Program::new("sudo").arguments(["-n", "true"]).succeeds();
        if sudo { Self::Sudo } else { Self::None }
    }

    /// apt-get with these arguments, asking nothing; `None` where it is not allowed.
    pub(crate) fn apt_get(self, arguments: &[&str]) -> Option<Program> {
        let quiet = [
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "-q",
            "-o",
            "DPkg::Lock::Timeout=120",
        ];
        let program = match self {
            Self::Root => Program::new("env").arguments(quiet),
            Self::Sudo => Program::new("sudo").arguments(["-n", "env"]).arguments(quiet),
            Self::None => return None,
        };
        Some(program.arguments(arguments.iter().copied()))
    }
}

/// What to type for these needs on this system; on an unknown Linux, what to type on those that are known.
pub(crate) fn advice(system: System, needs: &[&Need]) -> String {
    match system {
        System::OtherLinux => {
            let mut text = "Install what these lines install elsewhere, then run this again:".to_string();
            for known in [System::Debian, System::Fedora, System::Arch] {
                let _ = write!(
                    text,
                    "\n  {:16}{}",
                    format!("{}:", known.name()),
                    line_for(known, needs)
                );
            }
            text
        }
        _ => format!("Type this, then run this again:\n  {}", line_for(system, needs)),
    }
}

/// The line that installs these needs on one system.
pub(crate) fn line_for(system: System, needs: &[&Need]) -> String {
    let packages: Vec<&str> = needs
        .iter()
        .flat_map(|need| need.packages(system))
        .copied()
        .collect();
    system.line(&packages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::needs::{BUILD, TEST};

    fn all(needs: &[Need]) -> Vec<&Need> {
        needs.iter().collect()
    }

    #[test]
    fn the_system_is_known_by_its_package_manager() {
        let with = |os: &str, programs: &[&str]| System::choose(os, |name| programs.contains(&name));
        assert_eq!(with("linux", &["apt-get", "dpkg-query"]), System::Debian);
        assert_eq!(with("linux", &["dnf"]), System::Fedora);
        assert_eq!(with("linux", &["pacman"]), System::Arch);
        assert_eq!(with("linux", &["apk"]), System::OtherLinux);
        assert_eq!(
            with("linux", &["apt-get", "dnf"]),
            System::Fedora,
            "apt-get without dpkg is a guest there"
        );
        assert_eq!(with("macos", &["apt-get", "dpkg-query"]), System::MacOs);
        assert_eq!(with("windows", &[]), System::Windows);
    }

    #[test]
    fn the_line_for_debian_is_exact() {
        assert_eq!(
            line_for(System::Debian, &all(BUILD)),
            "sudo apt-get install -y --no-install-recommends gcc libc6-dev make pkg-config libwebkit2gtk-4.1-dev"
        );
    }

    #[test]
    fn the_lines_for_other_systems_are_exact() {
        for (system, line) in [
            (
                System::Fedora,
                "sudo dnf install -y gcc make pkgconf-pkg-config webkit2gtk4.1-devel",
            ),
            (
                System::Arch,
                "sudo pacman -S --needed gcc make pkgconf webkit2gtk-4.1",
            ),
            (System::MacOs, "xcode-select --install"),
        ] {
            assert_eq!(line_for(system, &all(BUILD)), line);
        }
        assert!(
            line_for(System::Windows, &all(BUILD)).starts_with("winget install --id Microsoft.VisualStudio")
        );
    }

    #[test]
    fn only_what_is_missing_is_in_the_line() {
        let one: Vec<&Need> = TEST.iter().filter(|need| need.what.contains("Xvfb")).collect();
        assert_eq!(
            line_for(System::Debian, &one),
            "sudo apt-get install -y --no-install-recommends xvfb",
            "a package that is there is not asked for again"
        );
    }

    #[test]
    fn an_unknown_linux_gets_the_lines_of_the_known_ones() {
        let text = advice(System::OtherLinux, &all(BUILD));
        for part in [
            "Debian, Ubuntu: sudo apt-get",
            "Fedora:         sudo dnf",
            "Arch:           sudo pacman",
        ] {
            assert!(text.contains(part), "{part:?} must be in:\n{text}");
        }
    }

    #[test]
    fn apt_is_not_touched_without_rights() {
        assert!(Rights::None.apt_get(&["update"]).is_none());
        assert!(Rights::Root.apt_get(&["update"]).is_some());
        let sudo = format!("{:?}", Rights::Sudo.apt_get(&["update"]));
        assert!(
            sudo.contains("\"-n\""),
            "sudo must never wait for a password: {sudo}"
        );
    }
}
