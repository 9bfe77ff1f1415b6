//! `cargo xtask packages`: what has to be installed, for every system, for whoever installs it by other means.

use crate::needs::{BUILD, Need, TEST};
use crate::report::answer;
use crate::system::{System, line_for};

pub(crate) fn perform() {
    answer("To build and run:");
    lines(BUILD, &System::NAMED);
    answer("\nTo run the tests as well (on Linux):");
    lines(TEST, &[System::Debian, System::Fedora, System::Arch]);
    answer("\nNode 20.19, 22.12 or newer, with npm:");
    for system in System::NAMED {
        answer(&format!(
            "  {:16}{}",
            format!("{}:", system.name()),
            system.node_line()
        ));
    }
}

fn lines(needs: &[Need], systems: &[System]) {
    let needs: Vec<&Need> = needs.iter().collect();
    for system in systems {
        answer(&format!(
            "  {:16}{}",
            format!("{}:", system.name()),
            line_for(*system, &needs)
        ));
    }
}
