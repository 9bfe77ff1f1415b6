//! Hookbench from a terminal: the same engine and the same data without a display.
//!
//! Exit codes: 0 done, 1 failed with a message on standard error, 2 wrong usage. `diff` gives 0 for the same, 1 for
//! different and 2 for trouble.

mod annotate;
mod arguments;
mod backup;
mod credentials;
mod delete;
mod deliveries;
mod diff;
mod endpoint;
mod export;
mod failure;
mod filter;
mod forward;
mod host;
mod idempotency;
mod import;
mod json;
mod limit;
mod list;
mod listen;
mod mask;
mod output;
mod own_schemes;
mod queue;
mod resend;
mod runs;
mod secret;
mod send;
mod serve;
mod set_aside;
mod show;
mod signature;
mod storage;
mod target;
mod template;
mod text;
mod undo;

use std::process::ExitCode;

use clap::Parser as _;
use hookbench_engine::{Engine, Options};

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;

/// All memory, that of SQLite and zstd too. How it is set up stands in `.cargo/config.toml`.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    // Wrong usage ends inside `parse` with exit code 2 and a message that names the argument.
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("HOOKBENCH_LOG").unwrap_or_else(|_| "warn".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::new(format!("the program cannot start its threads: {error}")).report(),
    };
    let done = runtime.block_on(run(arguments));
    // A write that nobody reads may still be under way; everything that must be kept was closed by now.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    // What works on its input alone needs no data folder.
    match &arguments.command {
        Command::Verify(verify) if verify.stdin => return signature::batch::verify(),
        Command::Sign(sign) if sign.stdin => return signature::batch::sign(),
        Command::Diagnose(diagnose) if diagnose.stdin => return signature::batch::diagnose(),
        Command::Providers(providers) if signature::is_embedded(providers) => {
            return signature::providers(providers);
        }
        _ => {}
    }
    let options = Options::at(arguments.data_dir);
    match &arguments.command {
        Command::Serve(serve) => return serve::run(options, serve).await,
        Command::SetAside => return set_aside::run(options).await,
        _ => {}
    }
    let engine = Engine::open(options).await?;
    let changes_verdicts = matches!(
        arguments.command,
        Command::Endpoint(_) | Command::Secret(_) | Command::Undo(_)
    );
    let done = match arguments.command {
        Command::Listen(listen) => listen::run(&engine, &listen).await,
        Command::Forward(forward) => forward::run(&engine, &forward).await,
        Command::Queue(command) => queue::run(&engine, command).await,
        Command::List(list) => list::run(&engine, &list).await,
        Command::Show(show) => show::run(&engine, &show).await,
        Command::Resend(resend) => resend::run(&engine, &resend).await,
        Command::Send(send) => send::run(&engine, &send).await,
        Command::Diff(wanted) => diff::run(&engine, &wanted).await,
        Command::Template(command) => template::run(&engine, command).await,
        Command::Deliveries(wanted) => deliveries::run(&engine, &wanted).await,
        Command::Idempotency(wanted) => idempotency::run(&engine, &wanted).await,
        Command::Runs(wanted) => runs::run(&engine, &wanted).await,
        Command::Target(command) => target::run(&engine, command).await,
        Command::Endpoint(command) => endpoint::run(&engine, command).await,
        Command::Limit(command) => limit::run(&engine, command).await,
        Command::Secret(command) => secret::run(&engine, command).await,
        Command::Sign(sign) => signature::sign(&engine, sign).await,
        Command::Verify(verify) => signature::verify(&engine, verify).await,
        Command::Diagnose(diagnose) => signature::diagnose(&engine, diagnose).await,
        Command::Discover(discover) => signature::discover(&engine, &discover).await,
        // They were done above.
        Command::Serve(_) | Command::SetAside => Ok(()),
        Command::Star(star) => annotate::star(&engine, &star).await,
        Command::Note(note) => annotate::note(&engine, note).await,
        Command::Tag(tag) => annotate::tag(&engine, tag).await,
        Command::Filter(command) => filter::run(&engine, command).await,
        Command::Mask(command) => mask::run(&engine, command).await,
        Command::Delete(delete) => delete::run(&engine, &delete).await,
        Command::Undo(wanted) => undo::run(&engine, &wanted).await,
        Command::Storage(storage) => storage::run(&engine, &storage).await,
        Command::Export(wanted) => export::run(&engine, &wanted).await,
        Command::Import(wanted) => import::run(&engine, &wanted).await,
        Command::Backup(backup) => backup::run(&engine, &backup).await,
        Command::Providers(wanted) => own_schemes::run(&engine, wanted).await,
    };
    // A command that changed an endpoint or a secret, or brought one back, ends when the verdicts are right.
    if changes_verdicts {
        engine.settled().await;
    }
    engine.shut_down().await;
    done
}
