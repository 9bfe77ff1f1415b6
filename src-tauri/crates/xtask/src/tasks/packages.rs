//! `cargo xtask packages`: what has to be installed, for every system, for whoever installs it by other means.

use crate::needs::{BUILD, Need, TEST};
use crate::report::say;
use crate::system::{System, line_for};

pub(crate) fn perform() {
    say("To build and run:");
    lines(BUILD, &System::NAMED);
    say("\nTo run the tests as well (on Linux):");
    lines(TEST, &[System::Debian, System::Fedora, System::Arch]);
    say("\nNode 20.19, 22.12 or newer, with npm:");
    for system in System::NAMED {
        say(&format!(
            "  {:16}{}",
            format!("{}:", system.name()),
            system.node_line()
        ));
    }
}

fn lines(needs: &[Need], systems: &[System]) {
    let needs: Vec<&Need> = needs.iter().collect();
    for system in systems {
        say(&format!(
            "  {:16}{}",
            format!("{}:", system.name()),
            line_for(*system, &needs)
        ));
    }
}
