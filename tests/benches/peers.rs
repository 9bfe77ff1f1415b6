//! The same load to a peer from a public registry, in the same run: mitmproxy's `mitmweb`, which keeps every request in
//! memory and shows it in a browser, as a sink that answers by itself.
//!
//! It is installed into a folder that is thrown away; where the registry is out of reach the benchmark is left out.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use hookbench_tests::measure::{
    Deck, Failure, Ledger, Options, Outcome, Printed, Random, SECRET, Series, Side, Subject, Summary,
    free_port, github_push, run, say,
};
use hookbench_tests::{Hookbench, target_directory};
use tempfile::TempDir;

/// What was measured when the goals were set, so that figures stay comparable.
const PEER: &str = "mitmproxy>=11,<13";

/// Answers without anybody behind it.
const SINK: &str = "from mitmproxy import http\n\n\ndef request(flow):\n    flow.response = http.Response.make(200, b'ok\\n')\n";

fn main() -> ExitCode {
    run("peers", peers)
}

fn peers(options: &Options) -> Outcome<Summary> {
    let folder = TempDir::with_prefix_in("bench-peers-", target_directory())?;
    let mitmweb = match install(folder.path()) {
        Ok(mitmweb) => mitmweb,
        Err(failure) => {
            return Ok(Summary::LeftOut(format!(
                "{PEER} cannot be installed from PyPI: {failure}"
            )));
        }
    };
    let peer = start(&mitmweb, folder.path())?;
    let peer_deck = Arc::new(deck(&peer, options)?);
    let hookbench = Hookbench::on_disk().with_endpoint("/github", "github", SECRET);
    let subject = Subject::hookbench(&hookbench, Printed::Discarded)?;
    let subject_deck = Arc::new(deck(&subject, options)?);
    let measure = Side {
        name: "mitmweb",
        subject: &peer,
        deck: &peer_deck,
    };
    let measured = Side {
        name: "hookbench",
        subject: &subject,
        deck: &subject_deck,
    };
    let mut ledger = Ledger::default();
    let mut told = Vec::new();
    for connections in options.connections.clone().unwrap_or_else(|| vec![16, 64]) {
        told.push(
            Series::new(options, measure, measured, connections)
                .run(&mut ledger)?
                .to_string(),
        );
    }
    Ok(Summary::Found(told.join("; ")))
}

/// Installs the peer and gives the path of its program.
fn install(folder: &Path) -> Outcome<PathBuf> {
    let environment = folder.join("python");
    quietly(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    say(&format!("installing {PEER} into a folder that is thrown away"));
    let pip = environment.join("bin").join("pip");
    quietly(Command::new(pip).args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        "1",
        PEER,
    ]))?;
    Ok(environment.join("bin").join("mitmweb"))
}

fn quietly(command: &mut Command) -> Outcome<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(
        told.lines()
            .last()
            .unwrap_or("it failed and said nothing")
            .to_owned(),
    ))
}

fn start(mitmweb: &Path, folder: &Path) -> Outcome<Subject> {
    let sink = folder.join("sink.py");
    std::fs::write(&sink, SINK)?;
    let port = free_port()?;
    let mut command = Command::new(mitmweb);
    command
        .args([
            "--mode",
            "reverse:http://127.0.0.1:9/",
            "--listen-host",
            "127.0.0.1",
            "--no-web-open-browser",
        ])
        .args([
            "--listen-port",
            &port.to_string(),
            "--web-port",
            &free_port()?.to_string(),
        ])
        .args([
            "--set",
            "connection_strategy=lazy",
            "--set",
            &format!("confdir={}", folder.display()),
            "-s",
        ])
        .arg(sink);
    Subject::start(command, port, Printed::Discarded)
}

fn deck(subject: &Subject, options: &Options) -> Outcome<Deck> {
    let mut random = Random::new(4665);
    Deck::new(
        subject.address(),
        (0..options.either(256, 4096)).map(|_| github_push(&mut random)),
    )
}
