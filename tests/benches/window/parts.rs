//! Which parts are measured, one after the other, and with which history.

use std::path::PathBuf;

use hookbench_tests::measure::{Failure, Options, Outcome, Summary, say};
use hookbench_tests::program;

use crate::driver::Stage;
use crate::goals::{Goals, load};
use crate::subject::Subject;
use crate::{arrival, flood, memory, scroll, start};

type Part = fn(&Subject, &Options, &mut Goals) -> Outcome<()>;

/// Those that are asked of a history as long as a listener keeps it.
const PARTS: [(&str, Part); 4] = [
    ("start", start::measure),
    ("arrival", arrival::measure),
    ("flood", flood::measure),
    ("memory", memory::measure),
];

/// The one that is asked of a history ten times as long.
const SCROLL: &str = "scroll";

pub(crate) fn window(options: &Options) -> Outcome<Summary> {
    let Some(binary) = built_window() else {
        return Ok(Summary::LeftOut(
            "the window is not built: cargo build --release -p hookbench-desktop".to_owned(),
        ));
    };
    for needed in ["Xvfb", "WebKitWebDriver", "dbus-daemon"] {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        if !std::env::split_paths(&folders).any(|folder| folder.join(needed).exists()) {
            return Ok(Summary::LeftOut(format!("`{needed}` is not installed")));
        }
    }
    let known = PARTS.map(|(name, _)| name);
    for wanted in options.only.iter().flatten() {
        if wanted != SCROLL && !known.contains(&wanted.as_str()) {
            return Err(Failure::new(format!(
                "there is no part `{wanted}`; there are {}, {SCROLL}",
                known.join(", ")
            )));
        }
    }
    let stage = Stage::new()?;
    let mut goals = Goals::default();
    let mut measure = |subject: &Subject, name: &str, part: Part| {
        say(&format!("## {name} (load {})", load()));
        let measured = part(subject, options, &mut goals);
        subject.see_off()?;
        measured
    };
    if PARTS.iter().any(|(name, _)| options.wants(name)) {
        let count = options.count.unwrap_or(options.either(3_000, 100_000));
        let subject = Subject::new(&stage, &binary, count, options.data.as_deref())?;
        for (name, part) in PARTS {
            if options.wants(name) {
                measure(&subject, name, part)?;
            }
        }
    }
    if options.wants(SCROLL) {
        let count = options.count.unwrap_or(options.either(3_000, 1_000_000));
        measure(
            &Subject::new(&stage, &binary, count, options.data.as_deref())?,
            SCROLL,
            scroll::measure,
        )?;
    }
    Ok(Summary::Found(goals.print()))
}

/// The window's program, where it is built: beside the terminal's, or where the environment says.
fn built_window() -> Option<PathBuf> {
    let named = std::env::var_os("HOOKBENCH_DESKTOP_BINARY").map(PathBuf::from);
    named
        .or_else(|| Some(program("hookbench").with_file_name("hookbench-desktop")))
        .filter(|path| path.exists())
}
