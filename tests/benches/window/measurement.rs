//! One start of the window after another.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use hookbench_tests::measure::{Failure, Options, Outcome, Sample, Summary, Table, milliseconds};
use hookbench_tests::{Hookbench, program};

use crate::driver::{Session, Stage};
use crate::family;

/// How long a window may take to paint something.
const PATIENCE: Duration = Duration::from_secs(20);

/// When the page began, and when something was painted first; milliseconds since the epoch.
const PAINT: &str = "const paint = performance.getEntriesByName('first-contentful-paint')[0]; \
    return [performance.timeOrigin, paint ? performance.timeOrigin + paint.startTime : null];";

/// One start, in seconds from the beginning of the process.
struct Start {
    page: f64,
    paint: f64,
    memory: f64,
}

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
    let stage = Stage::new()?;
    let hookbench = Hookbench::on_disk();
    let mut starts = Vec::new();
    // The first start makes the database and warms the web view's caches: it is not counted.
    for round in 0..=options.rounds.unwrap_or(options.either(2, 7)) {
        let started = start(&stage, &binary, hookbench.data());
        family::see_off(hookbench.data())?;
        let started = started?;
        if round > 0 {
            starts.push(started);
        }
    }
    let sample = |value: fn(&Start) -> f64| {
        Sample::of(starts.iter().map(value)).ok_or_else(|| Failure::new("there were no rounds"))
    };
    let mut table = Table::new(&["start of the window, ms", "median", "lowest", "highest"]);
    for (name, sample) in [
        ("page begins", sample(|start| start.page)?),
        ("first paint", sample(|start| start.paint)?),
    ] {
        let figures = [sample.median(), sample.lowest(), sample.highest()];
        table.line(std::iter::once(name.to_owned()).chain(figures.map(milliseconds)));
    }
    table.print();
    let memory = sample(|start| start.memory)?.median() / 1024.0 / 1024.0;
    let paint = milliseconds(sample(|start| start.paint)?.median());
    Ok(Summary::Found(format!(
        "first paint after {paint} ms, {memory:.0} MiB in all processes (under a driver)"
    )))
}

/// The window's program, where it is built: beside the terminal's, or where the environment says.
fn built_window() -> Option<PathBuf> {
    let named = std::env::var_os("HOOKBENCH_DESKTOP_BINARY").map(PathBuf::from);
    named
        .or_else(|| Some(program("hookbench").with_file_name("hookbench-desktop")))
        .filter(|path| path.exists())
}

fn start(stage: &Stage, binary: &Path, data: &Path) -> Outcome<Start> {
    let session = Session::open(stage, binary, data)?;
    let deadline = Instant::now() + PATIENCE;
    let (page, paint) = loop {
        let told = session.ask(PAINT)?;
        if let (Some(page), Some(paint)) = (told[0].as_f64(), told[1].as_f64()) {
            break (page, paint);
        }
        if Instant::now() > deadline {
            return Err(Failure::new(format!("nothing is painted: {told}")));
        }
        sleep(Duration::from_millis(20));
    };
    let members = family::members(data)?;
    let began = family::began(&members, binary)?;
    let memory = family::memory(&members);
    session.close()?;
    Ok(Start {
        page: (page - began) / 1e3,
        paint: (paint - began) / 1e3,
        memory,
    })
}
